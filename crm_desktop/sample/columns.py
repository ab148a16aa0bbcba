"""Whole rows of a table in storage form, from the few values a maker gives and the defaults of the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from db.bulk import ids_given, insert_rows
from db.types import Scaled


def scaled(value: Decimal, digits: int) -> int:
    """A decimal as db/types.py stores it; it must have no more digits than that."""
    return int(value.scaleb(digits))


def _default(column: Any, stamp: dt.datetime) -> Any:
    default = column.default
    if column.name in ("created_at", "updated_at"):
        return stamp
    if column.name == "extra":
        return "{}"
    if default is None or default.is_sequence:
        return None
    value = default.arg(None) if default.is_callable else default.arg
    if isinstance(column.type, Scaled) and value is not None:
        return scaled(Decimal(value), column.type.digits)
    return "" if value == () else value


class Loader:
    """Inserts made rows into one table."""

    def __init__(self, connection: Connection, table: Any, stamp: dt.datetime, **fixed: Any) -> None:
        self._connection, self.table = connection, table
        self._base = {c.name: _default(c, stamp) for c in table.columns} | fixed
        self._names = list(self._base)

    def _rows(self, made: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
        for values in made:
            yield tuple((self._base | values).values())  # type: ignore[operator]

    def load(self, made: Iterable[Mapping[str, Any]]) -> int:
        """Insert; each mapping names columns, the id among them. Gives how many."""
        count = insert_rows(self._connection, self.table, self._names, self._rows(made))
        ids_given(self._connection, self.table)
        return count
