"""Whoever types the name, a number or a telephone number of a colleague's customer learns nothing of it: no warning, no label, no name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from people_makers import Office
from record_makers import customer
from rights_server import ServerOffice
from sqlalchemy import text

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Invalid, Missing, Refused, Told
from crm_desktop.exchange.cells import Sheet
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.tables import find_table
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services import history, listing, lookup, saving
from crm_desktop.services.converting_leads import Wish, convert, likely_customers
from crm_desktop.services.search_all import search_everything
from db.engine import reading

NAME, PHONE, MOBILE = "广州天河绝密贸易有限公司", "020-38765432", "13912345678"
SECRETS = ("绝密", "38765432", "12345678", "Atlantis")


@dataclass
class Two:
    """A salesperson's program, and what a colleague has; found: what an administrator finds of it, to show that it is there."""

    rep: Application
    theirs: Draft
    mine: Draft
    order: int


def colleague_s(app: Application, **values: Any) -> Draft:
    """The customer of a colleague."""
    return customer(app, NAME, phone=PHONE, mobile=MOBILE, city="Atlantis", **values)


@pytest.fixture
def two(app: Application) -> Two:
    office = Office(app)
    rik = office.person("Rik", "salesperson", sign_in="rik")
    theirs = colleague_s(app)
    # An order that was handed to Rik, of a customer that was not.
    draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(theirs.id or 0), "owner_id": Ref(rik)})
    line = saving.new_line(app.type("sales-orders"))
    draft.lines = [replace(line, values=line.values | {"name": "Bolt"})]
    order = saving.save(app, draft).id or 0
    rep = office.sign_in(rik)
    return Two(rep, theirs, customer(rep, "Rik's own", phone="0755-11112222"), order)


@pytest.fixture
def two_roles(role_office: ServerOffice, tmp_path: Path) -> Iterator[Two]:
    """The same where the server itself keeps people apart."""
    role_office.hire("seller", "salesperson", "Sales East")
    role_office.work_as("boss")
    theirs = colleague_s(role_office.app, department_id=None)
    owner = {"customer_id": Ref(theirs.id or 0), "owner_id": Ref(role_office.people["seller"]), "department_id": None}
    draft = saving.new_draft(role_office.app, "sales-orders", owner)
    line = saving.new_line(role_office.app.type("sales-orders"))
    draft.lines = [replace(line, values=line.values | {"name": "Bolt"})]
    order = saving.save(role_office.app, draft).id or 0
    rep = role_office.as_person("seller", tmp_path)
    yield Two(rep, theirs, customer(rep, "Seller's own", phone="0755-11112222"), order)
    rep.close()
    role_office.work_as("boss")


def silent(said: object) -> None:
    """Nothing of the colleague's customer stands in what the program answered."""
    shown = repr(said) + (f"{said.message} {said.advice}" if isinstance(said, Told) else "")
    assert not [secret for secret in SECRETS if secret in shown], shown


def asked_in_vain(two: Two) -> None:
    rep, theirs = two.rep, two.theirs
    number = str(theirs.values["number"])
    for typed in (NAME, "绝密", PHONE, PHONE.replace("-", ""), MOBILE, MOBILE[-8:], number, "gzth", "Atlantis"):
        assert lookup.suggest(rep, "customers", typed) == []
        assert [h for h in search_everything(rep, typed) if h.type == "customers"] == []
        assert listing.fetch_page(rep, ListQuery("customers", ("name",), search=typed)).rows == []
        assert listing.count(rep, ListQuery("customers", search=typed)).number == 0
        assert saving.find_ids(rep, "customers", typed) == [] and lookup.exact(rep, "customers", typed) is None
    silent(search_everything(rep, "Bolt") + search_everything(rep, number))
    for where in (Condition("phone", "is", PHONE), Condition("number", "is", number), Condition("name", "contains", "绝密")):
        assert listing.fetch_ids(rep, ListQuery("customers", where=where)) == []
    with pytest.raises((Missing, Refused)) as refused:
        saving.open_record(rep, "customers", int(theirs.id or 0))
    silent(refused.value)


