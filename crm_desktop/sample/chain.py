"""What became of the newer orders of the sample company: quotes before them, deliveries, invoices, receivables and receipts after them.

Most customers pay within days of the due date, every ninth pays late or not at all. Orders from before the chain have no documents.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from random import Random

from crm_desktop.rules.amount_words import chinese_words
from crm_desktop.rules.instalments import split
from crm_desktop.rules.totals import document_amounts, line_amounts
from crm_desktop.sample.columns import scaled
from crm_desktop.sample.makers import Order, Row, World, text_of
from crm_desktop.words import _
from db.search import fold

_DAYS = 200
_MOST = 2000  # customers of whom all newer orders have documents; of more, only the newest have
_LARGE = Decimal(20_000)
_ZERO = Decimal(0)
_CARRIED = ("position", "product_id", "name", "specification", "unit", "quantity", "price", "discount", "tax_rate", "amount", "tax")
_DELIVERED = ("done", "part_delivered")
_TERMS = ((Decimal(30), "signed", 0), (Decimal(60), "delivered", 30), (Decimal(10), "accepted", 60))


def chain_begins(world: World) -> dt.date:
    """The day of the first orders that have documents."""
    return world.today - dt.timedelta(days=max(2, _DAYS * _MOST // max(len(world.customers), _MOST)))


@dataclass
class Documents:
    """Rows of each table for a few thousand orders, with the ids and numbers they get."""

    world: World
    next_id: Callable[[str], int]  # by table
    number: Callable[[str, dt.date], str]  # by sequence
    since: dt.date
    chance: Random  # its own, so that what is made of orders changes nothing about them
    rows: dict[str, list[Row]] = field(default_factory=dict)
    made: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, row: Row) -> Row:
        """One more row, under the next id."""
        row = {"id": self.next_id(table)} | row
        self.rows.setdefault(table, []).append(row)
        self.made[table] += 1
        return row

    def follow(self, order: Order, head: Row, lines: list[Row]) -> None:
        """Make the documents of one order; its own row and lines get the figures that follow."""
        for line in lines:
            line["by_hand"] = line["delivered"]
        if order.day < self.since or order.status == "cancelled":
            return
        if self.chance.random() < 0.3:
            head["quote_id"] = self._quote(order, head, lines, "ordered")["id"]
        elif self.chance.random() < 0.25:
            self._quote(order, head, lines, self.chance.choice(("sent", "sent", "lost", "draft")))
        if order.status == "draft":
            return
        delivered_on = min(order.day + dt.timedelta(days=self.chance.randrange(2, 12)), self.world.today)
        if order.status in _DELIVERED:
            self._delivery(order, head, lines, delivered_on)
            head["delivered_on"] = delivered_on if order.status == "done" else None
        if order.status == "done" and (self.world.today - delivered_on).days > 20:
            head["accepted_on"] = delivered_on + dt.timedelta(days=10)
        self._owe(order, head)
        if order.status == "done" and self.chance.random() < 0.06:
            self._came_back(order, head, lines, min(delivered_on + dt.timedelta(days=9), self.world.today))
        if order.status == "done" and self.chance.random() < 0.8:
            self._invoice(order, head, lines, delivered_on)
            head["invoiced"] = head["total"]

    def _head(self, order: Order, head: Row, day: dt.date) -> Row:
        stamp = dt.datetime.combine(day, dt.time(3), dt.UTC)
        return {"customer_id": head["customer_id"], "owner_id": head["owner_id"], "created_at": stamp, "updated_at": stamp}

    def _names(self, order: Order) -> tuple[str, str]:
        name, letters, _address, _owner = self.world.customers[order.customer]
        return fold(name), letters

    def _quote(self, order: Order, head: Row, lines: list[Row], status: str) -> Row:
        day = order.day - dt.timedelta(days=self.chance.randrange(1, 20))
        number = self.number("quotes", day)
        costs, margins = _ZERO, list[Decimal]()
        for (place, quantity, _discount, sums), _line in zip(order.lines, lines, strict=True):
            cost = (self.world.products[place][5] * 70 / 100 * quantity).quantize(Decimal("0.01"), ROUND_HALF_UP)
            costs += cost
            margins.append(sums.amount - sums.tax - cost)
        net = order.sums.net
        rate = ((net - costs) * 100 / net).quantize(Decimal("0.01"), ROUND_HALF_UP) if net > 0 else _ZERO
        amounts = {n: head[n] for n in ("net", "tax", "total", "total_words", "currency_id", "contact_id")}
        quote = self.add("quote", self._head(order, head, day) | amounts | {
            "number": number, "quote_date": day, "valid_until": day + dt.timedelta(days=30), "status": status,
            "lost_reason": self.chance.choice(("price", "competitor", "no_budget")) if status == "lost" else "",
            "cost": scaled(costs, 2), "margin": scaled(net - costs, 2), "margin_rate": scaled(rate, 4),
            "search_text": text_of(number.casefold(), *self._names(order)),
        })  # fmt: skip
        for (place, *_rest), line, margin in zip(order.lines, lines, margins, strict=True):
            one = scaled(self.world.products[place][5] * 70 / 100, 4)
            more = {"parent_id": quote["id"], "cost": one, "margin": scaled(margin, 2)}
            self.add("quote_line", {n: line[n] for n in ("code", *_CARRIED)} | more)
        return quote

    def _delivery(self, order: Order, head: Row, lines: list[Row], day: dt.date) -> None:
        number = self.number("deliveries", day)
        name, letters = self._names(order)
        signed = (self.world.today - day).days > 5
        carrier, tracking = self.chance.choice(self.world.words.CARRIERS), ""
        if carrier:
            tracking = f"{self.chance.choice(('SF', 'DP', 'YT'))}{self.chance.randrange(10**9):010d}"
        delivery = self.add("delivery", self._head(order, head, day) | {
            "number": number, "order_id": head["id"], "contact_id": head["contact_id"], "delivery_date": day,
            "status": "signed" if signed else "shipped", "address": head["delivery_address"], "carrier": carrier, "tracking": tracking,
            "signed_on": day + dt.timedelta(days=2) if signed else None,
            "search_text": text_of(number.casefold(), fold(head["number"]), name, letters, fold(carrier), tracking.casefold()),
        })  # fmt: skip
        goods = ("product_id", "code", "name", "specification", "unit")
        for line in lines:
            line["noted"], line["by_hand"] = line["delivered"], 0
            if line["delivered"]:
                at = {"parent_id": delivery["id"], "order_line_id": line["id"], "quantity": line["delivered"], "position": line["position"]}
                self.add("delivery_line", {n: line[n] for n in goods} | at)

    def _came_back(self, order: Order, head: Row, lines: list[Row], day: dt.date) -> None:
        """One piece of the first line came back for its money: the customer owes less by a receivable below nothing."""
        place, _quantity, discount, _sums = order.lines[0]
        price, rate = self.world.products[place][5:7]
        line, worth = lines[0], line_amounts(Decimal(1), price, discount, rate, included=True)
        sums = document_amounts([worth], _ZERO, _ZERO, included=True)
        number, (name, letters) = self.number("returns", day), self._names(order)
        back = self.add("sales_return", self._head(order, head, day) | {
            "number": number, "order_id": head["id"], "return_date": day, "kind": "refund", "status": "confirmed",
            "reason": self.chance.choice(("damaged", "wrong", "too_many")), "net": scaled(sums.net, 2), "tax": scaled(sums.tax, 2),
            "total": scaled(sums.total, 2), "total_words": chinese_words(sums.total),
            "search_text": text_of(number.casefold(), fold(head["number"]), name, letters),
        })  # fmt: skip
        goods = {n: line[n] for n in ("product_id", "code", "name", "specification", "unit", "price", "discount", "tax_rate")}
        amounts = {"quantity": scaled(Decimal(1), 4), "amount": scaled(worth.amount, 2), "tax": scaled(worth.tax, 2)}
        self.add("sales_return_line", goods | amounts | {"parent_id": back["id"], "order_line_id": line["id"], "position": 0})
        line["returned"] = scaled(Decimal(1), 4)
        head["returned"] = scaled(sums.total, 2)
        head["open_amount"] -= scaled(sums.total, 2)
        title = _("Return {number}").format(number=number)
        owed = self._receivable(order, head, title, -sums.total, _ZERO, "date", 0, None, day)
        owed |= {"return_id": back["id"], "status": "open", "dunning_level": 0, "reminded_on": None}

    def _invoice(self, order: Order, head: Row, lines: list[Row], delivered_on: dt.date) -> None:
        day = min(delivered_on + dt.timedelta(days=5), self.world.today)
        number, (name, letters) = self.number("invoices", day), self._names(order)
        code = f"{self.chance.randrange(10**8):08d}"
        invoice = self.add("invoice", self._head(order, head, day) | {
            "number": number, "invoice_code": code, "invoice_date": day, "status": "issued", "kind": "special",
            "currency_id": head["currency_id"], "title_name": self.world.customers[order.customer][0],
            "search_text": text_of(number.casefold(), code, name, letters),
        } | {n: head[n] for n in ("net", "tax", "total", "total_words")})  # fmt: skip
        for line in lines:
            more = {"parent_id": invoice["id"], "order_id": head["id"], "gross": line["amount"]}
            self.add("invoice_line", {n: line[n] for n in _CARRIED} | more)

    def _owe(self, order: Order, head: Row) -> None:
        """The receivables of an order, and what came in of them."""
        total = order.sums.total
        if total >= _LARGE:
            titles = (_("Deposit"), _("Payment on delivery"), _("Rest"))
            amounts = split(total, [share for share, _basis, _days in _TERMS])
            parts = [(title, amount, basis, days) for title, amount, (_s, basis, days) in zip(titles, amounts, _TERMS, strict=True)]
        else:
            parts = [(_("Whole amount"), total, "delivered", 30)]
        reached = {"signed": order.day, "delivered": head.get("delivered_on"), "accepted": head.get("accepted_on")}
        came = left = _ZERO
        for title, amount, basis, days in parts:
            on = reached[basis]
            due = on + dt.timedelta(days=days) if on else None
            paid = self._paid(order, amount, due)
            received = paid[1] if paid else _ZERO
            came, left = came + received, left + amount - received
            row = self._receivable(order, head, title, amount, received, basis, days, on, due)
            if paid:
                self._receipt(order, head, row, *paid)
        head["received"], head["open_amount"] = scaled(came, 2), scaled(left, 2)

    def _paid(self, order: Order, amount: Decimal, due: dt.date | None) -> tuple[dt.date, Decimal] | None:
        """When an amount came in, and how much of it; None: not yet."""
        if due is None:
            return None
        chance = self.chance
        late = order.customer % 9 == 0
        if late and chance.random() < 0.4:
            return None
        day = due + dt.timedelta(days=chance.randrange(25, 100) if late else chance.randrange(-6, 12))
        if day > self.world.today or day < order.day:
            return None
        part = chance.random() < (0.3 if late else 0.05)
        return day, (amount / 2).quantize(Decimal("0.01"), ROUND_DOWN) if part else amount

    def _receivable(
        self, order: Order, head: Row, title: str, amount: Decimal, received: Decimal, basis: str, days: int, on: dt.date | None,
        due: dt.date | None,
    ) -> Row:  # fmt: skip
        left = amount - received
        state = "settled" if not left else "part" if received else "open" if on else "waiting"
        number, (name, letters) = self.number("receivables", order.day), self._names(order)
        late = due is not None and left > 0 and (self.world.today - due).days > 20
        return self.add("receivable", self._head(order, head, order.day) | {
            "number": number, "order_id": head["id"], "title": title, "status": state, "basis": basis, "days": days, "reached_on": on,
            "due_date": due, "currency_id": head["currency_id"], "amount": scaled(amount, 2), "received": scaled(received, 2),
            "open_amount": scaled(left, 2), "dunning_level": 1 if late else 0,
            "reminded_on": self.world.today - dt.timedelta(days=6) if late else None,
            "search_text": text_of(number.casefold(), name, letters, fold(head["number"]), fold(title)),
        })  # fmt: skip

    def _receipt(self, order: Order, head: Row, owed: Row, day: dt.date, amount: Decimal) -> None:
        number, (name, letters) = self.number("receipts", day), self._names(order)
        reference, value = f"{self.chance.randrange(10**10):010d}", scaled(amount, 2)
        receipt = self.add("receipt", self._head(order, head, day) | {
            "number": number, "receipt_date": day, "status": "posted", "method": self.chance.choice(("bank", "bank", "wechat")),
            "reference": reference, "currency_id": head["currency_id"], "amount": value, "worth": value, "allocated": value,
            "search_text": text_of(number.casefold(), name, letters, reference),
        })  # fmt: skip
        more = {n: owed[n] for n in ("title", "order_id", "due_date")}
        self.add("receipt_line", more | {"parent_id": receipt["id"], "receivable_id": owed["id"], "amount": value})

