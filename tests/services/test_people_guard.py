"""What may not become of the people: rights wider than the giver's own, circles, a company without an owner. On both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from people_makers import Office

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Invalid, Refused
from crm_desktop.exchange.cells import Sheet
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.plan import Result
from crm_desktop.exchange.tables import find_table
from crm_desktop.filters import Condition
from crm_desktop.rights import Reach
from crm_desktop.services import deleting, history, rights_editing, saving
from crm_desktop.services.listing import ListQuery, count
from crm_desktop.services.rights_editing import rights_of_position, save_rights


@pytest.fixture
def office(app: Application) -> Office:
    return Office(app)


def branch_admin(office: Office, north: int) -> Application:
    """Who looks after the people of one branch."""
    return office.sign_in(office.person("Ada", "branch_administrator", department_id=Ref(north)))


def test_the_last_active_owner_stays(office: Office) -> None:
    me = office.app.actor.user_id or 0
    with pytest.raises(Invalid, match="last one who is active"):
        office.change("users", me, active=False)
    with pytest.raises(Invalid, match="last one who is active"):
        office.hold(me, "salesperson")
    with pytest.raises(Invalid, match="last one who is active"):
        office.change("positions", office.positions["owner"], active=False)
    second = office.person("Eve", "owner")
    office.hold(me, "salesperson")
    with pytest.raises(Invalid):
        deleting.delete(office.sign_in(second), "users", [second])


def test_departments_and_managers_never_run_in_circles(office: Office) -> None:
    top = office.department("Top")
    below = office.department("Below", parent_id=Ref(top))
    lowest = office.department("Lowest", parent_id=Ref(below))
    with pytest.raises(Invalid) as caught:
        office.change("departments", top, parent_id=Ref(lowest))
    assert set(caught.value.problems) == {"parent_id"}
    ann = office.person("Ann Lee")
    bob = office.person("Bob", manager_id=Ref(ann))
    with pytest.raises(Invalid) as caught:
        office.change("users", ann, manager_id=Ref(bob))
    assert set(caught.value.problems) == {"manager_id"}


def test_nobody_changes_their_own_positions_but_an_owner(office: Office) -> None:
    ada = office.person("Ada", "administrator")
    program = office.sign_in(ada)
    with pytest.raises(Invalid, match="Nobody changes their own positions"):
        office.hold(ada, "administrator", "owner", app=program)
    with pytest.raises(Refused, match="own position"):
        save_rights(program, rights_of_position(program, office.positions["administrator"]).with_reach("customers", "see", Reach.ALL))
    office.change("users", ada, app=program, mobile="138 0000 0000")
    me = office.app.actor.user_id or 0
    assert len(office.hold(me, "owner", "finance").lines) == 2


def test_an_administrator_gives_any_position_and_a_clerk_none(office: Office) -> None:
    program = office.sign_in(office.person("Ada", "administrator"))
    bob = office.person("Bob", "owner", app=program)
    clerk = office.sign_in(office.person("Cid", "salesperson"))
    with pytest.raises(Refused):
        office.hold(bob, "salesperson", app=clerk)
    with pytest.raises(Refused):
        rights_editing.positions(clerk)


def test_a_branch_looks_after_its_own_people_and_gives_nothing_wider(office: Office) -> None:
    north, south = office.department("North", branch=True), office.department("South", branch=True)
    inner = office.department("North sales", parent_id=Ref(north))
    ada = branch_admin(office, north)
    bob = office.person("Bob", "salesperson", app=ada, department_id=Ref(inner))
    office.change("users", bob, app=ada, active=False)
    office.change("users", bob, app=ada, active=True)
    office.hold(bob, "sales_manager", app=ada)
    for position in ("owner", "administrator", "finance", "auditor"):
        with pytest.raises(Invalid, match="further than you may give"):
            office.hold(bob, position, app=ada)
    with pytest.raises(Invalid, match="own branch"):
        office.change("users", bob, app=ada, department_id=Ref(south))
    with pytest.raises(Invalid):
        office.person("Cid", "salesperson", app=ada, department_id=Ref(south))
    with pytest.raises(Refused, match="head office"):
        rights_editing.copy_position(ada, office.positions["salesperson"], "Mine")
    with pytest.raises((Invalid, Refused)):
        office.change("departments", north, app=ada, branch=False)
    with pytest.raises((Invalid, Refused)):
        office.change("departments", north, app=ada, parent_id=Ref(south))
    made = saving.save(ada, saving.new_draft(ada, "departments", {"name": "North depot", "parent_id": Ref(inner)}))
    assert made.id


def test_a_wider_person_of_the_branch_is_out_of_reach(office: Office) -> None:
    north = office.department("North", branch=True)
    chief = office.person("Chief", "owner", department_id=Ref(north))
    ada = branch_admin(office, north)
    with pytest.raises(Invalid, match="further than you may give"):
        office.change("users", chief, app=ada, active=False)
    with pytest.raises(Invalid, match="further than you may give"):
        office.hold(chief, "salesperson", app=ada)


def test_undo_and_restore_are_guarded_like_saving(office: Office) -> None:
    bob = office.person("Bob", "owner")
    me = office.app.actor.user_id or 0
    office.hold(bob, "salesperson")
    program = office.sign_in(office.person("Ada", "administrator"))
    office.hold(me, "owner", "finance", app=program)
    entry = next(e for e in history.entries(office.app, "users", bob) if e.can_undo)
    clerk = office.sign_in(office.person("Cid", "salesperson"))
    with pytest.raises(Refused):
        history.undo(clerk, entry.id)
    history.undo(program, entry.id)
    stands = saving.open_record(office.app, "users", bob)
    assert [line.values["position_id"].id for line in stands.lines] == [office.positions["owner"]]


def bring_in(app: Application, *rows: list[Any]) -> Result:
    found = find_table(Sheet("S", [list(r) for r in rows]), recogniser(app.type("users")))
    return run_import(app, plan_import(app, "users", found))


def test_an_imported_list_of_people_is_guarded_like_a_form(office: Office) -> None:
    north, south = office.department("North", branch=True), office.department("South", branch=True)
    ada = branch_admin(office, north)
    head = ["Full name", "Sign-in name", "Department", "Position"]
    assert bring_in(ada, head, ["Bob", "bob", "North", "Salesperson"]).created == 1
    with pytest.raises(Invalid, match="somebody else"):  # before the guard of people is even asked
        bring_in(ada, head, ["Cid", "cid", "North", "Salesperson"], ["Dan", "dan", "South", "Salesperson"])
    with pytest.raises(Invalid, match="further than you may give"):
        bring_in(ada, head, ["Eve", "eve", "North", "Company owner"])
    assert count(office.app, ListQuery("users", where=Condition("sign_in", "any_of", ("cid", "dan", "eve")))).number == 0
    assert south


def test_of_two_owners_demoted_at_once_one_stays(app: Application, open_again: Callable[[Application], Application]) -> None:
    office = Office(app)
    me, eve = app.actor.user_id or 0, office.person("Eve", "owner")
    start, failed = threading.Barrier(2), list[str]()

    def demote(program: Application, person: int) -> None:
        draft = saving.open_record(program, "users", person)
        draft.lines = [office.post("salesperson")]
        start.wait()
        try:
            saving.save(program, draft)
        except (Invalid, Refused) as error:  # who was demoted first may be the one who demotes
            failed.append(error.message)

    threads = [threading.Thread(target=demote, args=who) for who in ((app, eve), (open_again(app), me))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(failed) == 1
    assert "last one who is active" in failed[0] or "no permission" in failed[0]
