"""A backup comes back through the window: chosen, compared, decided; whatever goes wrong leaves what was there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from record_makers import customer
from sign_in_makers import OWNER, quick_hashes

from backups import passphrase
from backups.archive import SUFFIX, read_summary
from backups.catalogue import list_backups
from backups.create import create_backup
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services import credentials
from crm_desktop.services.listing import count, fetch_page
from crm_desktop.services.opening import database_path, open_folder
from crm_desktop.settings import Settings
from crm_desktop.words import language
from ui.app import Program
from ui.backup_restoring import Restoring
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens import restore as steps
from ui.screens.restore import RestoreWish, RestoreWizard
from ui.screens.restore_look import EVERYTHING
from ui.screens.welcome import Welcome
from ui.sign_in_page import SignInPage

LEFT = Qt.MouseButton.LeftButton
WAIT = 60_000


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked and told; every question is answered yes."""
    heard: list[str] = []

    def ask(_self: Notices, question: str, *_args: object, **_more: object) -> bool:
        heard.append(question)
        return True

    monkeypatch.setattr(Notices, "ask", ask)
    monkeypatch.setattr(Notices, "error", lambda _self, error: heard.append(str(error)))
    return heard


def started(qtbot: QtBot, qapp: QApplication, data: Path) -> Program:
    made = Program(qapp, data, "en")
    made.start()
    assert made.window is not None
    qtbot.waitUntil(lambda: not isinstance(made.window, MainWindow) or made.window.tasks.idle, timeout=WAIT)
    return made


@pytest.fixture
def backup(data_folder: Path, tmp_path: Path) -> Path:
    """A backup that holds one customer, Alpha; the data folder holds Beta as well by now."""
    app = open_folder(data_folder)
    customer(app, "Alpha")
    made = create_backup(app.engine, data_folder, tmp_path / "stick").path
    customer(app, "Beta")
    app.close()
    return made


@pytest.fixture
def program(qtbot: QtBot, qapp: QApplication, backup: Path, data_folder: Path, asked: list[str]) -> Iterator[Program]:
    made = started(qtbot, qapp, data_folder)
    yield made
    close(made)


def close(program: Program) -> None:
    if program.window is not None:
        program.window.close()
        program.window.deleteLater()
    program.end()


def names(app: Application) -> set[str]:
    return {row[0] for row in fetch_page(app, ListQuery("customers", ("name",))).rows}


def chosen(qtbot: QtBot, wizard: RestoreWizard, file: Path) -> None:
    qtbot.waitUntil(lambda: wizard.choose.table.isVisible() or wizard.choose.nothing.isVisible(), timeout=WAIT)
    wizard.start_with(file)
    qtbot.waitUntil(lambda: wizard.choose.backup is not None and wizard.choose.backup.path == file, timeout=WAIT)


def compared(qtbot: QtBot, wizard: RestoreWizard, file: Path) -> None:
    chosen(qtbot, wizard, file)
    QTest.mouseClick(wizard.next, LEFT)
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == steps.LOOK, timeout=WAIT)


def test_everything_comes_back_and_the_window_opens_again(program: Program, qtbot: QtBot, backup: Path, asked: list[str]) -> None:
    window, app = program.window, program.app
    assert isinstance(window, MainWindow) and app is not None
    assert names(app) == {"Alpha", "Beta"}
    wizard = program.backups.wizard(window)
    compared(qtbot, wizard, backup)
    (row,) = [r for r in wizard.look.table.items.rows if r.type == "customers"]
    assert (row.there, row.here) == (1, 2)
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.waitUntil(lambda: program.app is not None and program.app is not app, timeout=WAIT)
    again = program.window
    assert isinstance(again, MainWindow) and again is not window
    assert asked == ["Put the backup in the place of today's data?"]
    assert program.app is not None
    assert names(program.app) == {"Alpha"}
    (kept,) = list_backups(program.data / "backups")
    assert kept.good and kept.header is not None and kept.header.reason == "restore"
    qtbot.waitUntil(lambda: again.tasks.idle, timeout=WAIT)


