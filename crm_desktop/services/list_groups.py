"""By what a list can be grouped, which groups its rows make, and which rows stand in a group.

The groups come from one GROUP BY over the rows of the list; days and moments are put together into months of this PC's calendar here,
since no engine knows that calendar. The rows of a group are those of the list under one more condition, so they come in pages like
those of any list.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, String, case, func, select, type_coerce

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused
from crm_desktop.filters import AnyOf, Condition, Filter, ListQuery, also
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import within_reach
from crm_desktop.services.conditions import field_of, number_of, order_of, value_of
from crm_desktop.services.list_order import sort_key
from crm_desktop.services.references import label_text, seen_label_names, unseen
from crm_desktop.words import _
from db.fields import Field

MOST_GROUPS = 5_000
"""More heads help nobody."""

_CHOICES = ("option", "state")
_DAYS = ("date", "datetime")
_KINDS = (*_CHOICES, *_DAYS, "reference", "yes_no", "text")
_AT_ONCE = 900  # engines limit the number of parameters


@dataclass(frozen=True, slots=True)
class Group:
    """One group. key: its value as text, '' where the field is empty. value: as in a row; the first day of a month."""

    key: str
    value: Any
    count: int
    sums: Mapping[str, Decimal]


def groupable(kind: RecordType, name: str) -> bool:
    """Whether rows may share a value of this field: choices, what they point to, months, yes or no, short texts."""
    about = kind.fields.get(name)
    return about is not None and about.kind in _KINDS and not (about.kind == "text" and (about.multiline or name in kind.label))


def group_key(about: Field, value: Any) -> str:
    """The group in which a row with this value stands."""
    if about.kind == "yes_no":
        return "1" if value else ""
    if value is None or value == "":
        return ""
    if about.kind in _DAYS:
        return f"{to_local(value) if isinstance(value, dt.datetime) else value:%Y-%m}".rjust(7, "0")
    return str(value.id) if isinstance(value, Ref) else str(value)


def group_condition(about: Field, key: str) -> Filter:
    """What the rows of a group have in common."""
    name = about.name
    if about.kind == "yes_no":
        return Condition(name, "yes" if key else "no")
    if not key:
        return Condition(name, "empty")
    if about.kind in _DAYS:
        first = _month(key)
        return Condition(name, "between", (first, first.replace(day=calendar.monthrange(first.year, first.month)[1])))
    if about.kind == "reference":
        return Condition(name, "any_of", (Ref(int(key)),))
    return Condition(name, "is" if about.kind == "text" else "any_of", key if about.kind == "text" else (key,))


def groups_condition(about: Field, keys: Sequence[str]) -> Filter:
    """What the rows of several groups have in common."""
    if about.kind not in (*_CHOICES, "text", "reference"):
        return AnyOf(tuple(group_condition(about, key) for key in keys))
    values = tuple(Ref(int(key)) if about.kind == "reference" else key for key in keys if key)
    filled = Condition(about.name, "any_of", values)
    return filled if len(values) == len(keys) else AnyOf((filled, Condition(about.name, "empty")))


def rows_of_group(kind: RecordType, query: ListQuery, key: str) -> ListQuery:
    """The rows of one group, in the order of the list."""
    where = also(query.where, group_condition(kind.fields[query.group], key))
    return replace(query, where=where, order=order_inside(kind, query), group="")


def order_inside(kind: RecordType, query: ListQuery) -> tuple[str, ...]:
    """The order of the rows of a group: without what they all share. A month has days to order by."""
    if query.group not in kind.fields or kind.fields[query.group].kind in _DAYS:
        return query.order
    return tuple(n for n in query.order if n.removeprefix("-") != query.group)


def _month(key: str) -> dt.date:
    return dt.date(int(key[:4]), int(key[5:7]), 1)


class Grouping:
    """The groups of one question. `filtered` narrows a statement to the rows of the list."""

    def __init__(
        self, app: Application, kind: RecordType, table: Any, query: ListQuery, filtered: Callable[[Select[Any]], Select[Any]], sqlite: bool
    ) -> None:
        self._app, self._kind, self._table, self._filtered = app, kind, table, filtered
        self.about = field_of(app, kind, query.group)
        order = query.order or kind.order
        self._descending = f"-{query.group}" in order or (self.about.kind in _DAYS and query.group not in order)
        self._raw = self._day_of(sqlite) if self.about.kind in _DAYS else value_of(table, self.about)

    def _day_of(self, sqlite: bool) -> Any:
        """Days as they are. Moments as text: the middle of a month is one, at its ends, where the zone decides, each minute is its own."""
        about, column = self.about, value_of(self._table, self.about)
        if about.kind == "date":
            return column
        if sqlite:
            text = func.substr(type_coerce(column, String), 1, 16)
        else:
            text = func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI")
        return case((func.substr(text, 9, 2).between("02", "27"), func.substr(text, 1, 7)), else_=text)

    def groups(self, connection: Connection, sums: Sequence[str] = (), *, limited: bool = True) -> list[Group]:
        """All groups in their order. limited: raises Refused where there are more than a person can use."""
        numbers = [field_of(self._app, self._kind, n) for n in sums]
        added = [func.sum(number_of(self._table, n)) for n in numbers]
        by = func.min(order_of(self._table, self.about)) if self.about.kind == "text" else func.count()
        statement = self._filtered(select(self._raw.label("group_key"), func.count(), by, *added)).group_by("group_key")
        limited = limited and self.about.kind not in _DAYS
        rows = connection.execute(statement.limit(MOST_GROUPS + 1) if limited else statement).all()
        if limited and len(rows) > MOST_GROUPS:
            words = _("Grouped by “{field}” this list has more than {count} groups.")
            raise Refused(
                words.format(field=_(self.about.label), count=f"{MOST_GROUPS:,}"),
                _("Narrow the list with filters, or group it by another field."),
            )
        found: dict[str, list[Any]] = {}
        for raw, count, first, *figures in rows:
            kept = found.setdefault(self.key_of(raw), [0, first, [Decimal(0)] * len(added)])
            kept[0] += count
            kept[2] = [a + Decimal(b or 0) for a, b in zip(kept[2], figures, strict=True)]
        values = self._values(connection, found)
        firsts = {key: kept[1] for key, kept in found.items()}
        return [
            Group(key, values[key][0], found[key][0], dict(zip(sums, found[key][2], strict=True)))
            for key in self._ordered(found, {k: v[1] for k, v in values.items()}, firsts)
        ]

    def ids(self, connection: Connection, ordered: Select[Any]) -> list[int]:
        """The ids of all rows, group by group. ordered: selects the ids in the order of the list."""
        parts: dict[str, list[int]] = {group.key: [] for group in self.groups(connection, limited=False)}
        for id_, raw in connection.execute(ordered.add_columns(self._raw)):
            parts[self.key_of(raw)].append(id_)
        return [id_ for part in parts.values() for id_ in part]

    def key_of(self, raw: Any) -> str:
        """The group of a value as the engine gives it."""
        if self.about.kind in _DAYS and isinstance(raw, str):
            if len(raw) < 16:
                return raw[:7]
            return group_key(self.about, dt.datetime.fromisoformat(raw[:16]).replace(tzinfo=dt.UTC))
        return group_key(self.about, raw)

    def _values(self, connection: Connection, keys: Iterable[str]) -> dict[str, tuple[Any, Any]]:
        """What each group is called, and what it is ordered by."""
        about = self.about
        if about.kind == "reference":
            return self._references(connection, [int(k) for k in keys if k]) | {"": (None, ("", 0))}
        if about.kind == "yes_no":
            return {k: (k == "1", k != "1") for k in keys}
        if about.kind in _DAYS:
            return {k: (_month(k) if k else None, k) for k in keys}
        places = {c.code: at for at, c in enumerate(self._app.options.choices(about.options))} if about.options else {}
        return {k: (k, (places.get(k, len(places)), k)) for k in keys}

    def _references(self, connection: Connection, ids: Sequence[int]) -> dict[str, tuple[Any, Any]]:
        """Those the person may see, by their names; the others after them."""
        target = self._app.type(self.about.target)
        table: Any = target.model.__table__
        names, by = seen_label_names(self._app, target), sort_key(self._app, target)
        reach, other = within_reach(self._app, target, "see", table), unseen(self._app, target.key)
        found: dict[str, tuple[Any, Any]] = {str(id_): (Ref(id_, other), (True, "", id_)) for id_ in ids}
        for at in range(0, len(ids), _AT_ONCE):
            query = select(table.c.id, table.c[by] if by else table.c.id, *(table.c[n] for n in names))
            query = query.where(table.c.id.in_(ids[at : at + _AT_ONCE]))
            for id_, first, *label in connection.execute(query if reach is None else query.where(reach)):
                found[str(id_)] = (Ref(id_, label_text(label) or other), (False, str(first) if by else "", id_))
        return found

    def _ordered(self, keys: Iterable[str], places: Mapping[str, Any], firsts: Mapping[str, Any]) -> list[str]:
        """The keys in their order; what is empty comes last, as at the end of every list."""
        by = firsts if self.about.kind == "text" else places
        filled = sorted((k for k in keys if k or self.about.kind == "yes_no"), key=lambda k: by[k], reverse=self._descending)
        return filled + [k for k in keys if not k and self.about.kind != "yes_no"]
