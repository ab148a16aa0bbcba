"""Column types that mean the same on SQLite and PostgreSQL, value for value.

Money and quantities are scaled integers on both engines: sums agree to the cent, comparisons use plain indexes, and no float
is ever involved. Texts compare by code point on both ("C" collation); Chinese order comes from stored sort keys.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, LargeBinary, Text, TypeDecorator
from sqlalchemy import Date as SqlDate
from sqlalchemy.dialects.postgresql import TEXT

Identity = BigInteger().with_variant(Integer(), "sqlite")
"""Row numbers. SQLite hands out row ids only to a column that is called INTEGER."""

Blob = LargeBinary


class Words(TypeDecorator[str]):
    """Text of any length, ordered by code point. `length` is checked by the program, not by the engine."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int = 0) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(TEXT(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        # PostgreSQL refuses NUL in text and SQLite cuts the value there: it is never meant.
        return value.replace("\0", "") if value is not None and "\0" in value else value


class Scaled(TypeDecorator[Decimal]):
    """A decimal with a fixed number of digits, stored as an integer. Half a unit rounds away from zero (四舍五入)."""

    impl = BigInteger
    cache_ok = True
    digits = 2

    def __init__(self) -> None:
        super().__init__()

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if isinstance(value, float):
            raise TypeError("a float is never an amount")
        return int(Decimal(value).scaleb(self.digits).to_integral_value(ROUND_HALF_UP))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.digits)


class Money(Scaled):
    """An amount in its currency, two decimals."""

    cache_ok = True  # not inherited: SQLAlchemy asks every class
    digits = 2


class Price(Scaled):
    """A price of one unit, four decimals."""

    cache_ok = True  # not inherited: SQLAlchemy asks every class
    digits = 4


class Quantity(Scaled):
    """A quantity, a factor or a plain decimal, four decimals."""

    cache_ok = True  # not inherited: SQLAlchemy asks every class
    digits = 4


class Percent(Scaled):
    """A rate in percent, four decimals: 13 is 13 %."""

    cache_ok = True  # not inherited: SQLAlchemy asks every class
    digits = 4


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, always aware and in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment needs its time zone")
        value = value.astimezone(dt.UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


Date = SqlDate
Flag = Boolean


class Tags(TypeDecorator[tuple[str, ...]]):
    """Several short words, stored as `|a|b|` so that `LIKE '%|a|%'` finds a whole word."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        # A filter compares with a pattern, which is already text.
        if isinstance(value, str):
            return value
        words = [w.replace("|", "/").strip() for w in value or ()]
        return "|" + "|".join(dict.fromkeys(w for w in words if w)) + "|" if any(words) else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(w for w in (value or "").split("|") if w)


def new_uid() -> str:
    """A name for a row that no other database will give: for merging and for lost answers."""
    return uuid.uuid4().hex
