"""What is selected in a list: rows one by one, kept by their records; or the whole result, as a state and not as rows."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QObject, Signal

from crm_desktop.draft import Ref
from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import Count
from ui.list_model import RecordListModel
from ui.record_table import RecordTable


class ListSelection(QObject):
    """The selection of one list. `total` is how many records there are, as far as it is known."""

    changed = Signal()

    def __init__(self, model: RecordListModel, table: RecordTable, label: tuple[str, ...], *, single: bool) -> None:
        super().__init__(table)
        self._model, self._table, self._label, self._single = model, table, label, single
        self.everything = False
        self.total: Count | None = None
        self._shown: ListQuery | None = None  # what the rows answer
        self._kept: tuple[set[int], int | None, int] = (set(), None, 0)
        table.selectionModel().selectionChanged.connect(lambda *_args: self.changed.emit())
        table.everything_wanted.connect(self.take_everything)
        table.everything_left.connect(self.leave_everything)
        model.modelAboutToBeReset.connect(self._keep)
        model.jumped.connect(lambda _to_end: self.changed.emit())
        model.let_go = self._lie_outside

    def rows(self) -> list[int]:
        """The rows selected one by one, from top to bottom."""
        return sorted(i.row() for i in self._table.selectionModel().selectedRows() if self._model.group_at(i.row()) is None)

    def ids(self) -> list[int]:
        """Their records."""
        return [self._model.id_at(row) for row in self.rows()]

    def count(self) -> Count:
        """How many records an action would touch."""
        if self.everything:
            return self.total or Count(self._model.rowCount(), True)
        return Count(len(self.rows()), False)

    def current(self) -> Ref | None:
        """The record the cursor is on, called as far as its columns tell."""
        index: QModelIndex = self._table.currentIndex()
        if not index.isValid() or self._model.group_at(index.row()) is not None:
            return None
        return Ref(self._model.id_at(index.row()), self.label_at(index.row()))

    def label_at(self, row: int) -> str:
        """What the record in a row is called, as far as its columns tell."""
        parts = (self._model.column_of(n) for n in self._label)
        return " ".join(self._model.cell(row, at).text for at in parts if at >= 0)

    def select(self, ids: Iterable[int], current: int | None = None) -> None:
        """Select these records as far as they are fetched, the cursor on `current`."""
        model, selection = self._model, self._table.selectionModel()
        chosen, last = QItemSelection(), model.columnCount() - 1
        for row in model.rows_of(ids):
            chosen.select(model.index(row, 0), model.index(row, last))
        flags = QItemSelectionModel.SelectionFlag
        selection.select(chosen, flags.ClearAndSelect)
        row = model.row_of(current) if current is not None else -1
        if row >= 0:
            selection.setCurrentIndex(model.index(row, 0), flags.NoUpdate)

    def take_everything(self) -> None:
        """Let the whole result count as selected."""
        if self._model.rowCount() and not self._single:
            self._set_everything(True)

    def leave_everything(self) -> None:
        """Back to the rows selected one by one."""
        if self.everything:
            self._set_everything(False)

    def sums(self) -> dict[str, Decimal] | None:
        """What several selected rows sum to; None for one row or for everything."""
        rows = self.rows()
        if self.everything or len(rows) < 2:
            return None
        columns = {n: self._model.column_of(n) for n in self._model.summable()}
        return {n: sum((self._model.value(r, at) or Decimal(0) for r in rows), Decimal(0)) for n, at in columns.items()}

    def bring_back(self) -> None:
        """After the rows were replaced: the same records, at the same place."""
        ids, current, at = self._kept
        again, self._shown = self._model.query == self._shown, self._model.query
        if ids or current is not None:
            self.select(ids, current)
        if again or ids or current is not None:
            self._table.verticalScrollBar().setValue(at)

    def _lie_outside(self, first: int, last: int) -> bool:
        """Whether no selected row is among these."""
        selected = self._table.selectionModel().selection()
        ranges = (selected.at(n) for n in range(selected.size()))
        return all(r.bottom() < first or r.top() > last for r in ranges)

    def _keep(self) -> None:
        current = self.current()
        self._kept = (set(self.ids()), current.id if current else None, self._table.verticalScrollBar().value())

    def _set_everything(self, everything: bool) -> None:
        self.everything = everything
        self._table.show_everything(everything)
        self.changed.emit()
