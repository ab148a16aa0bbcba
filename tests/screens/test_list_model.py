"""The rows behind a list: pages, tickets, changes from elsewhere, and the contract with Qt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from list_makers import fill, order
from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services.deleting import delete
from crm_desktop.services.saving import new_draft, open_record, save
from ui import list_edges
from ui.list_model import RecordListModel
from ui.tasks import Tasks


@pytest.fixture
def errors() -> list[BaseException]:
    return []


@pytest.fixture
def tasks(qapp: Any, errors: list[BaseException]) -> Iterator[Tasks]:
    made = Tasks(errors.append)
    yield made
    made.close()
    assert errors == []


@pytest.fixture
def model(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> Iterator[RecordListModel]:
    made = RecordListModel(sqlite_app, tasks, "customers", page_size=50)
    made.checks = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)  # type: ignore[attr-defined]
    yield made
    qtbot.waitUntil(lambda: tasks.idle)


def ask(qtbot: Any, model: RecordListModel, **query: Any) -> None:
    QCoreApplication.processEvents()  # what was made before is no news
    with qtbot.waitSignal(model.arrived, timeout=5000):
        model.ask(ListQuery("customers", **query))


def names(model: RecordListModel) -> list[str]:
    column = model.column_of("name")
    return [model.cell(row, column).text for row in range(model.rowCount())]


def test_pages_follow_one_another_to_the_end(
    sqlite_app: Application, model: RecordListModel, tasks: Tasks, qtbot: Any
) -> None:
    fill(sqlite_app, 120)
    ask(qtbot, model, order=("number",))
    assert model.rowCount() == 50
    while not model.complete:
        model.fetchMore(QModelIndex())
        qtbot.waitUntil(lambda: tasks.idle)
    assert names(model) == [f"Customer {n:03d}" for n in range(1, 121)]
    assert model.complete


def test_the_next_page_is_asked_for_before_the_end_shows(
    sqlite_app: Application, model: RecordListModel, qtbot: Any
) -> None:
    fill(sqlite_app, 120)
    ask(qtbot, model)
    with qtbot.waitSignal(model.rowsInserted, timeout=5000):
        model.near(0, 20)
    assert model.rowCount() == 100


def test_only_the_last_question_is_answered(
    sqlite_app: Application, model: RecordListModel, tasks: Tasks, qtbot: Any
) -> None:
    fill(sqlite_app, 60)
    answers: list[list[str]] = []
    model.arrived.connect(lambda: answers.append(names(model)))
    for text in ("Customer 00", "Customer 01", "Customer 042"):
        model.ask(ListQuery("customers", search=text))
    qtbot.waitUntil(lambda: bool(answers) and tasks.idle)
    assert answers == [["Customer 042"]]


def test_rows_stay_until_the_new_ones_are_there(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 10)
    ask(qtbot, model)
    model.ask(ListQuery("customers", search="Customer 003"))
    assert model.rowCount() == 10
    qtbot.waitUntil(lambda: model.rowCount() == 1)


def test_the_count_comes_after_the_rows(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 120)
    told: list[Any] = []
    model.arrived.connect(lambda: told.append("rows"))
    model.counted.connect(lambda number: told.append(number and number.number))
    ask(qtbot, model)
    qtbot.waitUntil(lambda: 120 in told)
    assert told == ["rows", None, 120]


def test_totals_are_those_of_the_whole_result(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> None:
    first = fill(sqlite_app, 2)[0]
    for price in ("10", "20", "30.05"):
        order(sqlite_app, first, price)
    model = RecordListModel(sqlite_app, tasks, "sales-orders", page_size=2)
    with qtbot.waitSignal(model.summed, timeout=5000, check_params_cb=bool) as sums:
        model.ask(ListQuery("sales-orders"))
    assert sums.args == [{"total": Decimal("120.10"), "received": Decimal(0)}]


def test_a_change_elsewhere_repaints_that_row_alone(
    sqlite_app: Application, model: RecordListModel, qtbot: Any
) -> None:
    ids = fill(sqlite_app, 5)
    ask(qtbot, model, order=("number",))
    draft = open_record(sqlite_app, "customers", ids[2])
    draft.values["name"] = "Renamed"
    with qtbot.waitSignal(model.dataChanged, timeout=5000) as changed:
        save(sqlite_app, draft)
    assert (changed.args[0].row(), changed.args[1].row()) == (2, 2)
    assert names(model)[2] == "Renamed"


def test_a_record_that_no_longer_fits_leaves(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    ids = fill(sqlite_app, 5)
    ask(qtbot, model, order=("number",), where=Condition("name", "contains", "Customer"))
    draft = open_record(sqlite_app, "customers", ids[0])
    draft.values["name"] = "Something else"
    with qtbot.waitSignal(model.rowsRemoved, timeout=5000):
        save(sqlite_app, draft)
    assert names(model) == [f"Customer {n:03d}" for n in range(2, 6)]


def test_a_new_record_appears_at_its_place(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 3)
    ask(qtbot, model, order=("-number",))
    save(sqlite_app, new_draft(sqlite_app, "customers", {"name": "Newest"}))
    qtbot.waitUntil(lambda: model.rowCount() == 4)
    assert names(model)[0] == "Newest"


def test_deleted_records_leave(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    ids = fill(sqlite_app, 5)
    ask(qtbot, model)
    delete(sqlite_app, "customers", ids[:2])
    qtbot.waitUntil(lambda: model.rowCount() == 3)


def test_what_a_referenced_record_is_called_follows(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> None:
    first = fill(sqlite_app, 1)[0]
    order(sqlite_app, first)
    model = RecordListModel(sqlite_app, tasks, "sales-orders")
    with qtbot.waitSignal(model.arrived, timeout=5000):
        model.ask(ListQuery("sales-orders"))
    draft = open_record(sqlite_app, "customers", first)
    draft.values["name"] = "A new name"
    save(sqlite_app, draft)
    at = model.column_of("customer_id")
    qtbot.waitUntil(lambda: model.cell(0, at).text == "A new name")
    assert isinstance(model.value(0, at), Ref)


def test_columns_can_change_without_losing_the_rows(
    sqlite_app: Application, model: RecordListModel, qtbot: Any
) -> None:
    fill(sqlite_app, 5)
    ask(qtbot, model, columns=("number", "name"))
    model.ask(ListQuery("customers", columns=("name", "city")))
    assert model.columnCount() == 2
    assert names(model)[0].startswith("Customer")
    qtbot.waitUntil(lambda: bool(model.cell(0, 1).text))
    assert model.cell(0, 1).text in ("广州", "深圳", "佛山", "东莞")


def test_days_that_passed_are_late_while_they_matter(sqlite_app: Application, tasks: Tasks, qtbot: Any) -> None:
    for status in ("open", "done"):
        day = dt.date.today() - dt.timedelta(days=2)
        save(sqlite_app, new_draft(sqlite_app, "tasks", {"title": status, "due": day, "status": status}))
    model = RecordListModel(sqlite_app, tasks, "tasks")
    with qtbot.waitSignal(model.arrived, timeout=5000):  # the state is no column here, and is known all the same
        model.ask(ListQuery("tasks", columns=("title", "due")))
    late = {model.cell(row, 0).text: model.cell(row, 1).late for row in range(2)}
    assert late == {"open": True, "done": False}
    row = next(r for r in range(2) if model.cell(r, 0).text == "open")
    assert model.index(row, 1).data(Qt.ItemDataRole.ToolTipRole) == "2 days late"
    assert model.index(row, 1).data(RecordListModel.TONE) == "red"


def test_a_field_a_person_may_not_see_is_no_column(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    ask(qtbot, model, columns=("name", "no_such_field", "city"))
    assert [c.name for c in model.columns] == ["name", "city"]


def test_an_error_keeps_the_rows(sqlite_app: Application, model: RecordListModel, qtbot: Any) -> None:
    fill(sqlite_app, 5)
    ask(qtbot, model)
    with qtbot.waitSignal(model.failed, timeout=5000):
        model.ask(ListQuery("customers", where=Condition("nothing", "is", "x")))
    assert model.rowCount() == 5
    ask(qtbot, model)


def settle(qtbot: Any, model: RecordListModel, tasks: Tasks, **jump: bool) -> None:
    """Jump, and wait until nothing is under way."""
    with qtbot.waitSignal(model.jumped, timeout=5000):
        assert model.jump(**jump)
    qtbot.waitUntil(lambda: tasks.idle)


def test_the_end_of_a_long_list_is_one_question_away(
    sqlite_app: Application, model: RecordListModel, tasks: Tasks, qtbot: Any
) -> None:
    fill(sqlite_app, 230)
    ask(qtbot, model, order=("number",))
    whole = [f"Customer {n:03d}" for n in range(1, 231)]
    settle(qtbot, model, tasks, to_end=True)
    assert names(model) == whole[-50:]
    assert not model.complete
    assert not model.canFetchMore(QModelIndex())
    assert not model.jump(to_end=True)
    for held in (100, 150):
        with qtbot.waitSignal(model.rowsInserted, timeout=5000):
            model.near(3, 20)
        assert names(model) == whole[-held:]
    with qtbot.waitSignal(model.arrived, timeout=5000):
        model.reload()
    qtbot.waitUntil(lambda: tasks.idle)
    assert names(model) == whole[-149:]
    settle(qtbot, model, tasks, to_end=False)
    assert names(model)[:50] == whole[:50]
    assert not model.jump(to_end=False)


def test_rows_scrolled_far_past_are_let_go_and_come_back(
    sqlite_app: Application, tasks: Tasks, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = RecordListModel(sqlite_app, tasks, "customers", page_size=50)  # with no tester, which fetches by itself
    monkeypatch.setattr(list_edges, "MOST", 150)
    monkeypatch.setattr(list_edges, "KEPT", 100)
    fill(sqlite_app, 300)
    ask(qtbot, model, order=("number",))
    whole = [f"Customer {n:03d}" for n in range(1, 301)]
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
        qtbot.waitUntil(lambda: tasks.idle)
        assert model.rowCount() <= 150
    assert names(model) == whole[-model.rowCount() :]
    for _time in range(4):
        model.near(0, 10)
        qtbot.waitUntil(lambda: tasks.idle)
        assert model.rowCount() <= 150
    assert names(model)[0] == whole[0]
    assert names(model) == whole[: model.rowCount()]
    model.let_go = lambda _first, _last: False
    for _time in range(4):
        model.fetchMore(QModelIndex())
        qtbot.waitUntil(lambda: tasks.idle)
    assert model.rowCount() > 150
