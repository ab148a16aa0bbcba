"""The table part of a list: rows of a `RecordListModel`, frozen columns at the left, keys, and the mouse over whole rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QLine, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from crm_desktop.application import Application
from ui import theme
from ui.cells import CellDelegate
from ui.filter_header import FilterHeader
from ui.list_heads import HeadPainter
from ui.list_marks import ListMarks
from ui.list_model import RecordListModel
from ui.tasks import Tasks
from ui.widgets.labels import paint_tag


class _Pane(QTableView):
    """One table over the model: the scrolling one, or the frozen one that lies over its left edge."""

    hovered = Signal(int)
    fold_wanted = Signal(int)  # the row of a head
    marks: ListMarks | None = None
    names_marks = True  # whether the name of who changed a row is shown at its end

    def __init__(
        self,
        app: Application,
        tasks: Tasks,
        names: Callable[[str, int], str],
        model: RecordListModel,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.head = FilterHeader(app, tasks, names, self)
        self.setHorizontalHeader(self.head)
        self.setModel(model)
        self.cells = CellDelegate(model, self)
        self.setItemDelegate(self.cells)
        self.group_heads = HeadPainter(app, self)
        self._pressed_head = -1
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.size("row"))
        self.verticalHeader().setMinimumSectionSize(theme.size("row"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def set_hovered(self, row: int) -> None:
        """Tint the row under the mouse."""
        if row != self.cells.hovered:
            self.cells.hovered = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.cells.take_theme()
        super().paintEvent(event)
        first = self.rowAt(event.rect().top())
        if first < 0:
            return
        last = self.rowAt(event.rect().bottom())
        high, top = self.verticalHeader().defaultSectionSize(), self.rowViewportPosition(first) - 1
        bottom = self.rowViewportPosition(last) + high if last >= 0 else event.rect().bottom()
        end = self.model().rowCount() - first
        painter = QPainter(self.viewport())
        painter.setPen(theme.colour("hairline"))
        lines = range(1, min(end, (bottom - top) // high + 1) + 1)
        left, right = event.rect().left(), event.rect().right()
        painter.drawLines([QLine(left, top + n * high, right, top + n * high) for n in lines])
        rows = range(first, first + min(end, (bottom - top) // high + 1))
        model = self.model()
        if isinstance(model, RecordListModel) and model.group_field():
            current = self.currentIndex().row()
            for row in rows:
                self.group_heads.paint(painter, model, row, current=row == current)
        if self.marks:
            self._paint_marks(painter, rows)

    def _paint_marks(self, painter: QPainter, rows: range) -> None:
        """A bar and a tint over the rows that others have just changed, and who it was."""
        model, high, wide = self.model(), self.verticalHeader().defaultSectionSize(), self.viewport().width()
        assert self.marks is not None and isinstance(model, RecordListModel)
        for row in rows:
            who = self.marks.who(model.id_at(row)) if row < model.rowCount() else None
            if who is None:
                continue
            box = QRect(0, self.rowViewportPosition(row), wide, high - 1)
            tint = theme.colour("amber")
            painter.fillRect(box.x(), box.y(), theme.current().px(3), box.height(), tint)
            tint.setAlpha(28)
            painter.fillRect(box, tint)
            if self.names_marks:
                metrics = QFontMetrics(theme.current().font("font_small"))
                text = metrics.elidedText(who, Qt.TextElideMode.ElideRight, theme.current().px(120))
                size = metrics.horizontalAdvance(text) + 16, metrics.height() + 4
                place = QRect(wide - size[0] - 8, box.y() + (high - size[1]) // 2, *size)
                painter.save()
                paint_tag(painter, place, text, "amber")
                painter.restore()

    def head_under(self, at: QPoint) -> int:
        """The row of the head of a group there; -1 where there is none."""
        model, row = self.model(), self.rowAt(at.y())
        return row if row >= 0 and isinstance(model, RecordListModel) and model.group_at(row) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_head = self.head_under(event.position().toPoint())
        if self._pressed_head < 0:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_head < 0:
            super().mouseReleaseEvent(event)
            return
        pressed, self._pressed_head = self._pressed_head, -1
        if event.button() == Qt.MouseButton.LeftButton and pressed == self.head_under(event.position().toPoint()):
            self.fold_wanted.emit(pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed_head = self.head_under(event.position().toPoint())  # twice pressed is folded and unfolded again
        if self._pressed_head < 0:
            super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_head < 0:  # what began on a head selects nothing
            super().mouseMoveEvent(event)
        self.hovered.emit(self.rowAt(int(event.position().y())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(-1)


class RecordTable(_Pane):
    """The scrolling table; it owns the frozen one."""

    opened = Signal(int)  # row
    folds_wanted = Signal(bool)  # whether all groups are to be folded
    everything_wanted = Signal()
    everything_left = Signal()
    copy_wanted = Signal()
    delete_wanted = Signal()
    edit_wanted = Signal()
    typed = Signal(str)
    menu_wanted = Signal(QPoint, QModelIndex)  # a place on the screen, the cell under it

    def __init__(
        self,
        app: Application,
        tasks: Tasks,
        names: Callable[[str, int], str],
        model: RecordListModel,
        *,
        single: bool = False,
    ) -> None:
        super().__init__(app, tasks, names, model, None)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.SingleSelection if single else mode.ExtendedSelection)
        self._single, self._frozen_count = single, 0
        self.frozen = _Pane(app, tasks, names, model, self)
        self.marks = self.frozen.marks = ListMarks(app, model.query.type, self)
        self.frozen.names_marks = False
        for pane in (self, self.frozen):
            self.marks.changed.connect(pane.viewport().update)
        self._tie_frozen()
        self.hovered.connect(self._hover)
        self.doubleClicked.connect(self._double_clicked)
        self.frozen.doubleClicked.connect(lambda index: self.opened.emit(index.row()))
        self.customContextMenuRequested.connect(lambda at: self._menu(self, at))
        self.frozen.customContextMenuRequested.connect(lambda at: self._menu(self.frozen, at))
        self.verticalScrollBar().valueChanged.connect(self._look_ahead)
        model.rowsInserted.connect(self._keep_place)
        model.rowsInserted.connect(self._look_ahead)
        model.rowsRemoved.connect(partial(self._keep_place, gone=True))
        model.folded.connect(self._look_ahead)
        model.jumped.connect(lambda to_end: self._go(self.model().rowCount() - 1 if to_end else 0))
        self.setAccessibleName(app.type(model.query.type).plural)

    @property
    def heads(self) -> tuple[FilterHeader, FilterHeader]:
        """The headings of the scrolling and of the frozen part; both show the same state."""
        return self.head, self.frozen.head

    def freeze(self, count: int) -> None:
        """Keep the first `count` columns in sight while the others scroll."""
        self._frozen_count = min(count, max(0, self.model().columnCount() - 1))
        for at in range(self.model().columnCount()):
            self.frozen.setColumnHidden(at, at >= self._frozen_count)
        self.frozen.setVisible(self._frozen_count > 0)
        self._place_frozen()
        self.frozen.head.set_boxes()

    @property
    def editable(self) -> bool:
        """Whether cells can be edited here."""
        model = self.model()
        return isinstance(model, RecordListModel) and bool(model.editable)

    def _double_clicked(self, index: QModelIndex) -> None:
        if not self.model().flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.opened.emit(index.row())

    @property
    def frozen_count(self) -> int:
        """How many columns are frozen."""
        return self._frozen_count

    def show_everything(self, everything: bool) -> None:
        """Draw every row as selected, those not fetched yet too."""
        for pane in (self, self.frozen):
            pane.cells.everything = everything
            pane.viewport().update()

    def show_filters(self, shown: bool) -> None:
        """Show or hide the filter line."""
        for head in self.heads:
            head.show_filters(shown)
        self.updateGeometries()
        self._place_frozen()

    def take_theme(self) -> None:
        """Sizes of the theme in use."""
        for pane in (self, self.frozen):
            pane.verticalHeader().setMinimumSectionSize(theme.size("row"))
            pane.verticalHeader().setDefaultSectionSize(theme.size("row"))
            pane.cells.take_theme()
        self._place_frozen()

    def _tie_frozen(self) -> None:
        frozen = self.frozen
        frozen.setSelectionModel(self.selectionModel())
        frozen.setSelectionMode(self.selectionMode())
        frozen.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        frozen.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        frozen.setFocusProxy(self)
        frozen.setProperty("line", "right")
        frozen.hovered.connect(self._hover)
        frozen.fold_wanted.connect(self.fold_wanted)
        frozen.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(frozen.verticalScrollBar().setValue)
        self.head.sectionResized.connect(self._width_changed)
        frozen.head.sectionResized.connect(self._frozen_width_changed)
        frozen.head.setSectionsMovable(False)
        frozen.hide()

    def _width_changed(self, section: int, _old: int, new: int) -> None:
        if section < self._frozen_count:
            self.frozen.setColumnWidth(section, new)
            self._place_frozen()

    def _frozen_width_changed(self, section: int, _old: int, new: int) -> None:
        if new and section < self._frozen_count:  # hiding a column tells a width of 0
            self.setColumnWidth(section, new)

    def _place_frozen(self) -> None:
        if self._frozen_count:
            wide = sum(self.columnWidth(at) for at in range(self._frozen_count))
            high = self.viewport().height() + self.head.height()
            self.frozen.setGeometry(self.frameWidth(), self.frameWidth(), wide + 1, high)
            for at in range(self._frozen_count):
                self.frozen.setColumnWidth(at, self.columnWidth(at))
            self.frozen.raise_()

    def _hover(self, row: int) -> None:
        self.set_hovered(row)
        self.frozen.set_hovered(row)

    def _look_ahead(self, *_ignored: object) -> None:
        model = self.model()
        if isinstance(model, RecordListModel):
            last = self.rowAt(self.viewport().height() - 1)
            model.near(max(0, self.rowAt(0)), last if last >= 0 else model.rowCount() - 1)

    def _keep_place(self, _parent: QModelIndex, first: int, last: int, *, gone: bool = False) -> None:
        """Rows came or went above those in sight, which stay where they are."""
        bar, high, model = self.verticalScrollBar(), self.verticalHeader().defaultSectionSize(), self.model()
        top, count = bar.value() // high, last - first + 1
        if isinstance(model, RecordListModel) and model.group_field():
            if gone:
                count = min(last + 1, top) - first
            elif first > top and not model.adding_above:
                count = 0
        elif first or not (gone or model.rowCount() > count):
            count = 0
        if count > 0:
            self.doItemsLayout()  # the scroll bar has its new range only afterwards
            bar.setValue(bar.value() + (-count if gone else count) * high)

    def _menu(self, pane: QTableView, at: QPoint) -> None:
        self.menu_wanted.emit(pane.viewport().mapToGlobal(at), pane.indexAt(at))

    def select_first(self) -> None:
        """The cursor on the first record, or on the first head where all groups are folded."""
        model = self.model()
        row = model.next_record(0) if isinstance(model, RecordListModel) else -1
        if row >= 0:
            self.selectRow(row)
        else:
            self._go(0)

    # Qt

    def selectAll(self) -> None:
        """The whole result is a state, not a selection of every row: with a million rows that would take many seconds."""
        if not self._single:
            self.everything_wanted.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
        elif self._head_key(event):
            return
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        elif key == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        elif key == Qt.Key.Key_F2 and not self.editable:
            self.edit_wanted.emit()
        elif key == Qt.Key.Key_Up and self.currentIndex().row() <= 0 and not event.modifiers():
            self.everything_left.emit()
        elif key == Qt.Key.Key_Home and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._jump(to_end=False)
        elif key == Qt.Key.Key_End and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._jump(to_end=True)
        else:
            super().keyPressEvent(event)

    def _head_key(self, event: QKeyEvent) -> bool:
        """What a key does to the groups: fold, unfold, go from head to head. False where it means something else."""
        model, row, key = self.model(), self.currentIndex().row(), event.key()
        if not isinstance(model, RecordListModel) or row < 0 or (head := model.head_of(row)) < 0:
            return False
        keys, on_head = Qt.Key, head == row
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if key in (keys.Key_Left, keys.Key_Right):
                self.folds_wanted.emit(key == keys.Key_Left)
            elif key in (keys.Key_Up, keys.Key_Down):
                self._go(model.next_head(row, 1 if key == keys.Key_Down else -1))
            else:
                return False
        elif key == keys.Key_Left and not on_head and not self.editable:
            self._go(head)
        elif on_head and key in (keys.Key_Left, keys.Key_Right):
            if model.is_open(row) == (key == keys.Key_Left):
                self.fold_wanted.emit(row)
        elif on_head and key in (keys.Key_Space, keys.Key_Return, keys.Key_Enter):
            self.fold_wanted.emit(row)
        else:
            return on_head and key == keys.Key_F2
        return True

    def _jump(self, *, to_end: bool) -> None:
        """To the first or last record of the whole result, fetched or not."""
        model = self.model()
        if not (isinstance(model, RecordListModel) and model.jump(to_end=to_end)):
            self._go(model.rowCount() - 1 if to_end else 0)

    def _go(self, row: int) -> None:
        if 0 <= row < self.model().rowCount():
            self.setCurrentIndex(self.model().index(row, max(0, self.currentIndex().column())))

    def keyboardSearch(self, text: str) -> None:
        """Typing in the list searches; Qt would only jump among the rows fetched so far."""
        if text.strip():
            self.typed.emit(text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.everything_left.emit()
        index = self.indexAt(event.position().toPoint())
        kept = (
            event.button() == Qt.MouseButton.RightButton
            and index.isValid()
            and self.selectionModel().isRowSelected(index.row())
        )
        if kept:  # a menu for the selection must not change it
            self.selectionModel().setCurrentIndex(index, self.selectionModel().SelectionFlag.NoUpdate)
            return
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_frozen()
        self._look_ahead()
