"""Rights by hand: the grid and its keys, copies, fields, what is shown; asking what a person may do; sharing; handing over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from form_makers import Desk
from people_makers import Office
from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QPushButton
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.rights import Access, Reach
from crm_desktop.services import saving, sharing
from crm_desktop.services.rights_editing import rights_of_position, save_rights
from crm_desktop.services.sharing import Grantee
from ui import navigation
from ui.customer_panel import CustomerPanel
from ui.hand_over import HandOverDialog
from ui.list_screen import ListScreen
from ui.rights_grid import LevelGrid
from ui.rights_keeper import RightsKeeper
from ui.screens.all_screens import all_screens
from ui.screens.rights import RightsScreen
from ui.screens.rights_explain import ExplainScreen
from ui.share_dialog import ShareDialog
from ui.widgets.labels import Label
from ui.widgets.panels import Banner

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


@pytest.fixture
def office(sqlite_app: Application) -> Office:
    return Office(sqlite_app)


def rights_screen(desk: Desk, key: str) -> RightsScreen:
    desk.window.open_screen("rights")
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, RightsScreen)
    choose(screen, key)
    return screen


def choose(screen: RightsScreen, key: str) -> None:
    keys = [p.key for p in screen._was.values()]
    screen.positions.setCurrentRow(keys.index(key))


def go(grid: LevelGrid, row: str, column: str) -> None:
    sheet = grid.cells.sheet
    grid.setCurrentIndex(grid.cells.index(list(sheet.rows).index(row), list(sheet.columns).index(column)))
    grid.setFocus()


def test_a_digit_sets_a_reach_and_ctrl_d_copies_it_down(desk: Desk, office: Office) -> None:
    screen = rights_screen(desk, "salesperson")
    assert not screen.unsaved
    go(screen.records, "Customers", "See")
    QTest.keyClick(screen.records, Qt.Key.Key_5)
    assert screen.unsaved
    below = screen.records.cells.index(2, 0)
    selection = screen.records.selectionModel()
    for row in range(3):
        selection.select(screen.records.cells.index(row, 0), QItemSelectionModel.SelectionFlag.Select)
    QTest.keyClick(screen.records, Qt.Key.Key_D, CONTROL)
    assert screen.records.cells.data(below) == "Dept. +"
    desk.keys(Qt.Key.Key_S, CONTROL)
    desk.quiet()
    stands = rights_of_position(desk.app, office.positions["salesperson"])
    assert [stands.reaches[k, "see"] for k in ("customers", "contacts", "follow-ups")] == [Reach.BELOW] * 3
    assert not screen.unsaved


def test_the_menu_of_a_cell_offers_every_reach_in_words(desk: Desk, office: Office) -> None:
    screen = rights_screen(desk, "finance")
    go(screen.records, "Tasks", "See")
    actions = screen.records.menu().actions()
    assert [a.text().split("\t")[0] for a in actions][:3] == ["Not at all", "Own", "Own and shared with me"]
    assert [a.text() for a in actions if a.isChecked()] == ["Own\t1"]
    actions[-1].trigger()
    assert screen._rights().reaches["tasks", "see"] == Reach.ALL
    screen.positions.setCurrentRow(0)  # leaving asks, and the answer is yes
    assert desk.questions == ["Leave without saving “Finance”?"]


def test_states_and_operations_of_a_type_stand_beside_it(desk: Desk, office: Office) -> None:
    screen = rights_screen(desk, "sales_manager")
    go(screen.records, "Sales orders", "Change")
    assert "Change while Confirmed" in screen.special.cells.sheet.rows
    go(screen.special, "Change while Confirmed", "Reach")
    QTest.keyClick(screen.special, Qt.Key.Key_0)
    screen.save()
    desk.quiet()
    stands = rights_of_position(desk.app, office.positions["sales_manager"])
    assert stands.reaches["sales-orders", "change:confirmed"] == Reach.NONE
    go(screen.records, "Units", "See")
    assert not screen.special.isVisible()


def test_a_copy_gets_a_name_and_is_chosen(desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = rights_screen(desk, "warehouse")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("Night shift", True))
    screen.copy()
    desk.quiet()
    assert screen.positions.currentItem().text() == "Night shift"
    assert screen._rights().fields["products", "cost"] == Access.HIDDEN
    assert not screen.reset_button.isVisible()


def test_fields_and_what_is_shown_are_set_and_reset(desk: Desk, office: Office) -> None:
    screen = rights_screen(desk, "salesperson")
    screen.tabs.setCurrentIndex(1)
    screen.field_type.setCurrentText("Products")
    go(screen.fields, "Cost", "Access")
    QTest.keyClick(screen.fields, Qt.Key.Key_1)
    screen.tabs.setCurrentIndex(3)
    item = next(i for i in screen.areas.items() if i.text(0) == "Office")
    item.setCheckState(0, Qt.CheckState.Unchecked)
    assert item.child(0).isDisabled()
    screen.save()
    desk.quiet()
    stands = rights_of_position(desk.app, office.positions["salesperson"])
    assert (stands.fields["products", "cost"], stands.hidden) == (Access.READ, frozenset({"area:office"}))
    screen.reset()
    screen.save()
    desk.quiet()
    assert rights_of_position(desk.app, stands.id).hidden == frozenset()


def by_hand(desk: Desk) -> RightsKeeper:
    """What watches the rights, looking only when it is told: by its clock it would open tabs anew in the middle of a test."""
    (keeper,) = desk.window.findChildren(RightsKeeper)
    for clock in keeper.findChildren(QTimer):
        clock.stop()
    return keeper


def test_hidden_areas_and_panels_stay_out_of_sight(desk: Desk, office: Office) -> None:
    rights = rights_of_position(desk.app, office.positions["salesperson"])
    for area in ("area:sales", "list:contacts", "screen:today", "customer.money", "customer.timeline"):
        rights = rights.with_hidden(area, True)
    save_rights(desk.app, rights)
    program = office.sign_in(office.person("Bob", "salesperson"))
    names = {e.key for e in navigation.entries(program, all_screens())}
    assert "list:customers" in names
    assert not {"list:sales-orders", "list:products", "list:contacts", "screen:today"} & names
    keeper = by_hand(desk)
    desk.window.app.actor = program.actor
    keeper.look()
    record = customer(desk.app, "Alpha")
    desk.open("customers", record.id or 0)
    (panel,) = desk.window.findChildren(CustomerPanel)
    assert not panel.money.isVisible()
    assert not panel.events.isVisible()
    assert panel.quick.isVisible()


def test_a_column_kept_out_of_lists_is_still_in_the_form(desk: Desk, office: Office) -> None:
    screen = rights_screen(desk, "salesperson")
    item = next(i for i in screen.areas.items() if i.data(0, Qt.ItemDataRole.UserRole) == "column:customers.phone")
    assert item.text(0) == "Phone"
    item.setCheckState(0, Qt.CheckState.Unchecked)
    screen.save()
    desk.quiet()
    desk.window.open_list("customers")
    desk.quiet()
    everything = desk.window.tabs.current
    assert isinstance(everything, ListScreen)
    assert "phone" in [c.name for c in everything.list.model.columns]
    bob, eve = office.person("Bob", "sales_manager"), office.person("Eve", "salesperson")
    desk.quiet()  # the screen of rights reads the people anew, which neither of them may
    desk.window.app.actor = office.sign_in(bob).actor
    assert "phone" in desk.app.types["customers"].listed(desk.window.app.actor)  # another position says nothing of it
    desk.window.app.actor = office.sign_in(eve).actor
    (keeper,) = desk.window.findChildren(RightsKeeper)
    keeper.look()
    desk.quiet()
    theirs = desk.window.tabs.current
    assert isinstance(theirs, ListScreen)
    names = [c.name for c in theirs.list.model.columns]
    assert "name" in names
    assert "phone" not in names
    assert "phone" not in theirs.list.visible
    assert "phone" in theirs.list.type.visible(desk.window.app.actor)  # the form shows it


def test_asking_about_a_person_and_a_record(desk: Desk, office: Office) -> None:
    bob = office.person("Bob", "salesperson")
    record = customer(desk.app, "Alpha")
    desk.window.open_screen("explain-rights", user=str(bob), type="customers", record=str(record.id))
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, ExplainScreen)
    assert screen.found is not None
    assert (screen.found.user, screen.found.record) == ("Bob", "Alpha")
    see = screen.operations.items.rows[0]
    assert (see.allowed, see.why.startswith("It belongs to Ann.")) == (False, True)
    assert screen.record.value() == Ref(record.id or 0)
    screen.types.setCurrentIndex(screen.types.findData("products"))
    desk.quiet()
    assert screen.found.type == "products"
    assert screen.holds.text() == "Bob holds: Salesperson"


def test_sharing_from_the_record_marks_it(desk: Desk, office: Office) -> None:
    bob = office.person("Bob", "salesperson")
    record = customer(desk.app, "Alpha")
    window = desk.open("customers", record.id or 0)
    assert not window.header.shared.isVisible()
    dialog = ShareDialog(desk.window, window, "customers", [record.id or 0], "Alpha")
    desk.bot.addWidget(dialog)
    dialog.show()
    desk.quiet()
    dialog.who.setEditText("bob")
    dialog.rights.setCurrentIndex(1)
    dialog.add()
    desk.quiet()
    (row,) = dialog.table.items.rows
    assert (row.grantee, row.may_change) == (Grantee("user", bob, "Bob"), True)
    window.refresh()
    desk.quiet()
    assert window.header.shared.isVisible()
    assert window.header.shared.toolTip() == "Shared with Bob"
    desk.window.open_list("customers")
    desk.quiet()
    listed = desk.window.tabs.current
    assert isinstance(listed, ListScreen)
    desk.wait(lambda: "Shared with Bob" in [label.text() for label in listed.preview.findChildren(Label)])
    dialog.table.selectAll()
    dialog.remove()
    desk.quiet()
    assert sharing.shares(desk.app, "customers", [record.id or 0]) == []


def test_a_person_who_is_switched_off_offers_to_hand_over(desk: Desk, office: Office) -> None:
    bob, cid = office.person("Bob", "salesperson"), office.person("Cid", "salesperson")
    firms = [customer(desk.app, n, owner_id=Ref(bob)) for n in ("A", "B", "C")]
    order(desk.app, firms[0], 1, owner_id=Ref(bob))
    window = desk.open("users", bob)
    window.editing.draft.values["active"] = False
    window.editing.edited("active")
    desk.save(window)
    desk.quiet()
    texts = [b.label.text() for b in window.findChildren(Banner) if b.isVisible()]
    assert texts == ["Bob has moved or left. 4 records still belong to this person."]
    dialog = HandOverDialog(desk.window, window, person=Ref(bob, "Bob"))
    desk.bot.addWidget(dialog)
    dialog.show()
    desk.quiet()
    assert not dialog.ok.isEnabled()
    for at in range(dialog.people.count()):
        if dialog.people.item(at).text() in ("Ann", "Cid"):
            dialog.people.item(at).setCheckState(Qt.CheckState.Checked)
    desk.quiet()
    assert dialog.effect.text() == "4 records will change hands."
    assert dialog.note.text() == "Ann: 3 · Cid: 1"
    (orders,) = [row for row in dialog.rows if row.type == "sales-orders"]
    orders.tick.setChecked(False)
    customers = next(row for row in dialog.rows if row.type == "customers")
    customers.to.setCurrentIndex(customers.to.findData(cid))
    customers.to.activated.emit(customers.to.currentIndex())
    desk.quiet()
    assert dialog.effect.text() == "3 records will change hands."
    assert [(p.type, p.to) for p in dialog.plan().portions] == [("customers", (cid,))]


def test_a_new_user_begins_with_a_position_and_one_without_is_warned_of(desk: Desk, office: Office) -> None:
    window = desk.new("users")
    assert [line.values["position_id"].label for line in window.editing.draft.lines] == ["Salesperson"]
    assert not window.unsaved
    bare = office.person("Bare")
    window = desk.open("users", bare)
    texts = [b.label.text() for b in window.findChildren(Banner) if b.isVisible()]
    assert texts == ["Bare holds no position, and so may do nothing. Add one under Positions."]


def test_several_records_are_handed_over_from_the_list(desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = office.person("Bob", "salesperson")
    ids = [customer(desk.app, n).id or 0 for n in ("A", "B")]
    desk.window.open_list("customers")
    desk.quiet()
    screen = desk.window.tabs.current
    assert isinstance(screen, ListScreen)
    screen.list.select_ids(ids, ids[0])
    desk.quiet()
    words = [b.text() for b in screen.findChildren(QPushButton) if b.isVisible()]
    assert {"Hand over…", "Share…"} <= set(words)

    def answer(dialog: HandOverDialog) -> int:
        desk.quiet()
        names = [dialog.people.item(n).text() for n in range(dialog.people.count())]
        dialog.people.item(names.index("Bob")).setCheckState(Qt.CheckState.Checked)
        desk.quiet()
        return 1

    monkeypatch.setattr(HandOverDialog, "exec", answer)
    screen.actions_of_list.hand_over()
    desk.quiet()
    assert {saving.open_record(desk.app, "customers", i).values["owner_id"].id for i in ids} == {bob}
    assert desk.window.notices.said == "2 records handed over"


def test_the_screen_follows_what_others_change_unless_something_is_typed(desk: Desk, office: Office) -> None:
    screen = rights_screen(desk, "finance")
    assert screen.positions.currentItem().text() == "Finance"
    office.person("Bob", "finance")
    desk.wait(lambda: screen.positions.currentItem().text() == "Finance  ·  1")
    go(screen.records, "Tasks", "See")
    QTest.keyClick(screen.records, Qt.Key.Key_0)
    office.person("Cid", "finance")
    desk.quiet()
    assert screen.unsaved
    assert screen.positions.currentItem().text() == "Finance  ·  1"


def test_whoever_looks_after_a_branch_reads_positions_and_changes_none(desk: Desk, office: Office) -> None:
    north = office.department("North", branch=True)
    ada = office.person("Ada", "branch_administrator", department_id=Ref(north))
    desk.window.app.actor = office.sign_in(ada).actor
    screen = rights_screen(desk, "salesperson")
    go(screen.records, "Customers", "See")
    QTest.keyClick(screen.records, Qt.Key.Key_7)
    assert not screen.unsaved
    assert not screen.copy_button.isEnabled()
    assert not screen.save_button.isEnabled()
    assert not screen.areas.isEnabled()


def test_the_window_follows_when_the_rights_of_the_person_change(desk: Desk, office: Office) -> None:
    bob = office.person("Bob", "salesperson")
    office.person("Eve", "owner")
    boss = replace(desk.app, actor=desk.app.actor)
    keeper = by_hand(desk)
    desk.window.app.actor = office.sign_in(bob).actor
    keeper.look()
    keys = [e.key for e in desk.window.nav.entries]
    assert "list:customers" in keys
    assert "screen:rights" not in keys
    desk.window.open_list("follow-ups")
    desk.quiet()
    office.hold(bob, "warehouse", app=boss)
    desk.window.open_list("products")  # any question, made with the rights of before
    desk.quiet()
    products = desk.window.tabs.current
    assert isinstance(products, ListScreen)
    shown = [c.name for c in products.list.model.columns]
    assert "name" in shown
    assert "list_price" not in shown
    keeper.look()
    desk.quiet()
    assert desk.window.tabs.keys == ["list:products"]
    assert desk.window.tabs.current is not products
    assert desk.window.notices.said == "Your rights have changed."
    offered = [a.text() for a in desk.window.top.new_menu.actions()]
    assert "Product" in offered
    assert "Customer" not in offered
