"""Lays a template and its data out on pages: page heads and feet, bands in their order, tables over several pages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from crm_desktop.printing.elements import Block, ElementPainter, Piece
from crm_desktop.printing.evaluate import Data, Reader, needs_pages
from crm_desktop.printing.flow import Flow
from crm_desktop.printing.grouping import Group, ListRun, arranged, groups
from crm_desktop.printing.marks import BoxMark, Mark, PageMarks, Problems
from crm_desktop.printing.pictures import Pictures
from crm_desktop.printing.styles import Styles
from crm_desktop.printing.table_flow import flow_table
from crm_desktop.printing.table_rows import TableRows
from crm_desktop.printing.template import (
    Band,
    Detail,
    GroupHead,
    LineElement,
    NoData,
    PageFoot,
    PageHead,
    RectangleElement,
    ReportFoot,
    ReportHead,
    SealElement,
    Section,
    TableBand,
    TableElement,
    Template,
)
from crm_desktop.words import _

MOST_FILLERS = 300
SHORTEST_ROLL = 30.0


def lay_out(
    template: Template, context: Mapping[str, Any], problems: Problems, kept: Kept | None = None
) -> list[PageMarks]:
    """The pages of one document, as marks."""
    return _Layout(template, context, problems, kept or Kept(template, problems)).pages()


class Kept:
    """What all documents of one template share: its styles and its pictures."""

    def __init__(self, template: Template, problems: Problems) -> None:
        self.template = template
        self.styles, self.pictures = Styles(template, problems), Pictures(template.pictures)


class _Layout:
    """One run of one template over one set of data."""

    def __init__(self, template: Template, context: Mapping[str, Any], problems: Problems, kept: Kept) -> None:
        self._template, self._problems = template, problems
        self._data: Data = {"labels": {}, "page": None, "pages": None, "line": None, "row": None, "group": None, **context}
        self._reader = Reader(self._data, template.language, problems)
        self._styles = kept.styles
        self._painter = ElementPainter(self._reader, kept.styles, kept.pictures, problems)
        self._painter.draw_table = self._draw_table
        self._late: list[tuple[int, int, Piece, Data, float, float]] = []
        bands = [band for band in template.bands if self._may_show(band)]
        self._heads = [band for band in bands if isinstance(band, PageHead)]
        self._feet = [band for band in bands if isinstance(band, PageFoot)]
        body = [band for band in bands if not isinstance(band, (PageHead, PageFoot, ReportFoot))]
        # What tells that there are no rows stands in nobody's way where there are some.
        self._body = [b for b in body if not isinstance(b, NoData) or not self._reader.rows(b.over, b.id, self._data)]
        self._ends = [band for band in bands if isinstance(band, ReportFoot)]
        self._left = template.page.margins.left
        self._seals = {e.id for band in bands for e in getattr(band, "elements", ()) if isinstance(e, SealElement)}
        self._flow = Flow(template.page, self._reserved(self._heads), self._reserved(self._feet))

    def pages(self) -> list[PageMarks]:
        ends = [self._painter.block(band.elements, band.height, self._data) for band in self._ends]
        heads = [band for band in self._body if isinstance(band, ReportHead)]
        others = arranged([band for band in self._body if not isinstance(band, ReportHead)], self._problems)
        for head in heads:
            self._place(self._painter.block(head.elements, head.height, self._data), head.id)
        for index, band in enumerate(others):
            is_last = index == len(others) - 1
            tail = sum(block.height for block in ends) if is_last else 0.0
            keep = max((band.keep_rows for band in self._ends), default=0) if is_last else 0
            self._band(band, tail, keep)
        for band, block in zip(self._ends, ends, strict=True):
            if band.at == "bottom" and not self._template.page.roll and block.height <= self._flow.left():
                self._flow.y = self._flow.bottom - block.height
            self._place(block, band.id)
        self._finish()
        return self._flow.pages

    def _may_show(self, band: Band) -> bool:
        """A band whose condition speaks of pages may show; it is asked again for each page."""
        if isinstance(band, (PageHead, PageFoot)) and needs_pages(band.visible_when, False):
            return True
        return self._reader.holds(band.visible_when, band.id, self._data)

    def _band(self, band: Band | ListRun, tail: float, keep: int) -> None:
        flow = self._flow
        turns = getattr(band.body if isinstance(band, ListRun) else band, "page_break_before", False)
        if turns and not flow.fresh:
            flow.new_page()
        if isinstance(band, (Section, NoData)):
            whole = self._painter.block(band.elements, band.height, self._data)
            self._place(whole, band.id, divided=isinstance(band, Section) and not band.keep_together)
        elif isinstance(band, ListRun):
            rows = self._reader.rows(band.over, band.id, self._data)
            if band.heads:
                self._groups(band, 0, rows, self._data, tail, keep)
            else:
                self._rows(band, rows, self._data, tail, keep)

    def _rows(self, run: ListRun, rows: tuple[Data, ...], data: Data, tail: float, keep: int) -> None:
        if isinstance(run.body, Detail):
            self._detail(run.body, rows, data, tail, keep, fill=not run.heads)
        else:
            band = run.body
            table = TableRows(band.table, band.id, self._reader, self._styles, data, rows)
            flow_table(self._flow, table, self._left + band.x, tail, keep)
            self._flow.y += band.space_after

    def _groups(self, run: ListRun, level: int, rows: tuple[Data, ...], data: Data, tail: float, keep: int) -> None:
        """The groups of one level, each with the groups within it."""
        if level == len(run.heads):
            self._rows(run, rows, data, tail, keep)
            return
        head, flow = run.heads[level], self._flow
        found = groups(rows, head, self._reader, data)
        for group in found:
            is_last, above = group is found[-1], len(flow.repeats)
            inside = {**data, "group": group.data()}
            self._open_group(run, level, group, inside)
            if self._reader.holds(head.visible_when, head.id, inside):
                block = self._painter.block(head.elements, head.height, inside)
                self._place(block, head.id)
                if head.repeat:
                    flow.repeats.append((block.height, partial(self._again, block)))
            self._groups(run, level + 1, group.rows, inside, tail if is_last else 0.0, keep if is_last else 0)
            del flow.repeats[above:]
            for foot in run.feet.get(head.id, ()):
                if self._reader.holds(foot.visible_when, foot.id, inside):
                    self._place(self._painter.block(foot.elements, foot.height, inside), foot.id)

    def _open_group(self, run: ListRun, level: int, group: Group, data: Data) -> None:
        """Turn the page where a group must begin on one, stay whole, or would leave its head alone at the foot of this one."""
        head, flow = run.heads[level], self._flow
        if flow.fresh:
            return
        first = run.body.height if isinstance(run.body, Detail) else run.body.table.row_height
        if isinstance(run.body, TableBand) and run.body.table.heading:
            first += run.body.table.heading.height
        need = sum(each.height for each in run.heads[level:]) + first
        if head.keep_together:
            whole = self._height_of(run, level, group, data)
            need = whole if whole <= flow.capacity else need
        if need > flow.left() + 0.01 or (head.page_break_before and group.number > 1):
            flow.new_page()

    def _height_of(self, run: ListRun, level: int, group: Group, data: Data) -> float:
        """How much a group takes, as far as that can be told beforehand."""
        heads: list[GroupHead] = run.heads[level:]
        feet = sum(foot.height for head in heads for foot in run.feet.get(head.id, ()))
        if isinstance(run.body, Detail):
            band = run.body
            rows = (self._painter.block(band.elements, band.height, {**data, "line": row, "row": 1}) for row in group.rows)
            return sum(head.height for head in heads) + feet + sum(block.height for block in rows)
        table = TableRows(run.body.table, run.body.id, self._reader, self._styles, data, group.rows)
        heading = table.heading()
        below = run.body.table.row_height if run.body.table.total else 0.0
        return sum(h.height for h in heads) + feet + sum(r.height for r in table.rows) + (heading.height if heading else 0) + below

    def _again(self, block: Block, y: float) -> None:
        """The head of a group on the next page."""
        self._draw(block, self._left, y, self._flow.marks, len(self._flow.pages) - 1)

    def _detail(self, band: Detail, rows: tuple[Data, ...], data: Data, tail: float, keep: int, fill: bool) -> None:
        blocks = []
        for index, row in enumerate(rows):
            inside = {**data, "line": row, "row": index + 1}
            blocks.append(self._painter.block(band.elements, band.height, inside))
        for index, block in enumerate(blocks):
            rest = sum(item.height for item in blocks[index:]) + tail
            kept = index >= len(blocks) - keep and not self._flow.fresh and rest > self._flow.left()
            if (kept and rest <= self._flow.capacity) or (band.page_break_between and index):
                self._flow.new_page()
            self._place(block, band.id, band.stripe if index % 2 else "")
        if fill and band.height > 0 and (band.fill_page or band.min_rows > len(rows)):
            self._fill(band, len(rows), data, tail)

    def _fill(self, band: Detail, number: int, data: Data, tail: float) -> None:
        """Empty rows: of all that stands in a row, its lines and boxes."""
        drawn = tuple(e for e in band.elements if isinstance(e, (LineElement, RectangleElement)))
        most = MOST_FILLERS if band.fill_page else band.min_rows - number
        for index in range(number, number + most):
            if self._flow.left() + 0.01 < band.height + tail:
                break
            self._place(self._painter.block(drawn, band.height, data), band.id, band.stripe if index % 2 else "")

    def _place(self, block: Block, owner: str, stripe: str = "", divided: bool = False) -> None:
        """Put a block into the flow, on the next page if it does not fit, over several if it fits on none or may be divided."""
        flow = self._flow
        if block.height > flow.left() + 0.01 and not flow.fresh and block.height <= flow.capacity and not divided:
            flow.new_page()
        width = flow.width - self._left - self._template.page.margins.right
        if block.height <= flow.left() + 0.01:
            page = len(flow.pages) - 1
            if stripe:
                flow.marks.append(BoxMark(owner, self._left, flow.y, width, block.height, stripe))
            self._draw(block, self._left, flow.y, flow.marks, page)
            flow.take(block.height)
            return
        marks: list[Mark] = [BoxMark(owner, self._left, 0.0, width, block.height, stripe)] if stripe else []
        self._painter.draw(block, self._left, 0.0, marks, lambda piece, x, y: None)
        flow.spill(marks, block.height)

    def _draw(self, block: Block, x: float, y: float, marks: list[Mark], page: int) -> None:
        def late(piece: Piece, left: float, top: float) -> None:
            self._late.append((page, len(marks), piece, block.data, left, top))

        self._painter.draw(block, x, y, marks, late)

    def _reserved(self, bands: list[Any]) -> tuple[float, float]:
        """The height to keep free on the first page and on the others, whether or not one of them is the last."""
        first = max(_height(bands, 1, 1), _height(bands, 1, 2))
        other = max(_height(bands, 2, 2), _height(bands, 2, 3))
        return first, other

    def _finish(self) -> None:
        """What could wait for the number of pages: late elements, page heads and feet, and the check of the paper's edge."""
        pages = self._flow.pages
        if self._template.page.roll:
            self._cut_roll()
        for page, index, piece, data, x, y in reversed(self._late):
            marks: list[Mark] = []
            self._painter.draw_late(piece.element, {**data, "page": page + 1, "pages": len(pages)}, x, y, marks)
            pages[page].marks[index:index] = marks
        margins = self._template.page.margins
        for number, sheet in enumerate(pages, 1):
            data = {**self._data, "page": number, "pages": len(pages)}
            head = self._page_bands(self._heads, number, len(pages), data, margins.top)
            feet = _shown(self._feet, number, len(pages))
            feet = [band for band in feet if self._reader.holds(band.visible_when, band.id, data)]
            bottom = sheet.height - margins.bottom - sum(band.height for band in feet)
            foot = self._page_bands(self._feet, number, len(pages), data, bottom)
            sheet.marks[:0] = head
            sheet.marks += foot
            if self._seals:
                on_top = [mark for mark in sheet.marks if mark.element in self._seals]
                sheet.marks[:] = [mark for mark in sheet.marks if mark.element not in self._seals] + on_top
        self._check_edges()

    def _cut_roll(self) -> None:
        """A roll is as long as what stands on it."""
        for number, sheet in enumerate(self._flow.pages, 1):
            feet = sum(band.height for band in _shown(self._feet, number, len(self._flow.pages)))
            low = self._flow.y if number == len(self._flow.pages) else self._flow.bottom
            sheet.height = max(low + feet + self._template.page.margins.bottom, SHORTEST_ROLL)

    def _page_bands(self, bands: list[Any], number: int, pages: int, data: Data, y: float) -> list[Mark]:
        marks: list[Mark] = []
        for band in _shown(bands, number, pages):
            if self._reader.holds(band.visible_when, band.id, data):
                block = self._painter.block(band.elements, band.height, data, numbered=True)
                self._painter.draw(block, self._left, y, marks, lambda piece, left, top: None)
                y += band.height
        return marks

    def _draw_table(self, element: TableElement, data: Data, x: float, y: float, marks: list[Mark]) -> None:
        """A table inside a band: as many rows as its box holds."""
        rows = TableRows(element.table, element.id, self._reader, self._styles, data)
        placed = []
        top, bottom = y, y + element.height
        heading = rows.heading()
        for row in [heading, *rows.rows] if heading else rows.rows:
            if top + row.height > bottom + 0.01:
                self._reader.note_clipped(element.id, _("more rows than the table has room for"))
                break
            row.draw(x, top, rows.width, element.id, marks)
            placed.append((top, row))
            top += row.height
        rows.lines(x, y, placed, marks)

    def _check_edges(self) -> None:
        """Report elements that reach over the edge of the paper."""
        width = self._template.page.dimensions()[0]
        for band in self._template.bands:
            for element in getattr(band, "elements", ()):
                right = self._left + element.x + element.width
                if self._left + element.x < -0.05 or right > width + 0.05:
                    self._problems.add("off_paper", element.id, _("reaches over the edge of the paper"))
            if isinstance(band, TableBand):
                right = self._left + band.x + sum(column.width for column in band.table.columns)
                if right > width + 0.05:
                    self._problems.add("off_paper", band.id, _("reaches over the edge of the paper"))


def _shown(bands: list[Any], page: int, pages: int) -> list[Any]:
    """The page heads or feet that belong on a page."""
    first, last = page == 1, page == pages
    on = {
        "every": True,
        "first": first,
        "not_first": not first,
        "middle": not first and not last,
        "not_last": not last,
        "last": last,
    }
    return [band for band in bands if on[band.on]]


def _height(bands: list[Any], page: int, pages: int) -> float:
    return float(sum(band.height for band in _shown(bands, page, pages)))
