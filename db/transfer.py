"""A whole database as plain rows, out of one engine and into another: for backups, and for moving between SQLite and PostgreSQL.

Values stand in a form that belongs to no engine: whole numbers (amounts scaled, see db/types.py), true and false, texts,
"2026-11-24", "2026-11-24T09:30:00.000000Z", bytes, and JSON wrapped in a list, so that its null is not taken for an empty cell.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    Table,
    inspect,
    text,
)
from sqlalchemy import types as sqltypes
from sqlalchemy.types import TypeEngine

from db import search
from db.bare_tables import bare_tables
from db.engine import is_sqlite, reading, writing
from db.errors import translate
from db.schema import METADATA
from db.types import Scaled, UtcDateTime

KINDS = ("integer", "text", "flag", "date", "moment", "json", "blob")
"""What a column can hold."""

_AT_ONCE = 500
_MOMENT = 26  # characters
_NOTHING = type(None)
_EMPTY: list[Any] = [{}]
Value = Callable[[Any], Any]
Told = Callable[[str, int], None]
"""Called now and then with the table and its rows so far; an error it raises stops the work."""


class Unfit(ValueError):
    """A row that does not fit its table; the words are for the log."""


@dataclass(frozen=True)
class Shape:
    """A table as it travels: its columns with their kinds, and those that order its rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _kind in self.columns)


def _kind(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, UtcDateTime | DateTime):
        return "moment"
    if isinstance(kind, Scaled | Integer):
        return "integer"
    for known, name in ((Boolean, "flag"), (Date, "date"), (JSON, "json"), (LargeBinary, "blob")):
        if isinstance(kind, known):
            return name
    if isinstance(kind, sqltypes.TypeDecorator | sqltypes.String):
        return "text"
    raise TypeError(f"no kind for {kind!r}")


def shape_of(table: Table) -> Shape:
    """A table of this program's models as it travels."""
    return Shape(table.name, tuple((c.name, _kind(c.type)) for c in table.c), tuple(c.name for c in table.primary_key))


def shapes() -> list[Shape]:
    """Every table, those that others point to first."""
    return [shape_of(table) for table in METADATA.sorted_tables]


def shapes_found(connection: Connection) -> list[Shape]:
    """The tables of a database of an older version, as they stand in it: this program's models no longer say how they were."""
    inspector, known = inspect(connection), columns_of(connection)
    return [
        Shape(
            name,
            tuple((column["name"], _kind(column["type"])) for column in inspector.get_columns(name)),
            tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        )
        for name, _keys in inspector.get_sorted_table_and_fkc_names()
        if name in known
    ]


# Reading


def _moment_out(value: Any) -> str:
    if isinstance(value, str):
        if len(value) == _MOMENT and value[10] == " ":  # as it always stands in SQLite: "2026-11-24 09:30:00.000000"
            return f"{value[:10]}T{value[11:]}Z"
        value = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"  # type: ignore[no-any-return]


def _json_out(value: Any) -> list[Any]:
    if value == "{}":
        return [{}]
    return [json.loads(value) if isinstance(value, str | bytes) else value]


def _json_same(value: Any) -> list[Any]:
    return [value]  # the driver has read it already


def _day_out(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _outward(sqlite: bool) -> dict[str, Value]:
    return {
        "flag": bool,
        "date": _day_out,
        "moment": _moment_out,
        "json": _json_out if sqlite else _json_same,
        "blob": bytes,
    }


def read_rows(connection: Connection, shape: Shape) -> Iterator[list[list[Any]]]:
    """The rows of a table in the order of its key, some hundred at a time."""
    forms = _outward(is_sqlite(connection))
    change = [(at, forms[kind]) for at, (_name, kind) in enumerate(shape.columns) if kind in forms]
    heavy = any(kind == "blob" for _name, kind in shape.columns)
    chosen, order = ", ".join(f'"{n}"' for n in shape.names), ", ".join(f'"{n}"' for n in shape.key)
    options = {"stream_results": True, "max_row_buffer": 1 if heavy else _AT_ONCE}
    found = connection.exec_driver_sql(
        f'SELECT {chosen} FROM "{shape.name}" ORDER BY {order}', execution_options=options
    )
    for part in found.partitions(1 if heavy else _AT_ONCE):
        rows = [list(row) for row in part]
        for row in rows:
            for at, form in change:
                if row[at] is not None:
                    row[at] = form(row[at])
        yield rows


def last_id(connection: Connection, shape: Shape) -> int:
    """The highest id a table ever gave: none is given twice, see db/base.py."""
    if shape.key != ("id",):
        return 0
    highest = int(connection.exec_driver_sql(f'SELECT coalesce(max(id), 0) FROM "{shape.name}"').scalar_one())
    if is_sqlite(connection):
        given = connection.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": shape.name}
        ).scalar()
    else:
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": shape.name}).scalar()
        given = (
            connection.exec_driver_sql(
                f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"
            ).scalar()
            if sequence
            else 0
        )
    return max(highest, int(given or 0))


