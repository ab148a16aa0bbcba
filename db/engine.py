"""Opening a database, SQLite or PostgreSQL: the only file that knows pragmas, isolation and cancelling.

Readers and writers ask here for their connection: `reading` gives one consistent picture, `writing` takes the write lock with
its first statement (`BEGIN IMMEDIATE`), so that two writers never deadlock on SQLite and behave alike on both engines.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session

from db import bundling, cipher
from db.errors import Busy, NoKey, Unreachable, translate
from db.hanging_up import Lines
from db.roles import ACTING_AS
from db.roles import options as role_options

BUSY_SECONDS = 10
"""How long a writer waits for another before it is told `Busy`."""

_LINES = "lines"  # the option under which an engine keeps its connections to a server
_RESTED = 20.0  # seconds after which a connection is tried before it is used: a server may have gone meanwhile

# A PC that was switched off or lost its cable in the middle of a transaction must not keep others waiting for its locks, and one that
# hears nothing any more must not wait for ever.
_SERVER_OPTIONS = (
    f"-c lock_timeout={BUSY_SECONDS * 1000} -c idle_in_transaction_session_timeout=300000 "
    "-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
_CLIENT_OPTIONS = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 20_000}

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


def _prepare_sqlite(engine: Engine, key: cipher.Key | None, missing: NoKey | None) -> None:
    opened = False
    file = _file_of(engine.url)

    @event.listens_for(engine, "do_connect")
    def look(_dialect: Any, _record: Any, _arguments: Any, options: Any) -> Any:
        if missing is not None:
            raise missing
        # A file that was there and is gone would be made anew, empty, as if there had never been any data.
        if file is None:
            return None
        if opened and not file.exists():
            raise Unreachable(f"{file} is gone")
        if key is None:
            return None
        if cipher.is_plain(file):
            raise Unreachable(f"{file} is another file now")
        return cipher.connect(file, key, **options)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by its own rules; we begin them below.
        connection.isolation_level = None
        nonlocal opened
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if file is not None:
            cipher.note(file, key, connection)
        opened = True

    @event.listens_for(engine, "close")
    def close(connection: Any, _record: Any) -> None:
        if file is not None:
            cipher.let_go(file, connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")


def _prepare_server(engine: Engine) -> None:
    lines = engine.get_execution_options()[_LINES]
    bundling.prepare(engine)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        lines.add(connection, engine.dialect.loaded_dbapi.OperationalError)

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info["rested"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _proxy: Any) -> None:
        # Asking before every use, as SQLAlchemy's own pre-ping does, would cost each question another round trip.
        if time.monotonic() - record.info.get("rested", time.monotonic()) < _RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error  # the pool makes another one, and lets go of those as old as this


def hang_up(engine: Engine) -> None:
    """Let go of a server that does not answer any more: whoever waits for it, on whatever thread, is told `Unreachable` at once."""
    lines = engine.get_execution_options().get(_LINES)
    if lines is not None:
        lines.hang_up()
    engine.dispose()


def _file_of(url: URL) -> Path | None:
    """The file of a SQLite address; None for a database in memory."""
    return Path(url.database) if url.database and url.database != ":memory:" else None


def _key_of(url: str) -> tuple[cipher.Key | None, NoKey | None]:
    """The key of a SQLite file, and what is to be told with the first connection where there should be one and is none."""
    file = _file_of(make_url(url))
    try:
        return (cipher.key_for(file) if file is not None else None), None
    except NoKey as error:
        return None, error


def open_engine(url: str, acting_as: str = "") -> Engine:
    """An engine for `url`. Nothing is created or checked yet; errors of its statements are those of db/errors.py.

    acting_as: a role of a server that whoever signs in is a member of, and works as.
    """
    sqlite = url.startswith("sqlite")
    options = _SERVER_OPTIONS + ("" if sqlite else role_options(make_url(url).username, acting_as))
    server = {"connect_timeout": 5, "options": options, **_CLIENT_OPTIONS}
    arguments: dict[str, Any] = {"check_same_thread": False} if sqlite else server
    kept: dict[str, Any] = {_LINES: Lines(), ACTING_AS: acting_as}
    pool: dict[str, Any] = {} if sqlite else {"pool_size": 4, "max_overflow": 8, "execution_options": kept}
    key, missing = _key_of(url) if sqlite else (None, None)
    if key is not None:
        pool["module"] = cipher.driver(key)
    engine = create_engine(url, connect_args=arguments, **pool)
    if sqlite:
        _prepare_sqlite(engine, key, missing)
    else:
        _prepare_server(engine)

    @event.listens_for(engine, "handle_error")
    def tell(context: ExceptionContext) -> None:
        fault = translate(context.original_exception)
        if fault is not None:
            raise fault from context.original_exception

    return engine


def open_scratch(path: Path, *, references: bool = True) -> Engine:
    """A SQLite file that is filled in one go and thrown away when anything goes wrong: fast, and not safe until it is settled.

    references: False to let rows in without looking at what they point to, see db/integrity.py.
    """
    engine = open_engine(sqlite_url(path))
    plain = cipher.key_for(path) is None

    @event.listens_for(engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=MEMORY")
        connection.execute("PRAGMA synchronous=OFF")
        if plain:  # sorting the indexes of millions of rows takes gigabytes; of an encrypted file nothing may lie about in the clear
            connection.execute("PRAGMA temp_store=FILE")
        if not references:
            connection.execute("PRAGMA foreign_keys=OFF")

    return engine


def settle(path: Path) -> None:
    """Put everything of a SQLite database into its one file, so that the file alone can be moved or replaced.

    Raises Busy while another program has it open, Corrupt when it is no sound database.
    """
    try:
        connection = cipher.connect(path, cipher.key_for(path), timeout=2)
        try:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        finally:
            connection.close()
    except Exception as error:
        raise translate(error) or error from error
    if mode != "delete":
        raise Busy(str(path))


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database as it is at this moment, while others write; `target` appears when it is whole. Raises OSError, or as
    db/errors.py says."""
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        key = cipher.key_for(source)  # what is encrypted stays so, what is plain as well: pages are copied as they are
        reader, writer = cipher.connect(source, key, timeout=BUSY_SECONDS), cipher.connect(part, key)
        try:
            reader.backup(writer)  # in one go: a copy in steps begins anew whenever somebody writes
        finally:
            writer.close()
            reader.close()
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except Exception as error:
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


