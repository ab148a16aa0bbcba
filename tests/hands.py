"""Hands on the real window: the mouse and the keys only, dialogs and menus among what is pressed, and a picture of each step.

Pictures are kept in build/journeys of the project, or in the folder that CRM_DESKTOP_PICTURES names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
from form_makers import Desk
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.words import use_language
from ui.print_dialog import PrintDialog
from ui.record_window import RecordWindow
from ui.screens.all_screens import all_screens

ROOT = Path(__file__).parents[1]
_LEFT = Qt.MouseButton.LeftButton
_PATIENCE = 60_000  # milliseconds: a machine may have much else to do


class _NothingReplaced:
    """In place of what replaces questions and errors in other tests: here they show, and are answered by a click."""

    def setattr(self, *_what: Any) -> None:
        """Leave it."""


class Hands(Desk):
    """The window of one person, worked with by hand."""

    def __init__(self, qtbot: Any, app: Application, pictures: Path) -> None:
        super().__init__(qtbot, app, _NothingReplaced(), all_screens())
        self._pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)

    def wait(self, until: Callable[[], bool]) -> None:
        self.bot.waitUntil(until, timeout=_PATIENCE)

    def sit_down(self) -> None:
        """Go on at this window."""
        self.window.raise_()
        self.wait(self.in_front)

    def front(self) -> RecordWindow:
        """The record in front, read whole."""
        self.wait(lambda: isinstance(self.window.tabs.current, RecordWindow) and self.window.tabs.current.editing.loaded)
        return self._front()

    def front_of(self, type_key: str) -> RecordWindow:
        """The record in front, once it is one of this type."""
        self.wait(lambda: getattr(getattr(self.window.tabs.current, "kind", None), "key", "") == type_key)
        return self.front()

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Keep what the window shows."""
        if widget is None:
            self.quiet()
        number = len(list(self._pictures.glob("*.png"))) + 1
        assert (widget or self.window).grab().save(str(self._pictures / f"{number:02d}-{name}.png"))

    def type(self, text: str) -> None:
        """Type; what no key has comes as an input method brings it."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self._focus(), letter)
            else:
                composed = QInputMethodEvent()
                composed.setCommitString(letter)
                QApplication.sendEvent(self._focus(), composed)

    def click(self, place: QWidget) -> None:
        """Put the cursor into a place by the mouse."""
        self.wait(lambda: place.isVisible() and self.in_front())
        QTest.mouseClick(place.viewport() if isinstance(place, QAbstractScrollArea) else place, _LEFT)
        self.wait(place.hasFocus)

    def _focus(self) -> QWidget:
        if QApplication.activePopupWidget() is None and QApplication.activeModalWidget() is None:
            self.wait(lambda: self.in_front() and QApplication.focusWidget() is not None)
        return super()._focus()

    def fill(self, screen: RecordWindow, **texts: str) -> None:
        """Click into fields of the form and type."""
        for name, text in texts.items():
            self.click(screen.form.rows[name].editor.typed_into)
            self.type(text)

    def pick(self, text: str) -> None:
        """Type into the reference that has the focus and take what it offers."""
        self.type(text)
        line = self._focus()
        self.wait(lambda: bool(getattr(line, "popup_open", False)))
        QTest.keyClick(line, Qt.Key.Key_Return)
        self.quiet()

    def press(self, text: str, within: QWidget | None = None) -> None:
        """Click the button with this word, once it shows and can be pressed."""
        found: list[QAbstractButton] = []

        def look() -> bool:
            buttons = (within or self.window).findChildren(QAbstractButton)
            found[:] = [b for b in buttons if b.text().strip() == text and b.isVisible() and b.isEnabled()]
            return bool(found)

        self.wait(look)
        QTest.mouseClick(found[0], _LEFT, pos=QPoint(8, 8))

    def choose(self, button: QWidget, text: str) -> None:
        """Open a menu and click an entry of it."""

        def click(menu: QWidget) -> None:
            assert isinstance(menu, QMenu)
            (action,) = [a for a in menu.actions() if a.text().partition("\t")[0].strip() == text]
            QTest.mouseClick(menu, _LEFT, pos=menu.actionGeometry(action).center())

        with self._answering(QApplication.activePopupWidget, click):
            QTest.mouseClick(button, _LEFT)

    @contextmanager
    def dialog(self, answer: str, picture: str = "") -> Iterator[None]:
        """What is done here asks something in a dialog: click the button with this word."""

        def click(dialog: QWidget) -> None:
            if picture:
                self.picture(picture, dialog)
            self.press(answer, dialog)

        with self._answering(QApplication.activeModalWidget, click):
            yield

    def row(self, table: QAbstractItemView, at: int) -> None:
        """Click a row of a table."""
        table.scrollTo(table.model().index(at, 0))
        place = table.visualRect(table.model().index(at, 0)).center()
        QTest.mouseClick(table.viewport(), _LEFT, pos=place)

    def select(self, box: QComboBox, text: str) -> None:
        """Open a drop-down list and click what has this word."""
        self.wait(lambda: box.isVisible() and box.isEnabled() and box.findText(text) >= 0)
        box.showPopup()  # what a click does differs from system to system
        view = box.view()
        self.wait(view.isVisible)
        index = box.model().index(box.findText(text), box.modelColumn(), box.rootModelIndex())
        view.scrollTo(index)
        QTest.mouseMove(view.viewport(), view.visualRect(index).center())
        QTest.mouseClick(view.viewport(), _LEFT, pos=view.visualRect(index).center())
        self.wait(lambda: not view.isVisible() and box.currentText() == text)

    def hit(self, widget: QWidget) -> None:
        """Click what is no button: a card, a line."""
        self.wait(lambda: widget.isVisible() and widget.isEnabled())
        QTest.mouseClick(widget, _LEFT, pos=QPoint(16, 16))

    @contextmanager
    def file(self, path: Path) -> Iterator[None]:
        """What is done here asks for a file or a folder: type its name into the dialog and press Enter."""

        def type_in(dialog: QWidget) -> None:
            assert isinstance(dialog, QFileDialog)
            line = dialog.findChild(QLineEdit, "fileNameEdit")
            assert line is not None
            line.setText(str(path))
            QTest.keyClick(line, Qt.Key.Key_Return)

        with self._answering(QApplication.activeModalWidget, type_in):
            yield

    @contextmanager
    def _answering(self, shown: Callable[[], QWidget | None], do: Callable[[QWidget], None]) -> Iterator[None]:
        """Dialogs and menus hold what opened them: they are answered from a timer. What goes wrong there is raised here."""
        answered: list[bool] = []
        problems: list[BaseException] = []
        timer = QTimer(interval=50)

        def look() -> None:
            widget = shown()
            if widget is None or not widget.isVisible():
                return
            timer.stop()
            try:
                do(widget)
            except BaseException as problem:  # noqa: BLE001
                problems.append(problem)
                widget.close()
            answered.append(True)

        timer.timeout.connect(look)
        timer.start()
        yield
        self.wait(lambda: bool(answered))
        if problems:
            raise problems[0]

    def lines(self, screen: RecordWindow, *rows: tuple[str, str]) -> None:
        """Type lines: a product by its code, and how many."""
        assert screen.lines is not None
        grid = screen.lines.grid
        columns = [grid.lines.field(c).name for c in range(grid.lines.columnCount())]
        self.wait(self.in_front)
        grid.setFocus()
        for at, (code, quantity) in enumerate(rows):
            grid.go(at, columns.index("product_id"))
            self.pick(code)
            grid.go(at, columns.index("quantity"))
            self.type(quantity)
            self.keys(Qt.Key.Key_Return)
            self.quiet()

    def saved(self, screen: RecordWindow) -> None:
        """Ctrl+S, and it is saved."""
        self.save(screen)
        assert not screen.unsaved, screen.form.errors

    def print_dialog(self) -> PrintDialog:
        """Ctrl+P, and the dialog that comes."""
        self.keys(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
        found: list[PrintDialog] = []
        self.wait(lambda: bool(found.extend(self.window.findChildren(PrintDialog)) or found))
        return found[0]

    def drawn(self, dialog: PrintDialog) -> None:
        """Wait until the dialog shows its first page."""
        self.wait(lambda: dialog.default.isEnabled() and bool(dialog.pages) and not dialog.pages[0].picture.isNull())

    def paper(self, dialog: PrintDialog, path: Path) -> str:
        """Save as PDF what a print dialog shows; the words on it."""
        with self.file(path):
            self.press(dialog.default.text() if not dialog.printer.currentData() else dialog.save_button.text(), dialog)
        self.wait(path.exists)
        self.quiet()
        with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
            return "".join(page.get_textpage().get_text_range() for page in pdf)

    def state(self, screen: RecordWindow, wanted: str) -> None:
        """Wait until the record is in this state."""
        self.wait(lambda: screen.editing.draft.values.get("status") == wanted)
        self.quiet()


@contextmanager
def company_in(language: str, folder: Path, owner: str = "王芳") -> Iterator[Application]:
    """A new company that speaks a language, open as long as this lasts."""
    use_language(language)
    made = NewCompany("百川贸易有限公司" if language == "zh_CN" else "Baichuan Trading Ltd", owner, language)
    app = open_folder(folder, create=made)
    yield app
    app.close()


def picture_folder(name: str) -> Path:
    """Where the pictures of a journey are kept, without those of an earlier one."""
    folder = Path(os.environ.get("CRM_DESKTOP_PICTURES") or ROOT / "build" / "journeys") / name
    for old in folder.glob("*.png"):
        old.unlink()
    return folder
