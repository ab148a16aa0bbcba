"""Hands on the whole program: whatever window it shows, from the welcome and the page of signing in to the window of work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hands import Hands
from PySide6.QtCore import Qt

from ui.app import Program
from ui.main_window import MainWindow
from ui.sign_in_page import SignInPage


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
        """Type a name and a password on the page of signing in, and come in."""
        self.try_to_sign_in(name, password, picture)
        return self.arrive()

    def try_to_sign_in(self, name: str, password: str, picture: str = "") -> SignInPage:
        """Type a name and a password on the page of signing in, which is given."""
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
        return page

    def end(self) -> None:
        """Close the window, and the program."""
        if self.window is not None:
            self.quiet()
            self.window.leaving = True
            self.window.close()
            self.window.deleteLater()
        self.program.end()
        self.program.deleteLater()