# Writing


def _is_day(value: Any) -> Any:
    dt.date.fromisoformat(value)
    return value


def _moment_in(value: str) -> str:
    if not value.endswith("Z"):
        raise ValueError(value)
    found = dt.datetime.fromisoformat(value)
    if len(value) == _MOMENT + 1 and (value[7], value[10], value[19]) == ("-", "T", "."):
        return f"{value[:10]} {value[11:-1]}"
    return found.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _moment_for_server(value: Any) -> str:
    return _moment_in(value) + "+00"


def _json_in(value: list[Any]) -> str:
    if value == _EMPTY:  # most of them
        return "{}"
    if len(value) != 1:
        raise ValueError("no JSON")
    return json.dumps(value[0])


def _json_for_server(value: list[Any]) -> str:
    # PostgreSQL keeps no NUL in JSON either.
    return _json_in(value).replace("\\\\", "\\\\\0").replace("\\u0000", "").replace("\\\\\0", "\\\\")


_TYPES: dict[str, type] = {
    "integer": int, "text": str, "flag": bool, "date": str, "moment": str, "json": list, "blob": bytes,
}  # fmt: skip


def _inward(sqlite: bool) -> dict[str, Value]:
    """What becomes of values that do not go in as they are."""
    return {
        "date": _is_day,
        "moment": _moment_in if sqlite else _moment_for_server,
        "json": _json_in if sqlite else _json_for_server,
    }


