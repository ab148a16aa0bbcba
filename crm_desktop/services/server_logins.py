"""Login roles of people, as the services below signing in need them: whether there are any, and giving and locking one.

Every password is turned into what PostgreSQL keeps of it on this PC (SCRAM), so none is ever sent.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.rules.passwords import normalised
from crm_desktop.services.faults import words_for
from db import errors as fault
from db.engine import is_sqlite, open_engine
from db.roles import as_kept, own, was_turned_away

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

    The server refuses whoever does not look after this person; its administrator looks after everybody. one_time: good for choosing
    another, for a few days.
    """
    kept = as_kept(session.connection(), normalised(password))
    facts = {"who": user_id, "kept": kept, "once": one_time, "days": ONE_TIME_DAYS}
    function = "crm_give_password" if own(session) else "crm.admit"
    session.execute(text(f"SELECT {function}(:who, :kept, :once, :days)"), facts)


def proves(app: Application, password: str) -> bool:
    """Whether this is the password of the person at work. Raises Unavailable without a server."""
    trial = open_engine(app.engine.url.set(password=normalised(password)).render_as_string(hide_password=False))
    try:
        with trial.connect():
            return True
    except fault.DatabaseFault as error:
        if was_turned_away(error):
            return False
        raise words_for(app, error) from error
    finally:
        trial.dispose()


def go_on_with(app: Application, password: str) -> None:
    """Go on with the password that the person at work has chosen just now: new connections need it."""
    inside = app.engine
    app.engine = open_engine(inside.url.set(password=normalised(password)).render_as_string(hide_password=False))
    inside.dispose()


def lock(session: Session, user_id: int, locked: bool) -> None:
    """Keep a person from signing in, and end what the person has open; or let the person in again."""
    session.execute(text("SELECT crm_lock_role(:who, :locked)"), {"who": user_id, "locked": locked})
