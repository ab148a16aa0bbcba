"""The chain of documents beside the books kept in plain Python: what they allow the program does, what they forbid it refuses, and every
figure is theirs, after every step and on both engines."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from record_makers import customer, line
from sales_books import RUNNING, ZERO, Bill, Books, Goods, Money, Order, Owed

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Told
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services import becoming, listing, operating, saving
from crm_desktop.services.accounts import ageing, statement
from crm_desktop.services.checking import check_database
from crm_desktop.services.opening import NewCompany, open_folder, open_url
from crm_desktop.services.reading import read_records
from db.engine import reading

PRICES = (D("10"), D("33.33"))
OPERATIONS = {
    "sales-orders": ("confirm", "complete", "revise", "cancel", "reopen"),
    "deliveries": ("ship", "sign", "cancel"),
    "returns": ("confirm", "cancel"),
    "receivables": ("write_off", "take_up"),
    "invoices": ("issue", "cancel"),
    "receipts": ("post", "take_back", "cancel"),
}
ONWARDS = ("confirm", "complete", "ship", "sign", "issue", "post")
which = st.integers(0, 2**32 - 1).map(lambda n: crc32(n.to_bytes(4, "big")))  # evenly: plain numbers are mostly small, or the same
quantities = st.sampled_from([D(1), D(2), D("2.5"), D(6)])
amounts = st.sampled_from([D("0.01"), D(20), D("66.67"), D(150), D(400)])


class Sales(RuleBasedStateMachine):
    """Two customers, and whatever can be done with their documents; the books say each time what has to come of it."""

    app: Application
    seen: dict[tuple[str, bool], int]

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.ids: dict[str, list[int]] = {key: [] for key in OPERATIONS}
        self.lines: list[list[int]] = []

    @initialize()
    def begin(self) -> None:
        self.buyers = [customer(self.app, f"Buyer {uuid.uuid4().hex[:6]}").id or 0 for _n in range(2)]
        for at in (0, 0, 1):
            self.order(at, D(6), D(2))
        self.step("sales-orders", 0, "confirm")

    # What is done, and whether it must be possible.

    def attempt(self, what: str, allowed: bool, do: Callable[[], Any]) -> Any:
        """Do it: what the books allow must come about, what they forbid must be refused in words."""
        self.seen[what, allowed] = self.seen.get((what, allowed), 0) + 1
        try:
            done = do()
        except Told as told:
            assert not allowed, f"{what} was refused: {told.message} {getattr(told, 'problems', '')}"
            return None
        assert allowed, f"{what} should have been refused"
        return done

    def step(self, key: str, at: int, operation: str) -> None:
        allowed = self.books.may(key, at, operation)
        found = saving.open_record(self.app, key, self.ids[key][at])
        work = lambda: operating.operate(self.app, key, found.id or 0, found.version, operation, "because")  # noqa: E731
        if self.attempt(f"{key}.{operation}", allowed, work):
            self.books.do(key, at, operation)
            self.learn_receivables()

    def learn_receivables(self) -> None:
        """Receivables that orders and returns brought with them come after those known, as in the books."""
        where = Condition("customer_id", "any_of", tuple(self.buyers))
        self.ids["receivables"] = sorted(listing.fetch_ids(self.app, ListQuery("receivables", where=where)))
        assert len(self.ids["receivables"]) == len(self.books.owed)

    def keep(self, draft: Draft) -> Draft:
        saved = saving.save(self.app, draft)
        self.ids[draft.type].append(saved.id or 0)
        return saved

    @rule(at=which, first=quantities, second=quantities)
    def order(self, at: int, first: D, second: D) -> None:
        if len(self.books.orders) >= 5:
            return
        buyer = at % 2
        draft = saving.new_draft(self.app, "sales-orders", {"customer_id": Ref(self.buyers[buyer])})
        draft.lines = [line(self.app, name, str(n), str(p)) for name, n, p in zip("AB", (first, second), PRICES, strict=True)]
        saved = self.keep(draft)
        self.lines.append([int(row.id or 0) for row in saved.lines])
        self.books.orders.append(Order(buyer, PRICES, [first, second]))

    @rule(at=which, place=st.sampled_from([0, 1]), quantity=quantities)
    def change_quantity(self, at: int, place: int, quantity: D) -> None:
        order = at % len(self.books.orders)
        about = self.books.orders[order]
        draft = saving.open_record(self.app, "sales-orders", self.ids["sales-orders"][order])
        if draft.lines[place].values["quantity"] == quantity:
            return
        draft.lines[place].values["quantity"] = quantity
        allowed = about.state == "draft" and quantity >= self.books.delivered(order, place)
        if self.attempt("change", allowed, lambda: saving.save(self.app, draft)):
            about.quantities[place] = quantity

    def choose(self, at: int, fitting: Callable[[int], Any]) -> int:
        """One of the orders: mostly one that fits, now and then any."""
        orders = range(len(self.books.orders))
        found = [n for n in orders if fitting(n)] if at % 5 else []
        return (found or orders)[at % len(found or orders)]

    @rule(at=which, most=quantities)
    def deliver(self, at: int, most: D) -> None:
        order = self.choose(at, lambda n: self.books.order_state(n) in ("confirmed", "part_delivered"))
        allowed = self.books.order_state(order) in ("confirmed", "part_delivered")
        draft = self._made("deliveries", order, allowed)
        if draft is not None:
            self.books.deliveries.append(Goods(order, self._take(draft, order, most)))

    @rule(at=which, most=quantities, kind=st.sampled_from(["refund", "exchange"]))
    def give_back(self, at: int, most: D, kind: str) -> None:
        order = self.choose(at, lambda n: self.books.delivered(n, 0) > self.books.refunded(n, 0))
        there = any(self.books.delivered(order, n) > self.books.refunded(order, n) for n in (0, 1))
        draft = self._made("returns", order, there and self.books.order_state(order) in ("part_delivered", "done"))
        if draft is not None:
            draft.values |= {"reason": "damaged", "kind": kind}
            self.books.returns.append(Goods(order, self._take(draft, order, most), kind))

    def _made(self, target: str, order: int, allowed: bool) -> Draft | None:
        ids = [self.ids["sales-orders"][order]]
        found: Draft | None = self.attempt(f"make {target}", allowed, lambda: becoming.become(self.app, "sales-orders", ids, target))
        return found

    def _take(self, draft: Draft, order: int, most: D) -> dict[int, D]:
        for row in draft.lines:
            row.values["quantity"] = min(row.values["quantity"], most)
        self.keep(draft)
        return {self.lines[order].index(row.values["order_line_id"]): row.values["quantity"] for row in draft.lines}

    @rule(at=which, amount=amounts)
    def opening(self, at: int, amount: D) -> None:
        if len(self.books.owed) >= 12:
            return
        values = {"customer_id": Ref(self.buyers[at % 2]), "amount": amount, "due_date": dt.date.today()}
        self.keep(saving.new_draft(self.app, "receivables", values))
        self.books.owed.append(Owed(at % 2, amount))

    @rule(at=which, count=st.sampled_from([1, 2, 3]))
    def invoice(self, at: int, count: int) -> None:
        """One order, or several, of one customer or by mistake of two."""
        books = self.books
        first = self.choose(at, lambda n: books.orders[n].state in RUNNING)
        orders = sorted({(first + n) % len(books.orders) for n in range(count)})
        left = {n: books.orders[n].total - books.returned(n) - books.invoiced(n) for n in orders}
        fine = all(books.orders[n].state in RUNNING for n in orders) and len({books.orders[n].customer for n in orders}) == 1
        ids = [self.ids["sales-orders"][n] for n in orders]
        allowed = fine and any(part > 0 for part in left.values())
        draft = self.attempt("make invoices", allowed, lambda: becoming.become(self.app, "sales-orders", ids, "invoices"))
        if draft is not None:
            self.keep(draft)
            books.bills.append(Bill(books.orders[orders[0]].customer, {n: part for n, part in left.items() if part > 0}))

    @rule(at=which)
    def correct(self, at: int) -> None:
        if not self.books.bills:
            return
        issued = [n for n, b in enumerate(self.books.bills) if b.state == "issued" and b.corrects is None] if at % 5 else []
        bill = issued[at % len(issued)] if issued else at % len(self.books.bills)
        about, ids = self.books.bills[bill], [self.ids["invoices"][bill]]
        allowed = about.state == "issued"
        draft = self.attempt("make red", allowed, lambda: becoming.become(self.app, "invoices", ids, "invoices"))
        if draft is not None and about.corrects is None:
            self.keep(draft)
            self.books.bills.append(Bill(about.customer, {n: -part for n, part in about.parts.items()}, bill))

    @rule(at=which, amount=amounts, kind=st.sampled_from(["receipt", "receipt", "credit", "refund"]), count=st.sampled_from([0, 1, 2, 3]))
    def pay(self, at: int, amount: D, kind: str, count: int) -> None:
        """Money over none, one or several receivables, open or not."""
        mine = [n for n, o in enumerate(self.books.owed) if o.customer == at % 2]
        chosen = [mine[(at + n) % len(mine)] for n in range(min(count, len(mine)))]
        parts, left = dict[int, D](), amount
        for owed in chosen:
            wanted = self.books.open(owed) or D(5)
            parts[owed] = max(wanted, -left) if wanted < 0 else min(wanted, left)
            left -= max(parts[owed], ZERO)
        parts = {n: part for n, part in parts.items() if part}
        values = {"customer_id": Ref(self.buyers[at % 2]), "kind": kind, "amount": ZERO if kind == "credit" else amount}
        draft = saving.new_draft(self.app, "receipts", values)
        for owed, part in parts.items():
            row = saving.new_line(self.app.type("receipts"))
            row.values |= {"receivable_id": Ref(self.ids["receivables"][owed]), "amount": part}
            draft.lines.append(row)
        self.keep(draft)
        self.books.money.append(Money(at % 2, kind, values["amount"], parts))
        if at % 3:
            self.step("receipts", len(self.books.money) - 1, "post")

    @rule(at=which, way=which)
    def go_on(self, at: int, way: int) -> None:
        self._operate(at, way, lambda name: name in ONWARDS, sensible=True)

    @rule(at=which, way=which)
    def go_back(self, at: int, way: int) -> None:
        self._operate(at, way, lambda name: name not in ONWARDS, sensible=True)

    @rule(at=which, way=which)
    def blunder(self, at: int, way: int) -> None:
        self._operate(at, way, lambda name: True, sensible=False)

    def _operate(self, at: int, way: int, wanted: Callable[[str], bool], sensible: bool) -> None:
        """Something with one of the documents, each kind of thing as often as any other. sensible: only what is allowed."""
        names = [(key, name) for key, known in OPERATIONS.items() for name in known if wanted(name)]
        found = {
            (key, name): [n for n in range(len(self.ids[key])) if sensible == self.books.may(key, n, name)] for key, name in names
        }
        if possible := [pair for pair in names if found[pair]]:
            key, name = possible[way % len(possible)]
            self.step(key, found[key, name][at % len(found[key, name])], name)

    # Whether the program has what the books have.

    @invariant()
    def the_program_has_what_the_books_have(self) -> None:
        if not hasattr(self, "buyers"):
            return
        with reading(self.app.engine) as connection:
            found = {
                key: list(read_records(self.app, connection, self.app.type(key), ids).values()) for key, ids in self.ids.items()
            }
        books = self.books
        for at, order in enumerate(found["sales-orders"]):
            assert self._of(order, "status", "invoiced", "returned", "total") == (
                books.order_state(at), books.invoiced(at), books.returned(at), books.orders[at].total,
            )  # fmt: skip
            goods = [self._of(row, "delivered", "returned") for row in order.lines]
            assert goods == [(books.delivered(at, n), books.refunded(at, n)) for n in (0, 1)]
            mine = list(books.of_order(at))
            lost = sum((books.owed[n].written_off for n in mine), ZERO)
            sums = (sum(map(books.received, mine), ZERO), lost, sum(map(books.open, mine), ZERO))
            assert self._of(order, "received", "written_off", "open_amount") == sums
        for at, owed in enumerate(found["receivables"]):
            assert self._of(owed, "status", "amount", "received", "written_off", "open_amount") == (
                books.owed_state(at), books.owed[at].amount, books.received(at), books.owed[at].written_off, books.open(at),
            )  # fmt: skip
        for key, places in (("deliveries", books.deliveries), ("returns", books.returns)):
            assert [d.values["status"] for d in found[key]] == [p.state for p in places]
        assert [self._of(d, "status", "total") for d in found["invoices"]] == [(b.state, b.total) for b in books.bills]
        assert [self._of(d, "status", "credit") for d in found["receipts"]] == [(m.state, m.credit) for m in books.money]
        self._balances()

    def _balances(self) -> None:
        aged = {a.customer.id: a for a in ageing(self.app)}
        for at, buyer in enumerate(self.buyers):
            balance = self.books.balance(at)
            assert statement(self.app, buyer).closing == balance
            assert (aged[buyer].balance if buyer in aged else ZERO) == balance
            assert self.books.credit(at) >= 0

    @staticmethod
    def _of(record: Any, *names: str) -> tuple[Any, ...]:
        return tuple(record.values[name] for name in names)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("books")
    new = NewCompany("Example Trading Ltd", "Ann", "en")
    if request.param == "sqlite":
        app = open_folder(folder, create=new)
    else:
        server = request.getfixturevalue("postgres")
        name = f"books_{uuid.uuid4().hex}"
        server.run(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        app = open_url(server.url(name), folder, create=new)
    yield app
    app.close()


def play(app: Application, examples: int, steps: int) -> dict[tuple[str, bool], int]:
    """Play, let `crm-desktop check` sum everything anew, and give how often what was tried, and was to be allowed or refused."""
    seen: dict[tuple[str, bool], int] = {}
    machine = type("SalesHere", (Sales,), {"app": app, "seen": seen})
    quiet = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(machine, settings=quiet)  # type: ignore[arg-type]
    assert [f for f in check_database(app) if not f.sound or f.repaired] == []
    return seen


def test_the_program_does_what_the_books_allow_and_refuses_the_rest(company: Application) -> None:
    play(company, 4, 25)


@pytest.mark.soak
@pytest.mark.timeout(2400)
def test_the_program_does_what_the_books_allow_and_refuses_the_rest_for_a_long_time(company: Application) -> None:
    seen = play(company, 120, 60)
    never = [f"{key}.{name}" for key, names in OPERATIONS.items() for name in names if not seen.get((f"{key}.{name}", True))]
    assert never == [], "so much was never carried out"
