"""Whose turn it is: one program at a time makes the backups of a database, and in an office one PC does.

A crash lets go of a claim by itself: the system drops the lock of a file, the server that of a connection.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine, delete, insert, select, text

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.words import _
from db.engine import is_sqlite, reading, writing
from db.errors import DatabaseFault
from db.models.system import Setting

log = logging.getLogger(__name__)
LOCK_FILE = "backup.lock"
_SERVER_LOCK = 0x43524D42_4B555000  # any number that no other part of the program uses
_LAST_GOOD = "backup_last_good"
STATION = platform.node()

if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def turn(engine: Engine, data: Path) -> Iterator[bool]:
    """Inside, nobody else makes backups by the clock; False when somebody does already."""
    with _turn_on_this_pc(data) as mine:
        if not mine or is_sqlite(engine):
            yield mine
            return
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            taken = bool(connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _SERVER_LOCK}).scalar())
            try:
                yield taken
            finally:
                if taken:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _SERVER_LOCK})


@contextmanager
def _turn_on_this_pc(data: Path) -> Iterator[bool]:
    with (data / LOCK_FILE).open("a+b") as file:
        try:
            _lock(file)
        except OSError:
            yield False
            return
        yield True  # closing the file lets go


def responsible_pc(engine: Engine) -> str:
    """The PC that makes the backups by the clock; "" where none was chosen. Alone on a PC, it is always this one."""
    if is_sqlite(engine):
        return STATION
    return _text(engine, s.BACKUP_STATION.name)


def take_over(app: Application) -> None:
    """Let this PC make the office's backups from now on. Raises Refused without the right to make backups."""
    app.actor.require("program.backup")
    _keep(app.engine, s.BACKUP_STATION.name, STATION)


def why_not_this_pc(app: Application) -> str:
    """Why this PC makes no backups by the clock, in words; "" when it does.

    Where no PC was chosen yet, the first that asks takes the work over.
    """
    chosen = responsible_pc(app.engine)
    if not chosen:
        try:
            take_over(app)
        except (Told, DatabaseFault) as error:
            log.warning("No PC is chosen for the backups: %s", type(error).__name__)
            return _("No PC is chosen that makes the backups.")
        return ""
    return "" if chosen == STATION else _("The PC {name} makes the backups.").format(name=chosen)


def tell_everybody(engine: Engine, made_at: dt.datetime, *, moving: bool = False) -> None:
    """Let the other PCs of an office know that a good backup was made; they do not see its folder. moving: they will be others soon."""
    if is_sqlite(engine) and not moving:
        return
    try:
        _keep(engine, _LAST_GOOD, made_at.astimezone(dt.UTC).isoformat())
    except DatabaseFault as error:
        log.warning("The office is not told of the backup: %s", type(error).__name__)


def told_by_others(engine: Engine) -> dt.datetime | None:
    """When the PC that makes the office's backups made its last good one."""
    if is_sqlite(engine):
        return None
    try:
        return dt.datetime.fromisoformat(_text(engine, _LAST_GOOD)).astimezone(dt.UTC)
    except ValueError:
        return None


def _text(engine: Engine, key: str) -> str:
    table: Any = Setting.__table__
    with reading(engine) as connection:
        found = connection.execute(select(table.c.value).where(table.c.user_id == 0, table.c.key == key)).scalar()
    try:
        value = json.loads(found) if found else ""
    except ValueError:
        value = ""
    return value if isinstance(value, str) else ""


def _keep(engine: Engine, key: str, value: str) -> None:
    table: Any = Setting.__table__
    with writing(engine) as session:
        session.execute(delete(table).where(table.c.user_id == 0, table.c.key == key))
        session.execute(insert(table), [{"user_id": 0, "key": key, "value": json.dumps(value, ensure_ascii=False)}])
