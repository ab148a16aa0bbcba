"""What a PostgreSQL server has to know of the record types to guard them itself, and the statements that turn its guard on.

Made from the same declarations as everything else. The order matters: roles, functions, policies, then who owns and who may touch what.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql

from crm_desktop.application import Application
from crm_desktop.records.linked import LINKED, SUMMED
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import OPERATIONS, PROGRAM, PROGRAM_RIGHTS
from crm_desktop.services.access import subject
from db import row_asking, row_security, server_chain, server_guards, server_log, server_logins, server_people
from db.fields import Field
from db.roles import VIEWS, owner_role, people_role, reader_role
from db.row_asking import Guarded
from db.server_people import Column, Operation

_ME = "(SELECT crm_me())"
_OWN: Mapping[str, tuple[str, str]] = {
    "users": (f"id = {_ME}", f"parent_id = {_ME}"),
    "positions": ("id IN (SELECT crm_positions())", ""),
}
"""Rows that everybody sees of themselves, whatever the rights say: the program works out from them what they may do."""


def guarded_types(app: Application) -> list[Guarded]:
    """Every record type, as the server guards it."""
    return [_guarded(app, kind) for kind in app.types.values()]


def _guarded(app: Application, kind: RecordType) -> Guarded:
    lines, parent = (kind.lines.model.__table__, kind.lines.parent) if kind.lines else (None, "")
    pictures = [n for n, f in kind.fields.items() if f.kind == "image" and not f.custom]
    own = _OWN.get(kind.key, ("", ""))
    # Choices, units and the like belong to nobody, and no form can do without them.
    settled, follows = kind.key in LINKED, kind.key == "receivables"
    shared = kind.area == "setup" and not kind.shapes_access
    return Guarded(subject(app, kind), lines, parent, shared, pictures, *own, settled, follows, asked=kind.key == "approvals")


def columns(app: Application) -> list[Column]:
    """Every column of every record type, by the field it belongs to."""
    found: list[Column] = []
    for kind in app.types.values():
        copied = {own for about in kind.fields.values() for own in about.copies}
        found += _columns(kind.key, kind.model.__table__, kind.fields, "", copied)
        if kind.lines is not None:
            inside = {own for about in kind.lines.fields.values() for own in about.copies}
            found += _columns(kind.key, kind.lines.model.__table__, kind.lines.fields, "lines.", inside)
    return found


def _columns(key: str, table: Any, fields: Mapping[str, Field], prefix: str, copied: set[str]) -> Iterator[Column]:
    keys = {f.sort: n for n, f in fields.items() if f.sort}
    searched = [n for n, f in fields.items() if f.search]
    for column in table.columns:
        name = keys.get(column.name, column.name)
        about = fields.get(name)
        if column.name == "search_text":
            # Whoever sees not all that is searched writes it all the same: a record that nobody finds is worse.
            yield from (Column(key, table.name, column.name, n, fields[n].secret, 0) for n in searched)
        elif about is None or about.custom or about.section == "Record" or column.name == "position":
            yield Column(key, table.name, column.name)
        else:
            begins = "" if name in copied or column.name in copied else _begins(column)
            summed = key in SUMMED and not about.secret
            yield Column(key, table.name, column.name, f"{prefix}{name}", about.secret, 1 if about.computed else 2, begins, summed)


def _begins(column: Any) -> str:
    """What a new row has in a column, as JSON; "" where the program says it anew each time."""
    default = column.default
    if default is None:
        return "null" if column.nullable else ""
    if not default.is_scalar:
        return ""
    process: Callable[[Any], Any] | None = column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    value = process(default.arg) if process else default.arg
    return json.dumps(str(value) if isinstance(value, Decimal | dt.date) else value)


_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def operations(app: Application) -> list[Operation]:
    """Everything that may be done, and how positions call it."""

    def names(name: str, plain: bool) -> tuple[str, ...]:
        return (name,) if plain else (name, "change")

    found = [Operation(PROGRAM, n, (n,)) for n in PROGRAM_RIGHTS]
    for kind in app.types.values():
        own = [o.name for o in kind.operations]
        found += [Operation(kind.key, n, names(n, n in OPERATIONS or n in PROGRAM_RIGHTS)) for n in dict.fromkeys((*OPERATIONS, *own))]
    return found


def guard(app: Application, connection: Connection) -> None:
    """Turn the guard on, or make it anew, for whoever may make roles. The roles of people stay as they are."""
    database = connection.scalar(text("SELECT current_database()"))
    there = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    superuser = bool(connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")))
    run(connection, server_guards.make_roles(database, there))
    types = guarded_types(app)
    owners, keepers = server_logins.functions()
    entries, revisions = row_security.log_conditions(types)
    run(
        connection,
        [
            *server_people.tables(),
            *server_chain.tables(),
            f"CREATE SCHEMA IF NOT EXISTS {VIEWS}",
            *server_people.declared(columns(app), operations(app)),
            "INSERT INTO crm.fact VALUES ('database', current_database()) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            *(
                f"INSERT INTO crm.fact VALUES ('{name}', '{role(database)}') ON CONFLICT (name) DO UPDATE SET value = excluded.value"
                for name, role in (("owner", owner_role), ("people", people_role), ("reader", reader_role))
            ),
            *_zone(connection),
            *server_people.upkeep((*OPERATIONS, *PROGRAM_RIGHTS)),
            *owners[:4],
            *row_asking.lookup_statements(),
            *owners[4:],
            *keepers,
            *server_log.functions(),
            *row_asking.above_views(types),
            *server_chain.functions(row_asking.settle_condition(types), row_asking.change_conditions(types)),
            row_asking.price_offers(),
            *server_log.views(entries, revisions),
            *row_security.guard_statements(types),
            *server_guards.guards(types),
            *server_chain.triggers(types),
            *server_guards.own(database),
            *server_guards.privileges(database, types),
            *([*server_guards.closed_functions(), *server_guards.search_by_index()] if superuser else ()),
        ],
    )


def _zone(connection: Connection) -> list[str]:
    """Keep the zone of the office where the server lives by another one, as servers in a data centre do: else rights that begin or end with
    a day would do so some hours early or late."""
    here = dt.datetime.now().astimezone().utcoffset() or dt.timedelta()
    there = connection.scalar(text("SELECT extract(timezone FROM now())::int"))
    if here.total_seconds() == there:
        return ["DELETE FROM crm.fact WHERE name = 'zone'"]
    kept = f"{here.total_seconds():.0f} seconds"
    return [f"INSERT INTO crm.fact VALUES ('zone', '{kept}') ON CONFLICT (name) DO UPDATE SET value = excluded.value"]


def run(connection: Connection, statements: list[str]) -> None:
    """Run statements as they are: a per cent sign in them means itself."""
    plain = connection.execution_options(no_parameters=True)
    for statement in statements:
        plain.exec_driver_sql(statement)
