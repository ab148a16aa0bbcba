"""The care the log needs while the window is open: entries of other PCs get their place in its chain, and old ones go into files where
the company keeps its log for a set time."""

from __future__ import annotations

import logging
from functools import partial
from importlib import import_module
from typing import Any

from PySide6.QtCore import QObject, QTimer

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.progress import Progress
from crm_desktop.services import log_chain
from crm_desktop.settings import Settings
from ui.main_window import MainWindow

log = logging.getLogger(__name__)
_FIRST, _EVERY = 90_000, 3_600_000  # milliseconds: long after the start, then every hour


class LogKeeper(QObject):
    """Looks after the log of one window's database. What fails waits for the next time."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        QTimer.singleShot(_FIRST, self, self.look)
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Do what there is to do, where nobody waits for it."""
        work = partial(care, self._window.app, self._window.settings)
        self._window.tasks.run(work, None, self._failed, owner=self)

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, Told):
            self._window.notices.error(error)
            return
        log.warning("The log was not looked after: %s", error)


def care(app: Application, settings: Settings, progress: Progress) -> None:
    """Seal what waits, and archive what is older than the company keeps. Raises Told."""
    log_chain.seal(app)
    archiving: Any = import_module("crm_desktop.exchange.log_archive")
    archiving.archive_due(app, settings, progress=progress)
