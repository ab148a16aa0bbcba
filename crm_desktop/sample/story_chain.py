"""The documents of every order of the story: offered, shipped in one or two parts, returned, invoiced, paid in time, late or never.

All of them are made before any is written, so that their numbers run with their days; each gets the history of the steps it took, by
the person whose work that is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from crm_desktop.rules.amount_words import chinese_words
from crm_desktop.rules.instalments import split
from crm_desktop.rules.totals import document_amounts, line_amounts
from crm_desktop.sample import plot
from crm_desktop.sample.chain import Documents
from crm_desktop.sample.columns import scaled
from crm_desktop.sample.makers import Order, Row, text_of
from crm_desktop.words import _
from db.search import fold

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
TERMS = {
    "project": ((Decimal(30), "signed", 0), (Decimal(60), "delivered", 30), (Decimal(10), "accepted", 60)),
    "30": ((Decimal(100), "delivered", 30),),
    "60": ((Decimal(100), "delivered", 60),),
    "0": ((Decimal(100), "signed", 0),),
}
"""Of each kind of terms: share, counted from, days after it."""

_PAYS = {"early": (-12, 0), "prompt": (-4, 6), "slow": (7, 27), "late": (42, 95), "broke": (25, 60)}
"""From and until how many days after the due day a customer pays."""

OFFERED = "offered"
"""In place of the state of an order: there was only a quote."""

_EDGES = (8, 17, 33)
_BACK = ("damaged", "quality", "too_many", "damaged", "quality")
_STAFF = {"deliveries": plot.WAREHOUSE, "returns": plot.WAREHOUSE, "invoices": plot.FINANCE, "receipts": plot.FINANCE}
_GOODS = ("product_id", "code", "name", "specification", "unit")


@dataclass(frozen=True)
class Happened:
    """Something that is worth a note of the seller. facts: what the text names; row: the document whose number it names."""

    customer: int
    moment: dt.datetime
    key: str
    row: Row
    facts: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One entry of the history of a document."""

    type: str
    row: Row
    action: str
    moment: dt.datetime
    person: int  # place in World.owners
    changes: dict[str, Any]


