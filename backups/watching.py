"""Folders are watched while the window is open: a backup that vanishes or is written over is told at once, not on the bad day, and so is a
file that is dropped to be imported.

The system tells of changes on its own disks; for shared folders of other PCs, which tell of nothing, the names are compared now and then.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from queue import Empty
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from backups.archive import SUFFIX

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

log = logging.getLogger(__name__)
logging.getLogger("watchdog").setLevel(logging.CRITICAL)  # it takes its own end for an error
GONE, CHANGED, NEW = "gone", "changed", "new"
Told = Callable[[Path, str], None]
Fits = Callable[[str], bool]
_EVERY = 60.0  # seconds between two looks
_PATIENCE = 5.0  # seconds for the system to begin or to end its watch
_TELLING = frozenset({"created", "deleted", "moved", "modified", "closed"})
_Seen = dict[str, tuple[int, int]]


def is_backup(name: str) -> bool:
    """Whether a file of this name is a backup."""
    return name.casefold().endswith(SUFFIX)


class Watch:
    """Tells of files that come, go and change in some folders. `told` is called on threads of the watch, once per change; fits: which files
    it is about, by their names.
    """

    def __init__(self, folders: Iterable[Path], told: Told, every: float = _EVERY, fits: Fits = is_backup) -> None:
        self._told, self._every, self._fits = told, every, fits
        self._folders = {folder: _look(folder, fits) for folder in dict.fromkeys(folders)}
        self._lock, self._stopped, self._hint, self._begun = Lock(), Event(), Event(), Event()
        # Loaded here, since a start of the program need not wait for it.
        self._observer: BaseObserver = importlib.import_module("watchdog.observers").Observer()
        self._thread = Thread(target=self._run, name="watched folders", daemon=True)

    def start(self) -> None:
        """Begin to watch. A folder that the system cannot watch is looked at now and then all the same."""
        self._thread.start()
        self._begun.wait(_PATIENCE)

    def stop(self) -> None:
        """Stop; nothing is told afterwards. The end of the watch is waited for, but not for ever: see `_run`."""
        self._stopped.set()
        self._hint.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def look(self) -> None:
        """Compare now."""
        with self._lock:
            for folder, before in self._folders.items():
                after = _look(folder, self._fits)
                if after is None:  # pulled out or switched off: backups/concerns.py tells of that
                    continue
                for name in sorted(set(before or ()) | set(after)):
                    self._compare(folder / name, (before or {}).get(name), after.get(name), before is None)
                self._folders[folder] = after

    def _compare(self, file: Path, before: tuple[int, int] | None, after: tuple[int, int] | None, first: bool) -> None:
        if before == after or (first and before is None) or self._stopped.is_set():
            return
        self._told(file, GONE if after is None else NEW if before is None else CHANGED)

    def _run(self) -> None:
        # The observer lives on this thread from start to end, so that its own threads end with the process, as this one
        # does: on Windows its stop can meet the moment in which it begins to wait for the next change, and then waits, too.
        self._observe()
        self._begun.set()
        while not self._stopped.is_set():
            self._hint.wait(self._every)
            self._hint.clear()
            if not self._stopped.wait(0.2):  # a file that is being written tells of it many times
                self.look()
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join(_PATIENCE)

    def _observe(self) -> None:
        for folder, found in self._folders.items():
            if found is None:  # not there: the system could not watch it
                continue
            try:
                self._observer.schedule(_Hints(self._hint.set, self._fits), str(folder), recursive=False)  # type: ignore[arg-type]
            except OSError as error:
                log.info("A folder is looked at now and then only: %s", type(error).__name__)
        try:
            self._observer.start()
        except (OSError, Empty) as error:  # Windows opens the folders on yet another thread, and may be slow at it
            log.info("Folders are looked at now and then only: %s", type(error).__name__)


class _Hints:
    """Any change of a file's name or content makes the watch look."""

    def __init__(self, hint: Callable[[], None], fits: Fits) -> None:
        self._hint, self._fits = hint, fits

    def dispatch(self, event: FileSystemEvent) -> None:
        """Called by the observer. Reading a file tells of it, too, and means nothing."""
        names = [Path(os.fsdecode(path)).name for path in (event.src_path, event.dest_path) if path]
        if event.event_type in _TELLING and any(map(self._fits, names)):
            self._hint()


def _look(folder: Path, fits: Fits) -> _Seen | None:
    """The files of a folder with size and time of writing; None where the folder is not there."""
    try:
        found = {}
        for file in folder.iterdir():
            if fits(file.name):
                status = file.stat()
                found[file.name] = (status.st_size, status.st_mtime_ns)
        return found
    except OSError:
        return None
