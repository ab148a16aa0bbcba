"""Reading the whole log: who did what, when, with which record, newest first, page by page.

What a person may not see stays out here too: entries about records out of reach, hidden fields, names of records out of reach.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, select

from crm_desktop.application import Application
from crm_desktop.services.access import asking
from crm_desktop.services.history import Entry, in_words
from crm_desktop.services.log_access import about_types, labelled, readable
from db import history
from db.models.system import HistoryEntry
from db.paging import Key, after_key

SEE = "program.log"
"""The right to read the whole log; the history of one record is shown to whoever sees the record."""


@dataclass(frozen=True)
class LogQuery:
    """Which entries. type: a record type, "" for all, "-" for what happened to no record; record_id: 0 for all; user: a name;
    since, until: moments, the second not included; action, field: names; text: part of what the entry is about."""

    type: str = ""
    record_id: int = 0
    user: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    action: str = ""
    field: str = ""
    text: str = ""
    batch: str = ""


@dataclass(frozen=True)
class LogPage:
    """Some entries, newest first; after: where the next page begins, None at the end."""

    entries: list[Entry]
    after: tuple[Any, ...] | None


def start_of(day: dt.date) -> dt.datetime:
    """The moment a day begins here."""
    return dt.datetime.combine(day, dt.time()).astimezone()


def _with_field(app: Application, field: str) -> list[str]:
    """The record types in which this person may see a field of that name."""
    if field == "lines":
        return [k.key for k in app.types.values() if k.lines]
    return [k.key for k in app.types.values() if field in k.visible(app.actor)]


def _conditions(app: Application, query: LogQuery) -> Iterator[ColumnElement[bool]]:
    c: Any = HistoryEntry.__table__.c
    yield readable(app)
    if query.type:
        name = query.type.removeprefix("-")
        yield c.record_type == name if query.record_id else about_types([name])
    if query.record_id:
        yield c.record_id == query.record_id
    if query.user:
        yield c.user_name == query.user
    if query.since:
        yield c.at >= query.since
    if query.until:
        yield c.at < query.until
    if query.action:
        # An operation's name may be followed by its reason.
        yield (c.action == query.action) | c.action.startswith(f"{query.action}: ", autoescape=True)
    if query.field:
        yield about_types(_with_field(app, query.field))
        yield history.mentions(query.field)
    if query.text:
        yield about_types(["", *(k.key for k in app.types.values() if labelled(app, k))])
        yield c.record_label.icontains(query.text, autoescape=True)
    if query.batch:
        yield c.batch == query.batch


def fetch_log(app: Application, query: LogQuery, after: tuple[Any, ...] | None = None, size: int = 100) -> LogPage:
    """One page of the log. Raises Refused for who may not read it."""
    table: Any = HistoryEntry.__table__
    keys = (Key(table.c.at, True), Key(table.c.id, True))
    with asking(app) as connection:
        app.actor.require(SEE)
        statement = select(table).where(*_conditions(app, query))
        if after is not None:
            statement = statement.where(after_key(keys, after))
        statement = statement.order_by(table.c.at.desc(), table.c.id.desc()).limit(size)
        rows = connection.execute(statement).mappings().all()
        found = in_words(app, connection, rows)
    return LogPage(found, (rows[-1]["at"], rows[-1]["id"]) if len(rows) == size else None)


def walk_log(app: Application, query: LogQuery, size: int = 500) -> Iterator[list[Entry]]:
    """All entries of a query, in pieces; what is entered meanwhile stays out."""
    query = query if query.until else replace(query, until=dt.datetime.now(dt.UTC))
    page = fetch_log(app, query, size=size)
    while page.entries:
        yield page.entries
        if page.after is None:
            return
        page = fetch_log(app, query, page.after, size)


def named_people(app: Application) -> list[str]:
    """The names under which people stand in the log, each found by a step along the index."""
    column = HistoryEntry.__table__.c.user_name
    found: list[str] = []
    with asking(app) as connection:
        app.actor.require(SEE)
        last = ""
        while name := connection.scalar(select(column).where(column > last).order_by(column).limit(1)):
            found.append(name)
            last = name
    return found
