"""The log in the window: paged, searched, opened, taken back, exported; and a record as it was, from its history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from openpyxl import load_workbook
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from record_makers import customer, line, order

from crm_desktop.application import Application
from crm_desktop.services import deleting, events, saving
from crm_desktop.settings import LOG_MONTHS
from db import history
from db.engine import writing
from ui.history_tab import HistoryTab
from ui.list_screen import ListScreen
from ui.log_keeper import LogKeeper
from ui.record_window import RecordWindow
from ui.revision_dialog import MomentDialog
from ui.screens.all_screens import all_screens
from ui.screens.log_screen import LogScreen


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def log(desk: Desk, **arguments: Any) -> LogScreen:
    desk.window.open_screen("log", **arguments)
    desk.quiet()
    front = desk.window.tabs.current
    assert isinstance(front, LogScreen)
    return front


def in_dialog(kind: type[QDialog], look: Callable[[Any], None]) -> None:
    """Once the dialog shows, look at it and close it."""

    def when_there() -> None:
        found = next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)
        if found is None:
            QTimer.singleShot(20, when_there)
            return
        look(found)
        found.accept()

    QTimer.singleShot(0, when_there)


def choose(combo: Any, data: str) -> None:
    combo.setCurrentIndex(combo.findData(data))


def test_it_pages_as_one_scrolls(desk: Desk) -> None:
    for at in range(450):
        events.record(desk.app, "print", f"list {at}")
    page = log(desk)
    assert page.table.items.rowCount() == 200
    assert page.number.text() == "200+"
    for wanted in (400, 450):
        page.table.scrollToBottom()
        desk.quiet()
        assert page.table.items.rowCount() == wanted
    assert page.number.text() == "450"
    assert [e.label for e in page.table.items.rows] == [f"list {n}" for n in reversed(range(450))]


def test_choices_narrow_it(desk: Desk) -> None:
    one = customer(desk.app, "Alpha", city="Foshan")
    one.values["city"] = "Zhuhai"
    saving.save(desk.app, one)
    customer(desk.app, "Beta")
    events.record(desk.app, "sign_in_failed", "bob", person="bob")
    page = log(desk)
    assert page.table.items.rowCount() == 4
    assert not page.filters.clear.isVisible()
    choose(page.filters.type, "customers")
    desk.quiet()
    assert page.table.items.rowCount() == 3
    choose(page.filters.field, "city")
    desk.quiet()
    assert [e.action for e in page.table.items.rows] == ["change"]
    page.filters.clear.click()
    desk.quiet()
    choose(page.filters.person, "bob")
    desk.quiet()
    assert [e.action for e in page.table.items.rows] == ["sign_in_failed"]
    page.filters.clear.click()
    choose(page.filters.period, "1")
    desk.quiet()
    assert page.nothing.isVisible()
    choose(page.filters.period, "between")
    page.filters.since.take_day(dt.date.today())
    desk.quiet()
    assert page.table.items.rowCount() == 4
    page.filters.until.take_day(dt.date.today() - dt.timedelta(days=1))
    desk.quiet()
    assert page.nothing.isVisible()
    page.filters.clear.click()
    page.search.setText("beta")
    page.search.searched.emit("beta")
    desk.quiet()
    assert len(page.table.items.rows) == 1


def test_a_record_is_opened_and_a_change_taken_back(desk: Desk) -> None:
    one = customer(desk.app, "Alpha", city="Foshan")
    one.values["city"] = "Zhuhai"
    saving.save(desk.app, one)
    page = log(desk)
    assert page.details.undo_button.isVisible()
    page.details.undo_button.click()
    desk.quiet()
    assert saving.open_record(desk.app, "customers", one.id or 0).values["city"] == "Foshan"
    assert page.table.items.rows[0].action == "undo"
    page.details.open_button.click()
    desk.quiet()
    assert isinstance(desk.window.tabs.current, RecordWindow)
    deleting.delete(desk.app, "customers", [one.id or 0])
    page = log(desk)
    page.refresh()
    desk.quiet()
    page.table.selectRow(0)
    assert page.details.undo_button.text() == "Restore"
    assert not page.details.open_button.isVisible()
    page.details.undo_button.click()
    desk.quiet()
    assert saving.open_record(desk.app, "customers", one.id or 0).values["city"] == "Foshan"


def test_what_is_older_than_the_company_keeps_goes_into_a_file_by_itself(desk: Desk) -> None:
    with writing(desk.app.engine) as session:
        entry = events.entry(desk.app.actor, "print", "long ago")
        entry["at"] = dt.datetime.now(dt.UTC) - dt.timedelta(days=400)
        history.append(session.connection(), [entry])
    events.record(desk.app, "print", "today")
    keeper = LogKeeper(desk.window)
    keeper.look()
    desk.quiet()
    assert len(log(desk).table.items.rows) == 2, "for ever, as long as nobody says otherwise"
    desk.window.settings.set(LOG_MONTHS, 6)
    keeper.look()
    desk.quiet()
    page = log(desk)
    page.refresh()
    desk.quiet()
    assert [e.action for e in page.table.items.rows] == ["log_archived", "print"]
    assert len(list((desk.app.data / "log archive").iterdir())) == 1


def test_a_batch_is_taken_back_from_the_log(desk: Desk) -> None:
    made = [customer(desk.app, f"Customer {n}") for n in range(3)]
    for draft in made:
        draft.values["city"] = "Zhuhai"
    saving.save_many(desk.app, made, action="batch")
    page = log(desk)
    page.details.batch_button.click()
    desk.quiet()
    assert desk.questions
    assert all(saving.open_record(desk.app, "customers", d.id or 0).values["city"] == "" for d in made)


def test_it_is_exported_as_it_is_narrowed(desk: Desk, tmp_path: Path) -> None:
    customer(desk.app, "Alpha")
    events.record(desk.app, "sign_in", "")
    page = log(desk)
    choose(page.filters.type, "customers")
    desk.quiet()
    page.write(tmp_path / "log.xlsx")
    desk.quiet()
    rows = list(load_workbook(tmp_path / "log.xlsx").active.iter_rows(values_only=True))
    assert [row[3] for row in rows] == ["Action", "Record created"]


def test_a_change_of_lines_is_taken_back_from_the_history(desk: Desk) -> None:
    sold = order(desk.app, customer(desk.app), 3)
    sold.lines[0].values["price"] = Decimal(99)
    del sold.lines[2]
    sold.lines.append(line(desk.app, "Nut"))
    saving.save(desk.app, sold)
    screen = desk.open("sales-orders", sold.id or 0)
    screen.tabs.show_tab("history")
    desk.quiet()
    page = screen.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    entry = page.entries[0]
    assert entry.can_undo
    page.buttons[entry.id].click()
    desk.wait(lambda: [row.values["name"] for row in screen.editing.draft.lines] == ["Bolt 0", "Bolt 1", "Bolt 2"])
    assert screen.editing.draft.values["total"] == Decimal(30)


def test_a_record_is_seen_as_it_was_and_cannot_be_typed_into(desk: Desk) -> None:
    sold = order(desk.app, customer(desk.app), 3, customer_order="PO-1")
    for number in ("PO-2", "PO-3"):
        sold.values["customer_order"] = number
        sold.lines.pop()
        sold = saving.save(desk.app, sold)
    screen = desk.open("sales-orders", sold.id or 0)
    screen.tabs.show_tab("history")
    desk.quiet()
    page = screen.tabs.pages["history"]
    assert isinstance(page, HistoryTab)
    seen = []

    def look(dialog: MomentDialog) -> None:
        editor = dialog.form.rows["customer_order"].editor
        seen.append((editor.value(), editor.read_only, len(dialog.lines.model.lines)))

    in_dialog(MomentDialog, look)
    page.views[page.entries[1].id].click()
    desk.wait(lambda: len(seen) == 1)
    in_dialog(MomentDialog, look)
    page.view_day()
    desk.wait(lambda: len(seen) == 2)
    assert seen == [("PO-2", True, 2), ("PO-3", True, 1)]