@contextmanager
def glancing(engine: Engine) -> Iterator[Connection]:
    """For one question alone: on a server it costs one round trip, with no transaction to begin and to end around it."""
    options = {} if is_sqlite(engine) else {"isolation_level": "AUTOCOMMIT"}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def reading_with(engine: Engine, question: str) -> Iterator[tuple[Connection, Any]]:
    """The same, and the answer to a question that takes no values. A server gets it along with the beginning: no round trip more."""
    if is_sqlite(engine):
        with reading(engine) as connection:
            yield connection, connection.exec_driver_sql(question).scalar()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        answer = _begin_with(connection, "ISOLATION LEVEL REPEATABLE READ READ ONLY", question)
        try:
            yield connection, answer
        finally:
            if not connection.invalidated:
                _roll_back(connection)


@contextmanager
def writing_with(engine: Engine, question: str) -> Iterator[tuple[Session, Any]]:
    """A session that writes, and the answer to such a question. What is posted and asked in it travels together, see db/bundling.py."""
    if is_sqlite(engine):
        with writing(engine) as session:
            yield session, session.connection().exec_driver_sql(question).scalar()
        return
    # The driver begins nothing by itself then; it commits and rolls back what was begun here.
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False) as session, session.begin():
        connection = session.connection()
        answer = _begin_with(connection, "", question)
        bundling.begin(connection)
        yield session, answer


def _begin_with(connection: Connection, how: str, question: str) -> Any:
    driver: Any = connection.connection.driver_connection
    try:
        with driver.execute(f"BEGIN {how}; {question}") as cursor:
            cursor.nextset()
            row = cursor.fetchone()
    except Exception as error:
        connection.invalidate(error)
        fault = translate(error)
        if fault is None:
            raise
        raise fault from error
    return row[0] if row else None


def _roll_back(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    try:
        driver.rollback()
    except Exception as error:  # noqa: BLE001 - the line broke: what was asked is answered all the same
        connection.invalidate(error)


def cancel(connection: Connection) -> None:
    """Stop what `connection` is executing, from another thread; it then raises `Interrupted`."""
    driver = connection.connection.driver_connection
    if driver is not None and is_sqlite(connection):
        driver.interrupt()
    elif driver is not None:
        driver.cancel_safe(timeout=2.0)
