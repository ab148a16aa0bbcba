"""The list itself: filters under the headings, sorting, selection, chips, empty states, copying."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from list_makers import fill, order
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import AnyOf, Condition, Filter
from crm_desktop.services.saving import new_draft, save
from ui import theme
from ui.filter_popups import ChoicePopup, DatePopup, FlagPopup, ReferencePopup
from ui.list_view import RecordList
from ui.tasks import Tasks

Maker = Callable[..., RecordList]


@pytest.fixture
def tasks(qapp: Any) -> Iterator[Tasks]:
    errors: list[BaseException] = []
    made = Tasks(errors.append)
    yield made
    made.close()
    assert errors == []


@pytest.fixture
def show_list(sqlite_app: Application, tasks: Tasks, qtbot: Any, qapp: Any) -> Iterator[Maker]:
    theme.Wardrobe(qapp).wear("light")

    def make(type_key: str = "customers", **options: Any) -> RecordList:
        QCoreApplication.processEvents()
        made = RecordList(sqlite_app, tasks, type_key, **options)
        qtbot.addWidget(made)
        made.resize(1200, 600)
        made.show()
        qtbot.waitUntil(lambda: made.model.asked and tasks.idle)
        return made

    yield make
    qtbot.waitUntil(lambda: tasks.idle)


def settle(qtbot: Any, records: RecordList) -> None:
    qtbot.wait(200)
    qtbot.waitUntil(lambda: records.tasks.idle)


def names(records: RecordList) -> list[str]:
    column = records.model.column_of("name")
    return [records.model.cell(row, column).text for row in range(records.model.rowCount())]


def type_filter(qtbot: Any, records: RecordList, name: str, text: str) -> None:
    box = records.table.head.box(name)
    assert box is not None
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    if not box._live:
        qtbot.keyClick(box, Qt.Key.Key_Return)
    settle(qtbot, records)


def test_typing_under_a_heading_filters(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 30)
    records = show_list()
    type_filter(qtbot, records, "name", "01")
    assert sorted(names(records)) == ["Customer 001", *(f"Customer 0{n}" for n in range(10, 20))]
    box = records.table.head.box("name")
    assert box is not None
    assert box.property("active") == "true"
    type_filter(qtbot, records, "credit_limit", ">=1500")
    assert sorted(names(records)) == [f"Customer 0{n}" for n in (16, 17, 18, 19)]
    box._clear.trigger()
    settle(qtbot, records)
    assert len(names(records)) == 12  # 16 to 30 without those whose limit is empty
    records.apply(records.state.cleared())
    settle(qtbot, records)
    assert len(names(records)) == 30


def test_a_filter_that_cannot_be_read_is_marked_and_changes_nothing(
    sqlite_app: Application, show_list: Maker, qtbot: Any
) -> None:
    fill(sqlite_app, 3)
    records = show_list()
    type_filter(qtbot, records, "credit_limit", "many")
    box = records.table.head.box("credit_limit")
    assert box is not None
    assert box.property("problem") == "true"
    assert "many" in box.toolTip()
    assert len(names(records)) == 3


def test_choices_drop_down_and_are_ticked(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 8)
    records = show_list()
    head = records.table.head
    head.drop_down("status")
    popup = head._popup
    assert isinstance(popup, ChoicePopup)
    first = popup.ticks.item(0)
    qtbot.mouseClick(
        popup.ticks.viewport(),
        Qt.MouseButton.LeftButton,
        pos=popup.ticks.visualItemRect(first).center() + QPoint(20, 0),
    )
    settle(qtbot, records)
    assert first.checkState() == Qt.CheckState.Checked
    assert sorted(names(records)) == ["Customer 004", "Customer 008"]
    popup.ticks.item(1).setCheckState(Qt.CheckState.Checked)
    settle(qtbot, records)
    assert len(names(records)) == 4
    qtbot.keyClick(popup.ticks, Qt.Key.Key_Escape)
    assert not popup.isVisible()


@pytest.mark.parametrize(
    ("type_key", "name", "kind"),
    [
        ("customers", "next_follow_up", DatePopup),
        ("customers", "owner_id", ReferencePopup),
        ("contacts", "is_main", FlagPopup),
    ],
)
def test_every_kind_that_is_picked_drops_down(
    show_list: Maker, qtbot: Any, type_key: str, name: str, kind: type
) -> None:
    records = show_list(type_key)
    records.table.head.drop_down(name)
    popup = records.table.head._popup
    assert isinstance(popup, kind)
    settle(qtbot, records)
    popup.close()


def test_people_are_found_and_ticked(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 3)
    other = save(sqlite_app, new_draft(sqlite_app, "users", {"name": "Wang Fang", "sign_in": "wang"}))
    save(sqlite_app, new_draft(sqlite_app, "customers", {"name": "Hers", "owner_id": Ref(other.id or 0)}))
    records = show_list()
    records.table.head.drop_down("owner_id")
    popup = records.table.head._popup
    assert isinstance(popup, ReferencePopup)
    qtbot.keyClicks(popup.search, "wang")
    qtbot.waitUntil(lambda: popup.ticks.count() == 1, timeout=5000)
    popup.ticks.item(0).setCheckState(Qt.CheckState.Checked)
    settle(qtbot, records)
    assert names(records) == ["Hers"]
    box = records.table.head.box("owner_id")
    assert box is not None
    assert box.toolTip() == "Wang Fang"
    popup.close()


def test_a_heading_sorts_and_shift_adds(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 8)
    records = show_list()
    head = records.table.head

    def click(name: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        at = records.model.column_of(name)
        x = head.sectionViewportPosition(at) + 30
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, modifier, QPoint(x, 12))
        settle(qtbot, records)

    click("city")
    assert records.state.order == ("city",)
    click("city")
    assert records.state.order == ("-city",)
    click("name", Qt.KeyboardModifier.ShiftModifier)
    assert records.state.order == ("-city", "name")
    click("phone")  # no index orders it, so it is not offered
    assert records.state.order == ("-city", "name")
    click("name")
    assert records.state.order == ("name",)
    assert names(records) == [f"Customer {n:03d}" for n in range(1, 9)]


def test_clicking_a_filter_does_not_sort(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    records = show_list()
    box = records.table.head.box("name")
    assert box is not None
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert records.state.order == ()


def test_the_whole_result_is_a_state(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 250)
    records = show_list()
    qtbot.keyClick(records.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert records.everything
    assert records.selected_count().number == 250
    assert len(records.table.selectionModel().selectedRows()) <= 1
    assert records.foot.selected.text() == "The whole result is selected"
    records.table.viewport().setFocus()
    qtbot.mouseClick(records.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 50))
    assert not records.everything
    assert records.selected_count().number == 1


def test_another_question_ends_the_selection_of_everything(
    sqlite_app: Application, show_list: Maker, qtbot: Any
) -> None:
    fill(sqlite_app, 20)
    records = show_list()
    records.select_everything()
    records.set_search("Customer 001")
    assert not records.everything


def test_the_selection_is_kept_by_record(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    ids = fill(sqlite_app, 20)
    records = show_list()
    records.select_ids(ids[3:6], ids[4])
    save(sqlite_app, new_draft(sqlite_app, "customers", {"name": "Customer 000"}))
    qtbot.waitUntil(lambda: records.model.rowCount() == 21)
    assert sorted(records.selected_ids()) == ids[3:6]
    assert records.current_id() == ids[4]


def test_several_selected_rows_are_summed(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    first = fill(sqlite_app, 1)[0]
    ids = [order(sqlite_app, first, price) for price in ("10", "20", "30")]
    records = show_list("sales-orders")
    records.select_ids(ids[:2])
    settle(qtbot, records)
    texts = [w.text() for w in records.foot._sums.findChildren(type(records.foot.number)) if not w.isHidden()]
    assert texts == ["Total of the selection", "60.00", "Received of the selection", "0.00"]
    assert records.foot.selected.text() == "2 selected"


def test_copying_gives_what_excel_takes(sqlite_app: Application, show_list: Maker) -> None:
    ids = fill(sqlite_app, 3)
    records = show_list(where=Condition("name", "contains", "Customer"))
    records.apply(records.state.with_look(records.state.look(), records.visible))
    records.select_ids(ids[1:3])
    records.copy()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines[0].split("\t")[:2] == ["Number", "Name"]
    assert sorted(line.split("\t")[1] for line in lines[1:]) == ["Customer 002", "Customer 003"]
    at = records.model.column_of("credit_limit")
    assert {line.split("\t")[at] for line in lines[1:]} == {
        "200.00",
        "300.00",
    }  # no separators: Excel must read numbers


def test_a_cell_filters_by_its_value_and_without_it(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    records = show_list()
    at = records.model.column_of("city")
    value = records.model.cell(0, at).text

    def choose(words: str) -> None:
        menu = records.row_menu(records.model.index(0, at))
        next(a for a in menu.actions() if a.text() == words).trigger()
        menu.close()
        settle(qtbot, records)

    choose(f"Only “{value}”")
    assert len(names(records)) == 3
    records.apply(records.state.cleared())
    settle(qtbot, records)
    choose(f"Without “{value}”")
    assert len(names(records)) == 9


def test_excluding_twice_excludes_both(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    records = show_list()
    at = records.model.column_of("status")
    for _time in range(2):
        menu = records.row_menu(records.model.index(0, at))
        next(a for a in menu.actions() if a.text().startswith("Without")).trigger()
        menu.close()
        settle(qtbot, records)
    assert len(names(records)) == 6
    part = records.state.column_parts()["status"]
    assert isinstance(part, Condition)
    assert (part.operator, len(part.value)) == ("none_of", 2)


def test_conditions_without_a_column_are_chips(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    records = show_list()
    either: Filter = AnyOf((Condition("city", "is", "广州"), Condition("credit_limit", "empty")))
    records.apply(records.state.with_chips([Condition("kind", "any_of", ("company",)), either]))
    settle(qtbot, records)
    assert records.chips.words == ("Kind: Company", "(City: =广州) or (Credit limit: Empty)")
    assert len(names(records)) == 5
    records.chips.removed.emit(1)
    settle(qtbot, records)
    assert len(names(records)) == 12
    records.chips.cleared.emit()
    assert records.chips.isHidden()


def test_an_empty_list_teaches(show_list: Maker, qtbot: Any) -> None:
    records = show_list()
    assert records._empty.shown is not None
    assert records._empty.shown.title.text() == "No Customers yet"
    assert records._empty.shown.text.text() == records.type.about
    with qtbot.waitSignal(records.new_record) as wanted:
        records._empty.shown.findChildren(QPushButton)[0].click()
    assert wanted.args == ["customers", {}]
    with qtbot.waitSignal(records.import_wanted) as wanted:
        records._empty.shown.findChildren(QPushButton)[1].click()
    assert wanted.args == ["customers"]


def test_nothing_that_matches_offers_to_clear(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 2)
    records = show_list()
    records.set_search("zzzz")
    settle(qtbot, records)
    assert records._empty.shown is not None
    assert records._empty.shown.title.text() == "Nothing matches"
    records._empty.shown.findChildren(QPushButton)[0].click()
    settle(qtbot, records)
    assert records._empty.shown is None
    assert len(names(records)) == 2


def test_a_related_list_knows_its_place(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    ids = fill(sqlite_app, 2)
    mine = order(sqlite_app, ids[0])
    order(sqlite_app, ids[1])
    records = show_list("sales-orders", where=Condition("customer_id", "any_of", (ids[0],)), compact=True)
    assert [records.model.id_at(row) for row in range(records.model.rowCount())] == [mine]
    assert records.model.column_of("customer_id") == -1  # it would be the same in every row
    assert not records.table.head.filters_shown
    assert records.state.preset() == {"customer_id": Ref(ids[0])}
    records.set_where(Condition("customer_id", "any_of", (ids[1],)))
    settle(qtbot, records)
    assert records.model.rowCount() == 1
    assert records.model.id_at(0) != mine


def test_a_picker_gives_one_record(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    ids = fill(sqlite_app, 5)
    records = show_list(compact=True, single=True)
    records.select_ids([ids[2]], ids[2])
    with qtbot.waitSignal(records.chosen) as chosen:
        qtbot.keyClick(records.table, Qt.Key.Key_Return)
    assert chosen.args[0] == Ref(ids[2])
    assert chosen.args[0].label == "Customer 003"
    qtbot.keyClick(records.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert not records.everything


def test_columns_are_moved_hidden_frozen_and_reset(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 5)
    records = show_list()
    usual = records.state.columns
    records.table.head.moveSection(0, 2)
    settle(qtbot, records)
    assert records.state.columns[:3] == (usual[1], usual[2], usual[0])
    assert [c.name for c in records.model.columns] == list(records.state.columns)
    menu = records.columns.menu(1)
    next(a for a in menu.actions() if a.text() == "Keep in sight up to here").trigger()
    settle(qtbot, records)
    assert records.table.frozen.isVisible()
    assert [records.table.frozen.isColumnHidden(at) for at in range(3)] == [False, False, True]
    menu = records.columns.menu(0)
    next(a for a in menu.actions() if a.text() == "Hide this column").trigger()
    settle(qtbot, records)
    assert usual[1] not in records.state.columns
    records.table.setColumnWidth(1, 333)
    assert 333 in records.state.widths.values()
    records.reset_columns()
    settle(qtbot, records)
    assert records.state.columns == usual
    assert not records.state.widths
    assert not records.table.frozen.isVisible()


def test_typing_in_the_rows_searches(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 5)
    records = show_list("customers", compact=True)
    records.table.keyboardSearch("c")
    assert records.search.text() == "c"


def test_scrolling_fetches_on(sqlite_app: Application, show_list: Maker, qtbot: Any) -> None:
    fill(sqlite_app, 350)
    records = show_list()
    for _step in range(12):
        bar = records.table.verticalScrollBar()
        bar.setValue(bar.maximum())
        settle(qtbot, records)
    assert records.model.rowCount() == 350
    assert records.model.complete
