"""The records a person opened last: remembered over restarts, offered where one searches before anything is typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.words import _
from ui.command_palette import Answer

_KEPT, _OFFERED = 12, 5


class RecentRecords:
    """What one person opened on this PC. open_: brings the tab with a key to the front."""

    def __init__(self, app: Application, settings: s.Settings, open_: Callable[[str], object]) -> None:
        self._app, self._settings, self._open = app, settings, open_

    def remember(self, key: str, title: str) -> None:
        """A record's tab came to the front."""
        kept = [entry for entry in self._settings.get(s.RECENT_RECORDS) if entry[0] != key]
        fresh = [[key, title], *kept][:_KEPT]
        if title and fresh != self._settings.get(s.RECENT_RECORDS):
            self._settings.set(s.RECENT_RECORDS, fresh)

    def records(self) -> list[tuple[str, str, str]]:
        """Tab key, title and icon, the latest first."""
        found = []
        for key, title in self._settings.get(s.RECENT_RECORDS):
            record_type = self._app.types.get(key.split(":")[1])
            if record_type:
                found.append((key, title, record_type.icon))
        return found

    def answers(self) -> list[Answer]:
        """The latest, as they are offered."""
        return [
            Answer(title, icon, right=_(self._app.types[key.split(":")[1]].title), take=partial(self._open, key))
            for key, title, icon in self.records()[:_OFFERED]
        ]
