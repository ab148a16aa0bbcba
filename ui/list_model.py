"""The rows behind a list: fetched page by page off the GUI thread, kept up to date, shown as people read them.

Every question has a ticket; an answer to an older one is dropped, and the older query is stopped in the database. The rows on
screen stay until the new ones are there, so a list never flickers while someone types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Refused
from crm_desktop.filters import AllOf, Condition, Filter, ListQuery
from crm_desktop.services.listing import Count, Page, Stop, count, fetch_page, totals
from crm_desktop.words import _
from ui.list_cells import Cell, Column, cells_of, columns_of, needed, tip_of
from ui.list_edges import Edges
from ui.tasks import Tasks

Index = QModelIndex | QPersistentModelIndex

_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
_EDITABLE = _PLAIN | Qt.ItemFlag.ItemIsEditable  # asked for each cell at each repaint, so made once
_AHEAD = 40  # rows: the next page is asked for before the last row comes into sight
_FEW = 200  # changed records that are looked at one by one; more reload the list
_MOST_RELOADED = 2000
_SETTLE = 60  # milliseconds: changes of one act arrive one by one


class RecordListModel(QAbstractTableModel):
    """Records of one type that answer a `ListQuery`, in its columns."""

    VALUE = Qt.ItemDataRole.UserRole
    TONE = Qt.ItemDataRole.UserRole + 1
    ID = Qt.ItemDataRole.UserRole + 2

    arrived = Signal()
    """The first page of a new question is here."""
    counted = Signal(object)
    """A `Count`; None while it is not known."""
    summed = Signal(object)
    """Totals by field; None while they are not known."""
    failed = Signal(object)
    """An error; the rows that were there still are."""
    waiting = Signal(bool)
    jumped = Signal(bool)
    """The other end of the result was fetched; True: it is the end, False: the beginning."""
    _changed = Signal(object)

    def __init__(
        self,
        app: Application,
        tasks: Tasks,
        type_key: str,
        *,
        page_size: int = 100,
        origin: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app, self._tasks, self._type, self._page_size = app, tasks, app.type(type_key), page_size
        self.origin = origin
        self._query = ListQuery(type_key)
        self.columns: list[Column] = []
        self._extra: tuple[str, ...] = ()
        self._rows: list[tuple[Any, ...]] = []
        self._cells: list[list[Cell] | None] = []
        self._edges = Edges()
        self._jump: bool | None = None
        self.let_go: Callable[[int, int], bool] = lambda _first, _last: True  # whether these rows may go
        self._ticket, self._stop, self._fetching, self._asked, self._rights = 0, Stop(), False, False, app.actor.rights
        self._pending: set[int] | None = set()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._look_again)
        self.editable: frozenset[str] = frozenset()
        self._changed.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        stop_listening = app.changes.listen(self._changed.emit)
        self.destroyed.connect(lambda: stop_listening())

    # What is asked

    @property
    def query(self) -> ListQuery:
        """The question the rows answer, or will answer when they arrive."""
        return self._query

    @property
    def asked(self) -> bool:
        """Whether anything was asked at all."""
        return self._asked

    @property
    def complete(self) -> bool:
        """Whether every row of the result is here."""
        return self._asked and not self._fetching and self._whole

    @property
    def _whole(self) -> bool:
        return self._edges.before is None and self._edges.after is None

    def ask(self, query: ListQuery) -> None:
        """Show what answers `query`; the rows on screen stay until then."""
        visible = self._type.listed(self._app.actor)
        columns = tuple(n for n in query.columns or self._type.columns if n in visible)
        if self._asked and self._rows and columns != tuple(c.name for c in self.columns):
            self._show_columns(columns)
        self._query = replace(query, columns=columns)
        self._asked, self._rights = True, self._app.actor.rights
        self._begin(self._page_size, self._take_first)

    def reload(self) -> None:
        """Ask again without moving the person's place in the list."""
        if self._asked:
            held = max(self._page_size, min(len(self._rows), _MOST_RELOADED))
            self._begin(held, self._take_again, self._edges.before)

    def jump(self, *, to_end: bool) -> bool:
        """Fetch the end of the result, or its beginning; False where it is here already."""
        if not self._asked or (self._edges.after if to_end else self._edges.before) is None:
            return False
        if self._fetching:
            self._jump = to_end
            return True
        self._fetching, self._jump = True, None
        take = partial(self._take_jump, to_end)
        self._run(partial(fetch_page, self._app, self._full(), None, self._page_size, self._stop, to_end), take)
        return True

    def count_all(self) -> None:
        """Count exactly, however long that takes."""
        self._run(partial(count, self._app, self._query, None, self._stop), self._take_count)

    def sum_all(self) -> None:
        """Sum the columns that have totals, however long that takes."""
        names = self.summable()
        if names:
            self._run(partial(totals, self._app, self._query, names, self._stop), self._take_totals)

    def summable(self) -> list[str]:
        """The columns in sight that can be summed."""
        return [c.name for c in self.columns if c.field.total]

    def _full(self) -> ListQuery:
        return replace(self._query, columns=self._query.columns + self._extra)

    def _begin(self, size: int, take: Any, after: tuple[Any, ...] | None = None) -> None:
        self._jump = None
        self._stop.set()
        self._stop, self._fetching = Stop(), True
        self._ticket += 1
        self._extra = needed(self._type, self._query.columns)
        self.waiting.emit(True)
        self._run(partial(fetch_page, self._app, self._full(), after, size, self._stop), take)

    def _run(self, work: Any, take: Any) -> None:
        ticket = self._ticket

        def done(answer: Any) -> None:
            if ticket == self._ticket:
                take(answer)

        def failed(error: BaseException) -> None:
            if ticket == self._ticket:
                self._fetching = False
                self.waiting.emit(False)
                if isinstance(error, Refused) and self._app.actor.rights != self._rights:
                    self.ask(self._query)  # a column was taken from the person since: the others are still to be seen
                else:
                    self.failed.emit(error)

        if not self._tasks.closed:  # a change may still arrive while the window closes
            self._tasks.run(work, done, failed, owner=self)

    # What arrives

    def _take_first(self, page: Page) -> None:
        self.beginResetModel()
        self.columns = columns_of(self._app, self._type, self._query.columns)
        self._put(page)
        self.endResetModel()
        self.waiting.emit(False)
        self.arrived.emit()
        self._count()

    def _put(self, page: Page) -> None:
        self._rows = list(page.rows)
        self._edges.begin(page)
        self._cells = [None] * len(self._rows)
        self._fetching = False

    def _take_jump(self, to_end: bool, page: Page) -> None:
        self.beginResetModel()
        self._put(page)
        self.endResetModel()
        self.jumped.emit(to_end)

    def _take_again(self, page: Page) -> None:
        if not page.rows and self._edges.before is not None:  # the part in sight is gone
            self._begin(self._page_size, self._take_first)
            return
        same = [r[-1] for r in page.rows] == [r[-1] for r in self._rows] and len(self.columns) == len(
            self._query.columns
        )
        if same:
            self._put(page)
            if self._rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(self.columns) - 1))
        else:
            self.beginResetModel()
            self._put(page)
            self.endResetModel()
        self.waiting.emit(False)
        if not same:
            self.arrived.emit()
        self._count()

    def _count(self) -> None:
        """Count and sum, after the rows and never before them."""
        self.summed.emit(None)
        if self._whole:
            self._take_count(Count(len(self._rows), False))
        else:
            self.counted.emit(None)
            self._run(partial(count, self._app, self._query, stop=self._stop), self._take_count)

    def _take_count(self, number: Count) -> None:
        self.counted.emit(number)
        if not number.capped:
            self.sum_all()

    def _take_totals(self, sums: dict[str, Any]) -> None:
        self.summed.emit(sums)

    def _take_more(self, above: bool, page: Page) -> None:
        self._fetching = False
        if self._jump is not None and self.jump(to_end=self._jump):
            return  # what was fetched meanwhile lies elsewhere
        self._edges.add(page, above=above)
        if page.rows:
            at = 0 if above else len(self._rows)
            self.beginInsertRows(QModelIndex(), at, at + len(page.rows) - 1)
            self._rows[at:at] = page.rows
            self._cells[at:at] = [None] * len(page.rows)
            self.endInsertRows()
            self._drop(above=not above)

    def _drop(self, *, above: bool) -> None:
        """Let go of rows scrolled far past, unless they are selected: memory does not grow with the way one scrolls."""
        spare = self._edges.spare(self._rows, self.let_go, above=above)
        if spare:
            first = 0 if above else len(self._rows) - spare
            self.beginRemoveRows(QModelIndex(), first, first + spare - 1)
            del self._rows[first : first + spare], self._cells[first : first + spare]
            self.endRemoveRows()

    # What changed elsewhere

    def _hear(self, change: Change) -> None:
        if not self._asked:
            return
        if change.type == self._type.key:
            if not change.ids or self._pending is None or len(self._pending | change.ids) > _FEW:
                self._pending = None
            else:
                self._pending |= change.ids
        elif any(c.field.target == change.type for c in self.columns if c.field.kind == "reference"):
            self._pending = None  # what they are called may have changed
        else:
            return
        if not self._settle.isActive():  # a storm of changes must not put it off for ever
            self._settle.start()

    def _look_again(self) -> None:
        ids, self._pending = self._pending, set()
        if ids is None or self._fetching:
            self.reload()
        elif ids:
            own = Condition("id", "any_of", tuple(sorted(ids)))
            where: Filter = AllOf((self._query.where, own)) if self._query.where is not None else own
            query = replace(self._full(), where=where)
            self._run(
                partial(fetch_page, self._app, query, None, len(ids), self._stop), partial(self._take_changed, ids)
            )

    def _take_changed(self, ids: set[int], page: Page) -> None:
        found = {row[-1]: row for row in page.rows}
        here = {row[-1]: at for at, row in enumerate(self._rows)}
        if found.keys() - here.keys():
            self.reload()  # a new record: only the database knows its place
            return
        last = len(self.columns) - 1
        for id_ in ids & found.keys():
            at = here[id_]
            self._rows[at], self._cells[at] = found[id_], None
            self.dataChanged.emit(self.index(at, 0), self.index(at, last))
        gone = sorted((here[id_] for id_ in (ids & here.keys()) - found.keys()), reverse=True)
        for at in gone:
            self.beginRemoveRows(QModelIndex(), at, at)
            del self._rows[at], self._cells[at]
            self.endRemoveRows()
        self._count()

    # What a view and its screen ask

    def id_at(self, row: int) -> int:
        """The id of the record in a row."""
        return int(self._rows[row][-1])

    def row_of(self, id_: int) -> int:
        """The row of a record; -1 when it is not among those fetched."""
        return next((at for at, row in enumerate(self._rows) if row[-1] == id_), -1)

    def rows_of(self, ids: Iterable[int]) -> list[int]:
        """The rows of records, as far as they are fetched."""
        wanted = set(ids)
        return [at for at, row in enumerate(self._rows) if row[-1] in wanted]

    def column_of(self, name: str) -> int:
        """Where a field stands; -1 when it is no column."""
        return next((at for at, c in enumerate(self.columns) if c.name == name), -1)

    def value(self, row: int, column: int) -> Any:
        """The value itself."""
        return self._rows[row][column]

    def cell(self, row: int, column: int) -> Cell:
        """The value as it is drawn."""
        cells = self._cells[row]
        if cells is None:
            names = self._query.columns + self._extra
            cells = self._cells[row] = cells_of(self._app, self.columns, names, self._rows[row])
        return cells[column]

    def near(self, first: int, last: int) -> None:
        """These rows are in sight: fetch on before what is here ends."""
        if last + _AHEAD >= len(self._rows) and self.canFetchMore(QModelIndex()):
            self.fetchMore(QModelIndex())
        elif first < _AHEAD and self._edges.before is not None and not self._fetching:
            self._fetch_on(above=True)

    def _show_columns(self, names: Sequence[str]) -> None:
        """Other columns at once, from what is here; those not fetched yet stay empty until their values arrive."""
        at = {n: i for i, n in enumerate(self._query.columns + self._extra)}
        self.beginResetModel()
        self._extra = needed(self._type, names)
        whole = (*names, *self._extra)
        self._rows = [(*(row[at[n]] if n in at else None for n in whole), row[-1]) for row in self._rows]
        self._cells = [None] * len(self._rows)
        self._query = replace(self._query, columns=tuple(names))
        self.columns = columns_of(self._app, self._type, names)
        self.endResetModel()

    # Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._edges.after is not None and not self._fetching

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._fetch_on(above=False)

    def _fetch_on(self, *, above: bool) -> None:
        self._fetching = True
        at = self._edges.before if above else self._edges.after
        ask = partial(fetch_page, self._app, self._full(), at, self._page_size, self._stop, above)
        self._run(ask, partial(self._take_more, above))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(row, column).text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.columns[column].align | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip_of(self.columns[column], self.cell(row, column), self._rows[row][column])
        if role == self.VALUE or role == Qt.ItemDataRole.EditRole:
            return self._rows[row][column]
        if role == self.TONE:
            cell = self.cell(row, column)
            return "red" if cell.late else cell.tone
        return self._rows[row][-1] if role == self.ID else None

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
        if self.editable and self.columns[index.column()].name in self.editable:
            return _EDITABLE
        return _PLAIN
