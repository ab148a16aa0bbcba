"""The sales funnel: how many opportunities came as far as each stage, how many went on, how long they stayed, what they are worth."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.local_time import to_utc
from crm_desktop.services.access import asking, within_reach
from crm_desktop.services.stages import OPPORTUNITIES, StageFacts, stages_of
from db.base import now
from db.models.pipeline import Opportunity, StageVisit

_DEAL: Any = Opportunity.__table__
_VISIT: Any = StageVisit.__table__
_DAY = 86_400


@dataclass(frozen=True)
class Step:
    """One stage. reached: opportunities that came into it or a later one; here: those that stand in it now, with their amounts.

    passed: per cent of those that reached it and went on, None where none did reach it; days: the average stay, None without any.
    """

    stage: StageFacts
    reached: int
    passed: Decimal | None
    days: Decimal | None
    here: int
    amount: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Funnel:
    """All stages of a pipeline from first to last. won and lost: decided opportunities of the period; rate: per cent won of those."""

    steps: tuple[Step, ...]
    opened: int
    won: int
    lost: int
    won_amount: Decimal

    @property
    def rate(self) -> Decimal | None:
        """Per cent won of what was decided."""
        return _share(self.won, self.won + self.lost)


def funnel(app: Application, pipeline: int, first: dt.date, last: dt.date) -> Funnel:
    """The funnel of the opportunities this person reaches that were opened from `first` to `last`, both days included."""
    kind = app.type(OPPORTUNITIES)
    with asking(app) as connection:
        app.actor.require(f"{OPPORTUNITIES}.see")
        stages = stages_of(connection, pipeline)
        columns = (_DEAL.c.id, _DEAL.c.status, _DEAL.c.stage_id, _DEAL.c.amount, _DEAL.c.weighted)
        start, end = (to_utc(dt.datetime.combine(day, dt.time())) for day in (first, last + dt.timedelta(days=1)))
        query = select(*columns).where(_DEAL.c.pipeline_id == pipeline, _DEAL.c.created_at >= start, _DEAL.c.created_at < end)
        reach = within_reach(app, kind)
        deals = connection.execute(query if reach is None else query.where(reach)).all()
        among = query.with_only_columns(_DEAL.c.id) if reach is None else query.where(reach).with_only_columns(_DEAL.c.id)
        visits = connection.execute(
            select(_VISIT.c.opportunity_id, _VISIT.c.stage_id, _VISIT.c.entered_at, _VISIT.c.left_at).where(
                _VISIT.c.opportunity_id.in_(among)
            )
        ).all()
    hidden = "amount" not in kind.visible(app.actor)
    return _count(stages, deals, visits, hidden=hidden)


def _count(stages: list[StageFacts], deals: Any, visits: Any, *, hidden: bool) -> Funnel:
    at = {stage.id: n for n, stage in enumerate(stages)}
    furthest: dict[int, int] = {}
    stays: dict[int, list[float]] = defaultdict(list)
    moment = now()
    for row in visits:
        if row.stage_id in at:
            furthest[row.opportunity_id] = max(furthest.get(row.opportunity_id, 0), at[row.stage_id])
            stays[at[row.stage_id]].append(((row.left_at or moment) - row.entered_at).total_seconds() / _DAY)
    end = len(stages)
    for row in deals:
        if row.status == "won":
            furthest[row.id] = end
        elif row.id not in furthest and row.stage_id in at:
            furthest[row.id] = at[row.stage_id]
    reached = [sum(1 for f in furthest.values() if f >= n) for n in range(end + 1)]
    nothing = Decimal(0)
    steps = []
    for n, stage in enumerate(stages):
        here = [row for row in deals if row.status == "open" and row.stage_id == stage.id]
        days = Decimal(str(round(sum(stays[n]) / len(stays[n]), 1))) if stays[n] else None
        amount = nothing if hidden else sum((row.amount for row in here), nothing)
        weighted = nothing if hidden else sum((row.weighted for row in here), nothing)
        steps.append(Step(stage, reached[n], _share(reached[n + 1], reached[n]), days, len(here), amount, weighted))
    won = [row for row in deals if row.status == "won"]
    lost = sum(1 for row in deals if row.status == "lost")
    return Funnel(tuple(steps), len(deals), len(won), lost, nothing if hidden else sum((row.amount for row in won), nothing))


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None
