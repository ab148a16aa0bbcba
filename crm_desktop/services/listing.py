"""Pages, counts and totals of any list. Lists, pickers, export, print and commands all ask here, with the same query.

Rows leave as plain tuples: values in column order (references as `Ref`), then the id. A search probes its index first: up to
10,000 hits are found and sorted; more are met by walking the order index and testing each row, which soon fills a page.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from math import isqrt
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, union

from crm_desktop.application import Application
from crm_desktop.errors import Cancelled
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, ListQuery, Not
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import asking, narrowed, within_reach
from crm_desktop.services.conditions import condition, field_of, number_of
from crm_desktop.services.list_columns import ListColumns
from crm_desktop.services.list_groups import Group, Grouping, order_inside
from crm_desktop.services.list_order import ListOrder, index_leads
from crm_desktop.services.visible_search import seen_by_search
from db import search
from db.engine import cancel, is_sqlite
from db.paging import Key, fetch, milestone, up_to_key
from db.paging import count as count_rows

__all__ = [
    "AllOf", "AnyOf", "Condition", "Count", "Filter", "Group", "ListQuery", "Not", "Page", "Stop", "count", "fetch_groups", "fetch_ids",
    "fetch_page", "iterate", "sortable", "totals",
]  # fmt: skip


_PAGE = 100
_GLANCE = 1_000
"""So many hits are looked at to guess how many there are."""


@dataclass(frozen=True)
class Page:
    """Rows, the order values after which the next page begins, and those before which the previous one ends; None at either end."""

    rows: list[tuple[Any, ...]]
    after: tuple[Any, ...] | None
    before: tuple[Any, ...] | None = None


@dataclass(frozen=True)
class Count:
    """How many rows; capped: there are more than `number`."""

    number: int
    capped: bool


class Stop:
    """Stops a question that is being answered in another thread; the worker meets Cancelled."""

    def __init__(self) -> None:
        self._lock, self._set = Lock(), False
        self._connection: Connection | None = None

    def set(self) -> None:
        """Stop it now, or before it begins."""
        with self._lock:
            self._set = True
            if self._connection is not None:
                cancel(self._connection)

    @contextmanager
    def watching(self, connection: Connection) -> Iterator[None]:
        """While inside, `set` interrupts this connection."""
        with self._lock:
            if self._set:
                raise Cancelled
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None


def sortable(kind: RecordType, name: str) -> bool:
    """Whether lists of any length can be ordered by this field at once: an index serves it, its own or that of what it points to."""
    about = kind.fields.get(name)
    if about is None or about.custom or about.sortable or about.kind != "reference":
        return about is not None and about.sortable
    return index_leads(kind.model.__table__, name)


def _ways(limits: Sequence[ColumnElement[bool]]) -> list[Any]:
    """The ways in which records are within reach, apart."""
    return [part for test in limits for part in getattr(test, "clauses", (test,))]


class _Question:
    """One query, resolved against the tables and the rights of the person who asks, which `asking` has just looked at.

    operation: what is to be done with the rows besides seeing them. backwards: read from the end of the list.
    """

    def __init__(
        self, app: Application, connection: Connection, query: ListQuery, operation: str = "see", backwards: bool = False
    ) -> None:
        self.app, self.query = app, query
        self.kind = app.type(query.type)
        app.actor.require(f"{self.kind.key}.see")
        app.actor.require(f"{self.kind.key}.{operation}")
        self.table: Any = self.kind.model.__table__
        # Whose a row is says an engine how many there are; that a row belongs to another one does not.
        reach = within_reach(app, self.kind)
        seen = narrowed(app, self.kind) if self.kind.limits.parent else reach
        limits = (seen, None if operation == "see" else within_reach(app, self.kind, operation))
        self.limits = [test for test in limits if test is not None]
        self.sqlite = is_sqlite(app.engine)
        if reach is not None and self.kind.limits.parent and not self.sqlite and self._reaches_few(connection, _PAGE, [reach]):
            each = (select(self.table.c.id).where(way) for way in _ways([reach]))
            self.limits.append(self.table.c.id.in_(union(*each)))  # found by their indexes, where asking each row would pass by all
        found = seen_by_search(app, connection, self.kind, query.search)
        if found is not None:
            self.limits.append(search.among(self.table, found, self.sqlite))
        visible = self.kind.visible(app.actor)
        usual = tuple(n for n in self.kind.order if n.removeprefix("-") in visible)
        order = order_inside(self.kind, query) or usual
        self.order = ListOrder(app, self.kind, self.table, order, backwards=backwards)

    def filtered(self, statement: Select[Any]) -> Select[Any]:
        """With the conditions and the person's reach, without the search."""
        statement = statement.where(*self.limits)
        if self.query.where is not None:
            statement = statement.where(condition(self.app, self.kind, self.table, self.query.where))
        return statement

    def column_names(self) -> tuple[str, ...]:
        """The columns that are asked for, or else the usual ones that the person may see."""
        visible = self.kind.visible(self.app.actor)
        return self.query.columns or tuple(n for n in self.kind.columns if n in visible)

    def found(self, statement: Select[Any]) -> Select[Any]:
        """With the conditions, the person's reach and the search."""
        return self.filtered(statement).where(search.indexed(self.table, self.query.search, self.sqlite))

    def grouping(self) -> Grouping:
        """The groups the query asks for."""
        return Grouping(self.app, self.kind, self.table, self.query, self.found, self.sqlite)

    def ids(self, connection: Connection, limit: int | None = None) -> list[int]:
        """The ids of all rows, in the order of the list."""
        keys = self.order.keys
        ordered = self.found(self.order.joined(select(self.table.c.id)))
        ordered = ordered.order_by(*(k.expression.desc() if k.descending else k.expression for k in keys))
        if self.query.group:
            return self.grouping().ids(connection, ordered)[:limit]
        return list(connection.scalars(ordered.limit(limit) if limit is not None else ordered))

    def rows(
        self, connection: Connection, statement: Select[Any], after: Sequence[Any] | None, size: int
    ) -> Sequence[Sequence[Any]]:
        """The `size` rows after `after` that the query asks for, with their order values at the end."""
        keys, text = self.order.keys, self.query.search
        if not search.words(text) and self.order.follows_reference:
            return self._along_reference(connection, statement, after, size)
        whole, statement = statement, self.order.joined(self.filtered(statement))
        if not search.words(text):
            if self.limits and self.sqlite:  # first the ids, which the index of the order holds with whose each row is
                chosen = self.filtered(self.order.joined(select(self.table.c.id)))
                ordered = fetch(connection, chosen, keys, after, size, few=self._reaches_few(connection, size, self.limits))
                return self.with_cells(connection, whole, ordered)
            return fetch(connection, statement, keys, after, size)
        if not self.sqlite:
            ids = search.probe(connection, self.table, text)
            few = search.holds(self.table, text, False) if ids is None else search.among(self.table, ids, False)
            return fetch(connection, statement.where(few), keys, after, size)
        walkable = self._index_serves(keys)
        # Sorting h hits looks at h records; walking meets the page after about size × records / h.
        records = self._records(connection)
        even = isqrt(size * records)
        ids = self._few(connection, text, min(max(even, size), search.PROBE) if walkable else search.PROBE, records)
        if ids is not None:
            return self._sorted(connection, statement, keys, after, size, ids)
        found = self._walked(connection, statement, keys, after, size, 2 * even) if walkable else None
        if found is None:
            hits = search.indexed(self.table, text, True, walking=walkable)
            found = fetch(connection, statement.where(hits), keys, after, size)
        return found

    def _along_reference(
        self, connection: Connection, statement: Select[Any], after: Sequence[Any] | None, size: int
    ) -> Sequence[Sequence[Any]]:
        """In the order of what a reference points to: few rows are sorted, many are met along the index of that other table."""
        records = self._records(connection)
        most = max(isqrt(size * records), search.PROBE)
        narrowed = self.query.where is not None or bool(self.limits)
        if records <= most or (narrowed and count_rows(connection, self.filtered(select(self.table.c.id)), most) <= most):
            chosen = self.filtered(self.order.joined(select(self.table.c.id)))
            ordered: Sequence[Sequence[Any]] = fetch(connection, chosen, self.order.keys, after, size, few=self.sqlite)
        else:
            ordered = self.order.walk(connection, self.filtered, after, size)
        return self.with_cells(connection, self.filtered(statement), ordered)

    def with_cells(
        self, connection: Connection, statement: Select[Any], ordered: Sequence[Sequence[Any]]
    ) -> list[Sequence[Any]]:
        """The columns of the rows whose ids and order values these are."""
        wanted = search.among(self.table, [row[0] for row in ordered], self.sqlite)
        cells = {row[0]: row for row in connection.execute(statement.where(wanted))}
        return [(*cells[row[0]], *row[1:]) for row in ordered]

    def _reaches_few(self, connection: Connection, size: int, limits: Sequence[ColumnElement[bool]]) -> bool:
        """Whether the records within the person's reach are so few that sorting them is quicker than walking past the others.

        The answer may be a minute old: it decides how long the page takes, never what stands on it.
        """
        key = ("few", self.kind.key, self.app.actor.user_id, self.app.actor.version, size)
        found = self.app.plans.get(key)
        if found is None or monotonic() - found[0] > 60:
            # To read a row and sort it costs what fifty steps along an index cost.
            most = max(isqrt(size * self._records(connection) // 50), size)
            found = self.app.plans[key] = (monotonic(), self._at_most(connection, most, limits))
        return bool(found[1])

    def _at_most(self, connection: Connection, most: int, limits: Sequence[ColumnElement[bool]]) -> bool:
        """Whether no more than `most` records are within reach, counting them by each of the ways to be reached, along its index."""
        left = most
        for way in _ways(limits):
            left -= count_rows(connection, select(self.table.c.id).where(way), left)
            if left < 0:
                return False
        return True

    def _few(self, connection: Connection, text: str, limit: int, records: int) -> list[int] | None:
        """The hits, where they are fewer than `limit`."""
        ids = search.first(connection, self.table, text, min(limit, _GLANCE))
        if len(ids) < min(limit, _GLANCE):
            return ids
        # The first hits tell how dense they are; asking a common word for ten thousand costs more than the page itself.
        if len(ids) >= limit or len(ids) * records > limit * ids[-1]:
            return None
        ids += search.first(connection, self.table, text, limit - len(ids), after=ids[-1])
        return ids if len(ids) < limit else None

    def _sorted(
        self, connection: Connection, statement: Select[Any], keys: list[Key], after: Any, size: int, ids: list[int]
    ) -> Sequence[Sequence[Any]]:
        """Sort the few hits by their order values alone, then fetch the columns of one page."""
        chosen = self.filtered(self.order.joined(select(self.table.c.id))).where(search.among(self.table, ids, True))
        return self.with_cells(connection, statement, fetch(connection, chosen, keys, after, size, few=True))

    def _index_serves(self, keys: list[Key]) -> bool:
        """Whether an index walks the rows in this order: one sortable field, then the id."""
        names = [n.removeprefix("-") for n in self.query.order or self.kind.order]
        return self.order.own and len(keys) == 2 and sortable(self.kind, names[0])

    def _records(self, connection: Connection) -> int:
        """About how many records the type has."""
        return int(connection.execute(select(func.max(self.table.c.id))).scalar_one() or 0)

    def _walked(
        self, connection: Connection, statement: Select[Any], keys: list[Key], after: Any, size: int, most: int
    ) -> Sequence[Row[Any]] | None:
        """Test row by row in the list's order, at most `most` of them; None when that does not fill the page.

        Many hits are met soon, unless they stand far away in just this order, as one city's customers do when ordered by city.
        """
        end = milestone(connection, select(self.table.c.id), keys, after, most)
        near = statement.where(search.holds(self.table, self.query.search, self.sqlite))
        if end is not None:
            near = near.where(up_to_key(keys, end))
        found = fetch(connection, near, keys, after, size)
        return found if end is None or len(found) == size else None


def fetch_page(
    app: Application,
    query: ListQuery,
    after: tuple[Any, ...] | None = None,
    size: int = 100,
    stop: Stop | None = None,
    backwards: bool = False,
) -> Page:
    """The `size` rows that follow `after` (the first ones when None); backwards: those before it (the last ones when None).

    Of a grouped list they are asked for group by group (`list_groups.rows_of_group`).
    """
    if query.group:
        raise ValueError("a page is of one group")
    with asking(app) as connection, (stop or Stop()).watching(connection):
        question = _Question(app, connection, query, backwards=backwards)
        return _page(question, connection, after, size, backwards)


def _page(
    question: _Question, connection: Connection, after: tuple[Any, ...] | None, size: int, backwards: bool = False
) -> Page:
    columns = ListColumns(question.app, question.kind, question.table, question.column_names())
    found = question.rows(connection, select(*columns.selected).select_from(columns.source), after, size)
    rows = [columns.row(r) for r in found]
    columns.label_custom(connection, rows)
    first, last = ((tuple(r[columns.width :]) for r in (found[0], found[-1])) if found else (None, None))
    begins, ends = after is None, len(found) < size
    if backwards:
        return Page(rows[::-1], None if begins else first, None if ends else last)
    return Page(rows, None if ends else last, None if begins else first)


def count(
    app: Application, query: ListQuery, cap: int | None = 10_000, stop: Stop | None = None, operation: str = "see"
) -> Count:
    """How many rows the query has, counting no further than `cap` (None: all of them). operation: only those for which it is allowed."""
    with asking(app) as connection, (stop or Stop()).watching(connection):
        question = _Question(app, connection, query, operation)
        whole_rows = query.where is not None or bool(question.limits)
        found = search.hits(question.table, query.search, question.sqlite, whole_rows=whole_rows)
        statement = question.filtered(found)
        number = count_rows(connection, statement, cap)
    capped = cap is not None and number > cap
    return Count(cap if capped and cap is not None else number, capped)


def totals(app: Application, query: ListQuery, fields: Sequence[str], stop: Stop | None = None) -> dict[str, Decimal]:
    """The sums of number fields over all rows of the query."""
    with asking(app) as connection, (stop or Stop()).watching(connection):
        question = _Question(app, connection, query)
        sums = [func.sum(number_of(question.table, field_of(app, question.kind, n))) for n in fields]
        if not sums:
            return {}
        row = connection.execute(question.found(select(*sums))).one()
    return {n: value if value is not None else Decimal(0) for n, value in zip(fields, row, strict=True)}


def fetch_groups(app: Application, query: ListQuery, sums: Sequence[str] = (), stop: Stop | None = None) -> list[Group]:
    """The groups of a grouped list with their counts and sums, in their order. Raises Refused where there are too many."""
    with asking(app) as connection, (stop or Stop()).watching(connection):
        return _Question(app, connection, query).grouping().groups(connection, sums)


def fetch_ids(
    app: Application, query: ListQuery, limit: int | None = None, stop: Stop | None = None, operation: str = "see"
) -> list[int]:
    """The ids of all rows, in the order of the list."""
    with asking(app) as connection, (stop or Stop()).watching(connection):
        question = _Question(app, connection, query, operation)
        return question.ids(connection, limit)


def iterate(
    app: Application, query: ListQuery, size: int = 1000, stop: Stop | None = None, operation: str = "see"
) -> Generator[list[tuple[Any, ...]], None, None]:
    """All rows in pages, from one picture of the data: what changes meanwhile does not show."""
    with asking(app) as connection, (stop or Stop()).watching(connection):
        question = _Question(app, connection, query, operation)
        after: tuple[Any, ...] | None = None
        if query.group:
            yield from _group_by_group(question, connection, size)
            return
        while True:
            found = _page(question, connection, after, size)
            if found.rows:
                yield found.rows
            if found.after is None:
                return
            after = found.after


def _group_by_group(question: _Question, connection: Connection, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a grouped list: their order is made of the ids alone, and the columns are fetched as they are needed."""
    columns = ListColumns(question.app, question.kind, question.table, question.column_names())
    statement, ids = select(*columns.selected).select_from(columns.source), question.ids(connection)
    for at in range(0, len(ids), size):
        rows = [columns.row(r) for r in question.with_cells(connection, statement, [(id_,) for id_ in ids[at : at + size]])]
        columns.label_custom(connection, rows)
        yield rows
