"""What a cell of a foreign table can hold, and a sheet of such cells.

Values are str, int, Decimal, bool, date, datetime, or None for nothing. Texts are kept as they stand: a leading zero or a
full-width bracket may be meant, and only the field that takes the value can tell.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Cell = str | int | Decimal | bool | dt.date | dt.datetime | None

BLANKS = " \t\r\n\u00a0\u200b\u3000\ufeff"
"""What people and programs leave in cells that are meant to be empty."""


@dataclass
class Sheet:
    """One sheet; `rows[0]` is row 1 of the file. Rows may differ in length, and an empty one is an empty list."""

    name: str
    rows: list[list[Cell]]
    hidden: bool = False


@dataclass
class Workbook:
    """A file that was read. `found` says what had to be found out, such as encoding and delimiter, for people to check."""

    name: str
    sheets: list[Sheet]
    found: dict[str, str] = field(default_factory=dict)


def decimal_of(value: float) -> Decimal:
    """The number a workbook shows: Excel computes with fifteen digits, and so hides what binary fractions leave behind."""
    return Decimal(f"{value:.15g}")


def is_blank(value: Any) -> bool:
    """Whether a cell holds nothing that anybody meant."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def text_of(value: Cell) -> str:
    """The text of a cell, as a person would write it: whole numbers without point, no exponent."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip(BLANKS)
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    return str(value)
