"""The books of a small company in plain Python: what is allowed in the chain of documents, and what every figure comes to.

Nothing of the program is used here. Each method that does something says first whether it may be done: `may_…`, in the words of
docs/sales-chain.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP
from decimal import Decimal as D

RUNNING = ("confirmed", "part_delivered", "done")
SHIPPED = ("shipped", "signed")
ZERO = D(0)


def cents(amount: D) -> D:
    """An amount as it is written on paper, line by line."""
    return amount.quantize(D("0.01"), ROUND_HALF_UP)


@dataclass
class Order:
    """An order of two lines. by_hand: what was delivered without a note, by line."""

    customer: int
    prices: tuple[D, D]
    quantities: list[D]
    state: str = "draft"
    by_hand: list[D] = field(default_factory=lambda: [ZERO, ZERO])

    @property
    def total(self) -> D:
        return sum((cents(q * p) for q, p in zip(self.quantities, self.prices, strict=True)), ZERO)


@dataclass
class Goods:
    """A delivery, or a return where `kind` says so: quantities by line of its order."""

    order: int
    moved: dict[int, D]
    kind: str = ""
    state: str = "draft"


@dataclass
class Owed:
    """A receivable: of an order, of the return that it is the credit of, or of neither."""

    customer: int
    amount: D
    order: int | None = None
    back: int | None = None
    written_off: D = ZERO


@dataclass
class Bill:
    """An invoice: what it says of each order; corrects: the one that this red one takes back."""

    customer: int
    parts: dict[int, D]
    corrects: int | None = None
    state: str = "draft"

    @property
    def total(self) -> D:
        return sum(self.parts.values(), ZERO)


@dataclass
class Money:
    """A receipt, a use of credit, or a refund: what it settles of which receivable."""

    customer: int
    kind: str
    amount: D
    parts: dict[int, D]
    state: str = "draft"

    @property
    def credit(self) -> D:
        return (-self.amount if self.kind == "refund" else self.amount) - sum(self.parts.values(), ZERO)


@dataclass
class Books:
    """Everything there is, each list in the order in which the documents were made."""

    orders: list[Order] = field(default_factory=list)
    deliveries: list[Goods] = field(default_factory=list)
    returns: list[Goods] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    money: list[Money] = field(default_factory=list)

    # What everything comes to.

    def noted(self, order: int, line: int) -> D:
        """What was delivered by notes, less what goes out again in exchange."""
        shipped = sum((d.moved.get(line, ZERO) for d in self.deliveries if d.order == order and d.state in SHIPPED), ZERO)
        return shipped - self._came_back(order, line, "exchange")

    def _came_back(self, order: int, line: int, kind: str) -> D:
        counted = (r for r in self.returns if r.order == order and r.state == "confirmed" and r.kind == kind)
        return sum((r.moved.get(line, ZERO) for r in counted), ZERO)

    def delivered(self, order: int, line: int) -> D:
        return self.orders[order].by_hand[line] + self.noted(order, line)

    def refunded(self, order: int, line: int) -> D:
        return self._came_back(order, line, "refund")

    def value(self, back: int) -> D:
        """What a return is worth at the prices of its order."""
        goods = self.returns[back]
        return sum((cents(q * self.orders[goods.order].prices[line]) for line, q in goods.moved.items()), ZERO)

    def returned(self, order: int) -> D:
        counted = (n for n, r in enumerate(self.returns) if r.order == order and r.state == "confirmed" and r.kind == "refund")
        return sum((self.value(n) for n in counted), ZERO)

    def order_state(self, order: int) -> str:
        about = self.orders[order]
        if about.state not in RUNNING:
            return about.state
        goods = [(about.quantities[line], self.delivered(order, line)) for line in (0, 1)]
        if all(done >= wanted for wanted, done in goods):
            return "done"
        return "part_delivered" if any(done > 0 for _wanted, done in goods) else "confirmed"

    def invoiced(self, order: int) -> D:
        return sum((b.parts.get(order, ZERO) for b in self.bills if b.state == "issued"), ZERO)

    def received(self, owed: int) -> D:
        return sum((m.parts.get(owed, ZERO) for m in self.money if m.state == "posted"), ZERO)

    def void(self, owed: int) -> bool:
        about = self.owed[owed]
        if about.order is not None and self.orders[about.order].state == "cancelled":
            return True
        return about.back is not None and self.returns[about.back].state != "confirmed"

    def open(self, owed: int) -> D:
        about = self.owed[owed]
        return ZERO if self.void(owed) else about.amount - self.received(owed) - about.written_off

    def owed_state(self, owed: int) -> str:
        about, received = self.owed[owed], self.received(owed)
        if self.void(owed):
            return "void"
        if about.amount == received + about.written_off:
            return "written_off" if about.written_off else "settled"
        return "part" if received else "open"

    def of_order(self, order: int) -> Iterator[int]:
        """The receivables of an order."""
        return (n for n, o in enumerate(self.owed) if o.order == order)

    def credit(self, customer: int) -> D:
        return sum((m.credit for m in self.money if m.customer == customer and m.state == "posted"), ZERO)

    def balance(self, customer: int) -> D:
        return sum((self.open(n) for n, o in enumerate(self.owed) if o.customer == customer), ZERO) - self.credit(customer)

    # What may be done.

    def may(self, key: str, at: int, operation: str) -> bool:
        """Whether an operation of a document is allowed now."""
        test = {
            "sales-orders": self._may_order, "deliveries": self._may_delivery, "returns": self._may_return,
            "receivables": self._may_owed, "invoices": self._may_bill, "receipts": self._may_money,
        }[key]  # fmt: skip
        return test(at, operation)

    def do(self, key: str, at: int, operation: str) -> None:
        """Carry out an operation that is allowed."""
        if key == "receivables":
            self.owed[at].written_off = self.owed[at].amount - self.received(at) if operation == "write_off" else ZERO
            return
        places: Mapping[str, list[Order] | list[Goods] | list[Bill] | list[Money]] = {
            "sales-orders": self.orders, "deliveries": self.deliveries, "returns": self.returns, "invoices": self.bills,
            "receipts": self.money,
        }  # fmt: skip
        states = {
            "confirm": "confirmed", "complete": "confirmed", "revise": "draft", "reopen": "draft", "cancel": "cancelled",
            "ship": "shipped", "sign": "signed", "issue": "issued", "post": "posted", "take_back": "draft",
        }  # fmt: skip
        places[key][at].state = states[operation]
        if key == "sales-orders":
            self._follow(at, operation)
        elif key == "returns" and operation == "confirm" and self.returns[at].kind == "refund":
            order = self.returns[at].order
            self.owed.append(Owed(self.orders[order].customer, -self.value(at), order, at))

    def _follow(self, at: int, operation: str) -> None:
        about = self.orders[at]
        if operation == "complete":
            about.by_hand = [about.quantities[line] - self.noted(at, line) for line in (0, 1)]
        if operation == "confirm":
            whole = [n for n in self.of_order(at) if self.owed[n].back is None]
            if whole:
                self.owed[whole[0]].amount = about.total
            else:
                self.owed.append(Owed(about.customer, about.total, at))

    def _may_order(self, at: int, operation: str) -> bool:
        about, state = self.orders[at], self.order_state(at)
        if operation == "confirm":
            least = (self.received(n) + self.owed[n].written_off for n in self.of_order(at) if self.owed[n].back is None)
            return state == "draft" and max(*least, self.invoiced(at), ZERO) <= about.total
        if operation in ("complete", "revise"):
            return state in ("confirmed", "part_delivered")
        if operation == "reopen":
            return state == "cancelled"
        untouched = not self.invoiced(at) and not any(self.received(n) for n in self.of_order(at))
        return state in ("draft", "confirmed") and untouched and not any(self.delivered(at, line) for line in (0, 1))

    def _may_delivery(self, at: int, operation: str) -> bool:
        about = self.deliveries[at]
        order = self.orders[about.order]
        if operation == "ship":
            left = {line: order.quantities[line] - self.delivered(about.order, line) for line in about.moved}
            return about.state == "draft" and order.state in RUNNING and all(q <= left[n] for n, q in about.moved.items())
        if operation == "sign":
            return about.state == "shipped"
        if about.state not in SHIPPED:
            return about.state == "draft"
        return all(self.delivered(about.order, n) - q >= self.refunded(about.order, n) for n, q in about.moved.items())

    def _may_return(self, at: int, operation: str) -> bool:
        about = self.returns[at]
        order = self.orders[about.order]
        if operation == "confirm":
            there = {n: self.delivered(about.order, n) - self.refunded(about.order, n) for n in about.moved}
            return about.state == "draft" and order.state in RUNNING and all(q <= there[n] for n, q in about.moved.items())
        if about.state != "confirmed":
            return about.state == "draft"
        if about.kind == "refund":
            return not any(self.received(n) for n, o in enumerate(self.owed) if o.back == at)
        if order.state == "cancelled":  # the goods would be with the customer of an order that does not hold
            return False
        return all(self.delivered(about.order, n) + q <= order.quantities[n] for n, q in about.moved.items())

    def _may_owed(self, at: int, operation: str) -> bool:
        state = self.owed_state(at)
        return state == "written_off" if operation == "take_up" else state in ("waiting", "open", "part")

    def _may_bill(self, at: int, operation: str) -> bool:
        about = self.bills[at]
        if operation == "cancel":
            if about.state != "issued":
                return about.state == "draft"
            corrected = any(b.corrects == at and b.state == "issued" for b in self.bills)
            return not corrected and all(self._may_be_invoiced(n, -part) for n, part in about.parts.items())
        if about.state != "draft":
            return False
        if about.corrects is not None:
            again = any(b.corrects == about.corrects and b.state == "issued" for b in self.bills)
            return self.bills[about.corrects].state == "issued" and not again
        running = all(self.orders[n].state in RUNNING for n in about.parts)
        return running and all(self._may_be_invoiced(n, part) for n, part in about.parts.items())

    def _may_be_invoiced(self, order: int, more: D) -> bool:
        after, state = self.invoiced(order) + more, self.orders[order].state
        return after <= self.orders[order].total if state in RUNNING else state == "draft" or not after

    def _may_money(self, at: int, operation: str) -> bool:
        about = self.money[at]
        if operation != "post":
            if about.state != "posted":
                return operation == "cancel" and about.state == "draft"
            return self.credit(about.customer) - about.credit >= 0
        if about.state != "draft" or (not about.amount and not about.parts):
            return False
        if about.kind == "receipt" and about.credit < 0:
            return False
        for owed, part in about.parts.items():
            left = self.open(owed)
            if (part > 0) != (left > 0) or abs(part) > abs(left):
                return False
        return self.credit(about.customer) + about.credit >= 0
