"""SQL for fields an administrator added; their values live in `Record.extra` (JSON).

The JSON path must stand in the SQL as a literal, or neither engine uses an expression index on it; so names are checked
against a strict pattern before they get there.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, Text, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from db.types import Quantity

NAME = re.compile(r"x_[a-z0-9_]{1,40}")
"""Custom fields begin with x_, so that a later version's own field can never meet one."""


class _ExtraText(FunctionElement[str]):
    type = Text()
    inherit_cache = True
    name = "extra_text"


@compiles(_ExtraText)
def _sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column, name = element.clauses
    return f"coalesce(json_extract({compiler.process(column, **kw)}, '$.{name.name}'), '')"


@compiles(_ExtraText, "postgresql")
def _postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    column, name = element.clauses
    return f"coalesce({compiler.process(column, **kw)} ->> '{name.name}', '') COLLATE \"C\""


class _ExtraNumber(FunctionElement[Any]):
    type = Quantity()
    inherit_cache = True
    name = "extra_number"


@compiles(_ExtraNumber)
def _number_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column, name = element.clauses
    value = f"json_extract({compiler.process(column, **kw)}, '$.{name.name}')"
    return f"CAST(round(CAST(nullif({value}, '') AS REAL) * 10000) AS INTEGER)"


@compiles(_ExtraNumber, "postgresql")
def _number_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    column, name = element.clauses
    value = f"({compiler.process(column, **kw)} ->> '{name.name}')"
    # A text that is no number reads as empty; a cast would make the whole list fail.
    return f"CASE WHEN {value} ~ '^-?[0-9]{{1,14}}([.][0-9]+)?$' THEN round({value}::numeric * 10000)::bigint END"


def _checked(name: str) -> Any:
    if not NAME.fullmatch(name):
        raise ValueError(f"not a field name: {name!r}")
    return literal_column(name)


def extra_text(column: Any, name: str) -> ColumnElement[str]:
    """The text of a custom field, '' when absent. Raises ValueError for a name that is none."""
    return _ExtraText(column, _checked(name))


def extra_number(column: Any, name: str) -> ColumnElement[Any]:
    """The number of a custom field, NULL when absent; behaves like a column of quantities. Raises ValueError likewise."""
    return _ExtraNumber(column, _checked(name))
