"""While one program replaces a whole database on a server: the others are told, and who comes new can see that it has to wait.

A lock of the server says it, so nothing is left behind by a program that dies. The name of who does it is the name its connection gives
itself. SQLite has no such thing: nobody replaces a file that others have open.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text

from db.engine import is_sqlite
from db.errors import Busy, DatabaseFault
from db.notify import CHANNEL

_LOCK = 0x43524D52  # with _PART: any numbers that no other part of the program uses
_PART = 0x53544F52
_NAME = "crm-desktop restoring/"

_WHO = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted"
    " AND l.objsubid = 2 AND l.classid = :lock AND l.objid = :part"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def declared(engine: Engine, program: str, name: str) -> Iterator[None]:
    """Tell all programs but `program` that `name` replaces the database, and that it is over in the end, however it went.

    Raises Busy while somebody else does.
    """
    if is_sqlite(engine):
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        lock = {"lock": _LOCK, "part": _PART}
        connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": f"{_NAME}{name}"[:63]})
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock, :part)"), lock):
            raise Busy("the database is being replaced")
        try:
            _say(connection, program, name)
            yield
        finally:
            with suppress(DatabaseFault):  # a connection that broke has let go already
                connection.execute(text("SELECT pg_advisory_unlock(:lock, :part)"), lock)
                _say(connection, program, "")
            connection.invalidate()  # it bears a name that is not for whoever comes next


def who(connection: Connection) -> str | None:
    """Who replaces the database at this moment; None for nobody. The name may be cut off, or "" where the server does not tell it."""
    if is_sqlite(connection):
        return None
    found = connection.scalar(_WHO, {"lock": _LOCK, "part": _PART})
    return None if found is None else str(found).removeprefix(_NAME)


def _say(connection: Connection, program: str, name: str) -> None:
    said = json.dumps({"p": program, "r": name}, separators=(",", ":"))
    connection.execute(text("SELECT pg_notify(:channel, :said)"), {"channel": CHANNEL, "said": said})
