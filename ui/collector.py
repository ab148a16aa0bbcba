"""Python's garbage is collected by the window's own thread only.

A widget that nobody holds any more, but that holds itself in a circle, is destroyed by whichever thread happens to collect. On a
worker's thread Qt would not survive that.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY = 200  # milliseconds


class Collector(QObject):
    """Collects as often as Python would, from a timer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """From now on."""
        gc.disable()
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that is due, and the younger ones with it."""
        due = [at for at, (count, most) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True)) if most and count > most]
        if due:
            gc.collect(due[-1])
