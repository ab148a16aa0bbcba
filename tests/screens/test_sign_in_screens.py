"""The page where one signs in, the locked window, and the way out and in again, in the running program."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from people_makers import Office
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot
from sign_in_makers import OWNER, REP, quick_hashes
from sqlalchemy import select

from crm_desktop import settings as s
from crm_desktop.services import credentials, signing_in, system_account
from crm_desktop.services.opening import open_folder
from crm_desktop.services.settings_store import settings_of
from crm_desktop.words import language
from db.engine import reading
from db.models.system import HistoryEntry
from ui.app import Program
from ui.lock_dialog import Cover, LockDialog
from ui.lock_keeper import LockKeeper
from ui.lock_watch import IdleWatch
from ui.main_window import MainWindow
from ui.sign_in_dialogs import BindAccount, ChangePassword
from ui.sign_in_fields import NewPasswordEdit, PasswordEdit
from ui.sign_in_page import FIRST, FORGOTTEN, SignInPage
from ui.widgets.panels import Banner

WAIT = 15_000


@pytest.fixture
def company(data_folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A company with sign-in on: Ann owns it, Rik has a one-time password."""
    quick_hashes(monkeypatch)
    app = open_folder(data_folder)
    codes = credentials.turn_on(app, OWNER)
    rik = Office(app).person("Rik", "salesperson", sign_in="rik")
    word = credentials.reset(app, rik)
    app.close()
    return {"codes": codes, "rik": rik, "word": word}


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, company: dict[str, Any], data_folder: Path) -> Iterator[Program]:
    made = Program(qapp, data_folder, "en")
    made.start()
    yield made
    if made.window is not None:
        made.window.close()
        made.window.deleteLater()
    made.end()
    made.deleteLater()


def page(program: Program) -> SignInPage:
    assert isinstance(program.window, SignInPage)
    return program.window


def sign_in(program: Program, qtbot: QtBot, name: str = "ann", password: str = OWNER) -> MainWindow:
    here = page(program)
    here.name.setCurrentText(name)
    here.password.line.setText(password)
    QTest.keyClick(here.password.line, Qt.Key.Key_Return)
    return arrived(program, qtbot)


def arrived(program: Program, qtbot: QtBot) -> MainWindow:
    qtbot.waitUntil(lambda: isinstance(program.window, MainWindow), timeout=WAIT)
    window = program.window
    assert isinstance(window, MainWindow)
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    return window


def keeper(window: MainWindow) -> LockKeeper:
    found = window.findChild(LockKeeper)
    assert found is not None
    return found


def told(program: Program, action: str) -> list[str]:
    assert program.app is not None
    with reading(program.app.engine) as connection:
        entry: Any = HistoryEntry.__table__.c
        return list(connection.scalars(select(entry.user_name).where(entry.action == action).order_by(entry.id)))


def test_the_program_begins_with_the_page(program: Program, qtbot: QtBot) -> None:
    here = page(program)
    assert here.windowTitle().startswith("Example Trading Ltd")
    assert [here.name.itemText(at) for at in range(here.name.count())] == ["ann", "rik"]
    assert not here.go.isEnabled()
    window = sign_in(program, qtbot)
    assert window.app.actor.name == "Ann"
    assert window.isVisible()
    assert program.settings.get(s.LAST_SIGN_IN) == "ann"


def test_what_is_wrong_is_told_on_the_page(program: Program, qtbot: QtBot) -> None:
    here = page(program)
    here.name.setCurrentText("ann")
    here.password.line.setText("wrong")
    here.go.click()
    assert not here.go.isEnabled()
    qtbot.waitUntil(lambda: here.problem.isVisible(), timeout=WAIT)
    assert "not right" in here.problem.label.text()
    assert here.password.line.selectedText() == "wrong"
    qtbot.waitUntil(lambda: here.go.isEnabled(), timeout=WAIT)
    sign_in(program, qtbot)


