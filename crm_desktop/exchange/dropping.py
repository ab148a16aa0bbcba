"""Files dropped into a watched folder: which of them are whole, and taking one so that nobody else does.

Nothing here reads a table, so that the window may look at its folders without loading what does.
"""

from __future__ import annotations

import datetime as dt
import errno
import logging
import os
import platform
import re
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from crm_desktop.exchange.endings import READABLE
from crm_desktop.held_files import rename_patiently

if sys.platform == "linux":
    import fcntl

_log = logging.getLogger(__name__)

QUIET = 2.0
"""Seconds in which a file must not have changed: another program may still be writing it."""

_EMPTY = 60.0  # seconds after which an empty file is taken for what it is, and not for one that is about to be filled
_ORPHANED = dt.timedelta(hours=12)  # after which what another PC took is given back: no import takes that long
_OWN = ("~$", ".")  # what programs put beside a file while it is open
_OPEN = (".~lock.{name}#",)  # what LibreOffice and WPS put beside a file that a person has open
_TAKEN = re.compile(r"\.crm-(?P<at>\d{14})-(?P<station>[^-]*)-(?P<process>\d+)-[0-9a-f]{6}-(?P<name>.+)", re.DOTALL)
_LONGEST = 200  # bytes of a name; with what stands before it, it has to fit into 255
_Mark = tuple[int, int]


def waiting(folder: Path) -> list[Path]:
    """The files in the folder that can be imported, the oldest first; none where the folder is not there."""
    try:
        found = [p for p in folder.iterdir() if is_table(p.name)]
        return sorted((p for p in found if p.is_file()), key=lambda p: (p.stat().st_mtime, p.name))
    except OSError:  # pulled out or switched off, or a file that went away while it was looked at
        return []


def is_table(name: str) -> bool:
    """Whether a file of this name is one to import."""
    return name.casefold().endswith(READABLE) and not name.startswith(_OWN)


class Settling:
    """Tells files that are whole from those that still grow, over several looks at their folders."""

    def __init__(self, quiet: float = QUIET, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet, self._clock = quiet, clock
        self._seen: dict[Path, tuple[_Mark, float]] = {}

    def look(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The files that have stood there unchanged for a while and that no program has open for writing, and the others."""
        found = waiting(folder)
        for gone in [p for p in self._seen if p.parent == folder and p not in found]:
            del self._seen[gone]
        ready = [path for path in found if self._is_ready(path)]
        return ready, [path for path in found if path not in ready]

    def _is_ready(self, path: Path) -> bool:
        mark = mark_of(path)
        if mark is None:
            return False
        before, since = self._seen.get(path, (None, 0.0))
        if before != mark:
            self._seen[path] = mark, self._clock()
            return False
        quiet = self._quiet if mark[0] else max(self._quiet, _EMPTY)
        return self._clock() - since >= quiet and not in_use(path)


def mark_of(path: Path) -> _Mark | None:
    """Size and time of writing of a file, by which it is known again; None when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def in_use(path: Path) -> bool:
    """Whether a program has the file open, as far as can be told without taking it: on Windows, taking it tells."""
    if any(path.with_name(beside.format(name=path.name)).exists() for beside in _OPEN):
        return True
    return _written_to(path)


def _written_to(path: Path) -> bool:
    """Whether a program has the file open for writing. Linux gives out no lease on such a file."""
    if sys.platform != "linux":
        return False
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return True  # not to be read, yet
    try:
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(opened, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno in (errno.EAGAIN, errno.EBUSY)  # any other: shared folders and others' files give out none at all
    finally:
        os.close(opened)
    return False


def take(path: Path) -> Path | None:
    """Take a file, so that no other program does; gives the name it has from now on.

    None where somebody else was quicker, or, on Windows, has it open.
    """
    now = f"{dt.datetime.now(dt.UTC):%Y%m%d%H%M%S}"
    under = path.with_name(f".crm-{now}-{_station()}-{os.getpid()}-{secrets.token_hex(3)}-{_shortened(path.name)}")
    try:
        path.rename(under)
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.info("A file is not taken yet: %s", type(error).__name__)
        return None
    return under


def give_back(under: Path, home: Path) -> None:
    """Give a file its own name back, or, where another file has that by now, one beside it."""
    at, target = 1, home
    while os.path.lexists(target):
        at += 1
        target = home.with_name(f"{home.stem} ({at}){home.suffix}")
    try:
        rename_patiently(under, target)
    except OSError as error:
        _log.warning("A file keeps the name it was taken under: %s", type(error).__name__)


def give_back_left(folder: Path) -> int:
    """Give back what a program had taken that is not there any more; gives how many files."""
    count = 0
    try:
        found = [(p, m) for p in folder.iterdir() if (m := _TAKEN.fullmatch(p.name))]
    except OSError:
        return 0
    for path, taken in found:
        if _is_left(taken):
            give_back(path, path.with_name(taken["name"]))
            count += 1
    return count


def _is_left(taken: re.Match[str]) -> bool:
    at = dt.datetime.strptime(taken["at"], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    if dt.datetime.now(dt.UTC) - at > _ORPHANED:
        return True
    return taken["station"] == _station() and not psutil.pid_exists(int(taken["process"]))


def _station() -> str:
    return re.sub(r"[^A-Za-z0-9]", "", platform.node())[:20]


def _shortened(name: str) -> str:
    """A name of a length that leaves room for what stands before it; its ending stays."""
    path = Path(name)
    room = _LONGEST - len(path.suffix.encode())
    return path.stem.encode()[:room].decode(errors="ignore") + path.suffix
