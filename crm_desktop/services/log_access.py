"""Which entries of the log a person may read, and what of them.

An entry about a record is shown to whoever may see the record; of a deleted one, to whoever would see it if it were still there. What
did not happen to a record, such as a sign-in, is shown to those who may read the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select, true
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Reach
from crm_desktop.services.access import reached, within_reach
from db.fields import Field
from db.models.system import HistoryEntry

UNSEEN = "•••"
"""Stands for the name of a record that the person may not see."""


def _deleted(kind: RecordType) -> Any:
    """The deleted records of a type, as the rows of a table with what makes them somebody's."""
    table: Any = HistoryEntry.__table__
    values = table.c.changes["record"]["values"]
    limits = kind.limits
    names = dict.fromkeys(n for n in (*limits.owners, limits.department, limits.parent) if n and n != "id")
    columns = [values[n][0].as_integer().label(n) for n in names]
    query = select(table.c.record_id.label("id"), *columns)
    return query.where(table.c.record_type == kind.key, table.c.action == "delete").subquery()


def of_type(app: Application, kind: RecordType) -> ColumnElement[bool] | None:
    """The condition on entries about records of one type; None: all of them."""
    table: Any = HistoryEntry.__table__
    reach = app.actor.reach(kind.key, "see")
    if reach == Reach.ALL:
        return None
    if reach == Reach.NONE:
        return false()
    rows: Any = kind.model.__table__
    gone = _deleted(kind)
    there = within_reach(app, kind, "see")
    were = within_reach(app, kind, "see", gone)
    assert there is not None and were is not None
    return or_(
        table.c.record_id.in_(select(rows.c.id).where(there)),
        and_(table.c.record_id.not_in(select(rows.c.id)), table.c.record_id.in_(select(gone.c.id).where(were))),
    )


def about_types(keys: Sequence[str]) -> ColumnElement[bool]:
    """That an entry is about records of these types, asked of each entry as it comes: by its index on types an engine would gather
    a million entries and sort them, where the newest hundred are wanted."""
    table: Any = HistoryEntry.__table__
    test: ColumnElement[bool] = table.c.record_type.concat("").in_(list(keys))
    return test


def readable(app: Application, events: bool = True) -> ColumnElement[bool]:
    """The condition on all entries a person may read. events: with those about no record."""
    whole, parts = [], list[ColumnElement[bool]]()
    for kind in app.types.values():
        test = of_type(app, kind)
        if test is None:
            whole.append(kind.key)
        elif app.actor.may(f"{kind.key}.see"):
            parts.append(and_(about_types([kind.key]), test))
    if events and app.actor.may("program.log"):
        whole.append("")
    if len(whole) == len(app.types) + 1:
        return true()
    return or_(false(), about_types(whole), *parts)


def labelled(app: Application, kind: RecordType) -> bool:
    """Whether the person may see all fields of which a record's label is made."""
    return app.actor.rights.everything or set(kind.label) <= set(kind.visible(app.actor))


def hidden_labels(
    app: Application, connection: Connection | Session, found: Mapping[str, set[int]]
) -> dict[str, set[int]]:
    """Of the records with these ids by type, those whose names the person must not read."""
    return {
        key: ids - reached(app, connection, app.types[key], "see", sorted(ids))
        for key, ids in found.items()
        if ids and key in app.types and app.actor.reach(key, "see") != Reach.ALL
    }


def masked(value: Any, about: Field, hidden: Mapping[str, set[int]]) -> Any:
    """A value without the name of a record that the person may not see."""
    if isinstance(value, Ref) and value.id in hidden.get(about.target, ()):
        return Ref(value.id, UNSEEN)
    return value


def cover_names(app: Application, connection: Connection | Session, kind: RecordType, draft: Draft) -> None:
    """Take the names of records out of the person's reach from a record that the log kept, in place."""
    if app.actor.rights.everything:
        return
    parts: list[tuple[dict[str, Any], Mapping[str, Field]]] = [(draft.values, kind.fields)]
    if kind.lines:
        parts += [(line.values, kind.lines.fields) for line in draft.lines]
    found: dict[str, set[int]] = {}
    for values, fields in parts:
        for name, value in values.items():
            if isinstance(value, Ref):
                found.setdefault(fields[name].target, set()).add(value.id)
    hidden = hidden_labels(app, connection, found)
    for values, fields in parts:
        for name, value in values.items():
            values[name] = masked(value, fields[name], hidden)
