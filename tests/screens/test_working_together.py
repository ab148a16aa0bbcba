"""Two PCs on one server, one of them with a window: what the other changes shows by itself, and nothing typed or chosen is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from form_makers import Desk
from list_makers import fill
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QPushButton
from record_makers import customer, line, order
from slow_line import SlowLine
from sqlalchemy import make_url

from backups import running
from backups.keeping import replace_open
from crm_desktop.application import Application
from crm_desktop.errors import Away, Conflict, NotSaved
from crm_desktop.progress import Unwatched
from crm_desktop.services import saving
from crm_desktop.services.deleting import delete
from crm_desktop.services.opening import open_url
from crm_desktop.services.watching import Watch
from crm_desktop.settings import Settings
from db import standstill
from db.engine import reading
from ui.conflict_dialog import ConflictDialog
from ui.link_keeper import LinkKeeper
from ui.list_screen import ListScreen
from ui.record_window import RecordWindow
from ui.screens.all_screens import all_screens
from ui.widgets.panels import Banner

SOON = 30_000  # milliseconds, on a machine that is very busy


class TwoPcs:
    """A window on this PC, and the other PC's program."""

    def __init__(self, qtbot: Any, mine: Application, other: Application, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bot, self.mine, self.other = qtbot, mine, other
        self.desk = Desk(qtbot, mine, monkeypatch)
        self.desk.window.screens = all_screens()
        self.link = LinkKeeper(self.desk.window)
        assert isinstance(self.link.watch, Watch)
        self.watch = self.link.watch
        self.until(self.watch.listening.is_set)

    def until(self, test: Callable[[], object]) -> None:
        self.bot.waitUntil(lambda: bool(test()), timeout=SOON)

    def change(self, type_key: str, id_: int, **values: Any) -> None:
        """The other PC changes a record."""
        draft = saving.open_record(self.other, type_key, id_)
        draft.values |= values
        saving.save(self.other, draft)

    def save(self, screen: RecordWindow) -> None:
        """Save what is typed on this PC, and wait for the answer, or for there being none."""
        ended: list[bool] = []
        known = screen.editing.finished.connect(ended.append)
        screen.save()
        self.until(lambda: ended and not screen.editing.busy)
        screen.editing.finished.disconnect(known)

    def list(self, type_key: str) -> ListScreen:
        self.desk.window.open_list(type_key)
        screen = self.desk.window.tabs.current
        assert isinstance(screen, ListScreen)
        self.until(lambda: screen.list.model.rowCount() and self.desk.window.tasks.idle)
        return screen


@pytest.fixture
def line_between(pg_app: Application) -> Iterator[SlowLine]:
    port = make_url(pg_app.engine.url).port
    assert port is not None
    with SlowLine(port) as made:
        yield made


@pytest.fixture
def pcs(qtbot: Any, pg_app: Application, line_between: SlowLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoPcs]:
    mine = open_url(line_between.through(pg_app.engine.url.render_as_string(hide_password=False)), pg_app.data / "mine")
    made = TwoPcs(qtbot, mine, pg_app, monkeypatch)
    yield made
    made.desk.close()
    mine.close()


def pressed(screen: RecordWindow, words: str) -> None:
    """Press the button of a banner."""
    (button,) = [b for b in screen.banners.findChildren(QPushButton) if b.text() == words and b.isVisible()]
    button.click()


def texts(screen: RecordWindow) -> str:
    return " | ".join(b.label.text() for b in screen.banners.findChildren(Banner) if b.isVisible())


def test_a_list_shows_what_others_change_and_who_and_keeps_selection_and_place(pcs: TwoPcs) -> None:
    fill(pcs.other, 150)
    screen = pcs.list("customers")
    rows = screen.list
    pcs.until(lambda: rows.model.rowCount() >= 100)
    ids = [rows.model.id_at(row) for row in range(100)]
    rows.selection.select(ids[40:43], ids[41])
    bar = rows.table.verticalScrollBar()
    bar.setValue(min(600, bar.maximum()))
    place = bar.value()
    city = rows.model.column_of("city")
    pcs.change("customers", ids[42], city="Elsewhere")
    pcs.until(lambda: rows.model.value(rows.model.row_of(ids[42]), city) == "Elsewhere")
    pcs.until(lambda: rows.table.marks.who(ids[42]) == pcs.other.actor.name)
    assert sorted(rows.selection.ids()) == sorted(ids[40:43])
    assert bar.value() == place
    fresh = customer(pcs.other, "AAA quite new")
    pcs.until(lambda: rows.model.row_of(fresh.id or 0) >= 0 or rows.model.rowCount() != 150)
    pcs.desk.quiet()
    assert sorted(rows.selection.ids()) == sorted(ids[40:43])
    assert bar.value() == place
    delete(pcs.other, "customers", [ids[42]])
    pcs.until(lambda: rows.model.row_of(ids[42]) < 0)
    assert sorted(rows.selection.ids()) == sorted(ids[40:42])


def test_a_form_in_which_nothing_is_typed_shows_theirs_and_says_whose(pcs: TwoPcs) -> None:
    made = customer(pcs.other, "Alpha")
    screen = pcs.desk.open("customers", made.id or 0)
    pcs.change("customers", made.id or 0, name="Beta")
    pcs.until(lambda: screen.editing.draft.values["name"] == "Beta")
    pcs.until(lambda: pcs.other.actor.name in texts(screen) and "Name" in texts(screen))
    assert not screen.unsaved
    pressed(screen, "Show")
    pcs.desk.quiet()


def test_typed_text_stays_and_theirs_is_taken_over_when_asked(pcs: TwoPcs) -> None:
    made = customer(pcs.other, "Alpha")
    screen = pcs.desk.open("customers", made.id or 0)
    screen.form.focus_field("note")
    pcs.desk.type("my own words")
    pcs.change("customers", made.id or 0, name="Beta", city="Foshan")
    pcs.until(lambda: "has just changed" in texts(screen))
    assert screen.editing.draft.values["note"] == "my own words"
    assert screen.editing.draft.values["name"] == "Alpha"
    pressed(screen, "Take over")
    pcs.until(lambda: screen.editing.draft.values["name"] == "Beta")
    assert screen.editing.draft.values["note"] == "my own words" and screen.unsaved
    pcs.desk.save(screen)
    stands = saving.open_record(pcs.other, "customers", made.id or 0)
    assert (stands.values["name"], stands.values["city"], stands.values["note"]) == ("Beta", "Foshan", "my own words")
    assert pcs.desk.questions == []


def test_both_versions_of_the_lines_are_told_and_either_can_stay(pcs: TwoPcs) -> None:
    made = order(pcs.other, customer(pcs.other), 2)
    screen = pcs.desk.open("sales-orders", made.id or 0)
    theirs = saving.open_record(pcs.other, "sales-orders", made.id or 0)
    theirs.lines[0].values["quantity"] = Decimal(7)
    saving.save(pcs.other, theirs)
    pcs.until(lambda: screen.editing.draft.version == 2)
    theirs = saving.open_record(pcs.other, "sales-orders", made.id or 0)
    screen.editing.draft.lines[0].values["quantity"] = Decimal(5)
    screen.editing.draft.lines.append(line(pcs.other, "Washer", "3"))
    screen.editing.edited()
    theirs.lines[0].values["quantity"] = Decimal(9)
    saving.save(pcs.other, theirs)
    told: list[str] = []

    def choose() -> None:
        dialog = next((w for w in QApplication.topLevelWidgets() if isinstance(w, ConflictDialog) and w.isVisible()), None)
        if dialog is None:
            QTimer.singleShot(20, choose)
            return
        told.extend(dialog.choices["lines"].button(side).text() for side in (0, 1))
        dialog.accept()

    QTimer.singleShot(0, choose)
    pcs.save(screen)
    assert "Bolt 0 · Quantity 7 → 9" in told[0] and "Washer" not in told[0]
    assert "Bolt 0 · Quantity 7 → 5" in told[1] and "+ Washer" in told[1]
    stands = saving.open_record(pcs.other, "sales-orders", made.id or 0)
    assert [(one.values["name"], one.values["quantity"]) for one in stands.lines] == [("Bolt 0", 5), ("Bolt 1", 1), ("Washer", 3)]


def test_a_cell_that_is_being_typed_into_is_not_taken_away(pcs: TwoPcs) -> None:
    made = order(pcs.other, customer(pcs.other), 2)
    screen = pcs.desk.open("sales-orders", made.id or 0)
    assert screen.lines is not None
    grid = screen.lines.grid
    grid.setFocus()
    grid.setCurrentIndex(grid.model().index(0, next(c for c in range(grid.model().columnCount()) if not grid.isColumnHidden(c))))
    pcs.desk.keys(Qt.Key.Key_F2)
    pcs.until(lambda: grid.typing)
    pcs.change("sales-orders", made.id or 0, note="theirs")
    pcs.until(lambda: "has just changed" in texts(screen))
    assert grid.typing


def test_who_else_has_a_record_open_is_shown_in_its_head(pcs: TwoPcs) -> None:
    made = customer(pcs.other, "Alpha")
    screen = pcs.desk.open("customers", made.id or 0)
    other = Watch(pcs.other)
    other.open(("customers", made.id or 0))
    pcs.until(lambda: screen.header.company.names == (pcs.other.actor.name,))
    assert screen.header.company.isVisible()
    other.close()
    pcs.watch.doubt()
    pcs.until(lambda: (pcs.watch.doubt(), screen.header.company.names == ())[1])


def test_a_save_without_answer_is_not_saved_yet_and_is_done_once_when_told(pcs: TwoPcs, line_between: SlowLine) -> None:
    made = order(pcs.other, customer(pcs.other), 2)
    screen = pcs.desk.open("sales-orders", made.id or 0)
    rows = pcs.list("sales-orders")
    pcs.desk.window.open_record("sales-orders", made.id or 0)
    screen.editing.draft.lines.append(line(pcs.other, "Third", "3"))
    screen.editing.edited()
    line_between.before_client = lambda asked, _said: b"COMMIT\0" in asked
    pcs.save(screen)
    pcs.until(lambda: "Not saved yet" in texts(screen))  # what is put into a layout shows a moment later
    assert screen.unsaved
    line_between.before_client = None
    line_between.go_away()
    pcs.until(lambda: pcs.watch.away)
    pcs.until(lambda: [b for b in pcs.desk.window.findChildren(Banner, "link") if b.isVisible()])
    assert rows.list.model.rowCount() == 1, "what is loaded can still be read"
    assert screen.editing.draft.lines[-1].values["name"] == "Third"
    line_between.come_back()
    pcs.watch.doubt()
    pcs.until(lambda: not pcs.watch.away)
    pcs.desk.quiet()
    pressed(screen, "Save now")
    pcs.until(lambda: not screen.editing.busy and not screen.unsaved)
    stands = saving.open_record(pcs.other, "sales-orders", made.id or 0)
    assert [one.values["name"] for one in stands.lines] == ["Bolt 0", "Bolt 1", "Third"]
    assert stands.version == made.version + 1
    assert "Not saved yet" not in texts(screen)
    assert {type(error) for error in pcs.desk.errors} <= {NotSaved, Away}


def test_typed_text_stays_while_a_backup_of_the_whole_office_is_brought_back(pcs: TwoPcs) -> None:
    """The window says who does it and when it is over; what was typed is still there, and can be saved."""
    made = customer(pcs.other, "Alpha")
    backup = running.back_up(pcs.other, Settings(), "hand").backup.path
    pcs.change("customers", made.id or 0, city="Foshan")
    screen = pcs.desk.open("customers", made.id or 0)
    screen.form.focus_field("note")
    pcs.desk.type("my own words")
    said: list[str] = []
    central = pcs.desk.window.centralWidget()

    class Meanwhile(Unwatched):
        """Lets the other PC wait with its last step until this one has been told."""

        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            with reading(pcs.other.engine) as connection:
                if said or standstill.who(connection) is None:
                    return
            pcs.until(lambda: [b for b in central.findChildren(Banner, "link") if b.isVisible()])
            said.extend(b.label.text() for b in central.findChildren(Banner, "link") if b.isVisible())

    replace_open(pcs.other, Settings(), backup, progress=Meanwhile())
    pcs.until(lambda: not [b for b in central.findChildren(Banner, "link") if b.isVisible()])
    assert len(said) == 1
    assert pcs.other.actor.name in said[0] and "stays here" in said[0]
    assert screen.editing.draft.values["note"] == "my own words"
    # The record is an older one now: it is not written over, and nothing typed is lost by asking.
    with pytest.raises(Conflict):
        saving.save(pcs.mine, screen.editing.draft.copy())
    assert screen.editing.draft.values["note"] == "my own words"
    assert saving.open_record(pcs.other, "customers", made.id or 0).values["city"] != "Foshan"
