"""“What may this person do, and why?”: the reason always agrees with what the lists show. On both engines."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest
from people_makers import Office
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.rights import Access, Reach
from crm_desktop.services import saving, sharing
from crm_desktop.services.access import asking, reached
from crm_desktop.services.explaining import Answer, explain, find_user, overview
from crm_desktop.services.sharing import Grantee


@pytest.fixture
def office(app: Application) -> Office:
    return Office(app)


def answer(app: Application, user: int, record: Draft, operation: str) -> Answer:
    found = explain(app, user, record.type, record.id)
    return next(a for a in found.operations if a.operation == operation)


def test_every_way_to_a_record_is_told_in_words(office: Office) -> None:
    app, today = office.app, dt.date.today()
    north = office.department("North")
    inner = office.department("North sales", parent_id=Ref(north))
    ann = office.person("Ann Lee", "salesperson", department_id=Ref(inner))
    boss = office.person("Boss", "sales_manager", department_id=Ref(north))
    stand_in = office.person("Stan", "salesperson")
    mate = office.person("Mate", "salesperson")
    office.change("users", ann, substitute_id=Ref(stand_in), away_from=today, away_until=today)
    record = customer(app, "Alpha", owner_id=Ref(ann))
    assert answer(app, ann, record, "see").why == "It belongs to Ann Lee."
    assert answer(app, stand_in, record, "see").why == f"Stan stands in for Ann Lee until {today.isoformat()}."
    assert answer(app, boss, record, "see").why == "Ann Lee works in North sales, which is within “Department and below”."
    refused = answer(app, mate, record, "see")
    assert refused.allowed is False
    assert refused.why == "It belongs to Ann Lee. The widest reach for this is “Own and shared with me”."
    sharing.share(app, "customers", [record.id or 0], [Grantee("user", mate)])
    assert answer(app, mate, record, "see").why == f"Shared by Ann on {today.isoformat()} with Mate."
    assert answer(app, mate, record, "change").why.startswith("It was shared to be read only.")
    assert answer(app, app.actor.user_id or 0, record, "delete").why == "Company owner reaches all of them."
    assert answer(app, mate, record, "delete").why == "No position of this person allows it."


def test_leading_is_told_as_it_comes_about(office: Office) -> None:
    app = office.app
    west = office.department("West")
    chief = office.person("Chief", "sales_manager")
    office.change("departments", west, manager_id=Ref(chief))
    one = office.person("One", "salesperson", manager_id=Ref(chief))
    two = office.person("Two", "salesperson", department_id=Ref(west))
    three, four = office.person("Three", "salesperson", manager_id=Ref(one)), office.person("Four", "salesperson")
    office.team("Fair", members=[four], leader_id=Ref(chief))
    wanted = {
        one: "Chief leads One as manager.",
        two: "Chief leads Two as manager of West.",
        three: "Chief leads Three through those in between.",
        four: "Chief leads Four through team Fair.",
    }
    for owner, words in wanted.items():
        assert answer(app, chief, customer(app, "C", owner_id=Ref(owner)), "see").why == words


def test_the_reason_agrees_with_the_lists_whatever_the_office(office: Office) -> None:
    app = office.app
    north, south = office.department("North", branch=True), office.department("South")
    sales = office.department("Sales", parent_id=Ref(north))
    keys = ("salesperson", "sales_manager", "finance", "warehouse", "service", "auditor")
    people = [
        office.person(f"P{at}", keys[at % len(keys)], department_id=Ref((north, south, sales)[at % 3])) for at in range(8)
    ]
    office.change("users", people[3], manager_id=Ref(people[1]))
    office.team("Mates", members=people[4:7], leader_id=Ref(people[0]), open=True)
    records = [customer(app, f"C{at}", owner_id=Ref(people[at % 4]), department_id=None) for at in range(4)]
    records += [order(app, records[0], 1, owner_id=Ref(people[2])), order(app, records[1], 1, department_id=Ref(sales))]
    contact = saving.new_draft(app, "contacts", {"name": "Kim", "customer_id": Ref(records[2].id or 0)})
    records.append(saving.save(app, contact))
    sharing.share(app, "customers", [records[2].id or 0], [Grantee("department", south)], may_change=True)
    for person, record in product(people, records):
        theirs = office.sign_in(person)
        found = explain(app, person, record.type, record.id)
        for operation in ("see", "change", "delete", "share", "print", "copy"):
            told = next(a for a in found.operations if a.operation == operation)
            with asking(theirs) as connection:
                really = bool(reached(theirs, connection, app.type(record.type), operation, [record.id or 0]))
            assert told.allowed == really, (found.user, record.values.get("name"), operation)
            refusals = ("No position", "It belongs to nobody", "It was shared to be read")
            assert (told.why.startswith(refusals) or "The widest reach" in told.why) == (not really), told


def test_fields_and_program_rights_name_the_position_that_gives_them(office: Office) -> None:
    bob = office.person("Bob", "salesperson", "finance")
    found = explain(office.app, bob, "products")
    cost = next(f for f in found.fields if f.name == "cost")
    assert (cost.access, cost.positions) == (Access.READ, ("Finance",))
    assert {a.reach for a in found.program} == {Reach.NONE}
    assert found.positions == ("Salesperson", "Finance")
    reaches = dict(overview(office.app, bob, ("see",)))
    assert reaches["customers"] == {"see": Reach.ALL}


def test_only_whoever_looks_after_rights_asks_about_others_and_only_about_what_they_see(office: Office) -> None:
    bob, cid = office.person("Bob", "salesperson"), office.person("Cid", "salesperson")
    record = customer(office.app, "Alpha", owner_id=Ref(bob))
    theirs = office.sign_in(bob)
    assert answer(theirs, bob, record, "see").allowed
    with pytest.raises(Refused):
        explain(theirs, cid, "customers")
    administrator = office.sign_in(office.person("Ada", "administrator"))
    assert explain(administrator, cid, "customers").user == "Cid"
    with pytest.raises(Missing):
        explain(administrator, cid, "customers", record.id)
    office.change("users", bob, active=False)
    gone = explain(office.app, bob, "customers", record.id)
    assert not gone.active
    assert not any(a.allowed for a in gone.operations)
    assert find_user(office.app, "bob2") == bob
    with pytest.raises(Missing):
        find_user(office.app, "nobody")
