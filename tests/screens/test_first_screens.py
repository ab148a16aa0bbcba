"""The welcome, the day and the settings: what a person answers arrives, and what is due is shown."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.rights import Rights
from crm_desktop.services import saving
from crm_desktop.services.events import record
from crm_desktop.services.today import count_due, fetch_today, finish_task
from crm_desktop.words import LANGUAGES, language
from ui.notices import Notices
from ui.screens.settings import LogoEditor, SettingsScreen
from ui.screens.today import TodayScreen, day_words
from ui.screens.welcome import Welcome, WelcomeAnswer
from ui.tasks import Tasks

TODAY = dt.datetime.now().astimezone().date()


@pytest.fixture
def shell(qtbot: QtBot, sqlite_app: Application) -> Iterator[SimpleNamespace]:
    window = QWidget()
    qtbot.addWidget(window)
    notices = Notices(window)
    tasks = Tasks(notices.error, window)
    opened: list[tuple[str, int]] = []
    made: list[tuple[str, dict[str, Any]]] = []
    yield SimpleNamespace(
        app=sqlite_app,
        settings=s.Settings(),
        tasks=tasks,
        notices=notices,
        opened=opened,
        made=made,
        open_record=lambda key, number: opened.append((key, number)),
        new_record=lambda key, **preset: made.append((key, preset)),
        recent=list,
    )
    tasks.close()


def keep(app: Application, type_key: str, **values: Any) -> int:
    saved = saving.save(app, saving.new_draft(app, type_key, values))
    assert saved.id is not None
    return saved.id


def test_the_welcome_hands_over_what_was_answered(qtbot: QtBot) -> None:
    welcome = Welcome()
    qtbot.addWidget(welcome)
    answers: list[WelcomeAnswer] = []
    welcome.answered.connect(answers.append)
    welcome.show()
    qtbot.keyClicks(welcome.company, "  Baichuan ")
    qtbot.mouseClick(welcome.choices["empty"], Qt.MouseButton.LeftButton)
    assert answers == []
    assert welcome.problem.text() == "Please enter your name."
    qtbot.keyClicks(welcome.person, "Lin Xiao")
    assert not welcome.problem.isVisible(), "the words go once they are heeded"
    qtbot.keyClick(welcome.choices["import"], Qt.Key.Key_Return)
    assert answers == [WelcomeAnswer("en", "Baichuan", "Lin Xiao", "import")]


def test_the_sample_company_needs_no_names(qtbot: QtBot) -> None:
    welcome = Welcome()
    qtbot.addWidget(welcome)
    with qtbot.waitSignal(welcome.answered) as heard:
        welcome.choices["sample"].pressed.emit()
    answer = heard.args[0]
    assert answer.start == "sample"
    assert answer.company
    assert answer.person


def test_the_welcome_changes_its_language_at_once_and_keeps_what_was_typed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    welcome = Welcome()
    qtbot.addWidget(welcome)
    welcome.company.setText("百川")
    welcome._speak(list(LANGUAGES).index("zh_CN"))
    assert language() == "zh_CN"
    assert welcome.company.text() == "百川"
    assert welcome.language.currentData() == "zh_CN"


@pytest.fixture
def busy_day(sqlite_app: Application) -> dict[str, int]:
    app, me = sqlite_app, Ref(sqlite_app.actor.user_id)
    other = keep(app, "users", name="Bob", sign_in="bob")
    late = TODAY - dt.timedelta(days=3)
    customer = keep(app, "customers", name="Bluemark", next_follow_up=late, owner_id=me, phone="020-1")
    keep(app, "customers", name="Not mine", next_follow_up=late, owner_id=Ref(other))
    keep(app, "customers", name="Far away", next_follow_up=TODAY + dt.timedelta(days=30), owner_id=me)
    task = keep(app, "tasks", title="Send samples", due=TODAY, owner_id=me, customer_id=Ref(customer), priority="high")
    keep(app, "tasks", title="Soon", due=TODAY + dt.timedelta(days=2), owner_id=me)
    keep(app, "tasks", title="Done before", due=TODAY, owner_id=me, status="done")
    return {"customer": customer, "task": task}


def test_the_day_holds_what_is_mine_and_due(sqlite_app: Application, busy_day: dict[str, int]) -> None:
    today = fetch_today(sqlite_app)
    assert [t.title for t in today.tasks] == ["Send samples", "Soon"]
    assert [c.title for c in today.customers] == ["Bluemark"]
    assert today.due == count_due(sqlite_app) == 2
    first = today.tasks[0]
    assert (first.urgent, first.customer and first.customer.label) == (True, "Bluemark")


def test_a_task_is_finished_and_brought_back(sqlite_app: Application, busy_day: dict[str, int]) -> None:
    finish_task(sqlite_app, busy_day["task"])
    assert count_due(sqlite_app) == 1
    finish_task(sqlite_app, busy_day["task"], "open")
    assert count_due(sqlite_app) == 2


def test_the_screen_of_the_day_opens_and_finishes(
    qtbot: QtBot, shell: SimpleNamespace, busy_day: dict[str, int]
) -> None:
    screen = TodayScreen(shell)  # type: ignore[arg-type]
    qtbot.addWidget(screen)
    screen.resize(1100, 700)
    screen.show()
    qtbot.waitUntil(lambda: len(screen.tasks.rows) == 2 and len(screen.calls.rows) == 1)
    qtbot.mouseClick(screen.calls.rows[0], Qt.MouseButton.LeftButton)
    assert shell.opened == [("customers", busy_day["customer"])]
    done = next(b for b in screen.tasks.rows[0].findChildren(QWidget) if b.accessibleName() == "Done")
    qtbot.mouseClick(done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(screen.tasks.rows) == 1)
    assert shell.notices.said == "Done: Send samples"


def test_the_day_follows_what_others_save(qtbot: QtBot, shell: SimpleNamespace, sqlite_app: Application) -> None:
    screen = TodayScreen(shell)  # type: ignore[arg-type]
    qtbot.addWidget(screen)
    qtbot.waitUntil(lambda: shell.tasks.idle, timeout=20_000)
    assert screen.tasks.rows == []
    screen.show()
    keep(sqlite_app, "tasks", title="New", due=TODAY)
    qtbot.waitUntil(lambda: len(screen.tasks.rows) == 1, timeout=20_000)


def test_the_day_is_not_built_while_nobody_sees_it(
    qtbot: QtBot, shell: SimpleNamespace, busy_day: dict[str, int]
) -> None:
    screen = TodayScreen(shell)  # type: ignore[arg-type]
    qtbot.addWidget(screen)
    qtbot.waitUntil(lambda: shell.tasks.idle)
    assert screen.tasks.rows == []
    screen.show()
    qtbot.waitUntil(lambda: len(screen.tasks.rows) == 2 and len(screen.calls.rows) == 1)


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "1 day late"), (-2, "2 days late"), (0, "today"), (1, "tomorrow"), (3, "11-27 Friday")]
)
def test_days_are_told_as_people_say_them(days: int, words: str) -> None:
    today = dt.date(2026, 11, 24)
    assert day_words(today + dt.timedelta(days=days), today) == words


def test_every_setting_shown_has_an_editor_and_holds_at_once(qtbot: QtBot, shell: SimpleNamespace) -> None:
    screen = SettingsScreen(shell)  # type: ignore[arg-type]
    qtbot.addWidget(screen)
    shown = [setting for settings in s.shown().values() for setting in settings]
    assert set(screen.editors) == {setting.name for setting in shown}
    name, theme, ask = (screen.editors[x.name] for x in (s.COMPANY_NAME, s.THEME, s.CONFIRM_DELETE))
    assert isinstance(name, QLineEdit)
    assert isinstance(theme, QComboBox)
    assert isinstance(ask, QCheckBox)
    name.setText("  Baichuan ")
    name.editingFinished.emit()
    theme.setCurrentIndex(theme.findData("dark"))
    theme.activated.emit(theme.currentIndex())
    ask.click()
    kept = [shell.settings.get(x) for x in (s.COMPANY_NAME, s.THEME, s.CONFIRM_DELETE)]
    assert kept == ["Baichuan", "dark", False]
    assert shell.notices.said == "Saved"


def test_the_company_is_locked_without_the_right(
    qtbot: QtBot, shell: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.app.actor = type(shell.app.actor)(1, "Ann", rights=Rights())
    screen = SettingsScreen(shell)  # type: ignore[arg-type]
    qtbot.addWidget(screen)
    assert not screen.editors[s.COMPANY_NAME.name].isEnabled()
    assert screen.editors[s.THEME.name].isEnabled()


def test_a_logo_is_taken_only_when_it_is_a_picture(qtbot: QtBot, tmp_path: Path) -> None:
    kept: list[str] = []
    editor = LogoEditor("", kept.append)
    qtbot.addWidget(editor)
    text, picture = tmp_path / "logo.txt", tmp_path / "标志.png"
    text.write_text("no picture", encoding="utf-8")
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    image.save(str(picture))
    editor.take(text)
    assert kept == []
    assert editor._problem.text() == "This file is not a PNG or JPEG picture."
    editor.take(picture)
    assert base64.b64decode(kept[0]) == picture.read_bytes()
    assert editor._problem.text() == ""


def test_the_first_steps_are_ticked_by_the_data_and_can_be_hidden(qtbot: QtBot, shell: SimpleNamespace) -> None:
    opened: list[str] = []
    shell.open_list = opened.append
    screen = TodayScreen(shell)
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: screen.steps.isVisible(), timeout=20_000)
    assert not screen.steps.done["customers"]
    screen.steps.buttons["customers"].click()
    assert opened == ["customers"]
    keep(shell.app, "customers", name="华南钢铁")
    qtbot.waitUntil(lambda: screen.steps.done.get("customers", False), timeout=20_000)
    assert not screen.sample.isVisible()
    screen.hide()
    record(shell.app, "print", "华南钢铁", {}, about=("customers", 1))  # nobody is told of it
    screen.show()
    qtbot.waitUntil(lambda: screen.steps.done.get("print", False), timeout=20_000)
    screen.steps.hide_button.click()
    assert not screen.steps.isVisible()
    screen.refresh()
    qtbot.waitUntil(lambda: shell.tasks.idle, timeout=20_000)
    assert not screen.steps.isVisible()
