"""The rows behind a list: fetched page by page off the GUI thread, kept up to date, shown as people read them.

A grouped list has a head for each group between the rows, and a window of rows for each group that is open.

Every question has a ticket; an answer to an older one is dropped, and the older query is stopped in the database. The rows on
screen stay until the new ones are there, so a list never flickers while someone types.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt, QTimer, Signal

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Refused
from crm_desktop.filters import AllOf, Condition, Filter, ListQuery
from crm_desktop.services.list_groups import Group, group_key, groupable
from crm_desktop.services.listing import Count, Page, Stop, count, fetch_groups, fetch_page, totals
from crm_desktop.services.views import Folds
from ui.list_cells import columns_of, needed
from ui.list_fetching import Found, Held, fetch_again, fetch_first, fetch_wanted, part
from ui.list_held import HeldRows, Want
from ui.list_rows import Index, ListRows
from ui.tasks import Tasks

_FEW = 200  # changed records that are looked at one by one; more reload the list
_SETTLE = 60  # milliseconds: changes of one act arrive one by one


class RecordListModel(ListRows):
    """Records of one type that answer a `ListQuery`, in its columns."""

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
    folded = Signal()
    """Groups were folded or unfolded: other rows may have come into sight."""
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
        super().__init__(app, type_key, parent)
        self._tasks, self._page_size = tasks, page_size
        self.origin = origin
        self.folds = Folds()
        self._sight, self._missed = (0, 0), False  # the rows in sight, and whether they came into sight while a page was under way
        self._jump: bool | None = None
        self.adding_above = False  # while rows come in above those that are here
        self.let_go: Callable[[int, int], bool] = lambda _first, _last: True  # whether these rows may go
        self._ticket, self._stop, self._fetching, self._asked, self._rights = 0, Stop(), False, False, app.actor.rights
        self._pending: set[int] | None = set()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._look_again)
        self._changed.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        stop_listening = app.changes.listen(self._changed.emit)
        self.destroyed.connect(lambda: stop_listening())

    # What is asked

    @property
    def asked(self) -> bool:
        """Whether anything was asked at all."""
        return self._asked

    @property
    def complete(self) -> bool:
        """Whether every row of the result is here."""
        return self._asked and not self._fetching and self._held.whole

    def ask(self, query: ListQuery) -> None:
        """Show what answers `query`, folded as `folds` says; the rows on screen stay until then."""
        visible = self._type.listed(self._app.actor)
        columns = tuple(n for n in query.columns or self._type.columns if n in visible)
        if self._asked and self._held.rows and columns != tuple(c.name for c in self.columns):
            self._show_columns(columns)
        group = query.group if query.group in visible and groupable(self._type, query.group) else ""
        self._query = replace(query, columns=columns, group=group)
        self._asked, self._rights = True, self._app.actor.rights
        self._start()

    def _start(self) -> None:
        self._begin(partial(fetch_first, self._app, folds=self.folds, size=self._page_size), self._take_first)

    def reload(self) -> None:
        """Ask again without moving the person's place in the list."""
        if self._asked:
            held = {s.key: Held(s.edges.before, s.held, s.whole) for s in self._held.stretches if s.fetched}
            again = partial(fetch_again, self._app, folds=self.folds, size=self._page_size, held=held)
            self._begin(again, self._take_again)

    def jump(self, *, to_end: bool) -> bool:
        """Fetch the end of the result, or its beginning; False where it is here already."""
        if not self._asked or not self._held.stretches:
            return False
        outer = self._held.stretches[-1 if to_end else 0]
        if not outer.open or (outer.fetched and (outer.edges.after if to_end else outer.edges.before) is None):
            return False
        if self._fetching:
            self._jump = to_end
            return True
        self._fetching, self._jump = True, None
        take = partial(self._take_jump, outer.key, to_end)
        of = part(self._app, self._full(), outer.key)
        self._run(partial(fetch_page, self._app, of, None, self._page_size, self._stop, to_end), take)
        return True

    def count_all(self) -> None:
        """Count exactly, however long that takes."""
        self._run(partial(count, self._app, self._query, None, self._stop), self._take_count)

    def sum_all(self) -> None:
        """Sum the columns that have totals, however long that takes."""
        names = self.summable()
        if names:
            self._run(partial(totals, self._app, self._query, names, self._stop), self._take_totals)

    def _sums(self) -> list[str]:
        """The columns asked for that can be summed."""
        return [n for n in self._query.columns if self._type.fields[n].total]

    def _full(self) -> ListQuery:
        return replace(self._query, columns=self._query.columns + self._extra)

    def _begin(self, work: Callable[..., Any], take: Any) -> None:
        self._jump = None
        self._stop.set()
        self._stop, self._fetching = Stop(), True
        self._ticket += 1
        self._extra = self._needed(self._query.columns)
        self.waiting.emit(True)
        self._run(partial(work, query=self._full(), sums=self._sums(), stop=self._stop), take)

    def _needed(self, columns: Sequence[str]) -> tuple[str, ...]:
        group = self._query.group
        names = needed(self._type, columns)
        return (*names, group) if group and group not in (*columns, *names) else names

    def _run(self, work: Any, take: Any) -> None:
        ticket = self._ticket

        def done(answer: Any) -> None:
            if ticket == self._ticket:
                take(answer)

        def failed(error: BaseException) -> None:
            if ticket == self._ticket:
                self._fetching = False
                self.waiting.emit(False)
                if isinstance(error, Refused) and self._held.stretches and not self._app.actor.may(f"{self._type.key}.see"):
                    return  # the whole list was taken from the person since, and is about to be closed
                if isinstance(error, Refused) and self._app.actor.rights != self._rights:
                    self.ask(self._query)  # a column was taken from the person since: the others are still to be seen
                else:
                    self.failed.emit(error)

        if not self._tasks.closed:  # a change may still arrive while the window closes
            self._tasks.run(work, done, failed, owner=self)

    # What arrives

    def _take_first(self, found: Found) -> None:
        self.beginResetModel()
        self.columns = columns_of(self._app, self._type, self._query.columns)
        self._put(self._fresh(found))
        self.endResetModel()
        self.waiting.emit(False)
        self.arrived.emit()
        self._count(found.groups)

    def _put(self, held: HeldRows) -> None:
        self._held, self._fetching = held, False
        self._by = next(iter(columns_of(self._app, self._type, (self._query.group,))), None)

    def _fresh(self, found: Found) -> HeldRows:
        held = HeldRows()
        held.begin(found.groups, found.pages, self.folds, len(self._query.columns) + len(self._extra))
        return held

    def _take_jump(self, key: str, to_end: bool, page: Page) -> None:
        self._fetching = False
        number = self._held.number_of(key)
        if number >= 0 and self._held.stretches[number].open:
            self.beginResetModel()
            self._held.replace(number, page)
            self.endResetModel()
            self.jumped.emit(to_end)

    def _take_again(self, found: Found) -> None:
        if found.groups is None and not found.pages[""].rows and self._held.stretches[0].edges.before is not None:
            self._start()  # the part in sight is gone
            return
        before, fresh = self._held.ids(), self._fresh(found)
        same = fresh.ids() == before and len(self.columns) == len(self._query.columns)
        if not same:
            self.beginResetModel()
        self._put(fresh)
        if not same:
            self.endResetModel()
        elif before:
            self.dataChanged.emit(self.index(0, 0), self.index(len(before) - 1, len(self.columns) - 1))
        self.waiting.emit(False)
        if not same:
            self.arrived.emit()
        self._count(found.groups)

    def _count(self, groups: Sequence[Group] | None = None) -> None:
        """Count and sum, after the rows and never before them; groups tell it themselves."""
        if groups is not None:
            self.counted.emit(Count(sum(g.count for g in groups), False))
            self.summed.emit({n: sum((g.sums[n] for g in groups), Decimal(0)) for n in self.summable()})
            return
        if self._query.group:
            sums = self._sums()
            self._run(partial(fetch_groups, self._app, self._query, sums, self._stop), self._take_groups)
            return
        self.summed.emit(None)
        if self._held.whole:
            self._take_count(Count(len(self._held.rows), False))
        else:
            self.counted.emit(None)
            self._run(partial(count, self._app, self._query, stop=self._stop), self._take_count)

    def _take_groups(self, groups: list[Group]) -> None:
        """The heads as they are after a change of a few rows."""
        if [g.key for g in groups] != self._held.keys():
            self.reload()
            return
        self._held.take_groups(groups)
        for number in range(len(groups)):
            self._held.cells[self._held.start(number)] = None
        if self._held.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._held.rows) - 1, len(self.columns) - 1))
        self._count(groups)

    def _take_count(self, number: Count) -> None:
        self.counted.emit(number)
        if not number.capped:
            self.sum_all()

    def _take_totals(self, sums: dict[str, Any]) -> None:
        self.summed.emit(sums)

    def _take_more(self, found: list[tuple[Want, Page]]) -> None:
        self._fetching = False
        if self._jump is not None and self.jump(to_end=self._jump):
            return  # what was fetched meanwhile lies elsewhere
        for want, page in found:
            number = self._held.fits(want)
            if number >= 0:
                self._add(number, page, above=want.above)
        if self._missed:
            self.near(*self._sight)

    def _add(self, number: int, page: Page, *, above: bool) -> None:
        self._held.extend_edges(number, page, above=above)
        if not page.rows:
            return
        self.adding_above = above and self._held.stretches[number].held > 0
        self.beginInsertRows(QModelIndex(), *self._held.place(number, page, above=above))
        self._held.add(number, page, above=above)
        self.endInsertRows()
        self.adding_above = False
        self._drop(number, above=not above)

    def _drop(self, number: int, *, above: bool) -> None:
        """Let go of rows scrolled far past, unless they are selected: memory does not grow with the way one scrolls."""
        if (spare := self._held.spare(number, self.let_go, above=above)) is not None:
            self._remove(*spare)
        while (far := self._held.far(number, self._sight, self.let_go)) >= 0:
            first, stretch = self._held.first(far), self._held.stretches[far]
            self._remove(first, first + stretch.held - 1)
            stretch.empty()

    def _remove(self, first: int, last: int) -> None:
        self.beginRemoveRows(QModelIndex(), first, last)
        self._held.remove(first, last)
        self.endRemoveRows()

    # Groups

    def fold(self, row: int) -> None:
        """Fold the group of this head, or unfold it."""
        number = self._held.number_at(row)
        stretch = self._held.stretches[number]
        self.folds = self.folds.turned(stretch.key)
        if stretch.open and stretch.held:
            first = self._held.first(number)
            self._remove(first, first + stretch.held - 1)
        stretch.open = not stretch.open
        stretch.empty()
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.columns) - 1))
        if stretch.open:
            self._fetch_wants([Want(stretch.key, None, count=stretch.group.count if stretch.group else 0)])
        self.folded.emit()

    def take_folds(self, folds: Folds) -> None:
        """Fold and unfold many groups at once."""
        self.folds = folds
        if self._query.group and self._held.stretches:
            self.beginResetModel()
            self._held.take_folds(folds)
            self.endResetModel()
            self.folded.emit()

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
            query = replace(self._full(), where=where, group="")
            self._run(
                partial(fetch_page, self._app, query, None, len(ids), self._stop), partial(self._take_changed, ids)
            )

    def _take_changed(self, ids: set[int], page: Page) -> None:
        found = {row[-1]: row for row in page.rows}
        here = {row[-1]: at for at, row in enumerate(self._held.rows)}
        if any(id_ not in here or self._moved(here[id_], row) for id_, row in found.items()):
            self.reload()  # a new record, or one of another group: only the database knows its place
            return
        last = len(self.columns) - 1
        for id_, row in found.items():
            at = here[id_]
            self._held.rows[at], self._held.cells[at] = row, None
            self.dataChanged.emit(self.index(at, 0), self.index(at, last))
        for at in sorted((here[id_] for id_ in (ids & here.keys()) - found.keys()), reverse=True):
            self._remove(at, at)
        self._count()

    def _moved(self, at: int, row: tuple[Any, ...]) -> bool:
        """Whether a record does not belong into the group any more in which it stands."""
        group = self._query.group
        if not group:
            return False
        place = (self._query.columns + self._extra).index(group)
        return group_key(self._type.fields[group], row[place]) != self._held.stretches[self._held.number_at(at)].key

    # What comes into sight

    def near(self, first: int, last: int) -> None:
        """These rows are in sight: fetch on before what is here ends."""
        self._sight, self._missed = (first, last), self._fetching
        if not self._fetching:
            self._fetch_wants(self._held.wanted(first, last))

    def _fetch_wants(self, wants: Sequence[Want]) -> None:
        if self._fetching:
            self._missed = True
        elif wants:
            self._fetching = True
            work = partial(fetch_wanted, self._app, self._full(), wants, self._page_size, self._stop)
            self._run(work, self._take_more)

    def _show_columns(self, names: Sequence[str]) -> None:
        """Other columns at once, from what is here; those not fetched yet stay empty until their values arrive."""
        at = {n: i for i, n in enumerate(self._query.columns + self._extra)}
        self.beginResetModel()
        self._extra = self._needed(names)
        whole = (*names, *self._extra)
        self._held.reshape(lambda row: (*(row[at[n]] if n in at else None for n in whole), row[-1]), len(whole))
        self._query = replace(self._query, columns=tuple(names))
        self.columns = columns_of(self._app, self._type, names)
        self.endResetModel()

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._fetching and self._below() is not None

    def fetchMore(self, parent: Index) -> None:
        below = self._below()
        if below is not None and self.canFetchMore(parent):
            self._fetch_wants([below])

    def _below(self) -> Want | None:
        """What follows the last row that is here."""
        last = self._held.stretches[-1] if self._held.stretches else None
        if last is None or not last.open or (last.fetched and last.edges.after is None):
            return None
        return Want(last.key, last.edges.after)
