"""The company as a tree: who is where, who leads; it follows changes, is searched, and new people begin where the cursor is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from form_makers import Desk
from people_makers import Office
from PySide6.QtCore import Qt

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.rights import Reach
from crm_desktop.services.org_tree import org_tree
from crm_desktop.services.rights_editing import rights_of_position, save_rights
from ui.list_screen import ListScreen
from ui.record_window import RecordWindow
from ui.screens.all_screens import all_screens
from ui.screens.org_chart import OrgChart


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def chart(desk: Desk) -> OrgChart:
    desk.window.open_screen("organisation")
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, OrgChart)
    return screen


def rows(screen: OrgChart) -> list[tuple[str, str]]:
    return [(i.text(0), i.text(1)) for i in screen.items() if not i.isHidden()]


def test_departments_hold_their_people_and_parts(desk: Desk) -> None:
    office = Office(desk.app)
    north = office.department("North", branch=True)
    sales = office.department("Sales", parent_id=Ref(north))
    bob = office.person("Bob", "salesperson", department_id=Ref(sales))
    office.person("Abe", "finance", "salesperson", department_id=Ref(sales))
    office.change("departments", sales, manager_id=Ref(bob))
    screen = chart(desk)
    assert rows(screen) == [
        ("North  ·  2  ·  Branch", ""),
        ("Sales  ·  2", ""),
        ("Bob", "Salesperson, leads the department"),
        ("Abe", "Finance, Salesperson"),
        ("Without a department  ·  1", ""),
        ("Ann", "Company owner"),
    ]
    office.change("users", bob, active=False)
    desk.wait(lambda: ("Bob (switched off)", "Salesperson, leads the department") in rows(screen))
    assert rows(screen)[0][0] == "North  ·  1  ·  Branch"
    screen.search.setText("finance")
    assert [r[0] for r in rows(screen)] == ["North  ·  1  ·  Branch", "Sales  ·  1", "Abe"]


def test_a_new_person_begins_in_the_department_of_the_cursor(desk: Desk) -> None:
    office = Office(desk.app)
    north = office.department("North")
    screen = chart(desk)
    item = next(i for i in screen.items() if i.text(0).startswith("North"))
    screen.tree.setCurrentItem(item)
    assert screen.new_user.toolTip() == "In North"
    screen.add_user()
    desk.quiet()
    window = desk.window.tabs.current
    assert isinstance(window, RecordWindow)
    assert window.editing.draft.values["department_id"] == Ref(north)
    chart(desk)
    screen.tree.itemActivated.emit(item, 0)
    desk.quiet()
    assert desk.window.tabs.current.tab_key == f"record:departments:{north}"
    assert item.data(0, Qt.ItemDataRole.UserRole) == "departments"


def test_the_tree_shows_no_more_than_the_person_sees(desk: Desk) -> None:
    office = Office(desk.app)
    north, south = office.department("North"), office.department("South")
    bob = office.person("Bob", "salesperson", department_id=Ref(north))
    office.person("Sue", "salesperson", department_id=Ref(south))
    rights = rights_of_position(desk.app, office.positions["salesperson"])
    for kind in ("users", "departments"):
        rights = rights.with_reach(kind, "see", Reach.BELOW)
    save_rights(desk.app, rights)
    (tree,) = org_tree(office.sign_in(bob))
    assert (tree.name, [p.name for p in tree.people]) == ("North", ["Bob"])
