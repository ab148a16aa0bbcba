"""The line table of a document, as quick as Excel: type, Tab, Enter, paste a block, scan a barcode; totals below, live."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QTableView, QWidget

from crm_desktop.draft import Ref
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around
from ui.lines_clipboard import copied, paste
from ui.lines_delegate import LinesDelegate
from ui.lines_lookup import LineLookups
from ui.lines_menu import lines_menu
from ui.lines_model import Index, LinesModel
from ui.lines_widths import LineWidths
from ui.picker import PickerLine, preset_for
from ui.picker_dialog import pick_from_list


class LinesGrid(QTableView):
    """The table. `pasted` tells how many rows came in and how many cells could not be read."""

    pasted = Signal(int, int)
    cursor_moved = Signal(QPoint)  # the middle of the cell, in the table
    ended = Signal()  # Enter on the empty last line: the person goes on below

    def __init__(self, model: LinesModel, around: Around) -> None:
        super().__init__()
        self.lines, self.around = model, around
        self.lookups = LineLookups(model, around, self)
        self.setModel(model)
        self.cells = LinesDelegate(around, self)
        self.setItemDelegate(self.cells)
        self._dress()
        self.widths = LineWidths(self, model)
        self.cells.leave.connect(self._leave)
        self.cells.list_wanted.connect(self._from_list)
        self.cells.new_wanted.connect(self._new_record)
        self.cells.jump_wanted.connect(self._jump)
        self.verticalHeader().sectionMoved.connect(self._dragged)
        self.customContextMenuRequested.connect(lambda at: lines_menu(self, self).popup(self.viewport().mapToGlobal(at)))

    def _dress(self) -> None:
        worn = theme.current()
        self.setProperty("role", "grid")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAccessibleName(_("Lines"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.AnyKeyPressed | triggers.EditKeyPressed | triggers.DoubleClicked)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)  # Ctrl+A does the same, and has a name
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.setDefaultSectionSize(worn.px(34))
        rows.setMinimumSectionSize(worn.px(34))
        rows.setFixedWidth(worn.px(40))
        rows.setSectionsMovable(True)
        rows.setToolTip(_("Drag to move the line  (Alt+Up, Alt+Down)"))
        head.setHighlightSections(False)
        head.setMinimumSectionSize(worn.px(40))
        head.setFixedHeight(worn.px(36))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.widths.follow()

    def _open_columns(self) -> list[int]:
        """The columns a person can type into now."""
        return [c for c, n in enumerate(self.lines.names) if self.lines.may_edit(n) and not self.isColumnHidden(c)]

    # Where the cursor goes

    def cell(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        index = self.currentIndex()
        return index.row(), index.column()

    def go(self, row: int, column: int) -> None:
        """Put the cursor into a cell."""
        index = self.lines.index(row, column)
        if index.isValid():
            self.setCurrentIndex(index)
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def step(self, by: int, skip: frozenset[str] = frozenset()) -> bool:
        """Go to the next cell one can type into, over the ends of lines; False at the end of the table."""
        every = self._open_columns()
        columns = [c for c in every if self.lines.names[c] not in skip]
        row, column = self.cell()
        if not every:
            return False
        onward = [c for c in (columns or every) if (c > column if by > 0 else c < column)]
        if onward:
            self.go(row, onward[0] if by > 0 else onward[-1])
            return True
        row += by
        if 0 <= row < self.lines.rowCount():
            self.go(row, every[0] if by > 0 else every[-1])
            return True
        return False

    def next_line(self) -> None:
        """Go to the beginning of the next line."""
        row = min(self.cell()[0] + 1, self.lines.rowCount() - 1)
        self.go(row, self.lines.first_typed())

    def focus_start(self) -> None:
        """Put the cursor where the next line is typed."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.go(max(0, self.lines.rowCount() - 1), self.lines.first_typed())

    def _leave(self, editor: QWidget, way: str) -> None:
        """An editor is done: take what is in it, then go on."""
        name = str(editor.property("cell_name"))
        picked = isinstance(editor, PickerLine) and way == "enter"
        if way != "cancel":
            self.commitData(editor)
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if way == "enter":
            self.step(1, frozenset(self.lines.kind.lines.fields[name].copies) if picked and self.lines.kind.lines else frozenset())
        elif way in ("next", "back"):
            self.step(1 if way == "next" else -1)
        elif way == "line":
            self.next_line()
        elif way in ("up", "down"):
            row, column = self.cell()
            self.go(row + (1 if way == "down" else -1), column)

    @property
    def typing(self) -> bool:
        """Whether a cell is being typed into."""
        return self._open_editor() is not None

    def commit(self) -> None:
        """Take what stands in the cell that is being typed into, if one is."""
        editor = self._open_editor()
        if editor is not None:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def _open_editor(self) -> QWidget | None:
        made = (w for w in self.viewport().children() if isinstance(w, QWidget) and w.property("cell_name") and w.isVisible())
        return next(made, None)

    # References

    @property
    def looking_up(self) -> bool:
        """Whether a typed or pasted text still waits for its record."""
        return self.lookups.under_way > 0

    def _from_list(self, editor: QWidget) -> None:
        row, name = int(editor.property("cell_row")), str(editor.property("cell_name"))
        text = editor.open_text if isinstance(editor, PickerLine) else ""
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.choose(row, name, text)

    def choose(self, row: int, name: str, text: str = "") -> None:
        """Let the person choose the record of a cell from its list."""
        ref = pick_from_list(self, self.around, self.lines.fields[name], text)
        self.setFocus()
        if ref is not None:
            self.take(row, name, ref)

    def take(self, row: int, name: str, ref: Ref) -> None:
        """Put a record into a cell and go on to what it does not fill."""
        self.lines.set_value(row, name, ref)
        self.go(row, self.lines.names.index(name))
        copies = self.lines.kind.lines.fields[name].copies if self.lines.kind.lines else {}
        self.step(1, frozenset(copies))

    def _new_record(self, editor: QWidget, text: str) -> None:
        row, name = int(editor.property("cell_row")), str(editor.property("cell_name"))
        about = self.lines.fields[name]
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        if self.around.create is not None:
            self.around.create(self, about.target, preset_for(self.around, about, text), partial(self.take, row, name))

    def _jump(self, editor: QWidget) -> None:
        if isinstance(editor, PickerLine) and editor.ref is not None:
            self.around.open_record(editor.about.target, editor.ref.id)

    # Lines

    def rows(self) -> list[int]:
        """The rows that are selected, or the one the cursor is in."""
        found = {i.row() for i in self.selectedIndexes()} or {self.cell()[0]}
        return sorted(r for r in found if 0 <= r < len(self.lines.lines))

    def add_line(self) -> None:
        """Go to the row of the next line."""
        self.focus_start()

    def insert_line(self) -> None:
        """An empty line before this one."""
        row = max(0, self.cell()[0])
        self.lines.insert(row)
        self.go(row, self.lines.first_typed())

    def remove_lines(self) -> None:
        """Take the selected lines away."""
        row, column = self.cell()
        self.lines.remove(self.rows())
        self.go(min(row, self.lines.rowCount() - 1), max(0, column))

    def duplicate_lines(self) -> None:
        """Copies of the selected lines below them."""
        rows, column = self.rows(), max(0, self.cell()[1])
        if rows:
            self.lines.duplicate(rows)
            self.go(max(rows) + 1, column)

    def move_line(self, by: int) -> None:
        """Move the line of the cursor up or down."""
        row, column = self.cell()
        if self.lines.move(row, row + by):
            self.go(row + by, column)

    def _dragged(self, logical: int, old: int, new: int) -> None:
        QTimer.singleShot(0, self, partial(self._take_drag, logical, new))

    def _take_drag(self, logical: int, new: int) -> None:
        head = self.verticalHeader()
        blocked = head.blockSignals(True)
        for row in range(head.count()):  # the order lies in the lines, not in the heading
            head.moveSection(head.visualIndex(row), row)
        head.blockSignals(blocked)
        self.lines.move(logical, min(new, len(self.lines.lines) - 1))
        self.viewport().update()

    # Copy, paste, keys

    def copy(self) -> None:
        """Copy the selected cells for Excel."""
        cells = [(i.row(), i.column()) for i in self.selectedIndexes()]
        QGuiApplication.clipboard().setText(copied(self.lines, cells))

    def paste(self) -> None:
        """Paste a block from Excel, beginning at the cursor."""
        row, column = self.cell()
        text = QGuiApplication.clipboard().text()
        if not text.strip() or row < 0:
            return
        columns = [c for c in range(column, len(self.lines.names)) if not self.isColumnHidden(c)]
        done = paste(self.lines, text, row, columns)
        for line, name, words in done.lookups:
            self.lookups.look_up(line, name, words, frozenset(done.typed[id(line)]))
        last = columns[max(0, min(done.columns, len(columns)) - 1)]
        self._select_block(row, column, min(row + done.rows, self.lines.rowCount()) - 1, last)
        self.pasted.emit(done.rows, done.bad)

    def _select_block(self, row: int, column: int, last_row: int, last_column: int) -> None:
        last = self.lines.index(last_row, last_column)
        self.go(row, column)
        block = QItemSelection(self.lines.index(row, column), last)
        self.selectionModel().select(block, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._answer(event):
            super().keyPressEvent(event)

    def _answer(self, event: QKeyEvent) -> bool:
        key, mods = Qt.Key(event.key()), event.modifiers()
        do = self._for_standard(event)
        if do is None and mods & Qt.KeyboardModifier.ControlModifier:
            do = self._control_keys().get(key)
        elif do is None and mods & Qt.KeyboardModifier.AltModifier:
            do = {Qt.Key.Key_Up: partial(self.move_line, -1), Qt.Key.Key_Down: partial(self.move_line, 1)}.get(key)
        elif do is None:
            do = self._for_plain(key, bool(mods & Qt.KeyboardModifier.ShiftModifier))
        return do is not None and do() is not False

    def _for_standard(self, event: QKeyEvent) -> Callable[[], Any] | None:
        keys = QKeySequence.StandardKey
        pairs = ((keys.Copy, self.copy), (keys.Cut, self.cut), (keys.Paste, self.paste), (keys.Undo, self.undo), (keys.Redo, self.redo))
        return next((do for standard, do in pairs if event.matches(standard)), None)

    def undo(self) -> None:
        """Take the last step back, with the cursor where it was."""
        row, column = self.cell()
        self.lines.undo()
        self.go(min(max(row, 0), self.lines.rowCount() - 1), max(column, 0))

    def redo(self) -> None:
        """Do again what was taken back."""
        row, column = self.cell()
        self.lines.redo()
        self.go(min(max(row, 0), self.lines.rowCount() - 1), max(column, 0))

    def cut(self) -> None:
        """Copy the selected cells and empty them."""
        self.copy()
        self.clear_cells()

    def _control_keys(self) -> dict[Qt.Key, Callable[[], Any]]:
        keys = Qt.Key
        return {
            keys.Key_Delete: self.remove_lines, keys.Key_Minus: self.remove_lines, keys.Key_D: self.duplicate_lines,
            keys.Key_Plus: self.insert_line, keys.Key_Return: self.next_line, keys.Key_Enter: self.next_line, keys.Key_Y: self.redo,
        }  # fmt: skip

    def _for_plain(self, key: int, shift: bool) -> Callable[[], Any] | None:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return partial(self._enter, shift)
        if key == Qt.Key.Key_Tab:
            return partial(self.step, 1)
        if key == Qt.Key.Key_Backtab:
            return partial(self.step, -1)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return self.clear_cells
        if key == Qt.Key.Key_Insert:
            return self.insert_line
        if key == Qt.Key.Key_F4:
            return self._choose_here
        return None

    def _enter(self, back: bool) -> None:
        row, column = self.cell()
        if not back and row == len(self.lines.lines) > 0 and column == self.lines.first_typed():
            self.ended.emit()
        else:
            self.step(-1 if back else 1)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.cursor_moved.emit(self.viewport().mapTo(self, self.visualRect(current).center()))

    def focusNextPrevChild(self, onward: bool) -> bool:
        """Tab stays in the table until its end; then it goes on to the next field."""
        row, column = self.cell()
        every = self._open_columns()
        end = (self.lines.rowCount() - 1, every[-1]) if onward and every else (0, every[0] if every else 0)
        inside = self.hasFocus() and every and row >= 0 and (row, column) != end
        return False if inside else super().focusNextPrevChild(onward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and self.cell()[0] < 0:
            self.focus_start()

    def _choose_here(self) -> bool:
        row, column = self.cell()
        name = self.lines.names[column] if column >= 0 else ""
        if not name or self.lines.fields[name].kind != "reference" or not self.lines.may_edit(name):
            return False
        self.choose(row, name)
        return True

    def clear_cells(self) -> None:
        """Empty the selected cells."""
        self.lines.clear([(i.row(), self.lines.names[i.column()]) for i in self.selectedIndexes()])
