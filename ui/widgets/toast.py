"""The short notice that comes up over the foot of the window and goes by itself, with one thing to do at most."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QHBoxLayout, QPushButton, QWidget

from ui import theme
from ui.widgets.labels import IconLabel, Label

_SHOWN = 2500  # milliseconds; with something to do three times as long
_FOOT = 40  # pixels: the totals of a list stay in sight


class Toast(QFrame):
    """One notice of a window; a new one takes the place of the old. It stays while the mouse is on it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("toast")
        self._icon, self._label, self._button = IconLabel("checkmark_circle", "toast_action"), Label(), QPushButton()
        self._action: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 8, 9)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._label)
        row.addSpacing(6)
        row.addWidget(self._button)
        self._button.clicked.connect(self._do)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(24)
        shadow.setOffset(0, 6)
        shadow.setColor(theme.colour("shadow"))
        self.setGraphicsEffect(shadow)
        window.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        return self._label.text()

    def say(self, text: str, action: str = "", do: Callable[[], object] | None = None, icon: str = "") -> None:
        """Show `text`; `action` is the word on the button that calls `do`."""
        self._label.setText(text)
        self._icon.set_icon(icon or "checkmark_circle", "toast_action")
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._action = do
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(_SHOWN * 3 if action else _SHOWN)

    def _do(self) -> None:
        self.hide()
        if self._action:
            self._action()

    def _place(self) -> None:
        window = self.parentWidget()
        if window:
            bottom = window.height() - theme.size("status") - theme.current().px(_FOOT) - theme.size("gap")
            self.move((window.width() - self.width()) // 2, bottom - self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(_SHOWN // 2)
