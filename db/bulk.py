"""Hundreds of thousands of rows at once, past the ORM and past the per-value work of SQLAlchemy's types.

Rows come as tuples in storage form: amounts already scaled to integers (see db/types.py), JSON as text; dates and moments are put
into the engine's form here. Meant for rows the program made itself and knows to be sound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Date, Dialect, LargeBinary, Table, TextClause, func, insert, select, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from db import whole_rows
from db.bundling import post
from db.engine import is_sqlite
from db.roles import own
from db.types import UtcDateTime, Words

_CHUNK = 5000
_MANY = 5000  # rows from which on indexes are worth making anew
_FEW = 20  # below that, SQLAlchemy's own way costs nothing


def _moment(value: dt.datetime | None) -> str | None:
    return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "microseconds") if value else None


def _day(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None


def insert_rows(connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows of the columns `names`; gives how many. The rows may be a generator: few are held at a time."""
    sqlite = is_sqlite(connection)
    mark = "?" if sqlite else "%s"
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"
    forms = []
    if sqlite:
        for at, name in enumerate(names):
            kind = table.c[name].type
            if isinstance(kind, UtcDateTime):
                forms.append((at, _moment))
            elif isinstance(kind, Date):
                forms.append((at, _day))
    count, chunk = 0, list[tuple[Any, ...]]()
    for row in rows:
        if forms:
            made = list(row)
            for at, form in forms:
                made[at] = form(made[at])
            row = made
        chunk.append(tuple(row))
        if len(chunk) == _CHUNK:
            connection.exec_driver_sql(statement, chunk)
            count, chunk = count + len(chunk), []
    if chunk:
        connection.exec_driver_sql(statement, chunk)
    return count + len(chunk)


@contextmanager
def without_indexes(connection: Connection, *tables: Table) -> Iterator[None]:
    """Inside, the tables have no indexes but those of their constraints; they are made anew at the end.

    An index over a million rows made at once is written once, in order; kept up row by row, its pages would be read and written
    in no order, over and over. All in the caller's transaction: when it rolls back, the indexes are as they were. Whoever works under an
    own role owns no indexes, and keeps them up row by row.
    """
    if own(connection):
        yield
        return
    indexes = sorted((i for t in tables for i in t.indexes), key=lambda i: str(i.name))
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


@contextmanager
def indexed_afterwards(connection: Connection, table: Any, coming: int) -> Iterator[None]:
    """Inside, `coming` rows are inserted into a table that nothing else is looked up in; its indexes are made anew at the end where that
    takes less than keeping them up: on SQLite, for many rows, far more than are there. (PostgreSQL would keep everybody out meanwhile.)
    """
    if coming < _MANY or not is_sqlite(connection):
        yield
        return
    few = select(func.count()).select_from(select(table.c.id).limit(coming // 2 + 1).subquery())
    if connection.execute(few).scalar_one() > coming // 2:
        yield
        return
    with without_indexes(connection, table):
        yield


def next_id(connection: Connection, table: Table) -> int:
    """The first id that is free, for rows whose ids the caller gives."""
    last = connection.execute(select(func.max(table.c.id))).scalar_one() or 0
    if is_sqlite(connection):
        # A deleted record may come back under its id, so ids that were ever given count too.
        given = connection.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
        ).scalar()
        return max(int(last), int(given or 0)) + 1
    return int(last) + 1


def _columns_of(table: Table, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[Any]]]:
    """Each column's values: those of the rows, and what the column begins with where the rows have none."""
    given = [column for column in table.c if column.key in rows[0]]
    first, *others = (column.key for column in given)
    values = zip(*map(itemgetter(first, *others), rows), strict=True) if others else [[row[first] for row in rows]]
    yield from zip((column.name for column in given), values, strict=True)
    for column in table.c:
        if column.key not in rows[0] and column.default is not None:
            start: Any = column.default  # SQLAlchemy wraps callables so that they take its context
            yield column.name, [start.arg(None) if start.is_callable else start.arg for _row in rows]


