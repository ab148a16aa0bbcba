"""The records a person opened last: remembered over restarts, offered where one searches before anything is typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
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
        return [(key, title, record_type.icon) for key, title, record_type in self._known()]

    def _known(self) -> list[tuple[str, str, RecordType]]:
        """Tab key, title and record type of those that are still kept by the program, the latest first."""
        kept = ((key, title, self._app.types.get(key.split(":")[1])) for key, title in self._settings.get(s.RECENT_RECORDS))
        return [(key, title, record_type) for key, title, record_type in kept if record_type]

    def answers(self) -> list[Answer]:
        """The latest, as they are offered."""
        return [
            Answer(title, record_type.icon, right=_(record_type.title), take=partial(self._open, key))
            for key, title, record_type in self._known()[:_OFFERED]
        ]
