"""A window that looks into a backup beside the one at work: everything can be read, nothing changed, single records come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from record_makers import customer

from backups.create import create_backup
from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.filters import ListQuery
from crm_desktop.services import saving
from crm_desktop.services.deleting import delete
from crm_desktop.services.listing import fetch_page
from crm_desktop.services.opening import open_folder
from ui import backup_hub
from ui.app import Program
from ui.backup_look import LookList, LookWindow
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.record_window import RecordWindow

WAIT = 60_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []

    def ask(_self: Notices, question: str, details: str = "", **_more: object) -> bool:
        heard.append(f"{question} {details}")
        return True

    monkeypatch.setattr(Notices, "ask", ask)
    monkeypatch.setattr(Notices, "inform", lambda _self, text, advice="": heard.append(f"{text} {advice}"))
    monkeypatch.setattr(Notices, "error", lambda _self, error: heard.append(f"error: {error!r}"))
    return heard


@pytest.fixture
def backup(data_folder: Path, tmp_path: Path) -> Path:
    """It holds Alpha with a contact, and Beta; Alpha is deleted today."""
    app = open_folder(data_folder)
    alpha = customer(app, "Alpha")
    customer(app, "Beta")
    saving.save(app, saving.new_draft(app, "contacts", {"name": "Wang", "customer_id": _ref(alpha)}))
    made = create_backup(app.engine, data_folder, tmp_path / "stick").path
    delete(app, "customers", [alpha.id or 0])
    app.close()
    return made


def _ref(draft: Draft) -> object:
    from crm_desktop.draft import Ref

    return Ref(draft.id or 0, str(draft.values["name"]))


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, backup: Path, data_folder: Path, asked: list[str]) -> Iterator[Program]:
    made = Program(qapp, data_folder, "en")
    made.start()
    assert isinstance(made.window, MainWindow)
    quiet(made.window, qtbot)
    yield made
    made.window.leaving = True
    made.window.close()
    made.window.deleteLater()
    made.end()
    made.deleteLater()


def quiet(window: MainWindow, qtbot: QtBot) -> None:
    for _round in range(3):
        qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
        QApplication.processEvents()


def looked(program: Program, qtbot: QtBot, file: Path) -> LookWindow:
    program.backups.look(file)
    qtbot.waitUntil(lambda: bool(program.backups.looking), timeout=WAIT)
    (window,) = program.backups.looking
    quiet(window, qtbot)
    return window


def names(app: Application, key: str = "customers") -> set[str]:
    return {row[0] for row in fetch_page(app, ListQuery(key, ("name",))).rows}


def row_of(window: LookWindow, name: str) -> int:
    return next(row[-1] for row in fetch_page(window.app, ListQuery("customers", ("name",))).rows if row[0] == name)


def test_everything_can_be_read_beside_today(program: Program, qtbot: QtBot, backup: Path, asked: list[str]) -> None:
    window = looked(program, qtbot, backup)
    assert "read-only" in window.windowTitle() and window.band.isVisible()
    front = window.tabs.current
    assert isinstance(front, LookList) and front.type.key == "customers"
    assert names(window.app) == {"Alpha", "Beta"}
    front.list.search.setText("alp")
    QTest.keyClick(front.list.search, Qt.Key.Key_Return)
    quiet(window, qtbot)
    window.open_record("customers", row_of(window, "Alpha"))
    quiet(window, qtbot)
    form = window.tabs.current
    assert isinstance(form, RecordWindow)
    qtbot.waitUntil(lambda: form.editing.loaded, timeout=WAIT)
    assert form.title == "Alpha" and not form.header.save.isEnabled()
    assert program.app is not None and names(program.app) == {"Beta"}
    assert asked == []
    window.close()
    qtbot.waitUntil(lambda: not program.backups.looking, timeout=WAIT)
    assert asked == []


def test_nothing_is_offered_that_would_change_it(program: Program, qtbot: QtBot, backup: Path, asked: list[str]) -> None:
    window = looked(program, qtbot, backup)
    front = window.tabs.current
    assert isinstance(front, LookList)
    assert not window.top.new.isVisible() and not front.edit_button.isVisible() and not front.views.isVisible()
    offered = {a.text() for a in front.list.more_in_menu}
    assert "Bring back into today's data" in offered and not offered & {"Delete", "Change…", "Assign…"}
    front.list.select_ids([row_of(window, "Beta")], row_of(window, "Beta"))
    front.actions_of_list.delete()
    quiet(window, qtbot)
    assert names(window.app) == {"Alpha", "Beta"}
    window.close()
    assert any("error: Refused" in words for words in asked)


def test_a_deleted_record_comes_back_with_what_hangs_on_it(
    program: Program, qtbot: QtBot, backup: Path, asked: list[str]
) -> None:
    window = looked(program, qtbot, backup)
    alpha = row_of(window, "Alpha")
    front = window.tabs.current
    assert isinstance(front, LookList)
    front.list.select_ids([alpha], alpha)
    quiet(window, qtbot)
    QTest.mouseClick(window.bring_button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert program.app is not None
    qtbot.waitUntil(lambda: names(program.app) == {"Alpha", "Beta"}, timeout=WAIT)  # type: ignore[arg-type]
    quiet(window, qtbot)
    assert names(program.app, "contacts") == {"Wang"}
    assert "Customers: 1" in asked[0] and "Contacts: 1" in asked[0]
    main = program.window
    assert isinstance(main, MainWindow)
    assert window.notices.said == "2 records are back" == main.notices.said
    window.take_back(_batch(program.app))
    quiet(window, qtbot)
    assert names(program.app) == {"Beta"}


def _batch(app: Application) -> str:
    """The act of bringing back, as the history knows it."""
    from sqlalchemy import select

    from db.engine import reading
    from db.models.system import HistoryEntry

    table = HistoryEntry.__table__
    with reading(app.engine) as connection:
        return str(connection.scalar(select(table.c.batch).order_by(table.c.id.desc()).limit(1)))


def test_what_is_there_today_needs_no_bringing_back(program: Program, qtbot: QtBot, backup: Path, asked: list[str]) -> None:
    window = looked(program, qtbot, backup)
    window.open_record("customers", row_of(window, "Beta"))
    quiet(window, qtbot)
    assert window.bring_button.text() == "Bring this record back"
    window.bring_current()
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    assert asked[0].startswith("All of it is there today.")
    quiet(window, qtbot)


def test_an_encrypted_one_asks_for_its_passphrase_until_it_fits(
    program: Program, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.app is not None
    file = create_backup(program.app.engine, program.data, tmp_path / "locked", passphrase="correct horse").path
    words = iter(["wrong", "correct horse"])
    told: list[str] = []

    def ask(_parent: object, _title: str, problem: str = "") -> str:
        told.append(problem)
        return next(words)

    monkeypatch.setattr(backup_hub, "ask_passphrase", ask)
    window = looked(program, qtbot, file)
    assert len(told) == 2 and names(window.app) == {"Beta"}


def test_the_window_goes_when_the_program_goes(program: Program, qtbot: QtBot, backup: Path) -> None:
    looked(program, qtbot, backup)
    assert program.window is not None
    program.window.close()
    assert program.backups.looking == []
    assert list((program.data / "scratch").iterdir()) == []
