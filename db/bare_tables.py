"""Tables without the indexes and references that are kept up row by row: they are made again, and looked at as a whole, at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from db.engine import is_sqlite


@contextmanager
def bare_tables(connection: Connection, *, all_indexes: bool = True) -> Iterator[None]:
    """Inside, rows may come in any order and no index is kept up; at the end both engines check every reference.

    All of it belongs to the caller's transaction. all_indexes: False to make only those again that keep a value from standing twice.
    """
    drop, make = _bare_sqlite(connection) if is_sqlite(connection) else _bare_server(connection)
    for statement in drop:
        connection.exec_driver_sql(statement)
    yield
    for statement in make:
        if not all_indexes and statement.startswith("CREATE INDEX"):
            continue
        connection.exec_driver_sql(statement)


def _bare_sqlite(connection: Connection) -> tuple[list[str], list[str]]:
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name NOT LIKE 'fts_%'"
    ).all()
    return ["PRAGMA defer_foreign_keys = ON", *(f'DROP INDEX "{name}"' for name, _sql in found)], [s for _n, s in found]


def _bare_server(connection: Connection) -> tuple[list[str], list[str]]:
    keys = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ).all()
    indexes = connection.exec_driver_sql(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)"
    ).all()
    drop = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, name, _sql in keys]
    make = [sql for _name, sql in indexes]
    make += [f"ALTER TABLE {table} ADD CONSTRAINT {name} {sql}" for table, name, sql in keys]
    return drop + [f"DROP INDEX {name}" for name, _sql in indexes], make
