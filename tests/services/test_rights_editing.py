"""The rights of positions: said shortly, copied, reset, counted at once and entered in the log. On both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from people_makers import Office
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.records.ready_positions import READY_POSITIONS
from crm_desktop.rights import Access, Reach
from crm_desktop.services import deleting, history, saving
from crm_desktop.services.listing import ListQuery, count
from crm_desktop.services.rights_editing import (
    as_it_came,
    copy_position,
    fields_of,
    operation_words,
    operations_of,
    positions,
    reset_position,
    rights_of_position,
    save_rights,
)
from db.engine import reading
from db.models.system import HistoryEntry


@pytest.fixture
def office(app: Application) -> Office:
    return Office(app)


def events(app: Application, action: str) -> list[Any]:
    table: Any = HistoryEntry.__table__
    with reading(app.engine) as connection:
        return list(connection.execute(table.select().where(table.c.action == action).order_by(table.c.id)).mappings())


def test_a_change_counts_with_the_next_question_and_is_logged_with_both_sides(office: Office) -> None:
    program = office.sign_in(office.person("Bob", "salesperson"))
    customer(office.app, "Alpha")
    assert count(program, ListQuery("customers")).number == 0
    was = rights_of_position(office.app, office.positions["salesperson"])
    stands = save_rights(office.app, was.with_reach("customers", "see", Reach.ALL))
    assert count(program, ListQuery("customers")).number == 1
    assert stands.version == was.version + 1
    assert stands.held == 1
    facts = events(office.app, "rights")[-1]["changes"]["facts"]
    assert facts["before"] == {"Customers: See": "Own and shared with me"}
    assert facts["after"] == {"Customers: See": "All"}


def test_a_state_that_is_not_to_be_changed_is_not_changed_in_any_way(office: Office) -> None:
    """A draft: in this state nothing else would keep the order as it is."""
    made = order(office.app, customer(office.app, "Alpha"))
    made.values["note"] = "as agreed"
    saving.save(office.app, made)
    program = office.sign_in(office.person("Bob", "sales_manager"))
    rights = rights_of_position(office.app, office.positions["sales_manager"])
    for operation in ("see", "change"):
        rights = rights.with_reach("sales-orders", operation, Reach.ALL)
    stands = save_rights(office.app, rights)

    def change(text: str) -> None:
        draft = saving.open_record(program, "sales-orders", made.id or 0)
        draft.values["note"] = text
        saving.save(program, draft)

    change("allowed")
    save_rights(office.app, replace(rights, version=stands.version).with_reach("sales-orders", "change:draft", Reach.NONE))
    with pytest.raises(Refused):
        change("not allowed")
    draft = saving.open_record(program, "sales-orders", made.id or 0)
    draft.values["note"] = "not allowed"
    with pytest.raises(Refused):
        saving.save_many(program, [draft], "batch")
    with pytest.raises(Refused):
        history.undo(program, history.entries(program, "sales-orders", made.id or 0)[0].id)
    assert saving.open_record(office.app, "sales-orders", made.id or 0).values["note"] == "allowed"


def test_two_people_at_one_position_do_not_overwrite_each_other(office: Office) -> None:
    was = rights_of_position(office.app, office.positions["finance"])
    save_rights(office.app, was.with_reach("tasks", "see", Reach.ALL))
    with pytest.raises(Refused, match="Somebody else"):
        save_rights(office.app, was.with_reach("tasks", "see", Reach.NONE))
    assert rights_of_position(office.app, was.id).reaches["tasks", "see"] == Reach.ALL


def test_a_copy_takes_all_rights_along_and_goes_its_own_way(office: Office) -> None:
    source = rights_of_position(office.app, office.positions["warehouse"])
    source = save_rights(office.app, source.with_hidden("area:sales", True))
    copied = rights_of_position(office.app, copy_position(office.app, source.id, " Night shift "))
    assert (copied.name, copied.key, copied.hidden) == ("Night shift", "", frozenset({"area:sales"}))
    assert (copied.reaches, copied.fields) == (source.reaches, source.fields)
    save_rights(office.app, copied.with_access("products", "cost", Access.READ, secret=True))
    assert rights_of_position(office.app, source.id).fields["products", "cost"] == Access.HIDDEN
    assert as_it_came(copied) is None
    with pytest.raises(Refused):
        reset_position(office.app, copied.id)


@pytest.mark.parametrize("key", [p.key for p in READY_POSITIONS])
def test_a_position_goes_back_to_what_the_program_brought(sqlite_app: Application, key: str) -> None:
    office = Office(sqlite_app)
    office.person("Eve", "owner")
    before = rights_of_position(sqlite_app, office.positions[key])
    changed = before.with_reach("tasks", "print", Reach.TEAM).with_access("customers", "phone", Access.HIDDEN, secret=False)
    save_rights(sqlite_app, changed.with_hidden("area:office", True))
    again = reset_position(sqlite_app, before.id)
    assert (again.reaches, again.fields, again.hidden) == (before.reaches, before.fields, frozenset())


def test_the_owners_position_cannot_be_emptied(office: Office) -> None:
    owner = rights_of_position(office.app, office.positions["owner"])
    with pytest.raises(Refused, match="rights of an owner"):
        save_rights(office.app, owner.with_reach("program", "rights", Reach.NONE))
    assert rights_of_position(office.app, owner.id).reaches == owner.reaches


def test_rights_are_said_as_shortly_as_they_can_be(sqlite_app: Application) -> None:
    owner = next(p for p in positions(sqlite_app) if p.key == "owner")
    narrowed = owner.with_reach("customers", "see", Reach.OWN)
    assert len(narrowed.reaches) == len(owner.reaches) + 1
    assert narrowed.with_reach("customers", "see", Reach.ALL).reaches == owner.reaches
    hidden = owner.with_access("products", "cost", Access.HIDDEN, secret=True)
    assert hidden.holding.access("products", "cost", True) == Access.HIDDEN
    assert hidden.with_access("products", "cost", Access.WRITE, secret=True).fields == owner.fields


def test_every_type_tells_its_operations_and_fields_in_words(sqlite_app: Application) -> None:
    for kind in sqlite_app.types.values():
        names = operations_of(kind)
        assert all(operation_words(kind, n) for n in names)
        assert {o.name for o in kind.operations} <= names.keys()
        assert set(kind.fields) <= fields_of(kind).keys()
    orders = sqlite_app.type("sales-orders")
    assert operation_words(orders, "change:confirmed") == "Change while Confirmed"
    assert "lines.price" in fields_of(orders)


def test_a_deleted_position_comes_back_with_its_rights(office: Office) -> None:
    copied = rights_of_position(office.app, copy_position(office.app, office.positions["warehouse"], "Night shift"))
    copied = save_rights(office.app, copied.with_hidden("list:tasks", True))
    batch = deleting.delete(office.app, "positions", [copied.id])
    deleting.restore_batch(office.app, batch)
    back = rights_of_position(office.app, copied.id)
    assert (back.reaches, back.fields, back.hidden) == (copied.reaches, copied.fields, copied.hidden)