def test_a_form_that_stays_open_stops_the_restore(
    program: Program, qtbot: QtBot, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, app = program.window, program.app
    assert isinstance(window, MainWindow)
    monkeypatch.setattr(window.notices, "ask_unsaved", lambda _title: "stay")
    window.new_record("customers", name="Typed")
    form = window.tabs.current
    qtbot.waitUntil(lambda: form.editing.loaded, timeout=WAIT)  # type: ignore[union-attr]
    form.editing.draft.values["name"] = "Typed and not saved"  # type: ignore[union-attr]
    form.editing.edited("name")  # type: ignore[union-attr]
    wizard = program.backups.wizard(window)
    compared(qtbot, wizard, backup)
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.wait(200)
    assert program.window is window and program.app is app and window.isVisible()
    monkeypatch.setattr(window.notices, "ask_unsaved", lambda _title: "discard")


def test_a_restore_that_fails_half_way_opens_what_was_there(
    program: Program, qtbot: QtBot, backup: Path, asked: list[str]
) -> None:
    window, app = program.window, program.app
    assert isinstance(window, MainWindow) and app is not None
    wizard = program.backups.wizard(window)
    compared(qtbot, wizard, backup)
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 0xFF
    backup.write_bytes(content)
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.waitUntil(lambda: program.app is not None and program.app is not app, timeout=WAIT)
    assert isinstance(program.window, MainWindow)
    assert names(program.app) == {"Alpha", "Beta"}  # type: ignore[arg-type]
    assert "damaged" in asked[-1]
    qtbot.waitUntil(lambda: program.window.tasks.idle, timeout=WAIT)  # type: ignore[union-attr]


def test_without_the_right_nothing_is_restored_or_looked_into(program: Program, asked: list[str], backup: Path) -> None:
    assert program.app is not None and isinstance(program.window, MainWindow)
    program.app.actor = replace(program.app.actor, rights=Rights.of("customers.see", "program.backup"))
    for what in ("restore", "look"):
        program.window.open_backup(backup, what)
    assert asked == ["You have no permission for this."] * 2
    assert program.window.findChildren(RestoreWizard) == [] and program.backups.looking == []


def test_a_damaged_file_is_refused_where_it_is_chosen(program: Program, qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / f"nothing{SUFFIX}"
    file.write_bytes(b"no backup at all")
    assert program.window is not None
    wizard = program.backups.wizard(program.window)
    chosen(qtbot, wizard, file)
    assert not wizard.next.isEnabled()
    assert wizard.choose.problem.isVisible() and wizard.choose.problem.text()
    wizard.reject()


def test_an_encrypted_one_asks_for_its_passphrase_and_says_when_it_is_wrong(
    program: Program, qtbot: QtBot, tmp_path: Path
) -> None:
    app = program.app
    assert app is not None and program.window is not None
    file = create_backup(app.engine, program.data, tmp_path / "locked", passphrase="correct horse").path
    wizard = program.backups.wizard(program.window)
    chosen(qtbot, wizard, file)
    word = wizard.choose.passphrase.line
    assert word.isVisible()
    QTest.keyClicks(word, "wrong")
    QTest.keyClick(word, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(wizard.choose.problem.text()), timeout=WAIT)
    assert wizard.pages.currentIndex() == steps.CHOOSE
    assert "passphrase" in wizard.choose.problem.text()
    word.clear()
    QTest.keyClicks(word, "correct horse")
    QTest.keyClick(word, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == steps.LOOK, timeout=WAIT)
    assert wizard.look.head.text().startswith("Example Trading Ltd")
    wizard.reject()


def test_a_fresh_pc_begins_with_a_backup(qtbot: QtBot, qapp: QApplication, backup: Path, tmp_path: Path, asked: list[str]) -> None:
    fresh = tmp_path / "fresh"
    program = started(qtbot, qapp, fresh)
    welcome = program.window
    assert isinstance(welcome, Welcome)
    QTest.mouseClick(welcome.restore_button, LEFT)
    wizard = welcome.findChild(RestoreWizard)
    assert isinstance(wizard, RestoreWizard)
    compared(qtbot, wizard, backup)
    assert set(wizard.look.cards) == {EVERYTHING}
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=WAIT)
    assert program.app is not None and names(program.app) == {"Alpha"}
    assert asked == []
    close(program)


def test_a_fresh_pc_goes_on_encrypting_and_in_the_language_that_was_chosen(
    qtbot: QtBot, qapp: QApplication, data_folder: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[Path, str] = {}
    monkeypatch.setattr(passphrase, "problem", lambda: "")
    monkeypatch.setattr(passphrase, "stored", kept.get)
    monkeypatch.setattr(passphrase, "store", lambda data, word: kept.update({data: word}))
    app = open_folder(data_folder)
    file = create_backup(app.engine, data_folder, tmp_path / "stick", passphrase="correct horse").path
    app.close()
    fresh = tmp_path / "fresh"
    program = Program(qapp, fresh)
    program.start()
    welcome = program.window
    assert isinstance(welcome, Welcome)
    welcome.language.setCurrentIndex(welcome.language.findData("zh_CN"))
    welcome.language.activated.emit(welcome.language.currentIndex())
    QTest.mouseClick(welcome.restore_button, LEFT)
    wizard = welcome.findChild(RestoreWizard)
    assert isinstance(wizard, RestoreWizard)
    chosen(qtbot, wizard, file)
    QTest.keyClicks(wizard.choose.passphrase.line, "correct horse")
    QTest.mouseClick(wizard.next, LEFT)
    qtbot.waitUntil(lambda: wizard.pages.currentIndex() == steps.LOOK, timeout=WAIT)
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=WAIT)
    qtbot.waitUntil(lambda: kept == {fresh: "correct horse"}, timeout=WAIT)
    window = program.window
    assert isinstance(window, MainWindow) and language() == "zh_CN"
    qtbot.waitUntil(lambda: window.settings.get(s.BACKUP_ENCRYPT), timeout=WAIT)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    close(program)


def test_a_database_that_does_not_open_offers_a_backup(
    qtbot: QtBot, qapp: QApplication, backup: Path, data_folder: Path, asked: list[str]
) -> None:
    database_path(data_folder).write_bytes(b"no database any more" * 400)
    program = started(qtbot, qapp, data_folder)
    wizard = next(w for w in qapp.topLevelWidgets() if isinstance(w, RestoreWizard) and w.isVisible())
    compared(qtbot, wizard, backup)
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=WAIT)
    assert program.app is not None and count(program.app, ListQuery("customers")).number == 1
    aside = [f.name for f in data_folder.iterdir() if "before-restore" in f.name]
    assert len(aside) == 1
    close(program)


