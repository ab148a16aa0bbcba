"""One copy of the program for each data folder and each account of the system: a second start brings the first to the front.

The running copy listens at a local socket named by both; a later start finds it there, hands over the files it was started with,
and ends. What decides who is first is a lock file, which knows whether the process that made it still lives: neither the lock nor
a socket left by a copy that was killed keeps the next one from starting. Commands never come here.

Windows lets a program come to the front only with leave of the one the person has just started: the second gives it
(`AllowSetForegroundWindow`, learn.microsoft.com/windows/win32/api/winuser/nf-winuser-allowsetforegroundwindow).
"""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)
_PATIENCE = 20_000  # milliseconds for the first copy to answer, which may be starting itself


class SingleCopy(QObject):
    """The claim of this process to be the one; let go of it with `close`."""

    asked = Signal(list)
    """Another start wants this copy in front: the paths it was given."""

    def __init__(self, data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name, self.first = socket_name(data), False
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.TempLocation))
        # Not in the data folder: one on a stick goes from PC to PC, and no PC can tell whether a process of another one lives.
        self._lock = QLockFile(str(folder / f"{self.name}.lock"))
        self._lock.setStaleLockTime(0)  # a live process holds it, however long it has run
        self._callers: list[QLocalSocket] = []
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._came)

    def claim(self) -> bool:
        """Become the one copy; False where another is."""
        self.first = self._lock.tryLock(0)
        if not self.first:
            return False
        if not self._server.listen(self.name):  # a socket left behind by a copy that was killed
            QLocalServer.removeServer(self.name)
            if not self._server.listen(self.name):
                log.warning("No socket for later starts: %s", self._server.serverError().name)
        return True

    def hand_over(self, paths: Sequence[Path | str] = (), patience: int = _PATIENCE) -> bool:
        """Let the copy that runs come to the front with these files; False where it does not answer."""
        socket = QLocalSocket()
        socket.connectToServer(self.name)
        if not socket.waitForConnected(patience):
            return False
        hello = _line(socket, patience)  # it says who it is, so that it can be given leave to come to the front
        if hello is None:
            return False
        _give_leave(hello.get("process"))
        socket.write(_packed({"show": True, "open": [str(Path(p).resolve()) for p in paths]}))
        socket.waitForBytesWritten(patience)
        return _line(socket, patience) is not None

    def close(self) -> None:
        """Let the next start be the first."""
        self._server.close()
        for socket in self._callers:
            socket.disconnected.disconnect(self._gone)
            socket.abort()
        self._callers.clear()
        self._lock.unlock()

    def _came(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._callers.append(socket)
            socket.readyRead.connect(self._heard)
            socket.disconnected.connect(self._gone)
            socket.write(_packed({"process": os.getpid()}))

    def _heard(self) -> None:
        for socket in tuple(self._callers):
            if socket.canReadLine():
                facts = _read(bytes(socket.readLine().data()))
                socket.write(_packed({"shown": True}))
                socket.flush()
                if facts is not None and facts.get("show"):
                    log.info("Brought to the front by another start")
                    self.asked.emit([str(path) for path in facts.get("open", [])])

    def _gone(self) -> None:
        for socket in [s for s in self._callers if s.state() == QLocalSocket.LocalSocketState.UnconnectedState]:
            self._callers.remove(socket)
            socket.deleteLater()


def socket_name(data: Path) -> str:
    """The name under which the copy for this data folder and this account is found."""
    where = f"{_account()}\n{os.path.normcase(data.resolve())}"
    return "crm-desktop-" + hashlib.sha256(where.encode("utf-8")).hexdigest()[:20]


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a system without names for its users
        return ""


def _line(socket: QLocalSocket, patience: int) -> dict[str, Any] | None:
    while not socket.canReadLine():
        if not socket.waitForReadyRead(patience):
            return None
    return _read(bytes(socket.readLine().data()))


def _packed(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts).encode("utf-8") + b"\n"


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        facts = json.loads(line)
    except ValueError:
        return None
    return facts if isinstance(facts, dict) else None


def _give_leave(process: object) -> None:
    if sys.platform == "win32" and isinstance(process, int):
        ctypes.windll.user32.AllowSetForegroundWindow(process)
