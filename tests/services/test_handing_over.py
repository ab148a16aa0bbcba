"""Handing records over: all of a person's, by type, by filter, in turn; within one's rights; taken back as one act. On both engines."""

from __future__ import annotations

import pytest
from people_makers import Office
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services import history, operating, saving
from crm_desktop.services.handing_over import Plan, Portion, can_be_handed_over, hand_over, owned, preview, take_back
from crm_desktop.services.listing import fetch_ids


@pytest.fixture
def office(app: Application) -> Office:
    return Office(app)


def owner(app: Application, record: Draft) -> int:
    return int(saving.open_record(app, record.type, record.id or 0).values["owner_id"].id)


def everything_of(app: Application, person: int, *to: int) -> Plan:
    return Plan(person, tuple(Portion(k.key, to) for k in app.types.values() if can_be_handed_over(k)))


def test_all_records_of_somebody_who_leaves_go_in_turn_and_stay_together(office: Office) -> None:
    app = office.app
    north = office.department("North")
    ann, bob, cid = office.person("Ann Lee"), office.person("Bob", department_id=Ref(north)), office.person("Cid")
    firms = [customer(app, f"C{at}", owner_id=Ref(ann)) for at in range(4)]
    orders = [order(app, firm, 1, owner_id=Ref(ann)) for firm in firms[1:]]
    operating.operate(app, "sales-orders", orders[0].id or 0, orders[0].version, "confirm")
    others = customer(app, "Other", owner_id=Ref(cid))
    office.change("users", ann, active=False)
    (due,) = fetch_ids(app, ListQuery("receivables"))  # what the confirmed order is to be paid with
    assert {p.type: p.count for p in owned(app, ann)} == {"customers": 4, "sales-orders": 3, "receivables": 1}
    plan = everything_of(app, ann, bob, cid)
    seen = {p.type: p.each for p in preview(app, plan)}
    assert seen == {"customers": {bob: 2, cid: 2}, "sales-orders": {bob: 1, cid: 2}, "receivables": {cid: 1}}
    assert owner(app, firms[0]) == ann
    batch, count = hand_over(app, plan)
    assert count == 8
    assert [owner(app, f) for f in firms] == [bob, cid, bob, cid]
    assert [owner(app, o) for o in orders] == [cid, bob, cid]
    assert owner(app, saving.open_record(app, "receivables", due)) == cid
    assert saving.open_record(app, "customers", firms[0].id or 0).values["department_id"] == Ref(north)
    assert owner(app, others) == cid
    assert take_back(app, batch) == 8
    assert {owner(app, r) for r in (*firms, *orders, saving.open_record(app, "receivables", due))} == {ann}
    with pytest.raises(Missing):
        take_back(app, batch)


def test_a_filter_chooses_and_several_portions_go_to_several_people(office: Office) -> None:
    app = office.app
    ann, bob, cid = (office.person(n) for n in ("Ann Lee", "Bob", "Cid"))
    leeds = customer(app, "A", owner_id=Ref(ann), city="Leeds")
    york, hull = (customer(app, n, owner_id=Ref(ann), city=n) for n in ("York", "Hull"))
    portions = tuple(Portion("customers", (to,), Condition("city", "is", city)) for to, city in ((bob, "Leeds"), (cid, "York")))
    assert hand_over(app, Plan(ann, portions))[1] == 2
    assert [owner(app, r) for r in (leeds, york, hull)] == [bob, cid, ann]


def test_what_belongs_to_a_customer_goes_along_where_it_was_the_same_persons(office: Office) -> None:
    app = office.app
    ann, bob, cid = (office.person(n) for n in ("Ann Lee", "Bob", "Cid"))
    firm = customer(app, "A", owner_id=Ref(ann))
    kim = saving.save(app, saving.new_draft(app, "contacts", {"name": "Kim", "customer_id": Ref(firm.id or 0), "owner_id": Ref(ann)}))
    hers, theirs = order(app, firm, 1, owner_id=Ref(ann)), order(app, firm, 1, owner_id=Ref(cid))
    alone = Plan(None, (Portion("customers", (bob,), ids=(firm.id or 0,)),), along=False)
    assert [(p.type, p.count) for p in preview(app, alone)] == [("customers", 1)]
    plan = Plan(None, alone.portions)
    assert {p.type: p.count for p in preview(app, plan)} == {"customers": 1, "contacts": 1, "sales-orders": 1}
    batch, _count = hand_over(app, plan)
    assert [owner(app, r) for r in (firm, kim, hers, theirs)] == [bob, bob, bob, cid]
    entry = history.entries(app, "customers", firm.id or 0)[0]
    assert (entry.action, entry.batch, entry.can_undo) == ("handover", batch, True)
    assert history.undo_batch(app, batch) == 3
    assert owner(app, firm) == ann


def test_nobody_hands_over_what_they_may_not_share_but_may_take_their_own_back(office: Office) -> None:
    app = office.app
    ann, bob, cid = (office.person(n, "salesperson") for n in ("Ann Lee", "Bob", "Cid"))
    hers, others = customer(app, "A", owner_id=Ref(ann)), customer(app, "B", owner_id=Ref(cid))
    program = office.sign_in(ann)
    both = Plan(None, (Portion("customers", (bob,), ids=(hers.id or 0, others.id or 0)),))
    (found,) = preview(program, both)
    assert (found.count, found.kept) == (1, 1)
    batch, count = hand_over(program, both)
    assert (count, owner(app, hers), owner(app, others)) == (1, bob, cid)
    with pytest.raises(Missing):
        saving.open_record(program, "customers", hers.id or 0)
    with pytest.raises(Refused):
        take_back(office.sign_in(cid), batch)
    assert take_back(program, batch) == 1
    assert owner(app, hers) == ann


def test_records_that_changed_hands_again_are_left_alone(office: Office) -> None:
    app = office.app
    ann, bob, cid = (office.person(n) for n in ("Ann Lee", "Bob", "Cid"))
    one, two = (customer(app, n, owner_id=Ref(ann)) for n in ("A", "B"))
    batch, _count = hand_over(app, everything_of(app, ann, bob))
    office.change("customers", two.id or 0, owner_id=Ref(cid))
    assert take_back(app, batch) == 1
    assert [owner(app, r) for r in (one, two)] == [ann, cid]


def test_nobody_who_left_gets_records(office: Office) -> None:
    app = office.app
    ann, bob = office.person("Ann Lee"), office.person("Bob")
    customer(app, "A", owner_id=Ref(ann))
    office.change("users", bob, active=False)
    with pytest.raises(Refused):
        hand_over(app, everything_of(app, ann, bob))
    with pytest.raises(Refused):
        preview(app, Plan(ann, (Portion("customers", ()),)))
    with pytest.raises(Refused):
        preview(app, Plan(ann, (Portion("units", (bob,)),)))
    assert hand_over(app, everything_of(app, bob, ann)) == ("", 0)
