"""How wide the columns of a list are: as the person made them, or as what stands in them needs."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QTableView

from crm_desktop.options import Options
from crm_desktop.words import _
from ui import theme
from ui.list_cells import Column

_CHARACTER, _AROUND = 8, 26  # pixels of a character in a list, and around a text
_ARROW = 66  # pixels of a filter that are not its words
_NAME_LEAST = 190  # what the widest column keeps when there is little room


def natural_width(table: QTableView, column: Column, options: Options) -> int:
    """How wide a column is that nobody has sized."""
    worn, metrics = theme.current(), table.fontMetrics()
    title = metrics.horizontalAdvance(_(column.field.label)) * 11 // 10 + worn.px(_AROUND + 16)
    wide = worn.px((column.field.width or 12) * _CHARACTER + _AROUND)
    if column.field.options:  # a choice is never cut off
        choices = (metrics.horizontalAdvance(c.shown()) for c in options.choices(column.field.options))
        wide = max(choices, default=worn.px(60)) + worn.px(_AROUND + 14)
        wide = max(wide, metrics.horizontalAdvance(_("All")) + worn.px(_ARROW))  # nor what its filter says when there is none
    return max(wide, title)


def widths_for(
    table: QTableView, columns: list[Column], options: Options, kept: Mapping[str, int], *, fill: bool
) -> list[int]:
    """The width of each column; with `fill` the widest one takes the room that is left, or gives what is lacking."""
    worn = theme.current()
    widths = [worn.px(kept[c.name]) if c.name in kept else natural_width(table, c, options) for c in columns]
    if fill and widths:
        spare = table.viewport().width() - sum(widths)
        at = max(range(len(columns)), key=lambda i: columns[i].field.width)
        widths[at] = max(widths[at] + spare, min(widths[at], worn.px(_NAME_LEAST)))
    return widths


def unscaled(pixels: int) -> int:
    """Pixels as they would be at a text size of 100 %."""
    return round(pixels * 100 / theme.current().percent)
