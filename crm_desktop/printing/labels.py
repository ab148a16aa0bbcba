"""Labels on sheets: what was laid out as one small page each is put n × m on a page of paper."""

from __future__ import annotations

from collections.abc import Callable

from crm_desktop.printing.marks import BarsMark, BoxMark, LineMark, Mark, PageMarks, PictureMark, ShapeMark, TextMark
from crm_desktop.printing.template import LabelSheet


class Sheets:
    """Fills sheets of paper with labels and hands over each that is full."""

    def __init__(self, sheet: LabelSheet, first: int, done: Callable[[PageMarks], None]) -> None:
        """first: the label of the first sheet to begin with, from 1: those before it are used up."""
        self._sheet, self._done = sheet, done
        self._slot = min(max(first - 1, 0), sheet.columns * sheet.rows - 1)
        self._page: PageMarks | None = None

    def add(self, label: PageMarks) -> None:
        """Put a label into the next free place."""
        sheet = self._sheet
        if self._page is None:
            self._page = PageMarks(*sheet.dimensions())
        if sheet.down_first:
            column, row = divmod(self._slot, sheet.rows)
        else:
            row, column = divmod(self._slot, sheet.columns)
        right = sheet.left + column * (label.width + sheet.gap_x)
        down = sheet.top + row * (label.height + sheet.gap_y)
        self._page.marks += [shifted(mark, right, down) for mark in label.marks]
        self._slot += 1
        if self._slot >= sheet.columns * sheet.rows:
            self.finish()

    def finish(self) -> None:
        """Hand over the sheet that is begun."""
        if self._page is not None:
            self._done(self._page)
        self._page, self._slot = None, 0


def shifted(mark: Mark, right: float, down: float) -> Mark:
    """The mark somewhere else on the page."""
    match mark:
        case LineMark():
            return mark._replace(x1=mark.x1 + right, x2=mark.x2 + right, y1=mark.y1 + down, y2=mark.y2 + down)
        case BarsMark():
            return mark._replace(bars=tuple((x + right, y + down, w, h) for x, y, w, h in mark.bars))
        case ShapeMark():
            return mark._replace(points=tuple((x + right, y + down) for x, y in mark.points))
        case TextMark() | BoxMark() | PictureMark():
            return mark._replace(x=mark.x + right, y=mark.y + down)
