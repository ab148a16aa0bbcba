"""Programs on one PostgreSQL tell each other what they changed, and which records they have open.

A commit tells once, inside its own transaction: what was rolled back is never told, and what was told is there to be read. It says
types and ids, nothing of what stands in a record: whoever hears it reads again, with the own rights. Hearing needs no right at all, so
it works under every role.

Which records are open is kept by advisory locks on the connection that listens. They cost no row, no history and no clearing up: a
program that dies takes its locks along. Who it is stands in the name the connection gives itself.

SQLite has no such thing, and one PC needs none.
"""

from __future__ import annotations

import json
import selectors
import socket
import time
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from db.bundling import post
from db.engine import is_sqlite
from db.errors import DatabaseFault, Unreachable, translate

CHANNEL = "crm_desktop"
MANY = 400
"""Above so many records of one type only the type is told."""

_LONGEST = 7900  # bytes; PostgreSQL takes 8000
_NOTED, _BY = "told to others", "who tells it"
_NAME = "crm-desktop/"
_PATIENCE = 8.0  # seconds for the answer to a question that takes a millisecond

_WHO_ELSE = b"""
    SELECT (l.classid::bigint << 32) | l.objid::bigint, a.application_name
    FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.pid <> pg_backend_pid()
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = ANY($1::bigint[])
"""

Place = tuple[str, int]
"""A record: type and id."""


@dataclass(frozen=True)
class Notice:
    """What another program said. who: the person's id, 0 for nobody. changed: ids by type, none for many; opened: a record that it
    opened or closed; schema: the version to which it took the database; replacing: who begins to replace all of it (db/standstill.py),
    "" where that is over."""

    who: int = 0
    changed: Mapping[str, frozenset[int]] = field(default_factory=dict)
    opened: Place | None = None
    schema: str = ""
    replacing: str | None = None


# Telling


def note(session: Session, program: str, who: int | None, key: str, ids: Collection[int] = ()) -> None:
    """Let the commit of this session tell that records were changed. ids: none for many. program: whose own ears leave it out."""
    if is_sqlite(session):
        return
    noted: dict[str, set[int] | None] | None = session.info.get(_NOTED)
    if noted is None:
        noted = session.info[_NOTED] = {}
        event.listen(session, "before_commit", _tell)
    session.info[_BY] = (program, who or 0)
    known: set[int] | None = noted.setdefault(key, set())
    if known is not None:
        known.update(ids)
        if not ids or len(known) > MANY:
            noted[key] = None


def _tell(session: Session) -> None:
    noted = session.info.get(_NOTED)
    if noted:
        program, who = session.info[_BY]
        said = _said(program, who, {key: sorted(ids or ()) for key, ids in noted.items()})
        session.info[_NOTED] = {}
        post(session, text("SELECT pg_notify(:channel, :said)"), {"channel": CHANNEL, "said": said})


def _said(program: str, who: int, changed: dict[str, list[int]]) -> str:
    """The message, with fewer ids where there are too many."""
    while True:
        said = json.dumps({"p": program, "u": who, "c": changed}, separators=(",", ":"))
        if len(said) <= _LONGEST:
            return said
        changed[max(changed, key=lambda key: len(changed[key]))] = []


def tell_schema(session: Session, version: str) -> None:
    """Let the commit of this session tell that the database is of another version now."""
    if not is_sqlite(session):
        session.execute(text("SELECT pg_notify(:channel, :said)"), {"channel": CHANNEL, "said": json.dumps({"p": "", "s": version})})


# Hearing


