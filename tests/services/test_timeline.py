"""What happened with a customer stands in one row, newest first, and the money adds up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.services import saving
from crm_desktop.services.operating import operate
from crm_desktop.services.timeline import customer_money, timeline


def test_follow_ups_orders_and_changes_stand_in_one_row(app: Application) -> None:
    buyer = customer(app, "Alpha", city="A")
    of_buyer = {"customer_id": Ref(buyer.id or 0)}
    then = dt.datetime(2026, 1, 5, 9, 0, tzinfo=dt.UTC)
    visit = {"text": "Asked for samples", "kind": "visit", "at": then, "next_step": "Send"}
    saving.save(app, saving.new_draft(app, "follow-ups", of_buyer | visit))
    order(app, buyer, 2)
    order(app, customer(app, "Other"), 1)
    buyer.values["city"] = "B"
    saving.save(app, buyer)
    events = timeline(app, "customers", buyer.id or 0)
    assert [e.at for e in events] == sorted((e.at for e in events), reverse=True)
    assert [e.type for e in events].count("sales-orders") == 1, "orders of others do not stand here"
    assert events[-1].title == "Asked for samples"
    assert events[-1].detail == "Visit · → Send"
    assert any("A → B" in e.title for e in events)
    assert any("¥20.00" in e.title for e in events)


def test_money_counts_confirmed_orders_of_the_year(app: Application) -> None:
    buyer = customer(app, "Alpha")
    today = dt.date(2026, 11, 24)
    for count, day in ((1, today), (2, dt.date(2026, 1, 1)), (4, dt.date(2025, 12, 31)), (8, today)):
        placed = order(app, buyer, count, order_date=day)
        if count != 8:
            operate(app, "sales-orders", placed.id or 0, placed.version, "confirm", despite=frozenset({"overdue"}))
    money = customer_money(app, buyer.id or 0, today)
    assert (money.this_year, money.this_year_sum) == (2, Decimal(30))
    assert (money.open, money.open_sum) == (3, Decimal(70))
