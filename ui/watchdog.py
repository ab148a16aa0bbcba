"""Notices when the window stands still and writes into the log where: the person can only say that it did.

A timer of the window beats once a second; a thread looks whether it does. The log gets places in the program, never values.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, QTimer

log = logging.getLogger(__name__)
_BEAT = 1.0  # seconds
STUCK_AFTER = 10.0
"""Seconds without a beat that count as stuck."""


class Watchdog(QObject):
    """Watches the thread it is made on; `close` ends it."""

    def __init__(
        self, parent: QObject | None = None, after: float = STUCK_AFTER, beat: float = _BEAT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._after, self._beat, self._clock = after, beat, clock
        self._watched = threading.get_ident()
        self._last, self._stuck_since = clock(), 0.0
        self._ended = threading.Event()
        self._timer = QTimer(self, interval=int(beat * 1000))
        self._timer.timeout.connect(self._alive)
        self._timer.start()
        self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._ended.set()
        self._thread.join()

    def _alive(self) -> None:
        now = self._clock()
        if self._stuck_since:
            log.warning("The window moves again after %.0f seconds", now - self._stuck_since)
            self._stuck_since = 0.0
        self._last = now

    def _look(self) -> None:
        before = self._clock()
        while not self._ended.wait(self._beat):
            now = self._clock()
            if now - before > self._beat + self._after / 2:  # the PC slept, or gave nobody any time: not the window alone
                self._last = now
            before = now
            if not self._stuck_since and now - self._last > self._after:
                self._stuck_since = self._last
                frame = sys._current_frames().get(self._watched)
                log.warning("The window has not moved for %.0f seconds:\n%s", now - self._last, where(frame))


def where(frame: FrameType | None) -> str:
    """The places of a stack, the outermost first: files, lines and functions, no values."""
    lines: list[str] = []
    while frame is not None:
        lines.append(f"  {Path(frame.f_code.co_filename).name}:{frame.f_lineno} in {frame.f_code.co_name}")
        frame = frame.f_back
    return "\n".join(reversed(lines))
