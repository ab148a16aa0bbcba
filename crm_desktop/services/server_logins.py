"""Login roles of people, as the services below signing in need them: whether there are any, and giving and locking one.

Every password is turned into what PostgreSQL keeps of it on this PC (SCRAM), so none is ever sent.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.rules.passwords import normalised
from db.engine import is_sqlite
from db.roles import as_kept, own

ONE_TIME_DAYS = 7
"""How long a one-time password is good."""


def has_own_role(app: Application) -> bool:
    """Whether the program works under the own role of the person at work, so that the server keeps to that person's rights."""
    return own(app.engine)


def at_the_door(app: Application) -> bool:
    """Whether this is the address of a server and nobody has signed in to it yet: then nothing was asked of it either."""
    return app.engine.dialect.name == "postgresql" and not app.engine.url.username


def guarded(connection: Connection | Session) -> bool:
    """Whether people sign in to this server with roles of their own."""
    return not is_sqlite(connection) and bool(connection.scalar(text("SELECT to_regprocedure('public.crm_follow()') IS NOT NULL")))


def give_password(session: Session, user_id: int, password: str, *, one_time: bool = False) -> None:
    """Let a person sign in to the server with this password, in the caller's transaction; makes the login role where there is none.

    The server refuses whoever does not look after this person. one_time: good for choosing another, for a few days.
    """
    kept = as_kept(session.connection(), normalised(password))
    facts = {"who": user_id, "kept": kept, "once": one_time, "days": ONE_TIME_DAYS}
    session.execute(text("SELECT crm_give_password(:who, :kept, :once, :days)"), facts)


def let_in(session: Session, user_id: int, password: str, *, one_time: bool = False) -> None:
    """The same for the administrator of the server, who need not be one of the people."""
    facts = {"who": user_id, "kept": as_kept(session.connection(), normalised(password)), "once": one_time, "days": ONE_TIME_DAYS}
    session.execute(text("SELECT crm.admit(:who, :kept, :once, :days)"), facts)


def lock(session: Session, user_id: int, locked: bool) -> None:
    """Keep a person from signing in, and end what the person has open; or let the person in again."""
    session.execute(text("SELECT crm_lock_role(:who, :locked)"), {"who": user_id, "locked": locked})