def test_a_pause_holds_the_button_back(program: Program, qtbot: QtBot) -> None:
    here = page(program)
    here.name.setCurrentText("rik")
    for _at in range(4):
        here.password.line.setText("wrong")
        here.try_it()
        qtbot.waitUntil(lambda: here.tasks.idle and here.problem.isVisible(), timeout=WAIT)
    assert "wait" in here.problem.label.text()
    qtbot.wait(20)
    assert not here.go.isEnabled()
    here._count_down()
    qtbot.waitUntil(lambda: here.go.isEnabled(), timeout=WAIT)


def test_a_first_password_is_chosen(program: Program, qtbot: QtBot, company: dict[str, Any]) -> None:
    here = page(program)
    here.name.setCurrentText("rik")
    here.password.line.setText(company["word"])
    here.go.click()
    qtbot.waitUntil(lambda: here.mode == FIRST, timeout=WAIT)
    assert here.new.isVisible()
    assert not here.password.isVisible()
    for line in (here.new.first.line, here.new.second.line):
        line.setText("password1")
    here.go.click()
    qtbot.waitUntil(lambda: here.new.problem.isVisible(), timeout=WAIT)
    for line in (here.new.first.line, here.new.second.line):
        line.setText(REP)
    here.go.click()
    window = arrived(program, qtbot)
    assert window.app.actor.user_id == company["rik"]


def test_an_owner_comes_in_with_a_recovery_code(program: Program, qtbot: QtBot, company: dict[str, Any]) -> None:
    here = page(program)
    here.name.setCurrentText("ann")
    here.forgot.click()
    assert here.mode == FORGOTTEN
    here.back.click()
    here.forgot.click()
    here.code.setText(company["codes"][3])
    for line in (here.new.first.line, here.new.second.line):
        line.setText("another kettle on the quay")
    here.go.click()
    assert arrived(program, qtbot).app.actor.name == "Ann"
    assert told(program, "recovery") == ["Ann"]


def test_the_page_speaks_the_language_that_is_chosen(program: Program, qtbot: QtBot) -> None:
    here = page(program)
    at = here.languages.findData("zh_CN")
    here.languages.setCurrentIndex(at)
    here.languages.activated.emit(at)
    qtbot.waitUntil(lambda: program.window is not here, timeout=WAIT)
    assert language() == "zh_CN"
    sign_in(program, qtbot)
    assert language() == "zh_CN"


# The locked window


