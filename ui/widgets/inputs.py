"""A line to search in, and the turning ring that says something is on its way."""

from __future__ import annotations

from PySide6.QtCore import QDate, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from crm_desktop.words import _
from ui import icons, theme
from ui.widgets.labels import Label

_QUIET = 150  # milliseconds without a key before a search begins


def day_edit(day: QDate | None = None) -> QDateEdit:
    """A day to be chosen, today unless told otherwise; with a calendar that drops down."""
    made = QDateEdit(day or QDate.currentDate())
    made.setCalendarPopup(True)
    made.setDisplayFormat("yyyy-MM-dd")
    return made


class SearchEdit(QLineEdit):
    """Search as one types: `searched` comes when the keys have been quiet for a moment, at once with Enter.

    Esc empties it; the arrow keys down and up are passed on, so a list below can be walked without leaving the line.
    """

    searched = Signal(str)
    left_down = Signal()
    left_up = Signal()

    def __init__(self, placeholder: str = "", *, key_hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "search")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder or _("Search"))
        self.setClearButtonEnabled(not key_hint)
        self.addAction(QAction(icons.icon("search", "faint"), "", self), QLineEdit.ActionPosition.LeadingPosition)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET)
        self._quiet.timeout.connect(self._search)
        self._last = ""
        self.textChanged.connect(lambda _text: self._quiet.start())
        self.returnPressed.connect(self._search)
        if key_hint:
            row = QHBoxLayout(self)
            row.setContentsMargins(0, 0, 8, 0)
            row.addStretch(1)
            hint = Label(key_hint, "key")
            row.addWidget(hint, 0, Qt.AlignmentFlag.AlignVCenter)
            self.textChanged.connect(lambda text: hint.setVisible(not text))
            self.setTextMargins(0, 0, hint.sizeHint().width(), 0)

    def _search(self) -> None:
        self._quiet.stop()
        text = self.text().strip()
        if text != self._last:
            self._last = text
            self.searched.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Up:
            self.left_up.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._search()
        else:
            super().keyPressEvent(event)


class NumberBox(QSpinBox):
    """A whole number between two others. A style sheet gives the digits in it no margin, so they get theirs here."""

    def __init__(self, low: int = 0, high: int = 99, value: int = 0) -> None:
        super().__init__()
        self.setRange(low, high)
        self.setValue(value)
        self.lineEdit().setTextMargins(theme.current().px(8), 0, 0, 0)


class Spinner(QWidget):
    """A turning ring. It turns only while it is seen, and shows after a moment, so quick answers do not flicker."""

    def __init__(self, size: int = 18) -> None:
        super().__init__()
        self._side, self._angle, self._patience = theme.current().px(size), 0, 0
        self._timer = QTimer(self)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self._turn)
        self.setAccessibleName(_("Working"))
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def _turn(self) -> None:
        self._angle = (self._angle - 24) % 360
        self._patience += 1
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._patience = 0
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._patience < 5:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.setPen(QPen(theme.colour("line"), 2))
        painter.drawEllipse(box)
        painter.setPen(QPen(theme.colour("accent"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(box, self._angle * 16, 100 * 16)
