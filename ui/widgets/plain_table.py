"""A table of things that are no records, such as what was deleted or what an import would do: some thousand rows, all in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import icons, theme
from ui.widgets.labels import mark_focus, paint_tag

Index = QModelIndex | QPersistentModelIndex
_CHARACTER, _AROUND, _PAD = 8, 24, 10  # pixels, as in the lists of records
_LEAST = 120
_TINT = 0.5  # so that a tag on a ground of its tone is still seen


def _nothing(_row: Any) -> str:
    return ""


@dataclass(frozen=True)
class PlainColumn:
    """One column. text, tone and icon are asked for a row; a text with a tone is drawn as a tag. The column with width 0 takes the
    room that is left."""

    title: str
    text: Callable[[Any], str]
    width: int = 0  # characters
    tone: Callable[[Any], str] = _nothing
    icon: Callable[[Any], str] = _nothing
    quiet: bool = False
    right: bool = False


class PlainModel(QAbstractTableModel):
    """Rows of any kind behind columns that know how to show them."""

    def __init__(self, columns: Sequence[PlainColumn], parent: QWidget) -> None:
        super().__init__(parent)
        self.columns, self.rows = tuple(columns), list[Any]()

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def add_rows(self, rows: Sequence[Any]) -> None:
        """Show more rows below those that are there."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(rows) - 1)
            self.rows.extend(rows)
            self.endInsertRows()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class PlainTable(QTableView):
    """The table. tint: the tone of a row's ground, "" for none. Enter or a double-click opens a row."""

    opened = Signal(object)
    chosen = Signal(object)
    """The row the cursor is on, None for none."""
    delete_wanted = Signal()

    def __init__(
        self,
        columns: Sequence[PlainColumn],
        *,
        tint: Callable[[Any], str] = _nothing,
        several: bool = False,
        name: str = "",
    ) -> None:
        super().__init__()
        self.items = PlainModel(columns, self)
        self.setModel(self.items)
        self.setItemDelegate(_Cells(self, tint))
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if several else mode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.size("row"))
        self.verticalHeader().setMinimumSectionSize(theme.size("row"))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setFixedHeight(theme.size("row"))
        self.doubleClicked.connect(lambda index: self.opened.emit(self.items.rows[index.row()]))
        self.selectionModel().selectionChanged.connect(lambda *_args: self.chosen.emit(self.current()))

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows; the cursor goes to the first."""
        self.items.show_rows(rows)
        self._size_columns()
        if rows:
            self.selectRow(0)
        else:
            self.chosen.emit(None)

    def current(self) -> Any:
        """The row the cursor is on, when it is selected."""
        rows = self.selected()
        at = self.currentIndex().row()
        here = self.items.rows[at] if 0 <= at < len(self.items.rows) else None
        return here if any(here is row for row in rows) else next(iter(rows), None)

    def selected(self) -> list[Any]:
        """The rows selected, from top to bottom."""
        return [self.items.rows[i.row()] for i in sorted(self.selectionModel().selectedRows(), key=QModelIndex.row)]

    def select_row_of(self, wanted: Callable[[Any], bool]) -> None:
        """Put the cursor on the first row that is wanted."""
        at = next((n for n, row in enumerate(self.items.rows) if wanted(row)), -1)
        if at >= 0:
            self.selectRow(at)
            self.scrollTo(self.items.index(at, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current() is not None:
            self.opened.emit(self.current())
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_columns()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._size_columns()

    def _size_columns(self) -> None:
        worn = theme.current()
        title = QFontMetrics(worn.font(bold=True))
        widths = [
            max(worn.px(c.width * _CHARACTER + _AROUND), title.horizontalAdvance(c.title) + worn.px(_AROUND))
            if c.width
            else 0
            for c in self.items.columns
        ]
        rest = max(worn.px(_LEAST), self.viewport().width() - sum(widths))
        for section, wide in enumerate(widths):
            self.setColumnWidth(section, wide or rest // widths.count(0))


class _Cells(QStyledItemDelegate):
    """Draws the cells as the lists of records do."""

    def __init__(self, table: PlainTable, tint: Callable[[Any], str]) -> None:
        super().__init__(table)
        self._table, self._tint = table, tint

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column, row = self._table.items.columns[index.column()], self._table.items.rows[index.row()]
        worn, box = theme.current(), QRect(option.rect)
        painter.save()
        self._paint_ground(painter, option, index, row)
        pad = worn.px(_PAD)
        room = box.adjusted(pad, 0, -pad, 0)
        if icon := column.icon(row):
            side = theme.size("icon")
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(room.x(), room.center().y() - side // 2, icons.pixmap(icon, "dim", side, ratio=ratio))
            room.adjust(side + worn.px(8), 0, 0, 0)
        text = column.text(row)
        if tone := column.tone(row):
            painter.setFont(worn.font("font_small"))
            metrics = painter.fontMetrics()
            high, wide = metrics.height() + 4, min(metrics.horizontalAdvance(text) + 16, room.width())
            paint_tag(painter, QRect(room.x(), room.center().y() - high // 2, wide, high), text, tone)
        elif text:
            painter.setFont(worn.font())
            painter.setPen(worn.colour("dim" if column.quiet else "text"))
            side_flag = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, side_flag | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Any) -> None:
        box: QRect = option.rect
        if tone := self._tint(row):
            ground = theme.colour(f"{tone}_bg")
            ground.setAlphaF(_TINT)
            painter.fillRect(box, ground)
        if QStyle.StateFlag.State_Selected in option.state:
            if not tone:
                painter.fillRect(box, theme.colour("soft"))
            if index.column() == 0:
                painter.fillRect(box.x(), box.y(), theme.current().px(3), box.height(), theme.colour("accent"))
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        mark_focus(painter, option)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.current().px(_LEAST), theme.size("row"))
