"""Hands on the whole program: whatever window it shows, from the welcome and the page of signing in to the window of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hands import Hands
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFileDialog, QLineEdit, QWidget

from ui.app import Program
from ui.main_window import MainWindow
from ui.sign_in_page import SignInPage

_LEFT = Qt.MouseButton.LeftButton


class ProgramHands(Hands):
    """One running program, worked with by hand."""

    def __init__(self, qtbot: Any, program: Program, pictures: Path) -> None:
        self.bot, self.program = qtbot, program
        self._pictures = pictures
        pictures.mkdir(parents=True, exist_ok=True)
        self.bigger()

    @property
    def window(self) -> Any:
        """What the program shows now."""
        return self.program.window

    @window.setter
    def window(self, _window: object) -> None:
        """A program shows what it will."""

    def bigger(self) -> None:
        """The size of a usual screen."""
        if isinstance(self.window, MainWindow):
            self.window.resize(1366, 768)
        self.wait(self.in_front)

    def quiet(self) -> None:
        if hasattr(self.window, "tasks"):
            super().quiet()

    def arrive(self) -> MainWindow:
        """Wait for the window of work."""
        self.wait(lambda: isinstance(self.window, MainWindow) and self.window.isVisible())
        self.bigger()
        self.quiet()
        window: MainWindow = self.window
        return window

    def sign_in(self, name: str, password: str, picture: str = "") -> MainWindow:
        """Type a name and a password on the page of signing in."""
        self.wait(lambda: isinstance(self.window, SignInPage) and self.window.isVisible())
        page: SignInPage = self.window
        line = page.name.lineEdit()
        assert line is not None
        self.click(line)
        line.selectAll()
        self.type(name)
        self.click(page.password.line)
        self.type(password)
        if picture:
            self.wait(page.go.isEnabled)
            self.picture(picture)
        self.keys(Qt.Key.Key_Return)
        return self.arrive()

    def row(self, table: QAbstractItemView, at: int) -> None:
        """Click a row of a table."""
        place = table.visualRect(table.model().index(at, 0)).center()
        QTest.mouseClick(table.viewport(), _LEFT, pos=place)

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

    def end(self) -> None:
        """Close the window, and the program."""
        if self.window is not None:
            self.quiet()
            self.window.leaving = True
            self.window.close()
            self.window.deleteLater()
        self.program.end()
        self.program.deleteLater()
