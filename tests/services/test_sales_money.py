"""Money of customers: instalments, receipts over several, credit, write-offs, invoices and red ones, accounts, limits, reminders."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pytest
from record_makers import customer, line, order
from sqlalchemy import update

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict, Doubt, Invalid, Missing, Refused
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services import becoming, deleting, history, listing, operating, saving
from crm_desktop.services.accounts import AccountSpan, ageing, statement
from crm_desktop.services.chain.checking import differences
from crm_desktop.services.checking import check_database
from crm_desktop.services.documents import related_documents
from crm_desktop.services.settings_store import settings_of
from crm_desktop.services.today import count_due, fetch_today
from db.engine import writing
from db.models.money import Receivable
from db.models.sales import SalesOrder

TODAY = dt.date.today()


def do(app: Application, draft: Draft, name: str, **more: Any) -> Draft:
    now = look(app, draft)
    return operating.operate(app, draft.type, draft.id or 0, now.version, name, "because", **more)


def look(app: Application, draft: Draft) -> Draft:
    return saving.open_record(app, draft.type, draft.id or 0)


def make(app: Application, source: Draft, target: str, **values: Any) -> Draft:
    draft = becoming.become(app, source.type, [source.id or 0], target)
    draft.values |= values
    return saving.save(app, draft)


def plan(app: Application, sold: Draft) -> list[Draft]:
    where = Condition("order_id", "any_of", (sold.id,))
    return [saving.open_record(app, "receivables", i) for i in sorted(listing.fetch_ids(app, ListQuery("receivables", where=where)))]


def terms(app: Application, *rows: tuple[str, int, str, int]) -> Ref:
    draft = saving.new_draft(app, "payment-terms", {"name": "In parts"})
    for title, share, basis, days in rows:
        row = saving.new_line(app.type("payment-terms"))
        row.values |= {"title": title, "share": D(share), "basis": basis, "days": days}
        draft.lines.append(row)
    return Ref(saving.save(app, draft).id or 0)


def sold(app: Application, buyer: Draft | None = None, count: int = 2, **values: Any) -> Draft:
    made = order(app, buyer or customer(app), count, **values)
    return operating.operate(app, "sales-orders", made.id or 0, made.version, "confirm", despite=frozenset({"credit", "overdue"}))


def receive(app: Application, *rows: tuple[Draft, str], amount: str, **values: Any) -> Draft:
    buyer = rows[0][0].values["customer_id"] if rows else values.pop("customer_id")
    draft = saving.new_draft(app, "receipts", {"customer_id": buyer, "amount": D(amount), **values})
    for owed, part in rows:
        row = saving.new_line(app.type("receipts"))
        row.values |= {"receivable_id": Ref(owed.id or 0), "amount": D(part)}
        draft.lines.append(row)
    return do(app, saving.save(app, draft), "post")


def test_instalments_follow_the_terms_and_always_come_to_the_total(app: Application) -> None:
    third = terms(app, ("Deposit", 33, "signed", 0), ("Goods", 33, "delivered", 10), ("Rest", 34, "accepted", 30))
    placed = sold(app, count=1, terms_id=third)
    rows = plan(app, placed)
    assert [(r.values["title"], r.values["amount"], r.values["status"]) for r in rows] == [
        ("Deposit", D("3.30"), "open"), ("Goods", D("3.30"), "waiting"), ("Rest", D("3.40"), "waiting"),
    ]  # fmt: skip
    rows[0].values["amount"] = D(5)
    saving.save(app, rows[0])
    assert [r.values["amount"] for r in plan(app, placed)] == [D(5), D("3.30"), D("1.70")], "the last one gives"
    rows[1].values["amount"] = D(11)
    with pytest.raises(Refused):
        saving.save(app, rows[1])
    make(app, placed, "receivables", amount=D(1), title="One more")
    assert sum(r.values["amount"] for r in plan(app, placed)) == D(10)
    do(app, make(app, placed, "deliveries"), "ship")
    goods = plan(app, placed)[1]
    assert (goods.values["status"], goods.values["due_date"]) == ("open", TODAY + dt.timedelta(days=10))
    accepted = look(app, placed)
    accepted.values["accepted_on"] = TODAY
    saving.save(app, accepted)
    assert plan(app, placed)[2].values["due_date"] == TODAY + dt.timedelta(days=30)
    revised = do(app, sold(app, count=3), "revise")
    revised.lines[0].values["quantity"] = D(5)
    again = do(app, saving.save(app, revised), "confirm")
    assert [r.values["amount"] for r in plan(app, again)] == [again.values["total"]]


def test_one_receipt_over_several_orders_in_part_too_much_and_back(app: Application) -> None:
    buyer = customer(app)
    first, second = sold(app, buyer), sold(app, buyer)
    both = becoming.become(app, "sales-orders", [first.id or 0, second.id or 0], "receipts")
    assert (both.values["amount"], len(both.lines)) == (D(40), 2)
    one, two = plan(app, first)[0], plan(app, second)[0]
    paid = receive(app, (one, "20"), (two, "5"), amount="24", bank_charge=D(1))
    assert (look(app, one).values["status"], look(app, two).values["open_amount"]) == ("settled", D(15))
    assert (look(app, first).values["received"], look(app, second).values["open_amount"]) == (D(20), D(15))
    with pytest.raises(Invalid):
        receive(app, (two, "16"), amount="16")
    advance = receive(app, amount="30", customer_id=Ref(buyer.id or 0))
    assert advance.values["credit"] == D(30)
    used = receive(app, (two, "15"), amount="0", kind="credit")
    assert (used.values["credit"], look(app, two).values["status"]) == (D(-15), "settled")
    with pytest.raises(Refused):
        receive(app, amount="16", kind="refund", customer_id=Ref(buyer.id or 0))
    receive(app, amount="15", kind="refund", customer_id=Ref(buyer.id or 0))
    with pytest.raises(Refused):
        do(app, advance, "take_back")
    with pytest.raises(Refused):
        deleting.delete(app, "receipts", [paid.id or 0])
    do(app, paid, "cancel")
    assert (look(app, first).values["open_amount"], look(app, one).values["status"]) == (D(20), "open")
    assert differences(app) == []


def test_a_receipt_does_not_settle_what_is_another_customers_or_in_another_currency(app: Application) -> None:
    row = plan(app, sold(app))[0]
    other = customer(app, "Other")
    with pytest.raises(Invalid):
        receive(app, (row, "5"), amount="5", customer_id=Ref(other.id or 0), currency_id=None)
    foreign = saving.find_ids(app, "currencies", "USD")[0]
    with pytest.raises(Invalid):
        receive(app, (row, "5"), amount="5", currency_id=Ref(foreign))


def test_writing_off_has_a_right_of_its_own_and_can_be_taken_up_again(app: Application) -> None:
    placed = sold(app)
    row = plan(app, placed)[0]
    receive(app, (row, "12"), amount="12")
    everything = app.actor
    app.actor = replace(everything, rights=Rights.of("receivables.see", "receivables.change"), version=0)
    draft = look(app, row)
    draft.values["note"] = "called"
    draft = saving.save(app, draft)
    app.actor = replace(everything, rights=Rights.of("receivables.see"), version=0)
    with pytest.raises(Refused):
        do(app, row, "write_off")
    app.actor = everything
    lost = do(app, row, "write_off")
    assert (lost.values["status"], lost.values["written_off"], look(app, placed).values["open_amount"]) == ("written_off", D(8), D(0))
    assert do(app, row, "take_up").values["status"] == "part"


def test_invoices_over_several_orders_and_the_red_one(app: Application) -> None:
    buyer = customer(app)
    first, second = sold(app, buyer), sold(app, buyer, order_discount=D(3))
    draft = becoming.become(app, "sales-orders", [first.id or 0, second.id or 0], "invoices")
    assert (draft.values["total"], len(draft.lines)) == (D(37), 3), "an order with a discount stands on one line"
    bill = do(app, saving.save(app, draft), "issue")
    assert [look(app, o).values["invoiced"] for o in (first, second)] == [D(20), D(17)]
    with pytest.raises(Refused):
        becoming.become(app, "sales-orders", [first.id or 0], "invoices")
    paid = make(app, bill, "receipts")
    assert {r.values["invoice_id"].id for r in paid.lines} == {bill.id}
    told = {n.type for n in related_documents(app, "receipts", paid.id or 0)}
    assert told == {"sales-orders", "receivables", "invoices", "receipts"}
    with pytest.raises(Invalid):
        do(app, first, "cancel")
    red = make(app, bill, "invoices")
    assert (red.values["total"], red.values["corrects_id"].id) == (D(-37), bill.id)
    do(app, red, "issue")
    assert (look(app, bill).values["corrected"], look(app, first).values["invoiced"]) == (D(-37), D(0))
    again = make(app, bill, "invoices")
    with pytest.raises(Refused):
        do(app, again, "issue")
    with pytest.raises(Invalid):
        do(app, bill, "cancel")


def test_goods_that_come_back_for_money_or_for_others(app: Application) -> None:
    placed = sold(app)
    sent = do(app, make(app, placed, "deliveries"), "ship")
    receive(app, (plan(app, placed)[0], "20"), amount="20")
    back = make(app, sent, "returns", reason="damaged")
    assert [r.values["price"] for r in back.lines] == [D(10), D(10)], "prices of the order"
    back.lines = back.lines[:1]
    back = do(app, saving.save(app, back), "confirm")
    after = look(app, placed)
    assert (after.values["status"], after.values["returned"], after.values["open_amount"]) == ("done", D(10), D(-10))
    refund = make(app, plan(app, placed)[1], "receipts")
    assert (refund.values["kind"], refund.values["amount"]) == ("refund", D(10))
    do(app, refund, "post")
    assert look(app, placed).values["open_amount"] == D(0)
    with pytest.raises(Refused):
        do(app, back, "cancel")
    exchange = make(app, sent, "returns", reason="wrong", kind="exchange")
    exchange.lines = exchange.lines[1:]
    do(app, saving.save(app, exchange), "confirm")
    assert look(app, placed).values["status"] == "part_delivered"
    do(app, make(app, exchange, "deliveries"), "ship")
    assert look(app, placed).values["status"] == "done"
    assert differences(app) == []


def test_a_quote_becomes_an_order_with_everything(app: Application) -> None:
    draft = saving.new_draft(app, "quotes", {"customer_id": Ref(customer(app).id or 0), "order_discount": D(2), "note": "by lorry"})
    row = saving.new_line(app.type("quotes"))
    row.values |= {"name": "Bolt", "quantity": D(4), "price": D(5), "tax_rate": D(13), "cost": D(3)}
    draft.lines = [row]
    quote = saving.save(app, draft)
    assert (quote.values["cost"], quote.values["margin"]) == (D(12), quote.values["net"] - 12)
    made = make(app, do(app, quote, "send"), "sales-orders")
    assert (made.values["total"], made.values["note"], made.lines[0].values["price"]) == (D(18), "by lorry", D(5))
    assert look(app, quote).values["status"] == "ordered"
    documents = related_documents(app, "sales-orders", made.id or 0)
    assert [(n.type, n.depth, n.here) for n in documents] == [("quotes", 0, False), ("sales-orders", 1, True)]
    deleting.delete(app, "sales-orders", [made.id or 0])
    assert look(app, quote).values["status"] == "sent"
    revised = do(app, quote, "revise")
    revised.lines[0].values["price"] = D(6)
    saving.save(app, revised)
    assert [r.draft.lines[0].values["price"] for r in history.revisions(app, "quotes", quote.id or 0)] == [D(5)]
    told = {c.label: (c.before, c.after) for c in history.compare(app, "quotes", quote.id or 0, 0)}
    assert told["Total"] == ("18.00", "22.00") and told["Bolt · Price"] == ("5.00", "6.00")
    with pytest.raises(Missing):
        history.compare(app, "quotes", quote.id or 0, 1)


def test_no_quote_without_costs_where_the_company_wants_it(app: Application) -> None:
    settings_of(app).set(s.QUOTE_NEEDS_COST, True)
    product = saving.save(app, saving.new_draft(app, "products", {"name": "Motor", "cost": D(70)}))
    draft = saving.new_draft(app, "quotes", {"customer_id": Ref(customer(app).id or 0)})
    for values in ({"product_id": Ref(product.id or 0)}, {}):
        row = saving.new_line(app.type("quotes"))
        row.values |= {"name": "Motor", "price": D(100), **values}
        draft.lines.append(row)
    everything = app.actor
    allowed = Rights.of(*(f"{k}.{o}" for k in ("quotes", "customers", "products", "users") for o in ("see", "add", "change")))
    app.actor = replace(everything, rights=allowed, version=0)
    quote = saving.save(app, draft)
    assert "cost" not in quote.values and "cost" not in quote.lines[0].values
    with pytest.raises(Invalid) as told:
        do(app, quote, "send")
    assert set(told.value.problems) == {"lines.1.name"}
    app.actor = everything
    assert [r.values["cost"] for r in look(app, quote).lines] == [D(70), None], "the program knows what the seller does not see"


def test_credit_limit_and_overdue_money_stop_an_order_as_the_company_says(app: Application) -> None:
    buyer = customer(app, credit_limit=D(30))
    sold(app, buyer)
    more = order(app, buyer)
    with pytest.raises(Doubt) as doubt:
        do(app, more, "confirm")
    assert doubt.value.key == "credit" and "30.00" in doubt.value.message
    assert look(app, more).values["status"] == "draft"
    settings = settings_of(app)
    settings.set(s.CREDIT_RULE, "forbid")
    with pytest.raises(Refused):
        do(app, more, "confirm", despite=frozenset({"credit"}))
    settings.set_many({s.CREDIT_RULE: "off", s.OVERDUE_RULE: "approve", s.OVERDUE_GRACE: 5})
    with writing(app.engine) as session:
        session.execute(update(Receivable).values(due_date=TODAY - dt.timedelta(days=6)))
    everything = app.actor
    app.actor = replace(everything, rights=Rights.of("sales-orders.see", "sales-orders.change", "customers.see"), version=0)
    app.actor.require("sales-orders.confirm")
    with pytest.raises(Doubt):
        do(app, more, "confirm")  # whoever may change orders may, where nothing else is said
    app.actor = everything
    assert do(app, more, "confirm", despite=frozenset({"overdue"})).values["status"] == "confirmed"


def test_accounts_come_to_what_is_owed(app: Application) -> None:
    late, prompt = customer(app, "Late"), customer(app, "Prompt")
    placed = sold(app, late)
    sold(app, prompt, count=1)
    receive(app, (plan(app, placed)[0], "6"), amount="10")
    with writing(app.engine) as session:
        session.execute(update(Receivable).where(Receivable.customer_id == late.id).values(due_date=TODAY - dt.timedelta(days=45)))
    rows = ageing(app)
    assert [(a.customer.label, a.classes, a.credit, a.balance) for a in rows] == [
        ("Late", (D(0), D(0), D(14), D(0), D(0)), D(4), D(10)), ("Prompt", (D(10), D(0), D(0), D(0), D(0)), D(0), D(10)),
    ]  # fmt: skip
    for days, place in ((0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)):
        day = TODAY - dt.timedelta(days=days)
        with writing(app.engine) as session:
            session.execute(update(Receivable).where(Receivable.customer_id == late.id).values(due_date=day))
        aged = next(a for a in ageing(app) if a.customer.id == late.id)
        assert aged.classes.index(D(14)) == place, days
    found = statement(app, late.id or 0)
    assert [(e.type, e.owed, e.paid) for e in found.entries] == [("receivables", D(20), D(0)), ("receipts", D(0), D(10))]
    assert found.closing == found.stands.balance == D(10)
    later = statement(app, late.id or 0, AccountSpan(TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=9)))
    assert (later.opening, later.entries, later.closing) == (D(10), (), D(10))


def test_the_day_shows_money_that_is_due(app: Application) -> None:
    before = count_due(app)
    row = plan(app, sold(app))[0]
    found = [d for d in fetch_today(app).receivables if d.id == row.id]
    assert [(d.title, d.day) for d in found] == [("Alpha", TODAY)]
    assert count_due(app) == before + 1
    reminded = do(app, row, "remind")
    assert (reminded.values["dunning_level"], reminded.values["reminded_on"]) == (1, TODAY)
    receive(app, (row, "20"), amount="20")
    assert not [d for d in fetch_today(app).receivables if d.id == row.id]


def test_the_day_says_which_reminder_is_due(app: Application) -> None:
    """One level after the other, however late it is; none before its day, and none that is switched off."""
    row = plan(app, sold(app))[0]
    settings_of(app).set_many({s.DUNNING_FIRST: 3, s.DUNNING_SECOND: 0, s.DUNNING_THIRD: 30})

    def told(late: int, ago: int = 0) -> str:
        with writing(app.engine) as session:
            written = TODAY - dt.timedelta(days=ago) if ago else Receivable.reminded_on
            session.execute(update(Receivable).values(due_date=TODAY - dt.timedelta(days=late), reminded_on=written))
        (found,) = [d for d in fetch_today(app).receivables if d.id == row.id]
        assert found.urgent == ("reminder" in found.detail or bool(look(app, row).values["dunning_level"]))
        return found.detail.rpartition(" · ")[2]

    assert [told(late) for late in (-7, 0, 2, 3, 29)] == ["Whole amount"] * 3 + ["reminder 1 is due"] * 2
    do(app, row, "remind")
    assert [told(late, 40) for late in (3, 29, 30)] == ["Whole amount"] * 2 + ["reminder 2 is due"]
    assert [told(200, ago) for ago in (1, 26, 27)] == ["Whole amount"] * 2 + ["reminder 2 is due"], "time between two letters"
    do(app, row, "remind")
    assert told(60, 30) == "reminder 3 is due"
    do(app, row, "remind")
    assert told(200, 100) == "Whole amount"


def test_an_opening_balance_needs_no_order(app: Application) -> None:
    draft = saving.new_draft(app, "receivables", {"customer_id": Ref(customer(app).id or 0), "amount": D(50), "due_date": TODAY})
    row = saving.save(app, draft)
    assert (row.values["status"], row.values["open_amount"]) == ("open", D(50))
    receive(app, (row, "50"), amount="50")
    assert look(app, row).values["status"] == "settled"
    draft.values |= {"basis": "delivered"}
    with pytest.raises(Invalid):
        saving.save(app, Draft("receivables", None, 0, dict(draft.values), [], "other"))


def test_a_wrong_figure_is_found_and_put_right(app: Application) -> None:
    placed = sold(app)
    row = plan(app, placed)[0]
    receive(app, (row, "8"), amount="8")
    with writing(app.engine) as session:
        session.execute(update(SalesOrder).values(received=D(3)))
        session.execute(update(Receivable).values(received=D(1), open_amount=D(19)))
    assert {(d.type, d.field) for d in differences(app)} >= {("sales-orders", "received"), ("receivables", "received")}
    finding = next(f for f in check_database(app) if f.name == "balances")
    assert finding.sound and finding.repaired >= 2 and "8" in finding.detail
    assert differences(app) == [] and look(app, placed).values["received"] == D(8)


def test_a_window_with_an_older_picture_does_not_undo_what_followed(app: Application) -> None:
    placed = sold(app)
    stale = look(app, placed)
    do(app, make(app, placed, "deliveries"), "ship")
    stale.values["note"] = "call first"
    with pytest.raises(Conflict):
        saving.save(app, stale)
    assert look(app, placed).values["status"] == "done"


def test_an_order_line_that_was_delivered_stays(app: Application) -> None:
    placed = sold(app)
    part = becoming.become(app, "sales-orders", [placed.id or 0], "deliveries")
    part.lines = part.lines[:1]
    do(app, saving.save(app, part), "ship")
    revised = do(app, placed, "revise")
    gone = revised.copy()
    gone.lines = gone.lines[1:]
    with pytest.raises(Invalid):
        saving.save(app, gone)
    revised.lines = [*revised.lines[:1], line(app, "Nut")]
    assert do(app, saving.save(app, revised), "confirm").values["status"] == "part_delivered"


def test_what_was_undone_before_an_order_was_cancelled_stays_undone(app: Application) -> None:
    placed = sold(app)
    bill = do(app, make(app, placed, "invoices"), "issue")
    red = do(app, make(app, bill, "invoices"), "issue")
    sent = do(app, make(app, placed, "deliveries"), "ship")
    back = do(app, make(app, sent, "returns", reason="wrong", kind="exchange"), "confirm")
    do(app, placed, "cancel")
    for document in (red, back):
        with pytest.raises(Refused, match="is cancelled"):
            do(app, document, "cancel")
    again = do(app, do(app, placed, "reopen"), "confirm")
    do(app, red, "cancel")
    do(app, back, "cancel")
    assert (look(app, again).values["invoiced"], look(app, again).values["status"]) == (D(20), "done")
    assert differences(app) == []
