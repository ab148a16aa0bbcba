"""Backups by themselves while the window is open: the day's one, and the last good one in the status bar."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial

from PySide6.QtCore import QObject, QTimer

from backups import keeping
from backups.catalogue import Backup
from crm_desktop import settings as s
from crm_desktop.words import _
from ui.main_window import MainWindow

log = logging.getLogger(__name__)
_FIRST, _EVERY = 60_000, 600_000  # milliseconds: not while the window is being made; then every ten minutes


class BackupKeeper(QObject):
    """Watches over the backups of one window. A click on the status bar makes one now."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._running = window, False
        window.status.set_backup(_("Backup: …"), clicked=self.back_up_now)
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        QTimer.singleShot(_FIRST, self, self.look)
        self._look(self._show)

    def look(self) -> None:
        """Make the day's backup if it is due, and show how old the last good one is."""
        self._look(self._found)

    def back_up_now(self) -> None:
        """A backup because a person wants one."""
        self._back_up("hand")

    def _look(self, then: object) -> None:
        app, settings = self._window.app, self._window.settings
        folder, now = keeping.backup_folder(app.data, settings), dt.datetime.now(dt.UTC)
        work = partial(keeping.newest_good, app.engine, folder, now)
        self._window.tasks.run(work, then, self._unknown, owner=self)  # type: ignore[arg-type]

    def _found(self, last: Backup | None) -> None:
        self._show(last)
        settings, now = self._window.settings, dt.datetime.now().astimezone()
        made_at = last.made_at if last else None
        if settings.get(s.BACKUP_DAILY) and keeping.due_today(made_at, now, settings.get(s.BACKUP_HOUR)):
            self._back_up("daily")

    def _back_up(self, reason: str) -> None:
        if self._running:
            return
        self._running = True
        app, settings = self._window.app, self._window.settings

        def work(progress: object) -> Backup:
            return keeping.back_up(app.engine, app.data, settings, reason, progress)  # type: ignore[arg-type]

        done = partial(self._made, reason)
        self._window.tasks.run(
            work, done, self._failed, title=_("Backup"), slow=True, owner=self, cancelled=self._stopped
        )

    def _made(self, reason: str, made: Backup) -> None:
        self._running = False
        self._show(made)
        if reason == "hand":
            self._window.notices.say(_("The backup is ready and was restored for trial."), icon="checkmark_circle")

    def _failed(self, error: BaseException) -> None:
        self._running = False
        self._window.notices.error(error)
        self._look(self._show)

    def _stopped(self) -> None:
        self._running = False

    def _unknown(self, error: BaseException) -> None:
        log.warning("The backups cannot be looked at: %s", type(error).__name__)

    def _show(self, last: Backup | None) -> None:
        old = keeping.warns(last.made_at if last else None, dt.datetime.now(dt.UTC))
        when = f"{last.made_at.astimezone():%Y-%m-%d %H:%M}" if last else _("none yet")
        text = _("Last good backup: {when}").format(when=when)
        tip = str(last.path) if last else str(keeping.backup_folder(self._window.app.data, self._window.settings))
        self._window.status.set_backup(f"⚠ {text}" if old else text, f"{tip}\n" + _("Click to back up now"))
