"""The grid in which rights are seen and set: one cell, one level out of a few; quick with keys, and copied down like in Excel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ui import theme
from ui.widgets.labels import paint_tag

Index = QModelIndex | QPersistentModelIndex
_PAD, _LEAST, _FIRST = 10, 84, 150  # pixels


@dataclass(frozen=True)
class Level:
    """What a cell can say. short: in the cell; words: in the menu and the tooltip."""

    value: int
    short: str
    words: str
    tone: str = ""  # "" is drawn without a ground


@dataclass(frozen=True)
class Sheet:
    """What a grid shows. level: of a cell, None where there is nothing to say; levels: what may be said there; put: says it."""

    rows: Sequence[str]
    columns: Sequence[str]
    level: Callable[[int, int], int | None]
    levels: Callable[[int, int], Sequence[Level]]
    put: Callable[[int, int, int], None]


class LevelModel(QAbstractTableModel):
    """A sheet as Qt asks for it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sheet = Sheet((), (), lambda _row, _column: None, lambda _row, _column: (), lambda _row, _column, _value: None)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show another sheet."""
        self.beginResetModel()
        self.sheet = sheet
        self.endResetModel()

    def say_all_changed(self) -> None:
        """Levels are other ones now, rows and columns the same."""
        if self.sheet.rows and self.sheet.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.sheet.rows) - 1, len(self.sheet.columns) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.sheet.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.sheet.columns)

    def level_at(self, index: Index) -> Level | None:
        """What a cell says."""
        value = self.sheet.level(index.row(), index.column())
        return next((v for v in self.sheet.levels(index.row(), index.column()) if v.value == value), None)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        level = self.level_at(index)
        if level is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return level.short
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.sheet.rows[index.row()]} · {self.sheet.columns[index.column()]}: {level.words}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        names = self.sheet.columns if orientation == Qt.Orientation.Horizontal else self.sheet.rows
        if role == Qt.ItemDataRole.DisplayRole and section < len(names):
            return names[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class LevelGrid(QTableView):
    """The grid. Enter, F2 or a double-click offers the levels, a digit sets one at once, Ctrl+D copies the topmost down."""

    edited = Signal()
    row_chosen = Signal(int)

    def __init__(self, name: str, *, first: int = _FIRST) -> None:
        super().__init__()
        self.cells = LevelModel(self)
        self.read_only = False
        self.setModel(self.cells)
        self.setItemDelegate(_Cells(self))
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self._first = first
        side, top = self.verticalHeader(), self.horizontalHeader()
        side.setDefaultSectionSize(theme.size("row"))
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setHighlightSections(False)
        side.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        top.setHighlightSections(False)
        top.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        top.setFixedHeight(theme.size("row"))
        self.doubleClicked.connect(lambda _index: self.offer())
        self.selectionModel().currentChanged.connect(lambda now, _was: self.row_chosen.emit(now.row()))

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a sheet; the cursor stays in its cell where there is one."""
        at = self.currentIndex()
        row, column = max(0, at.row()), max(0, at.column())
        same = list(sheet.rows) == list(self.cells.sheet.rows) and list(sheet.columns) == list(self.cells.sheet.columns)
        if same:
            self.cells.sheet = sheet
            self.cells.say_all_changed()
            return
        self.cells.show_sheet(sheet)
        self._size()
        if sheet.rows and sheet.columns:
            self.setCurrentIndex(self.cells.index(min(row, len(sheet.rows) - 1), min(column, len(sheet.columns) - 1)))

    def _size(self) -> None:
        worn, sheet = theme.current(), self.cells.sheet
        title, small = QFontMetrics(worn.font(bold=True)), QFontMetrics(worn.font("font_small"))
        self.verticalHeader().setFixedWidth(
            max([worn.px(self._first), *(title.horizontalAdvance(r) + worn.px(28) for r in sheet.rows)])
        )
        for column, name in enumerate(sheet.columns):
            words = {v.short for row in range(len(sheet.rows)) for v in sheet.levels(row, column)}
            widest = max((small.horizontalAdvance(w) + worn.px(16) for w in words), default=0)
            wide = max(worn.px(_LEAST), title.horizontalAdvance(name) + worn.px(24), widest + worn.px(2 * _PAD))
            self.setColumnWidth(column, wide)

    def selected(self) -> list[QModelIndex]:
        """The cells that are selected and say something."""
        return [i for i in self.selectedIndexes() if self.cells.sheet.level(i.row(), i.column()) is not None]

    def put(self, value: int) -> None:
        """Let every selected cell say this, where it may."""
        self._put([(i, value) for i in self.selected()])

    def copy_down(self) -> None:
        """Let the selected cells say what the topmost of their column says."""
        top: dict[int, QModelIndex] = {}
        for index in sorted(self.selected(), key=lambda i: i.row()):
            top.setdefault(index.column(), index)
        levels = {column: self.cells.sheet.level(i.row(), i.column()) for column, i in top.items()}
        self._put([(i, value) for i in self.selected() if (value := levels[i.column()]) is not None])

    def _put(self, wanted: Sequence[tuple[QModelIndex, int]]) -> None:
        if self.read_only:
            return
        sheet, changed = self.cells.sheet, False
        for index, value in wanted:
            row, column = index.row(), index.column()
            if any(v.value == value for v in sheet.levels(row, column)) and sheet.level(row, column) != value:
                sheet.put(row, column, value)
                changed = True
        if changed:
            self.cells.say_all_changed()
            self.edited.emit()

    def menu(self) -> QMenu:
        """What the cell of the cursor may say."""
        index, menu = self.currentIndex(), QMenu(self)
        group = QActionGroup(menu)
        for at, level in enumerate(self.cells.sheet.levels(index.row(), index.column())):
            action = QAction(f"{level.words}\t{at}", menu, checkable=True)
            action.setChecked(level.value == self.cells.sheet.level(index.row(), index.column()))
            action.triggered.connect(lambda _on=False, value=level.value: self.put(value))
            group.addAction(action)
            menu.addAction(action)
        return menu

    def offer(self) -> None:
        """Show the levels below the cell."""
        index = self.currentIndex()
        if index.isValid() and not self.read_only and self.cells.sheet.level(index.row(), index.column()) is not None:
            if not self.selectionModel().isSelected(index):
                self.selectionModel().select(index, self.selectionModel().SelectionFlag.ClearAndSelect)
            self.menu().popup(self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.offer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, modifiers = self.currentIndex(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Space) and not control:
            self.offer()
        elif control and event.key() == Qt.Key.Key_D:
            self.copy_down()
        elif index.isValid() and event.text().isdecimal() and not control:
            levels = self.cells.sheet.levels(index.row(), index.column())
            if int(event.text()) < len(levels):
                self.put(levels[int(event.text())].value)
        else:
            super().keyPressEvent(event)


class _Cells(QStyledItemDelegate):
    """Draws a level as a tag."""

    def __init__(self, grid: LevelGrid) -> None:
        super().__init__(grid)
        self._grid = grid

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        box: QRect = option.rect
        worn = theme.current()
        painter.save()
        if QStyle.StateFlag.State_Selected in option.state:
            painter.fillRect(box, theme.colour("soft"))
        painter.setPen(theme.colour("hairline"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        level = self._grid.cells.level_at(index)
        if level is not None:
            painter.setFont(worn.font("font_small"))
            metrics, pad = painter.fontMetrics(), worn.px(_PAD)
            high = metrics.height() + 4
            wide = min(metrics.horizontalAdvance(level.short) + 16, box.width() - pad)
            spot = QRect(box.x() + pad, box.center().y() - high // 2, wide, high)
            if level.tone:
                paint_tag(painter, spot, level.short, level.tone)
            else:
                painter.setPen(theme.colour("faint"))
                painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, level.short)
        if index == self._grid.currentIndex() and self._grid.hasFocus():
            painter.setPen(theme.colour("accent"))
            painter.drawRect(box.adjusted(1, 1, -2, -2))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.current().px(_LEAST), theme.size("row"))
