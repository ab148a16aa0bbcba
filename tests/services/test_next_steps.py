"""The next step agreed upon in a follow-up is the day on which the customer stands on the Today page again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.rights import Rights
from crm_desktop.services import saving
from crm_desktop.services.today import fetch_today
from db.base import now

TODAY = dt.datetime.now().astimezone().date()
LATE, SOON, FAR = TODAY - dt.timedelta(days=3), TODAY + dt.timedelta(days=2), TODAY + dt.timedelta(days=20)


def noted(app: Application, buyer: Draft, **values: Any) -> Draft:
    said = {"customer_id": Ref(int(buyer.id or 0)), "text": "Called"} | values
    return saving.save(app, saving.new_draft(app, "follow-ups", said))


def due(app: Application, buyer: Draft) -> Any:
    return saving.open_record(app, "customers", int(buyer.id or 0)).values["next_follow_up"]


@pytest.mark.roles
def test_a_call_moves_the_next_day_and_may_settle_it(app: Application) -> None:
    buyer = customer(app, "Alpha", next_follow_up=LATE)
    called = noted(app, buyer, next_date=FAR)
    assert due(app, buyer) == FAR
    assert fetch_today(app).customers == ()
    called.values["next_date"] = SOON
    called = saving.save(app, called)
    assert due(app, buyer) == SOON
    called.values["done"] = True
    saving.save(app, called)
    assert due(app, buyer) is None


def test_a_word_without_a_next_step_settles_only_what_was_due(app: Application) -> None:
    late, planned = customer(app, "Alpha", next_follow_up=LATE), customer(app, "Beta", next_follow_up=FAR)
    for buyer in (late, planned):
        noted(app, buyer)
    assert (due(app, late), due(app, planned)) == (None, FAR)


def test_older_words_move_nothing(app: Application) -> None:
    buyer = customer(app, "Alpha")
    noted(app, buyer, next_date=FAR)
    noted(app, buyer, next_date=SOON, at=now() - dt.timedelta(days=2))
    noted(app, buyer, next_date=LATE, at=now() - dt.timedelta(days=400))
    assert due(app, buyer) == FAR


def test_who_may_not_change_the_customer_moves_nothing(sqlite_app: Application) -> None:
    buyer = customer(sqlite_app, "Alpha", next_follow_up=LATE)
    rights = Rights.of("customers.see", "follow-ups.see", "follow-ups.add")
    noted(replace(sqlite_app, actor=replace(sqlite_app.actor, rights=rights, version=0)), buyer, next_date=FAR)
    assert due(sqlite_app, buyer) == LATE
