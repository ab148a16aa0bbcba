"""Where people come in and go out: shows the page for signing in before the window, and the window after it."""

from __future__ import annotations

import logging
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.services import signing_in, system_account
from ui.sign_in_page import SignInPage

log = logging.getLogger(__name__)


class Program(Protocol):
    """What the door needs of the running program."""

    app: Application | None
    settings: s.Settings

    def show(self, window: QWidget) -> None:
        """Make this the window of the program."""

    def leave(self) -> bool:
        """Close the window but go on; False when something unsaved stays open."""

    def speak(self) -> None:
        """Use the language that is set on this PC."""

    def start_again(self, said: str = "") -> None:
        """Close the data and open them anew."""

    def _enter(self, app: Application) -> None:
        """Open the window for the person at work."""


class Door(QObject):
    """Signing in and out of one running program."""

    def __init__(self, program: Program) -> None:
        super().__init__(program if isinstance(program, QObject) else None)
        self._program = program
        self.by_itself = True
        """Whether the account of the system may sign somebody in: not right after that person signed out."""
        self.account = system_account.current

    def opens_by_itself(self, app: Application) -> bool:
        """Whether the account of the system in use signs somebody in."""
        if not self.by_itself:
            return False
        try:
            return signing_in.sign_in_by_account(app, self.account()) is not None
        except Told as error:
            log.warning("The account of the system did not sign in: %s", error)
            return False

    def show(self, app: Application, said: str = "") -> None:
        """Show the page where one signs in."""
        page = SignInPage(app, self._program.settings, said)
        page.signed_in.connect(lambda: self._came_in(app))
        page.language_chosen.connect(lambda code: self._speak(app, code))
        self._program.show(page)

    def sign_out(self, said: str = "") -> bool:
        """Close the window after asking about what is not saved, and let somebody else come in; False: it stays open."""
        program = self._program
        app = program.app
        if app is None or not program.leave():
            return False
        self.tell_end(app)
        self.by_itself = False
        program.start_again(said)
        return True

    def tell_end(self, app: Application) -> None:
        """Tell the log that the person has gone."""
        if not app.actor.proven:
            return
        try:
            signing_in.sign_out(app)
        except Told as error:
            log.warning("The log has no entry of signing out: %s", error)

    def _came_in(self, app: Application) -> None:
        self.by_itself = True
        QTimer.singleShot(0, self, lambda: self._program._enter(app))  # the page goes, and it is the one that tells of it

    def _speak(self, app: Application, code: str) -> None:
        self._program.settings.set(s.LANGUAGE, code)
        self._program.speak()
        QTimer.singleShot(0, self, lambda: self.show(app))
