"""Whether the figures that documents keep of each other are what their documents say: asked of a whole database, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.documents import ZERO, number
from crm_desktop.records.money import receivable_state
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import RUNNING, delivery_state
from crm_desktop.services.chain import figures
from crm_desktop.services.chain.settling import Touched, follow_goods, settle
from crm_desktop.services.faults import told
from crm_desktop.services.reading import read_records
from db.engine import reading, writing
from db.models.money import Receivable

_AT_ONCE = 400


@dataclass(frozen=True)
class Difference:
    """One figure that is not what its documents say."""

    type: str
    id: int
    label: str
    field: str
    kept: Any
    sums: Any

    def __str__(self) -> str:
        return f"{self.label} {self.field}: {self.kept} ≠ {self.sums}"


def differences(app: Application, progress: Progress | None = None) -> list[Difference]:
    """Every figure of the chain that is not the sum of its documents."""
    progress, found = progress or Unwatched(), list[Difference]()
    with told(app), reading(app.engine) as connection:
        for key, sums in (("sales-orders", _orders), ("receivables", _receivables), ("invoices", _invoices)):
            kind = app.type(key)
            for drafts in _pages(app, connection, kind):
                progress.check_cancelled()
                for draft, wanted in sums(connection, kind, drafts):
                    found += _compared(kind, draft, wanted)
    return found


def repair(app: Application, wrong: list[Difference]) -> None:
    """Sum the figures of these records anew. Raises Refused where the documents themselves cannot be right."""
    touched = Touched()
    places = {"sales-orders": touched.orders, "receivables": touched.receivables, "invoices": touched.invoices}
    for difference in wrong:
        places[difference.type].add(difference.id)
    with told(app), writing(app.engine) as session:
        settle(session, app, touched)


def _pages(app: Application, connection: Any, kind: RecordType) -> Iterator[list[Draft]]:
    table: Any = kind.model.__table__
    last = 0
    while ids := list(connection.scalars(select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE))):
        yield list(read_records(app, connection, kind, ids).values())
        last = ids[-1]


def _compared(kind: RecordType, draft: Draft, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    label = kind.label_of(draft.values)
    for name, value in wanted.items():
        kept = draft.values.get(name)
        if (kept or ZERO if isinstance(value, Decimal) else kept) != value:
            yield Difference(kind.key, int(draft.id or 0), label, name, kept, value)


def _orders(connection: Any, kind: RecordType, drafts: list[Draft]) -> Iterator[tuple[Draft, dict[str, Any]]]:
    ids = [int(d.id or 0) for d in drafts]
    goods, refunds, invoiced = figures.goods(connection, ids)(), figures.refunds(connection, ids)(), figures.invoiced(connection, ids)()
    plans = _plans(connection, ids)
    for draft in drafts:
        id_ = int(draft.id or 0)
        fresh = draft.copy()
        follow_goods(fresh, goods)
        for line in fresh.lines:
            line.values["delivered"] = number(line.values, "by_hand") + number(line.values, "noted")
        wanted: dict[str, Any] = {
            "returned": sum(refunds.get(id_, {}).values(), ZERO),
            "invoiced": invoiced.get(id_, ZERO),
        } | plans.get(id_, dict.fromkeys(("received", "written_off", "open_amount"), ZERO))
        if draft.values.get("status") in RUNNING and id_ in plans:
            wanted["status"] = delivery_state(fresh)
        for name in ("noted", "returned", "delivered"):
            kept = [number(line.values, name) for line in draft.lines]
            if kept != [number(line.values, name) for line in fresh.lines]:
                draft.values[f"lines.{name}"] = kept
                wanted[f"lines.{name}"] = [number(line.values, name) for line in fresh.lines]
        yield draft, wanted


def _plans(connection: Any, orders: list[int]) -> dict[int, dict[str, Decimal]]:
    """What the receivables of orders come to."""
    table: Any = Receivable.__table__
    names = ("received", "written_off", "open_amount")
    found: dict[int, dict[str, Decimal]] = {}
    query = select(table.c.order_id, *(table.c[n] for n in names)).where(table.c.order_id.in_(orders))
    for order, *amounts in connection.execute(query):
        sums = found.setdefault(order, dict.fromkeys(names, ZERO))
        for name, amount in zip(names, amounts, strict=True):
            sums[name] += amount
    return found


def _receivables(connection: Any, kind: RecordType, drafts: list[Draft]) -> Iterator[tuple[Draft, dict[str, Any]]]:
    sums = figures.received(connection, [int(d.id or 0) for d in drafts])()
    for draft in drafts:
        v, received = draft.values, sums.get(int(draft.id or 0), ZERO)
        amount, written_off = number(v, "amount"), number(v, "written_off")
        due = v.get("basis") == "date" or v.get("reached_on") is not None
        yield draft, {
            "received": received,
            "open_amount": ZERO if v.get("void") else amount - received - written_off,
            "status": receivable_state(bool(v.get("void")), amount, received, written_off, due),
        }


def _invoices(connection: Any, kind: RecordType, drafts: list[Draft]) -> Iterator[tuple[Draft, dict[str, Any]]]:
    ids = [int(d.id or 0) for d in drafts]
    received, corrected = figures.received(connection, ids, "invoice_id")(), figures.corrected(connection, ids)()
    for draft in drafts:
        id_ = int(draft.id or 0)
        yield draft, {"received": received.get(id_, ZERO), "corrected": corrected.get(id_, ZERO)}
