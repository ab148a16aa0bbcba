"""A real window with the forms in it, and fingers for it: keys are typed into whatever has the focus."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.services import saving
from crm_desktop.settings import Settings
from ui.main_window import MainWindow
from ui.record_window import RecordWindow, make_new, make_record
from ui.screens.registry import Screens
from ui.theme import Wardrobe


class Desk:
    """The window of the program with records in it; questions are answered as told, errors fail the test."""

    def __init__(self, qtbot: Any, app: Application, monkeypatch: Any, screens: Screens | None = None) -> None:
        self.bot, self.app = qtbot, app
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        wardrobe = Wardrobe(qt)
        wardrobe.wear("light")
        self.window = MainWindow(app, Settings(), screens or Screens(record_of=make_record, new_of=make_new), wardrobe)
        self.questions: list[str] = []
        self.errors: list[BaseException] = []
        self.answer: bool = True
        self.unsaved_answer = "discard"
        monkeypatch.setattr(self.window.notices, "ask", self._ask)
        monkeypatch.setattr(self.window.notices, "ask_unsaved", lambda title: self._ask_unsaved(title))
        monkeypatch.setattr(self.window.notices, "error", self.errors.append)
        qtbot.addWidget(self.window)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        self.wait(self.in_front)

    def in_front(self) -> bool:
        """Whether the window has the keyboard; asks for it, since a platform may forget the first time."""
        if not self.window.isActiveWindow():
            self.window.windowHandle().requestActivate()
        return bool(self.window.isActiveWindow())

    def _ask(self, question: str, details: str = "", *, yes: str, no: str = "", danger: bool = False) -> bool:
        self.questions.append(question)
        return self.answer

    def _ask_unsaved(self, title: str) -> str:
        self.questions.append(title)
        return self.unsaved_answer

    def quiet(self) -> None:
        """Wait until nothing is under way."""
        self.bot.waitUntil(lambda: self.window.tasks.idle, timeout=10_000)
        QApplication.processEvents()
        self.bot.waitUntil(lambda: self.window.tasks.idle, timeout=10_000)

    def wait(self, until: Callable[[], bool]) -> None:
        self.bot.waitUntil(until, timeout=10_000)

    def open(self, type_key: str, record_id: int) -> RecordWindow:
        self.window.open_record(type_key, record_id)
        return self._front()

    def new(self, type_key: str, **preset: Any) -> RecordWindow:
        self.window.new_record(type_key, **preset)
        return self._front()

    def _front(self) -> RecordWindow:
        screen = self.window.tabs.current
        assert isinstance(screen, RecordWindow)
        self.wait(lambda: screen.editing.loaded)
        self.quiet()
        return screen

    def save(self, screen: RecordWindow) -> None:
        """Ctrl+S, and wait for the answer: a look-up that is still under way comes before the save."""
        ended: list[bool] = []
        known = screen.editing.finished.connect(ended.append)
        self.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: (bool(ended) or not screen.unsaved) and not screen.editing.busy)
        screen.editing.finished.disconnect(known)
        self.quiet()

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        for character in text:  # the first one may open an editor, which then has the focus
            QTest.keyClicks(self._focus(), character)

    def keys(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key in what has the focus."""
        QTest.keyClick(self._focus(), key, modifier)

    def _focus(self) -> QWidget:
        widget = QApplication.focusWidget()
        assert widget is not None, "nothing has the focus"
        return widget

    def close(self) -> None:
        """Close the window without keeping anything."""
        self.unsaved_answer = "discard"
        self.window.close()


def product(app: Application, number: int, price: str = "10") -> Draft:
    """A saved product P001… with the barcode 69000001…"""
    values = {
        "code": f"P{number:03d}", "barcode": f"69{number:06d}", "name": f"轴承 {number}", "specification": "6204", "unit": "pcs",
        "list_price": Decimal(price),
    }  # fmt: skip
    return saving.save(app, saving.new_draft(app, "products", values))
