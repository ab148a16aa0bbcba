"""Whoever works without a mouse, by ear or with weak eyes finds every control, by its name, in its turn, and sees where the keys go."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import window_audit as audit
from dialog_openers import OPENERS, Room, dialog_classes
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from crm_desktop import settings as s
from crm_desktop.sample.company import load_sample_company
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.opening import NewCompany, open_folder
from ui.app import Program
from ui.collector import Collector
from ui.main_window import MainWindow
from ui.notices import Notices

WAIT = 60_000
AT_LEAST = 30  # points that differ by three to one where the keys go


@pytest.fixture(autouse=True)
def _collected_by_the_window(qapp: QApplication) -> Iterator[None]:
    """As in the program: a dialog nobody holds any more must not be destroyed by a worker that happens to collect."""
    collector = Collector(qapp)
    collector.start()
    yield
    collector.deleteLater()
    gc.collect()
    gc.enable()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample company, to be copied."""
    folder = tmp_path_factory.mktemp("sample company")
    app = open_folder(folder, create=NewCompany("Baichuan", "Lin Xiao", "en"))
    load_sample_company(app)
    app.close()
    return folder


@pytest.fixture
def theme_name(request: pytest.FixtureRequest) -> str:
    """What a test asks for; light where it does not."""
    return str(getattr(request, "param", "light"))


def opened(qtbot: QtBot, qapp: QApplication, folder: Path, theme_name: str) -> Program:
    """The program with the sample company, on the smallest screen."""
    program = Program(qapp, folder, "en")
    program.settings.set(s.THEME, theme_name)
    program.start()
    window = program.window
    assert isinstance(window, MainWindow)
    window.resize(1366, 768)

    def in_front() -> bool:
        if not window.isActiveWindow():
            window.windowHandle().requestActivate()
        return bool(window.isActiveWindow())

    qtbot.waitUntil(in_front, timeout=WAIT)
    return program


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What went wrong while screens were opened."""
    heard: list[str] = []
    monkeypatch.setattr(Notices, "error", lambda _self, error: heard.append(str(error)))
    return heard


@pytest.fixture
def program(
    qtbot: QtBot, qapp: QApplication, sample: Path, tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch, theme_name: str
) -> Iterator[Program]:
    monkeypatch.setattr(Notices, "ask", lambda *_words, **_more: True)
    monkeypatch.setattr(Notices, "ask_unsaved", lambda *_words: "discard")
    folder = tmp_path / "sample"
    shutil.copytree(sample, folder)
    flash = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)  # a cursor that comes and goes is no mark of where the keys go
    made = opened(qtbot, qapp, folder, theme_name)
    yield made
    qapp.setCursorFlashTime(flash)
    window: Any = made.window
    if not window.tasks.closed:
        qtbot.waitUntil(lambda: window.tasks.idle, timeout=WAIT)
        window.leaving = True
        window.close()
    made.end()


class Walk:
    """One walk through what there is; `faults` says what was met, each once."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self._bot, self.window = qtbot, window
        self.faults: list[str] = []
        self.focus: dict[str, tuple[int, str]] = {}

    def look(self, what: str, root: QWidget | None = None) -> None:
        """Look at what a screen or a dialog shows."""
        self.rest()
        root = root if root is not None else self.window
        for check in (audit.unnamed, audit.unreachable, audit.jumps):
            for fault in check(root):
                words = f"{check.__name__}: {fault}"
                if not any(known.endswith(words) for known in self.faults):
                    self.faults.append(f"{what}: {words}")
        self._focus_each_kind(root)

    def pages(self, what: str, screen: QWidget) -> None:
        """Look at every page a screen has behind tabs."""
        for bar in screen.findChildren(QTabBar):
            for at in range(1, bar.count() if bar.isVisible() else 0):
                bar.setCurrentIndex(at)
                self.look(f"{what}, {bar.tabText(at)}", screen)

    def rest(self) -> None:
        """Wait until everything is there, laid out as well."""
        for _each in range(2):
            self._bot.waitUntil(lambda: self.window.tasks.idle, timeout=WAIT)
            QApplication.processEvents()

    def _focus_each_kind(self, root: QWidget) -> None:
        for widget in list(audit.controls(root)):
            if not audit.alive(widget) or not widget.isEnabled() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                continue
            kind = audit.kind_of(widget)
            if self.focus.get(kind, (0, ""))[0] >= AT_LEAST or audit.is_empty(widget):
                continue
            if widget.visibleRegion().boundingRect() != widget.rect():  # scrolled out of sight, wholly or in part
                continue
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            if widget.hasFocus():
                focused = audit.seen_around(widget)
                widget.clearFocus()
                points = audit.changed_pixels(audit.seen_around(widget), focused)
                self.focus[kind] = max(self.focus.get(kind, (0, "")), (points, audit.path_of(widget)))


    def unseen(self) -> list[str]:
        """The kinds of controls that look the same wherever the keys go."""
        return [f"{kind}: {points} ({where})" for kind, (points, where) in self.focus.items() if points < AT_LEAST]


def walk_screens(walk: Walk, types: Iterable[str], screens: Iterable[str]) -> None:
    """The list and a form of each type with its pages, and screens with theirs."""
    window = walk.window
    for key in types:
        window.open_list(key)
        walk.look(f"list of {key}")
        found = fetch_page(window.app, ListQuery(key), size=1).rows
        if found:
            window.open_record(key, found[0][-1])
        else:
            window.new_record(key)
        walk.look(f"form of {key}")
        current = window.tabs.current
        assert current is not None
        if found:
            walk.pages(key, current)
        close_all(window)
    for key in screens:
        wanted = {"type": "sales-orders", "name": "sales-order.en"} if key == "template" else {}
        window.open_screen(key, **wanted)
        walk.look(key)
        current = window.tabs.current
        assert current is not None
        walk.pages(key, current)
        close_all(window)


def close_all(window: MainWindow) -> None:
    """Close the tabs but the first, so that they do not slow the next ones down."""
    window.tabs.close_all(keep=0)


def walk_dialogs(walk: Walk, folder: Path) -> None:
    """Every dialog."""
    room = Room(walk.window, folder)
    for kind, make in OPENERS.items():
        dialog = make(room)
        dialog.show()
        dialog.activateWindow()
        walk.look(kind.__name__, dialog)
        dialog.hide()
        dialog.deleteLater()


def test_every_dialog_is_looked_at() -> None:
    assert dialog_classes() == set(OPENERS)


@pytest.mark.slow
def test_every_screen_can_be_heard_and_worked_by_keys(qtbot: QtBot, program: Program, told: list[str]) -> None:
    window: Any = program.window
    walk = Walk(qtbot, window)
    walk_screens(walk, window.app.types, [entry.key for entry in window.screens.visible(window.app.actor)])
    assert "\n".join([*walk.faults, *walk.unseen()]) == ""
    assert told == []


@pytest.mark.slow
@pytest.mark.parametrize("theme_name", ["dark"], indirect=True)
def test_every_dialog_can_be_heard_and_worked_by_keys(qtbot: QtBot, program: Program, told: list[str], tmp_path: Path) -> None:
    walk = Walk(qtbot, program.window)  # type: ignore[arg-type]
    walk_screens(walk, ["customers", "sales-orders", "tasks"], ["today", "settings", "board"])
    walk_dialogs(walk, tmp_path)
    assert "\n".join([*walk.faults, *walk.unseen()]) == ""
    assert set(told) <= {"There is no such version."}, "the comparison has none in the sample"