def test_a_server_s_database_is_restored_in_place(app: Application, qtbot: QtBot, tmp_path: Path) -> None:
    """On a server nobody replaces a file: everything in the open database gives way, in one transaction."""
    customer(app, "Alpha")
    file = create_backup(app.engine, app.data, tmp_path / "stick").path
    customer(app, "Beta")
    ended: list[tuple[Path | None, BaseException | None]] = []
    window = Restoring(RestoreWish(file, None, EVERYTHING), app.data, Settings(), app)
    qtbot.addWidget(window)
    window.ended.connect(lambda kept, error: ended.append((kept, error)))
    window.show()
    window.start()
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT)
    ((kept, error),) = ended
    assert error is None and kept is not None
    again = app if app.engine.dialect.name != "sqlite" else open_folder(app.data)
    assert names(again) == {"Alpha"}
    header, manifest = read_summary(kept)
    assert header.reason == "restore" and manifest is not None and manifest.rows["customer"] == 2
    again.close()


def test_a_restore_can_be_stopped_and_the_cross_of_its_window_does_so(
    sqlite_app: Application, qtbot: QtBot, tmp_path: Path
) -> None:
    customer(sqlite_app, "Alpha")
    file = create_backup(sqlite_app.engine, sqlite_app.data, tmp_path / "stick").path
    customer(sqlite_app, "Beta")
    ended: list[BaseException | None] = []
    window = Restoring(RestoreWish(file, None, EVERYTHING), sqlite_app.data, Settings(), sqlite_app)
    qtbot.addWidget(window)
    window.ended.connect(lambda _kept, error: ended.append(error))
    window.show()
    window.start()
    assert not window.close()
    qtbot.waitUntil(lambda: bool(ended), timeout=WAIT)
    assert isinstance(ended[0], Cancelled)
    again = open_folder(sqlite_app.data)
    assert names(again) == {"Alpha", "Beta"}
    again.close()


def test_where_people_sign_in_they_do_so_after_a_restore(
    qtbot: QtBot, qapp: QApplication, data_folder: Path, tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_hashes(monkeypatch)
    app = open_folder(data_folder)
    credentials.turn_on(app, OWNER)
    file = create_backup(app.engine, data_folder, tmp_path / "stick").path
    app.close()
    program = Program(qapp, data_folder, "en")
    program.door.account = lambda: None  # that of the system signs nobody in
    program.start()
    signed_in(qtbot, program)
    window = program.window
    assert isinstance(window, MainWindow)
    wizard = program.backups.wizard(window)
    compared(qtbot, wizard, file)
    QTest.mouseClick(wizard.look.cards[EVERYTHING], LEFT)
    qtbot.waitUntil(lambda: isinstance(program.window, SignInPage), timeout=WAIT)
    signed_in(qtbot, program)
    window = program.window
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: window.notices.said.startswith("Restored."), timeout=WAIT)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    close(program)


def signed_in(qtbot: QtBot, program: Program) -> None:
    page = program.window
    assert isinstance(page, SignInPage)
    page.name.setCurrentText("ann")
    page.password.line.setText(OWNER)
    QTest.keyClick(page.password.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=WAIT)
    qtbot.waitUntil(lambda: program.window.tasks.idle, timeout=WAIT)  # type: ignore[union-attr]
