"""Which part of a long result a list holds: the order values it goes on from at both ends, and what it lets go of when it holds
too much."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crm_desktop.services.listing import Page

MOST, KEPT = 20_000, 15_000  # rows: more are never held; so many stay where some are let go
Cursor = tuple[Any, ...]


class Edges:
    """`before` and `after`: the order values of the first and the last row, None where the result itself begins or ends."""

    def __init__(self) -> None:
        self.before: Cursor | None = None
        self.after: Cursor | None = None
        self._firsts: list[tuple[int, Cursor]] = []  # rows a part may begin with later, by their ids
        self._lasts: list[tuple[int, Cursor]] = []

    def begin(self, page: Page) -> None:
        """The rows of `page` are all there is now."""
        self.before, self.after = page.before, page.after
        self._firsts, self._lasts = [], []
        self._note(page)

    def add(self, page: Page, *, above: bool = False) -> None:
        """The rows of `page` were added below, or above."""
        if above:
            self.before = page.before
        else:
            self.after = page.after
        self._note(page)

    def spare(self, rows: Sequence[Sequence[Any]], free: Callable[[int, int], bool], *, above: bool) -> int:
        """How many of the rows are to go, above or below, so that the rest is not too much; where the rest ends is noted.

        free(first, last): whether these rows may go.
        """
        if len(rows) <= MOST:
            return 0
        at = {row[-1]: n for n, row in enumerate(rows)}
        marks = self._firsts if above else self._lasts
        found = [(at[id_] if above else len(rows) - 1 - at[id_], cursor) for id_, cursor in marks if id_ in at]
        count, cursor = min((m for m in found if m[0] >= len(rows) - KEPT), default=(0, None), key=lambda m: m[0])
        if not count or not free(*((0, count - 1) if above else (len(rows) - count, len(rows) - 1))):
            return 0
        if above:
            self.before = cursor
        else:
            self.after = cursor
        kept = {row[-1] for row in (rows[count:] if above else rows[: len(rows) - count])}
        self._firsts = [m for m in self._firsts if m[0] in kept]
        self._lasts = [m for m in self._lasts if m[0] in kept]
        return count

    def _note(self, page: Page) -> None:
        if page.rows and page.before is not None:
            self._firsts.append((page.rows[0][-1], page.before))
        if page.rows and page.after is not None:
            self._lasts.append((page.rows[-1][-1], page.after))
