"""The chain of the log: every entry carries the digest of what it says together with the digest of the entry before it.

Whoever changes, removes, adds or moves an entry afterwards breaks the chain at that place, and `first_break` names it. An entry
gets its place when it is written, in the transaction that writes it, wherever nobody else is doing the same at that moment:
always on SQLite, where writers come one after the other; on PostgreSQL the writer who gets the advisory lock without waiting.
Everybody else's entries wait without a place until the next writer, or `seal`, puts them into the chain after they were committed;
so nobody ever waits for anybody. The order of the chain is that of commits, not of ids.

Cutting off the end leaves a chain that is sound in itself. Against that the last place and its digest are kept in `LogChain` and go
along with every backup (its table) and archive; somebody who can write to every table could make the whole chain anew, and is found
out by comparing it with the digest in an older backup or archive (`carries`). When old entries are archived and removed, the place
and digest of the last of them stay as the chain's base, and the log tells of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as _as_text
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    RowMapping,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

from db.bulk import insert_many
from db.bundling import Answer, ask, post
from db.engine import is_sqlite
from db.models.system import HistoryEntry, LogChain
from db.roles import own

GENESIS = "0" * 64
"""The digest before the first entry."""

ARCHIVED = "log_archived"
"""The action under which the log tells that older entries were removed; facts: until (place), digest."""

_as_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_LOCK = 0x0C4A10
_AT_ONCE = 2000
_TURN = "crm.turn"  # the name of a turn: as a setting of the server's transaction, and as an option of a connection
_LEFT_OVER = 200  # how many of others' entries one writer puts into the chain along with its own

_SAID = (
    "record_type", "record_id", "record_label", "action", "at", "user_id", "user_name", "station", "batch", "changes", "version",
)  # fmt: skip
"""What an entry says. Left out: its id, which orders nothing, and the mark that it was taken back, which comes later."""


@dataclass(frozen=True)
class Mark:
    """A place in the chain, and the digest of the chain up to there."""

    place: int = 0
    digest: str = GENESIS


@dataclass(frozen=True)
class Break:
    """The first place where the chain does not hold. reason: changed, missing, cut (the end), base (the beginning)."""

    place: int
    reason: str
    entry: Mapping[str, Any] | RowMapping | None = None  # the entry there, if there is one


def said(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """What an entry says, as JSON, the same on both engines."""
    return {name: _fact(row[name]) for name in _SAID}


def _fact(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        return value.replace("\0", "")  # as db/types.py stores it
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value


class _Sayings:
    """The words of one entry after the other, the same that `said` is in JSON. What stood in the entry before is not made anew."""

    def __init__(self) -> None:
        self._last = {name: (object(), "") for name in sorted(_SAID)}

    def of(self, row: Mapping[str, Any] | RowMapping) -> str:
        """What an entry says."""
        words, last = [], self._last
        for name, (value, said_so) in last.items():
            new = row[name]
            if new is not value:
                kind = type(new)
                if kind is str and "\0" not in new:
                    said_so = f'"{name}":{_as_text(new)}'
                elif kind is int:
                    said_so = f'"{name}":{new}'
                elif new == {}:
                    said_so = f'"{name}":{{}}'
                else:
                    said_so = f'"{name}":{_as_json(_fact(new))}'
                last[name] = (new, said_so)
            words.append(said_so)
        return "{" + ",".join(words) + "}"


def following(mark: Mark, facts: Mapping[str, Any]) -> Mark:
    """The mark after an entry; facts: what it says (`said`)."""
    return _after(mark, _as_json(facts))


def _after(mark: Mark, words: str) -> Mark:
    place = mark.place + 1
    return Mark(place, hashlib.sha256(f"{mark.digest}\n{place}\n{words}".encode()).hexdigest())


def _mark(connection: Connection, name: str) -> Mark:
    table: Any = LogChain.__table__
    row = connection.execute(select(table.c.place, table.c.digest).where(table.c.name == name)).one_or_none()
    return Mark(row.place, row.digest) if row else Mark()


def head(connection: Connection) -> Mark:
    """The last place."""
    return _mark(connection, "head")


def base(connection: Connection) -> Mark:
    """The last place that was archived and removed."""
    return _mark(connection, "base")


def _set_mark(connection: Connection, name: str, mark: Mark) -> None:
    table = LogChain.__tablename__
    # One statement on both engines that needs no answer.
    change = f"INSERT INTO {table} (name, place, digest) VALUES (:name, :place, :digest) ON CONFLICT (name) DO UPDATE SET "
    post(connection, text(change + "place = excluded.place, digest = excluded.digest"), {"name": name, **vars(mark)})


def _take(connection: Connection) -> None:
    """Become the one who adds to the chain until the end of this transaction, which writes."""
    if not is_sqlite(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def _unplaced(limit: int) -> Any:
    table: Any = HistoryEntry.__table__
    return select(table).where(table.c.place.is_(None)).order_by(table.c.id).limit(limit)


def _place(connection: Connection, mark: Mark, rows: Sequence[Any]) -> Mark:
    """Put entries that were committed without a place into the chain."""
    table: Any = HistoryEntry.__table__
    placed = []
    for row in rows:
        mark = following(mark, said(row._mapping))
        placed.append({"entry": row.id, "new_place": mark.place, "new_digest": mark.digest})
    if placed:
        change = update(table).where(table.c.id == bindparam("entry"))
        post(connection, change.values(place=bindparam("new_place"), digest=bindparam("new_digest")), placed)
    return mark


class _Turn:
    """Whether it is this transaction's turn to add to the chain, and from which mark. The answers come when they are needed."""

    def __init__(self, connection: Connection) -> None:
        table: Any = LogChain.__table__
        self._mine: Answer | None = None
        unplaced = _unplaced(_LEFT_OVER)
        if not is_sqlite(connection):
            # The lock comes first and in a statement of its own: what is read after it, nobody changes any more.
            took = f"SELECT set_config('{_TURN}', pg_try_advisory_xact_lock({_LOCK})::text, true)"
            self._mine = ask(connection, text(took))
            unplaced = unplaced.where(func.current_setting(_TURN) == "true").with_for_update(skip_locked=True)
        self._head = ask(connection, select(table.c.place, table.c.digest).where(table.c.name == "head"))
        self._rows: Answer | None = ask(connection, unplaced)
        self._mark = Mark()
        self._of = _within(connection)

    def holds(self, connection: Connection) -> bool:
        """Whether what was answered is still so: not after a part of the transaction was taken back."""
        return self._of == _within(connection)

    def mark(self, connection: Connection) -> Mark | None:
        """The mark to go on from, after the entries that others left; None where somebody else is adding."""
        if self._mine is not None and self._mine.scalar() != "true":
            return None
        if self._rows is not None:
            row = self._head.first()
            self._mark = _place(connection, Mark(row.place, row.digest) if row else Mark(), self._rows.all())
            self._rows = None
        return self._mark

    def went_on(self, mark: Mark) -> None:
        """Remember where this transaction has got to."""
        self._mark = mark


