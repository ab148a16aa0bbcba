"""From a sheet as people have it to a table: the heading row below titles and instructions, rows that hold records, nothing else.

Whatever is left out (totals, repeated headings, footers) is said in `notes`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest

from crm_desktop.errors import Missing, Told
from crm_desktop.exchange.cells import Cell, Sheet, Workbook, is_blank, text_of
from crm_desktop.exchange.headings import folded
from crm_desktop.exchange.recipe import column_letter
from crm_desktop.words import _

Known = Callable[[str], str]

_TOTALS = {
    "合计",
    "总计",
    "小计",
    "共计",
    "总合计",
    "汇总",
    "本页合计",
    "本页小计",
    "total",
    "totals",
    "grandtotal",
    "subtotal",
    "sum",
}
_SEARCHED = 40  # rows in which headings are looked for


@dataclass(slots=True)
class Row:
    """One row below the headings; `number` is its place in the file, counting from 1."""

    number: int
    cells: list[Cell]


@dataclass
class Table:
    """Rows under headings. A column without heading has ''."""

    sheet: str
    heading_row: int
    headings: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    own_width: int = 0  # how many of the columns stand in the file, where more were made from them; 0: all

    def columns(self) -> list[tuple[Cell, ...]]:
        """The cells of every column that any row reaches, None where a row is shorter."""
        return list(zip_longest(*(row.cells for row in self.rows)))
    meanings: dict[int, str] = field(
        default_factory=dict
    )  # what columns are known to go to, whatever their headings say


def choose_sheet(book: Workbook, name: str, known: Known) -> Sheet:
    """The sheet called `name`, or the one whose headings are known best. Raises Missing, or Told for a book without data.

    The one sheet of a text file is called like the file, and is meant by any name.
    """
    if name and "delimiter" not in book.found:
        for sheet in book.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        names = ", ".join(s.name for s in book.sheets)
        raise Missing(
            _("“{file}” has no sheet “{sheet}”.").format(file=book.name, sheet=name),
            _("Its sheets: {names}.").format(names=names),
        )
    filled = [s for s in book.sheets if any(s.rows)]
    if not filled:
        raise Told(_("“{file}” holds no rows.").format(file=book.name))
    return max(filled, key=lambda s: (_best_heading(s, known)[1], not s.hidden))


def _best_heading(sheet: Sheet, known: Known) -> tuple[int, int]:
    """The index of the row whose cells are most often known as headings, and how often. A row below one with merged cells counts
    with what stands above it.
    """
    best, most = -1, 0
    for index, row in enumerate(sheet.rows[:_SEARCHED]):
        count = _known_in(row, known)
        if index and _is_second_heading(sheet.rows[index - 1], row, known):
            count = max(count, _known_in(_both_rows(sheet.rows[index - 1], row), known))
        if count > most:
            best, most = index, count
    return best, most


def _known_in(row: list[Cell], known: Known) -> int:
    return len({known(cell) for cell in row if isinstance(cell, str) and len(cell) <= 60} - {""})


def _is_second_heading(above: list[Cell], row: list[Cell], known: Known) -> bool:
    """Whether a row divides merged headings above it: it has headings of its own, and gaps below cells that reach down to it."""
    filled = [c for c in row if not is_blank(c)]
    if not filled or not all(isinstance(c, str) and len(c) <= 60 for c in filled) or _known_in(row, known) < 1:
        return False
    down = [a for at, a in enumerate(above) if not is_blank(a) and (at >= len(row) or is_blank(row[at]))]
    return bool(down) and all(isinstance(a, str) and len(a) <= 60 for a in down) and _known_in(down, known) > 0


def _both_rows(above: list[Cell], row: list[Cell]) -> list[Cell]:
    """The headings of two rows: the lower one, or the cell above that reaches down."""
    width = max(len(above), len(row))
    lower, upper = [*row, *[None] * (width - len(row))], [*above, *[None] * (width - len(above))]
    return [upper[at] if is_blank(lower[at]) else lower[at] for at in range(width)]


def find_table(sheet: Sheet, known: Known) -> Table:
    """The table in a sheet. Raises Told when no row looks like headings."""
    at, count = _best_heading(sheet, known)
    if at < 0:
        first = next((r for r in sheet.rows if any(not is_blank(c) for c in r)), [])
        seen = ", ".join(text_of(c) for c in first if not is_blank(c))[:200]
        raise Told(
            _("Sheet “{sheet}”: no row with headings was recognised.").format(sheet=sheet.name),
            _("The first row holds: {cells}.").format(cells=seen or _("nothing")),
        )
    merged = at > 0 and count > _known_in(sheet.rows[at], known)
    return table_below(sheet, at, merged=merged)


def table_below(sheet: Sheet, at: int, *, merged: bool = False) -> Table:
    """The table under the headings in the row with index `at`, whatever stands there. merged: with those that reach down to it."""
    row = _both_rows(sheet.rows[at - 1], sheet.rows[at]) if merged else sheet.rows[at]
    headings = [text_of(c).replace("\n", "") for c in row]
    table = Table(sheet.name, at + 1, headings, [])
    _fill(table, sheet, at)
    _note_columns_without_heading(table)
    return table


def _fill(table: Table, sheet: Sheet, at: int) -> None:
    own = [folded(h) for h in table.headings]
    first = next((h for h in own if h), "")
    last_total = 0
    for index in range(at + 1, len(sheet.rows)):
        cells = sheet.rows[index]
        filled: list[Cell] = [c for c in cells if c is not None and (type(c) is not str or not is_blank(c))]
        number = index + 1
        if not filled:
            continue
        if len(filled) >= 2 and _is_heading(cells, filled[0], first, own):
            table.notes.append(_("Row {row}: the headings again, left out.").format(row=number))
        elif _is_total(filled):
            last_total = number
            table.notes.append(_("Row {row}: a total, left out.").format(row=number))
        elif last_total and len(filled) == 1:
            table.notes.append(_("Row {row}: stands below the total, left out.").format(row=number))
        else:
            table.rows.append(Row(number, cells))


def _is_heading(cells: list[Cell], filled: Cell, first: str, own: list[str]) -> bool:
    """Whether a row repeats the headings, as lists do that were printed by page."""
    return (
        isinstance(filled, str) and folded(filled) == first and [folded(text_of(c)) for c in cells] == own[: len(cells)]
    )


def _is_total(filled: list[Cell]) -> bool:
    """A total names itself first and holds nothing but numbers; a company may well be called Total."""
    first = filled[0]
    if not isinstance(first, str) or folded(first) not in _TOTALS:
        return False
    return all(
        not isinstance(c, str) or text_of(c).lstrip("-¥￥$").replace(",", "").replace(".", "").isdecimal()
        for c in filled[1:]
    )


def _note_columns_without_heading(table: Table) -> None:
    width = max((len(r.cells) for r in table.rows), default=0)
    table.headings += [""] * (width - len(table.headings))
    for index, heading in enumerate(table.headings):
        if not heading and any(index < len(r.cells) and not is_blank(r.cells[index]) for r in table.rows):
            table.notes.append(
                _("Column {column} has no heading and was left out.").format(column=column_letter(index))
            )
