"""Stages of opportunities: which ones there are, that one belongs to its pipeline, and when opportunities came and went.

Called by services/chain/hooks.py inside the transaction of whatever changes an opportunity: a form, the board, an import, an undo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Invalid
from crm_desktop.services.access import asking
from crm_desktop.words import _
from db.base import now
from db.models.pipeline import Pipeline, Stage, StageVisit

OPPORTUNITIES = "opportunities"
_STAGE: Any = Stage.__table__
_PIPELINE: Any = Pipeline.__table__
_VISIT: Any = StageVisit.__table__


@dataclass(frozen=True)
class StageFacts:
    """One stage. chance: per cent; longest: days an opportunity may stay, None without a limit."""

    id: int
    name: str
    chance: Decimal
    longest: int | None
    checklist: tuple[str, ...]


def pipelines(app: Application) -> list[Ref]:
    """The pipelines in use, by name."""
    with asking(app) as connection:
        app.actor.require("pipelines.see")
        query = select(_PIPELINE.c.id, _PIPELINE.c.name).where(_PIPELINE.c.active).order_by(_PIPELINE.c.id)
        return [Ref(row.id, row.name) for row in connection.execute(query)]


def stages_of(connection: Connection | Session, pipeline: int) -> list[StageFacts]:
    """The stages of a pipeline, from the first to the last."""
    query = select(_STAGE).where(_STAGE.c.pipeline_id == pipeline).order_by(_STAGE.c.rank, _STAGE.c.id)
    return [
        StageFacts(r.id, r.name, r.probability, r.longest, tuple(t.strip() for t in r.checklist.splitlines() if t.strip()))
        for r in connection.execute(query)
    ]


def check_stage(session: Session, after: Draft) -> None:
    """Raise Invalid where an opportunity stands in a stage of another pipeline."""
    stage, pipeline = after.values.get("stage_id"), after.values.get("pipeline_id")
    if stage is None or pipeline is None:
        return
    if session.scalar(select(_STAGE.c.pipeline_id).where(_STAGE.c.id == stage.id)) != pipeline.id:
        raise Invalid({"stage_id": _("This stage belongs to another pipeline.")})


def note_visits(session: Session, moves: Sequence[tuple[Draft | None, Draft | None]]) -> None:
    """Note which opportunities came into a stage or left one. Each move: as it was, as it is; None before it was made or once deleted."""
    moment = now()
    for before, after in moves:
        was, stands = _place(before), _place(after)
        if was == stands:
            continue
        if before is not None and was is not None:
            here = (_VISIT.c.opportunity_id == before.id) & _VISIT.c.left_at.is_(None)
            session.execute(update(_VISIT).where(here).values(left_at=moment))
        if after is not None and stands is not None:
            session.execute(insert(_VISIT).values(opportunity_id=after.id, stage_id=stands, entered_at=moment))


def _place(draft: Draft | None) -> int | None:
    """The stage an opportunity stands in; none where it is decided."""
    if draft is None or draft.values.get("status") != "open" or draft.values.get("stage_id") is None:
        return None
    return int(draft.values["stage_id"].id)
