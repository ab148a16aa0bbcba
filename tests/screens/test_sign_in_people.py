"""The screen of those who look after people: turning sign-in on, first passwords, locks, limits, PCs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from form_makers import Desk
from people_makers import Office
from pytestqt.qtbot import QtBot
from sign_in_makers import OWNER, REP, Clock, quick_hashes

from crm_desktop.application import Application
from crm_desktop.errors import NotSignedIn
from crm_desktop.services import credentials, devices, sign_in_limits, signing_in
from crm_desktop.services.opening import open_folder
from crm_desktop.services.sign_in_limits import Limits
from ui.screens.all_screens import all_screens
from ui.sign_in_dialogs import CodesDialog, OneTimePassword, TurnOn
from ui.sign_in_limits import LimitsDialog
from ui.sign_in_people import SignInPeople
from ui.sign_in_person import SignInPerson


@pytest.fixture
def desk(qtbot: QtBot, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    quick_hashes(monkeypatch)
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


@pytest.fixture
def rik(desk: Desk) -> int:
    """Sign-in is on; Rik sells, and has no password yet."""
    credentials.turn_on(desk.app, OWNER)
    return Office(desk.app).person("Rik", "salesperson", sign_in="rik")


def screen(desk: Desk) -> SignInPeople:
    desk.window.open_screen("sign-in")
    desk.quiet()
    found = desk.window.tabs.current
    assert isinstance(found, SignInPeople)
    return found


def dialog(desk: Desk, kind: type[Any]) -> Any:
    """The open dialog of a kind."""
    desk.wait(lambda: any(d.isVisible() for d in desk.window.findChildren(kind)))
    return next(d for d in desk.window.findChildren(kind) if d.isVisible())


def pick(page: SignInPeople, name: str) -> None:
    page.people.select_row_of(lambda p: p.name == name)


def test_an_owner_turns_sign_in_on_and_gets_codes(desk: Desk, tmp_path: Path) -> None:
    page = screen(desk)
    assert page.begin.isVisible()
    assert not page.people.isVisible()
    page.begin.click()
    asking = dialog(desk, TurnOn)
    for edit in (asking.new.first, asking.new.second):
        edit.line.setText("password1")
    asking.take.click()
    desk.wait(asking.new.problem.isVisible)
    assert not credentials.is_required(desk.app)
    for edit in (asking.new.first, asking.new.second):
        edit.line.setText(OWNER)
    desk.wait(asking.take.isEnabled)
    asking.take.click()
    codes = dialog(desk, CodesDialog)
    codes.save(tmp_path / "codes.pdf")
    desk.wait(codes.saved.isVisible)
    document = pypdfium2.PdfDocument(tmp_path / "codes.pdf")
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert all(code in text for code in codes._codes)
    codes.accept()
    desk.quiet()
    assert credentials.is_required(desk.app)
    assert page.people.isVisible()
    assert [p.name for p in page.people.items.rows] == ["Ann"]


def test_a_first_password_is_shown_once(desk: Desk, rik: int) -> None:
    page = screen(desk)
    pick(page, "Rik")
    page.reset_button.click()
    shown = dialog(desk, OneTimePassword)
    assert desk.questions == []
    fresh = open_folder(desk.app.data)
    signing_in.sign_in(fresh, "rik", shown.word, new=REP)
    fresh.close()
    shown.accept()
    page.refresh()
    desk.quiet()
    page.reset_button.click()
    assert desk.questions == ["Give Rik a one-time password?"]
    dialog(desk, OneTimePassword).accept()


def test_a_locked_person_is_unlocked(desk: Desk, rik: int) -> None:
    clock = Clock()
    clock.moment = dt.datetime.now(dt.UTC)
    fresh = open_folder(desk.app.data)
    for _at in range(5):
        with pytest.raises(NotSignedIn):
            signing_in.sign_in(fresh, "rik", "wrong", clock=clock)
        clock.step(seconds=5)
    fresh.close()
    page = screen(desk)
    pick(page, "Ann")
    assert not page.unlock_button.isEnabled()
    pick(page, "Rik")
    assert page.unlock_button.isEnabled()
    page.unlock_button.click()
    desk.wait(lambda: credentials.state_of(desk.app, rik).locked_until is None)
    desk.wait(lambda: not page.unlock_button.isEnabled())


def test_limits_of_a_person_and_of_a_position(desk: Desk, rik: int) -> None:
    page = screen(desk)
    pick(page, "Rik")
    page.limits_button.click()
    asking = dialog(desk, LimitsDialog)
    desk.wait(asking.take.isEnabled)
    asking.hours.setText("mornings")
    asking.take.click()
    desk.wait(asking.problems["hours"].isVisible)
    asking.hours.setText("1-5 08:00-18:00")
    asking.idle.setValue(10)
    desk.wait(asking.take.isEnabled)
    asking.take.click()
    desk.wait(lambda: not asking.isVisible())
    assert sign_in_limits.read(desk.app, "user", rik) == Limits(hours="1-5 08:00-18:00", idle_minutes=10)
    next(a for a in page.posts.actions() if a.text() == "Salesperson").trigger()
    asking = dialog(desk, LimitsDialog)
    desk.wait(asking.take.isEnabled)
    asking.enrolled.setChecked(True)
    asking.take.click()
    desk.wait(lambda: not asking.isVisible())
    post = Office(desk.app).positions["salesperson"]
    assert sign_in_limits.read(desk.app, "position", post) == Limits(enrolled_only=True)


def test_a_pc_that_asks_is_approved(desk: Desk, rik: int) -> None:
    sign_in_limits.write(desk.app, "user", rik, Limits(enrolled_only=True))
    word = credentials.reset(desk.app, rik)
    fresh = open_folder(desk.app.data)
    with pytest.raises(NotSignedIn, match="waiting"):
        signing_in.sign_in(fresh, "rik", word, new=REP)
    page = screen(desk)
    assert [(d.state, d.asked_by) for d in page.pcs.items.rows] == [("waiting", "Rik")]
    page.pcs.select_row_of(lambda _pc: True)
    page.approve_button.click()
    desk.wait(lambda: [d.state for d in devices.listed(desk.app)] == ["approved"])
    signing_in.sign_in(fresh, "rik", word, new=REP)
    fresh.close()
    desk.wait(lambda: not page.approve_button.isEnabled() and page.refuse_button.isEnabled())
    page.remove_button.click()
    desk.wait(lambda: devices.listed(desk.app) == [])


def test_turning_it_off_asks_first(desk: Desk, rik: int) -> None:
    page = screen(desk)
    desk.answer = False
    page.off_button.click()
    desk.quiet()
    assert credentials.is_required(desk.app)
    desk.answer = True
    page.off_button.click()
    desk.wait(lambda: not credentials.is_required(desk.app))
    desk.wait(page.begin.isVisible)


def test_who_looks_after_nobody_does_not_see_it(desk: Desk, rik: int) -> None:
    desk.app.actor = Office(desk.app).sign_in(rik).actor
    desk.window.open_screen("sign-in")
    assert not isinstance(desk.window.tabs.current, SignInPeople)


# The page in the window of a user


def page_of(desk: Desk, user_id: int) -> SignInPerson:
    record = desk.open("users", user_id)
    desk.wait(lambda: "sign-in" in record.tabs.keys)
    record.tabs.show_tab("sign-in")
    desk.quiet()
    found = record.tabs.pages["sign-in"]
    assert isinstance(found, SignInPerson)
    return found


def test_the_window_of_a_user_has_a_page_of_it(desk: Desk, rik: int) -> None:
    desk.window.screens.pages = all_screens().pages
    page = page_of(desk, rik)
    assert page.state is not None
    assert not page.state.password
    page.reset_button.click()
    dialog(desk, OneTimePassword).accept()
    desk.wait(lambda: page.state is not None and page.state.must_change)
    assert not page.unlock_button.isEnabled()
    page.limits_button.click()
    asking = dialog(desk, LimitsDialog)
    desk.wait(asking.take.isEnabled)
    asking.reject()
    customer = desk.new("customers")
    assert "sign-in" not in customer.tabs._more


def test_the_page_says_so_where_sign_in_is_off(desk: Desk) -> None:
    desk.window.screens.pages = all_screens().pages
    page = page_of(desk, desk.app.actor.user_id or 0)
    assert "off" in page.words.text()
    assert not page.reset_button.isVisible()


def test_the_page_says_who_looks_after_somebody_else(desk: Desk, rik: int) -> None:
    desk.window.screens.pages = all_screens().pages
    owner = desk.app.actor.user_id or 0
    bea = Office(desk.app).person("Bea", "administrator", sign_in="bea")
    desk.app.actor = replace(Office(desk.app).sign_in(bea).actor, proven=True)
    page = page_of(desk, owner)
    assert "do not look after" in page.words.text()
