"""Rights change while somebody works: what the window offers follows soon after the first question that was answered by the new ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from crm_desktop.application import Application
from ui.navigation import place_of
from ui.tabs import DocumentTabs

_EVERY = 1500  # milliseconds; only two values in memory are compared


class RightsKeeper(QObject):
    """Calls `changed` when the person at work has other rights than before, and lets open lists and records follow."""

    def __init__(self, window: QObject, app: Application, tabs: DocumentTabs, changed: Callable[[], object]) -> None:
        super().__init__(window)
        self._app, self._tabs, self._changed, self._seen = app, tabs, changed, app.actor.rights
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Compare now."""
        rights = self._app.actor.rights
        if rights is not self._seen and rights != self._seen:
            self._seen = rights
            self._tabs.close_where(self._out_of_reach)
            self._tabs.renew(lambda screen: _type_in(getattr(screen, "tab_key", "")) in self._app.types)
            self._changed()

    def _out_of_reach(self, tab_key: str) -> bool:
        key = _type_in(tab_key)
        return key in self._app.types and not self._app.actor.may(f"{key}.see")


def _type_in(tab_key: str) -> str:
    """The record type that a tab is about; "" for screens of another kind."""
    kind, _colon, key = place_of(tab_key).partition(":")
    return key if kind == "list" else ""
