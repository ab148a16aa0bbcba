"""What the program does with the encryption of its database file: asks for the key where this PC has none, and switches it on and off.

The window of the program goes first, as its lists and forms stand on the file that is replaced; whatever went wrong, what was there
before is opened again.
"""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from backups.before import encryption_backup
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, KeyNeeded
from crm_desktop.folders import settings_file
from crm_desktop.progress import Progress
from crm_desktop.services import file_encryption, file_leftovers
from crm_desktop.settings import Settings
from crm_desktop.words import _
from ui.encryption_page import KeyPage
from ui.lan_working import Working
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens.restore import RestoreWizard

log = logging.getLogger(__name__)


class Wizards(Protocol):
    """What opens the restore wizard."""

    def wizard(self, parent: QWidget, file: Path | None = None) -> RestoreWizard:
        """Open it over a window."""

    def end(self) -> None:
        """Let go of everything."""


class Running(Protocol):
    """The program as this file sees it."""

    data: Path
    settings: Settings
    app: Application | None
    window: QWidget | None

    @property
    def backups(self) -> Wizards:
        """Its backups."""

    def leave(self) -> bool:
        """Close the window but go on; False when something unsaved stays open."""

    def show(self, window: QWidget) -> None:
        """Make this the window of the program."""

    def start(self, said: str = "") -> None:
        """Open what is in the data folder now."""


class EncryptionHub(QObject):
    """One for the program, whatever window it shows."""

    def __init__(self, program: Running, parent: QObject) -> None:
        super().__init__(parent)
        self._program = program
        self._done_with: str | None = None  # what is to be told, until there is a window to tell it in

    def serve(self, window: MainWindow) -> None:
        """Do what the screen of a window asks for."""
        window.encryption_wanted.connect(lambda key: QTimer.singleShot(0, self, partial(self.switch, key)))
        said, self._done_with = self._done_with, None
        if said:
            QTimer.singleShot(0, window, lambda: window.notices.say(said, icon="checkmark_circle"))

    # Without the key

    def ask(self, error: KeyNeeded) -> None:
        """Ask for the recovery key; the database is opened when it fits."""
        page = KeyPage(self._program.data, error)
        page.unlocked.connect(lambda: QTimer.singleShot(0, self, self._program.start))  # the page goes then
        page.restore_wanted.connect(lambda: self._program.backups.wizard(page))
        page.left.connect(QApplication.quit)
        self._program.show(page)

    # On and off

    def switch(self, key: Any) -> None:
        """Encrypt the file with a key, or put it in the clear; unsaved forms are asked first."""
        program, app = self._program, self._program.app
        if app is None or (isinstance(program.window, MainWindow) and not program.leave()):
            return
        program.backups.end()
        title = _("Encrypting the database…") if key is not None else _("Decrypting the database…")
        words = _("A backup is made first. Then the file is copied and checked; until the last step everything stays as it is.")
        window = Working(title, words, partial(_carry_out, app, program.settings, key))
        window.ended.connect(partial(self._switched, key))
        program.show(window)
        window.start()

    def _switched(self, key: Any, _given: object, error: BaseException | None) -> None:
        program = self._program
        if error is None:
            left = file_leftovers.copies(program.data) if key is not None else []
            self._done_with = _("The database is encrypted.") if key is not None else _("The database is not encrypted any more.")
            if left:
                self._done_with += " " + _("These copies are still in the clear: {files}").format(files=", ".join(p.name for p in left))
        if program.app is not None:
            program.app.close()
            program.app = None
        program.settings = Settings({s.Scope.PC: s.FileStorage(settings_file(program.data))})
        program.start()
        window = program.window
        if error is not None and not isinstance(error, Cancelled) and window is not None:
            notices = window.notices if isinstance(window, MainWindow) else Notices(window, program.data / "logs")
            notices.error(error)


def _carry_out(app: Application, settings: Settings, key: Any, progress: Progress) -> None:  # on a worker
    def keep(open_app: Application) -> object:
        return encryption_backup(open_app, settings, progress)

    if key is not None:
        file_encryption.encrypt(app, key, keep, progress)
    else:
        file_encryption.decrypt(app, keep, progress)
