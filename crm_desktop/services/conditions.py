"""Filters as SQL conditions, for declared and custom fields alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, String, and_, false, func, literal_column, not_, or_, select, true

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, Not
from crm_desktop.local_time import to_utc
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access
from crm_desktop.rules.periods import span
from crm_desktop.services.access import within_reach
from crm_desktop.services.row_values import plain
from crm_desktop.stored_values import custom_to_text
from crm_desktop.words import _
from db.extra import extra_number, extra_text
from db.fields import Field
from db.ordering import filled, sort_expression

_LATER_THAN_ALL: ColumnElement[str] = literal_column("'9999-12-31'")
_NUMBERS = {"integer", "money", "price", "quantity", "percent", "decimal"}


def field_of(app: Application, kind: RecordType, name: str) -> Field:
    """A field that this person may see. Raises Missing or Refused."""
    about = kind.fields.get(name)
    if about is None:
        raise Missing(
            _("{type} has no field “{name}”.").format(type=_(kind.title), name=name),
            _("Known are: {keys}.").format(keys=", ".join(kind.visible(app.actor))),
        )
    if kind.access(app.actor, name) == Access.HIDDEN:
        raise Refused(_("You have no permission for this."))
    return about


def value_of(table: Any, about: Field) -> Any:
    """The SQL value of a field, declared or custom."""
    return extra_text(table.c.extra, about.name) if about.custom else table.c[about.name]


def number_of(table: Any, about: Field) -> Any:
    """The value to compare, order or sum: numbers of custom fields are stored as text and must not compare as such."""
    if about.custom and about.kind in _NUMBERS:
        return extra_number(table.c.extra, about.name)
    return value_of(table, about)


def order_of(table: Any, about: Field) -> Any:
    """What a list is ordered by for this field; never NULL."""
    if about.custom and about.kind in _NUMBERS:
        return filled(number_of(table, about))
    if about.custom and about.kind in ("date", "datetime"):
        return func.coalesce(func.nullif(value_of(table, about), ""), _LATER_THAN_ALL, type_=String())
    if about.custom:
        return value_of(table, about)
    return sort_expression(table.c[about.sort or about.name])


def _like(column: Any, pattern: str, value: Any) -> ColumnElement[bool]:
    escaped = str(value).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.ilike(pattern.format(escaped), escape="\\")  # type: ignore[no-any-return]


def _day_start(day: dt.date) -> dt.datetime:
    """The first moment of a local day, in UTC."""
    return to_utc(dt.datetime.combine(day, dt.time()))


def _next(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=1) if day < dt.date.max else day


class _Tests:
    """The operators over one value."""

    def __init__(self, app: Application, table: Any, about: Field) -> None:
        self.app, self.about = app, about
        self.column = number_of(table, about)
        self.text = value_of(table, about)
        self.texts = about.custom or about.kind in (
            "text",
            "long_text",
            "code",
            "phone",
            "email",
            "url",
            "option",
            "state",
            "tags",
        )

    def _operand(self, value: Any) -> Any:
        value = plain(value)
        if self.about.custom and self.about.kind not in _NUMBERS:
            return custom_to_text(value)
        return value

    def empty(self, _value: Any) -> ColumnElement[bool]:
        if not self.texts:
            return self.text.is_(None)  # type: ignore[no-any-return]
        return self.text == ""  # type: ignore[no-any-return]

    def filled(self, value: Any) -> ColumnElement[bool]:
        return not_(self.empty(value))

    def contains(self, value: Any) -> ColumnElement[bool]:
        return _like(self.text, "%{}%", value)

    def starts(self, value: Any) -> ColumnElement[bool]:
        return _like(self.text, "{}%", value)

    def equals(self, value: Any) -> ColumnElement[bool]:
        if self.about.kind == "datetime" and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return self.between((value, value))
        return self._given(self.column == self._operand(value))

    def _given(self, test: ColumnElement[bool]) -> ColumnElement[bool]:
        """An empty custom field is no number below five."""
        return and_(self.text != "", test) if self.about.custom else test

    def at_least(self, value: Any) -> ColumnElement[bool]:
        if self.about.kind == "datetime" and not isinstance(value, dt.datetime):
            value = _day_start(value)
        return self._given(self.column >= self._operand(value))

    def at_most(self, value: Any) -> ColumnElement[bool]:
        if self.about.kind == "datetime" and not isinstance(value, dt.datetime):
            return self._given(self.column < self._operand(_day_start(_next(value))))
        return self._given(self.column <= self._operand(value))

    def between(self, value: Any) -> ColumnElement[bool]:
        low, high = value
        parts = [test(v) for test, v in ((self.at_least, low), (self.at_most, high)) if v is not None]
        return and_(true(), *parts)

    def period(self, value: Any) -> ColumnElement[bool]:
        try:
            return self.between(span(str(value), dt.date.today()))
        except KeyError:
            raise Missing(_("There is no period “{name}”.").format(name=value)) from None

    def any_of(self, value: Any) -> ColumnElement[bool]:
        wanted = [self._operand(v) for v in (value if isinstance(value, tuple | list) else (value,))]
        return self.column.in_(wanted) if wanted else false()

    def none_of(self, value: Any) -> ColumnElement[bool]:
        return or_(not_(self.any_of(value)), self.column.is_(None))

    def mine(self, _value: Any) -> ColumnElement[bool]:
        return self.any_of((Ref(self.app.actor.user_id or 0),))

    def has(self, value: Any) -> ColumnElement[bool]:
        return self.contains(f"|{str(value).replace('|', '/')}|")

    def has_not(self, value: Any) -> ColumnElement[bool]:
        return not_(self.has(value))

    def yes(self, _value: Any) -> ColumnElement[bool]:
        return self.column == ("1" if self.about.custom else true())  # type: ignore[no-any-return]

    def no(self, value: Any) -> ColumnElement[bool]:
        return not_(self.yes(value))


OPERATORS: dict[str, Callable[[_Tests, Any], ColumnElement[bool]]] = {
    "is": _Tests.equals,
    **{name: getattr(_Tests, name) for name in (
        "contains", "starts", "empty", "filled", "at_least", "at_most", "between", "period", "any_of", "none_of", "mine",
        "has", "has_not", "yes", "no",
    )},
}  # fmt: skip


def _condition(app: Application, kind: RecordType, table: Any, part: Condition) -> ColumnElement[bool]:
    if part.operator not in OPERATORS:
        raise Missing(_("There is no filter “{name}”.").format(name=part.operator))
    if part.field == "id":  # of records already listed: nothing a person may not see
        return table.c.id.in_(part.value)  # type: ignore[no-any-return]
    name, _dot, rest = part.field.partition(".")
    if name == "lines" and rest and kind.lines is not None:
        return _of_a_line(app, kind, table, Condition(rest, part.operator, part.value))
    return _of_field(app, kind, table, field_of(app, kind, name), part)


def _of_a_line(app: Application, kind: RecordType, table: Any, part: Condition) -> ColumnElement[bool]:
    """That one line at least is so. part.field: a field of a line, or one step further."""
    assert kind.lines is not None
    name = part.field.partition(".")[0]
    about = kind.lines.fields.get(name)
    if about is None:
        raise Missing(_("{type} has no field “{name}”.").format(type=_(kind.title), name=f"lines.{name}"))
    if kind.access(app.actor, f"lines.{name}") == Access.HIDDEN:
        raise Refused(_("You have no permission for this."))
    line: Any = kind.lines.model.__table__.alias()
    inner = select(line.c[kind.lines.parent]).where(_of_field(app, kind, line, about, part))
    return table.c.id.in_(inner)  # type: ignore[no-any-return]


def _of_field(app: Application, kind: RecordType, table: Any, about: Field, part: Condition) -> ColumnElement[bool]:
    """A condition on a field of the rows of `table`, or one step over it."""
    name, _dot, rest = part.field.partition(".")
    if not rest:
        return OPERATORS[part.operator](_Tests(app, table, about), part.value)
    if about.kind != "reference" or about.custom:
        raise Missing(_("{type} has no field “{name}”.").format(type=_(kind.title), name=part.field))
    target = app.type(about.target)
    app.actor.require(f"{target.key}.see")
    other: Any = target.model.__table__.alias()
    inner = select(other.c.id).where(_condition(app, target, other, Condition(rest, part.operator, part.value)))
    reach = within_reach(app, target, "see", other)
    return table.c[name].in_(inner if reach is None else inner.where(reach))  # type: ignore[no-any-return]


def condition(app: Application, kind: RecordType, table: Any, part: Filter) -> ColumnElement[bool]:
    """A filter as SQL over `table`. Raises Missing for unknown fields or operators, Refused for hidden fields."""
    match part:
        case Condition():
            return _condition(app, kind, table, part)
        case AllOf():
            return and_(true(), *(condition(app, kind, table, p) for p in part.parts))
        case AnyOf():
            return or_(false(), *(condition(app, kind, table, p) for p in part.parts))
        case Not():
            # Nothing is not five: an empty value makes the inner condition NULL, and NOT NULL would be NULL again.
            return not_(func.coalesce(condition(app, kind, table, part.part), false()))
