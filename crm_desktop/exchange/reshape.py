"""A table as an import wants it, made from one as people have it: columns split and joined, two sheets of a document put together.

What is made stands behind the columns of the file, so that those keep their places.
"""

from __future__ import annotations

import re
from collections import defaultdict

from crm_desktop.errors import Told
from crm_desktop.exchange.cells import Cell, is_blank, text_of
from crm_desktop.exchange.headings import LINE, NUMBER
from crm_desktop.exchange.recipe import Joined, Recipe, called
from crm_desktop.exchange.tables import Known, Row, Table
from crm_desktop.words import _

_MOST_PARTS = 6
SPACES = " "
"""As a separator: any white space."""


def reshaped(table: Table, recipe: Recipe) -> Table:
    """The table with the columns that splitting and joining makes. Columns the recipe names and the table lacks are passed over."""
    if not recipe.split and not recipe.joined:
        return table
    made = Table(
        table.sheet, table.heading_row, list(table.headings),
        [Row(r.number, _padded(r.cells, len(table.headings))) for r in table.rows], list(table.notes), table.own_width,
    )  # fmt: skip
    places = {name: at for at, name in enumerate(called(table.headings))}
    for heading, separator in recipe.split.items():
        if heading in places and separator:
            _split(made, places[heading], heading, separator)
    for joined in recipe.joined:
        if all(h in places for h in joined.headings):
            _join(made, [places[h] for h in joined.headings], joined)
    return made


def _padded(cells: list[Cell], width: int) -> list[Cell]:
    return [*cells, *[None] * (width - len(cells))]


def _split(table: Table, at: int, heading: str, separator: str) -> None:
    pattern = re.compile(r"\s+" if separator == SPACES else re.escape(separator))
    pieces = []
    for row in table.rows:
        text = text_of(row.cells[at])
        pieces.append([p.strip() for p in pattern.split(text, _MOST_PARTS - 1)] if text else [])
    width = max(map(len, pieces), default=0)
    if width < 2:
        return
    table.headings += [f"{heading} [{n}]" for n in range(1, width + 1)]
    for row, parts in zip(table.rows, pieces, strict=True):
        row.cells += _padded([p or None for p in parts], width)


def _join(table: Table, places: list[int], joined: Joined) -> None:
    table.headings.append(joined.heading)
    for row in table.rows:
        parts = [text_of(row.cells[at]) for at in places if not is_blank(row.cells[at])]
        row.cells.append(joined.separator.join(parts) or None)


def with_lines(heads: Table, lines: Table, known: Known, known_of_lines: Known, key: str = "") -> Table:
    """Documents on one sheet and their lines on another as one table, a row per line.

    key: the heading that both sheets have; without it, the column that holds the document's number. Raises Told where none is.
    """
    ours, theirs = _key(heads, known, key), _key(lines, known, key)
    by_key: dict[str, list[Row]] = defaultdict(list)
    for row in lines.rows:
        by_key[_text_at(row, theirs)].append(row)
    width = len(heads.headings)
    taken = [at for at in range(len(lines.headings)) if at != theirs]
    named = set(heads.headings)
    headings = [
        f"{lines.sheet}: {lines.headings[at]}" if lines.headings[at] in named else lines.headings[at] for at in taken
    ]
    joined = Table(
        heads.sheet, heads.heading_row, [*heads.headings, *headings], [], [*heads.notes, *lines.notes], width
    )
    joined.meanings = {width + n: known_of_lines(lines.headings[at]) for n, at in enumerate(taken)}
    for row in heads.rows:
        cells, number = _padded(row.cells, width), _text_at(row, ours)
        for line in by_key.pop(number, []) or [Row(row.number, [])]:
            behind = [line.cells[at] if at < len(line.cells) else None for at in taken]
            joined.rows.append(Row(row.number, [*cells, *behind]))
    left = sum(map(len, by_key.values()))
    if left:
        shown = ", ".join(list(by_key)[:5])
        joined.notes.append(
            _("Sheet “{sheet}”: {count} rows belong to no document of the other sheet ({numbers}).").format(
                sheet=lines.sheet, count=left, numbers=shown
            )
        )
    return joined


def _text_at(row: Row, at: int) -> str:
    return text_of(row.cells[at]) if at < len(row.cells) else ""


def _key(table: Table, known: Known, key: str) -> int:
    for at, heading in enumerate(table.headings):
        if heading and (heading == key if key else known(heading) == "number"):
            return at
    raise Told(
        _("Sheet “{sheet}” has no column that says which document a row is of.").format(sheet=table.sheet),
        _("Its headings are: {headings}.").format(headings=", ".join(h for h in table.headings if h)),
    )


def lines_target(target: str) -> bool:
    """Whether a target is a field of a line."""
    return target.startswith(LINE) and not target.endswith(NUMBER)
