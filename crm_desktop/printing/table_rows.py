"""A table's columns and rows, measured: what each cell says, how high each row is, and the sums of the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from crm_desktop.printing.evaluate import Data, Reader
from crm_desktop.printing.marks import BoxMark, LineMark, Mark
from crm_desktop.printing.styles import Style, Styles
from crm_desktop.printing.template import Column, SumRow, Table
from crm_desktop.printing.text_fit import Fitted, fit, place

MOST_ROWS = 20_000


@dataclass(frozen=True)
class ShownColumn:
    """A column with its place and looks."""

    column: Column
    x: float
    width: float
    style: Style
    title_style: Style


@dataclass(frozen=True)
class Cell:
    """One fitted cell; `width` may span several columns."""

    owner: str
    x: float
    width: float
    fitted: Fitted
    style: Style


@dataclass(frozen=True)
class Row:
    """A row of cells. `numbers` are the values of the columns that are summed."""

    cells: tuple[Cell, ...]
    height: float
    numbers: Mapping[str, Decimal]
    fill: str = ""

    def draw(self, x: float, y: float, width: float, owner: str, marks: list[Mark]) -> None:
        """Paint fill and texts with the upper left corner of the table at x."""
        if self.fill:
            marks.append(BoxMark(owner, x, y, width, self.height, self.fill))
        for cell in self.cells:
            place(cell.fitted, cell.style, cell.owner, x + cell.x, y, cell.width, self.height, marks)


class TableRows:
    """All rows of one table for one set of data."""

    def __init__(
        self, table: Table, owner: str, reader: Reader, styles: Styles, data: Data, rows: tuple[Data, ...] | None = None
    ) -> None:
        """rows: those of one group; all of the list when None."""
        self.table, self.owner = table, owner
        self._reader, self._styles, self._data = reader, styles, data
        rows = (reader.rows(table.over, owner, data) if rows is None else rows)[:MOST_ROWS]
        columns = [column for column in table.columns if reader.holds(column.visible_when, column.id, data)]
        texts, numbers = self._texts(columns, rows)
        hidden = {
            column.id for column in columns if column.hide_when_empty and not any(row[column.id] for row in texts)
        }
        self.columns = self._placed([column for column in columns if column.id not in hidden])
        self.width = sum(shown.width for shown in self.columns)
        self.rows = [
            self._row(text, number, index) for index, (text, number) in enumerate(zip(texts, numbers, strict=True))
        ]
        if not self.rows and table.empty_text:
            self.rows = [self._message(reader.mixed(table.empty_text, self._plain(), owner, data))]

    def heading(self) -> Row | None:
        """The row of titles."""
        heading = self.table.heading
        if heading is None or not self.columns:
            return None
        cells = []
        for shown in self.columns:
            text = self._reader.mixed(shown.column.title, shown.title_style, shown.column.id, self._data)
            cells.append(self._cell(shown.column.id, shown.x, shown.width, text, shown.title_style, heading.height))
        height = max([heading.height, *(cell.fitted.height + 2 * cell.style.padding for cell in cells)])
        fill = self._styles.of(heading.style, self.owner).fill
        return Row(tuple(cells), height, {}, fill)

    def empty_row(self, index: int) -> Row:
        """A filler row."""
        return Row((), self.table.row_height, {}, self.table.stripe if index % 2 else "")

    def sum_row(self, place: str, totals: Mapping[str, Decimal]) -> Row:
        """A row with a label and sums; `place` is the entry of the table that describes it, such as `total`."""
        sums: SumRow = getattr(self.table, place)
        base = self._styles.of(sums.style, self.owner)
        height = self.table.row_height
        summed = [shown for shown in self.columns if shown.column.sum]
        end = summed[0].x if summed else self.width
        cells = []
        if end > 0:
            text = self._reader.mixed(sums.label, base, self.owner, self._data)
            label = self._styles.made(f"label {place}", self.owner, partial(replace, base, fill="", overflow="shrink"))
            cells.append(self._cell(self.owner, 0.0, end, text, label, height))
        for shown in self.columns:
            if shown.x < end:
                continue
            look = self._styles.made(f"sum {place}", shown.column.id, partial(_sum_style, shown.style, base))
            value = totals.get(shown.column.id, Decimal(0)) if shown.column.sum else None
            text = self._reader.shown(value, look, shown.column.id)
            cells.append(self._cell(shown.column.id, shown.x, shown.width, text, look, height))
        return Row(tuple(cells), height, {}, base.fill)

    def lines(self, x: float, y: float, placed: list[tuple[float, Row]], marks: list[Mark]) -> None:
        """The lines of the rows that stand on one page, each with its top; y is the top of the first."""
        table, owner = self.table, self.owner
        if table.lines == "none" or not placed:
            return
        bottom = placed[-1][0] + placed[-1][1].height

        def line(x1: float, y1: float, x2: float, y2: float) -> None:
            marks.append(LineMark(owner, x1, y1, x2, y2, table.line_width, table.line_color))

        right = x + self.width
        line(x, y, right, y)
        line(x, bottom, right, bottom)
        if table.lines in ("grid", "rows"):
            for top, _row in placed[1:]:
                line(x, top, right, top)
        if table.lines == "rows":
            return
        line(x, y, x, bottom)
        line(right, y, right, bottom)
        if table.lines == "grid":
            for shown in self.columns[1:]:
                for start, end in _runs(shown.x, placed):
                    line(x + shown.x, start, x + shown.x, end)

    def _texts(
        self, columns: list[Column], rows: tuple[Data, ...]
    ) -> tuple[list[dict[str, str]], list[dict[str, Decimal]]]:
        texts, numbers = [], []
        looks = {column.id: self._styles.of(column.style, column.id) for column in columns}
        for index, row in enumerate(rows):
            data = {**self._data, "line": row, "row": index + 1}
            text: dict[str, str] = {}
            number: dict[str, Decimal] = {}
            for column in columns:
                value = self._reader.value(column.value, column.id, data) if column.value else None
                text[column.id] = self._reader.shown(value, looks[column.id], column.id)
                if column.sum and isinstance(value, (int, Decimal)):
                    number[column.id] = Decimal(value)
            texts.append(text)
            numbers.append(number)
        return texts, numbers

    def _placed(self, columns: list[Column]) -> list[ShownColumn]:
        """Columns with their places; the room of hidden ones goes to those that stretch, else to all."""
        full = sum(column.width for column in self.table.columns)
        used = sum(column.width for column in columns)
        elastic = [column for column in columns if column.stretch] or columns
        share = (full - used) / (sum(column.width for column in elastic) or 1.0)
        heading = self._styles.of(self.table.heading.style, self.owner) if self.table.heading else Style()
        placed = []
        x = 0.0
        for column in columns:
            width = column.width * (1 + share) if column in elastic else column.width
            style = self._styles.of(column.style, column.id)
            title_style = self._styles.made("title", column.id, partial(self._title_style, column, heading, style))
            placed.append(ShownColumn(column, x, width, style, title_style))
            x += width
        return placed

    def _title_style(self, column: Column, heading: Style, style: Style) -> Style:
        return self._styles.over(replace(heading, align=style.align, fill=""), column.title_style, column.id)

    def _row(self, texts: Mapping[str, str], numbers: Mapping[str, Decimal], index: int) -> Row:
        least = self.table.row_height
        cells = []
        height = least
        for shown in self.columns:
            text = texts[shown.column.id]
            if not text and not shown.style.fill:
                continue
            cell = self._cell(shown.column.id, shown.x, shown.width, text, shown.style, least)
            height = max(height, cell.fitted.height + 2 * cell.style.padding * 0.6)
            cells.append(cell)
        return Row(tuple(cells), height, numbers, self.table.stripe if index % 2 else "")

    def _message(self, text: str) -> Row:
        style = replace(self._plain(), align="center")
        cell = self._cell(self.owner, 0.0, self.width, text, style, self.table.row_height)
        return Row((cell,), max(self.table.row_height, cell.fitted.height), {})

    def _cell(self, owner: str, x: float, width: float, text: str, style: Style, height: float) -> Cell:
        inner = max(width - 2 * style.padding, 0.5)
        # A cell grows with its row unless its style says that the text has to give way.
        room = height if style.overflow in ("shrink", "clip") else None
        fitted = fit(text, style, inner, room)
        if fitted.clipped:
            self._reader.note_clipped(owner, text)
        return Cell(owner, x, width, fitted, style)

    def _plain(self) -> Style:
        return self._styles.of(None, self.owner)


def _sum_style(style: Style, base: Style) -> Style:
    return replace(style, bold=base.bold, color=base.color, size=base.size, fill="", overflow="shrink")


def _runs(x: float, placed: list[tuple[float, Row]]) -> list[tuple[float, float]]:
    """The stretches of height where a column edge is not covered by a cell that spans it."""
    runs: list[tuple[float, float]] = []
    for top, row in placed:
        if any(cell.x < x - 0.01 and cell.x + cell.width > x + 0.01 for cell in row.cells):
            continue
        if runs and abs(runs[-1][1] - top) < 0.01:
            runs[-1] = (runs[-1][0], top + row.height)
        else:
            runs.append((top, top + row.height))
    return runs
