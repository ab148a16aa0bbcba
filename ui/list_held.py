"""The rows a list holds: one stretch of rows, or one under the head of each group, each stretch a window into a longer result.

All rows stand in one plain sequence, heads among them, as the table shows them. A head is a row without values whose record is 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_desktop.services.list_groups import Group
from crm_desktop.services.listing import Page
from crm_desktop.services.views import Folds
from ui import list_edges
from ui.list_cells import Cell
from ui.list_edges import Cursor, Edges

_AHEAD = 40  # rows: the next page is asked for before the last row comes into sight
NO_RECORD = 0  # what stands for the record in a head


_NO_EDGES = Edges()  # of what is not here: of ten thousand groups few are


@dataclass(slots=True)
class Stretch:
    """Rows that follow one another: those of a group under its head, or all there are. held: how many of them are here."""

    group: Group | None = None
    open: bool = True
    fetched: bool = False
    held: int = 0
    edges: Edges = _NO_EDGES

    @property
    def key(self) -> str:
        """Which one it is."""
        return self.group.key if self.group else ""

    @property
    def heads(self) -> int:
        """The rows of its head."""
        return 1 if self.group else 0

    @property
    def whole(self) -> bool:
        """Whether all its rows are here."""
        return self.open and self.fetched and self.edges.before is None and self.edges.after is None

    def empty(self) -> None:
        """Nothing of it is here any more."""
        self.fetched, self.held, self.edges = False, 0, _NO_EDGES

    def begin(self, page: Page) -> None:
        """The rows of a page are all that is here."""
        self.fetched, self.edges = True, Edges()
        self.edges.begin(page)


@dataclass(frozen=True)
class Want:
    """A page to fetch: of which stretch, from where on, and whether it belongs above what is here.

    count: how many rows there are, where nothing of them is here.
    """

    key: str
    at: Cursor | None
    above: bool = False
    count: int = 0


class HeldRows:
    """What is here of a list. Who changes it tells Qt."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.cells: list[list[Cell] | None] = []
        self.stretches: list[Stretch] = []
        self._width = 0
        self._starts: list[int] | None = None
        self._numbers: dict[str, int] = {}

    # What is here

    @property
    def records(self) -> int:
        """How many records are here."""
        return sum(s.held for s in self.stretches)

    @property
    def whole(self) -> bool:
        """Whether every row of the result is here."""
        return all(s.whole for s in self.stretches)

    def start(self, number: int) -> int:
        """The row in which a stretch begins: its head, or its first row."""
        if self._starts is None:
            self._starts, at = [], 0
            for stretch in self.stretches:
                self._starts.append(at)
                at += stretch.heads + stretch.held
        return self._starts[number]

    def first(self, number: int) -> int:
        """Where the rows of a stretch begin."""
        return self.start(number) + self.stretches[number].heads

    def number_at(self, row: int) -> int:
        """The stretch in which a row lies."""
        if len(self.stretches) == 1:
            return 0
        self.start(0)
        return bisect_right(self._starts or [], row) - 1

    def number_of(self, key: str) -> int:
        """The stretch of that group; -1 where it is gone."""
        return self._numbers.get(key, -1)

    def group_at(self, row: int) -> Group | None:
        """The group whose head this row is."""
        if not 0 <= row < len(self.rows) or self.rows[row][-1] != NO_RECORD:
            return None
        return self.stretches[self.number_at(row)].group

    def is_head(self, row: int) -> bool:
        """Whether a row is the head of a group."""
        return bool(self.rows[row][-1] == NO_RECORD)

    def keys(self) -> list[str]:
        """The groups in their order."""
        return [s.key for s in self.stretches]

    def ids(self) -> list[Any]:
        """The records and heads, to compare."""
        return [self.stretches[self.number_at(at)].key if row[-1] == NO_RECORD else row[-1] for at, row in enumerate(self.rows)]

    # How it changes

    def begin(self, groups: Sequence[Group] | None, pages: Mapping[str, Page], folds: Folds, width: int) -> None:
        """These are all there are now; of the groups without a page only the heads. width: how many values a row has."""
        self._width, self._starts = width, None
        self.stretches = [Stretch(g, folds.is_open(g.key)) for g in groups] if groups is not None else [Stretch()]
        self.rows = []
        head = self._head()
        for stretch in self.stretches:
            if stretch.group:
                self.rows.append(head)
            if (page := pages.get(stretch.key)) is not None and stretch.open:
                stretch.begin(page)
                stretch.held = len(page.rows)
                self.rows += page.rows
        self.cells = [None] * len(self.rows)
        self._numbers = {stretch.key: number for number, stretch in enumerate(self.stretches)}

    def _head(self) -> tuple[Any, ...]:
        return (*[None] * self._width, NO_RECORD)

    def place(self, number: int, page: Page, *, above: bool) -> tuple[int, int]:
        """The first and last row the rows of a page will have."""
        at = self.first(number) + (0 if above else self.stretches[number].held)
        return at, at + len(page.rows) - 1

    def add(self, number: int, page: Page, *, above: bool) -> None:
        """The rows of a page come above or below what is here of a stretch."""
        stretch, (at, _last) = self.stretches[number], self.place(number, page, above=above)
        self.rows[at:at] = page.rows
        self.cells[at:at] = [None] * len(page.rows)
        stretch.held += len(page.rows)
        self._shift(number, len(page.rows))

    def _shift(self, number: int, rows: int) -> None:
        """What follows a stretch stands so many rows further down."""
        if self._starts is not None:
            self._starts[number + 1 :] = [at + rows for at in self._starts[number + 1 :]]

    def extend_edges(self, number: int, page: Page, *, above: bool) -> None:
        """What is known of the ends of a stretch now that `page` is there."""
        stretch = self.stretches[number]
        if stretch.fetched:
            stretch.edges.add(page, above=above)
        else:
            stretch.begin(page)

    def remove(self, first: int, last: int) -> None:
        """Rows of one stretch are no longer here."""
        number = self.number_at(first)
        self.stretches[number].held -= last - first + 1
        del self.rows[first : last + 1], self.cells[first : last + 1]
        self._shift(number, first - last - 1)

    def replace(self, number: int, page: Page) -> None:
        """The rows of a page are all that is here of a stretch."""
        first, stretch = self.first(number), self.stretches[number]
        self.rows[first : first + stretch.held] = page.rows
        self.cells[first : first + stretch.held] = [None] * len(page.rows)
        stretch.begin(page)
        stretch.held = len(page.rows)
        self._starts = None

    def take_folds(self, folds: Folds) -> None:
        """Fold and unfold; what is folded is let go of."""
        rows: list[tuple[Any, ...]] = []
        for number, stretch in enumerate(self.stretches):
            at = self.start(number)
            stretch.open = folds.is_open(stretch.key)
            rows += self.rows[at : at + stretch.heads + (stretch.held if stretch.open else 0)]
        for stretch in self.stretches:
            if not stretch.open:
                stretch.empty()
        self.rows, self.cells, self._starts = rows, [None] * len(rows), None

    def reshape(self, make: Callable[[tuple[Any, ...]], tuple[Any, ...]], width: int) -> None:
        """Give every row other values."""
        self._width = width
        self.rows = [self._head() if row[-1] == NO_RECORD else make(row) for row in self.rows]
        self.cells = [None] * len(self.rows)

    def take_groups(self, groups: Iterable[Group]) -> None:
        """The same groups with other counts and sums."""
        for stretch, group in zip(self.stretches, groups, strict=True):
            stretch.group = group

    # What is to be fetched, and what may go

    def wanted(self, first: int, last: int) -> list[Want]:
        """What is lacking of the rows from `first` to `last`, which are in sight, and a little beyond; what is nearest comes first."""
        if not self.stretches:
            return []
        high, low = self.number_at(max(first, 0)), self.number_at(max(min(last, len(self.rows) - 1), 0))
        above = self.number_at(max(first - _AHEAD, 0))
        below = self.number_at(max(min(last + _AHEAD, len(self.rows) - 1), 0))
        order = (*range(high, low + 1), *range(low + 1, below + 1), *reversed(range(above, high)))
        return [want for number in order if (want := self._lacking(number, first, last)) is not None]

    def _lacking(self, number: int, first: int, last: int) -> Want | None:
        stretch, begin = self.stretches[number], self.first(number)
        ends = begin + stretch.held
        if not stretch.open:
            return None
        if not stretch.fetched:  # scrolled up to, its end is what comes into sight first
            count = stretch.group.count if stretch.group else 0
            return Want(stretch.key, None, above=bool(stretch.group) and begin <= first, count=count)
        if stretch.edges.after is not None and first < max(ends, 1) and last + _AHEAD >= ends:
            return Want(stretch.key, stretch.edges.after)
        if stretch.edges.before is not None and first - begin < _AHEAD and begin <= last + 1:
            return Want(stretch.key, stretch.edges.before, above=True)
        return None

    def fits(self, want: Want) -> int:
        """The stretch for which a page was fetched; -1 where it has moved on meanwhile."""
        number = self.number_of(want.key)
        if number < 0 or not self.stretches[number].open:
            return -1
        edges = self.stretches[number].edges
        here = (edges.before if want.above else edges.after) if self.stretches[number].fetched else None
        return number if here == want.at and self.stretches[number].fetched == (want.at is not None) else -1

    def spare(self, number: int, free: Callable[[int, int], bool], *, above: bool) -> tuple[int, int] | None:
        """Rows of a stretch that has grown too long, to be let go of at its other end; its edges are moved already."""
        stretch, first = self.stretches[number], self.first(number)
        if stretch.held <= list_edges.MOST:
            return None
        rows = self.rows[first : first + stretch.held]
        count = stretch.edges.spare(rows, lambda low, high: free(first + low, first + high), above=above)
        if not count:
            return None
        at = first if above else first + stretch.held - count
        return at, at + count - 1

    def far(self, number: int, sight: tuple[int, int], free: Callable[[int, int], bool]) -> int:
        """A whole stretch to let go of where all together hold too much: the one farthest away; -1 where there is none."""
        if len(self.stretches) < 2 or self.records <= list_edges.MOST:
            return -1
        for other in sorted(range(len(self.stretches)), key=lambda n: -abs(n - number)):
            first, held = self.first(other), self.stretches[other].held
            unseen = first > sight[1] or first + held <= sight[0]
            if other != number and held and unseen and free(first, first + held - 1):
                return other
        return -1