@dataclass
class StoryDocuments(Documents):
    """Documents of the story, with what is told of them."""

    steps: list[Step] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    returns: int = 0
    exchanged: bool = False

    @property
    def last(self) -> dt.date:
        """The last whole day before the one the story leads up to."""
        return self.world.today - dt.timedelta(days=1)

    def moment(self, day: dt.date) -> dt.datetime:
        """Some time of a working day, in Guangzhou."""
        return dt.datetime.combine(day, dt.time(1), dt.UTC) + dt.timedelta(minutes=self.chance.randrange(540))

    def work(self, day: dt.date) -> dt.date:
        """The day, or the next on which anybody works, but not after yesterday."""
        return min(plot.works(day), self.last)

    def step(self, key: str, row: Row, action: str, at: dt.datetime, person: int, before: str = "", after: str = "") -> None:
        """Tell of one step; the row carries who changed it last."""
        changes = {"status": [before, after]} if after else {}
        self.steps.append(Step(key, row, action, at, person, changes))
        id_, told = self.world.owners[person][0], row.get("_told", 0) + 1
        row |= {"updated_at": at, "updated_by": id_, "version": told, "_told": told}
        if told == 1:
            row |= {"created_at": at, "created_by": id_}

    def told(self, order: Order, moment: dt.datetime, key: str, row: Row, **facts: Any) -> None:
        """Keep something in mind for the notes of the seller."""
        place = order.lines[0][0]
        self.events.append(Happened(order.customer, moment, key, row, {"product": self.world.products[place][2]} | facts))

    def came_about(self, key: str, row: Row, day: dt.date, *acts: tuple[str, str, str, int], person: int | None = None) -> dt.datetime:
        """Tell how a document came about: made, and then each act (name, state before, after, days later)."""
        person = _STAFF.get(key, 0) if person is None else person
        at = self.moment(day)
        self.step(key, row, "create", at, person)
        for action, before, after, days in acts:
            later = self.moment(self.work(day + dt.timedelta(days=days))) if days else at
            at = later if later > at else at + dt.timedelta(minutes=self.chance.randrange(3, 50))
            self.step(key, row, action, at, person, before, after)
        return at

    def follow(self, order: Order, head: Row, lines: list[Row]) -> None:
        client = plot.CLIENTS[order.customer]
        seller = client.owner
        for line in lines:
            line["by_hand"] = 0
        at = self._ordered(order, head, lines, seller)
        if order.status == "draft":
            return
        if order.status == "cancelled":
            later = self.moment(self.work(order.day + dt.timedelta(days=4)))
            self.step("sales-orders", head, f"cancel: {self.world.words.CANCELLED}", later, seller, "confirmed", "cancelled")
            return
        if self.chance.random() < 0.3:
            self.told(order, at, "ordered", head, amount=order.sums.total)
        shipped = self._ship(order, head, lines)
        back = self._back(order, head, lines, shipped) if order.status == "done" and shipped else None
        if order.status == "done" and shipped and (self.last - shipped).days > 20 and client.terms == "project":
            head["accepted_on"] = self.work(shipped + dt.timedelta(days=10))
        self._owed(order, head, client, back)
        if order.status == "done" and shipped and (self.last - shipped).days > 5:
            self._invoice(order, head, lines, shipped)
            head["invoiced"] = head["total"]

    def _ordered(self, order: Order, head: Row, lines: list[Row], seller: int) -> dt.datetime:
        """The quote before it, and the order itself."""
        confirmed = order.status != "draft"
        if self.chance.random() < 0.3:
            quote = self._offer(order, head, lines, "ordered", seller)
            head["quote_id"] = quote["id"]
        acts = (("confirm", "draft", "confirmed", 0),) if confirmed else ()
        return self.came_about("sales-orders", head, order.day, *acts, person=seller)

    def offer_only(self, order: Order, head: Row, lines: list[Row]) -> None:
        """A quote of which nothing came, or nothing yet."""
        fresh = (self.last - order.day).days < 20
        self._offer(order, head, lines, "sent" if fresh else "lost", plot.CLIENTS[order.customer].owner)

    def _offer(self, order: Order, head: Row, lines: list[Row], status: str, seller: int) -> Row:
        quote = self._quote(order, head, lines, status)
        day = quote["quote_date"]
        acts = [("send", "draft", "sent", 0)]
        if status == "lost":
            acts.append(("lose", "sent", "lost", 12))
        at = self.came_about("quotes", quote, day, *acts, person=seller)
        if self.chance.random() < 0.5 or status == "lost":
            self.told(order, at, "lost_quote" if status == "lost" else "quoted", quote, amount=order.sums.total)
        return quote

    def _quote(self, order: Order, head: Row, lines: list[Row], status: str) -> Row:
        quote = super()._quote(order, head, lines, status)
        day = order.day - dt.timedelta(days=self.chance.randrange(2, 12))
        while not plot.season(day):
            day -= dt.timedelta(days=1)
        quote |= {"quote_date": day, "valid_until": day + dt.timedelta(days=30), "number": "", "_after": self._names(order)}
        return quote

    def _ship(self, order: Order, head: Row, lines: list[Row]) -> dt.date | None:
        """One delivery, or two of a large order; gives the day of the last one."""
        if not any(line["delivered"] for line in lines):
            return None
        day = self.work(order.day + dt.timedelta(days=self.chance.randrange(2, 11)))
        whole = {line["id"]: line["delivered"] for line in lines}
        parts = [whole]
        first = {i: q // 20000 * 10000 for i, q in whole.items()}
        if order.status == "done" and order.sums.total > 40_000 and any(first.values()) and (self.last - day).days > 12:
            parts = [first, {i: q - first[i] for i, q in whole.items()}]
        for at, part in enumerate(parts):
            day = self.work(day + dt.timedelta(days=7 * at))
            self._deliver(order, head, lines, day, part)
        for line in lines:
            line["noted"] = line["delivered"]
        head["delivered_on"] = day if order.status == "done" else None
        if len(parts) > 1 or order.status == "part_delivered":
            self.told(order, self.moment(day), "part", head)
        return day

    def _deliver(self, order: Order, head: Row, lines: list[Row], day: dt.date, part: dict[int, int]) -> Row:
        name, letters = self._names(order)
        signed = self.work(day + dt.timedelta(days=2)) if (self.last - day).days > 3 else None
        carrier, tracking = self.chance.choice(self.world.words.CARRIERS), ""
        if carrier != self.world.words.CARRIERS[-1]:
            tracking = f"{self.chance.choice(('SF', 'DP', 'KY'))}{self.chance.randrange(10**10):010d}"
        delivery = self.add("delivery", self._head(order, head, day) | {
            "number": "", "order_id": head["id"], "contact_id": head["contact_id"], "delivery_date": day,
            "status": "signed" if signed else "shipped", "address": head["delivery_address"], "carrier": carrier, "tracking": tracking,
            "packages": self.chance.randrange(1, 9), "signed_on": signed,
            "_after": (head["number"].casefold(), name, letters, carrier.casefold(), tracking.casefold()),
        })  # fmt: skip
        for line in lines:
            if part.get(line["id"]):
                at = {"parent_id": delivery["id"], "order_line_id": line["id"], "quantity": part[line["id"]], "position": line["position"]}
                self.add("delivery_line", {n: line[n] for n in _GOODS} | at)
        acts = [("ship", "draft", "shipped", 0)] + ([("sign", "shipped", "signed", 2)] if signed else [])
        at_ = self.came_about("deliveries", delivery, day, *acts)
        if signed and self.chance.random() < 0.12:
            self.told(order, at_, "arrived", delivery)
        return delivery

    def _back(self, order: Order, head: Row, lines: list[Row], shipped: dt.date) -> tuple[Row, Decimal] | None:
        """Goods that came back now and then: for their money, and once for others."""
        exchange = order.customer == plot.TIANCHENG and not self.exchanged and 70 < (self.last - order.day).days < 260
        ever = plot.CLIENTS[order.customer].terms not in ("0", "project") and (self.last - shipped).days >= 14
        if not ever or not (exchange or (order.lines[0][1] >= 20 and self.chance.random() < 0.04)):
            return None
        reason = "wrong" if exchange else _BACK[self.returns % len(_BACK)]
        place, ordered, discount, _sums = order.lines[0]
        quantity = max(Decimal(1), (ordered / 10).quantize(Decimal(1), ROUND_DOWN))
        price, rate = self.world.products[place][5:7]
        day, line = self.work(shipped + dt.timedelta(days=8)), lines[0]
        worth = line_amounts(quantity, price, discount, rate, included=True)
        sums = document_amounts([worth], _ZERO, _ZERO, included=True)
        number, (name, letters) = self.number("returns", day), self._names(order)
        by = self.world.owners[plot.WAREHOUSE][1]
        back = self.add("sales_return", self._head(order, head, day) | {
            "number": number, "order_id": head["id"], "return_date": day, "kind": "exchange" if exchange else "refund",
            "status": "confirmed", "reason": reason, "note": self.world.words.RETURN_NOTES[reason], "net": scaled(sums.net, 2),
            "taken_by": by, "tax": scaled(sums.tax, 2), "total": scaled(sums.total, 2),
            "total_words": chinese_words(sums.total),
            "search_text": text_of(number.casefold(), head["number"].casefold(), name, letters, fold(by)),
        })  # fmt: skip
        goods = {n: line[n] for n in (*_GOODS, "price", "discount", "tax_rate")}
        amounts = {"quantity": scaled(quantity, 4), "amount": scaled(worth.amount, 2), "tax": scaled(worth.tax, 2)}
        self.add("sales_return_line", goods | amounts | {"parent_id": back["id"], "order_line_id": line["id"], "position": 0})
        at = self.came_about("returns", back, day, ("confirm", "draft", "confirmed", 0))
        self.returns += 1
        self.told(order, at, "exchange" if exchange else "refund", back, quantity=quantity)
        if exchange:
            self.exchanged = True
            self._deliver(order, head, lines[:1], self.work(day + dt.timedelta(days=1)), {line["id"]: scaled(quantity, 4)})
            return None
        line["returned"] = scaled(quantity, 4)
        head["returned"] = scaled(sums.total, 2)
        return back, sums.total

    def _owed(self, order: Order, head: Row, client: plot.Client, back: tuple[Row, Decimal] | None) -> None:
        """The instalments of an order and what came in of them; what was returned lessens the last payment."""
        terms = TERMS[client.terms]
        titles = self.world.words.TERMS[client.terms][2]
        amounts = split(order.sums.total, [share for share, _basis, _days in terms])
        reached = {"signed": order.day, "delivered": head.get("delivered_on"), "accepted": head.get("accepted_on")}
        came = left = _ZERO
        owed: list[tuple[Row, tuple[dt.date, Decimal] | None]] = []
        for title, amount, (_share, basis, days) in zip(titles, amounts, terms, strict=True):
            on = reached[basis]
            due = on + dt.timedelta(days=days) if on else None
            paid = self._paid(order, amount, due)
            received = paid[1] if paid else _ZERO
            came, left = came + received, left + amount - received
            owed.append((self._instalment(order, head, client, title, amount, received, basis, days, on, due), paid))
        credit = self._credit(order, head, back, owed[-1]) if back else None
        if back:
            came, left = (came - back[1], left) if credit and credit["status"] == "settled" else (came, left - back[1])
        for row, paid in owed:
            if paid:
                self._came_in(order, head, row, *paid, credit if row is owed[-1][0] and credit and credit["status"] == "settled" else None)
        head["received"], head["open_amount"] = scaled(came, 2), scaled(left, 2)

    def _credit(
        self, order: Order, head: Row, back: tuple[Row, Decimal], last: tuple[Row, tuple[dt.date, Decimal] | None]
    ) -> Row:
        """What the customer owes less for a return: taken off the last payment, once that has come in whole."""
        row, worth = back
        day, paid = row["return_date"], last[1]
        settled = paid is not None and paid[0] >= day and last[0]["status"] == "settled"
        title = _("Return {number}").format(number=row["number"])
        owed = self._receivable(order, head, title, -worth, -worth if settled else _ZERO, "date", 0, None, day)
        owed |= {"return_id": row["id"], "dunning_level": 0, "reminded_on": None, "status": "settled" if settled else "open"}
        self._prepare(owed, title, order, head)
        self.came_about("receivables", owed, day, person=plot.FINANCE)
        return owed

    def _prepare(self, row: Row, title: str, order: Order, head: Row) -> None:
        row |= {"number": "", "_after": (*self._names(order), head["number"].casefold(), title.casefold())}

    def _paid(self, order: Order, amount: Decimal, due: dt.date | None) -> tuple[dt.date, Decimal] | None:
        client, chance = plot.CLIENTS[order.customer], self.chance
        if due is None:
            return None
        first, last = _PAYS[client.pays] if client.terms != "0" else (0, 2)
        ago = (self.world.today - due).days
        if (client.pays == "broke" and ago < 400) or (client.pays == "late" and ago < (125 if order.customer == plot.HAIHONG else 60)):
            return None
        day = plot.works(max(order.day, due + dt.timedelta(days=chance.randrange(first, last + 1))))
        if day > self.last:
            return None
        part = chance.random() < {"late": 0.3, "slow": 0.06}.get(client.pays, 0) and ago < 110
        return day, (amount / 2).quantize(_CENT, ROUND_DOWN) if part else amount

    def _instalment(
        self, order: Order, head: Row, client: plot.Client, title: str, amount: Decimal, received: Decimal, basis: str, days: int,
        on: dt.date | None, due: dt.date | None,
    ) -> Row:  # fmt: skip
        row = self._receivable(order, head, title, amount, received, basis, days, on, due)
        self._prepare(row, title, order, head)
        row |= {"dunning_level": 0, "reminded_on": None}
        self.came_about("receivables", row, order.day, person=client.owner)
        if due is None or row["status"] not in ("open", "part"):
            return row
        most = 2 if order.customer == plot.WANLI else 3
        for level, edge in enumerate(_EDGES[:most], 1):
            day = plot.works(due + dt.timedelta(days=edge))
            if day > self.last:
                break
            at = self.moment(day)
            row |= {"dunning_level": level, "reminded_on": day}
            self.step("receivables", row, "remind", at, plot.FINANCE)
            self.told(order, at, "dunned", head, days=(day - due).days, amount=amount - received)
        if order.customer == plot.HAIHONG and row["dunning_level"] == most:
            row["promised_on"] = self.world.today + dt.timedelta(days=5)
        return row

    def _came_in(self, order: Order, head: Row, owed: Row, day: dt.date, amount: Decimal, credit: Row | None) -> None:
        """One receipt; credit: of a return, which the customer kept back."""
        (name, letters), reference = self._names(order), f"{self.chance.randrange(10**12):012d}"
        taken = credit["amount"] if credit else 0
        value = scaled(amount, 2) + taken
        method = "wechat" if value < 500_000 and self.chance.random() < 0.3 else "bank"
        receipt = self.add("receipt", self._head(order, head, day) | {
            "number": "", "receipt_date": day, "status": "posted", "method": method, "reference": reference,
            "currency_id": head["currency_id"], "amount": value, "worth": value, "allocated": value, "_after": (name, letters, reference),
        })  # fmt: skip
        for position, row in enumerate([owed, credit] if credit else [owed]):
            more = {n: row[n] for n in ("title", "order_id", "due_date")}
            paid = taken if row is credit else scaled(amount, 2)
            self.add("receipt_line", more | {"parent_id": receipt["id"], "receivable_id": row["id"], "amount": paid, "position": position})
        at = self.came_about("receipts", receipt, day, ("post", "draft", "posted", 0))
        late = (day - owed["due_date"]).days
        if late > 30:
            self.told(order, at, "paid_late", head, days=late, amount=amount)

    def _invoice(self, order: Order, head: Row, lines: list[Row], delivered_on: dt.date) -> None:
        super()._invoice(order, head, lines, delivered_on)
        invoice = self.rows["invoice"][-1]
        day = self.work(delivered_on + dt.timedelta(days=self.chance.randrange(2, 6)))
        invoice |= {"invoice_date": day, "number": "", "_after": (invoice["invoice_code"].casefold(), *self._names(order))}
        self.came_about("invoices", invoice, day, ("issue", "draft", "issued", 0))
