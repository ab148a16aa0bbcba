"""Walking a long list: keyset pages, never OFFSET, which costs more the deeper one is.

A page begins after the order values of the last row shown. The order ends in `id`, so it is total, and no order value is NULL
(see db/ordering.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, and_, func, literal, or_, select, true, tuple_

from db.engine import is_sqlite
from db.ordering import unindexed


class Key(NamedTuple):
    """One order key: a never-NULL expression and its direction."""

    expression: Any
    descending: bool = False


def turned(keys: Sequence[Key]) -> list[Key]:
    """The keys of the same order read from its end."""
    return [Key(k.expression, not k.descending) for k in keys]


def after_key(keys: Sequence[Key], last: Sequence[Any]) -> ColumnElement[bool]:
    """The rows that follow the row with these order values."""
    values = [literal(v, k.expression.type) for k, v in zip(keys, last, strict=True)]
    directions = {k.descending for k in keys}
    if len(directions) == 1:  # one comparison of rows, which an index over the keys answers
        left, right = tuple_(*(k.expression for k in keys)), tuple_(*values)
        after = left < right if keys[0].descending else left > right
        if isinstance(keys[0].expression, Column):
            return after
        # SQLite compares rows by an index of columns only; over an expression it would read the index from its beginning.
        first, value = keys[0].expression, values[0]
        return and_(first <= value if keys[0].descending else first >= value, after)
    parts = []
    for at, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [k.expression == v for k, v in zip(keys[:at], values[:at], strict=True)]
        parts.append(and_(true(), *same, key.expression < value if key.descending else key.expression > value))
    return or_(*parts)


def up_to_key(keys: Sequence[Key], last: Sequence[Any]) -> ColumnElement[bool]:
    """The rows up to the row with these order values, itself included; all keys must have one direction."""
    left = tuple_(*(k.expression for k in keys))
    values = [literal(v, k.expression.type) for v, k in zip(last, keys, strict=True)]
    within = left >= tuple_(*values) if keys[0].descending else left <= tuple_(*values)
    first = keys[0].expression
    if isinstance(first, Column):
        return within
    # As in `after_key`: over an expression only this bound lets SQLite stop.
    return and_(first >= values[0] if keys[0].descending else first <= values[0], within)


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


def _steps(query: Select[Any], keys: Sequence[Key], last: Sequence[Any]) -> Iterator[Select[Any]]:
    """The rows after `last` in parts that follow one another: those that share all order values but the last one, and so on."""
    first = keys[0].expression
    shared = 1 if isinstance(first, Column) and first.unique else len(keys)  # nothing shares a unique value
    for at in reversed(range(shared)):
        same = (k.expression == literal(v, k.expression.type) for k, v in zip(keys[:at], last, strict=False))
        step = query.where(*same, after_key(keys[at : at + 1], last[at : at + 1]))
        yield step.order_by(*(k.expression.desc() if k.descending else k.expression for k in keys[at:]))


def fetch(
    connection: Connection,
    query: Select[Any],
    keys: Sequence[Key],
    last: Sequence[Any] | None,
    size: int,
    few: bool = False,
    steps: bool = False,
) -> Sequence[Row[Any]]:
    """The rows of `page`, at the same cost at any depth. steps: the keys belong to several tables, which no engine compares at once.

    Many rows may share the first order value, such as a status, or no date at all. SQLite compares a pair of values by the first
    of them only where the second is the row's id, and would read all rows that share it up to the page; so those are asked for
    by themselves, and what comes after them only where that leaves room.
    """
    if last is None or few or not (steps or is_sqlite(connection)):
        return connection.execute(page(query, keys, last, size, few)).all()
    found: list[Row[Any]] = []
    for step in _steps(query.add_columns(*(k.expression for k in keys)), keys, last):
        found += connection.execute(step.limit(size - len(found))).all()
        if len(found) == size:
            break
    return found


def milestone(
    connection: Connection, query: Select[Any], keys: Sequence[Key], last: Sequence[Any] | None, distance: int
) -> Sequence[Any] | None:
    """The order values of the row that stands `distance` rows after the one that follows `last`; None beyond the end."""
    chosen = query.with_only_columns(*(k.expression for k in keys))
    by = (k.expression.desc() if k.descending else k.expression for k in keys)
    steps = [chosen.order_by(*by)] if last is None or not is_sqlite(connection) else _steps(chosen, keys, last)
    for step in steps:
        if last is not None and not is_sqlite(connection):
            step = step.where(after_key(keys, last))
        row = connection.execute(step.limit(1).offset(distance)).first()
        if row is not None:
            return tuple(row)
        distance -= count(connection, step, distance)
    return None


def count(connection: Connection, query: Select[Any], cap: int | None) -> int:
    """How many rows `query` has, counting no further than cap + 1."""
    counted = query if cap is None else query.limit(cap + 1)
    return int(connection.execute(select(func.count()).select_from(counted.subquery())).scalar_one())
