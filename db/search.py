"""Full-text search: the only file that knows FTS5, GIN and bigrams.

`Record.search_text` holds a record's searchable texts, folded, one a line. Beside every record table lies an index table
`fts_<table>` over its bigrams: overlapping pairs of characters, and the last character alone. "广州华远" gives 广州 州华 华远 远. So
any part of two or more characters is a phrase of neighbouring tokens, and one character is the beginning of a token, whatever
the script: the hits equal those of LIKE. Where three digits follow each other the token is all three, since each pair of digits
stands in half of all records: 13800 gives 138 380 800 00 0.

SQLite: a contentless FTS5 table; taking an entry out needs the text that went in, which is why `change` runs before the record
itself is updated. PostgreSQL: `text[]` under a GIN index narrows the rows, and the text itself decides; pairs of digits stay in
there as well, since an array is not asked for beginnings.

The tokens' column is called by the format of the index, so that an index of another format can be told, and is never written to.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, inspect, literal, select, text, true
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql

from db.bundling import post
from db.engine import is_sqlite
from db.ordering import unindexed

PROBE = 10_001
"""How many hits a probe looks for: up to 10,000 are sorted, more are met by walking the order index."""

# Every ASCII sign belongs to a token (codes hold - / . and so on); only white space parts them.
_SIGNS = "".join(chr(c) for c in range(33, 127) if not chr(c).isalnum())
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_GRAMS = re.compile(r"(?=([0-9]{3}|\S\S?))")
_PAIRS = re.compile(r"(?=(\S\S?))")
_ENDS_IN_PAIR = re.compile(r"(?:^| )[0-9]{2}$")
_TOKENS = "grams_2"  # the column of tokens: a new name for every change of what they are, and a migration that rebuilds
_SPLIT = 500


# Cities, choices and tags come again and again.
@lru_cache(maxsize=4096)
def fold(value: str) -> str:
    """How texts are compared: compatibility forms made one, case ignored, white space single, control characters left out."""
    folded = value.lower() if value.isascii() else unicodedata.normalize("NFKC", value).casefold()
    if not folded.isprintable():
        folded = _CONTROLS.sub(" ", folded)
    return " ".join(folded.split())


def words(query: str) -> list[str]:
    """The words of a query; a record must hold all of them."""
    return list(dict.fromkeys(fold(query).split()))[:8]


def grams(value: str) -> list[str]:
    """The tokens of a folded text."""
    return _GRAMS.findall(value)


def index_name(table: Any) -> str:
    """The index table of a record table."""
    return f"fts_{table.name}"


def create_index(connection: Connection, table_name: str) -> None:
    """Make the empty index table of a record table."""
    if is_sqlite(connection):
        # The signs stand in the tokenizer's quotes ('…') inside the option's ("…"): each is doubled where it occurs.
        signs = _SIGNS.replace("'", "''").replace('"', '""')
        connection.exec_driver_sql(
            f"""CREATE VIRTUAL TABLE fts_{table_name} USING fts5({_TOKENS}, content='', tokenize="ascii tokenchars '{signs}'")"""
        )
        return
    connection.exec_driver_sql(
        f"CREATE TABLE fts_{table_name} (id bigint PRIMARY KEY REFERENCES {table_name} (id) ON DELETE CASCADE, "
        f"{_TOKENS} text[] NOT NULL)"
    )
    connection.exec_driver_sql(f"CREATE INDEX gx_{table_name} ON fts_{table_name} USING gin ({_TOKENS})")


def drop_index(connection: Connection, table_name: str) -> None:
    """Remove the index table."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS fts_{table_name}")


def add(connection: Connection, table: Any, rows: Sequence[tuple[int, str]]) -> None:
    """Index records that were not indexed before: (id, search_text)."""
    if not rows:
        return
    if is_sqlite(connection):
        statement = f"INSERT INTO {index_name(table)}(rowid, {_TOKENS}) VALUES (?, ?)"
        connection.exec_driver_sql(statement, [(id_, " ".join(grams(value))) for id_, value in rows])
        return
    statement = (
        f"INSERT INTO {index_name(table)}(id, {_TOKENS}) VALUES (:id, :grams) "
        f"ON CONFLICT (id) DO UPDATE SET {_TOKENS} = excluded.{_TOKENS}"
    )
    post(connection, text(statement), [{"id": id_, "grams": sorted({*grams(v), *_PAIRS.findall(v)})} for id_, v in rows])


