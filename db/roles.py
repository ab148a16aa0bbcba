"""The names of roles inside a PostgreSQL server: one for each person, one that owns the tables, one that everybody belongs to.

A person's role is named after the database and what the person types to sign in, so that nobody has to ask a server for the name before
being let in, and no password exists that everybody shares. Roles belong to a whole server; the database in their names keeps those of
several companies apart.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.orm import Session

_PERSON = "crm/"
_LONGEST = 63  # bytes of a name in PostgreSQL
_PLAIN = re.compile(r"[a-z0-9._-]+")
_CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")

PASSWORD_AS_KEPT = re.compile(r"SCRAM-SHA-256\$\d{4,7}:[A-Za-z0-9+/=]{16,60}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}")
"""How PostgreSQL keeps a password; nothing else is ever sent to it."""

ACTING_AS = "acting_as"
"""The option of an engine whose connections work as another role than the one that signed in."""

VIEWS = "crm_seen"
"""The schema of what stands before a table for people: the log without what is hidden from them."""


def person_role(database: str, sign_in: str) -> str:
    """The login role of a person. Capitals and widths of letters do not count; what is long, or not of Latin letters, is shortened
    to a digest."""
    plain = unicodedata.normalize("NFKC", sign_in).strip(" ").translate(_CAPITALS)
    name = f"{_PERSON}{database}/{plain}"
    if _PLAIN.fullmatch(plain) and len(name.encode()) <= _LONGEST:
        return name
    return _PERSON + hashlib.sha256(f"{database}/{plain}".encode()).hexdigest()[:48]


def _company(kind: str, database: str) -> str:
    name = f"crm_{kind}/{database}"
    return name if len(name.encode()) <= _LONGEST else f"crm_{kind}/" + hashlib.sha256(database.encode()).hexdigest()[:40]


def owner_role(database: str) -> str:
    """The role that owns the tables. Nobody signs in with it."""
    return _company("owner", database)


def people_role(database: str) -> str:
    """The role that everybody belongs to: it may open the database."""
    return _company("people", database)


def reader_role(database: str) -> str:
    """The role that reads everything, for backups. Nobody signs in with it."""
    return _company("reader", database)


def is_person(role: str | None) -> bool:
    """Whether a role is one that a person signs in with."""
    return bool(role) and str(role).startswith(_PERSON)


def own(bind: Engine | Connection | Session) -> bool:
    """Whether this is a connection that a person opened with the own role, so that the server keeps to that person's rights."""
    engine = bind.get_bind() if isinstance(bind, Session) else bind
    return is_person(engine.engine.url.username) and not engine.get_execution_options().get(ACTING_AS)


def as_kept(connection: Connection, password: str) -> str:
    """A password as PostgreSQL keeps it, worked out here, so that the password itself is never sent, logged or seen on the server."""
    driver: Any = connection.connection.driver_connection
    made: str = driver.pgconn.encrypt_password(password.encode(), b"-", b"scram-sha-256").decode()
    return made


def door(url: URL) -> URL:
    """The address of a server without anybody's name and password."""
    return URL.create(url.drivername, host=url.host, port=url.port, database=url.database, query=url.query)


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def options(role: str | None, acting_as: str = "") -> str:
    """What a connection begins with: the tables' owner or reader in place of the person, or what stands before the tables for people."""
    if acting_as:
        return " -c role=" + acting_as.replace("\\", "\\\\").replace(" ", "\\ ")
    return f" -c search_path={VIEWS},public" if is_person(role) else ""


def was_turned_away(error: BaseException) -> bool:
    """Whether a server that could not be entered asked for the password first: so it is there, and it is name or password that it
    did not take. What it says of that is in the language of the server."""
    cause: Any = error.__cause__
    state = getattr(cause, "sqlstate", None)
    return bool(state and state.startswith("28")) or bool(getattr(getattr(cause, "pgconn", None), "used_password", False))
