"""Rights change while somebody works: what the window offers follows soon after the first question that was answered by the new ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from crm_desktop.application import Application

_EVERY = 1500  # milliseconds; only two values in memory are compared


class RightsKeeper(QObject):
    """Calls `changed` when the person at work has other rights than before."""

    def __init__(self, window: QObject, app: Application, changed: Callable[[], object]) -> None:
        super().__init__(window)
        self._app, self._changed, self._seen = app, changed, app.actor.rights
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Compare now."""
        rights = self._app.actor.rights
        if rights is not self._seen and rights != self._seen:
            self._seen = rights
            self._changed()
