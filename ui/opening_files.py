"""A file the program was started with, as by a double click: a backup is looked at, a join file joins, a print template is taken in.

There may be no window yet that could do it: nobody has signed in, or there is no company. The file waits until there is one.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from crm_desktop.errors import Missing
from crm_desktop.opened_files import BACKUP, JOIN, OPENED, TEMPLATE
from crm_desktop.words import _
from ui.backup_hub import BackupHub
from ui.lan_hub import LanHub
from ui.lock_dialog import LockDialog
from ui.main_window import MainWindow
from ui.notices import Notices
from ui.screens.print_templates import PrintTemplates
from ui.screens.welcome import Welcome

log = logging.getLogger(__name__)
_TEMPLATES = "print-templates"


class Running(Protocol):
    """The program as this file sees it."""

    data: Path
    window: QWidget | None
    backups: BackupHub
    lan: LanHub


class FileOpener(QObject):
    """Opens one file at a time; the last one wins while none can be opened."""

    def __init__(self, program: Running, parent: QObject) -> None:
        super().__init__(parent)
        self._program = program
        self._waiting: Path | None = None

    def open(self, file: Path) -> None:
        """Open it now, or as soon as there is a window for it."""
        self._waiting = file
        self.look()

    def look(self) -> None:
        """There is another window: what waits may be opened now."""
        file, window = self._waiting, self._program.window
        if file is None or not self._can_open(file, window):
            return
        covered = QApplication.activeModalWidget()
        if isinstance(covered, LockDialog):  # nothing comes to light while everything is covered
            covered.finished.connect(self.look, Qt.ConnectionType.QueuedConnection)
            return
        assert window is not None
        self._waiting = None
        ending = file.suffix.casefold()
        if ending not in OPENED or not file.is_file():
            self._say_missing(file, window)
        elif ending == BACKUP:
            self._open_backup(file, window)
        elif ending == JOIN:
            self._program.lan.join(window).take_file(file)
        elif isinstance(window, MainWindow):
            self._take_template(file, window)

    def _can_open(self, file: Path, window: QWidget | None) -> bool:
        if isinstance(window, MainWindow):
            return True
        # Before there is a company one may restore or join, as on the welcome; a template needs a company to go into.
        return isinstance(window, Welcome) and file.suffix.casefold() != TEMPLATE

    def _open_backup(self, file: Path, window: QWidget) -> None:
        if isinstance(window, MainWindow):
            window.open_backup(file, "restore")  # looks at the rights
        else:
            self._program.backups.wizard(window, file)

    def _take_template(self, file: Path, window: MainWindow) -> None:
        window.open_screen(_TEMPLATES)  # says so where the person may not
        if isinstance(window.tabs.current, PrintTemplates):
            window.tabs.current.take_in(file)

    def _say_missing(self, file: Path, window: QWidget) -> None:
        notices = window.notices if isinstance(window, MainWindow) else Notices(window, self._program.data / "logs")
        notices.error(Missing(_("The file {file} cannot be opened.").format(file=file)))
