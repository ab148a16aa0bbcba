"""What happened with a customer, newest first, from three places: follow-ups, documents, and changes of the record itself.

Which types speak here follows from the declarations: every type that points to this one through a related tab. Follow-ups tell
their text; documents with a state tell their number, state and total; of the rest only that it was added.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType, Related
from crm_desktop.services.history import entries
from crm_desktop.services.listing import AllOf, Condition, ListQuery, count, fetch_page, totals

_CHANGES = frozenset({"change", "undo", "batch", "import", "create"})


@dataclass(frozen=True)
class Event:
    """One thing that happened. `type` and `id` open the record behind it; 0 where it is the customer's own."""

    at: dt.datetime
    type: str
    id: int
    icon: str
    tone: str
    title: str
    detail: str
    who: str


@dataclass(frozen=True)
class Money:
    """What one customer is worth so far. `this_year`: orders of this year, `open`: those not finished, each count and sum."""

    this_year: int
    this_year_sum: Decimal
    open: int
    open_sum: Decimal


def timeline(app: Application, type_key: str, record_id: int, limit: int = 60) -> list[Event]:
    """The last things that happened with a record, newest first."""
    kind = app.type(type_key)
    found: list[Event] = []
    for related in kind.related:
        if related.type in app.types and app.actor.may(f"{related.type}.see"):
            found += _records(app, app.type(related.type), related, record_id, limit)
    found += _own_changes(app, kind, record_id, limit)
    return sorted(found, key=lambda e: e.at, reverse=True)[:limit]


def _records(app: Application, kind: RecordType, related: Related, record_id: int, limit: int) -> Iterator[Event]:
    moment = "at" if "at" in kind.fields else "created_at"
    visible = kind.visible(app.actor)
    wanted = ("text", "next_step", "next_date", "total", "status", "kind", "owner_id", "created_by", *kind.label, *kind.subtitle)
    names = tuple(dict.fromkeys(n for n in (moment, *wanted) if n in visible))
    order = (f"-{moment}",) if kind.fields[moment].sortable else ()
    query = ListQuery(kind.key, columns=names, where=Condition(related.field, "any_of", (record_id,)), order=order)
    for row in fetch_page(app, query, size=limit).rows:
        values = dict(zip(names, row, strict=False))
        if values.get(moment) is not None:
            yield _event(app, kind, related, values, row[-1], values[moment])


def _event(app: Application, kind: RecordType, related: Related, values: dict[str, Any], id_: int, at: dt.datetime) -> Event:
    choice = None
    for name in ("kind", "status"):
        if values.get(name) and kind.fields[name].kind in ("option", "state"):
            choice = app.options.find(kind.fields[name].options, values[name])
            break
    label = kind.label_of({n: v for n, v in values.items() if n != related.field})
    if values.get("text"):
        title = str(values["text"])
        detail = choice.shown() if choice else ""
    else:
        parts = [label, choice.shown() if choice else "", _money(app, kind, values)]
        title, detail = "  ".join(p for p in parts if p), ""
    if values.get("next_step"):
        detail = " · ".join(p for p in (detail, f"→ {values['next_step']}") if p)
    by = values.get("created_by") or values.get("owner_id")
    icon = kind.icon if not values.get("text") else "chat_multiple"
    return Event(at, kind.key, id_, icon, choice.tone if choice else "accent", title, detail, by.label if by else "")


def _money(app: Application, kind: RecordType, values: dict[str, Any]) -> str:
    return f"¥{show(values['total'], kind.fields['total'], app.options)}" if values.get("total") is not None else ""


def _own_changes(app: Application, kind: RecordType, record_id: int, limit: int) -> Iterator[Event]:
    for entry in entries(app, kind.key, record_id, limit):
        if entry.action not in _CHANGES:
            continue
        changes = [f"{c.label}: {c.before or '–'} → {c.after or '–'}" for c in entry.changes[:3]] if entry.action != "create" else []
        title = "; ".join(changes) + ("…" if len(entry.changes) > 3 and changes else "")
        yield Event(entry.at, "", 0, "edit" if entry.action != "create" else "add", "grey", title, entry.action, entry.who)


def customer_money(app: Application, customer_id: int, today: dt.date | None = None) -> Money:
    """Orders of this year and open orders of a customer, count and sum."""
    day = today or dt.date.today()
    mine = Condition("customer_id", "any_of", (customer_id,))
    dates = Condition("order_date", "between", (dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)))
    real = Condition("status", "none_of", ("cancelled", "draft"))
    waiting = Condition("status", "any_of", ("confirmed", "part_delivered"))
    year = ListQuery("sales-orders", where=AllOf((mine, dates, real)))
    open_ = ListQuery("sales-orders", where=AllOf((mine, waiting)))
    return Money(
        count(app, year).number, totals(app, year, ["total"])["total"], count(app, open_).number, totals(app, open_, ["total"])["total"]
    )
