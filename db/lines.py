"""Whole tables as lines of JSON that the engine itself makes, and back into SQLite: for backups, where every row of a large company
leaves and is read again for trial.

Row by row through Python this takes ten times as long. Both engines write the same line for the same row, byte for byte, so sums over
the lines can be compared: no blanks, texts as they are but for `\"`, `\\` and control characters. What stands in a column, by its kind:

    integer, text, blob     the number; the text; base64
    flag                    1 or 0
    date, moment            "2026-11-24"; "2026-11-24 09:30:00.000000", UTC
    json                    its text
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine

from db import transfer
from db.engine import is_sqlite, reading, writing
from db.transfer import Shape, Told, Unfit, continue_after, driver_faults

Block = tuple[bytes, int]
"""Some lines, each with its end, and how many they are."""

_WANTED = 768 << 10  # bytes of a block, about
_FIRST, _MOST = 64, 4000  # rows of a block
_FEW = 200  # rows of a table without plain ids at a time
_NUL = b"\\u0000"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


# Out of either engine


def read_lines(connection: Connection, shape: Shape) -> Iterator[Block]:
    """The rows of a table in the order of its key, a block of lines at a time."""
    kinds = {kind for _name, kind in shape.columns}
    made = (
        _by_engine(connection, shape) if shape.key == ("id",) and "blob" not in kinds else _by_rows(connection, shape)
    )
    texts = [at for at, (_name, kind) in enumerate(shape.columns) if kind == "text"]
    for lines, count in made:
        yield (_without_nul(lines, texts) if _NUL in lines else lines), count


def _by_engine(connection: Connection, shape: Shape) -> Iterator[Block]:
    query = _block_query(shape, is_sqlite(connection))
    last, size = -(2**63), _FIRST
    while True:
        last_here, count, found = connection.exec_driver_sql(query, (last, size)).one()
        if not count:
            return
        lines = (found.encode() if isinstance(found, str) else bytes(found)) + b"\n"
        yield lines, int(count)
        last = int(last_here)
        # Rows of one table are much alike, but not all: never more than twice as many as before.
        size = max(1, min(_MOST, 2 * size, _WANTED * int(count) // len(lines)))


def _block_query(shape: Shape, sqlite: bool) -> str:
    forms = [_form(name, kind, sqlite) for name, kind in shape.columns]
    if sqlite:
        line, mark = f"json_array({', '.join(forms)})", "?"
        together = "CAST(group_concat(line, char(10)) AS BLOB)"
    else:
        values = (f"coalesce(to_json({form})::text, 'null')" for form in forms)
        line, mark = f"""'[' || {" || ',' || ".join(values)} || ']'""", "%s"
        together = "string_agg(line, chr(10) ORDER BY id)"
    rows = f'SELECT id, {line} AS line FROM "{shape.name}" WHERE id > {mark} ORDER BY id LIMIT {mark}'
    return f"SELECT max(id), count(*), {together} FROM ({rows}) AS part"


def _form(name: str, kind: str, sqlite: bool) -> str:
    """SQL for the value of a column as a number, a text or bytes."""
    column = f'"{name}"'
    if sqlite:
        if kind == "json":
            return f"CAST({column} AS TEXT)"  # a bare number would have become one
        if kind != "moment":
            return column
        # It always stands like that in rows of this program; whatever else is there is brought into it, or refused by the trial.
        usual = f"coalesce(strftime('%Y-%m-%d %H:%M:%f', {column}) || '000', {column})"
        return f"CASE WHEN length({column}) = 26 THEN {column} ELSE {usual} END"
    match kind:
        case "flag":
            return f"{column}::int"
        case "date":
            return f"to_char({column}, 'YYYY-MM-DD')"
        case "moment":
            return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
        case "json":
            return f"{column}::text"
    return column


def _by_rows(connection: Connection, shape: Shape) -> Iterator[Block]:
    """Tables of few rows, and of files: one at a time, each may be 50 MB."""
    sqlite, blobs = is_sqlite(connection), _places(shape, "blob")
    forms = ", ".join(_form(name, kind, sqlite) for name, kind in shape.columns)
    order, at_once = ", ".join(f'"{name}"' for name in shape.key), 1 if blobs else _FEW
    found = connection.exec_driver_sql(
        f'SELECT {forms} FROM "{shape.name}" ORDER BY {order}',
        execution_options={"stream_results": True, "max_row_buffer": at_once},
    )
    for part in found.partitions(at_once):
        rows = [list(row) for row in part]
        for row in rows:
            for at in blobs:
                if row[at] is not None:
                    row[at] = b64encode(row[at]).decode("ascii")
        yield "".join(f"{_encode(row)}\n" for row in rows).encode(), len(rows)


def _without_nul(lines: bytes, texts: list[int]) -> bytes:
    """The lines without the character NUL in texts, which no engine brings back, see db/types.py."""
    kept = lines.split(b"\n")
    for number, line in enumerate(kept):
        if _NUL in line:
            row = json.loads(line)
            for at in texts:
                if isinstance(row[at], str):
                    row[at] = row[at].replace("\0", "")
            kept[number] = _encode(row).encode()
    return b"\n".join(kept)


def _places(shape: Shape, wanted: str) -> list[int]:
    return [at for at, (_name, kind) in enumerate(shape.columns) if kind == wanted]


# Into SQLite


def parse_lines(lines: bytes, count: int) -> list[list[Any]]:
    """The rows behind lines. Raises ValueError."""
    try:
        rows: list[list[Any]] = json.loads(b"[" + lines.removesuffix(b"\n").replace(b"\n", b",") + b"]")
    except RecursionError as error:
        raise ValueError("too deep") from error
    if len(rows) != count or not all(type(row) is list for row in rows):
        raise ValueError("not a row a line")
    return rows


def write_lines(connection: Connection, shape: Shape, blocks: Iterable[Block], given: int = 0) -> None:
    """Put rows into an empty table of a SQLite database, and let its ids continue after `given`. Raises Unfit for a row that does not
    fit, whatever is wrong with it; what it did put there is worth nothing then."""
    names, marks = ", ".join(f'"{n}"' for n in shape.names), ", ".join("?" * len(shape.names))
    driver: Any = connection.connection.driver_connection
    insert, blobs = f'INSERT INTO "{shape.name}" ({names}) VALUES ({marks})', _places(shape, "blob")
    for lines, count in blocks:
        try:
            rows = parse_lines(lines, count)
            for row in rows if blobs else ():
                for at in blobs:
                    if row[at] is not None:
                        row[at] = b64decode(row[at], validate=True)
        except (ValueError, TypeError, IndexError) as error:
            raise Unfit(f"{shape.name}: {error}") from error
        with driver_faults(connection):
            driver.executemany(insert, rows)
    if misfits(connection, shape):
        raise Unfit(f"{shape.name}: values of another kind")
    if given and shape.key == ("id",):
        continue_after(connection, shape, given)


def misfits(connection: Connection, shape: Shape) -> int:
    """How many rows of a SQLite table hold values that are not of their column's kind."""
    sound = " AND ".join(f'("{name}" IS NULL OR {_SOUND[kind](name)})' for name, kind in shape.columns)
    return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{shape.name}" WHERE NOT ({sound})').scalar_one())


