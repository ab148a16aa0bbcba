"""A double click on a file of the program's own: the program starts with its path, in whatever state it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import ui.app
from backups.create import create_backup
from crm_desktop import __main__
from crm_desktop.application import Application
from crm_desktop.lan.connection import Connection
from crm_desktop.lan.join_file import write_join_file
from crm_desktop.opened_files import file_among
from crm_desktop.printing import template_store
from crm_desktop.printing.shipped import shipped_templates
from crm_desktop.services.opening import open_folder
from ui.app import Program
from ui.lan_join import JoinDialog
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens.print_templates import PrintTemplates
from ui.screens.restore import RestoreWizard
from ui.screens.welcome import Welcome

WAIT = 60_000
Start = Callable[[Path, Path], Program]


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Starts the program on a data folder with a file; ends it after the test."""
    made: list[Program] = []
    monkeypatch.setattr("crm_desktop.lan.announcing.discover", lambda *_words, **_more: [])

    def begin(data: Path, file: Path) -> Program:
        program = Program(qapp, data, "en")
        made.append(program)
        program.start()
        program.files.open(file)
        return program

    yield begin
    for program in made:
        _end(qtbot, program)


def _end(qtbot: QtBot, program: Program) -> None:
    window = program.window
    if isinstance(window, MainWindow):
        qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    if window is not None:
        window.close()
    program.end()


@pytest.fixture
def join_file(tmp_path: Path) -> Path:
    file = tmp_path / "办公室 A.crmjoin"
    way = Connection("办公室 A", "0123456789abcdef", ("192.168.7.10",), 5433, "crm", encrypted=False, certificate="")
    write_join_file(file, way)
    return file


@pytest.fixture
def backup(data_folder: Path, tmp_path: Path) -> Path:
    app = open_folder(data_folder)
    made = create_backup(app.engine, data_folder, tmp_path / "stick").path
    app.close()
    return made


def seen(qtbot: QtBot, program: Program, kind: type[Any]) -> Any:
    """The dialog of this kind, once it is there."""

    def found() -> list[Any]:
        return program.window.findChildren(kind) if program.window is not None else []

    qtbot.waitUntil(lambda: bool(found()), timeout=WAIT)
    return found()[0]


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["C:\\数据\\a b.crmbackup"], "C:\\数据\\a b.crmbackup"),
        (["--data", "x.crmjoin", "y.CRMJOIN"], "y.CRMJOIN"),
        (["--language=en", "t.crmtemplate"], "t.crmtemplate"),
        (["restore", "a.crmbackup"], ""),
        (["--data", "x.crmbackup"], ""),
        (["a.crmbackup", "b.crmbackup"], ""),
        (["notes.txt"], ""),
        ([], ""),
    ],
)
def test_a_file_is_opened_where_no_command_is_given(words: list[str], file: str) -> None:
    assert file_among(words) == file


def test_the_file_reaches_the_window_as_a_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data_folder: Path) -> None:
    began: list[tuple[Any, ...]] = []
    monkeypatch.setattr(ui.app, "run_window", lambda *words, safe: began.append(words) or 0)
    monkeypatch.setattr("crm_desktop.cli.care.complaint", lambda _platform: "")
    monkeypatch.chdir(tmp_path)
    assert __main__.main(["--data", str(data_folder), "备份 1.crmbackup"]) == 0
    assert began == [(data_folder.resolve(), None, tmp_path.resolve() / "备份 1.crmbackup")]


def test_a_backup_opens_the_wizard_over_the_window(qtbot: QtBot, start: Start, backup: Path, data_folder: Path) -> None:
    program = start(data_folder, backup)
    wizard: RestoreWizard = seen(qtbot, program, RestoreWizard)
    qtbot.waitUntil(lambda: wizard.choose.backup is not None, timeout=WAIT)
    assert wizard.choose.backup is not None and wizard.choose.backup.path == backup
    wizard.reject()


def test_a_backup_is_restored_where_there_is_no_company_yet(qtbot: QtBot, start: Start, backup: Path, tmp_path: Path) -> None:
    program = start(tmp_path / "new pc", backup)
    assert isinstance(program.window, Welcome)
    wizard: RestoreWizard = seen(qtbot, program, RestoreWizard)
    qtbot.waitUntil(lambda: wizard.choose.backup is not None, timeout=WAIT)
    assert wizard.choose.backup is not None and wizard.choose.backup.path == backup
    wizard.reject()


def test_a_join_file_shows_its_office(qtbot: QtBot, start: Start, join_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_desktop.lan.joining.check", lambda way, _data: way)
    dialog: JoinDialog = seen(qtbot, start(tmp_path / "client", join_file), JoinDialog)
    qtbot.waitUntil(lambda: dialog.found_name.text() == "办公室 A", timeout=WAIT)
    assert dialog.take.isEnabled()
    dialog.reject()


def test_a_template_waits_for_the_company_and_is_taken_in(
    qtbot: QtBot, start: Start, tmp_path: Path, data_folder: Path, sqlite_app: Application
) -> None:
    file = tmp_path / "我的 订单.crmtemplate"
    template_store.write_file(shipped_templates()["sales-order.en"], file)
    sqlite_app.close()
    waiting = start(tmp_path / "nothing", file)
    assert isinstance(waiting.window, Welcome)
    program = start(data_folder, file)
    window = program.window
    assert isinstance(window, MainWindow)
    screen = window.tabs.current
    assert isinstance(screen, PrintTemplates)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    assert template_store.find(window.app, "sales-order.en").number == 1


def test_a_file_that_is_gone_is_told(
    qtbot: QtBot, start: Start, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Notices, "error", lambda _self, error: told.append(str(error)))
    start(data_folder, tmp_path / "gone.crmbackup")
    qtbot.waitUntil(lambda: bool(told), timeout=WAIT)
    assert "gone.crmbackup" in told[0]
