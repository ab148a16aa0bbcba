"""The list of the backups and the set-up of their places and times, worked by hand."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import keyring
import pypdfium2
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from backups import drives, passphrase, running, targets
from backups.catalogue import list_backups
from backups.create import create_backup
from backups.schedule import plan_of
from backups.task_scheduler import WindowsTasks
from crm_desktop.application import Application
from crm_desktop.services.settings_store import settings_of
from ui.backup_keeper import BackupKeeper
from ui.main_window import MainWindow
from ui.screens import backup_setup, backup_times
from ui.screens.all_screens import all_screens
from ui.screens.backup_place import PlaceDialog
from ui.screens.backup_secret import NewPassphrase, SheetDialog
from ui.screens.backup_setup import BackupSetup
from ui.screens.backups import BackupsScreen, Entry
from ui.theme import Wardrobe

WAIT = 60_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def asked() -> list[str]:
    """The questions; each is answered yes."""
    return []


@pytest.fixture
def window(
    sqlite_app: Application, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> Iterator[MainWindow]:
    wardrobe = Wardrobe(qapp)
    wardrobe.wear("light")
    made = MainWindow(sqlite_app, settings_of(sqlite_app), all_screens(), wardrobe)
    monkeypatch.setattr(made.notices, "ask", lambda question, *_more, **_words: asked.append(question) or True)
    monkeypatch.setattr(made.notices, "inform", lambda text, *_more: asked.append(text))
    qtbot.addWidget(made)
    made.resize(1366, 900)
    made.show()
    BackupKeeper(made)
    quiet(made, qtbot)
    yield made
    made.leaving = True
    made.close()


def quiet(window: MainWindow, qtbot: QtBot) -> None:
    for _round in range(3):
        qtbot.waitUntil(lambda: window.tasks.idle and window.backup_news.overview is not None, timeout=WAIT)
        QApplication.processEvents()


def press(button: QPushButton) -> None:
    assert button.isVisible() and button.isEnabled(), button.text()
    QTest.mouseClick(button, LEFT, pos=QPoint(8, 8))


@pytest.fixture
def screen(window: MainWindow, qtbot: QtBot) -> BackupsScreen:
    """The list with two backups of this company, the older one first made."""
    day = dt.timedelta(days=1)
    create_backup(window.app.engine, window.app.data, folder(window), reason="daily", now=dt.datetime.now(dt.UTC) - day)
    running.back_up(window.app, window.settings, "hand")
    window.open_screen("backups")
    quiet(window, qtbot)
    found = window.tabs.current
    assert isinstance(found, BackupsScreen)
    qtbot.waitUntil(lambda: len(found.table.items.rows) == 2, timeout=WAIT)
    return found


def folder(window: MainWindow) -> Path:
    return window.app.data / "backups"


def choose(screen: BackupsScreen, row: int) -> Entry:
    screen.table.selectRow(row)
    entry: Entry = screen.table.items.rows[row]
    return entry


# The list


def test_an_empty_list_explains_itself_and_makes_the_first_one(window: MainWindow, qtbot: QtBot) -> None:
    window.open_screen("backups")
    screen = window.tabs.current
    assert isinstance(screen, BackupsScreen)
    quiet(window, qtbot)
    assert screen.nothing.isVisible() and not screen.table.isVisible()
    assert [worry.key for worry, _banner in screen.band.shown] == ["none"]
    press(screen.now)
    assert screen.work.isVisible() and not screen.now.isEnabled()
    qtbot.waitUntil(lambda: len(screen.table.items.rows) == 1, timeout=WAIT)
    quiet(window, qtbot)
    assert screen.table.isVisible() and not screen.work.isVisible() and screen.now.isEnabled()
    assert screen.band.shown == []


def test_a_backup_can_be_stopped_and_leaves_nothing(window: MainWindow, qtbot: QtBot) -> None:
    window.open_screen("backups")
    screen = window.tabs.current
    assert isinstance(screen, BackupsScreen)
    quiet(window, qtbot)
    press(screen.now)
    press(screen.work.cancel)
    qtbot.waitUntil(lambda: window.backup_news.task is None, timeout=WAIT)
    quiet(window, qtbot)
    assert not folder(window).exists() or list(folder(window).iterdir()) == []


def test_the_last_good_one_is_never_deleted(screen: BackupsScreen, window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    assert choose(screen, 0).is_last_good
    assert not screen.buttons["delete"].isEnabled()
    QTest.keyClick(screen.table, Qt.Key.Key_Delete)
    assert asked == []
    screen.table.selectAll()
    press(screen.buttons["delete"])
    quiet(window, qtbot)
    assert asked == ["Delete this backup?"]
    (left,) = list_backups(folder(window))
    assert left.header is not None and left.header.reason == "hand"
    assert len(screen.table.items.rows) == 1


def test_one_is_kept_and_kept_no_longer(screen: BackupsScreen, window: MainWindow, qtbot: QtBot) -> None:
    path = choose(screen, 1).backup.path
    press(screen.buttons["keep"])
    quiet(window, qtbot)
    qtbot.waitUntil(lambda: any(e.backup.keep for e in screen.table.items.rows), timeout=WAIT)
    assert [b.keep for b in list_backups(folder(window)) if b.path == path] == [True]
    assert choose(screen, 1).backup.keep and screen.buttons["keep"].text() == "Keep no longer"
    press(screen.buttons["keep"])
    quiet(window, qtbot)
    assert not any(b.keep for b in list_backups(folder(window)))


def test_trying_one_again_finds_out_what_the_disk_forgot(
    screen: BackupsScreen, window: MainWindow, qtbot: QtBot, asked: list[str]
) -> None:
    path = choose(screen, 1).backup.path
    press(screen.buttons["verify"])
    qtbot.waitUntil(lambda: window.notices.said == "The backup is good.", timeout=WAIT)
    quiet(window, qtbot)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    choose(screen, 1)
    press(screen.buttons["verify"])
    qtbot.waitUntil(lambda: bool(asked), timeout=WAIT)
    quiet(window, qtbot)
    assert path.name in asked[0] and "damaged" in asked[0]
    qtbot.waitUntil(lambda: any(c.key == "verification" for c, _banner in screen.band.shown), timeout=WAIT)


def test_a_copy_goes_to_a_stick_and_says_when_it_can_be_removed(
    screen: BackupsScreen, window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    drive = drives.Drive(tmp_path / "stick", "", "", "Blue stick", 1 << 30, 1 << 31, True)
    path = choose(screen, 0).backup.path
    screen.actions_of_list.copy_to([path], drive.root / "CRM backups", drive)
    qtbot.waitUntil(lambda: "Blue stick" in window.notices.said, timeout=WAIT)
    assert (drive.root / "CRM backups" / path.name).read_bytes() == path.read_bytes()
    quiet(window, qtbot)


def test_the_buttons_of_one_backup_ask_the_program_for_it(screen: BackupsScreen, window: MainWindow) -> None:
    wanted: list[tuple[object, str]] = []
    window.backup_wanted.connect(lambda file, what: wanted.append((file, what)))
    path = choose(screen, 0).backup.path
    press(screen.buttons["look"])
    press(screen.buttons["restore"])
    press(screen.restore_button)
    assert wanted == [(path, "look"), (path, "restore"), (None, "restore")]


def test_a_file_that_vanishes_behind_the_program_s_back_is_seen(
    screen: BackupsScreen, window: MainWindow, qtbot: QtBot
) -> None:
    quiet(window, qtbot)
    qtbot.wait(500)
    choose(screen, 1).backup.path.unlink()
    qtbot.waitUntil(lambda: len(screen.table.items.rows) == 1, timeout=WAIT)
    quiet(window, qtbot)


def test_backups_on_the_disk_of_the_data_are_told_of(
    screen: BackupsScreen, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.waitUntil(screen.one_disk.isVisible, timeout=WAIT)
    drive = targets.Target("blue", "drive", "Blue stick", "CRM backups", "0123abc")
    known = targets.targets_of(window.settings, window.app.data)
    targets.store_targets(window.settings, window.app.data, [*known, drive])
    qtbot.waitUntil(lambda: not screen.one_disk.isVisible(), timeout=WAIT)
    quiet(window, qtbot)


# Places


@pytest.fixture
def setup(window: MainWindow, qtbot: QtBot) -> BackupSetup:
    window.open_screen("backup-setup")
    quiet(window, qtbot)
    found = window.tabs.current
    assert isinstance(found, BackupSetup)
    return found


def in_dialog(monkeypatch: pytest.MonkeyPatch, kind: type, do: object) -> None:
    """Let `do` work in the next dialogs of a kind, instead of a person."""

    def worked(dialog: object) -> int:
        return int(do(dialog))  # type: ignore[operator]

    monkeypatch.setattr(kind, "exec", worked)


def test_a_folder_is_added_changed_and_removed(
    setup: BackupSetup, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: list[str]
) -> None:
    second = tmp_path / "second disk"
    second.mkdir()
    monkeypatch.setattr(backup_setup.QFileDialog, "getExistingDirectory", lambda *_more: str(second))

    def fill(dialog: PlaceDialog) -> bool:
        dialog.name.setText("Second disk")
        dialog.numbers["days"].setValue(5)
        dialog.keep()
        return bool(dialog.result())

    in_dialog(monkeypatch, PlaceDialog, fill)
    press(setup.add_folder)
    quiet(window, qtbot)
    (added,) = [t for t in setup.targets() if t.id != "main"]
    assert (added.name, added.path, added.rules.days) == ("Second disk", str(second), 5)
    qtbot.waitUntil(lambda: added.id in setup.rows, timeout=WAIT)
    run = running.back_up(window.app, window.settings, "hand")
    assert [copy.problem for copy in run.copies] == [""] and len(list_backups(second)) == 1
    setup.remove(added.id)
    quiet(window, qtbot)
    assert asked == ["Copy to “Second disk” no longer?"]
    assert [t.id for t in setup.targets()] == ["main"] and len(list_backups(second)) == 1


def test_a_place_without_a_folder_is_not_kept(setup: BackupSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def fill(dialog: PlaceDialog) -> bool:
        dialog.keep()
        told.append(dialog.problem.text())
        return False

    in_dialog(monkeypatch, PlaceDialog, fill)
    press(setup.add_share)
    assert "has no folder" in told[0]
    assert [t.id for t in setup.targets()] == ["main"]


def test_a_drive_becomes_a_place_by_its_own_id(
    setup: BackupSetup, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "stick"
    root.mkdir()
    drive = drives.Drive(root, "", "", "Blue stick", 1 << 30, 1 << 31, True)

    def fill(dialog: PlaceDialog) -> bool:
        dialog.keep()
        return bool(dialog.result())

    in_dialog(monkeypatch, PlaceDialog, fill)
    monkeypatch.setattr(drives, "connected", lambda *_more: [drive])
    setup.apply_arguments(str(root))
    quiet(window, qtbot)
    (added,) = [t for t in setup.targets() if t.id != "main"]
    assert added.kind == "drive" and added.name == "Blue stick" and added.drive
    monkeypatch.undo()
    moved = tmp_path / "other letter"
    root.rename(moved)
    again = drives.connected(lambda: [drives.Mount(moved, "", True)])
    assert targets.folder_of(added, again) == moved / "CRM backups"


# Times


def test_times_are_read_as_people_type_them(setup: BackupSetup, window: MainWindow, qtbot: QtBot) -> None:
    times = setup.times
    times.times.setText("18:00，9:05")
    times.times.editingFinished.emit()
    assert plan_of(window.settings).times == (dt.time(9, 5), dt.time(18, 0))
    assert times.times.text() == "09:05 18:00"
    times.times.setText("half past nine")
    times.times.editingFinished.emit()
    assert "half" in times.problem.text() and times.problem.isVisible()
    assert plan_of(window.settings).times == (dt.time(9, 5), dt.time(18, 0))
    times.times.setText("12:30")
    times.often.click()
    times.hours.setValue(6)
    times.hours.editingFinished.emit()
    times.flags["at_end"].click()
    assert plan_of(window.settings).hours == 6 and plan_of(window.settings).at_end
    times.daily.click()
    assert plan_of(window.settings).times == ()
    quiet(window, qtbot)


class Tasks:
    """Answers as schtasks.exe does."""

    def __init__(self) -> None:
        self.there, self.refuses = False, False

    def __call__(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        code = 0
        if "/Create" in command:
            code = 1 if self.refuses else 0
            self.there = self.there or not code
        elif "/Delete" in command:
            self.there = False
        else:
            code = 0 if self.there else 1
        return subprocess.CompletedProcess(command, code, "" if code else f"TaskName: {command[3]}", "")


def test_one_button_lets_the_system_call_when_the_window_is_shut(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = Tasks()
    monkeypatch.setattr(backup_times, "scheduler", lambda data: WindowsTasks(data, tasks))
    window.open_screen("backup-setup")
    quiet(window, qtbot)
    setup = window.tabs.current
    assert isinstance(setup, BackupSetup)
    card = setup.closed
    assert card.state.text == "off"
    card.switch.click()
    quiet(window, qtbot)
    assert tasks.there and card.state.text == "on" and "CRM Desktop backup" in card.detail.text()
    card.switch.click()
    quiet(window, qtbot)
    assert not tasks.there and card.state.text == "off"
    tasks.refuses = True
    card.switch.click()
    quiet(window, qtbot)
    assert card.state.text == "off" and "did not take" in card.detail.text() and card.switch.isEnabled()


# The passphrase


class Memory(KeyringBackend):
    """A credential store for the length of a test."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.words.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.words[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.words[service, username]


