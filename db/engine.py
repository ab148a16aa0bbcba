"""Opening a database, SQLite or PostgreSQL: the only file that knows pragmas, isolation and cancelling.

Readers and writers ask here for their connection: `reading` gives one consistent picture, `writing` takes the write lock with
its first statement (`BEGIN IMMEDIATE`), so that two writers never deadlock on SQLite and behave alike on both engines.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.orm import Session

from db.errors import Busy, Unreachable, translate

BUSY_SECONDS = 10
"""How long a writer waits for another before it is told `Busy`."""

_PRAGMAS = (
    "journal_mode=WAL",
    # FULL: a commit that was answered survives a power cut; NORMAL could lose the last ones.
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "mmap_size=268435456",
)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file; the path may hold spaces, Chinese, `?` and `#`."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def _prepare_sqlite(engine: Engine) -> None:
    opened = False

    @event.listens_for(engine, "do_connect")
    def look(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
        # A file that was there and is gone would be made anew, empty, as if there had never been any data.
        if opened and not Path(arguments[0]).exists():
            raise Unreachable(f"{arguments[0]} is gone")

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by its own rules; we begin them below.
        connection.isolation_level = None
        nonlocal opened
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        opened = True

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")


def open_engine(url: str) -> Engine:
    """An engine for `url`. Nothing is created or checked yet; errors of its statements are those of db/errors.py."""
    sqlite = url.startswith("sqlite")
    arguments: dict[str, Any] = {"check_same_thread": False} if sqlite else {"connect_timeout": 5}
    pool: dict[str, Any] = {} if sqlite else {"pool_size": 4, "max_overflow": 8, "pool_pre_ping": True}
    engine = create_engine(url, connect_args=arguments, **pool)
    if sqlite:
        _prepare_sqlite(engine)

    @event.listens_for(engine, "handle_error")
    def tell(context: ExceptionContext) -> None:
        fault = translate(context.original_exception)
        if fault is not None:
            raise fault from context.original_exception

    return engine


def open_scratch(path: Path) -> Engine:
    """A SQLite file that is filled in one go and thrown away when anything goes wrong: fast, and not safe until it is settled."""
    engine = open_engine(sqlite_url(path))

    @event.listens_for(engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA temp_store=FILE")  # sorting the indexes of millions of rows takes gigabytes

    return engine


def settle(path: Path) -> None:
    """Put everything of a SQLite database into its one file, so that the file alone can be moved or replaced.

    Raises Busy while another program has it open, Corrupt when it is no sound database.
    """
    try:
        connection = sqlite3.connect(path, timeout=2)
        try:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise translate(error) or error from error
    if mode != "delete":
        raise Busy(str(path))


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database as it is at this moment, while others write; `target` appears when it is whole. Raises OSError, or as
    db/errors.py says."""
    part = target.with_name(f"{target.name}.part")
    try:
        reader, writer = sqlite3.connect(source, timeout=BUSY_SECONDS), sqlite3.connect(part)
        try:
            reader.backup(writer)  # in one go: a copy in steps begins anew whenever somebody writes
        finally:
            writer.close()
            reader.close()
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except sqlite3.Error as error:
        raise translate(error) or error from error
    finally:
        part.unlink(missing_ok=True)


def is_sqlite(engine: Engine | Connection | Session) -> bool:
    """Which engine this is. Asked only inside `db`."""
    bind = engine.get_bind() if isinstance(engine, Session) else engine
    return bind.dialect.name == "sqlite"


def client_address(connection: Connection | Session) -> str:
    """The network address from which the server sees this connection come; "" where there is no network between."""
    if is_sqlite(connection):
        return ""
    return str(connection.scalar(text("SELECT host(inet_client_addr())")) or "")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent picture of the data, read only."""
    options = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session inside one transaction that writes; commits at the end, rolls back on any error."""
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session, session.begin():
        yield session


def cancel(connection: Connection) -> None:
    """Stop what `connection` is executing, from another thread; it then raises `Interrupted`."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.interrupt()
    elif driver is not None:
        driver.cancel_safe(timeout=2.0)
