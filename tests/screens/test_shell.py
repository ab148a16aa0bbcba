"""The window around the screens: navigation, tabs, search, notices, and what it keeps until the next start."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.progress import Progress
from crm_desktop.rights import Rights
from crm_desktop.services.kept_drafts import keep
from crm_desktop.services.saving import new_draft
from ui.commands import keyboard_map
from ui.dialogs.keyboard_map import KeyboardMap
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens.registry import ScreenEntry, Screens, screens_of
from ui.screens.settings import SettingsScreen
from ui.screens.today import TodayScreen
from ui.shell import Screen
from ui.theme import Wardrobe

SIZES = ((1366, 768), (1920, 1080))


class Page(QWidget):
    """A screen that counts how often it was made and can hold unsaved text."""

    made: list[str] = []  # noqa: RUF012 - shared on purpose: the test looks at it

    def __init__(self, shell: Any, title: str, icon: str, key: str) -> None:
        super().__init__()
        self.title, self.icon, self.tab_key = title, icon, key
        self.unsaved, self.may_close = False, True
        QVBoxLayout(self).addWidget(QLineEdit())
        Page.made.append(key)

    def close_request(self) -> bool:
        return self.may_close


def pages() -> Screens:
    screens = screens_of(
        (
            ScreenEntry("today", "Today", "home", TodayScreen),
            ScreenEntry("settings", "Settings", "settings", SettingsScreen, area="setup"),
            ScreenEntry("secret", "Secret", "lock_closed", lambda shell: Page(shell, "", "", ""), grant="nobody.has"),
        )
    )
    screens.list_of = lambda shell, key: Page(shell, f"All {key}", "people", f"list:{key}")
    screens.record_of = lambda shell, key, number: Page(shell, f"{key} {number}", "person", f"record:{key}:{number}")
    screens.new_of = lambda shell, key, **preset: Page(shell, f"New {key}", "add", f"new:{key}:{len(Page.made)}")
    return screens


@pytest.fixture
def wardrobe(qapp: QApplication) -> Iterator[Wardrobe]:
    made = Wardrobe(qapp)
    made.wear("light", 100)
    yield made
    made.wear("light", 100)
    made.deleteLater()


@pytest.fixture
def settings() -> s.Settings:
    return s.Settings()


@pytest.fixture
def open_window(
    qtbot: QtBot, sqlite_app: Application, settings: s.Settings, wardrobe: Wardrobe
) -> Iterator[Callable[..., MainWindow]]:
    windows: list[MainWindow] = []
    Page.made.clear()

    def open_it(**options: Any) -> MainWindow:
        window = MainWindow(sqlite_app, settings, pages(), wardrobe, **options)
        qtbot.addWidget(window)
        window.resize(1440, 900)
        window.show()
        windows.append(window)
        qtbot.waitUntil(lambda: window.tasks.idle)
        return window

    yield open_it
    for window in windows:
        for index in range(len(window.tabs.keys)):
            page = window.tabs._pages[index].widget
            if isinstance(page, Page):
                page.unsaved = False
        window.close()


def press(answer: str) -> None:
    """Press the button with this word in the dialog that is about to open."""

    def do() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        next(b for b in dialog.findChildren(QPushButton) if b.text() == answer).click()

    QTimer.singleShot(50, do)


def picture(widget: QWidget, name: str, tmp_path: Path) -> None:
    folder = Path(os.environ.get("CRM_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    assert widget.grab().save(str(folder / f"{name}.png"))


def test_only_areas_with_something_in_them_are_shown(open_window: Callable[..., MainWindow]) -> None:
    entries = open_window().nav.entries
    groups = list(dict.fromkeys(e.group for e in entries))
    assert groups == ["", "Customers", "Sales", "Finance", "Office", "Set-up"]
    assert entries[0].key == "screen:today"
    assert entries[-1].key == "screen:settings"


def test_a_person_sees_and_opens_only_what_the_rights_allow(
    sqlite_app: Application, open_window: Callable[..., MainWindow]
) -> None:
    sqlite_app.actor = replace(sqlite_app.actor, rights=Rights.of("customers.see", "customers.add"))
    window = open_window()
    keys = [e.key for e in window.nav.entries]
    assert keys == ["screen:today", "list:customers", "screen:settings"]
    assert [a.text() for a in window.top.new_menu.actions()] == ["Customer"]
    for refused in ("list:products", "screen:secret"):
        window.open(refused)
        assert refused not in window.tabs.keys
        assert window.notices.said == "This cannot be opened (any more)."


def test_one_tab_per_thing_and_the_navigation_follows(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    window.open_list("customers")
    window.open_record("customers", 7)
    window.open_list("customers")
    assert window.tabs.keys == ["screen:today", "list:customers", "record:customers:7"]
    assert isinstance(window.tabs.current, Screen)
    window.open_record("customers", 7)
    assert window.nav.currentIndex().data() == "Customers", "a record belongs to the list of its type"
    assert window.recent() == [("record:customers:7", "customers 7", "people")]


def test_tabs_come_back_and_only_the_one_in_front_is_made(
    open_window: Callable[..., MainWindow], settings: s.Settings
) -> None:
    first = open_window()
    first.open_list("customers")
    first.open_record("customers", 7)
    first.new_record("tasks")
    first.open_list("customers")
    first.close()
    Page.made.clear()
    second = open_window()
    assert second.tabs.keys == ["screen:today", "list:customers", "record:customers:7"]
    assert Page.made == ["list:customers"]
    assert second.tabs.bar.tabText(2) == "customers 7"
    second.tabs.step(1)
    assert Page.made == ["list:customers", "record:customers:7"]


def test_a_tab_of_something_gone_is_left_out(open_window: Callable[..., MainWindow], settings: s.Settings) -> None:
    settings.set(s.OPEN_TABS, [{"key": "list:rockets", "title": "Rockets"}, "nonsense", {"key": "list:tasks"}])
    window = open_window()
    assert window.tabs.keys == ["list:tasks"]


def test_unsaved_text_is_marked_and_never_closed_unasked(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    window.open_record("customers", 7)
    page = window.tabs.current
    assert isinstance(page, Page)
    page.unsaved, page.may_close = True, False
    window.tab_changed(page)
    assert window.tabs.bar.tabText(1) == "● customers 7"
    window.close_screen(page)
    assert "record:customers:7" in window.tabs.keys
    assert not window.close()
    assert window.isVisible()
    page.may_close = True
    assert window.close()


def test_closing_the_last_tab_shows_the_day(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    window.open_list("tasks")
    window.tabs.close_all()
    qtbot.waitUntil(lambda: window.tabs.keys == ["screen:today"])


def test_the_palette_finds_records_and_commands_without_the_mouse(
    qtbot: QtBot, open_window: Callable[..., MainWindow]
) -> None:
    asked: list[str] = []

    def search(text: str) -> list[Any]:
        asked.append(f"{text} {threading.current_thread() is threading.main_thread()}")
        return [SimpleNamespace(type="customers", id=5, label="Task Force Ltd", detail="Guangzhou")]

    window = open_window(search=search, initials=lambda text: {"Currencies": "hb"}.get(text, ""))
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    line, panel = window.top.search, window.palette_panel
    assert panel.isVisible()
    qtbot.keyClicks(line, "task")
    qtbot.waitUntil(lambda: any(a.title == "Task Force Ltd" for a in panel.answers))
    assert asked == ["task False"], "one question for four keys, and not on the GUI thread"
    titles = [a.title for a in panel.answers]
    assert titles[:2] == ["Records", "Task Force Ltd"]
    assert {"New: Task", "Tasks"} <= set(titles)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.tabs.keys[-1] == "record:customers:5"
    assert not panel.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(line, "hb")
    assert "Currencies" in [a.title for a in panel.answers], "pinyin initials find a screen"
    line.clear()
    qtbot.keyClicks(line, "new sales")
    assert "New: Sales order" in [a.title for a in panel.answers], "words apart find a command"


def test_walking_down_in_the_palette_skips_headings_and_opens_what_is_marked(
    qtbot: QtBot, open_window: Callable[..., MainWindow]
) -> None:
    window = open_window()
    window._search()
    line = window.top.search
    qtbot.keyClicks(line, "currenc")
    qtbot.keyClick(line, Qt.Key.Key_Down)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.tabs.keys[-1] == "list:currencies"


def test_background_work_is_shown_and_can_be_stopped(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window = open_window()

    def work(progress: Progress) -> None:
        while True:
            progress.report(30, 60, "products.xlsx")
            progress.check_cancelled()

    window.tasks.run(work, title="Import", slow=True)
    qtbot.waitUntil(lambda: window.status.work == "Import · products.xlsx")
    press("Cancel")
    assert not window.close(), "the person wants the import to go on"
    window.status._stop.click()
    qtbot.waitUntil(lambda: window.status.work == "")


def test_ctrl_n_makes_what_is_in_front(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    window.open_list("contacts")
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.tabs.keys[-1].startswith("new:contacts:")


def test_every_shortcut_is_in_the_map_and_means_one_thing(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    shortcuts = [c.shortcut for c in window.commands if c.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)
    mapped = [keys for group in keyboard_map(window.commands).values() for keys, _text in group]
    assert {"Ctrl+K", "Ctrl+F1", "Ctrl+W"} <= set(mapped)


def test_the_navigation_is_narrow_on_a_small_screen_and_folds(
    qtbot: QtBot, open_window: Callable[..., MainWindow]
) -> None:
    window = open_window()
    assert not window.nav.rail
    window.resize(1366, 768)
    assert window.nav.rail
    window.resize(1920, 1080)
    assert not window.nav.rail
    rows = window.nav.model().rowCount()
    window.nav.fold("Set-up")
    assert window.nav.model().rowCount() < rows


def test_told_errors_speak_and_mistakes_offer_a_report(
    qtbot: QtBot, open_window: Callable[..., MainWindow], caplog: pytest.LogCaptureFixture
) -> None:
    window = open_window()
    words: list[str] = []

    def read_and_close() -> None:
        box = QApplication.activeModalWidget()
        assert box is not None
        words.append(f"{box.text()} {box.informativeText()}")  # type: ignore[attr-defined]
        box.reject()  # type: ignore[attr-defined]

    QTimer.singleShot(50, read_and_close)
    window.notices.error(Refused("You may not do this.", "Ask the administrator."))
    QTimer.singleShot(50, read_and_close)
    with caplog.at_level("CRITICAL"):
        window.notices.error(ValueError("a secret of Bluemark"))
    assert words[0] == "You may not do this. Ask the administrator."
    assert "mistake" in words[1]
    assert "Bluemark" not in words[1], "a traceback or its words never reach the screen"


def test_a_question_is_answered_by_its_own_word_and_escape_means_no(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    notices = Notices(holder)
    press("Delete")
    assert notices.ask("Delete 3 customers?", yes="Delete", danger=True)
    QTimer.singleShot(50, lambda: QApplication.activeModalWidget().reject())  # type: ignore[union-attr]
    assert not notices.ask("Delete 3 customers?", yes="Delete", danger=True)


def test_undo_in_a_short_notice_is_done_once(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window, undone = open_window(), []
    window.notices.say("Saved", "Undo", lambda: undone.append(1))
    button = window.notices._toast.findChild(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert undone == [1]
    assert not window.notices._toast.isVisible()


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_shell_screen_fits(
    open_window: Callable[..., MainWindow], wardrobe: Wardrobe, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    wardrobe.wear(name)
    window = open_window()
    window.resize(*size)
    for key in ("today", "settings"):
        window.open_screen(key)
        window.notices.say("Saved", "Undo", partial(int))
        picture(window, f"{key}-{name}-{size[0]}", tmp_path)
        assert window.size().toTuple() == size, "the window fits the screen it was made for"
    assert window.top.person.geometry().right() < window.top.width()


@pytest.mark.parametrize("percent", [100, 115])
def test_the_keyboard_map_fits_a_low_screen(
    qtbot: QtBot, open_window: Callable[..., MainWindow], wardrobe: Wardrobe, percent: int
) -> None:
    wardrobe.wear("light", percent)
    window = open_window()
    dialog = KeyboardMap(window, window.commands)
    dialog.show()
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.height() <= 720
    assert dialog.width() <= 1366
    dialog.close()


def test_after_a_crash_tabs_and_unsaved_text_are_there_again(
    open_window: Callable[..., MainWindow], sqlite_app: Application, settings: s.Settings, qtbot: QtBot
) -> None:
    keep(sqlite_app, new_draft(sqlite_app, "tasks", {"title": "Half a thought"}), None, "slot")
    window = open_window()
    assert window.tabs.keys[0] == "screen:today"
    assert window.tabs.keys[1].startswith("new:tasks:")
    window.open_list("customers")
    qtbot.waitUntil(lambda: [t["key"] for t in settings.get(s.OPEN_TABS)] == ["screen:today", "list:customers"], timeout=6000)


def test_many_tabs_keep_room_for_their_names_and_are_listed(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    assert window.tabs.list_button.isHidden()
    for number in range(1, 25):
        window.open_record("customers", number)
    bar = window.tabs.bar
    assert not window.tabs.list_button.isHidden()
    assert min(bar.tabRect(at).width() for at in range(bar.count())) >= min(112, bar.tabSizeHint(1).width())
    window.tabs.all_tabs.aboutToShow.emit()
    listed = window.tabs.all_tabs.actions()
    assert [a.text() for a in listed] == [bar.tabText(at) for at in range(bar.count())]
    listed[3].trigger()
    assert bar.currentIndex() == 3
    assert window.tabs.close_all()
    assert window.tabs.list_button.isHidden()


def test_tabs_of_the_last_time_speak_the_language_of_today(
    open_window: Callable[..., MainWindow], settings: s.Settings
) -> None:
    kept = [{"key": "list:customers", "title": "客户", "icon": ""}, {"key": "screen:settings", "title": "设置", "icon": ""}]
    settings.set_many({s.OPEN_TABS: [*kept, {"key": "record:customers:1", "title": "华为", "icon": ""}], s.CURRENT_TAB: 2})
    bar = open_window().tabs.bar
    assert [bar.tabText(at) for at in (0, 1)] == ["Customers", "Settings"]
