"""The stream of a document over its pages: where the next thing goes, when a page is full, and what is too high for any page."""

from __future__ import annotations

from collections.abc import Callable

from crm_desktop.printing.format_rules import TemplateError
from crm_desktop.printing.marks import (
    POINT,
    BarsMark,
    BoxMark,
    LineMark,
    Mark,
    PageMarks,
    ShapeMark,
    TextMark,
)
from crm_desktop.printing.template import Page
from crm_desktop.words import _

MOST_PAGES = 2_000
LONGEST_ROLL = 5_000.0  # millimetres; a PDF holds no longer page


class Flow:
    """Pages filled from top to bottom."""

    def __init__(self, page: Page, heads: tuple[float, float], feet: tuple[float, float]) -> None:
        self.width, self._height = page.dimensions()
        if page.roll:
            self._height = LONGEST_ROLL
        self.repeats: list[tuple[float, Callable[[float], None]]] = []
        """What stands again at the top of each page as long as it is here: its height, and what draws it at a height."""
        self._margins, self._heads, self._feet = page.margins, heads, feet
        self.pages: list[PageMarks] = []
        self.new_page()

    @property
    def marks(self) -> list[Mark]:
        """The marks of the page that is being filled."""
        return self.pages[-1].marks

    @property
    def capacity(self) -> float:
        """The height of a fresh page that is not the first."""
        again = sum(height for height, _draw in self.repeats)
        return self._height - self._margins.top - self._margins.bottom - self._heads[1] - self._feet[1] - again

    def left(self) -> float:
        """The height that is still free on this page."""
        return self.bottom - self.y

    def fresh_but(self, height: float) -> bool:
        """Whether nothing but `height` stands on this page."""
        return self.y - self.top <= height + 0.01

    def take(self, height: float) -> None:
        """Use some height."""
        self.y += height
        if height > 0:
            self.fresh = False

    def new_page(self) -> None:
        """Turn the page. Raises TemplateError when the document has no end."""
        if len(self.pages) >= MOST_PAGES:
            raise TemplateError("", _("The document would be longer than {count} pages.").format(count=MOST_PAGES))
        which = 1 if self.pages else 0
        self.pages.append(PageMarks(self.width, self._height))
        self.top = self.y = self._margins.top + self._heads[which]
        self.bottom = self._height - self._margins.bottom - self._feet[which]
        self.fresh = True
        for height, draw in self.repeats:
            if self.y + 2 * height < self.bottom:  # a head that leaves no room for anything is left out
                draw(self.y)
                self.top = self.y = self.y + height

    def spill(self, marks: list[Mark], height: float) -> None:
        """Put marks drawn from y = 0 on as many pages as they need, never cutting through a line of text."""
        start = 0.0
        while height - start > self.left() + 0.01:
            limit = start + self.left()
            after = [mark for mark in marks if _span(mark)[1] > limit + 0.01 and not _divisible(mark)]
            cut = min([limit, *(_span(mark)[0] for mark in after)])
            if cut <= start + 0.01:  # the very first thing does not fit
                if not self.fresh:
                    self.new_page()
                    continue
                cut = limit
            self._put(marks, start, cut)
            start = cut
            self.new_page()
        self._put(marks, start, height)
        self.take(height - start)

    def _put(self, marks: list[Mark], start: float, end: float) -> None:
        for mark in marks:
            top, bottom = _span(mark)
            if _divisible(mark):
                if (bottom > start + 0.01 and top < end - 0.01) or (top == bottom and start <= top <= end):
                    self.marks.append(_cut(mark, max(top, start), min(bottom, end), self.y - start))
            elif start - 0.01 <= top < end - 0.01:
                self.marks.append(moved(mark, self.y - start))


def moved(mark: Mark, down: float) -> Mark:
    """The mark, lower by some millimetres."""
    if isinstance(mark, LineMark):
        return mark._replace(y1=mark.y1 + down, y2=mark.y2 + down)
    if isinstance(mark, BarsMark):
        return mark._replace(bars=tuple((x, y + down, w, h) for x, y, w, h in mark.bars))
    if isinstance(mark, ShapeMark):
        return mark._replace(points=tuple((x, y + down) for x, y in mark.points))
    return mark._replace(y=mark.y + down)


def _span(mark: Mark) -> tuple[float, float]:
    if isinstance(mark, TextMark):
        return mark.y - mark.size * POINT * 0.95, mark.y + mark.size * POINT * 0.3
    if isinstance(mark, LineMark):
        return min(mark.y1, mark.y2), max(mark.y1, mark.y2)
    if isinstance(mark, BarsMark):
        return min(bar[1] for bar in mark.bars), max(bar[1] + bar[3] for bar in mark.bars)
    if isinstance(mark, ShapeMark):
        return min(y for _x, y in mark.points), max(y for _x, y in mark.points)
    return mark.y, mark.y + mark.height


def _divisible(mark: Mark) -> bool:
    """Boxes and upright lines go on over the page break; all else stays whole."""
    return isinstance(mark, BoxMark) or (isinstance(mark, LineMark) and mark.x1 == mark.x2)


def _cut(mark: Mark, top: float, bottom: float, down: float) -> Mark:
    if isinstance(mark, BoxMark):
        return mark._replace(y=top + down, height=bottom - top)
    assert isinstance(mark, LineMark)
    return mark._replace(y1=top + down, y2=bottom + down)
