"""Rows of a list as text that Excel takes: cells apart by tabs, numbers without separators, headings from two rows on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.kinds import show
from crm_desktop.options import Options
from crm_desktop.records.record_type import Field
from crm_desktop.services.listing import iterate
from crm_desktop.words import _, ngettext
from ui.list_cells import Column

MOST_ROWS = 20_000
"""What a clipboard takes without trouble; more is exported to a file."""


def plain(value: Any, about: Field, options: Options) -> str:
    """One cell."""
    text = str(value) if isinstance(value, Decimal) else show(value, about, options)
    return " ".join(text.split())


def rows_as_text(columns: Sequence[Column], rows: Iterable[Sequence[Any]], options: Options) -> str:
    """The rows, with the headings above where there are several."""
    lines = ["\t".join(plain(row[at], c.field, options) for at, c in enumerate(columns)) for row in rows]
    if len(lines) > 1:
        lines.insert(0, "\t".join(_(c.field.label) for c in columns))
    return "\n".join(lines)


def result_as_text(app: Application, query: ListQuery, columns: Sequence[Column]) -> tuple[str, int, bool]:
    """The whole result of a query, its first 20,000 rows where it is longer; how many rows these are, and whether they are all."""
    with closing(iterate(app, query, MOST_ROWS + 1)) as chunks:
        rows = next(chunks, [])
    taken = rows[:MOST_ROWS]
    return rows_as_text(columns, taken, app.options), len(taken), len(taken) == len(rows)


def copied_words(count: int, *, whole: bool) -> str:
    """What is said after copying."""
    if whole:
        return ngettext("{count} row copied.", "{count} rows copied.", count).format(count=f"{count:,}")
    return _("Only the first {count} rows were copied: a clipboard takes no more. Export gives all of them.").format(
        count=f"{count:,}"
    )