def _within(connection: Connection) -> tuple[object, object]:
    return connection.get_transaction(), connection.get_nested_transaction()


def ahead(connection: Connection) -> None:
    """Ask ahead for what `append` has to know, along with other questions of this transaction."""
    if not is_sqlite(connection) and not own(connection):
        _turn(connection)


def _turn(connection: Connection) -> _Turn:
    found: _Turn | None = connection.get_execution_options().get(_TURN)
    if found is None or not found.holds(connection):
        found = _Turn(connection)
        connection.execution_options(**{_TURN: found})
    return found


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write entries, and put them into the chain unless somebody else is at it."""
    table: Any = HistoryEntry.__table__
    if not rows:
        return
    if own(connection):
        # The server gives the places: nobody's own role may. Also of entries that others left.
        post(connection, insert(table), [dict(row) | {"place": None, "digest": None} for row in rows])
        post(connection, text("SELECT crm_seal(false, :most)"), {"most": len(rows) + _LEFT_OVER})
        return
    turn = _turn(connection)
    mark = turn.mark(connection)
    if mark is None:
        post(connection, insert(table), [dict(row) | {"place": None, "digest": None} for row in rows])
        return
    placed, sayings = [], _Sayings()
    for row in rows:
        mark = _after(mark, sayings.of(row))
        placed.append(dict(row) | {"place": mark.place, "digest": mark.digest})
    insert_many(connection, table, placed)
    _set_mark(connection, "head", mark)
    turn.went_on(mark)


def waiting(connection: Connection) -> int:
    """How many committed entries have no place yet."""
    table: Any = HistoryEntry.__table__
    return connection.execute(select(func.count()).select_from(table).where(table.c.place.is_(None))).scalar_one()


def written(connection: Connection) -> int:
    """How many entries were ever committed: grows with every change of any record."""
    return head(connection).place + waiting(connection)


def seal(connection: Connection) -> int:
    """Put every committed entry without a place into the chain, in a transaction that writes; gives how many there were."""
    if own(connection):
        done = count = int(connection.scalar(text("SELECT crm_seal(true, :most)"), {"most": _AT_ONCE}) or 0)
        while count == _AT_ONCE:
            count = int(connection.scalar(text("SELECT crm_seal(true, :most)"), {"most": _AT_ONCE}) or 0)
            done += count
        return done
    _take(connection)
    mark, done = head(connection), 0
    while rows := connection.execute(_unplaced(_AT_ONCE)).all():
        mark, done = _place(connection, mark, rows), done + len(rows)
    if done:
        _set_mark(connection, "head", mark)
        connection.execution_options(**{_TURN: None})  # whoever adds more reads anew
    return done


def entries(connection: Connection, after: int = 0, until: int | None = None) -> Iterator[Sequence[RowMapping]]:
    """The entries of the chain as mappings in the order of their places, in pieces."""
    table: Any = HistoryEntry.__table__
    while True:
        query = select(table).where(table.c.place > after).order_by(table.c.place).limit(_AT_ONCE)
        rows = connection.execute(query if until is None else query.where(table.c.place <= until)).mappings().all()
        if not rows:
            return
        yield rows
        after = rows[-1]["place"]


def check(connection: Connection) -> Iterator[int | Break]:
    """Walk the whole chain: gives the last place looked at now and then, and at last the first break, if there is one."""
    mark, end = base(connection), head(connection)
    told: dict[str, Any] = {}
    sayings = _Sayings()
    for rows in entries(connection):
        for row in rows:
            if row["place"] != mark.place + 1:
                yield Break(mark.place + 1, "missing", row)
                return
            mark = _after(mark, sayings.of(row))
            if row["digest"] != mark.digest:
                yield Break(mark.place, "changed", row)
                return
            if row["action"] == ARCHIVED and not row["record_type"]:
                told = row["changes"].get("facts", {})
        yield mark.place
    if mark != end:
        yield Break(min(mark.place, end.place) + 1, "cut")
    start = base(connection)
    if start.place and (told.get("until"), told.get("digest")) != (start.place, start.digest):
        yield Break(start.place, "base")


def carries(connection: Connection, mark: Mark) -> bool | None:
    """Whether the chain has this digest at this place; None when it does not reach that far back any more."""
    table: Any = HistoryEntry.__table__
    start = base(connection)
    if mark.place <= start.place:
        return mark.digest == start.digest if mark.place == start.place else None
    return connection.scalar(select(table.c.digest).where(table.c.place == mark.place)) == mark.digest


def remove(connection: Connection, until: Mark) -> int:
    """Remove the entries up to a place, which becomes the chain's base; gives how many. The caller lets the log tell of it."""
    table: Any = HistoryEntry.__table__
    _set_mark(connection, "base", until)
    return connection.execute(delete(table).where(table.c.place <= until.place)).rowcount


class _Mentions(FunctionElement[bool]):
    type = Boolean()
    inherit_cache = True
    name = "log_mentions"


@compiles(_Mentions)
def _mentions_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column, name = element.clauses
    words = compiler.process(name, **kw)
    return f"EXISTS (SELECT 1 FROM json_each({compiler.process(column, **kw)}) AS named WHERE named.key = {words})"


@compiles(_Mentions, "postgresql")
def _mentions_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    column, name = element.clauses
    return f"jsonb_exists({compiler.process(column, **kw)}, {compiler.process(name, **kw)})"


def mentions(field: str) -> ColumnElement[bool]:
    """The condition on entries that a field was changed."""
    table: Any = HistoryEntry.__table__
    return _Mentions(table.c.changes, literal(field, Text()))