def _fitted(shape: Shape, sqlite: bool, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """Rows in the form of the engine. Raises Unfit."""
    forms, wanted = _inward(sqlite), [_TYPES[kind] for _name, kind in shape.columns]
    change = [(at, forms[kind]) for at, (_name, kind) in enumerate(shape.columns) if kind in forms]
    texts = [at for at, (_name, kind) in enumerate(shape.columns) if kind == "text"]
    sound: set[tuple[type, ...]] = set()  # the combinations of types that were looked at; there are few
    for number, given in enumerate(rows, 1):
        types = tuple(map(type, given))
        if types not in sound:
            if len(types) != len(wanted) or any(t not in (w, _NOTHING) for t, w in zip(types, wanted, strict=True)):
                raise Unfit(f"{shape.name}, row {number}")
            sound.add(types)
        row = list(given)
        try:
            for at, form in change:
                if row[at] is not None:
                    row[at] = form(row[at])
        except (ValueError, TypeError, OverflowError) as error:
            raise Unfit(f"{shape.name}, row {number}") from error
        for at in texts:
            if row[at] and "\0" in row[at]:
                row[at] = row[at].replace("\0", "")
        yield tuple(row)


def write_rows(connection: Connection, shape: Shape, rows: Iterable[Sequence[Any]], given: int = 0) -> int:
    """Put rows into an empty table, and let its ids continue after `given`; says how many rows there were. Raises Unfit."""
    names = ", ".join(f'"{n}"' for n in shape.names)
    sqlite = is_sqlite(connection)
    fitted = _fitted(shape, sqlite, rows)
    count = _insert(connection, shape, names, fitted) if sqlite else _copy_in(connection, shape, names, fitted)
    if given and shape.key == ("id",):
        continue_after(connection, shape, given)
    return count


def _insert(connection: Connection, shape: Shape, names: str, rows: Iterator[tuple[Any, ...]]) -> int:
    marks = ", ".join("?" * len(shape.names))
    driver: Any = connection.connection.driver_connection
    count = 0

    def counted() -> Iterator[tuple[Any, ...]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    # The driver's own call takes the rows one by one, so none has to be held.
    with driver_faults(connection):
        driver.executemany(f'INSERT INTO "{shape.name}" ({names}) VALUES ({marks})', counted())
    return count


def _copy_in(connection: Connection, shape: Shape, names: str, rows: Iterator[tuple[Any, ...]]) -> int:
    driver: Any = connection.connection.driver_connection
    count = 0
    with (
        driver_faults(connection),
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{shape.name}" ({names}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


@contextmanager
def driver_faults(connection: Connection) -> Iterator[None]:
    """Errors of the bare driver as those of db/errors.py."""
    try:
        yield
    except (UnicodeError, OverflowError) as error:  # half a character of two parts; a number of more than 64 bits
        raise Unfit(str(error)) from error
    except connection.dialect.loaded_dbapi.Error as error:
        fault = translate(error)
        if fault is None:
            raise Unfit(str(error)) from error
        raise fault from error


def continue_after(connection: Connection, shape: Shape, given: int) -> None:
    """Let the ids of a table go on after `given`."""
    facts = {"name": shape.name, "given": given}
    if not is_sqlite(connection):
        # Never back: what a sequence of PostgreSQL was set to stays, even when the transaction that did it is undone.
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), facts).scalar()
        if sequence:
            query = f"SELECT setval('{sequence}', greatest(:given, (SELECT last_value FROM {sequence})))"
            connection.execute(text(query), facts)
    elif connection.execute(text("UPDATE sqlite_sequence SET seq = :given WHERE name = :name"), facts).rowcount == 0:
        # Only tables that never give an id twice stand there; the first row makes the entry, so an empty table has none.
        made = connection.execute(text("SELECT sql FROM sqlite_schema WHERE name = :name"), facts).scalar() or ""
        if "AUTOINCREMENT" in made.upper():
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :given)"), facts)


def rebuild_search(connection: Connection) -> None:
    """Make every search index anew; it is no data and does not travel."""
    for table in METADATA.sorted_tables:
        if "search_text" in table.c:
            search.rebuild(connection, table)


def columns_of(connection: Connection) -> dict[str, set[str]]:
    """The tables of a database, whatever its version, with their columns."""
    inspector = inspect(connection)
    return {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if not name.startswith(("fts_", "sqlite_")) and name != "alembic_version"
    }


def counts(connection: Connection, tables: Iterable[Shape]) -> dict[str, int]:
    """How many rows the tables have."""
    return {s.name: int(connection.exec_driver_sql(f'SELECT count(*) FROM "{s.name}"').scalar_one()) for s in tables}


def empty(connection: Connection) -> None:
    """Take every row out of every table and of what refers to it, within the caller's transaction."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in reversed(METADATA.sorted_tables):
            connection.exec_driver_sql(f'DELETE FROM "{table.name}"')
        return
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
    connection.exec_driver_sql(f"TRUNCATE {names} CASCADE")


def copy_database(source: Engine, target: Engine, tell: Told | None = None) -> dict[str, int]:
    """Replace all rows of `target` with those of `source`, both of this program's version: all of it or nothing.

    Gives the number of rows by table. Raises Unfit when a row does not arrive.
    """
    with reading(source) as out, writing(target) as session:
        return copy_rows(out, session.connection(), tell)


def copy_rows(out: Connection, into: Connection, tell: Told | None = None) -> dict[str, int]:
    """The same within the caller's transactions."""
    moved = {}
    empty(into)
    with bare_tables(into):
        for shape in shapes():
            rows = _told(shape, read_rows(out, shape), tell)
            moved[shape.name] = write_rows(into, shape, rows, last_id(out, shape))
    rebuild_search(into)
    if counts(into, shapes()) != moved or counts(out, shapes()) != moved:
        raise Unfit("the numbers of rows differ")
    return moved


def _told(shape: Shape, parts: Iterator[list[list[Any]]], tell: Told | None) -> Iterator[list[Any]]:
    done = 0
    for part in parts:
        yield from part
        done += len(part)
        if tell:
            tell(shape.name, done)
