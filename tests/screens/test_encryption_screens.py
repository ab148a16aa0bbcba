"""Encrypting the database in the window, decrypting it again, and the page of a PC that lacks the key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from record_makers import customer

from crm_desktop.folders import database_path
from crm_desktop.rules import recovery_keys
from crm_desktop.services import file_encryption
from crm_desktop.services.listing import ListQuery, count
from db import cipher
from db.cipher import RING, Key
from ui.app import Program
from ui.encryption_page import KeyPage
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens.encryption import EncryptDialog, EncryptionScreen

WAIT = 30_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person was asked and told; everything is answered with yes."""
    heard: list[str] = []

    def ask(_self: Notices, question: str, _details: str = "", **_more: object) -> bool:
        if "is still at work" not in question:  # a backup by the clock, on a slow PC
            heard.append(question)
        return True

    monkeypatch.setattr(Notices, "ask", ask)
    monkeypatch.setattr(Notices, "error", lambda _self, error: heard.append(str(error)))
    return heard


@pytest.fixture
def made(qapp: QApplication) -> Iterator[list[Program]]:
    """Programs of a test; all are closed when it ends."""
    programs: list[Program] = []
    yield programs
    for program in programs:
        if program.window is not None:
            program.window.close()
            program.window.deleteLater()
        program.end()


def started(made: list[Program], qapp: QApplication, data: Path) -> Program:
    program = Program(qapp, data, "en")
    made.append(program)
    program.start()
    return program


def window_of(program: Program, qtbot: QtBot) -> MainWindow:
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=WAIT)
    window = program.window
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    return window


def screen_of(window: MainWindow, qtbot: QtBot) -> EncryptionScreen:
    window.open_screen("encryption")
    screen = window.tabs.current
    assert isinstance(screen, EncryptionScreen)
    qtbot.waitUntil(lambda: screen.found is not None, timeout=WAIT)
    return screen


def test_it_is_encrypted_only_after_the_key_is_on_paper_and_decrypted_again(
    made: list[Program], qtbot: QtBot, qapp: QApplication, data_folder: Path, tmp_path: Path, asked: list[str]
) -> None:
    program = started(made, qapp, data_folder)
    window = window_of(program, qtbot)
    customer(window.app, "Alpha")
    screen = screen_of(window, qtbot)
    assert screen.on_button.isVisible() and not screen.off_button.isVisible()
    QTest.mouseClick(screen.on_button, LEFT)
    dialog = screen.window().findChild(EncryptDialog)
    assert isinstance(dialog, EncryptDialog)
    assert not dialog.go.isEnabled() and not dialog.sure.isEnabled()
    sheet = tmp_path / "sheet.pdf"
    dialog.save(sheet)
    qtbot.waitUntil(dialog.sure.isEnabled, timeout=WAIT)
    assert sheet.read_bytes().startswith(b"%PDF") and not dialog.go.isEnabled()
    dialog.sure.setChecked(True)
    QTest.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(lambda: program.window is not window, timeout=WAIT)
    window = window_of(program, qtbot)
    assert cipher.is_encrypted(database_path(data_folder)) and asked == []
    assert count(window.app, ListQuery("customers")).number == 1
    qtbot.waitUntil(lambda: window.notices.said.startswith("The database is encrypted"), timeout=WAIT)
    screen = screen_of(window, qtbot)
    assert screen.found is not None and screen.found.number in screen.state.label.text()
    QTest.mouseClick(screen.off_button, LEFT)
    qtbot.waitUntil(lambda: program.window is not window, timeout=WAIT)
    window = window_of(program, qtbot)
    assert asked == ["Decrypt the database?"]
    assert not file_encryption.state(window.app).encrypted
    assert len(list((data_folder / "backups").glob("*.crmbackup"))) >= 2, "a backup before each"


def test_without_the_key_the_window_asks_for_it(
    made: list[Program], qtbot: QtBot, qapp: QApplication, encrypted_data: Path, asked: list[str]
) -> None:
    key = RING.of(encrypted_data)
    assert key is not None
    RING.drop(encrypted_data)
    program = started(made, qapp, encrypted_data)
    page = program.window
    assert isinstance(page, KeyPage)
    qtbot.waitUntil(lambda: page.tasks.idle, timeout=WAIT)
    assert not page.go.isEnabled() and page.keep.isHidden(), "this PC has no credential store"
    lines = recovery_keys.lines_of(key.secret)
    mistyped = [*lines[:2], lines[2][:-1] + ("A" if lines[2][-1] != "A" else "B"), lines[3]]
    for typed, said in (
        ("\n".join(mistyped), "Line 3"),
        (recovery_keys.text_of(Key.new().secret), "another database"),
    ):
        page.key.setPlainText(typed)
        qtbot.waitUntil(page.go.isEnabled, timeout=WAIT)
        QTest.mouseClick(page.go, LEFT)
        qtbot.waitUntil(lambda said=said: page.problem.isVisible() and said in page.problem.label.text(), timeout=WAIT)  # type: ignore[misc]
    page.key.setPlainText("\n".join(lines))
    qtbot.waitUntil(page.go.isEnabled, timeout=WAIT)
    QTest.mouseClick(page.go, LEFT)
    window_of(program, qtbot)
    assert asked == []


def test_whoever_may_not_switch_it_sees_how_it_stands(
    made: list[Program], qtbot: QtBot, qapp: QApplication, encrypted_data: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_encryption, "allowed", lambda _actor: False)
    program = started(made, qapp, encrypted_data)
    screen = screen_of(window_of(program, qtbot), qtbot)
    assert "encrypted with the key number" in screen.state.label.text()
    assert not any(b.isVisible() for b in (screen.on_button, screen.sheet_button, screen.keep_button, screen.off_button))
