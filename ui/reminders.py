"""How many things are due: counted at the start, after changes, and again every quarter of an hour, as a day may begin."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.services.today import count_due
from ui.tasks import Tasks

_EVERY, _AFTER_CHANGES = 15 * 60_000, 600  # milliseconds
_WATCHED = ("tasks", "customers", "follow-ups", "approvals", "receivables", "receipts")


class Reminders(QObject):
    """The number behind the bell."""

    counted = Signal(int)
    _changed = Signal()

    def __init__(self, app: Application, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._app, self._tasks = app, tasks
        self._again = QTimer(self)
        self._again.setInterval(_EVERY)
        self._again.timeout.connect(self.count)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_CHANGES)
        self._soon.timeout.connect(self.count)
        self._changed.connect(self._soon.start)
        self._stop = app.changes.listen(self._record_changed)
        self._again.start()

    def count(self) -> None:
        """Ask the database."""
        app = self._app
        self._tasks.run(lambda: count_due(app), self._tell)

    def close(self) -> None:
        """Count no more."""
        self._stop()
        self._again.stop()
        self._soon.stop()

    def _tell(self, count: int) -> None:
        self.counted.emit(count)

    def _record_changed(self, change: Change) -> None:  # on the thread that saved
        if change.type in _WATCHED:
            self._changed.emit()
