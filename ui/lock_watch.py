"""How long nobody has touched keyboard, mouse or screen in any window of the program."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

_EVERY = 5_000  # milliseconds
_WORK = frozenset(
    {
        QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel, QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod, QEvent.Type.TabletPress,
    }
)  # fmt: skip


class IdleWatch(QObject):
    """Tells when nobody has worked for a while. It looks at windows, not at widgets: each key and movement passes there once."""

    idle = Signal()

    def __init__(self, parent: QObject, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock, self._last, self.minutes = clock, clock(), 0
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)

    def set_minutes(self, minutes: int) -> None:
        """After how many minutes it tells; 0: never."""
        was, self.minutes = self.minutes, minutes
        self.worked()
        if minutes and not was:
            _application().focusWindowChanged.connect(self.watch)
            for window in QGuiApplication.topLevelWindows():
                self.watch(window)
            self._timer.start()
        elif was and not minutes:
            self.close()

    def watch(self, window: QWindow | None) -> None:
        """Look at one more window."""
        if window is not None:
            window.removeEventFilter(self)  # not twice
            window.installEventFilter(self)

    def worked(self) -> None:
        """Somebody is there."""
        self._last = self._clock()

    def look(self) -> None:
        """Tell, if it is time."""
        if self.minutes and self._clock() - self._last >= self.minutes * 60:
            self.worked()
            self.idle.emit()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _WORK:
            self._last = self._clock()
        return False

    def close(self) -> None:
        """Watch no more: where nothing is to be locked, no event takes the way through here."""
        if not self._timer.isActive():
            return
        self._timer.stop()
        self.minutes = 0
        _application().focusWindowChanged.disconnect(self.watch)
        for window in QGuiApplication.topLevelWindows():
            window.removeEventFilter(self)


def _application() -> QGuiApplication:
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    return application
