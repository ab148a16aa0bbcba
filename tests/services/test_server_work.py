"""The program at work under a salesperson's own role: what salespeople do all day goes, and what they may not the server refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from record_makers import Maker, customer, order
from rights_server import ServerOffice

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused, Told
from crm_desktop.filters import ListQuery
from crm_desktop.services import (
    deleting,
    files,
    history,
    listing,
    lookup,
    saving,
    search_all,
    settings_store,
    sharing,
)


@pytest.fixture
def office(role_office: ServerOffice) -> ServerOffice:
    """With the owner of the company at work."""
    role_office.work_as("boss")
    return role_office


@pytest.fixture
def seller(office: ServerOffice, tmp_path: Path) -> Iterator[Application]:
    """The program under the own role of somebody who holds the ready-made position of a salesperson."""
    office.hire("sid", "salesperson", "South")
    sue = office.hire("sue", "salesperson", "Sales East")
    opened = office.as_person("sue", tmp_path)
    assert opened.actor.user_id == sue
    yield opened
    opened.close()


def test_the_day_of_a_salesperson(seller: Application, office: ServerOffice) -> None:
    maker = Maker(seller)
    buyer = customer(seller, "Harbour Works")
    buyer.values["note"] = "met at the fair"
    buyer = saving.save(seller, buyer)
    assert buyer.values["note"] == "met at the fair"
    assert order(seller, buyer).values["number"]
    for key in ("contacts", "follow-ups", "tasks"):
        draft = maker.draft(key)
        if "customer_id" in draft.values:
            draft.values["customer_id"] = Ref(int(buyer.id or 0))
        assert saving.save(seller, draft).id
    assert [r[-1] for r in listing.fetch_page(seller, ListQuery("customers", ("name",), search="Harbour")).rows] == [buyer.id]
    assert listing.count(seller, ListQuery("customers")).number >= 1
    assert search_all.search_everything(seller, "Harbour")
    assert lookup.suggest(seller, "customers", "Harbour")
    assert lookup.suggest(seller, "products", "")
    attached = files.attach(seller, "customers", int(buyer.id or 0), "offer.txt", b"an offer")
    assert files.read(seller, attached.id) == b"an offer"
    entries = history.entries(seller, "customers", int(buyer.id or 0))
    assert {e.action for e in entries} >= {"create", "change"}
    undone = history.undo(seller, next(e.id for e in entries if e.action == "change"))
    assert undone is not None
    assert undone.values["note"] != "met at the fair"
    task = saving.save(seller, maker.draft("tasks"))
    deleting.delete(seller, "tasks", [int(task.id or 0)])
    gone = next(e for e in history.recycle_bin(seller) if e.type == "tasks" and e.record_id == task.id)
    history.restore(seller, gone.id)
    assert saving.open_record(seller, "tasks", int(task.id or 0)).id == task.id


def test_what_others_own_is_not_there(seller: Application, office: ServerOffice) -> None:
    theirs = office.record("customers", owner_id=Ref(office.people["stranger"]))
    with pytest.raises(Missing):
        saving.open_record(seller, "customers", theirs)
    assert theirs not in listing.fetch_ids(seller, ListQuery("customers"))
    office.share("customers", theirs, "user", office.people["sue"])
    assert saving.open_record(seller, "customers", theirs).id == theirs


def test_costs_stay_hidden_and_stay(seller: Application, office: ServerOffice) -> None:
    product = office.record("products", cost=7)
    draft = saving.open_record(seller, "products", product)
    assert "cost" not in draft.values
    assert listing.fetch_page(seller, ListQuery("products")).rows
    draft = new_quote(seller, product)
    quote = saving.save(seller, draft)
    assert "margin" not in quote.values
    quote.values["note"] = "again"
    quote = saving.save(seller, quote)
    assert quote.values["note"] == "again"
    deleting.delete(seller, "quotes", [int(quote.id or 0)])
    gone = next(e for e in history.recycle_bin(seller) if e.type == "quotes" and e.record_id == quote.id)
    history.restore(seller, gone.id)
    office.work_as("boss")
    whole = saving.open_record(office.app, "quotes", int(quote.id or 0))
    assert whole.lines[0].values["cost"] == 7


def new_quote(app: Application, product: int) -> Draft:
    """A quote with one line of this product, as the form makes it."""
    buyer = customer(app, "Quoted")
    draft = saving.new_draft(app, "quotes", {"customer_id": Ref(int(buyer.id or 0))})
    line = saving.new_line(app.type("quotes"))
    line.values |= {"product_id": Ref(product)} | lookup.fill(app, "quotes", "product_id", Ref(product), line=True)
    draft.lines.append(line)
    return draft


def test_sharing_and_own_settings(seller: Application, office: ServerOffice) -> None:
    mine = customer(seller, "To be shared")
    whom = sharing.Grantee("user", office.people["peer"], "peer")
    assert sharing.share(seller, "customers", [int(mine.id or 0)], [whom], may_change=True) == 1
    assert [s.grantee.id for s in sharing.shares(seller, "customers", [int(mine.id or 0)])] == [office.people["peer"]]
    assert sharing.unshare(seller, "customers", [int(mine.id or 0)], [whom]) == 1
    with pytest.raises(Refused):
        settings_store.DatabaseStorage(seller, settings_store.COMPANY).store({"company_name": "Mine"})


def test_an_absence_is_told_by_oneself(seller: Application, office: ServerOffice) -> None:
    me = saving.open_record(seller, "users", office.people["sue"])
    me.values |= {"substitute_id": Ref(office.people["sid"]), "away_from": dt.date.today(), "away_until": dt.date.today()}
    with pytest.raises(Told):
        saving.save(seller, me)  # salespeople do not change users
