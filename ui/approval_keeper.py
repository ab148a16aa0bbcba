"""While the window is open, overdue decisions are passed on by themselves, whether anybody looks at an inbox or not."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.services.approvals.sweeping import sweep
from ui.notices import Notices
from ui.tasks import Tasks

_FIRST, _EVERY = 20_000, 10 * 60_000  # milliseconds
_log = logging.getLogger(__name__)


class ApprovalKeeper(QObject):
    """Looks for what is overdue soon after the start, and again every ten minutes. Several PCs may do so at the same moment."""

    def __init__(self, window: QObject, app: Application, tasks: Tasks, notices: Notices) -> None:
        super().__init__(window)
        self._app, self._tasks, self._notices = app, tasks, notices
        self._timer = QTimer(self, interval=_FIRST)
        self._timer.timeout.connect(self.look)
        if not app.read_only:
            self._timer.start()

    def look(self) -> None:
        """Pass on what is overdue now."""
        self._timer.setInterval(_EVERY)
        app = self._app
        self._tasks.run(lambda: sweep(app), failed=self._failed, owner=self)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Told):  # no line to the server, or another program was faster: there is a next time
            _log.info("Overdue approvals were not looked for: %s", type(error).__name__)
        else:
            self._notices.error(error)