def _take_out(connection: Connection, table: Table, old: Iterable[tuple[int, str]]) -> None:
    rows = [("delete", id_, " ".join(grams(value))) for id_, value in old]
    if rows:
        name = index_name(table)
        connection.exec_driver_sql(f"INSERT INTO {name}({name}, rowid, {_TOKENS}) VALUES (?, ?, ?)", rows)


def _stored(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at in range(0, len(ids), _SPLIT):
        query = select(table.c.id, table.c.search_text).where(table.c.id.in_(ids[at : at + _SPLIT]))
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def change(connection: Connection, table: Table, rows: Sequence[tuple[int, str]]) -> None:
    """Index records anew whose text changes: (id, new search_text). Call it before the records are updated."""
    if is_sqlite(connection):
        old = _stored(connection, table, [id_ for id_, _text in rows])
        rows = [(id_, value) for id_, value in rows if old.get(id_) != value]
        _take_out(connection, table, [(id_, old[id_]) for id_, _text in rows if id_ in old])
    add(connection, table, rows)


def remove(connection: Connection, table: Table, ids: Sequence[int]) -> None:
    """Take records out of the index. Call it before they are deleted. (PostgreSQL cascades.)"""
    if is_sqlite(connection):
        _take_out(connection, table, _stored(connection, table, ids).items())


def is_current(connection: Connection, table_name: str) -> bool:
    """Whether the index of a table is there and of the format this program writes."""
    inspector = inspect(connection)
    name = f"fts_{table_name}"
    return inspector.has_table(name) and any(c["name"] == _TOKENS for c in inspector.get_columns(name))


def rebuild_old(connection: Connection) -> None:
    """Make every index anew that is of another format."""
    for index in inspect(connection).get_table_names():
        name = index.removeprefix("fts_")
        if name != index and inspect(connection).has_table(name) and not is_current(connection, name):
            rebuild(connection, sql_table(name, sql_column("id"), sql_column("search_text")))


def rebuild(connection: Connection, table: Any) -> int:
    """Make the whole index of a table anew from `search_text`; gives the number of records."""
    if not is_sqlite(connection) and is_current(connection, table.name):
        # What people may do with an index hangs on its table, so the table stays.
        connection.exec_driver_sql(f"TRUNCATE {index_name(table)}")
    else:
        drop_index(connection, table.name)
        create_index(connection, table.name)
    done, last = 0, 0
    while True:
        query = select(table.c.id, table.c.search_text).where(table.c.id > last).order_by(table.c.id).limit(5000)
        rows = [(row[0], row[1]) for row in connection.execute(query)]
        if not rows:
            return done
        add(connection, table, rows)
        done, last = done + len(rows), rows[-1][0]


def _phrase(word: str) -> list[str]:
    """The tokens that stand one after the other wherever `word`, of two or more characters, does.

    Its last two digits may begin a token of three: they are left out where a token of three ends in them.
    """
    tokens = grams(word)[:-1]
    return tokens[:-1] if len(tokens) > 1 and len(tokens[-2]) == 3 and len(tokens[-1]) == 2 else tokens


def match(query: str) -> str:
    """The FTS5 expression of a query: every word a phrase of its tokens, one character the beginning of a token."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    def expression(word: str) -> str:
        if len(word) == 1:
            return quoted(word) + "*"
        phrase = " ".join(_phrase(word))
        if not _ENDS_IN_PAIR.search(phrase):
            return quoted(phrase)
        # The eleven tokens that begin with these two digits; asked for as a beginning, FTS5 would read all their entries at once.
        return "(" + " OR ".join(quoted(phrase + digit) for digit in ("", *"0123456789")) + ")"

    return " AND ".join(expression(w) for w in words(query))


def holds(table: Any, query: str, sqlite: bool) -> ColumnElement[bool]:
    """The plain test of one record: its text holds every word. What LIKE would say."""
    found = func.instr if sqlite else func.strpos
    return and_(true(), *(found(table.c.search_text, literal(word)) > 0 for word in words(query)))


def indexed(table: Any, query: str, sqlite: bool, walking: bool = False) -> ColumnElement[bool]:
    """The condition that the index answers: the same rows as `holds`.

    walking: keep SQLite from beginning with the hits; it walks the order index then and looks each row up among them.
    """
    if not words(query):
        return true()
    name = index_name(table)
    if sqlite:
        index = sql_table(name, sql_column("rowid"), sql_column(name))
        found = select(index.c.rowid).where(index.c[name].op("MATCH")(match(query)))
        return (unindexed(table.c.id) if walking else table.c.id).in_(found)  # type: ignore[no-any-return]
    index = sql_table(name, sql_column("id"), sql_column(_TOKENS))
    wanted = sorted({token for word in words(query) if len(word) > 1 for token in _phrase(word)})
    # One character has no pair: the text alone decides then.
    narrowed = (
        table.c.id.in_(
            select(index.c.id).where(index.c[_TOKENS].op("@>")(literal(wanted, postgresql.ARRAY(postgresql.TEXT))))
        )
        if wanted
        else true()
    )
    return and_(narrowed, holds(table, query, sqlite=False))


def hits(table: Any, query: str, sqlite: bool, whole_rows: bool) -> Select[Any]:
    """The ids the index finds, one after the other, so that whoever counts can stop early.

    whole_rows: conditions on the records themselves will be added.
    """
    if not sqlite or not words(query):
        return select(table.c.id).where(indexed(table, query, sqlite))
    name = index_name(table)
    index = sql_table(name, sql_column("rowid"), sql_column(name))
    found = select(index.c.rowid).where(index.c[name].op("MATCH")(match(query)))
    return found.join(table, table.c.id == index.c.rowid) if whole_rows else found


def probe(connection: Connection, table: Any, query: str, limit: int = PROBE) -> list[int] | None:
    """The ids of the records that hold the query, in no order; None when there are `limit` or more."""
    if not words(query):
        return None
    ids = first(connection, table, query, limit)
    return None if len(ids) >= limit else ids


def first(connection: Connection, table: Any, query: str, limit: int, after: int = 0) -> list[int]:
    """At most `limit` ids beyond `after` of records that hold the query; on SQLite the lowest ones, in ascending order."""
    if is_sqlite(connection):
        name = index_name(table)
        # One JSON text instead of ten thousand rows: a third of the time.
        found = connection.exec_driver_sql(
            f"SELECT json_group_array(rowid) FROM (SELECT rowid FROM {name} WHERE {name} MATCH ? AND rowid > ? LIMIT ?)",
            (match(query), after, limit),
        )
        return list(json.loads(found.scalar_one()))
    wanted = select(table.c.id).where(indexed(table, query, sqlite=False), table.c.id > after)
    return list(connection.scalars(wanted.limit(limit)))


def newest(
    connection: Connection, table: Any, query: str, limit: int, where: ColumnElement[bool] | None = None
) -> list[int]:
    """The highest ids the index finds, in descending order: at most `limit`, at a cost that does not grow with the hits.

    where: a condition on the records themselves; hits that do not meet it are passed by.
    """
    found = hits(table, query, is_sqlite(connection), whole_rows=where is not None)
    if where is not None:
        found = found.where(where)
    return list(connection.scalars(found.order_by(found.selected_columns[0].desc()).limit(limit)))


def among(table: Any, ids: Sequence[int], sqlite: bool) -> ColumnElement[bool]:
    """`id IN (…)` for thousands of ids, as one parameter."""
    if sqlite:
        each = func.json_each(json.dumps(list(ids))).table_valued("value")
        return table.c.id.in_(select(each.c.value))  # type: ignore[no-any-return]
    return table.c.id == func.any(  # type: ignore[no-any-return]
        literal(list(ids), postgresql.ARRAY(postgresql.BIGINT))
    )


def entries(connection: Connection, table: Table) -> int:
    """How many records the index holds, for checks."""
    name = index_name(table)
    source = f"{name}_docsize" if is_sqlite(connection) else name
    return int(connection.execute(text(f"SELECT count(*) FROM {source}")).scalar_one())
