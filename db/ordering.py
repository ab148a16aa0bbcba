"""The SQL expression a list is ordered by, and the index that serves it.

Keyset pages compare the order columns of the last row, so an order column must never be NULL: a nullable column is ordered
through `coalesce` with a literal, and the index is made over the very same expression, or neither engine would use it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Date, DateTime, Index, Integer, Table, func, literal_column
from sqlalchemy import types as sqltypes
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

# Empty values stand last in ascending order, as Excel does it.
_LAST_NUMBER = "9223372036854775807"
_LAST_DATE = "'9999-12-31'"
_LAST_MOMENT = "'9999-12-31 23:59:59.000000'"


def _impl(column: Any) -> Any:
    kind = column.type
    return kind.impl if isinstance(kind, sqltypes.TypeDecorator) else kind


def sort_expression(column: Any) -> ColumnElement[Any]:
    """What to order `column` by: itself, or itself with a last value for NULL."""
    if not column.nullable:
        return column  # type: ignore[no-any-return]
    return filled(column)


def filled(column: Any) -> ColumnElement[Any]:
    """`column`, or what stands last in place of NULL."""
    kind = _impl(column)
    if isinstance(kind, DateTime):
        last = _LAST_MOMENT
    elif isinstance(kind, Date):
        last = _LAST_DATE
    elif isinstance(kind, (Integer, BigInteger)):
        last = _LAST_NUMBER
    else:
        last = "''"
    return func.coalesce(column, literal_column(last, column.type), type_=column.type)


def unindexed(expression: Any) -> Any:
    """The same value in a form no index serves: makes SQLite sort the few rows it has instead of walking a long index."""
    return UnaryExpression(expression, operator=custom_op("+"), type_=expression.type)


_WHOSE = ("owner_id", "department_id", "customer_id")


def add_sort_indexes(table: Table) -> None:
    """One index per sortable column of `table`, over the order expression and the id.

    What says whose a row is follows: the list of a person who reaches a part of the rows walks past the others inside the index.
    """
    whose = [table.c[n] for n in _WHOSE if n in table.c]
    for column in table.columns:
        about = column.info.get("field")
        if about is None or not about.sortable:
            continue
        by: Column[Any] = table.c[about.sort] if about.sort else column
        Index(f"sx_{table.name}_{by.name}", sort_expression(by), table.c.id, *(c for c in whose if c is not by))
