"""How one cell of a list is drawn: a soft selection with a bar, tags for states, red for what is late.

A list repaints with every key and every step of scrolling, so this is the one place of the program where each call counts: what
can be worked out once (fonts, colours, tags as pictures, texts that fit) is kept until the theme changes.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui import icons, theme
from ui.list_cells import Cell
from ui.list_model import RecordListModel
from ui.widgets.labels import paint_tag

PAD = 12
"""Pixels left and right of a text in a list, at a text size of 100 %."""

_MOST_KEPT = 4000
_SELECTED = QStyle.StateFlag.State_Selected
_FOCUSED = QStyle.StateFlag.State_HasFocus


class CellEditing(Protocol):
    """Who makes editors for cells and takes what was typed."""

    def create(self, parent: QWidget, index: QModelIndex | QPersistentModelIndex) -> QWidget:
        """An editor that shows the value of a cell."""

    def finish(self, step: int = 0) -> bool:
        """Take what was typed and close the editor; False when it has to stay."""


class CellDelegate(QStyledItemDelegate):
    """Draws the cells of a `RecordListModel`. The view says by `everything` that the whole result is selected."""

    def __init__(self, model: RecordListModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.everything = False
        self.hovered = -1
        self.editing: CellEditing | None = None
        self._worn: theme.Theme | None = None
        self._fitting: dict[tuple[str, bool, int], str] = {}
        self._tags: dict[tuple[str, str, int], QPixmap] = {}
        self.take_theme()

    def take_theme(self) -> None:
        """Make fonts and measures anew when the theme has changed; called once before each repaint."""
        worn = theme.current()
        if worn == self._worn:
            return
        self._worn = worn
        self._pad, self._bar, self._char = worn.px(PAD), worn.px(3), worn.px(13)
        self._plain, self._strong = worn.font(), worn.font()
        self._strong.setWeight(QFont.Weight.Medium)
        self._metrics, self._strong_metrics = QFontMetrics(self._plain), QFontMetrics(self._strong)
        self._tag_metrics = QFontMetrics(worn.font("font_small"))
        self._tag_high = self._tag_metrics.height() + 4
        self._soft, self._hover_ground = worn.colour("soft"), worn.colour("row")
        self._text_pen, self._quiet_pen = worn.colour("text"), worn.colour("dim")
        self._late_pen, self._accent = worn.colour("red"), worn.colour("accent")
        self._fitting.clear()
        self._tags.clear()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row, at = index.row(), index.column()
        box: QRect = option.rect
        if self.everything or _SELECTED in option.state:
            painter.fillRect(box, self._soft)
            if at == 0:
                painter.fillRect(box.x(), box.y(), self._bar, box.height(), self._accent)
            if _FOCUSED in option.state:
                painter.setPen(self._accent)
                painter.drawRect(box.adjusted(0, 0, -1, -2))
        elif row == self.hovered:
            painter.fillRect(box, self._hover_ground)
        cell = self._model.cell(row, at)
        if cell.flag:
            self._paint_flag(painter, box)
        elif cell.tone:
            self._paint_tags(painter, box, cell, row, at)
        elif cell.text:
            column = self._model.columns[at]
            painter.setFont(self._strong if column.strong else self._plain)
            painter.setPen(self._late_pen if cell.late else self._quiet_pen if column.quiet else self._text_pen)
            room = box.width() - 2 * self._pad
            text = self._fit(cell.text, column.strong, room)
            painter.drawText(box.x() + self._pad, box.y(), room, box.height(), column.flags, text)

    def _fit(self, text: str, strong: bool, room: int) -> str:
        """`text`, shortened where it must be. Measuring is dear: short texts need none, and answers are kept."""
        if len(text) * self._char <= room:
            return text
        key = (text, strong, room)
        found = self._fitting.get(key)
        if found is None:
            metrics = self._strong_metrics if strong else self._metrics
            found = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            if len(self._fitting) > _MOST_KEPT:
                self._fitting.clear()
            self._fitting[key] = found
        return found

    def _paint_tags(self, painter: QPainter, box: QRect, cell: Cell, row: int, at: int) -> None:
        value = self._model.value(row, at)
        left, end = box.x() + self._pad - 2, box.x() + box.width() - 5
        for word in value if isinstance(value, tuple) else (cell.text,):
            room = end - left
            if room < 24:
                return
            picture = self._tag(str(word), cell.tone, room, painter.device().devicePixelRatioF())
            painter.drawPixmap(left, box.y() + (box.height() - self._tag_high) // 2, picture)
            left += round(picture.deviceIndependentSize().width()) + 4

    def _tag(self, text: str, tone: str, room: int, ratio: float) -> QPixmap:
        whole = self._tags.get((text, tone, 0))
        if whole is not None and whole.deviceIndependentSize().width() <= room and whole.devicePixelRatio() == ratio:
            return whole
        wide = self._tag_metrics.horizontalAdvance(text) + 16
        key = (text, tone, 0 if wide <= room else room)
        found = self._tags.get(key)
        if found is None or found.devicePixelRatio() != ratio:
            if wide > room:
                text, wide = self._tag_metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 12), room
            if len(self._tags) > _MOST_KEPT:
                self._tags.clear()
            found = self._tags[key] = self._draw_tag(text, tone, wide, ratio)
        return found

    def _draw_tag(self, text: str, tone: str, wide: int, ratio: float) -> QPixmap:
        picture = QPixmap(round(wide * ratio), round(self._tag_high * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        paint_tag(painter, QRect(0, 0, wide, self._tag_high), text, tone)
        painter.end()
        return picture

    def _paint_flag(self, painter: QPainter, box: QRect) -> None:
        side = theme.size("small_icon")
        ratio = painter.device().devicePixelRatioF()
        corner = QPoint(box.center().x() - side // 2, box.center().y() - side // 2)
        painter.drawPixmap(corner, icons.pixmap("checkmark", "green", side, ratio=ratio))

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        assert self.editing is not None
        return self.editing.create(parent, index)

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """It was given its value when it was made; a row repainted meanwhile must not overwrite what is typed."""

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        if self.editing is not None:
            self.editing.finish()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        self.take_theme()
        column = self._model.columns[index.column()]
        cell = self._model.cell(index.row(), index.column())
        if cell.tone:
            words = self._model.value(index.row(), index.column())
            count = len(words) if isinstance(words, tuple) else 1
            wide = self._tag_metrics.horizontalAdvance(cell.text) + count * 20
        else:
            wide = (self._strong_metrics if column.strong else self._metrics).horizontalAdvance(cell.text)
        return QSize(wide + 2 * self._pad + 2, theme.size("row"))