class Listener:
    """One connection that hears what others say. Used by one thread; `wake` may be called by all.

    Every call raises `Unreachable` when the server is gone or does not answer in time; the listener is of no use then.
    """

    def __init__(self, engine: Engine, program: str, who: int | None) -> None:
        self._program = program
        self._woken, self._bell = socket.socketpair()
        try:
            with _translated():
                proxied: Any = engine.raw_connection()
                self._driver: Any = proxied.driver_connection
                proxied.detach()
                self._driver.autocommit = True
                self._pg = self._driver.pgconn
                self._heard: list[Notice] = []
                self._eyes = selectors.DefaultSelector()
                self._eyes.register(self._woken, selectors.EVENT_READ)
                self._eyes.register(self._pg.socket, selectors.EVENT_READ)
                self._woken.setblocking(False)
                self._ask(b"SELECT set_config('application_name', $1, false)", f"{_NAME}{who or 0}")
                self._ask(f"LISTEN {CHANNEL}".encode())
        except DatabaseFault:
            self._woken.close()
            self._bell.close()
            raise

    def wake(self) -> None:
        """Let `wait` come back at once."""
        with suppress(OSError):
            self._bell.send(b"!")

    def wait(self, seconds: float) -> list[Notice]:
        """What was said, as soon as anything is, or somebody wakes us, or the time is over."""
        if not self._heard:
            with _translated():
                for key, _events in self._eyes.select(max(0.0, seconds)):
                    if key.fileobj is self._woken:
                        self._woken.recv(4096)
                    else:
                        self._pg.consume_input()
                self._take()
        heard, self._heard = self._heard, []
        return heard

    def beat(self) -> None:
        """Ask for an answer, to know that there is somebody."""
        with _translated():
            self._ask(b"SELECT 1")

    def open(self, place: Place) -> None:
        """Tell that a record is open here."""
        with _translated():
            self._ask(b"SELECT pg_advisory_lock_shared($1::int, $2::int)", *map(str, _signed(place)))
            self._say(place)

    def shut(self, place: Place) -> None:
        """Tell that a record is no longer open here."""
        with _translated():
            self._ask(b"SELECT pg_advisory_unlock_shared($1::int, $2::int)", *map(str, _signed(place)))
            self._say(place)

    def who_else(self, places: Sequence[Place]) -> dict[Place, list[int]]:
        """Who has these records open in other programs: the ids of persons, for those records that anybody has."""
        keys = {_key(place): place for place in places}
        if not keys:
            return {}
        found: dict[Place, list[int]] = {}
        with _translated():
            for key, name in self._ask(_WHO_ELSE, "{" + ",".join(map(str, keys)) + "}"):
                who = name.decode("utf-8", "replace").removeprefix(_NAME)
                if who.isdecimal() and int(key) in keys:
                    found.setdefault(keys[int(key)], []).append(int(who))
        return {place: sorted(set(people)) for place, people in found.items()}

    def close(self) -> None:
        """Hang up."""
        with suppress(Exception):
            self._eyes.close()
        for part in (self._driver, self._woken, self._bell):
            with suppress(Exception):
                part.close()

    def _say(self, place: Place) -> None:
        said = json.dumps({"p": self._program, "h": place}, separators=(",", ":"))
        self._ask(b"SELECT pg_notify($1, $2)", CHANNEL, said)

    def _ask(self, statement: bytes, *values: str) -> list[tuple[bytes, ...]]:
        """One question, answered in time or not at all: the driver itself would wait for ever for a server that hangs."""
        self._pg.send_query_params(statement, [v.encode() for v in values] or None)
        end, rows = time.monotonic() + _PATIENCE, list[tuple[bytes, ...]]()
        with selectors.DefaultSelector() as line:
            line.register(self._pg.socket, selectors.EVENT_READ)
            while self._pg.flush():
                time.sleep(0.005)  # so full is a line only when it is about to break
                if time.monotonic() > end:
                    raise Unreachable("the server takes nothing")
            while True:
                while self._pg.is_busy():
                    if not line.select(max(0.0, end - time.monotonic())):
                        raise Unreachable("the server does not answer")
                    self._pg.consume_input()
                result = self._pg.get_result()
                if result is None:
                    break
                if result.error_message:
                    raise Unreachable(result.error_message.decode("utf-8", "replace"))
                rows += [tuple(result.get_value(r, c) or b"" for c in range(result.nfields)) for r in range(result.ntuples)]
        self._take()
        return rows

    def _take(self) -> None:
        while (message := self._pg.notifies()) is not None:
            notice = _understood(message.extra, self._program)
            if notice is not None:
                self._heard.append(notice)


def _understood(message: bytes, program: str) -> Notice | None:
    """What a message means; None for one's own, and for what no program of ours would say."""
    try:
        said = json.loads(message)
        if said.get("p") == program:
            return None
        changed = {str(key): frozenset(int(i) for i in ids) for key, ids in dict(said.get("c", {})).items()}
        here = said.get("h")
        place, replacing = (str(here[0]), int(here[1])) if here else None, said.get("r")
        return Notice(
            int(said.get("u", 0)), changed, place, str(said.get("s", "")), None if replacing is None else str(replacing)
        )
    except (ValueError, TypeError, AttributeError, LookupError):
        return None


def _signed(place: Place) -> tuple[int, int]:
    """The two numbers of a place's lock."""
    key, id_ = place
    return zlib.crc32(key.encode()) & 0x7FFFFFFF, id_ & 0x7FFFFFFF


def _key(place: Place) -> int:
    first, second = _signed(place)
    return first << 32 | second


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreachable(str(error)) from error
    except Exception as error:
        fault = translate(error)
        if fault is None:
            raise
        raise fault from error
