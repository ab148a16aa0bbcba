"""The window backs up by itself once a day, and its status bar says when the last good backup was made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from backups.catalogue import list_backups
from crm_desktop.application import Application
from crm_desktop.services.settings_store import settings_of
from ui.backup_keeper import BackupKeeper
from ui.main_window import MainWindow
from ui.screens.all_screens import all_screens
from ui.theme import Wardrobe


@pytest.fixture
def window(sqlite_app: Application, qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    wardrobe = Wardrobe(qapp)
    wardrobe.wear("light")
    made = MainWindow(sqlite_app, settings_of(sqlite_app), all_screens(), wardrobe)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: made.tasks.idle, timeout=20_000)
    yield made
    made.close()


def test_the_day_s_backup_is_made_once(window: MainWindow, qtbot: QtBot) -> None:
    keeper = BackupKeeper(window)
    folder = window.app.data / "backups"
    qtbot.waitUntil(lambda: "none yet" in window.status.backup.text(), timeout=20_000)
    assert window.status.backup.text().startswith("⚠")
    keeper.look()
    qtbot.waitUntil(lambda: "none yet" not in window.status.backup.text(), timeout=60_000)
    assert not window.status.backup.text().startswith("⚠")
    (made,) = list_backups(folder)
    assert made.good
    keeper.look()
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=20_000)
    assert len(list_backups(folder)) == 1
    window.status.backup.click()
    qtbot.waitUntil(lambda: len(list_backups(folder)) == 2, timeout=60_000)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=60_000)
