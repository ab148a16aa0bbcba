"""The office network in the window: shared and joined by mouse and keys, the way a person does it, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from lan_makers import NEAR, PASSWORD, TestOffice, an_office, made_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.lan import connection as ways
from crm_desktop.lan.announcing import Found
from crm_desktop.lan.checks import Readiness, look
from crm_desktop.lan.join_file import read_join_file, write_join_file
from crm_desktop.lan.joining import Office
from crm_desktop.lan.using import Target
from crm_desktop.services.opening import database_path
from db.server import Address
from ui import lan_hub, lan_use
from ui.app import Program
from ui.lan_away import Away
from ui.lan_done import LanDone
from ui.lan_join import JoinDialog
from ui.lan_owner import OwnerDialog
from ui.lan_use import UseDialog
from ui.lan_wish import LanWish
from ui.main_window import MainWindow
from ui.screens import lan_screen
from ui.screens.lan_screen import LanScreen, Standing
from ui.screens.welcome import Welcome
from ui.sign_in_page import SignInPage

LONG = 120_000  # milliseconds; a loaded machine is ten times slower


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestOffice]:
    """An office whose host offers itself on loopback addresses only, and hears no questions of the real network."""
    making = made_of()

    def looked(folder: Path, size: int, port: int = 0, _found: object = None) -> Readiness:
        return replace(look(folder, size, making.port, NEAR), adapters=NEAR)

    monkeypatch.setattr(lan_screen, "look", looked)
    monkeypatch.setattr(lan_hub, "look", looked)
    monkeypatch.setattr(lan_hub, "making", lambda _ready, _data, _port: making)
    monkeypatch.setattr(lan_hub, "announcer", lambda _data, _office: None)
    with an_office() as made:
        yield made


@pytest.fixture
def programs(qapp: QApplication) -> Iterator[list[Program]]:
    """Programs that are ended with the test."""
    made: list[Program] = []
    yield made
    for program in made:
        if isinstance(program.window, MainWindow):
            program.window.leaving = True
        if program.window is not None:
            program.window.close()
        program.end()
        program.deleteLater()


def start(qtbot: QtBot, qapp: QApplication, programs: list[Program], data: Path) -> Program:
    data.mkdir(exist_ok=True)
    program = Program(qapp, data, "en")
    program.settings.set(s.LANGUAGE, "en")
    programs.append(program)
    program.start()
    return program


def shown(qtbot: QtBot, program: Program, kind: type) -> Any:
    qtbot.waitUntil(lambda: isinstance(program.window, kind), timeout=LONG)
    return program.window


def sign_in(qtbot: QtBot, program: Program, name: str, password: str, new: str = "") -> MainWindow:
    page = shown(qtbot, program, SignInPage)
    page.name.setCurrentText(name)
    page.password.line.setText(password)
    page.try_it()
    if new:
        qtbot.waitUntil(lambda: page.mode == "first", timeout=LONG)
        page.new.first.line.setText(new)
        page.new.second.line.setText(new)
        page.try_it()
    window: MainWindow = shown(qtbot, program, MainWindow)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=LONG)
    return window


@pytest.mark.slow
def test_an_office_is_shared_joined_and_ended_in_the_window(
    qtbot: QtBot, qapp: QApplication, programs: list[Program], office: TestOffice
) -> None:
    office.begin().close()
    host = start(qtbot, qapp, programs, office.host)
    window: MainWindow = shown(qtbot, host, MainWindow)
    window.open_screen("lan")
    screen = window.tabs.current
    assert isinstance(screen, LanScreen)
    qtbot.waitUntil(lambda: "share" in screen.buttons, timeout=LONG)
    QTest.mouseClick(screen.buttons["share"], Qt.MouseButton.LeftButton)
    dialog = screen.findChild(OwnerDialog) or window.findChild(OwnerDialog)
    assert dialog is not None and not dialog.take.isEnabled()
    assert "ann" in dialog.sign_in.text(), "a name in Chinese signs in by its pinyin, and nobody would guess it"
    dialog.new.first.line.setText(PASSWORD)
    dialog.new.second.line.setText(PASSWORD)
    dialog.take.click()
    done: LanDone = shown(qtbot, host, LanDone)
    people = {p.sign_in: p.password for p in done.table.items.rows}
    assert set(people) == {"bob", "cho"}
    assert not database_path(office.host).exists()
    done.copy()
    assert people["bob"] in QApplication.clipboard().text()
    done.go.click()
    window = sign_in(qtbot, host, "ann", PASSWORD)
    assert window.app.actor.name == "Ann"

    # A colleague's PC: nothing there yet, the join file comes on a stick.
    file = office.folder / "office.crmjoin"
    write_join_file(file, office.connection)
    member = start(qtbot, qapp, programs, office.member())
    welcome = member.window
    assert isinstance(welcome, Welcome)
    welcome.join_button.click()
    joining = welcome.findChild(JoinDialog)
    assert joining is not None
    joining.take_file(file)
    qtbot.waitUntil(joining.take.isEnabled, timeout=LONG)
    joining.take.click()
    theirs = sign_in(qtbot, member, "bob", people["bob"], "bobs-own-long-one")
    assert theirs.app.actor.name == "Bob"
    member.leave()
    member.end()

    # And back to one PC.
    window.open_screen("lan")
    screen = window.tabs.current
    assert isinstance(screen, LanScreen)
    qtbot.waitUntil(lambda: "stop" in screen.buttons, timeout=LONG)
    screen.buttons["stop"].click()
    dialog = window.findChild(OwnerDialog)
    assert dialog is not None
    dialog.password.line.setText(PASSWORD)
    dialog.take.click()
    done = shown(qtbot, host, LanDone)
    done.go.click()
    sign_in(qtbot, host, "ann", PASSWORD)
    assert ways.kept(office.host) is None and database_path(office.host).exists()


@pytest.mark.slow
def test_a_wrong_password_opens_the_window_as_it_was(
    qtbot: QtBot, qapp: QApplication, programs: list[Program], office: TestOffice
) -> None:
    office.begin().close()
    host = start(qtbot, qapp, programs, office.host)
    window: MainWindow = shown(qtbot, host, MainWindow)
    window.open_screen("lan")
    screen = window.tabs.current
    assert isinstance(screen, LanScreen)
    told: list[BaseException] = []
    host.lan._tell = told.append  # type: ignore[method-assign]
    qtbot.waitUntil(lambda: "share" in screen.buttons, timeout=LONG)
    screen.decide("share")
    dialog = window.findChild(OwnerDialog)
    assert dialog is not None
    dialog.new.first.line.setText("password1")  # too many people use it
    dialog.new.second.line.setText("password1")
    dialog.take.click()
    qtbot.waitUntil(lambda: bool(told), timeout=LONG)
    assert isinstance(host.window, MainWindow) and host.window is not window
    assert ways.kept(office.host) is None and database_path(office.host).exists()


def test_a_host_that_is_away_is_told_and_can_be_left(qtbot: QtBot, qapp: QApplication, programs: list[Program], tmp_path: Path) -> None:
    ways.keep(tmp_path, ways.Connection("Example", "u", ("127.0.0.1",), 9))
    program = start(qtbot, qapp, programs, tmp_path)
    away: Away = shown(qtbot, program, Away)
    away.again_button.click()
    qtbot.waitUntil(lambda: isinstance(program.window, Away) and program.window is not away, timeout=LONG)
    away = shown(qtbot, program, Away)
    away.leave_button.click()
    shown(qtbot, program, Welcome)
    assert ways.kept(tmp_path) is None


def test_the_dialog_shows_what_answered_and_tells_what_is_wrong(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtWidgets import QWidget

    from crm_desktop.lan import joining

    below = QWidget()
    qtbot.addWidget(below)
    dialog = JoinDialog(below, tmp_path, has_own=True, search=False)
    way = ways.Connection("百川贸易", "u", ("192.168.1.10",), 15432)
    monkeypatch.setattr(joining, "office_of", lambda found: Office(replace(way, office=found.office), found.digits))
    dialog.show_hosts([Found("百川贸易", "u", "192.168.1.10", 15432, "1234 5678 9012", "crm", "")])
    qtbot.waitUntil(lambda: dialog.digits.text() == "1234 5678 9012")
    assert dialog.take.isEnabled() and "Not encrypted" in dialog.found_words.text()
    dialog.host.setText("8.8.8.8")
    dialog.look_there()
    qtbot.waitUntil(lambda: not dialog.problem.isHidden())
    assert "no address of an office network" in dialog.problem.label.text() and not dialog.take.isEnabled()
    (tmp_path / "bad.crmjoin").write_text("{}", encoding="utf-8")
    dialog.take_file(tmp_path / "bad.crmjoin")
    qtbot.waitUntil(lambda: "no join file" in dialog.problem.label.text())
    dialog.show_hosts([])
    assert dialog.searching.text()
    dialog.reject()


def test_a_server_that_stands_already_is_shown_before_it_is_used(
    qtbot: QtBot, qapp: QApplication, programs: list[Program], office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where, as whom, what lies there; then to join, or the owner's password and the data move."""
    office.begin().close()
    program = start(qtbot, qapp, programs, office.host)
    window: MainWindow = shown(qtbot, program, MainWindow)
    window.open_screen("lan")
    screen = window.tabs.current
    assert isinstance(screen, LanScreen)
    qtbot.waitUntil(lambda: "use" in screen.buttons, timeout=LONG)
    way = ways.Connection("百川贸易", "u", ("10.0.0.5",), 5432, "firm", encrypted=True)
    asked: list[tuple[str, str]] = []

    def looked(url: str, password: str) -> Target:
        asked.append((url, password))
        return Target(Address("10.0.0.5", 5432, "firm", "boss", password), way, there=password == "there")

    monkeypatch.setattr(lan_use, "look_at", looked)
    screen.buttons["use"].click()
    dialog = window.findChild(UseDialog)
    assert dialog is not None and not dialog.take.isEnabled()
    for line, text in ((dialog.host, "10.0.0.5"), (dialog.database, "firm"), (dialog.role, "b@ss"), (dialog.password.line, "there")):
        line.setText(text)
    dialog.ask.click()
    qtbot.waitUntil(dialog.take.isEnabled, timeout=LONG)
    assert asked == [("postgresql://b%40ss@10.0.0.5:5432/firm", "there")]
    assert dialog.found_name.text() == "百川贸易" and "Encrypted" in dialog.found_words.text()
    dialog.password.line.setText("another")
    assert not dialog.take.isEnabled(), "what was found does not count for another answer"
    dialog.host.setText("10.0.0.5:6000")
    dialog.ask.click()
    qtbot.waitUntil(dialog.take.isEnabled, timeout=LONG)
    assert asked[-1] == ("postgresql://b%40ss@10.0.0.5:6000/firm", "another")
    wished: list[LanWish] = []
    monkeypatch.setattr(program.lan, "_move", wished.append)
    dialog.take.click()
    owner = window.findChild(OwnerDialog)
    assert owner is not None
    owner.new.first.line.setText(PASSWORD)
    owner.new.second.line.setText(PASSWORD)
    owner.take.click()
    qtbot.waitUntil(lambda: bool(wished), timeout=LONG)
    assert wished == [LanWish("use", PASSWORD, url=asked[-1][0], administrator="another")]
    assert "another" not in repr(wished)


def test_the_host_of_before_can_let_its_server_go(qtbot: QtBot, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(qtbot, sqlite_app, monkeypatch)
    gone: list[Path] = []
    way = ways.Connection("百川贸易", "0123456789abcdef", ("192.168.1.11",), 15432, folder="C:/before/server")
    monkeypatch.setattr(lan_screen, "standing", lambda _app, _port: Standing(way, answers=True))
    monkeypatch.setattr(lan_screen, "clear_away", lambda data: gone.append(data) or Path("C:/before/server-stopped"))
    screen = LanScreen(desk.window)
    qtbot.addWidget(screen)
    qtbot.waitUntil(lambda: "clear" in screen.buttons, timeout=LONG)
    assert "move-here" not in screen.buttons
    file = sqlite_app.data / "office.crmjoin"
    screen.write_file(file, way)
    qtbot.waitUntil(lambda: "is ready" in desk.window.notices.said, timeout=LONG)
    assert read_join_file(file).hosts == way.hosts
    screen.buttons["clear"].click()
    qtbot.waitUntil(lambda: gone == [sqlite_app.data], timeout=LONG)
    desk.close()
