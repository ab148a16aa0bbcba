"""Sharing single records: who reads and who changes them then, what the log says, and what becomes of shares of deleted records."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from people_makers import Office
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.services import deleting, saving, sharing
from crm_desktop.services.listing import ListQuery, count
from crm_desktop.services.sharing import Grantee
from db.engine import reading
from db.models.system import HistoryEntry


@pytest.fixture
def office(app: Application) -> Office:
    return Office(app)


def seen(app: Application) -> int:
    return count(app, ListQuery("customers"), cap=None).number


def test_a_shared_record_is_read_at_once_and_changed_only_where_that_was_given(office: Office) -> None:
    ann, bob = office.person("Ann", "salesperson"), office.person("Bob", "salesperson")
    theirs, mine = office.sign_in(bob), office.sign_in(ann)
    alpha = customer(mine, "Alpha")
    assert seen(theirs) == 0
    assert sharing.share(mine, "customers", [alpha.id or 0], [Grantee("user", bob)]) == 1
    draft = saving.open_record(theirs, "customers", alpha.id or 0)
    draft.values["city"] = "Leeds"
    with pytest.raises(Refused):
        saving.save(theirs, draft)
    assert sharing.share(mine, "customers", [alpha.id or 0], [Grantee("user", bob)], may_change=True) == 1
    assert saving.save(theirs, draft).values["city"] == "Leeds"
    assert sharing.share(mine, "customers", [alpha.id or 0], [Grantee("user", bob)], may_change=True) == 0
    assert sharing.unshare(mine, "customers", [alpha.id or 0], [Grantee("user", bob)]) == 1
    assert seen(theirs) == 0


def test_who_was_shared_with_sees_by_whom_and_cannot_share_on(office: Office) -> None:
    ann, bob, cid = (office.person(n, "salesperson") for n in ("Ann", "Bob", "Cid"))
    mine, theirs = office.sign_in(ann), office.sign_in(bob)
    ids = [customer(mine, n).id or 0 for n in ("Alpha", "Beta")]
    sharing.share(mine, "customers", ids, [Grantee("user", bob)])
    (found,) = sharing.shares(theirs, "customers", ids)
    assert (found.grantee, found.by, found.count, found.may_change) == (Grantee("user", bob, "Bob"), "Ann", 2, False)
    with pytest.raises(Refused):
        sharing.share(theirs, "customers", ids, [Grantee("user", cid)])
    with pytest.raises(Missing):  # as if there were none
        sharing.share(office.sign_in(cid), "customers", ids, [Grantee("user", cid)])
    assert sharing.shared_ids(mine, "customers", [*ids, customer(mine, "Gamma").id or 0]) == set(ids)


def test_teams_and_departments_are_shared_with_as_they_are_today(office: Office) -> None:
    north = office.department("North")
    ann, bob = office.person("Ann", "salesperson"), office.person("Bob", "salesperson")
    team = office.team("Fair", members=[])
    mine, theirs = office.sign_in(ann), office.sign_in(bob)
    ids = [customer(mine, n).id or 0 for n in ("Alpha", "Beta")]
    sharing.share(mine, "customers", ids[:1], [Grantee("department", north)])
    sharing.share(mine, "customers", ids[1:], [Grantee("team", team)])
    assert seen(theirs) == 0
    office.change("users", bob, department_id=Ref(north))
    assert seen(theirs) == 1
    office.members(team, [bob])
    assert seen(theirs) == 2
    office.members(team, [])
    assert seen(theirs) == 1


def test_shares_go_and_come_with_the_record_and_with_the_person(office: Office) -> None:
    app = office.app
    bob, team = office.person("Bob", "salesperson"), office.team("Fair", members=[])
    alpha = customer(app, "Alpha").id or 0
    sharing.share(app, "customers", [alpha], [Grantee("user", bob), Grantee("team", team)], may_change=True)
    batch = deleting.delete(app, "customers", [alpha])
    assert sharing.shared_ids(app, "customers", [alpha]) == set()
    deleting.restore_batch(app, batch)
    assert {(s.grantee.name, s.may_change) for s in sharing.shares(app, "customers", [alpha])} == {("Bob", True), ("Fair", True)}
    batch = deleting.delete(app, "teams", [team])
    assert [s.grantee.name for s in sharing.shares(app, "customers", [alpha])] == ["Bob"]
    deleting.restore_batch(app, batch)
    assert len(sharing.shares(app, "customers", [alpha])) == 2


def test_sharing_is_in_the_log_by_number_alone(office: Office) -> None:
    app, bob = office.app, office.person("Bob", "salesperson")
    alpha = customer(app, "Alpha")
    sharing.share(app, "customers", [alpha.id or 0], [Grantee("user", bob)])
    table: Any = HistoryEntry.__table__
    with reading(app.engine) as connection:
        row = connection.execute(table.select().where(table.c.action == "share")).mappings().one()
    assert row["record_label"] == alpha.values["number"]
    assert row["changes"]["facts"]["to"] == ["Bob"]
    assert "Alpha" not in str(row["changes"])


def test_everybody_is_offered_but_those_who_left_and_oneself(office: Office) -> None:
    office.department("North")
    ann, bob = office.person("Ann Lee", "salesperson"), office.person("Bob", "salesperson")
    office.change("users", bob, active=False)
    names = [g.name for g in sharing.grantees(office.sign_in(ann))]
    assert "North" in names
    assert not {"Bob", "Ann Lee"} & set(names)
    nobody = replace(office.app, actor=replace(office.app.actor, rights=type(office.app.actor.rights)(), version=0))
    assert sharing.grantees(nobody) == []
