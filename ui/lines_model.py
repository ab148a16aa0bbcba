"""The lines of a document as a table to type into, with undo. It works on the lines of a `Draft` and knows no database.

One row more than there are lines stands at the end: typing into it makes a line. A text that cannot be read stays in its cell,
marked, until it is corrected; the line keeps the value it had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.kinds import KINDS, show
from crm_desktop.options import Options
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.saving import new_line
from crm_desktop.words import _
from ui import theme
from ui.editor_base import alignment, read_typed

Index = QModelIndex | QPersistentModelIndex
_STEPS = 200


@dataclass(frozen=True)
class Bad:
    """A text in a cell that could not be read, and why."""

    text: str
    words: str


@dataclass
class _State:
    """The lines at one moment, for undo."""

    lines: list[tuple[Line, dict[str, Any]]]
    bad: dict[tuple[int, str], Bad] = field(default_factory=dict)


class LinesModel(QAbstractTableModel):
    """Rows are lines, columns are the fields of a line a person sees."""

    edited = Signal()
    """The person changed something; whoever owns the draft works out amounts and calls `amounts_changed`."""
    reference_set = Signal(object, str, object)  # Line, field, Ref
    lookup_wanted = Signal(object, str, str, object)  # Line, field, text, fields its answer may not overwrite

    def __init__(self, kind: RecordType, options: Options, visible: Mapping[str, Field], parent: QObject | None = None) -> None:
        super().__init__(parent)
        assert kind.lines is not None
        self.kind, self.options = kind, options
        self.fields = {n: f for n, f in visible.items() if f.width and n != "position"}
        self.names = list(self.fields)
        self.draft = Draft(kind.key)
        self.locked, self._reading = False, False
        self.bad: dict[tuple[int, str], Bad] = {}  # by id(line) and field
        self.problems: dict[tuple[int, str], str] = {}  # by row and field
        self._undo: list[_State] = []
        self._redo: list[_State] = []

    # The draft

    def show_draft(self, draft: Draft, locked: bool) -> None:
        """Show the lines of a record; locked: only the fields that stay open may be typed into, and no line comes or goes."""
        self.beginResetModel()
        self.draft, self.locked = draft, locked
        self.bad, self.problems = {}, {}
        self._undo, self._redo = [], []
        self.endResetModel()

    @property
    def lines(self) -> list[Line]:
        return self.draft.lines

    @property
    def has_new_row(self) -> bool:
        """Whether the row for the next line is there."""
        return not self.locked

    def first_typed(self) -> int:
        """The first column a person may type into."""
        return next((c for c, n in enumerate(self.names) if self.may_edit(n)), 0)

    def may_edit(self, name: str) -> bool:
        """Whether a person may type into this column now."""
        about = self.fields[name]
        return not about.computed and not self._reading and (not self.locked or about.editable_when_locked)

    def close_for_reading(self) -> None:
        """Nothing can be typed, not even what a locked document leaves open."""
        self._reading = True

    def show_problems(self, problems: dict[str, str]) -> None:
        """Mark the cells named `lines.3.quantity`."""
        self.problems = {}
        for name, words in problems.items():
            parts = name.split(".")
            if len(parts) == 3 and parts[0] == "lines":
                self.problems[(int(parts[1]), parts[2])] = words
        self._repaint()

    def amounts_changed(self) -> None:
        """Amounts were worked out anew."""
        self._repaint()

    def _repaint(self) -> None:
        if self.rowCount() and self.names:
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(self.names) - 1))

    # Undo

    def _state(self) -> _State:
        return _State([(line, dict(line.values)) for line in self.lines], dict(self.bad))

    def remember(self) -> None:
        """What follows is one step of undo."""
        self._undo = [*self._undo[-_STEPS:], self._state()]
        self._redo = []

    def can_undo(self) -> bool:
        return bool(self._undo)

    def undo(self) -> bool:
        """Take the last step back."""
        return self._go(self._undo, self._redo)

    def redo(self) -> bool:
        """Do again what was taken back."""
        return self._go(self._redo, self._undo)

    def _go(self, source: list[_State], target: list[_State]) -> bool:
        if not source:
            return False
        target.append(self._state())
        state = source.pop()
        self.beginResetModel()
        for line, values in state.lines:
            line.values = values
        self.draft.lines[:] = [line for line, _values in state.lines]
        self.bad = state.bad
        self.endResetModel()
        self.edited.emit()
        return True

    # Cells

    def field(self, column: int) -> Field:
        return self.fields[self.names[column]]

    def line(self, row: int) -> Line | None:
        """The line of a row; None for the row of the next line."""
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def bad_at(self, row: int, name: str) -> Bad | None:
        line = self.line(row)
        return self.bad.get((id(line), name)) if line is not None else None

    def problem_at(self, row: int, name: str) -> str:
        """What is wrong with a cell, '' when nothing is."""
        bad = self.bad_at(row, name)
        return bad.words if bad else self.problems.get((row, name), "")

    def text(self, row: int, name: str, *, plain: bool = False) -> str:
        """What a cell shows; plain: as another program reads it, without thousands marks."""
        line = self.line(row)
        if line is None:
            return ""
        bad = self.bad.get((id(line), name))
        if bad is not None:
            return bad.text
        value, about = line.values.get(name), self.fields[name]
        if about.kind in ("percent", "quantity", "money") and not value and about.computed is False and not about.required and not plain:
            return ""  # a column of zeros hides the numbers that matter
        if plain and isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return show(value, about, self.options)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines) + self.has_new_row

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.names)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole:
                return str(section + 1) if section < len(self.lines) else "+"
            return Qt.AlignmentFlag.AlignCenter if role == Qt.ItemDataRole.TextAlignmentRole else None
        about = self.field(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return _(about.label)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(about)
        return _(about.help) or None if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        name = self.names[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), name)
        if role == Qt.ItemDataRole.EditRole:
            line = self.line(index.row())
            return line.values.get(name) if line else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(self.fields[name])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.problem_at(index.row(), name) or None
        if role == Qt.ItemDataRole.ForegroundRole:
            about = self.fields[name]
            return theme.colour("red" if self.problem_at(index.row(), name) else "dim" if about.computed else "text")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self.may_edit(self.names[index.column()]):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    # Changes

    def _line_for(self, row: int) -> Line:
        """The line of a row, made where it is the next one."""
        line = self.line(row)
        if line is not None:
            return line
        at = len(self.lines)
        self.beginInsertRows(QModelIndex(), at + 1, at + 1)
        line = new_line(self.kind)
        self.lines.append(line)
        self.endInsertRows()
        return line

    def set_text(self, row: int, name: str, text: str) -> bool:
        """Read a typed text into a cell. False when it cannot be read: the text stays there, marked."""
        about = self.fields[name]
        if text.strip() == self.text(row, name).strip() or (self.line(row) is None and not text.strip()):
            return self.bad_at(row, name) is None
        try:
            value = read_typed(text, about, self.options)
        except ValueError as error:
            self.remember()
            line = self._line_for(row)
            self.bad[(id(line), name)] = Bad(text.strip(), str(error))
            self._changed(row)
            return False
        self.set_value(row, name, value)
        return True

    def set_value(self, row: int, name: str, value: Any) -> None:
        """Put a value into a cell, as one step of undo."""
        line = self.line(row)
        if line is not None and line.values.get(name) == value and (id(line), name) not in self.bad:
            return
        self.remember()
        line = self._line_for(row)
        self.put(line, name, value)
        self._changed(row)
        if isinstance(value, Ref):
            self.reference_set.emit(line, name, value)

    def look_up(self, row: int, name: str, text: str) -> None:
        """A text was typed that stands for a record: it stays in the cell until whoever listens has found it."""
        bad = self.bad_at(row, name)
        if bad is not None and bad.text == text:
            return
        self.remember()
        line = self._line_for(row)
        self.bad[(id(line), name)] = Bad(text, _("Looking it up…"))
        self._changed(row)
        self.lookup_wanted.emit(line, name, text, frozenset())

    def set_bad(self, line: Line, name: str, text: str, words: str) -> None:
        """A text that a look-up could not make sense of."""
        if self.row_of(line) >= 0:
            self.bad[(id(line), name)] = Bad(text, words)
            self._changed(self.row_of(line))

    def fill(self, line: Line, values: dict[str, Any]) -> None:
        """Values that follow from a chosen record; part of the step that chose it."""
        if self.row_of(line) >= 0:
            for name, value in values.items():
                self.put(line, name, value)
            self._changed(self.row_of(line))

    def expand(self, line: Line, values: dict[str, Any], others: Sequence[Mapping[str, Any]]) -> list[Line]:
        """Put values into a line and further lines behind it, as part of the step that chose its record; `told_of` tells of it."""
        for name, value in values.items():
            self.put(line, name, value)
        made = []
        for row in others:
            made.append(new_line(self.kind))
            for name, value in row.items():
                self.put(made[-1], name, value)
        if made:
            at = self.row_of(line) + 1
            self.beginInsertRows(QModelIndex(), at, at + len(made) - 1)
            self.lines[at:at] = made
            self.endInsertRows()
        return made

    def told_of(self, line: Line) -> None:
        """Tell of what was put into a line."""
        self._changed(self.row_of(line))

    def take_reference(self, line: Line, name: str, ref: Ref) -> None:
        """A reference that was looked up for a pasted or scanned text; part of that step."""
        if self.row_of(line) >= 0:
            self.put(line, name, ref)
            self._changed(self.row_of(line))

    def row_of(self, line: Line) -> int:
        """The row of this very line, -1 when it is gone."""
        return next((i for i, own in enumerate(self.lines) if own is line), -1)

    def put(self, line: Line, name: str, value: Any) -> None:
        """Put a value into a line, as a part of a larger step: nobody is told."""
        about = self.kind.lines.fields[name] if self.kind.lines else None
        if value is None and about is not None and KINDS[about.kind].numeric:
            value = None if about.required else 0 if about.kind == "integer" else Decimal(0)
        line.values[name] = value
        self.bad.pop((id(line), name), None)

    def _changed(self, row: int) -> None:
        self.problems = {key: words for key, words in self.problems.items() if key[0] != row}
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.names) - 1))
        self.edited.emit()

    # Lines

    def insert(self, row: int, lines: Sequence[Line] = ()) -> None:
        """Put lines (an empty one by default) before a row."""
        if self.locked:
            return
        self.remember()
        row = max(0, min(row, len(self.lines)))
        made = list(lines) or [new_line(self.kind)]
        self.beginInsertRows(QModelIndex(), row, row + len(made) - 1)
        self.lines[row:row] = made
        self.endInsertRows()
        self._order_changed()

    def add_for(self, name: str, refs: Sequence[Ref]) -> list[Line]:
        """A line for each of these records, behind the last one; gives the lines."""
        made = [new_line(self.kind) for _ref in refs]
        for line, ref in zip(made, refs, strict=True):
            line.values[name] = ref
        if made:
            self.insert(len(self.lines), made)
        return made

    def duplicate(self, rows: Sequence[int]) -> None:
        """Copies of lines below the last of them."""
        rows = [r for r in rows if r < len(self.lines)]
        if rows:
            self.insert(max(rows) + 1, [Line(None, dict(self.lines[r].values)) for r in sorted(rows)])

    def remove(self, rows: Sequence[int]) -> None:
        """Take lines away."""
        rows = sorted({r for r in rows if r < len(self.lines)}, reverse=True)
        if self.locked or not rows:
            return
        self.remember()
        for row in rows:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self.lines[row]
            self.endRemoveRows()
        self._order_changed()

    def move(self, row: int, to: int) -> bool:
        """Let a line stand at another place."""
        if self.locked or row == to or not (0 <= row < len(self.lines) and 0 <= to < len(self.lines)):
            return False
        self.remember()
        self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), to + 1 if to > row else to)
        self.lines.insert(to, self.lines.pop(row))
        self.endMoveRows()
        self._order_changed()
        return True

    def _order_changed(self) -> None:
        self.problems = {}
        if self.rowCount():
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self.rowCount() - 1)
        self.edited.emit()

    def clear(self, cells: Sequence[tuple[int, str]]) -> None:
        """Empty cells, as one step of undo."""
        cells = [(r, n) for r, n in cells if r < len(self.lines) and self.may_edit(n)]
        if not cells:
            return
        self.remember()
        for row, name in cells:
            about = self.fields[name]
            self.put(self.lines[row], name, None if about.kind in ("reference", "date", "datetime") or KINDS[about.kind].numeric else "")
        self._repaint()
        self.edited.emit()

    @contextmanager
    def pasting(self) -> Iterator[None]:
        """Many cells and lines change at once, as one step of undo."""
        self.remember()
        self.beginResetModel()
        yield
        self.endResetModel()
        self.edited.emit()
