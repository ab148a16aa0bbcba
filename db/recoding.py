"""Copying a whole SQLite file under another key, or out of or into the clear, while nobody else may write to it.

Nothing is changed at the source. The copy is worth something only when this returns: its pages are authenticated, its indexes checked, and
every table has as many rows as there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db import cipher
from db.cipher import Key
from db.errors import Busy, Corrupt, translate

_TELL_EVERY = 200_000
"""Steps of SQLite's machine between two looks at whether somebody wants to stop."""

_PLACES = ("main", "copy")
Going = Callable[[], bool]


@contextmanager
def recoded(source: Path, old: Key | None, copy: Path, new: Key | None, going: Going) -> Iterator[None]:
    """Make the copy; while the caller does more with it, the source stays closed to others, as far as the system allows.

    going: asked now and then; with False it stops. Raises as db/errors.py says: Busy while another has the source open, Interrupted.
    """
    connection = _opened(source, old)
    try:
        _alone(connection, source)
        connection.execute("ATTACH DATABASE ? AS copy KEY ?", (str(copy), new.words if new else ""))
        for pragma in ("journal_mode = MEMORY", "synchronous = OFF"):  # it is flushed once, when it is whole
            connection.execute(f"PRAGMA copy.{pragma}")
        connection.set_progress_handler(lambda: 0 if going() else 1, _TELL_EVERY)
        connection.execute("SELECT sqlcipher_export('copy')").fetchall()
        _compare(connection)
        connection.set_progress_handler(None, 0)
        for name in ("user_version", "application_id"):
            value = connection.execute(f"PRAGMA main.{name}").fetchone()[0]
            connection.execute(f"PRAGMA copy.{name} = {int(value)}")
        connection.execute("DETACH DATABASE copy")
    except Exception as error:
        connection.close()
        raise translate(error) or error from error
    try:
        yield
    finally:
        connection.close()


def check(path: Path, key: Key | None) -> None:
    """Read a whole file: the authentication of every page, and the database itself. Raises Corrupt, and as db/errors.py says."""
    connection = _opened(path, key)
    try:
        wrong = [] if key is None else connection.execute("PRAGMA cipher_integrity_check").fetchall()
        sound = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except Exception as error:
        raise translate(error) or error from error
    finally:
        connection.close()
    if wrong or sound != "ok":
        raise Corrupt(path.name)


def _opened(path: Path, key: Key | None) -> Any:
    """A connection of the cipher's driver, which opens plain files as well."""
    if key is not None:
        connection = cipher.connect(path, key, isolation_level=None, timeout=2)
    else:
        connection = cipher.driver(Key(bytes(32))).connect(str(path), isolation_level=None, timeout=2)
    connection.execute("PRAGMA temp_store = MEMORY")  # nothing of it may lie about in the clear
    return connection


def _alone(connection: Any, source: Path) -> None:
    """Bring everything into the one file and keep others from it."""
    if connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] != "delete":
        raise Busy(str(source))
    connection.execute("PRAGMA main.locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")


def _compare(connection: Any) -> None:
    schema = [connection.execute(f"SELECT type, name, tbl_name, sql FROM {p}.sqlite_schema ORDER BY 1, 2").fetchall() for p in _PLACES]
    if schema[0] != schema[1]:
        raise Corrupt("schema")
    # The search indexes count by the tables they are kept in.
    kept = connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0").fetchall()
    for (name,) in kept:
        quoted = name.replace('"', '""')
        counts = [connection.execute(f'SELECT count(*) FROM {p}."{quoted}"').fetchone()[0] for p in _PLACES]
        if counts[0] != counts[1]:
            raise Corrupt(name)
