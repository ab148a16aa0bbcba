"""Watches folders, so that a file that comes, goes or changes behind the program's back is seen at once: a backup, or one to import."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from backups.watching import Fits, Watch, is_backup
from ui.tasks import Tasks

_EVERY = 60.0  # seconds
_QUIET = 700  # milliseconds: a copy that is being written tells of itself many times


class FolderWatch(QObject):
    """One watch over the folders of the moment."""

    changed = Signal()
    """Something in them is another one than before."""
    _told = Signal()

    def __init__(self, tasks: Tasks, parent: QObject, fits: Fits = is_backup, every: float = _EVERY) -> None:
        """fits: which files it is about; every: seconds between two looks at folders whose system tells of nothing."""
        super().__init__(parent)
        self._tasks, self._fits, self._every = tasks, fits, every
        self.folders: frozenset[Path] = frozenset()
        self._watches: list[Watch] = []  # one, but for the moment in which another takes its place
        self._lock = Lock()
        self._closed = False
        self._later = QTimer(self, singleShot=True, interval=_QUIET)
        self._later.timeout.connect(self.changed)
        self._told.connect(self._later.start, Qt.ConnectionType.QueuedConnection)

    def follow(self, folders: Iterable[Path]) -> None:
        """Watch these folders from now on. They are opened on a worker: another PC may take its time to answer."""
        wanted = frozenset(folders)
        if wanted == self.folders or self._closed:
            return
        self.folders = wanted
        self._tasks.run(partial(self._begin, wanted), None, self._failed, owner=self)

    def close(self) -> None:
        """Watch no more. The tasks have ended by then, so no watch begins behind this one's back."""
        self._closed = True
        with self._lock:
            self._stop()

    def _begin(self, folders: frozenset[Path]) -> None:  # on a worker
        with self._lock:
            self._stop()
            watch = Watch(sorted(folders), lambda _file, _what: self._told.emit(), self._every, self._fits)
            watch.start()
            self._watches.append(watch)

    def _stop(self) -> None:
        while self._watches:
            self._watches.pop().stop()

    def _failed(self, _error: BaseException) -> None:
        self.folders = frozenset()  # tried again when somebody looks next
