"""How long a start took, as a person feels it: from the process's first moment until what the window shows first has been read.

It goes into the log of every start. A PC that grows slow shows there, and builds can be measured as they are delivered.
"""

from __future__ import annotations

import logging
import time

import psutil
from PySide6.QtCore import QObject, QTimer

from ui.main_window import MainWindow

log = logging.getLogger(__name__)
_LOOK = 10  # milliseconds


class StartWatch(QObject):
    """Looks at one window until it has nothing to read any more, and writes one line then."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        window.closed.connect(self._timer.stop)

    def _look(self) -> None:
        if not (self._window.isVisible() and self._window.tasks.idle):
            return
        self._timer.stop()
        me = psutil.Process()
        log.info("Ready after %.2f s, %.0f MB", time.time() - me.create_time(), me.memory_info().rss / 2**20)
