"""How one cell of a list is drawn: hairlines only, a soft selection with a bar, tags for states, red for what is late."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import icons, theme
from ui.list_model import Cell, Column, RecordListModel
from ui.widgets.labels import paint_tag

PAD = 12
"""Pixels left and right of a text in a list, at a text size of 100 %."""


class CellDelegate(QStyledItemDelegate):
    """Draws the cells of a `RecordListModel`. The view says by `everything` that the whole result is selected."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.everything = False
        self.hovered = -1
        self.bar = True  # the bar at the left of a selected row; only the first column in sight has it
        self._worn: theme.Theme | None = None
        self.take_theme()

    def take_theme(self) -> None:
        """Make fonts and measures anew when the theme has changed."""
        worn = theme.current()
        if worn == self._worn:
            return
        self._worn = worn
        self._pad, self._bar = worn.px(PAD), worn.px(3)
        self._plain, self._strong = worn.font(), worn.font()
        self._strong.setWeight(QFont.Weight.Medium)
        self._metrics, self._strong_metrics = QFontMetrics(self._plain), QFontMetrics(self._strong)
        self._tag_metrics = QFontMetrics(worn.font("font_small"))
        self._colours = {n: worn.colour(n) for n in ("pane", "soft", "row", "hairline", "text", "dim", "red", "accent")}

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = index.model()
        if not isinstance(model, RecordListModel):
            super().paint(painter, option, index)
            return
        self.take_theme()
        column = model.columns[index.column()]
        cell = model.cell(index.row(), index.column())
        painter.save()
        self._ground(painter, option, index)
        if cell.flag:
            self._flag(painter, option.rect)
        elif cell.tone:
            self._tags(painter, option.rect, cell, model.value(index.row(), index.column()))
        elif cell.text:
            self._text(painter, option.rect, cell, column)
        painter.restore()

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        box = option.rect
        selected = self.everything or bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = index.row() == self.hovered
        painter.fillRect(box, self._colours["soft" if selected else "row" if hovered else "pane"])
        painter.setPen(self._colours["hairline"])
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        if selected and self.bar and box.left() <= 0:
            painter.fillRect(QRect(box.left(), box.top(), self._bar, box.height()), self._colours["accent"])
        if (
            option.state & QStyle.StateFlag.State_HasFocus
            and selected
            and index.model().flags(index) & Qt.ItemFlag.ItemIsEditable
        ):
            painter.setPen(self._colours["accent"])
            painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _text(self, painter: QPainter, box: QRect, cell: Cell, column: Column) -> None:
        strong = column.strong
        painter.setFont(self._strong if strong else self._plain)
        painter.setPen(self._colours["red" if cell.late else "dim" if column.quiet else "text"])
        room = box.adjusted(self._pad, 0, -self._pad, 0)
        metrics = self._strong_metrics if strong else self._metrics
        text = cell.text
        if metrics.horizontalAdvance(text) > room.width():
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(column.align | Qt.AlignmentFlag.AlignVCenter), text)

    def _tags(self, painter: QPainter, box: QRect, cell: Cell, value: object) -> None:
        words = value if isinstance(value, tuple) else (cell.text,)
        left, end = box.left() + self._pad - 2, box.right() - 4
        high = self._tag_metrics.height() + 4
        for word in words:
            wide = self._tag_metrics.horizontalAdvance(str(word)) + 16
            room = end - left
            if room < 24:
                return
            text = str(word)
            if wide > room:
                text, wide = self._tag_metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 12), room
            paint_tag(painter, QRect(left, box.center().y() - high // 2, wide, high), text, cell.tone)
            left += wide + 4

    def _flag(self, painter: QPainter, box: QRect) -> None:
        side = theme.size("small_icon")
        ratio = painter.device().devicePixelRatioF()
        corner = QPoint(box.center().x() - side // 2, box.center().y() - side // 2)
        painter.drawPixmap(corner, icons.pixmap("checkmark", "green", side, ratio=ratio))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        model = index.model()
        if not isinstance(model, RecordListModel):
            return super().sizeHint(option, index)
        self.take_theme()
        cell = model.cell(index.row(), index.column())
        if cell.tone:
            words = model.value(index.row(), index.column())
            count = len(words) if isinstance(words, tuple) else 1
            wide = self._tag_metrics.horizontalAdvance(cell.text) + count * 20
        else:
            wide = (self._strong_metrics if model.columns[index.column()].strong else self._metrics).horizontalAdvance(
                cell.text
            )
        return QSize(wide + 2 * self._pad + 2, theme.size("row"))

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """For the parts of Qt that draw or read a cell themselves (screen readers, drag pictures)."""
        super().initStyleOption(option, index)
        option.palette.setColor(QPalette.ColorRole.Highlight, self._colours["soft"])
