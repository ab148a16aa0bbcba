"""What others have just changed in a list: the rows stay tinted for a while, with the name of who did it."""

from __future__ import annotations

import datetime as dt
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.words import _

_SHOWN = 8.0  # seconds
_MOST = 50  # records of one message; more is an act on many, of which no row needs to tell


class ListMarks(QObject):
    """The marks of one list. `changed`: paint the rows again."""

    changed = Signal()
    _told = Signal(object)

    def __init__(self, app: Application, type_key: str, parent: QObject) -> None:
        super().__init__(parent)
        self._type = type_key
        self._marks: dict[int, tuple[float, str, str]] = {}
        self._fade = QTimer(self, singleShot=True)
        self._fade.timeout.connect(self._let_go)
        self._told.connect(self._mark, Qt.ConnectionType.QueuedConnection)
        stop = app.changes.listen(self._hear)
        self.destroyed.connect(lambda: stop())

    def __bool__(self) -> bool:
        return bool(self._marks)

    def who(self, id_: int) -> str | None:
        """Who has just changed a record; None where nobody has."""
        mark = self._marks.get(id_)
        return mark[1] if mark else None

    def tip(self, id_: int) -> str:
        """The same in a sentence; "" where nobody has."""
        mark = self._marks.get(id_)
        return _("Changed by {who} at {time}").format(who=mark[1], time=mark[2]) if mark else ""

    def _hear(self, change: Change) -> None:  # on the thread that heard of it
        if change.elsewhere and change.type == self._type and 0 < len(change.ids) <= _MOST:
            self._told.emit(change)

    def _mark(self, change: Change) -> None:
        until, at = time.monotonic() + _SHOWN, f"{dt.datetime.now().astimezone():%H:%M}"
        self._marks |= dict.fromkeys(change.ids, (until, change.who or _("Someone else"), at))
        self._wait()

    def _let_go(self) -> None:
        now = time.monotonic()
        self._marks = {id_: mark for id_, mark in self._marks.items() if mark[0] > now}
        self._wait()

    def _wait(self) -> None:
        self.changed.emit()
        if self._marks:
            first = min(until for until, _who, _at in self._marks.values())
            self._fade.start(max(50, round((first - time.monotonic()) * 1000) + 20))