def _typed(kind: str, more: str = "") -> Callable[[str], str]:
    def condition(name: str) -> str:
        return f"typeof(\"{name}\") = '{kind}'" + more.replace("@", f'"{name}"')

    return condition


_DIGITS = "[0-9]" * 6
_SOUND: dict[str, Callable[[str], str]] = {
    "integer": _typed("integer"),
    "flag": _typed("integer", " AND @ IN (0, 1)"),
    "text": _typed("text"),
    "blob": _typed("blob"),
    "json": lambda name: f'json_valid(CAST("{name}" AS TEXT))',
    "date": _typed("text", " AND date(@, '+0 days') IS @"),
    "moment": _typed(
        "text", f" AND datetime(substr(@, 1, 19), '+0 days') IS substr(@, 1, 19) AND substr(@, 20) GLOB '.{_DIGITS}'"
    ),
}


# From one database into another


def replace_all(source: Engine, target: Engine, tell: Told | None = None) -> None:
    """Replace all rows of a server's (or a file's) database with those of a SQLite file, both of this program's version, in one
    transaction in which every row is read back and compared before it counts: all of it or nothing.

    Raises Unfit when a row does not arrive as it was, and whatever `tell` raises.
    """
    with reading(source) as out, writing(target) as session:
        into = session.connection()
        transfer.copy_rows(out, into, tell)
        for shape in transfer.shapes():
            if _sum(out, shape) != _sum(into, shape):
                raise Unfit(f"{shape.name} is not the same afterwards")


def _sum(connection: Connection, shape: Shape) -> tuple[int, str, str]:
    """Numbers that every value of a table has part in, the same on both engines."""
    # Of a JSON the engines keep their own text.
    plain = Shape(shape.name, tuple(c for c in shape.columns if c[1] != "json"), shape.key)
    total, count = hashlib.blake2b(), 0
    for lines, number in read_lines(connection, plain):
        total.update(lines)
        count += number
    values = hashlib.blake2b()
    for name, kind in shape.columns:
        if kind == "json":
            for value in _json_values(connection, shape, name):
                values.update(value)
    return count, total.hexdigest(), values.hexdigest()


def _json_values(connection: Connection, shape: Shape, name: str) -> Iterator[bytes]:
    order = ", ".join(f'"{key}"' for key in shape.key)
    found = connection.exec_driver_sql(
        f"""SELECT {order}, CAST("{name}" AS TEXT) FROM "{shape.name}" WHERE CAST("{name}" AS TEXT) <> '{{}}' ORDER BY {order}""",
        execution_options={"stream_results": True, "max_row_buffer": _FEW},
    )
    for row in found:
        value = json.dumps(json.loads(row[-1].replace(r"\u0000", "")), sort_keys=True)
        yield repr((*row[:-1], value)).encode()
