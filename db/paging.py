"""Walking a long list: keyset pages, never OFFSET, which costs more the deeper one is.

A page begins after the order values of the last row shown. The order ends in `id`, so it is total, and no order value is NULL
(see db/ordering.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, true, tuple_

from db.ordering import unindexed


class Key(NamedTuple):
    """One order key: a never-NULL expression and its direction."""

    expression: Any
    descending: bool = False


def after_key(keys: Sequence[Key], last: Sequence[Any]) -> ColumnElement[bool]:
    """The rows that follow the row with these order values."""
    values = [literal(v, k.expression.type) for k, v in zip(keys, last, strict=True)]
    directions = {k.descending for k in keys}
    if len(directions) == 1:  # one comparison of rows, which an index over the keys answers
        left, right = tuple_(*(k.expression for k in keys)), tuple_(*values)
        return left < right if keys[0].descending else left > right
    parts = []
    for at, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [k.expression == v for k, v in zip(keys[:at], values[:at], strict=True)]
        parts.append(and_(true(), *same, key.expression < value if key.descending else key.expression > value))
    return or_(*parts)


def up_to_key(keys: Sequence[Key], last: Sequence[Any]) -> ColumnElement[bool]:
    """The rows up to the row with these order values, itself included; all keys must have one direction."""
    left = tuple_(*(k.expression for k in keys))
    right = tuple_(*(literal(v, k.expression.type) for v, k in zip(last, keys, strict=True)))
    return left >= right if keys[0].descending else left <= right


def page(
    query: Select[Any], keys: Sequence[Key], last: Sequence[Any] | None, size: int, few: bool = False
) -> Select[Any]:
    """`query` limited to the `size` rows after `last`; the order values are added as the last columns.

    few: the conditions leave few rows, so they are to be found first and sorted then.
    """
    query = query.add_columns(*(k.expression for k in keys))
    if last is not None:
        query = query.where(after_key(keys, last))
    shown = [unindexed(k.expression) if few else k.expression for k in keys]
    return query.order_by(*(e.desc() if k.descending else e for e, k in zip(shown, keys, strict=True))).limit(size)


def count(connection: Connection, query: Select[Any], cap: int | None) -> int:
    """How many rows `query` has, counting no further than cap + 1."""
    counted = query if cap is None else query.limit(cap + 1)
    return int(connection.execute(select(func.count()).select_from(counted.subquery())).scalar_one())
