"""From a lead to money in the bank, each step under the own role of whoever takes it; none of them sees it all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest
from record_makers import customer, line, order
from rights_server import ServerOffice
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services import becoming, deleting, history, listing, operating, saving
from crm_desktop.services.chain.checking import differences
from crm_desktop.services.converting_leads import Wish, convert
from crm_desktop.services.funnel import funnel
from crm_desktop.services.stages import pipelines, stages_of
from db.engine import reading
from db.models.pipeline import StageVisit

At = Callable[[str], Application]
_POSTS = {"sue": "salesperson", "sid": "salesperson", "wes": "warehouse", "fay": "finance", "max": "sales_manager"}
_PLACES = {"sid": "South", "max": "Sales"}


@pytest.fixture
def at(role_office: ServerOffice, tmp_path: Path) -> Iterator[At]:
    """The program under the role of whoever is named, opened once a test."""
    opened: dict[str, Application] = {}

    def app_of(name: str) -> Application:
        if name not in opened:
            role_office.hire(name, _POSTS[name], _PLACES.get(name, "Sales East"))
            folder = tmp_path / name
            folder.mkdir()
            opened[name] = role_office.as_person(name, folder)
        return opened[name]

    yield app_of
    for app in opened.values():
        app.close()
    role_office.work_as("boss")
    assert differences(role_office.app) == []


def do(app: Application, draft: Draft, operation: str) -> Draft:
    return operating.operate(app, draft.type, draft.id or 0, draft.version, operation, "so")


def grown(app: Application, source: Draft, target: str, **values: object) -> Draft:
    """What a document becomes, saved."""
    draft = becoming.become(app, source.type, [source.id or 0], target)
    draft.values |= values
    return saving.save(app, draft)


def again(app: Application, draft: Draft) -> Draft:
    return saving.open_record(app, draft.type, draft.id or 0)


def owed(app: Application, of: Draft) -> list[Draft]:
    """The receivables of an order."""
    found = listing.fetch_ids(app, ListQuery("receivables", where=Condition("order_id", "any_of", (of.id,))))
    return [saving.open_record(app, "receivables", id_) for id_ in found]


def confirmed(app: Application, name: str) -> Draft:
    return do(app, order(app, customer(app, name), 2), "confirm")


def test_from_a_quote_to_the_money(at: At) -> None:
    seller, warehouse, books = at("sue"), at("wes"), at("fay")
    draft = saving.new_draft(seller, "quotes", {"customer_id": Ref(customer(seller, "Quay Works").id or 0)})
    draft.lines = [line(seller, "Bolt", "4", "25")]
    draft.lines = [type(row)(None, saving.new_line(seller.type("quotes")).values | _of_a_quote(row.values)) for row in draft.lines]
    quote = do(seller, saving.save(seller, draft), "send")
    sold = do(seller, grown(seller, quote, "sales-orders"), "confirm")
    assert again(seller, quote).values["status"] == "ordered"
    (debt,) = owed(seller, sold)
    assert debt.values["amount"] == sold.values["total"] == D(100)
    # The warehouse sees no prices, and its delivery changes an order that it may not confirm.
    seen = saving.open_record(warehouse, "sales-orders", sold.id or 0)
    assert "total" not in seen.values
    sent = do(warehouse, grown(warehouse, seen, "deliveries"), "ship")
    assert again(seller, sold).values["status"] == "done"
    do(warehouse, sent, "sign")
    # The books see everybody's, and the seller reads what came of it.
    bill = do(books, grown(books, saving.open_record(books, "sales-orders", sold.id or 0), "invoices"), "issue")
    paid = do(books, grown(books, again(books, debt), "receipts"), "post")
    after = again(seller, sold).values
    assert (after["invoiced"], after["received"], after["open_amount"]) == (D(100), D(100), D(0))
    assert saving.open_record(seller, "receipts", paid.id or 0).values["amount"] == D(100)
    with pytest.raises(Refused):
        do(seller, saving.open_record(seller, "receipts", paid.id or 0), "take_back")
    do(books, paid, "take_back")
    assert again(seller, sold).values["open_amount"] == D(100)
    assert again(books, bill).values["status"] == "issued"


def _of_a_quote(values: dict[str, object]) -> dict[str, object]:
    return {n: values[n] for n in ("name", "quantity", "price")}


def test_goods_come_back_and_the_debt_shrinks(at: At) -> None:
    seller, warehouse = at("sue"), at("wes")
    sold = confirmed(seller, "Pier Seven")
    sent = do(warehouse, grown(warehouse, again(warehouse, sold), "deliveries"), "ship")
    back = grown(seller, again(seller, sent), "returns", reason="damaged", kind="refund")
    do(seller, back, "confirm")
    after = again(seller, sold).values
    assert after["returned"] == after["total"] == D(20)
    assert {d.values["amount"] for d in owed(seller, sold)} == {D(20), D(-20)}


def test_prices_that_the_warehouse_does_not_see_are_right_all_the_same(at: At, role_office: ServerOffice) -> None:
    seller, warehouse = at("sue"), at("wes")
    sold = confirmed(seller, "Slipway")
    sent = do(warehouse, grown(warehouse, again(warehouse, sold), "deliveries"), "ship")
    back = grown(warehouse, sent, "returns", reason="damaged", kind="refund")
    assert not {"total", "net"} & set(back.values)
    assert "price" not in back.lines[0].values
    deleting.delete(warehouse, "returns", [back.id or 0])
    gone = next(e for e in history.recycle_bin(warehouse) if e.type == "returns" and e.record_id == back.id)
    history.restore(warehouse, gone.id)
    do(warehouse, again(warehouse, back), "confirm")
    told = {c.field for e in history.entries(warehouse, "returns", back.id or 0) for c in e.changes}
    assert "status" in told
    assert not {"total", "net", "tax"} & told
    role_office.work_as("boss")
    whole = saving.open_record(role_office.app, "returns", back.id or 0)
    assert (whole.values["total"], whole.lines[0].values["price"]) == (D(20), D(10))
    assert again(seller, sold).values["open_amount"] == D(0)


def test_what_another_sells_stays_out_of_reach_whatever_is_summed(at: At) -> None:
    seller, other, manager = at("sue"), at("sid"), at("max")
    sold = confirmed(seller, "Lighthouse")
    assert not owed(other, sold)
    with pytest.raises(Missing):
        saving.open_record(other, "sales-orders", sold.id or 0)
    with pytest.raises(Missing):
        becoming.become(other, "sales-orders", [sold.id or 0], "deliveries")
    # Who leads the department reaches both the order and what is owed.
    assert owed(manager, sold)
    assert do(manager, again(manager, sold), "cancel").values["status"] == "cancelled"
    assert all(d.values["void"] for d in owed(seller, sold))


def test_a_draft_is_deleted_and_comes_back_with_its_lines(at: At) -> None:
    seller = at("sue")
    draft = order(seller, customer(seller, "Gone and back"), 3)
    deleting.delete(seller, "sales-orders", [draft.id or 0])
    gone = next(e for e in history.recycle_bin(seller) if e.type == "sales-orders" and e.record_id == draft.id)
    history.restore(seller, gone.id)
    assert len(again(seller, draft).lines) == 3


def visits(app: Application, deal: int) -> list[tuple[int, bool]]:
    table = StageVisit.__table__
    with reading(app.engine) as connection:
        rows = connection.execute(select(table).where(table.c.opportunity_id == deal).order_by(table.c.id))
        return [(row.stage_id, row.left_at is None) for row in rows]


def test_a_lead_becomes_a_deal_that_goes_through_its_stages(at: At) -> None:
    seller, other, manager = at("sue"), at("sid"), at("max")
    lead = saving.save(seller, saving.new_draft(seller, "leads", {"company": "Fresh Ltd", "person": "Ian", "source": "fair"}))
    made = convert(seller, lead.id or 0, lead.version, Wish(None, "Ian", "Bearings", D(900)))
    deal = saving.open_record(seller, "opportunities", made["opportunities"].id)
    with reading(seller.engine) as connection:
        first, second, *_rest = stages_of(connection, pipelines(seller)[0].id)
    deal.values["stage_id"] = Ref(second.id, second.name)
    deal = saving.save(seller, deal)
    assert visits(seller, deal.id or 0) == [(first.id, False), (second.id, True)]
    assert visits(manager, deal.id or 0) == visits(seller, deal.id or 0)
    assert visits(other, deal.id or 0) == []
    lost = operating.operate(seller, "opportunities", deal.id or 0, deal.version, "lose", "price")
    assert lost.values["status"] == "lost"
    assert not any(open_ for _stage, open_ in visits(seller, deal.id or 0))
    assert again(seller, lead).values["status"] == "converted"
    today = dt.date.today()
    assert funnel(manager, pipelines(manager)[0].id, today, today).lost >= 1
