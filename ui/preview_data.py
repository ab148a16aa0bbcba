"""What the panel beside a list shows of one record, gathered off the GUI thread; generic over record types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Refused
from crm_desktop.filters import AllOf, Condition, Filter, ListQuery
from crm_desktop.kinds import show
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import Field, RecordType, Related
from crm_desktop.services.listing import Count, Stop, count, fetch_page, totals
from crm_desktop.services.saving import open_record
from crm_desktop.services.sharing import Share, can_be_shared, shares
from crm_desktop.words import _

_ITEMS = 6
_CAP = 999


@dataclass(frozen=True)
class Item:
    """One record that belongs to the one shown."""

    id: int
    title: str
    detail: str
    amount: str = ""
    code: str = ""  # of its first choice: call, mail …
    tone: str = "grey"


@dataclass(frozen=True)
class Part:
    """The records of one type that point to the one shown."""

    type: RecordType
    field: str
    number: Count
    items: tuple[Item, ...]
    total: Decimal | None = None
    total_label: str = ""


@dataclass(frozen=True)
class PreviewData:
    """Everything the panel shows."""

    draft: Draft
    parts: tuple[Part, ...] = field(default=())
    shared: tuple[Share, ...] = field(default=())


def journal_text(kind: RecordType) -> str:
    """The field of a type in which people write down what happened; "" for other types."""
    return next((n for n, f in kind.fields.items() if f.kind == "long_text" and f.required), "")


def load_preview(app: Application, type_key: str, id_: int, stop: Stop | None = None) -> PreviewData:
    """The record with the last few of what belongs to it. Raises Missing."""
    kind = app.type(type_key)
    draft = open_record(app, type_key, id_)
    parts = []
    for related in kind.related:
        try:
            parts.append(_part(app, related, id_, stop))
        except Refused:  # this person sees the record, but not these
            continue
    parts.sort(key=lambda p: not journal_text(p.type))  # what happened comes first
    shared = shares(app, type_key, [id_]) if can_be_shared(kind) else []
    return PreviewData(draft, tuple(parts), tuple(shared))


def _part(app: Application, related: Related, id_: int, stop: Stop | None) -> Part:
    kind = app.type(related.type)
    visible = kind.visible(app.actor)
    where: Filter = Condition(related.field, "any_of", (id_,))
    names = _columns(kind, visible, related.field)
    query = ListQuery(kind.key, names, where, order=_newest(kind))
    rows = fetch_page(app, query, size=_ITEMS, stop=stop).rows
    number = count(app, query, _CAP, stop) if len(rows) == _ITEMS else Count(len(rows), False)
    items = tuple(_item(app, kind, dict(zip(names, row, strict=False)), row[-1], related.field) for row in rows)
    summed = next((n for n, f in visible.items() if f.total and f.width), "")
    if not summed or not rows:
        return Part(kind, related.field, number, items)
    refused = tuple(s.code for s in kind.states if s.tone == "red")  # what was cancelled is no turnover
    counted = AllOf((where, Condition("status", "none_of", refused))) if refused else where
    total = totals(app, ListQuery(kind.key, where=counted), [summed], stop)[summed]
    return Part(kind, related.field, number, items, total, _(kind.plural))


def _newest(kind: RecordType) -> tuple[str, ...]:
    """The newest first, where the type knows a day of its own; else its usual order."""
    first = kind.order[0].removeprefix("-")
    return (f"-{first}",) if kind.fields[first].kind in ("date", "datetime") and first != "due" else kind.order


def _columns(kind: RecordType, visible: Mapping[str, Field], parent: str) -> tuple[str, ...]:
    days = [n for n, f in visible.items() if f.kind in ("date", "datetime") and f.width][:1]
    choices = [n for n, f in visible.items() if f.kind in ("option", "state") and f.width]
    amounts = [n for n, f in visible.items() if f.total and f.width][:1]
    texts = [journal_text(kind)] if journal_text(kind) else []
    owner = ["owner_id"] if texts and "owner_id" in visible else []
    wanted = (*kind.label, *kind.subtitle, *choices, *days, *amounts, *texts, *owner)
    return tuple(dict.fromkeys(n for n in wanted if n in visible and n != parent))


def _item(app: Application, kind: RecordType, values: Mapping[str, Any], id_: int, parent: str) -> Item:
    fields, options = kind.fields, app.options
    text = journal_text(kind)
    amount = next((n for n in values if fields[n].total), "")
    choice = next((n for n in ("status", "kind", *values) if n in values and fields[n].kind in ("option", "state")), "")
    chosen = options.find(fields[choice].options, values[choice]) if choice and values[choice] else None
    title = str(values.get(text) or "") if text else kind.label_of(values)
    used = {text, amount, *(kind.label if not text else ())}
    details = (_short(values[n], fields[n], app) for n in _reading_order(values, fields) if n not in used)
    money = show(values[amount], fields[amount], options) if amount else ""
    return Item(
        id_,
        " ".join(title.split()),
        " · ".join(d for d in details if d),
        money,
        chosen.code if chosen else "",
        chosen.tone if chosen else "grey",
    )


def _reading_order(values: Iterable[str], fields: Mapping[str, Field]) -> list[str]:
    """Choices, then days, then the rest: "Confirmed · 2026-11-18 · Lin Xiao"."""
    rank = {"state": 0, "option": 0, "date": 1, "datetime": 1}
    return sorted(values, key=lambda n: rank.get(fields[n].kind, 2))


def _short(value: Any, about: Field, app: Application) -> str:
    if isinstance(value, Ref):
        return value.label
    if about.kind == "yes_no":
        return _(about.label) if value else ""
    return show(value, about, app.options)


def is_late(draft: Draft, about: Field, today: dt.date) -> bool | None:
    """Whether the day in a field has passed; None where the field holds no day that still matters."""
    value = draft.values.get(about.name)
    if about.due is None or value is None:
        return None
    if not all(draft.values.get(n) in wanted for n, wanted in about.due.items()):
        return None
    day = to_local(value).date() if isinstance(value, dt.datetime) else value
    return bool(day < today)