def no_warning_of_it(two: Two) -> None:
    rep, theirs = two.rep, two.theirs
    for values in ({"company": NAME}, {"company": "广州绝密", "phone": PHONE}, {"company": "Somebody", "mobile": MOBILE}):
        lead = saving.save(rep, saving.new_draft(rep, "leads", values))
        assert likely_customers(rep, lead) == []
        with pytest.raises((Missing, Refused)) as refused:
            convert(rep, int(lead.id or 0), lead.version, Wish(Ref(int(theirs.id or 0))))
        silent(refused.value)
    own = saving.save(rep, saving.new_draft(rep, "leads", {"company": "Another", "phone": "0755-11112222"}))
    assert [h.id for h in likely_customers(rep, own)] == [two.mine.id], "of one's own customers there is a warning"
    # The same name and telephone number may be entered again: a refusal would tell that they are there.
    again = customer(rep, NAME, phone=PHONE, mobile=MOBILE)
    assert again.id != theirs.id
    with pytest.raises(Invalid) as taken:
        customer(rep, "Something else", number=theirs.values["number"])
    assert taken.value.problems == {"number": "This Number exists already."}


def labels_say_nothing(two: Two) -> None:
    rep, target = two.rep, Ref(int(two.theirs.id or 0))
    order = saving.open_record(rep, "sales-orders", two.order)
    silent(order)
    silent(listing.fetch_page(rep, ListQuery("sales-orders", ("number", "customer_id"))).rows)
    assert listing.fetch_ids(rep, ListQuery("sales-orders", where=Condition("customer_id.phone", "is", PHONE))) == []
    silent(history.entries(rep, "sales-orders", two.order))
    assert lookup.fill(rep, "sales-orders", "customer_id", target) == {}
    for type_key in ("sales-orders", "contacts", "follow-ups", "tasks"):
        name = next(n for n, f in rep.type(type_key).fields.items() if f.target == "customers")
        needed = {"name": "Cho", "subject": "Call", "title": "Call", "text": "Call"}
        values = {n: v for n, v in needed.items() if n in rep.type(type_key).fields}
        with pytest.raises(Told) as refused:
            saving.save(rep, saving.new_draft(rep, type_key, values | {name: target}))
        silent(refused.value)


LOOKS: list[Callable[[Two], None]] = [asked_in_vain, no_warning_of_it, labels_say_nothing]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_a_colleague_s_customer_is_not_told_of(two: Two, look: Callable[[Two], None]) -> None:
    look(two)


def test_nor_by_a_server_that_knows_the_person(two_roles: Two) -> None:
    for look in LOOKS:
        look(two_roles)


def test_a_file_with_it_is_no_way_to_ask_either(two: Two) -> None:
    """Neither the trial nor the import finds what its person does not see; by number the refusal is the same as in the form."""
    more = Rights.of("customers.import", "customers.add")
    rep = replace(two.rep, actor=replace(two.rep.actor, rights=Rights((*two.rep.actor.rights.holdings, *more.holdings)), version=0))
    assert rep.actor.reach("customers", "see") == two.rep.actor.reach("customers", "see"), "more rights, but no wider look"
    number = str(two.theirs.values["number"])
    for head, cell in (("电话", PHONE), ("手机", MOBILE), ("客户编号", number)):
        rows = [["客户名称", head], [NAME if head != "客户编号" else "Something else", cell]]
        plan = plan_import(
            rep, "customers", find_table(Sheet("S", rows), recogniser(rep.type("customers"))), recipe=Recipe("customers", new_choices=True)
        )
        assert [(record.action, record.id) for record in plan.records] == [("create", None)], "it is a new one, as far as this person knows"
        if head != "客户编号":
            continue
        try:
            silent(run_import(rep, plan))
        except Told as refused:
            silent(refused)
    with reading(rep.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM customer WHERE number = :n"), {"n": number}) == 1
