"""The instalments of an order: made when it is confirmed, kept at its total, due when what they wait for has happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Refused
from crm_desktop.records.documents import ZERO, number
from crm_desktop.records.sales import RUNNING
from crm_desktop.rules.instalments import Part, fit, split
from crm_desktop.services.chain import figures
from crm_desktop.services.chain.keeping import keep, tell_later
from crm_desktop.services.inserting import insert_records
from crm_desktop.services.reading import ask_pointing, read_record, read_records
from crm_desktop.words import _
from db.models.customers import Customer

_OWN = ("customer_id", "currency_id", "owner_id", "department_id")


Receivables = figures.Later[tuple[list[Draft], Mapping[int, Decimal]]]


def ask_receivables(session: Session, app: Application, order: int) -> Receivables:
    """Ask for the receivables of an order, and for what receipts settle of each."""
    kind = app.type("receivables")
    table: Any = kind.model.__table__
    rows = ask_pointing(app, session, kind, "order_id", order)
    received = figures.received(session, select(table.c.id).where(table.c.order_id == order))
    return lambda: (list(rows().values()), received())


class Plan:
    """The receivables of one order, inside a transaction."""

    def __init__(self, session: Session, app: Application, order: Draft, receivables: Receivables, batch: str = "") -> None:
        """batch: the import that brings the order in, and its instalments with it."""
        self._session, self._app, self._order, self._batch = session, app, order, batch
        self._kind = app.type("receivables")
        self._rows, self._received = receivables()
        self._before = {d.id: d.copy() for d in self._rows}

    def settle(self, refunds: Mapping[int, Decimal], edited: Collection[int], begins: bool) -> None:
        """Bring every receivable of the order to what follows now. begins: the order was confirmed just now."""
        order = self._order
        running = order.values.get("status") in RUNNING
        parts = [d for d in self._rows if d.values.get("return_id") is None]
        if running and not parts and begins and number(order.values, "total") > 0:
            self._make()
        self._receive()
        parts = [d for d in self._rows if d.values.get("return_id") is None]
        if running and parts:
            self._fit(parts, edited)
        if running or refunds:
            self._credit(refunds)
        for row in self._rows:
            self._state(row, refunds)
            self._keep(row)

    def sums(self) -> dict[str, Decimal]:
        """What the order shows of its receivables."""
        return {n: sum((number(d.values, n) for d in self._rows), ZERO) for n in ("received", "written_off", "open_amount")}

    def _receive(self) -> None:
        for row in self._rows:  # nobody has paid yet what was made just now
            row.values["received"] = self._received.get(int(row.id or 0), ZERO)

    def _terms(self) -> list[dict[str, Any]]:
        """The instalments that the order's terms ask for; without terms, one after the customer's credit days."""
        order, customer = self._order.values, None
        table: Any = Customer.__table__
        if (buyer := order.get("customer_id")) is not None:
            query = select(table.c.terms_id, table.c.credit_days).where(table.c.id == buyer.id)
            customer = self._session.execute(query).one_or_none()
        chosen = order["terms_id"].id if order.get("terms_id") else customer.terms_id if customer else None
        terms = read_record(self._app, self._session, self._app.type("payment-terms"), chosen) if chosen else None
        if terms and terms.lines:
            return [{n: line.values[n] for n in ("title", "share", "basis", "days")} for line in terms.lines]
        days = (customer.credit_days if customer else None) or 0
        basis = "delivered" if days else "signed"
        return [{"title": _("Whole amount"), "share": Decimal(100), "basis": basis, "days": days}]

    def _make(self) -> None:
        rows = self._terms()
        amounts = split(number(self._order.values, "total"), [r["share"] for r in rows])
        made = [self._new(r["title"], amount, r["basis"], r["days"]) for r, amount in zip(rows, amounts, strict=True)]
        self._insert(made)

    def _new(self, title: str, amount: Decimal, basis: str, days: int = 0, **more: Any) -> Draft:
        own = {n: self._order.values.get(n) for n in _OWN}
        values = _blank(self._kind) | own
        values |= {"order_id": Ref(int(self._order.id or 0), str(self._order.values.get("number") or ""))}
        values |= {"title": title, "amount": amount, "basis": basis, "days": days, "reached_on": self._reached(basis, None)}
        return Draft(self._kind.key, None, 0, values | more)

    def _insert(self, drafts: list[Draft]) -> None:
        action = "import" if self._batch else "create"
        for made in insert_records(self._session, self._app, self._kind, drafts, action, self._batch):
            self._rows.append(made)
            self._before[made.id] = made.copy()
            tell_later(self._session, self._app, self._kind.key, int(made.id or 0))

    def _fit(self, parts: list[Draft], edited: Collection[int]) -> None:
        """Let the instalments come to the total of the order."""
        least = [number(d.values, "received") + number(d.values, "written_off") for d in parts]
        now = [Part(number(d.values, "amount"), low, d.id in edited) for d, low in zip(parts, least, strict=True)]
        amounts = fit(number(self._order.values, "total"), now)
        if amounts is None:
            raise Refused(
                _("The instalments of order {number} would be more than its total.").format(number=self._order.values.get("number")),
                _("Make an instalment smaller, or take back a receipt first."),
            )
        for row, amount in zip(parts, amounts, strict=False):
            row.values["amount"] = amount
        if len(amounts) > len(parts):
            last = parts[-1].values
            self._insert([self._new(_("Rest"), amounts[-1], last["basis"], last["days"], due_date=last.get("due_date"))])

    def _credit(self, refunds: Mapping[int, Decimal]) -> None:
        """A negative receivable for every refund: the customer owes less, whatever was paid."""
        known = {d.values["return_id"].id: d for d in self._rows if d.values.get("return_id") is not None}
        returns = read_records(self._app, self._session, self._app.type("returns"), sorted(set(refunds) - set(known)))
        new = []
        for id_, total in refunds.items():
            if id_ in known:
                known[id_].values["amount"] = -total
            elif total:
                back = returns[id_].values
                ref = Ref(id_, back["number"])
                words = _("Return {number}").format(number=back["number"])
                new.append(self._new(words, -total, "date", return_id=ref, due_date=back["return_date"]))
        self._insert(new)

    def _reached(self, basis: str, was: dt.date | None) -> dt.date | None:
        """The day on which what an instalment waits for has happened."""
        order = self._order.values
        if order.get("status") not in RUNNING:
            return was  # an order that is being revised keeps what has been reached
        return {
            "signed": order.get("order_date"),
            "delivered": order.get("delivered_on") if order.get("status") == "done" else None,
            "accepted": order.get("accepted_on"),
        }.get(basis)

    def _state(self, row: Draft, refunds: Mapping[int, Decimal]) -> None:
        back = row.values.get("return_id")
        row.values["void"] = self._order.values.get("status") == "cancelled" or (back is not None and back.id not in refunds)
        row.values["reached_on"] = self._reached(row.values.get("basis") or "date", row.values.get("reached_on"))
        if row.values["void"] and number(row.values, "received"):
            raise Refused(
                _("Money was received for {number}.").format(number=row.values.get("number")), _("Take that receipt back first.")
            )

    def _keep(self, row: Draft) -> None:
        before = self._before[row.id]
        self._kind.derive(row, before)
        for _name, words in self._kind.check(row):
            raise Refused(f"{row.values.get('number')}: {words}", _("Nothing was done."))
        keep(self._session, self._app, self._kind, before, row)


def _blank(kind: Any) -> dict[str, Any]:
    """What the fields of a new record of this type begin with."""
    table = kind.model.__table__
    found: dict[str, Any] = {}
    for name, about in kind.fields.items():
        if about.custom:
            found[name] = () if about.kind == "tags" else False if about.kind == "yes_no" else None
            continue
        default = table.c[name].default
        found[name] = None if default is None else default.arg(None) if default.is_callable else default.arg
    return found