def test_the_window_is_locked_and_unlocked_with_the_work_kept(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = sign_in(program, qtbot)
    window.new_record("customers")
    form = window.tabs.current
    qtbot.waitUntil(lambda: form.editing.loaded, timeout=WAIT)
    QTest.keyClicks(QApplication.focusWidget(), "Half typed")
    assert form.unsaved
    other = QDialog(window)
    other.setModal(True)
    other.show()
    keeper(window).lock()
    dialog = keeper(window).dialog
    assert isinstance(dialog, LockDialog)
    assert {c.parentWidget() for c in dialog._covers} == {window, other}
    for cover in dialog._covers:
        assert cover.isVisible()
        assert cover.geometry() == cover.parentWidget().rect()  # type: ignore[union-attr]
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    QTest.keyClick(dialog.password.line, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    dialog.close()
    assert dialog.isVisible()
    assert window.tabs.current is form
    dialog.password.line.setText("wrong")
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.problem.isVisible(), timeout=WAIT)
    dialog.password.line.setText(OWNER)
    dialog.go.click()
    qtbot.waitUntil(lambda: keeper(window).dialog is None, timeout=WAIT)
    qtbot.waitUntil(lambda: not window.findChildren(Cover), timeout=WAIT)
    assert other.isVisible()
    assert window.tabs.current is form
    assert form.unsaved
    monkeypatch.setattr(window.notices, "ask_unsaved", lambda _title: "discard")
    other.close()
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    assert told(program, "window_locked") == ["Ann"]
    assert told(program, "window_unlocked") == ["Ann"]


def test_somebody_else_signs_in_from_the_locked_window(
    program: Program, qtbot: QtBot, company: dict[str, Any]
) -> None:
    window = sign_in(program, qtbot)
    keeper(window).lock()
    dialog = keeper(window).dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    dialog.out.click()
    qtbot.waitUntil(lambda: isinstance(program.window, SignInPage), timeout=WAIT)
    assert program.app is not None
    assert signing_in.needed(program.app)
    assert told(program, "sign_out") == ["Ann"]
    assert sign_in(program, qtbot).app.actor.name == "Ann"


def test_signing_out_that_is_refused_leaves_the_window_locked(
    program: Program, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = sign_in(program, qtbot)
    keeper(window).lock()
    first = keeper(window).dialog
    assert first is not None
    with monkeypatch.context() as refusing:
        refusing.setattr(window.tabs, "may_close", lambda: False)
        first.out.click()
        qtbot.waitUntil(lambda: keeper(window).dialog not in (None, first), timeout=WAIT)
    assert program.window is window
    assert keeper(window).dialog.isVisible()  # type: ignore[union-attr]
    assert window.findChildren(Cover)
    assert told(program, "sign_out") == []
    keeper(window).dialog._unlocked(None)  # type: ignore[union-attr]


def test_a_reset_ends_the_window_of_the_person(program: Program, qtbot: QtBot, company: dict[str, Any], data_folder: Path) -> None:
    window = sign_in(program, qtbot)
    other = open_folder(data_folder)
    signing_in.sign_in(other, "ann", OWNER)
    credentials.reset(other, other.actor.user_id or 0)
    other.close()
    window.notices.error = lambda _error: None  # type: ignore[method-assign]
    window.open_list("customers")
    qtbot.waitUntil(lambda: isinstance(program.window, SignInPage), timeout=WAIT)
    assert any("reset" in b.label.text() for b in page(program).findChildren(Banner))


def test_the_menu_of_the_person_offers_it(program: Program, qtbot: QtBot) -> None:
    window = sign_in(program, qtbot)
    titles = [a.text() for a in window.top.person_menu.actions()]
    at = titles.index("Lock")
    assert titles[at : at + 3] == ["Lock", "Change my password…", "Sign out, or let somebody else sign in"]
    next(a for a in window.top.person_menu.actions() if a.text().startswith("Sign out")).trigger()
    qtbot.waitUntil(lambda: isinstance(program.window, SignInPage), timeout=WAIT)


def test_the_own_password_is_changed(program: Program, qtbot: QtBot) -> None:
    window = sign_in(program, qtbot)
    dialog = ChangePassword(window, window.app, window.tasks, window.notices)
    dialog.show()
    for old, new in (("wrong", "new words in a row"), (OWNER, "password1")):
        dialog.old.line.setText(old)
        dialog.new.first.line.setText(new)
        dialog.new.second.line.setText(new)
        dialog.take.click()
        shown = dialog.wrong if old == "wrong" else dialog.new.problem
        qtbot.waitUntil(shown.isVisible, timeout=WAIT)
    for edit in (dialog.new.first, dialog.new.second):
        edit.line.setText("new words in a row")
    qtbot.waitUntil(dialog.take.isEnabled, timeout=WAIT)
    dialog.take.click()
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=WAIT)
    assert told(program, "password")[-1] == "Ann"


def test_the_window_locks_itself_when_nobody_works(program: Program, qtbot: QtBot) -> None:
    window = sign_in(program, qtbot)
    assert keeper(window).watch.minutes == 15
    program.settings.set(s.OWN_IDLE_MINUTES, 3)
    qtbot.waitUntil(lambda: keeper(window).watch.minutes == 3, timeout=WAIT)
    keeper(window).watch.idle.emit()
    assert keeper(window).dialog is not None
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    keeper(window).dialog._unlocked(None)  # type: ignore[union-attr]


def test_idle_time_begins_anew_with_every_key_and_movement(qtbot: QtBot) -> None:
    now = [0.0]
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    watch = IdleWatch(window, lambda: now[0])
    heard: list[int] = []
    watch.idle.connect(lambda: heard.append(1))
    watch.set_minutes(5)
    now[0] = 299
    watch.look()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    now[0] = 598
    watch.look()
    assert heard == []
    now[0] = 600
    watch.look()
    assert heard == [1]
    watch.set_minutes(0)
    now[0] = 10_000
    watch.look()
    assert heard == [1]
    watch.close()


def test_without_sign_in_nothing_is_locked_or_offered(qapp: QApplication, qtbot: QtBot, data_folder: Path) -> None:
    made = Program(qapp, data_folder, "en")
    made.start()
    window = arrived(made, qtbot)
    keeper(window).lock()
    assert keeper(window).dialog is None
    assert not any(a.text() == "Lock" for a in window.top.person_menu.actions())
    window.close()
    made.end()


def test_the_account_of_the_system_signs_in(qapp: QApplication, qtbot: QtBot, company: dict[str, Any], data_folder: Path) -> None:
    account = system_account.Account("S-1-5-21-7", "OFFICE\\ann")
    app = open_folder(data_folder)
    signing_in.sign_in(app, "ann", OWNER)
    settings_of(app).set(s.SIGN_IN_SYSTEM, True)
    app.close()
    made = Program(qapp, data_folder, "en")
    made.door.account = lambda: account
    made.start()
    window = sign_in(made, qtbot)
    next(a for a in window.top.person_menu.actions() if a.text().startswith("Sign in with this")).trigger()
    asking = window.findChild(BindAccount)
    assert asking is not None
    asking.password.line.setText("wrong")
    asking.take.click()
    qtbot.waitUntil(asking.problem.isVisible, timeout=WAIT)
    asking.password.line.setText(OWNER)
    qtbot.waitUntil(asking.take.isEnabled, timeout=WAIT)
    asking.take.click()
    qtbot.waitUntil(lambda: not asking.isVisible(), timeout=WAIT)
    assert made.leave()
    made.start_again()
    window = arrived(made, qtbot)
    assert window.app.actor.name == "Ann"
    assert made.door.sign_out()
    assert isinstance(made.window, SignInPage), "who signs out wants to be out"
    window = sign_in(made, qtbot)
    keeper(window).unbind_account()
    qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
    assert made.leave()
    made.start_again()
    assert isinstance(made.window, SignInPage)
    made.window.close()
    made.end()


# The lines


def test_the_caps_lock_is_told(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")  # Windows is asked for its keyboard, which nobody touches here
    edit = PasswordEdit("Password")
    qtbot.addWidget(edit)
    edit.show()
    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    keys = (("A", none, True), ("a", none, False), ("A", shift, False), ("a", shift, True), ("1", none, True), ("b", none, False))
    for text, modifier, shown in keys:
        QApplication.sendEvent(edit.line, QKeyEvent(QEvent.Type.KeyPress, 0, modifier, text))
        assert edit.caps.isVisible() is shown, (text, modifier)


def test_a_new_password_is_typed_twice_with_a_hint_at_its_strength(qtbot: QtBot) -> None:
    edit = NewPasswordEdit()
    qtbot.addWidget(edit)
    edit.show()
    edit.first.line.setText("password")
    assert edit.hint.text() == "Easy to guess"
    edit.first.line.setText("seven grey herons")
    assert edit.hint.text() == "Strong"
    assert not edit.ready
    edit.second.line.setText("seven")
    assert edit.problem.isVisible()
    edit.second.line.setText("seven grey herons")
    assert edit.ready
    assert not edit.problem.isVisible()
