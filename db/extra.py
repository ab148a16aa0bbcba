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


def extra_text(column: Any, name: str) -> ColumnElement[str]:
    """The text of a custom field, '' when absent. Raises ValueError for a name that is none."""
    if not NAME.fullmatch(name):
        raise ValueError(f"not a field name: {name!r}")
    return _ExtraText(column, literal_column(name))
