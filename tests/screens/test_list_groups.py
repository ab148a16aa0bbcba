"""Grouped lists at the screen: heads with counts and sums, folding by mouse and keys, windows of rows, changes, views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from list_makers import CITIES, Notes, SmallShell, fill, order
from PySide6.QtCore import QCoreApplication, QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from crm_desktop.application import Application
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rights import Access, Holding, Reach, Rights
from crm_desktop.services import list_groups
from crm_desktop.services.deleting import delete
from crm_desktop.services.saving import new_draft, open_record, save
from crm_desktop.services.views import Folds, load_views
from ui import list_edges, theme
from ui.list_model import RecordListModel
from ui.list_screen import ListScreen
from ui.list_view import RecordList
from ui.tasks import Tasks

BY_CITY = sorted(CITIES)


@pytest.fixture
def tasks(qapp: Any) -> Iterator[Tasks]:
    errors: list[BaseException] = []
    made = Tasks(errors.append)
    yield made
    made.close()
    assert errors == []


@pytest.fixture
def model(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> Iterator[RecordListModel]:
    made = RecordListModel(sqlite_app, tasks, "customers", page_size=20)
    made.checks = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)  # type: ignore[attr-defined]
    yield made
    qtbot.waitUntil(lambda: tasks.idle)


@pytest.fixture
def show_list(sqlite_app: Application, tasks: Tasks, qtbot: Any, qapp: Any) -> Iterator[Callable[..., RecordList]]:
    theme.Wardrobe(qapp).wear("light")

    def make(group: str = "city", **options: Any) -> RecordList:
        QCoreApplication.processEvents()
        made = RecordList(sqlite_app, tasks, "customers", **options)
        made.state = replace(made.state, group=group, order=("number",))
        qtbot.addWidget(made)
        made.resize(1200, 600)
        made.show()
        qtbot.waitUntil(lambda: made.model.asked and tasks.idle)
        return made

    yield make
    qtbot.waitUntil(lambda: tasks.idle)


def ask(qtbot: Any, model: RecordListModel, **query: Any) -> None:
    QCoreApplication.processEvents()
    with qtbot.waitSignal(model.arrived, timeout=5000):
        model.ask(ListQuery("customers", group="city", order=("number",), **query))
    qtbot.waitUntil(lambda: model._tasks.idle)


def shown(model: RecordListModel) -> list[str]:
    """The rows as they read: a head by its value in brackets, a record by its name."""
    name, found = model.column_of("name"), []
    for row in range(model.rowCount()):
        group = model.group_at(row)
        found.append(f"[{group.value}]" if group else model.cell(row, name).text)
    return found


def expected(customers: int, *, only: tuple[str, ...] = CITIES, closed: tuple[str, ...] = ()) -> list[str]:
    """The whole list as `fill` makes it, grouped by city."""
    found = []
    for city in BY_CITY:
        if city in only:
            found.append(f"[{city}]")
            own = (n for n in range(1, customers + 1) if CITIES[n % 4] == city)
            found += [] if city in closed else [f"Customer {n:03d}" for n in own]
    return found


def scroll_through(qtbot: Any, model: RecordListModel) -> None:
    """Let every row come into sight."""
    for _step in range(200):
        before = model.rowCount()
        for first in range(0, model.rowCount(), 10):
            model.near(first, first + 10)
            qtbot.waitUntil(lambda: model._tasks.idle)
        if model.complete and model.rowCount() == before:
            return


def test_heads_stand_between_the_rows_with_counts_and_sums(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    numbers: list[Any] = []
    model.counted.connect(lambda number: numbers.append(number and number.number))
    ask(qtbot, model, columns=("number", "name", "city", "credit_limit"))
    assert shown(model) == expected(12)
    assert model.complete
    head = model.index(0, 0)
    assert head.data() == f"City: {BY_CITY[0]} (3)"
    group = model.group_at(0)
    assert group is not None
    assert group.count == 3
    assert model.id_at(0) == 0
    assert not model.flags(head) & Qt.ItemFlag.ItemIsSelectable
    assert numbers == [12]


def test_sums_stand_in_their_columns_and_in_the_foot(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> None:
    first, second = fill(sqlite_app, 2)
    for buyer, price in ((first, "10"), (first, "20"), (second, "30.05")):
        order(sqlite_app, buyer, price)
    model = RecordListModel(sqlite_app, tasks, "sales-orders")
    with qtbot.waitSignal(model.summed, timeout=5000, check_params_cb=bool) as sums:
        model.ask(ListQuery("sales-orders", columns=("number", "total"), group="customer_id"))
    assert sums.args == [{"total": Decimal("120.10")}]
    heads = [row for row in range(model.rowCount()) if model.group_at(row)]
    assert [model.index(row, 0).data() for row in heads] == ["Customer: Customer 001 (2)", "Customer: Customer 002 (1)"]
    assert [model.index(row, 1).data() for row in heads] == ["60.00", "60.10"]


def test_each_group_is_fetched_as_it_comes_into_sight(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 230)
    ask(qtbot, model)
    assert shown(model)[:21] == expected(230)[:21]
    assert model.rowCount() < 100
    assert not model.complete
    scroll_through(qtbot, model)
    assert shown(model) == expected(230)


def test_the_end_is_one_question_away_and_comes_up_from_there(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> None:
    model = RecordListModel(sqlite_app, tasks, "customers", page_size=20)  # with no tester, which fetches by itself
    fill(sqlite_app, 400)
    ask(qtbot, model)
    with qtbot.waitSignal(model.jumped, timeout=5000):
        assert model.jump(to_end=True)
    qtbot.waitUntil(lambda: model._tasks.idle)
    assert shown(model)[-20:] == expected(400)[-20:]
    assert not model.jump(to_end=True)
    head = model.head_of(model.rowCount() - 1)
    model.near(head + 1, head + 5)
    qtbot.waitUntil(lambda: model._tasks.idle)
    assert shown(model)[-40:] == expected(400)[-40:]
    scroll_through(qtbot, model)
    assert shown(model) == expected(400)


def test_groups_are_folded_and_unfolded(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 40)
    ask(qtbot, model)
    scroll_through(qtbot, model)
    second = shown(model).index(f"[{BY_CITY[1]}]")
    model.fold(second)
    assert shown(model) == expected(40, closed=(BY_CITY[1],))
    assert model.folds == Folds(False, frozenset({BY_CITY[1]}))
    model.fold(second)
    qtbot.waitUntil(lambda: shown(model) == expected(40))
    model.take_folds(Folds(True, frozenset({BY_CITY[3]})))
    model.near(0, 10)
    qtbot.waitUntil(lambda: shown(model) == expected(40, closed=tuple(BY_CITY[:3])))
    model.reload()
    qtbot.waitUntil(lambda: model._tasks.idle)
    assert shown(model) == expected(40, closed=tuple(BY_CITY[:3]))


def test_changes_elsewhere_reach_rows_and_heads(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    ids = fill(sqlite_app, 8)
    ask(qtbot, model, columns=("number", "name", "credit_limit"))  # the city itself is no column here

    def change(id_: int, **values: Any) -> None:
        draft = open_record(sqlite_app, "customers", id_)
        draft.values |= values
        save(sqlite_app, draft)

    change(ids[2], name="Renamed")
    qtbot.waitUntil(lambda: "Renamed" in shown(model))
    change(ids[2], city=CITIES[0])
    wanted = f"[{CITIES[0]}]"
    qtbot.waitUntil(lambda: shown(model).index("Renamed") > shown(model).index(wanted))
    qtbot.waitUntil(lambda: {g.key: g.count for row in range(model.rowCount()) if (g := model.group_at(row))}[CITIES[0]] == 3)
    save(sqlite_app, new_draft(sqlite_app, "customers", {"name": "Elsewhere", "city": ""}))
    qtbot.waitUntil(lambda: shown(model)[-2:] == ["[]", "Elsewhere"])
    delete(sqlite_app, "customers", ids[:1])
    qtbot.waitUntil(lambda: "Customer 001" not in shown(model))
    row = shown(model).index(f"[{CITIES[1]}]")
    qtbot.waitUntil(lambda: getattr(model.group_at(row), "count", 0) == 1)


def test_search_and_filter_hold(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 40)
    ask(qtbot, model, where=Condition("city", "any_of", CITIES[:2]))
    scroll_through(qtbot, model)
    assert shown(model) == expected(40, only=CITIES[:2])
    ask(qtbot, model, search="Customer 007")
    assert shown(model) == [f"[{CITIES[3]}]", "Customer 007"]
    ask(qtbot, model, search="nobody")
    assert shown(model) == []
    assert model.complete


def test_not_every_row_stays_in_memory(
    sqlite_app: Application, tasks: Tasks, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_edges, "MOST", 60)
    monkeypatch.setattr(list_edges, "KEPT", 40)
    model = RecordListModel(sqlite_app, tasks, "customers", page_size=20)
    fill(sqlite_app, 400)
    ask(qtbot, model)
    seen: list[str] = []
    for _step in range(60):
        at = model.rowCount() - 5
        model.near(at, at + 4)
        qtbot.waitUntil(lambda: tasks.idle)
        seen += [text for text in shown(model) if text not in seen]
        assert model.rowCount() <= 60 + 20 + len(CITIES)
    assert set(expected(400)) == set(seen)
    for _step in range(60):
        first = model.next_record(0)
        model.near(first, first + 4)
        qtbot.waitUntil(lambda: tasks.idle)
        assert model.rowCount() <= 60 + 20 + len(CITIES)
    assert shown(model)[:20] == expected(400)[:20]


def test_what_one_may_not_see_groups_nothing(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 8)
    hidden = Rights((Holding("", {("customers", "see"): Reach.ALL}, {("customers", "city"): Access.HIDDEN}),))
    sqlite_app.actor = replace(sqlite_app.actor, rights=hidden, version=0)
    ask(qtbot, model)
    assert model.query.group == ""
    assert shown(model) == [f"Customer {n:03d}" for n in range(1, 9)]


# In the window


def click(qtbot: Any, records: RecordList, row: int) -> None:
    table = records.table
    at = QPoint(200, table.rowViewportPosition(row) + 10)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: records.tasks.idle)


def test_a_click_folds_and_keeps_the_selection(sqlite_app: Application, show_list: Any, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    records = show_list()
    records.select_ids([records.model.id_at(1), records.model.id_at(2)], records.model.id_at(1))
    click(qtbot, records, 4)
    assert shown(records.model) == expected(12, closed=(BY_CITY[1],))
    assert records.selected_count().number == 2
    click(qtbot, records, 4)
    assert shown(records.model) == expected(12)
    click(qtbot, records, 0)
    assert records.selected_ids() == []
    assert records.current_id() is None
    assert records.table.currentIndex().row() == 0
    assert records.state.folds == Folds(False, frozenset({BY_CITY[0]}))


def test_keys_fold_and_go_from_head_to_head(sqlite_app: Application, show_list: Any, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    records = show_list()
    table, model = records.table, records.model
    records.focus_list()

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> int:
        qtbot.keyClick(table, key, modifier)
        qtbot.waitUntil(lambda: records.tasks.idle)
        return int(table.currentIndex().row())

    control = Qt.KeyboardModifier.ControlModifier
    assert table.currentIndex().row() == 1
    assert press(Qt.Key.Key_Down, control) == 4
    assert press(Qt.Key.Key_Right) == 4
    assert shown(model) == expected(12)
    assert press(Qt.Key.Key_Left) == 4
    assert shown(model) == expected(12, closed=(BY_CITY[1],))
    assert press(Qt.Key.Key_Return) == 4
    assert shown(model) == expected(12)
    assert press(Qt.Key.Key_Space) == 4
    assert press(Qt.Key.Key_Down) == 5
    assert press(Qt.Key.Key_Down) == 6
    assert records.current_id() == model.id_at(6)
    assert press(Qt.Key.Key_Left) == 5
    assert press(Qt.Key.Key_Up, control) == 4
    press(Qt.Key.Key_Left, control)
    assert shown(model) == expected(12, closed=CITIES)
    press(Qt.Key.Key_Right, control)
    qtbot.waitUntil(lambda: shown(model) == expected(12))


def test_heads_are_never_selected_nor_copied(sqlite_app: Application, show_list: Any, qtbot: Any) -> None:
    ids = fill(sqlite_app, 12)
    records = show_list()
    records.table.selectRow(1)
    for _row in range(8):
        qtbot.keyClick(records.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert records.selected_count().number == len(records.selected_ids()) == 7
    assert set(records.selected_ids()) < set(ids)
    records.copy()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 8
    records.select_everything()
    records.copy()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 13
    assert records.selected_count().number == 12
    records.groups.fold_all(True)
    records.select_everything()
    records.copy()
    qtbot.waitUntil(lambda: len(QGuiApplication.clipboard().text().splitlines()) == 13)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split("\t")[1] for line in lines[1:]] == [text for text in expected(12) if text[0] != "["]


def test_rows_that_come_in_above_leave_those_in_sight_where_they_are(sqlite_app: Application, show_list: Any, qtbot: Any) -> None:
    fill(sqlite_app, 400)
    records = show_list(page_size=20)
    table, model = records.table, records.model
    records.focus_list()
    with qtbot.waitSignal(model.jumped, timeout=5000):
        qtbot.keyClick(table, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: records.tasks.idle)
    walked = [model.cell(table.currentIndex().row(), model.column_of("name")).text]
    for _step in range(140):
        qtbot.keyClick(table, Qt.Key.Key_Up)
        qtbot.waitUntil(lambda: records.tasks.idle)
        row = table.currentIndex().row()
        group = model.group_at(row)
        walked.append(f"[{group.value}]" if group else model.cell(row, model.column_of("name")).text)
        assert 0 <= table.rowViewportPosition(row) < table.viewport().height()
    assert walked == expected(400)[: -len(walked) - 1 : -1]


def test_menus_group_narrow_and_ungroup(sqlite_app: Application, show_list: Any, qtbot: Any) -> None:
    fill(sqlite_app, 12)
    records = show_list(group="")
    at = records.model.column_of("city")
    texts = {a.text(): a for a in records.columns.menu(at).actions()}
    texts["Group by this column"].trigger()
    qtbot.waitUntil(lambda: records.model.group_at(0) is not None)
    menu = {a.text(): a for a in records.row_menu(records.model.index(0, 0)).actions()}
    assert {"Fold this group", "Fold all groups", "Unfold all groups", "No groups"} < set(menu)
    menu[f"Only “{BY_CITY[0]}”"].trigger()
    qtbot.waitUntil(lambda: records.tasks.idle and records.model.rowCount() == 4)
    menu["No groups"].trigger()
    qtbot.waitUntil(lambda: records.tasks.idle and records.model.rowCount() == 3)
    assert records.model.group_at(0) is None


def test_too_many_groups_are_told_and_the_list_stays(
    sqlite_app: Application, show_list: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_groups, "MOST_GROUPS", 3)
    fill(sqlite_app, 12)
    records = show_list(group="")
    told: list[BaseException] = []
    records.failed.connect(told.append)
    records.apply(records.state.grouped("city"))
    qtbot.waitUntil(lambda: bool(told) and records.tasks.idle)
    assert "more than 3 groups" in str(told[0])
    assert records.state.group == ""
    assert records.model.rowCount() == 12


def test_groups_and_folds_come_back_and_are_part_of_a_view(sqlite_app: Application, tasks: Tasks, qtbot: Any, qapp: Any) -> None:
    theme.Wardrobe(qapp).wear("light")
    fill(sqlite_app, 12)
    shell: Any = SmallShell(sqlite_app, tasks, Notes())

    def opened() -> ListScreen:
        screen = ListScreen(shell, "customers")
        qtbot.addWidget(screen)
        screen.resize(1300, 700)
        screen.show()
        qtbot.waitUntil(lambda: screen.list.model.asked and tasks.idle)
        return screen

    first = opened()
    first.list.groups.fill(first.group_menu)
    {a.text(): a for a in first.group_menu.actions()}["City"].trigger()
    qtbot.waitUntil(lambda: tasks.idle and first.list.model.group_at(0) is not None)
    first.list.groups.fold(0)
    first.views.save("Cities")
    qtbot.waitUntil(lambda: tasks.idle and first.views.chosen is not None)
    first.list.groups.fold_all(True)
    assert first.list.model.rowCount() == 4
    first.close_request()
    qtbot.waitUntil(lambda: tasks.idle)
    assert load_views(sqlite_app, "customers").named[0].look.query.group == "city"
    second = opened()
    assert second.list.model.rowCount() == 4
    second.views.choose(load_views(sqlite_app, "customers").named[0].id)
    qtbot.waitUntil(lambda: tasks.idle and second.list.model.rowCount() == 13)
    assert second.list.state.folds == Folds(False, frozenset({BY_CITY[0]}))
    second.reset()
    qtbot.waitUntil(lambda: tasks.idle and second.list.model.rowCount() == 12)
    assert second.list.model.index(0, 0) != QModelIndex()