def _stored(values: Sequence[Any], kind: TypeEngine[Any], dialect: Dialect) -> Sequence[Any]:
    """The values as the engine takes them. The same one is put into its form once, and texts need none unless a NUL is among them."""
    if isinstance(kind, (JSON, LargeBinary)) and dialect.name == "postgresql":
        return values  # they travel inside a JSON, which the driver does not look into
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if isinstance(kind, Words):
        try:
            if "\0" not in "".join(values):
                return values
        except TypeError:  # not only texts
            pass
    if isinstance(kind, JSON) and not any(values) and all(type(value) is dict for value in values):
        return [process({})] * len(values)
    last, form, made = object(), None, []
    for value in values:
        if value is not last:
            last, form = value, process(value)
        made.append(form)
    return made


def _by_column(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[Sequence[Any]]]:
    """The names of the columns, and the values of each in storage form."""
    names, columns = [], []
    for name, values in _columns_of(table, rows):
        names.append(name)
        columns.append(_stored(values, table.c[name].type, connection.dialect))
    return names, columns


def _whole(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], telling: bool) -> tuple[TextClause, list[str]] | None:
    """The statement that inserts these rows on PostgreSQL, and the texts to carry it out with; None for what has to go one by one."""
    if len(rows) < 2:
        return None
    names, columns = _by_column(connection, table, rows)
    for name, values in zip(names, columns, strict=True):
        if isinstance(table.c[name].type, JSON) and any(value is None for value in values):
            return None  # inside a JSON its null is that of SQL
    return whole_rows.statement(table, tuple(names), telling=telling), list(whole_rows.packed(names, columns))


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by column name, all with the same names, past the work that SQLAlchemy does for every row.

    On SQLite column by column, which takes a fifth of the time; on PostgreSQL all as one parameter.
    """
    sqlite = is_sqlite(connection)
    whole = None if sqlite else _whole(connection, table, rows, telling=False)
    if whole is not None:
        for some in whole[1]:
            post(connection, whole[0], {"rows": some})
        return
    if len(rows) < _FEW or not sqlite:
        post(connection, insert(table), list(rows))
        return
    names, columns = _by_column(connection, table, rows)
    quote = connection.dialect.identifier_preparer.quote
    statement = f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, names))}) VALUES ({', '.join('?' * len(names))})"
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)))


def insert_giving_ids(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert rows given by column name and tell their ids, in the order of the rows.

    SQLite would need one statement a row to tell them. There the ids are taken beforehand: the caller's transaction writes, so
    nobody else does.
    """
    sqlite = is_sqlite(connection)
    whole = None if sqlite else _whole(connection, table, rows, telling=True)
    if whole is not None:
        return [id_ for some in whole[1] for id_ in connection.scalars(whole[0], {"rows": some})]
    if len(rows) == 1 or not sqlite:
        told = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return list(connection.scalars(told, list(rows)))
    first = next_id(connection, table)
    insert_many(connection, table, [{"id": first + at, **row} for at, row in enumerate(rows)])
    return list(range(first, first + len(rows)))


def ids_given(connection: Connection, table: Table) -> None:
    """Let the engine continue after the ids that the caller gave."""
    if not is_sqlite(connection):
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table.name}), false)"
            )
        )


def one_at_a_time(connection: Connection, what: str) -> None:
    """Wait until no other transaction is in the same kind of work; nobody else begins it until this one, which writes, ends.

    On SQLite writers come one after the other anyway.
    """
    if not is_sqlite(connection):
        # However long the other takes: an import of a hundred thousand rows does.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})
        connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


def hold(session: Session, what: str) -> None:
    """Hold the lock that `one_at_a_time` waits for until this transaction, which begins here, has ended. Nothing waits for an answer.

    First of all, since others are taken in their own order after it: two who wait for each other would both be sent away.
    """
    if not is_sqlite(session):
        post(session, text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": what})


def learn(connection: Connection) -> None:
    """Let the engine look at what was loaded, so that it plans well."""
    connection.exec_driver_sql("ANALYZE")
