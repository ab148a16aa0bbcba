"""The chain of documents against a plain model: whatever is done, in whatever order, figures are the sums of their documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from record_makers import customer, line

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Told
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services import becoming, deleting, history, listing, operating, saving
from crm_desktop.services.chain.checking import differences
from crm_desktop.services.opening import NewCompany, open_folder, open_url
from crm_desktop.services.reading import read_records
from db.engine import reading

QUANTITY = (D(10), D(4))
PRICE = (D(10), D(25))
TOTAL = D(200)
COUNTED = {"deliveries": ("shipped", "signed"), "returns": ("confirmed",), "invoices": ("issued",), "receipts": ("posted",)}
OPERATIONS = {
    "sales-orders": ("confirm", "complete", "revise", "cancel", "reopen"),
    "deliveries": ("ship", "sign", "cancel"),
    "returns": ("confirm", "cancel"),
    "receivables": ("write_off", "take_up", "remind"),
    "invoices": ("issue", "cancel"),
    "receipts": ("post", "take_back", "cancel"),
    "quotes": ("send", "revise", "lose"),
}
amounts = st.sampled_from([D("0.01"), D(7), D(50), D("66.67"), D(150), D(200), D(300)])
pick = st.sampled_from(range(2310))  # evenly, and divisible by what it is taken of


class Chain(RuleBasedStateMachine):
    """Two customers, a few orders, and everything that can be done with their documents, sensible or not."""

    app: Application

    @initialize(days=st.sampled_from([None, 30]))
    def begin(self, days: int | None) -> None:
        self.buyers = [customer(self.app, f"Buyer {uuid.uuid4().hex[:6]}", credit_days=days) for _ in range(2)]
        self.mine = {b.id for b in self.buyers}
        self.batches: list[str] = []

        for buyer in self.buyers:
            self._order(buyer, quoted=False)

    def rows(self, key: str) -> list[Draft]:
        where = Condition("customer_id", "any_of", tuple(self.mine))
        with reading(self.app.engine) as connection:
            ids = sorted(listing.fetch_ids(self.app, ListQuery(key, where=where)))
            return list(read_records(self.app, connection, self.app.type(key), ids).values())

    def one(self, key: str, at: int) -> Draft | None:
        found = self.rows(key)
        return found[at % len(found)] if found else None

    def attempt(self, do: Any) -> Any:
        """Do it, or be told why not; anything else is a fault."""
        try:
            return do()
        except Told:
            return None

    @rule(at=pick, quoted=st.booleans())
    def order(self, at: int, quoted: bool) -> None:
        if len(self.rows("sales-orders")) < 4:
            self._order(self.buyers[at % 2], quoted)

    def _order(self, buyer: Draft, quoted: bool) -> None:
        key = "quotes" if quoted else "sales-orders"
        draft = saving.new_draft(self.app, key, {"customer_id": Ref(buyer.id or 0)})
        for name, quantity, price in zip(("Bolt", "Nut"), QUANTITY, PRICE, strict=True):
            row = line(self.app, name, str(quantity), str(price))
            draft.lines.append(row if not quoted else type(row)(None, saving.new_line(self.app.type(key)).values | _shared(row)))
        saved = saving.save(self.app, draft)
        if not quoted:
            operating.operate(self.app, key, saved.id or 0, saved.version, "confirm")

    @rule(at=pick, way=pick, part=amounts)
    def go_on(self, at: int, way: int, part: D) -> None:
        """The usual way: an order is delivered, paid, invoiced; a delivery comes back."""
        self.become(("sales-orders", "sales-orders", "deliveries")[way % 3], at, way, part)

    @rule(key=st.sampled_from([k for k in OPERATIONS if k != "receipts"]), at=pick, way=pick, part=amounts)
    def become(self, key: str, at: int, way: int, part: D) -> None:
        source, kind = self.one(key, at), self.app.type(key)
        if source is None:
            source, kind = self.one("sales-orders", at), self.app.type("sales-orders")
        if source is None:
            return
        # Mostly what makes sense, now and then what must be refused.
        fitting = kind.becomes(source) if way % 7 else kind.successors
        if not fitting:
            return
        successor = fitting[way % len(fitting)]

        def make() -> Draft:
            draft = becoming.become(self.app, key, [source.id or 0], successor.type)
            if draft.type == "returns":
                draft.values |= {"reason": "damaged", "kind": "exchange" if way % 3 else "refund"}
            if draft.type in ("deliveries", "returns"):
                for row in draft.lines:
                    row.values["quantity"] = min(row.values["quantity"], part)
            if draft.type == "receipts":
                draft.values["amount"] = part
                left = part
                for row in draft.lines:
                    row.values["amount"] = min(row.values["amount"], left)
                    left -= max(row.values["amount"], D(0))
                draft.lines = [r for r in draft.lines if r.values["amount"]]
            if draft.type == "receivables":
                draft.values["amount"] = part
            saved = saving.save(self.app, draft)
            first = self.app.type(draft.type).offered(saved)
            if first and way % 5 and draft.type != "receivables":
                saved = operating.operate(self.app, draft.type, saved.id or 0, saved.version, first[0].name, "so")
            return saved

        self.attempt(make)

    @rule(key=st.sampled_from(sorted(OPERATIONS)), at=pick, way=pick)
    def operate(self, key: str, at: int, way: int) -> None:
        draft = self.one(key, at)
        if draft is not None:
            fitting = [o.name for o in self.app.type(key).offered(draft)] if way % 7 else list(OPERATIONS[key])
            if not fitting:
                return
            name = fitting[way % len(fitting)]
            self.attempt(lambda: operating.operate(self.app, key, draft.id or 0, draft.version, name, "because"))

    @rule(at=pick, amount=amounts)
    def set_instalment(self, at: int, amount: D) -> None:
        draft = self.one("receivables", at)
        if draft is not None:
            draft.values["amount"] = amount
            self.attempt(lambda: saving.save(self.app, draft))

    @rule(at=pick, quantity=st.sampled_from([D(1), D(10), D(12)]))
    def change_order(self, at: int, quantity: D) -> None:
        draft = self.one("sales-orders", at)
        if draft is not None and (draft.values["status"] == "draft" or at % 5 == 0):
            draft.lines[0].values["quantity"] = quantity
            # What the program keeps is not for a draft to say.
            draft.values |= {"received": D(999), "status": "done"}
            draft.lines[0].values["noted"] = D(999)
            self.attempt(lambda: saving.save(self.app, draft))

    @rule(key=st.sampled_from(sorted(OPERATIONS)), at=pick)
    def delete(self, key: str, at: int) -> None:
        draft = self.one(key, at)
        if draft is not None and (batch := self.attempt(lambda: deleting.delete(self.app, key, [draft.id or 0]))):
            self.batches.append(batch)

    @precondition(lambda self: self.batches)
    @rule(at=pick)
    def restore(self, at: int) -> None:
        batch = self.batches.pop(at % len(self.batches))
        self.attempt(lambda: deleting.restore_batch(self.app, batch))

    @rule(key=st.sampled_from(["sales-orders", "receivables", "receipts", "deliveries"]), at=pick, way=pick)
    def undo(self, key: str, at: int, way: int) -> None:
        draft = self.one(key, at)
        if draft is not None:
            entries = [e for e in history.entries(self.app, key, draft.id or 0) if e.can_undo]
            if entries:
                self.attempt(lambda: history.undo(self.app, entries[way % len(entries)].id))

    @invariant()
    def figures_are_sums(self) -> None:
        if hasattr(self, "mine"):
            check(self)

    def teardown(self) -> None:
        assert differences(self.app) == []


def _shared(row: Any) -> dict[str, Any]:
    return {n: row.values[n] for n in ("name", "quantity", "price")}


def check(machine: Chain) -> None:
    """The plain model: everything summed anew in Python, from what the documents say."""
    docs = {key: machine.rows(key) for key in OPERATIONS}
    counted = {key: [d for d in docs[key] if d.values["status"] in states] for key, states in COUNTED.items()}
    paid: dict[int, D] = {}
    for receipt in counted["receipts"]:
        for row in receipt.lines:
            paid[row.values["receivable_id"].id] = paid.get(row.values["receivable_id"].id, D(0)) + row.values["amount"]
    for owed in docs["receivables"]:
        _receivable(owed, paid.get(owed.id or 0, D(0)))
    for order in docs["sales-orders"]:
        _order(order, docs, counted)
    for buyer in machine.mine:
        credit = sum((d.values["credit"] for d in counted["receipts"] if d.values["customer_id"].id == buyer), D(0))
        assert credit >= 0
        came = sum((d.values["worth"] for d in counted["receipts"] if d.values["customer_id"].id == buyer), D(0))
        ids = {d.id for d in docs["receivables"] if d.values["customer_id"].id == buyer}
        assert came == credit + sum((a for i, a in paid.items() if i in ids), D(0)), "money is either allocated or credit"
    for quote in docs["quotes"]:
        ordered = any(o.values["quote_id"] == Ref(quote.id or 0) and o.values["status"] != "cancelled" for o in docs["sales-orders"])
        assert (quote.values["status"] == "ordered") == ordered


def _receivable(owed: Draft, paid: D) -> None:
    v = owed.values
    assert v["received"] == paid
    assert v["open_amount"] == (0 if v["void"] else v["amount"] - v["received"] - v["written_off"])
    assert not (v["void"] and paid), "money hangs on nothing"
    sign = 1 if v["amount"] >= 0 else -1
    assert v["void"] or v["open_amount"] * sign >= 0, "paid more than was owed"


def _order(order: Draft, docs: dict[str, list[Draft]], counted: dict[str, list[Draft]]) -> None:
    me, v = Ref(order.id or 0), order.values
    running = v["status"] in ("confirmed", "part_delivered", "done")
    delivered_all, some = True, False
    for row in order.lines:
        shipped = _moved(counted["deliveries"], row.id)
        exchanged = _moved([d for d in counted["returns"] if d.values["kind"] == "exchange"], row.id)
        refunded = _moved([d for d in counted["returns"] if d.values["kind"] == "refund"], row.id)
        assert row.values["noted"] == shipped - exchanged
        assert row.values["returned"] == refunded
        assert row.values["delivered"] == row.values["by_hand"] + shipped - exchanged
        assert 0 <= refunded <= row.values["delivered"] <= row.values["quantity"]
        delivered_all, some = delivered_all and row.values["delivered"] >= row.values["quantity"], some or row.values["delivered"] > 0
    if running:
        assert v["status"] == ("done" if delivered_all and some else "part_delivered" if some else "confirmed")
    if v["status"] == "cancelled":
        assert not some and not v["received"]
    refunds = {d.id: d.values["total"] for d in counted["returns"] if d.values["order_id"] == me and d.values["kind"] == "refund"}
    assert v["returned"] == sum(refunds.values(), D(0))
    assert v["invoiced"] == sum((r.values["gross"] for d in counted["invoices"] for r in d.lines if r.values["order_id"] == me), D(0))
    plan = [d for d in docs["receivables"] if d.values["order_id"] == me]
    parts = [d for d in plan if d.values["return_id"] is None]
    if running:
        assert not parts or sum((d.values["amount"] for d in parts), D(0)) == v["total"], "instalments come to the total"
        assert v["invoiced"] <= v["total"]
    credits = {d.values["return_id"].id: d for d in plan if d.values["return_id"] is not None}
    for id_, total in refunds.items():
        assert not total or credits[id_].values["amount"] == -total
    assert all(d.values["void"] for id_, d in credits.items() if id_ not in refunds), "a credit for nothing"
    for name in ("received", "written_off", "open_amount"):
        assert v[name] == sum((d.values[name] for d in plan), D(0)), name


def _moved(documents: list[Draft], line_id: int | None) -> D:
    return sum((r.values["quantity"] for d in documents for r in d.lines if r.values["order_line_id"] == line_id), D(0))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder: Path = tmp_path_factory.mktemp("chain")
    new = NewCompany("Example Trading Ltd", "Ann", "en")
    if request.param == "sqlite":
        app = open_folder(folder, create=new)
    else:
        server = request.getfixturevalue("postgres")
        name = f"chain_{uuid.uuid4().hex}"
        server.create(name)
        app = open_url(server.url(name), folder, create=new)
    yield app
    app.close()


def play(app: Application, examples: int, steps: int) -> None:
    machine = type("ChainHere", (Chain,), {"app": app})
    quiet = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(machine, settings=quiet)  # type: ignore[arg-type]


def test_figures_are_the_sums_of_their_documents_after_anything(company: Application) -> None:
    play(company, 4, 25)


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_figures_are_the_sums_of_their_documents_after_a_great_deal(company: Application) -> None:
    play(company, 150, 50)
