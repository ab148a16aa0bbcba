"""The window backs up by itself when it is due, copies to drives that come, and says what is wrong where nobody overlooks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from backups import drives, running, targets
from backups.catalogue import list_backups
from backups.schedule import plan_of, store_plan
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.services.settings_store import settings_of
from ui import backup_ejecting
from ui.backup_end import EndDialog
from ui.backup_keeper import BackupKeeper
from ui.main_window import MainWindow
from ui.screens.all_screens import all_screens
from ui.screens.backups import BackupsScreen
from ui.screens.today import TodayScreen
from ui.theme import Wardrobe

WAIT = 60_000


@pytest.fixture
def window(sqlite_app: Application, qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    wardrobe = Wardrobe(qapp)
    wardrobe.wear("light")
    made = MainWindow(sqlite_app, settings_of(sqlite_app), all_screens(), wardrobe)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    qtbot.waitUntil(lambda: made.tasks.idle, timeout=WAIT)
    yield made
    made.leaving = True
    made.close()


@pytest.fixture
def keeper(window: MainWindow, qtbot: QtBot) -> BackupKeeper:
    made = BackupKeeper(window)
    quiet(window, qtbot)
    return made


def quiet(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.tasks.idle and window.backup_news.overview is not None, timeout=WAIT)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)


def test_what_is_due_is_made_once(window: MainWindow, keeper: BackupKeeper, qtbot: QtBot) -> None:
    folder = window.app.data / "backups"
    assert window.status.backup.text() == "⚠ Last good backup: none yet"
    keeper.look_at_clock()
    qtbot.waitUntil(lambda: "none yet" not in window.status.backup.text(), timeout=WAIT)
    assert not window.status.backup.text().startswith("⚠")
    (made,) = list_backups(folder)
    assert made.good and made.header is not None and made.header.reason == "daily"
    assert window.notices.said == "The first backup is ready and was restored for trial."
    quiet(window, qtbot)
    keeper.look_at_clock()
    quiet(window, qtbot)
    assert len(list_backups(folder)) == 1


def test_a_click_on_the_status_bar_shows_the_backups(window: MainWindow, keeper: BackupKeeper, qtbot: QtBot) -> None:
    QTest.mouseClick(window.status.backup, Qt.MouseButton.LeftButton)
    assert isinstance(window.tabs.current, BackupsScreen)
    quiet(window, qtbot)


def test_a_worry_stands_on_the_day_s_screen_until_it_is_over(window: MainWindow, keeper: BackupKeeper, qtbot: QtBot) -> None:
    window.open_screen("today")
    today = window.tabs.current
    assert isinstance(today, TodayScreen)
    ((worry, banner),) = today.worries.shown
    assert worry.key == "none" and banner.isVisible()
    keeper.back_up_now()
    qtbot.waitUntil(lambda: not today.worries.shown, timeout=WAIT)
    assert not today.worries.isVisible()
    assert window.notices.said == "The backup is ready and was restored for trial."
    quiet(window, qtbot)


def test_a_failure_by_the_clock_interrupts_nobody_and_stays_as_a_warning(
    window: MainWindow, keeper: BackupKeeper, qtbot: QtBot, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    main = targets.targets_of(window.settings, window.app.data)[0]
    targets.store_targets(window.settings, window.app.data, [replace(main, path=str(blocked / "backups"))])
    quiet(window, qtbot)
    keeper.look_at_clock()
    qtbot.waitUntil(lambda: any(c.key == "failed" for c in window.backup_news.concerns), timeout=WAIT)
    assert window.status.backup.text().startswith("⚠")
    assert "blocked" in window.notices.said
    assert QApplication.activeModalWidget() is None
    quiet(window, qtbot)


def stick(root: Path, name: str = "Blue stick") -> drives.Drive:
    root.mkdir(exist_ok=True)
    return drives.Drive(root, drives.give_id(root), "", name, 1 << 30, 1 << 31, True)


def test_a_drive_that_is_plugged_in_gets_the_last_good_backup(
    window: MainWindow, keeper: BackupKeeper, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.back_up(window.app, window.settings, "hand")
    drive = stick(tmp_path / "stick")
    monkeypatch.setattr(drives, "connected", lambda *_more: [drive])
    monkeypatch.setattr(drives, "mounted", lambda: [drives.Mount(drive.root, "/dev/sdx1"), drives.Mount(Path("/"), "/dev/sda1")])
    let_go: list[Path] = []
    monkeypatch.setattr(backup_ejecting, "can_eject", lambda: True)
    monkeypatch.setattr(backup_ejecting, "eject", let_go.append)
    target = targets.Target("blue", "drive", "Blue stick", "CRM backups", drive.id)
    known = targets.targets_of(window.settings, window.app.data)
    targets.store_targets(window.settings, window.app.data, [*known, target])
    quiet(window, qtbot)
    keeper.plugged_in(drive)
    qtbot.waitUntil(lambda: "can be removed now" in window.notices.said, timeout=WAIT)
    (copy,) = list_backups(drive.root / "CRM backups")
    assert copy.good
    quiet(window, qtbot)
    assert keeper.watched == {window.app.data / "backups"}  # a watched stick could not be taken out
    (button,) = [b for b in window.findChildren(QPushButton) if b.text() == "Eject"]
    button.click()
    qtbot.waitUntil(lambda: "can be unplugged" in window.notices.said, timeout=WAIT)
    assert let_go == [drive.root]


def test_an_unknown_drive_is_offered_once(window: MainWindow, keeper: BackupKeeper, qtbot: QtBot, tmp_path: Path) -> None:
    drive = stick(tmp_path / "stick", "Red stick")
    keeper.plugged_in(drive)
    assert "Red stick" in window.notices.said
    window.notices.say("something else")
    keeper.plugged_in(drive)
    assert window.notices.said == "something else"
    assert not (drive.root / "CRM backups").exists()
    quiet(window, qtbot)


def test_drives_are_asked_for_off_the_gui_thread(
    window: MainWindow, keeper: BackupKeeper, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper.look_for_drives()  # those that are there at first are none
    quiet(window, qtbot)
    drive, seen = stick(tmp_path / "stick"), []
    monkeypatch.setattr(drives.Arrivals, "look", lambda _self: [drive])
    monkeypatch.setattr(keeper, "plugged_in", seen.append)
    keeper.look_for_drives()
    assert seen == []
    qtbot.waitUntil(lambda: seen == [drive], timeout=WAIT)
    quiet(window, qtbot)


# The end of the program


def at_end(window: MainWindow) -> None:
    store_plan(window.settings, replace(plan_of(window.settings), at_end=True))


def dialog_open(window: MainWindow) -> EndDialog | None:
    return next((d for d in window.findChildren(EndDialog) if d.isVisible()), None)


def when_open(window: MainWindow, qtbot: QtBot, do: object) -> None:
    """Call `do` with the dialog once it shows; the closing of the window waits in it meanwhile."""
    from PySide6.QtCore import QTimer

    def look() -> None:
        if (dialog := dialog_open(window)) is not None:
            do(dialog)  # type: ignore[operator]
        else:
            QTimer.singleShot(20, window, look)

    QTimer.singleShot(0, window, look)


def test_a_backup_is_made_before_the_program_ends(window: MainWindow, keeper: BackupKeeper, qtbot: QtBot) -> None:
    at_end(window)
    quiet(window, qtbot)
    assert window.close()
    (made,) = list_backups(window.app.data / "backups")
    assert made.header is not None and made.header.reason == "end"


def test_nobody_is_kept_by_a_slow_or_failing_backup(
    window: MainWindow, keeper: BackupKeeper, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_end(window)
    quiet(window, qtbot)

    def fails(*_more: object) -> None:
        raise Unavailable("The stick is full.", "Use another one.")

    monkeypatch.setattr(running, "back_up", fails)
    told: list[str] = []

    def stay(dialog: EndDialog) -> None:
        qtbot.waitUntil(lambda: "could be made" in dialog.head.text(), timeout=WAIT)
        told.append(dialog.text.text())
        dialog.stay.click()

    when_open(window, qtbot, stay)
    assert not window.close()
    assert window.isVisible() and told == ["The stick is full. Use another one."]
    when_open(window, qtbot, lambda dialog: dialog.skip.click())
    assert window.close()


def test_a_backup_at_the_end_that_is_skipped_leaves_nothing_half_made(
    window: MainWindow, keeper: BackupKeeper, qtbot: QtBot
) -> None:
    at_end(window)
    quiet(window, qtbot)
    when_open(window, qtbot, lambda dialog: dialog.skip.click())
    assert window.close()
    folder = window.app.data / "backups"
    assert all(b.good for b in list_backups(folder))
    assert list(folder.glob("*.part")) == []


def test_no_backup_at_the_end_where_none_is_wanted(window: MainWindow, keeper: BackupKeeper, qtbot: QtBot) -> None:
    started = dt.datetime.now(dt.UTC)
    assert window.close()
    assert dt.datetime.now(dt.UTC) - started < dt.timedelta(seconds=10)
    assert list_backups(window.app.data / "backups") == []