@pytest.fixture
def store() -> Iterator[Memory]:
    before, made = keyring.get_keyring(), Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_passphrase_is_typed_twice_kept_and_put_on_paper(
    store: Memory, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window.open_screen("backup-setup")
    quiet(window, qtbot)
    setup = window.tabs.current
    assert isinstance(setup, BackupSetup)
    sheet = tmp_path / "sheet.pdf"

    def type_it(dialog: NewPassphrase) -> bool:
        dialog.first.line.setText("short")
        assert "8" in dialog.problem.text()
        dialog.first.line.setText("correct horse")
        dialog.second.line.setText("correct house")
        assert dialog.problem.text() == "The two are not the same." and not dialog.take.isEnabled()
        dialog.second.line.setText("correct horse")
        assert dialog.take.isEnabled()
        return True

    def put_away(dialog: SheetDialog) -> bool:
        dialog.save(sheet)
        quiet(window, qtbot)
        return True

    in_dialog(monkeypatch, NewPassphrase, type_it)
    in_dialog(monkeypatch, SheetDialog, put_away)
    press(setup.secret.set_button)
    qtbot.waitUntil(sheet.exists, timeout=WAIT)
    quiet(window, qtbot)
    assert passphrase.stored(window.app.data) == "correct horse"
    page = pypdfium2.PdfDocument(sheet)[0].get_textpage().get_text_range()
    assert "correct horse" in page.replace("\r\n", " ") and "Example Trading Ltd" in page
    main = setup.targets()[0]
    targets.store_targets(window.settings, window.app.data, [replace(main, encrypt=True)])
    made = running.back_up(window.app, window.settings, "hand").backup
    assert made.header is not None and made.header.encryption
    setup.secret.forget()
    quiet(window, qtbot)
    assert passphrase.stored(window.app.data) is None
    qtbot.waitUntil(lambda: any(c.key == "passphrase" for c in window.backup_news.concerns), timeout=WAIT)


def test_without_a_credential_store_it_says_so(setup: BackupSetup) -> None:
    assert not setup.secret.set_button.isEnabled()
    assert "credential store" in setup.secret.state.text()
