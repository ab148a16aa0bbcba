"""The rows of a list as Qt and the screens read them: records in the columns asked for, and the heads of groups between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.list_groups import Group
from crm_desktop.words import _
from ui.list_cells import Cell, Column, cells_of, tip_of
from ui.list_heads import head_cells
from ui.list_held import HeldRows

Index = QModelIndex | QPersistentModelIndex

_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_HEAD = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren  # the cursor goes there, the selection does not
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable  # asked for each cell at each repaint, so made once


class ListRows(QAbstractTableModel):
    """What is here of a list. How it gets here is told by `RecordListModel`."""

    VALUE = Qt.ItemDataRole.UserRole
    TONE = Qt.ItemDataRole.UserRole + 1
    ID = Qt.ItemDataRole.UserRole + 2

    def __init__(self, app: Application, type_key: str, parent: QObject | None) -> None:
        super().__init__(parent)
        self._app, self._type = app, app.type(type_key)
        self._query = ListQuery(type_key)
        self.columns: list[Column] = []
        self._extra: tuple[str, ...] = ()
        self._held = HeldRows()
        self._by: Column | None = None  # what the rows here are grouped by
        self.editable: frozenset[str] = frozenset()

    @property
    def query(self) -> ListQuery:
        """The question the rows answer, or will answer when they arrive."""
        return self._query

    def summable(self) -> list[str]:
        """The columns in sight that can be summed."""
        return [c.name for c in self.columns if c.field.total]

    def id_at(self, row: int) -> int:
        """The id of the record in a row; 0 for the head of a group."""
        return int(self._held.rows[row][-1])

    def row_of(self, id_: int) -> int:
        """The row of a record; -1 when it is not among those fetched."""
        return next((at for at, row in enumerate(self._held.rows) if row[-1] == id_), -1)

    def rows_of(self, ids: Iterable[int]) -> list[int]:
        """The rows of records, as far as they are fetched."""
        wanted = set(ids)
        return [at for at, row in enumerate(self._held.rows) if row[-1] in wanted]

    def column_of(self, name: str) -> int:
        """Where a field stands; -1 when it is no column."""
        return next((at for at, c in enumerate(self.columns) if c.name == name), -1)

    def value(self, row: int, column: int) -> Any:
        """The value itself; None in the head of a group."""
        return self._held.rows[row][column]

    def cell(self, row: int, column: int) -> Cell:
        """The value as it is drawn."""
        cells = self._held.cells[row]
        if cells is None:
            cells = self._held.cells[row] = self._drawn(row)
        return cells[column]

    def _drawn(self, row: int) -> list[Cell]:
        group = self._held.group_at(row)
        if group is not None and self._by is not None:
            return head_cells(self._app, self.columns, self._by, group)
        return cells_of(self._app, self.columns, self._query.columns + self._extra, self._held.rows[row])

    # Groups

    def group_at(self, row: int) -> Group | None:
        """The group whose head this row is; None for a record."""
        return self._held.group_at(row)

    def group_field(self) -> Column | None:
        """What the list is grouped by."""
        return self._by

    def is_open(self, row: int) -> bool:
        """Whether the group of this row shows its rows."""
        return self._held.stretches[self._held.number_at(row)].open

    def head_of(self, row: int) -> int:
        """The head above a row, or the row itself where it is one; -1 in a list without groups."""
        number = self._held.number_at(row) if 0 <= row < len(self._held.rows) else -1
        return self._held.start(number) if number >= 0 and self._held.stretches[number].group else -1

    def head_of_group(self, key: str) -> int:
        """The head of a group; -1 where there is none."""
        number = self._held.number_of(key)
        return self._held.start(number) if number >= 0 and self._held.stretches[number].group else -1

    def next_head(self, row: int, step: int) -> int:
        """The head after (1) or before (-1) a row; -1 where there is none."""
        here = self.head_of(row)
        if here < 0:
            return -1
        if step < 0 and here < row:
            return here
        number = self._held.number_at(row) + step
        return self._held.start(number) if 0 <= number < len(self._held.stretches) else -1

    def next_record(self, row: int, step: int = 1) -> int:
        """The first row from `row` on that is a record; -1 where there is none."""
        while 0 <= row < len(self._held.rows):
            if not self._held.is_head(row):
                return row
            row += step
        return -1

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._held.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(row, column).text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[column].align | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(self.columns[column], self.cell(row, column), self._held.rows[row][column])
        if role == self.VALUE or role == Qt.ItemDataRole.EditRole:
            return self._held.rows[row][column]
        if role == self.TONE:
            cell = self.cell(row, column)
            return "red" if cell.late else cell.tone
        return self._held.rows[row][-1] if role == self.ID else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return _(column.field.label)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return _(column.field.help) or None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._held.is_head(index.row()):
            return _HEAD
        if self.editable and self.columns[index.column()].name in self.editable:
            return _EDITABLE
        return _PLAIN
