"""What a database engine can answer with, told apart by code, never by text.

`translate` turns a driver's error into one of these; the engine does it for every statement (see db/engine.py), so nothing
above this floor ever meets a driver's class. SQLite codes: sqlite.org/rescode.html; PostgreSQL: appendix A of its manual.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


class DatabaseFault(Exception):
    """The database could not do it; the subclass says why."""


class Busy(DatabaseFault):
    """Another writer holds the lock longer than we wait; trying again is safe."""


class Unreachable(DatabaseFault):
    """The server or the file is not there, or went away."""


class Interrupted(DatabaseFault):
    """The statement was cancelled by us."""


class Duplicate(DatabaseFault):
    """A value that must be unique exists already. `columns` names where, as far as the engine says."""

    def __init__(self, table: str, columns: tuple[str, ...]) -> None:
        super().__init__(f"duplicate in {table} ({', '.join(columns)})")
        self.table, self.columns = table, columns


class StillReferenced(DatabaseFault):
    """The row is pointed to by others, or points to one that is gone."""


class Denied(DatabaseFault):
    """The server does not let this person do it, or see it."""


class DiskFull(DatabaseFault):
    """No room left on the disk."""


class ReadOnly(DatabaseFault):
    """The file or the folder may not be written."""


class Corrupt(DatabaseFault):
    """The file is damaged or is no database."""


class NoKey(DatabaseFault):
    """The file is encrypted, and nobody has told its key."""


class WrongKey(DatabaseFault):
    """The file is encrypted with another key than the one that was told."""


class Newer(DatabaseFault):
    """The database was made by a newer program."""


class Foreign(DatabaseFault):
    """There is data here, but it is not of this program."""


_SQLITE: dict[int, type[DatabaseFault]] = {
    sqlite3.SQLITE_BUSY: Busy,
    sqlite3.SQLITE_LOCKED: Busy,
    sqlite3.SQLITE_CANTOPEN: Unreachable,
    sqlite3.SQLITE_IOERR: Unreachable,
    sqlite3.SQLITE_INTERRUPT: Interrupted,
    sqlite3.SQLITE_FULL: DiskFull,
    sqlite3.SQLITE_READONLY: ReadOnly,
    sqlite3.SQLITE_CORRUPT: Corrupt,
    sqlite3.SQLITE_NOTADB: Corrupt,
}
_SQLSTATE: dict[str, type[DatabaseFault]] = {
    "40001": Busy,
    "40P01": Busy,
    "55P03": Busy,
    "57014": Interrupted,
    "53100": DiskFull,
    "25006": ReadOnly,
    "42501": Denied,
    "XX001": Corrupt,
    "XX002": Corrupt,
}
_SQLITE_CONSTRAINTS = {
    "UNIQUE constraint": sqlite3.SQLITE_CONSTRAINT_UNIQUE,
    "FOREIGN KEY constraint": sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY,
}
# Not an error text but the stable way SQLite names a constraint's columns: "UNIQUE constraint failed: t.a, t.b".
_SQLITE_COLUMN = re.compile(r"(\w+)\.(\w+)")


def _from_sqlite(error: Exception) -> DatabaseFault | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_CONSTRAINT:  # the driver of encrypted files tells no more by code
        code = next((full for words, full in _SQLITE_CONSTRAINTS.items() if str(error).startswith(words)), code)
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        found = _SQLITE_COLUMN.findall(str(error))
        return Duplicate(found[0][0] if found else "", tuple(column for _, column in found))
    if code in (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, sqlite3.SQLITE_CONSTRAINT_TRIGGER):
        return StillReferenced(str(error))
    kind = _SQLITE.get(code & 0xFF)
    return kind(str(error)) if kind else None


def _from_postgresql(error: psycopg.Error) -> DatabaseFault | None:
    state = error.sqlstate
    if state == "23505":
        # The constraint's name carries the columns: uq_<table>_<columns>, see db/base.py.
        table = error.diag.table_name or ""
        name = (error.diag.constraint_name or "").removeprefix("uq_").removeprefix(f"{table}_")
        return Duplicate(table, (name,))
    if state in ("23503", "23001"):  # since version 18 RESTRICT has a code of its own
        return StillReferenced(str(error))
    if state is None or state.startswith(("08", "57P")):
        return Unreachable(str(error)) if isinstance(error, sys.modules["psycopg"].OperationalError) else None
    kind = _SQLSTATE.get(state)
    return kind(str(error)) if kind else None


def translate(error: Any) -> DatabaseFault | None:
    """The fault behind a driver's error, or None when it is our own mistake (wrong SQL, wrong types)."""
    if isinstance(error, sqlite3.Error):
        return _from_sqlite(error)
    # These drivers are loaded only where there is such a database; the usual start does not wait for them.
    cipher = sys.modules.get("sqlcipher3.dbapi2")
    if cipher is not None and isinstance(error, cipher.Error):
        return _from_sqlite(error)
    driver = sys.modules.get("psycopg")
    if driver is not None and isinstance(error, driver.Error):
        return _from_postgresql(error)
    return None
