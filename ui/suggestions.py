"""The suggestions that drop down below a line one types into: what each is called, and small below it what tells it apart."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QVBoxLayout

from crm_desktop.words import _
from ui import theme

HIT = Qt.ItemDataRole.UserRole


class _HitDelegate(QStyledItemDelegate):
    """A suggestion: what it is called, and small below it what tells it from others."""

    def sizeHint(self, option: Any, index: Any) -> QSize:
        return QSize(theme.current().px(200), theme.current().px(44 if self._detail(index) else 32))

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        worn, box = theme.current(), QRect(option.rect).adjusted(4, 1, -4, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(worn.colour("soft"))
            painter.drawRoundedRect(box, 5, 5)
        box.adjust(8, 3, -8, -3)
        detail = self._detail(index)
        label = index.data(Qt.ItemDataRole.DisplayRole)
        painter.setFont(worn.font())
        painter.setPen(worn.colour("accent" if index.data(HIT) is None else "text"))
        upper = box.adjusted(0, 0, 0, -box.height() // 2) if detail else box
        self._draw(painter, upper, label)
        if detail:
            painter.setFont(worn.font("font_small"))
            painter.setPen(worn.colour("dim"))
            self._draw(painter, box.adjusted(0, box.height() // 2, 0, 0), detail)
        painter.restore()

    @staticmethod
    def _draw(painter: QPainter, box: QRect, text: str) -> None:
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), shown)

    @staticmethod
    def _detail(index: Any) -> str:
        hit = index.data(HIT)
        return str(hit.detail) if hit is not None else ""


class Suggestions(QFrame):
    """The list that drops down below the line; it lies in the window and never takes the focus."""

    taken = Signal(object)  # Hit, or None for a new record

    def __init__(self, line: QLineEdit) -> None:
        super().__init__(line.window())
        self._line = line
        self.setProperty("role", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListWidget(self)
        self.list.setItemDelegate(_HitDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(_("Suggestions"))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 4)
        column.addWidget(self.list)
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self.list.itemClicked.connect(lambda item: self.taken.emit(item.data(HIT)))
        self.hide()

    def show_hits(self, hits: list[Any], new_words: str) -> None:
        self.list.clear()
        for hit in hits:
            item = QListWidgetItem(hit.label, self.list)
            item.setData(HIT, hit)
        if new_words:
            QListWidgetItem(f"＋ {new_words}", self.list)
        if not self.list.count():
            self.hide()
            return
        self.list.setCurrentRow(0 if hits else -1)
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        window = self._line.window()
        high = sum(self.list.sizeHintForRow(i) for i in range(min(self.list.count(), 8))) + 12
        wide = max(self._line.width(), theme.current().px(300))
        at = self._line.mapTo(window, QPoint(0, self._line.height() + 3))
        if at.y() + high > window.height():
            above = self._line.mapTo(window, QPoint(0, 0)).y() - high - 3
            at.setY(above if above >= 0 else max(0, window.height() - high))
        at.setX(max(0, min(at.x(), window.width() - wide)))
        self.setGeometry(at.x(), at.y(), wide, high)

    def step(self, by: int) -> None:
        rows = self.list.count()
        self.list.setCurrentRow((max(self.list.currentRow(), -1 if by > 0 else 0) + by) % rows if rows else -1)

    def current(self) -> tuple[bool, Any]:
        """Whether an entry is chosen, and its hit (None: a new record)."""
        item = self.list.currentItem()
        return item is not None, item.data(HIT) if item else None
