"""What may not be done with a document because of another one. Asked before it is written, under the customer's lock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Invalid, Refused
from crm_desktop.records.documents import ZERO, number
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import RUNNING
from crm_desktop.services.reading import read_record, read_records
from crm_desktop.words import _, ngettext
from db.bundling import ask
from db.models.deliveries import Delivery, DeliveryLine, SalesReturn, SalesReturnLine
from db.models.money import Invoice, InvoiceLine, Receivable
from db.models.products import Product
from db.models.sales import SalesOrderLine
from db.roles import own

Problem = tuple[str, str]
Rule = Callable[[Session, Application, RecordType, Draft, Draft | None], Iterable[Problem]]


def prepare(session: Session, kind: RecordType, drafts: Iterable[Draft]) -> None:
    """Fill in what the program knows and the person perhaps may not: costs of products, prices of the order."""
    rows = list(drafts)
    if kind.key == "quotes" and not own(session):  # there the server fills in what products cost
        _fill(session, Product, rows, "product_id", MappingProxyType({"cost": "cost"}), lambda line: line.get("cost") is None)
    elif kind.key == "returns":
        from_order = MappingProxyType({n: n for n in ("price", "discount", "tax_rate")})
        _fill(session, SalesOrderLine, rows, "order_line_id", from_order, lambda line: not line.get("price"))


def _fill(
    session: Session, model: Any, drafts: Sequence[Draft], by: str, names: Mapping[str, str], wanting: Callable[[Mapping[str, Any]], bool]
) -> None:
    table: Any = model.__table__
    waiting = [line for d in drafts for line in d.lines if line.values.get(by) is not None and wanting(line.values)]
    ids = {_plain(line.values[by]) for line in waiting}
    if not ids:
        return
    query = select(table.c.id, *(table.c[n] for n in names.values())).where(table.c.id.in_(sorted(ids)))
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in session.execute(query)}
    for line in waiting:
        line.values |= {n: v for n, v in found.get(_plain(line.values[by]), {}).items() if v is not None}


def _plain(value: Any) -> int:
    return value.id if isinstance(value, Ref) else int(value)


def allow(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> None:
    """Raise Invalid where another document forbids what is to be written."""
    rule = _RULES.get(kind.key)
    if rule is not None and (found := dict(rule(session, app, kind, after, before))):
        raise Invalid(found)


def allow_deleting(session: Session, kind: RecordType, ids: Sequence[int]) -> Callable[[], None]:
    """Ask for documents that others count on; what comes back raises Refused for them: those are cancelled, and stay."""
    if not kind.closed and kind.key != "receivables":
        return lambda: None
    table: Any = kind.model.__table__
    if kind.key == "receivables":
        back: Any = SalesReturn.__table__
        query = select(table.c.number).join(back, back.c.id == table.c.return_id).where(back.c.status == "confirmed")
        advice = _("Cancel the return instead.")
    else:
        query = select(table.c[kind.label[0]]).where(table.c.status.in_(kind.closed))
        advice = _("Cancel it instead: it stays, and counts no longer.")
    counting = ask(session, query.where(table.c.id.in_(ids)).limit(5))

    def look() -> None:
        if found := counting.scalars():
            words = ngettext("{labels} counts and cannot be deleted.", "{labels} count and cannot be deleted.", len(found))
            raise Refused(words.format(labels=", ".join(found)), advice)

    return look


def _counts_now(kind: RecordType, after: Draft, before: Draft | None) -> bool:
    """Whether the document begins to count with this change."""
    states = kind.closed
    return after.values.get("status") in states and (before is None or before.values.get("status") not in states)


def _of_an_order(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> Iterator[Problem]:
    """A delivery or return that counts is of an order that holds, of its customer, and of its lines."""
    if not _counts_now(kind, after, before):
        return
    order = read_record(app, session, app.type("sales-orders"), after.values["order_id"].id)
    if order is None or order.values.get("status") not in RUNNING:
        yield "order_id", _("The order is not confirmed.")
        return
    if order.values["customer_id"] != after.values.get("customer_id"):
        yield "customer_id", _("The order is another customer's.")
    lines = {line.id: line.values for line in order.lines}
    asked: dict[int, Decimal] = {}
    for at, line in enumerate(after.lines):
        id_ = int(line.values.get("order_line_id") or 0)
        if id_ not in lines:
            yield f"lines.{at}.name", _("This line is not in the order.")
            continue
        asked[id_] = asked.get(id_, ZERO) + number(line.values, "quantity")
        delivered, returned = number(lines[id_], "delivered"), number(lines[id_], "returned")
        left = number(lines[id_], "quantity") - delivered if kind.key == "deliveries" else delivered - returned
        if asked[id_] > left:
            more, back = _("Only {quantity} of this is still to be delivered."), _("Only {quantity} of this can come back.")
            yield f"lines.{at}.quantity", (more if kind.key == "deliveries" else back).format(quantity=f"{left.normalize():f}")


def _order(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> Iterator[Problem]:
    """Lines that documents point to stay; an order with documents stays with its customer."""
    if before is None:
        return
    gone = {int(line.id or 0) for line in before.lines} - {int(line.id or 0) for line in after.lines}
    if gone and (named := _pointed(session, gone)):
        yield "lines", _("A line that was removed stands in {numbers}.").format(numbers=", ".join(named))
    if after.values.get("customer_id") != before.values.get("customer_id") and (named := _documents_of(session, int(after.id or 0))):
        yield "customer_id", _("The order has documents already: {numbers}.").format(numbers=", ".join(named))


def _pointed(session: Session, lines: Collection[int]) -> list[str]:
    found: list[str] = []
    for head, line in ((Delivery, DeliveryLine), (SalesReturn, SalesReturnLine)):
        heads: Any = head.__table__
        rows: Any = line.__table__
        query = select(heads.c.number).join(rows, rows.c.parent_id == heads.c.id).where(rows.c.order_line_id.in_(lines)).distinct()
        found += session.scalars(query.limit(5))
    return found


def _documents_of(session: Session, order: int) -> list[str]:
    found: list[str] = []
    for model in (Delivery, SalesReturn, Receivable):
        table: Any = model.__table__
        found += session.scalars(select(table.c.number).where(table.c.order_id == order).limit(3))
    heads: Any = Invoice.__table__
    rows: Any = InvoiceLine.__table__
    found += session.scalars(select(heads.c.number).join(rows, rows.c.parent_id == heads.c.id).where(rows.c.order_id == order).distinct())
    return found


def _receivable(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> Iterator[Problem]:
    """An instalment is its order's customer's, and stays with its order."""
    order, was = after.values.get("order_id"), before.values.get("order_id") if before else None
    if before is not None and order != was:
        yield "order_id", _("A receivable stays with its order. Delete it, and add one to the other order.")
    elif order is not None and (before is None or after.values.get("customer_id") != before.values.get("customer_id")):
        found = read_record(app, session, app.type("sales-orders"), order.id)
        if found is not None and found.values["customer_id"] != after.values.get("customer_id"):
            yield "customer_id", _("The order is another customer's.")
    if before is not None and number(before.values, "received") and after.values.get("customer_id") != before.values.get("customer_id"):
        yield "customer_id", _("Money was received for it already.")


def _invoice(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> Iterator[Problem]:
    """An invoice that counts is over orders of its customer that hold; a red one corrects an issued one of the same customer."""
    if not _counts_now(kind, after, before):
        return
    original = after.values.get("corrects_id")
    if original is not None:
        found = read_record(app, session, kind, original.id)
        if found is None or found.values.get("status") != "issued" or found.values.get("corrects_id") is not None:
            yield "corrects_id", _("Only an issued invoice can be corrected.")
        elif found.values["customer_id"] != after.values.get("customer_id"):
            yield "customer_id", _("The invoice is another customer's.")
    ids = {line.values["order_id"].id for line in after.lines if line.values.get("order_id") is not None}
    orders = read_records(app, session, app.type("sales-orders"), sorted(ids))
    for at, line in enumerate(after.lines):
        order = orders.get(line.values["order_id"].id) if line.values.get("order_id") is not None else None
        if order is None:
            continue
        if order.values["customer_id"] != after.values.get("customer_id"):
            yield f"lines.{at}.order_id", _("The order is another customer's.")
        elif original is None and order.values.get("status") not in RUNNING:
            yield f"lines.{at}.order_id", _("The order is not confirmed.")


def _receipt(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> Iterator[Problem]:
    """A receipt that counts settles what its customer owes in its currency, and no more of it than is open."""
    if not _counts_now(kind, after, before):
        return
    customer, currency = after.values.get("customer_id"), after.values.get("currency_id")
    rows = read_records(app, session, app.type("receivables"), sorted({line.values["receivable_id"].id for line in after.lines}))
    bills = {line.values["invoice_id"].id for line in after.lines if line.values.get("invoice_id") is not None}
    invoices = read_records(app, session, app.type("invoices"), sorted(bills))
    for at, line in enumerate(after.lines):
        amount = number(line.values, "amount")
        row = rows.get(line.values["receivable_id"].id)
        invoice = invoices.get(line.values["invoice_id"].id) if line.values.get("invoice_id") is not None else None
        if row is None:
            yield f"lines.{at}.receivable_id", _("This record does not exist any more.")
            continue
        left = number(row.values, "open_amount")
        if row.values["customer_id"] != customer:
            yield f"lines.{at}.receivable_id", _("The receivable is another customer's.")
        elif row.values.get("currency_id") != currency:
            yield f"lines.{at}.receivable_id", _("The receivable is in another currency.")
        elif row.values.get("void") or not amount or (amount > 0) != (left > 0) or abs(amount) > abs(left):
            yield f"lines.{at}.amount", _("Only {amount} of this is open.").format(amount=f"{left:,.2f}")
        if invoice is not None and (invoice.values["customer_id"] != customer or invoice.values.get("status") != "issued"):
            yield f"lines.{at}.invoice_id", _("Only an issued invoice of this customer can be paid.")


_RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "sales-orders": _order,
        "deliveries": _of_an_order,
        "returns": _of_an_order,
        "receivables": _receivable,
        "invoices": _invoice,
        "receipts": _receipt,
    }
)
