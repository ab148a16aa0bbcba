"""Many rows of one table as one parameter of one statement, for PostgreSQL.

A statement with a place for every value of twenty lines has eight hundred of them: the program writes it, the driver takes it apart and the
server reads and plans it anew for every other number of lines. This one stays the same and is known to all three.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, TextClause, text

_AT_ONCE = 1000  # rows: one text of some hundred kilobytes


@cache
def statement(table: Table, names: tuple[str, ...], *, telling: bool) -> TextClause:
    """Insert the rows of `:rows`, made by `packed`, in their order. telling: gives their ids, in the same order."""
    columns = ", ".join(f'"{name}"' for name in names)
    rows = f'ROWS FROM (json_populate_recordset(CAST(NULL AS "{table.name}"), CAST(:rows AS json))) WITH ORDINALITY'
    told = " RETURNING id" if telling else ""
    return text(f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {rows} ORDER BY ordinality{told}')


def packed(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> Iterator[str]:
    """The rows of these columns, in storage form, as texts for `:rows`."""
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    for start in range(0, len(rows), _AT_ONCE):
        found = rows[start : start + _AT_ONCE]
        yield json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=_form)


def _form(value: Any) -> str:
    """As the server reads it in the text of a value."""
    if isinstance(value, dt.date):  # a moment is one, too
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    raise TypeError(f"a {type(value).__name__} is never stored")
