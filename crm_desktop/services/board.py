"""Open opportunities by stage, as a board shows them, and moving one to another stage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict
from crm_desktop.filters import AllOf, Condition, Filter, ListQuery
from crm_desktop.services.access import asking
from crm_desktop.services.approvals.asking import ask_for_change
from crm_desktop.services.listing import Stop, count, fetch_page, totals
from crm_desktop.services.saving import open_record, save
from crm_desktop.services.stages import OPPORTUNITIES, StageFacts, stages_of

CARDS = 60
"""How many cards of a stage are shown; the others are a click away, in the list."""

_SUMS = ("amount", "weighted")
_SHOWN = ("number", "title", "customer_id", "amount", "owner_id", "stage_since", "expected_close", "risk", "checked")


@dataclass(frozen=True)
class Card:
    """One opportunity. days: in its stage; late: longer than the stage allows. What a person may not see is None or ""."""

    id: int
    title: str
    customer: str
    owner: str
    amount: Decimal | None
    days: int
    late: bool
    overdue: bool  # its expected close is past
    risk: str
    done: tuple[str, ...]  # of the stage's checklist


@dataclass(frozen=True)
class Column:
    """One stage with its best cards; count and sums are of all of them. A sum is None where the amounts are hidden."""

    stage: StageFacts
    count: int
    amount: Decimal | None
    weighted: Decimal | None
    cards: tuple[Card, ...]


def board(app: Application, pipeline: int, *, mine: bool = False, stop: Stop | None = None) -> list[Column]:
    """The stages of a pipeline from first to last, with the open opportunities this person reaches."""
    with asking(app) as connection:
        app.actor.require(f"{OPPORTUNITIES}.see")
        stages = stages_of(connection, pipeline)
    return [_column(app, pipeline, stage, mine=mine, stop=stop) for stage in stages]


def of_stage(pipeline: int, stage: int, *, mine: bool = False) -> Filter:
    """The condition on a list that shows what stands in a stage."""
    parts = [
        Condition("status", "any_of", ("open",)),
        Condition("pipeline_id", "any_of", (pipeline,)),
        Condition("stage_id", "any_of", (stage,)),
    ]
    return AllOf((*parts, Condition("owner_id", "mine")) if mine else tuple(parts))


def _column(app: Application, pipeline: int, stage: StageFacts, *, mine: bool, stop: Stop | None) -> Column:
    visible = app.type(OPPORTUNITIES).visible(app.actor)
    where = of_stage(pipeline, stage.id, mine=mine)
    shown = tuple(n for n in _SHOWN if n in visible)
    order = ("-weighted",) if "weighted" in visible else ()
    rows = fetch_page(app, ListQuery(OPPORTUNITIES, shown, where, order=order), size=CARDS, stop=stop).rows
    query = ListQuery(OPPORTUNITIES, where=where)
    sums = totals(app, query, [n for n in _SUMS if n in visible], stop=stop) if rows else {}
    number = len(rows) if len(rows) < CARDS else count(app, query, None, stop=stop).number
    nothing = Decimal(0)
    amount, weighted = (sums.get(n, nothing) if n in visible else None for n in _SUMS)
    return Column(stage, number, amount, weighted, tuple(_card(dict(zip(shown, r, strict=False)), r[-1], stage) for r in rows))


def _card(values: dict[str, Any], id_: int, stage: StageFacts) -> Card:
    today = dt.date.today()
    since, close = values.get("stage_since"), values.get("expected_close")
    days = max(0, (today - since).days) if since else 0
    done = tuple(t.strip() for t in (values.get("checked") or "").splitlines() if t.strip())
    return Card(
        id_, values.get("title") or values.get("number") or "", _name(values.get("customer_id")), _name(values.get("owner_id")),
        values.get("amount"), days, bool(stage.longest and days > stage.longest), bool(close and close < today),
        values.get("risk") or "", done,
    )  # fmt: skip


def _name(ref: Ref | None) -> str:
    return ref.label if ref else ""


def move(app: Application, id_: int, source: int, target: StageFacts, done: Sequence[str] = (), origin: str = "") -> Draft:
    """Put an opportunity into another stage, with the probability of that stage; gives it as it then stands.

    source: the stage it was seen in; done: what of that stage's checklist is done. Raises Conflict when somebody else moved it since.
    """
    return save(app, _moved(app, id_, source, target, done), origin)


def ask_to_move(app: Application, id_: int, source: int, target: StageFacts, done: Sequence[str] = ()) -> Draft:
    """Send a move for approval, after NeedsApproval was told; gives the opportunity as it stands, not moved."""
    return ask_for_change(app, _moved(app, id_, source, target, done))


def _moved(app: Application, id_: int, source: int, target: StageFacts, done: Sequence[str]) -> Draft:
    """An opportunity as it would be in another stage, not saved."""
    draft = open_record(app, OPPORTUNITIES, id_)
    if draft.values["stage_id"].id != source:
        by = draft.values.get("updated_by")
        raise Conflict(draft, by.label if by else "")
    kept = [t for t in (draft.values.get("checked") or "").splitlines() if t.strip()]
    draft.values |= {
        "stage_id": Ref(target.id, target.name),
        "probability": target.chance,
        "checked": "\n".join(dict.fromkeys([*kept, *done])),
    }
    return draft
