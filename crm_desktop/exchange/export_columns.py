"""The columns of an export: headings a person reads, values a workbook takes, and enough of both to come back without loss."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.exchange.headings import line_label, number_label
from crm_desktop.kinds import show
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.fields import Field

_TIMES = frozenset({"created_at", "created_by", "updated_at", "updated_by"})
_FORMATS = {
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm:ss",
    "money": "#,##0.00",
    "price": "#,##0.00##",
    "integer": "0",
}
_REMEMBERED = 5000  # values of one column
_NUMBERS = frozenset({"money", "price", "quantity", "percent", "decimal", "integer"})


@dataclass(frozen=True)
class Column:
    """One column. `path`: a field, or `reference.number`. in_line: of the document's lines."""

    heading: str
    path: str
    about: Field
    in_line: bool = False

    @property
    def format(self) -> str:
        """The number format of its cells, '' for text."""
        return (
            _FORMATS.get(self.about.kind, "General" if self.about.kind in _NUMBERS else "@")
            if "." not in self.path
            else "@"
        )

    @property
    def width(self) -> int:
        """Its width in characters."""
        return max(min(self.about.width or 12, 50), sum(2 if ord(c) > 0x2E80 else 1 for c in self.heading) + 3)


def exported_columns(app: Application, kind: RecordType, names: tuple[str, ...] = ()) -> list[Column]:
    """The columns of a type: the fields named, else all a person may see but pictures and who saved when; lines behind them."""
    visible = {n: f for n, f in kind.visible(app.actor).items() if f.kind != "image"}
    chosen = [n for n in names if n in visible] or [n for n in visible if n not in _TIMES]
    columns: list[Column] = []
    for name in chosen:
        about = visible[name]
        columns.append(Column(_(about.label), name, about))
        target = app.types.get(about.target) if about.kind == "reference" else None
        # Names may be shared; where records have numbers of their own, the number says which one is meant.
        if target is not None and target.sequence:
            columns.append(Column(number_label(kind, about.label), f"{name}.{target.number}", about))
    if kind.lines and not names:
        columns += [_line_column(app, kind, n, f) for n, f in kind.visible_lines(app.actor).items() if _goes_out(n, f)]
    return columns


def _goes_out(name: str, about: Field) -> bool:
    return name != "position" and about.kind != "image"


def _line_column(app: Application, kind: RecordType, name: str, about: Field) -> Column:
    """A line's column. What it points to is given by number; the name stands in a column of its own anyway."""
    target = app.types.get(about.target) if about.kind == "reference" else None
    path = f"{name}.{target.number}" if target is not None and target.number else name
    return Column(line_label(kind, name), path, about, in_line=True)


def cell_maker(app: Application, column: Column) -> Callable[[Any], Any]:
    """A function from a value to what a cell holds: numbers and dates as such, everything else as text."""
    kind = column.about.kind
    if "." in column.path:
        return lambda value: value or None
    if kind in _NUMBERS:
        return _remembering(_number)
    if kind == "date":
        return lambda value: value
    if kind == "datetime":
        # Workbooks know no time zones: the time is that of this PC, in whole seconds.
        return lambda value: (
            to_local(value).replace(tzinfo=None, microsecond=0) if isinstance(value, dt.datetime) else None
        )
    if kind == "reference":
        return lambda value: value.label or None if isinstance(value, Ref) else None
    if kind in ("yes_no", "option", "state", "tags"):
        return _remembering(lambda value: show(value, column.about, app.options) or None)
    return lambda value: value or None


def _remembering(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same function, for values that come again and again."""
    known: dict[Any, Any] = {}

    def recall(value: Any) -> Any:
        if value in known:
            return known[value]
        made = make(value)
        if len(known) < _REMEMBERED:
            known[value] = made
        return made

    return recall


def _number(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    return value
