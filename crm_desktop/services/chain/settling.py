"""Which records a change touches, and bringing their figures to what follows now, always in the same order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Refused
from crm_desktop.records.documents import ZERO, number
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import RUNNING
from crm_desktop.services.chain import figures
from crm_desktop.services.chain.keeping import keep
from crm_desktop.services.chain.plan import Plan, ask_receivables
from crm_desktop.services.reading import ask_records, read_record
from crm_desktop.words import _
from db.models.money import Receivable
from db.models.sales import SalesOrder

Move = tuple[Draft | None, Draft | None]
"""A record before and after something was done to it; None: it was not there."""


@dataclass
class Touched:
    """The records whose figures may have changed, by their ids."""

    orders: set[int] = field(default_factory=set)
    receivables: set[int] = field(default_factory=set)
    invoices: set[int] = field(default_factory=set)
    quotes: set[int] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)  # whose credit may have changed
    edited: set[int] = field(default_factory=set)  # receivables whose amount a person has set
    begun: set[int] = field(default_factory=set)  # orders confirmed just now
    batch: str = ""  # the import that all of it belongs to

    def add(self, kind: RecordType, moves: Iterable[Move]) -> None:
        """Note what these moves touch."""
        for before, after in moves:
            given = after or before
            if given is None:
                continue
            match kind.key:
                case "sales-orders":
                    self._order(before, after, int(given.id or 0))
                case "receivables":
                    self._receivable(before, after, int(given.id or 0))
                case "deliveries" | "returns" | "invoices" | "receipts":
                    for draft in (before, after):
                        if draft is not None and draft.values.get("status") in kind.closed:
                            self._document(draft)

    def _order(self, before: Draft | None, after: Draft | None, id_: int) -> None:
        for draft in (before, after):
            self.quotes |= _ids(draft, "quote_id")
        if before is not None and after is not None:
            self.orders.add(id_)
            if before.values.get("status") == "draft" and after.values.get("status") in RUNNING:
                self.begun.add(id_)

    def _receivable(self, before: Draft | None, after: Draft | None, id_: int) -> None:
        if after is not None:
            self.receivables.add(id_)
            if before is None or before.values.get("amount") != after.values.get("amount"):
                self.edited.add(id_)
        for draft in (before, after):
            self.orders |= _ids(draft, "order_id")

    def _document(self, draft: Draft) -> None:
        lines = [Draft("", values=line.values) for line in draft.lines]
        if draft.type == "invoices":
            self.invoices |= {int(draft.id or 0)} | _ids(draft, "corrects_id")
            for line in lines:
                self.orders |= _ids(line, "order_id")
        elif draft.type == "receipts":
            self.customers |= _ids(draft, "customer_id")
            for line in lines:
                self.receivables |= _ids(line, "receivable_id")
                self.invoices |= _ids(line, "invoice_id")
        else:
            self.orders |= _ids(draft, "order_id")


def _ids(draft: Draft | None, name: str) -> set[int]:
    value = draft.values.get(name) if draft else None
    return {value.id} if isinstance(value, Ref) else set()


def settle(session: Session, app: Application, touched: Touched) -> None:
    """Sum anew whatever was touched, and write what differs. Raises Refused where that gives what cannot be."""
    job = _Settling(session, app, touched)
    for id_ in sorted(touched.orders | job.orders_of(touched.receivables)):
        job.order(id_)
    for id_ in sorted(touched.receivables):
        job.receivable(id_)
    for id_ in sorted(touched.invoices):
        job.invoice(id_)
    for id_ in sorted(touched.quotes):
        job.quote(id_)
    for id_ in sorted(touched.customers):
        job.credit(id_)


class _Settling:
    def __init__(self, session: Session, app: Application, touched: Touched) -> None:
        self._session, self._app, self._touched = session, app, touched

    def orders_of(self, receivables: set[int]) -> set[int]:
        """The orders that receivables belong to."""
        table: Any = Receivable.__table__
        wanted, found = sorted(receivables), set[int]()
        for at in range(0, len(wanted), 500):
            query = select(table.c.order_id).where(table.c.id.in_(wanted[at : at + 500]), table.c.order_id.is_not(None))
            found |= set(self._session.scalars(query))
        return found

    def order(self, id_: int) -> None:
        """Goods, instalments and money of one order."""
        kind = self._app.type("sales-orders")
        session, wanted = self._session, [id_]
        # All of it is asked for before any answer is looked at: it travels together.
        asked, receivables = ask_records(self._app, session, kind, wanted), ask_receivables(session, self._app, id_)
        goods, refunded = figures.goods(session, wanted), figures.refunds(session, wanted)
        invoiced = figures.invoiced(session, wanted)
        before = asked().get(id_)
        if before is None:
            return  # deleted, with all that belonged to it
        order = before.copy()
        refunds = refunded().get(id_, {})
        follow_goods(order, goods())
        kind.derive(order, before)
        order.values["delivered_on"] = self._delivered_on(order)
        order.values["returned"] = sum(refunds.values(), ZERO)
        order.values["invoiced"] = invoiced().get(id_, ZERO)
        plan = Plan(session, self._app, order, receivables, self._touched.batch)
        plan.settle(refunds, self._touched.edited, id_ in self._touched.begun)
        order.values |= plan.sums()
        self._check_order(kind, order)
        keep(self._session, self._app, kind, before, order)

    def _delivered_on(self, order: Draft) -> dt.date | None:
        """The day the last goods left; what left without a note has no day, so it is the day it was entered."""
        if order.values.get("status") not in RUNNING:
            return order.values.get("delivered_on")
        if order.values["status"] != "done":
            return None
        shipped = figures.last_shipping(self._session, [int(order.id or 0)])().get(int(order.id or 0))
        return shipped or order.values.get("delivered_on") or dt.date.today()

    def _check_order(self, kind: RecordType, order: Draft) -> None:
        label = order.values.get("number")
        for _name, words in kind.check(order):
            raise Refused(f"{_(kind.title)} {label}: {words}", _("Nothing was done."))
        running = order.values.get("status") in RUNNING
        if running and number(order.values, "invoiced") > number(order.values, "total"):
            raise Refused(
                _("More of order {number} would be invoiced than it comes to.").format(number=label),
                _("Correct the lines of the invoice, or make a red invoice first."),
            )
        if order.values.get("status") == "cancelled":
            self._check_cancelled(label, order)

    @staticmethod
    def _check_cancelled(label: Any, order: Draft) -> None:
        """Nothing hangs on an order that does not hold: no money, no goods, no invoice, whatever was taken back before it was cancelled."""
        if number(order.values, "received"):
            raise Refused(_("Money was received for order {number}.").format(number=label), _("Take that receipt back first."))
        if number(order.values, "invoiced") or any(number(line.values, "delivered") for line in order.lines):
            raise Refused(
                _("Order {number} is cancelled, so nothing can be delivered or invoiced for it.").format(number=label),
                _("Reopen and confirm the order first."),
            )

    def receivable(self, id_: int) -> None:
        """One that belongs to no order; the others are settled with theirs."""
        kind = self._app.type("receivables")
        before = read_record(self._app, self._session, kind, id_)
        if before is None or before.values.get("order_id") is not None:
            return
        row = before.copy()
        row.values["received"] = figures.received(self._session, [id_])().get(id_, ZERO)
        kind.derive(row, before)
        for _name, words in kind.check(row):
            raise Refused(f"{row.values.get('number')}: {words}", _("Nothing was done."))
        keep(self._session, self._app, kind, before, row)

    def invoice(self, id_: int) -> None:
        """What was paid of an invoice, and taken off it."""
        kind = self._app.type("invoices")
        before = read_record(self._app, self._session, kind, id_)
        if before is None:
            return
        invoice = before.copy()
        received, corrected = figures.received(self._session, [id_], "invoice_id"), figures.corrected(self._session, [id_])
        invoice.values["received"], invoice.values["corrected"] = received().get(id_, ZERO), corrected().get(id_, ZERO)
        total = number(invoice.values, "total")
        if invoice.values["corrected"] + total < 0 <= total:
            raise Refused(_("Red invoices would take off more than invoice {number} has.").format(number=invoice.values["number"]))
        if invoice.values["received"] > max(total, ZERO):
            raise Refused(_("More would be received than invoice {number} comes to.").format(number=invoice.values["number"]))
        keep(self._session, self._app, kind, before, invoice)

    def quote(self, id_: int) -> None:
        """A quote is ordered as long as an order that holds, or may come to hold, was made from it."""
        kind = self._app.type("quotes")
        before = read_record(self._app, self._session, kind, id_)
        if before is None:
            return
        table: Any = SalesOrder.__table__
        query = select(table.c.id).where(table.c.quote_id == id_, table.c.status != "cancelled").limit(1)
        ordered = self._session.scalar(query) is not None
        quote = before.copy()
        if ordered != (quote.values.get("status") == "ordered"):
            quote.values["status"] = "ordered" if ordered else "sent"
            keep(self._session, self._app, kind, before, quote)

    def credit(self, customer: int) -> None:
        """Nobody takes out more than there is to a customer's credit."""
        if any(left < 0 for left in figures.credit(self._session, customer)().values()):
            raise Refused(
                _("The customer has not so much credit."), _("Only what was paid in advance or too much can be used or paid back.")
            )


def follow_goods(order: Draft, goods: dict[int, figures.Goods]) -> None:
    """What of each line was delivered by notes and came back. What is exchanged counts as not delivered: it goes out again."""
    for line in order.lines:
        moved = goods.get(int(line.id or 0), figures.Goods())
        line.values["noted"] = moved.shipped - moved.exchanged
        line.values["returned"] = moved.refunded

