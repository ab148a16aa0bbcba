"""Signing in to a PostgreSQL server with a role of one's own, and turning that on.

On a LAN the server itself keeps to the rights of each person (db/row_security.py): a person signs in as an own login role whose name
follows from the database and the sign-in name (db/roles.py), with a password that only that person has. The address of the server
without a name in it is *the door*: `opening.open_url` gives a program at which nobody is at work, and `enter` lets somebody in.

Who owns the tables: a role that nobody signs in with. Restoring a backup and bringing the schema up to date need it; whoever holds a
position with every right, or the right to restore, becomes it for just that (`as_owner`), and works under the own limits otherwise.
Backups are read through `as_reader`, for whoever may make backups.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, make_url, select, text

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import FirstPassword, Invalid, NotSignedIn, Refused, Told, Unavailable
from crm_desktop.rules.passwords import normalised, one_time_password
from crm_desktop.services import events
from crm_desktop.services.credentials import check_new
from crm_desktop.services.faults import told, words_for
from crm_desktop.services.opening import load, open_url, renew_guard
from crm_desktop.services.server_logins import (
    at_the_door,
    give_password,
    go_on_with,
    guarded,
    has_own_role,
    lock,
    proves,
)
from crm_desktop.services.server_rights import guard
from crm_desktop.words import _
from db import errors as fault
from db import schema, standstill
from db.engine import open_engine, reading, writing
from db.models.office import User
from db.roles import as_kept, door, person_role, was_turned_away

__all__ = [
    "Issued", "as_owner", "as_reader", "at_the_door", "becomes_owner", "connect_as", "disable", "enable", "enter", "follow",
    "give_password", "go_on_with", "has_own_role", "leave", "login_url", "proves", "renew", "set_password", "turn_on", "turned_on",
]  # fmt: skip


@dataclass(frozen=True)
class Issued:
    """A one-time password, to be handed to this person."""

    user_id: int
    name: str
    sign_in: str
    password: str


# Turning it on


def turn_on(app: Application, password: str) -> list[Issued]:
    """Let people sign in to this server with roles of their own from now on; gives one-time passwords for everybody but the person at work.

    app: the company on the server, opened by the server's administrator (who may make roles and owns the tables), with an owner of the
    company at work, whose password this becomes. Raises Invalid for a poor one, Refused where it is on already. Afterwards nobody but
    that administrator opens the data without an own role: go on with `connect_as`.
    """
    if app.engine.dialect.name != "postgresql" or has_own_role(app) or app.actor.user_id is None:
        raise Refused(_("Only the administrator of the server turns this on."))
    check_new(app, app.actor.user_id, password)
    table = User.__table__
    with told(app), writing(app.engine) as session:
        if guarded(session):
            raise Refused(_("People sign in to this server already."))
        guard(app, session.connection())
        query = select(table.c.id, table.c.name, table.c.sign_in).where(table.c.active).order_by(table.c.name_key, table.c.id)
        issued = []
        for id_, name, sign_in in session.execute(query).all():
            own = id_ == app.actor.user_id
            word = password if own else one_time_password()
            give_password(session, id_, word, one_time=not own)
            if not own:
                issued.append(Issued(id_, name, sign_in, word))
        session.execute(text("SELECT crm_follow()"))
        events.record(app, "sign_in_set_up", "", {"method": "login roles", "after": "on"}, session=session)
    return issued


def renew(app: Application) -> None:
    """Make the guard anew for what this version of the program knows: after an update, or after a backup was restored.

    For the server's administrator. Passwords stay as they are.
    """
    with told(app):
        renew_guard(app)


def follow(app: Application) -> None:
    """Let the login roles follow the people who are in the database now: after a backup was restored."""
    if app.engine.dialect.name == "postgresql":
        with told(app), writing(app.engine) as session:
            if guarded(session):
                session.execute(text("SELECT crm_follow()"))


def turned_on(app: Application) -> bool:
    """Whether people sign in to this database with roles of their own."""
    if at_the_door(app) or has_own_role(app):
        return True
    with told(app), reading(app.engine) as connection:
        return guarded(connection)


# Coming in and going


def login_url(url: str, sign_in: str, password: str) -> str:
    """The address of a server with the login role of a person. url: with or without another name in it; nothing is asked of the server."""
    address = make_url(url)
    made = address.set(username=person_role(address.database or "", sign_in), password=normalised(password))
    return made.render_as_string(hide_password=False)


def connect_as(url: str, sign_in: str, password: str, data: Path, *, new: str = "") -> Application:
    """Open the database of a server as this person; `data` is this PC's folder. Raises as `enter`."""
    app = open_url(door(make_url(url)).render_as_string(), data)
    enter(app, sign_in, password, new=new)
    return app


def enter(app: Application, sign_in: str, password: str, *, new: str = "") -> Actor:
    """Let somebody in at the door: the program goes on under that person's login role. Limits of hours and places are for
    services/signing_in.py to ask, which is what screens and commands call.

    new: the password the person chooses where the one given is good for that only. Raises FirstPassword where one must be chosen,
    NotSignedIn for anything else that keeps the person out, Invalid at "password" for a poor new one, Unavailable without a server.
    """
    outside, actor = app.engine, app.actor
    app.engine = open_engine(login_url(str(outside.url), sign_in, password))
    try:
        app.actor = _step_in(app, sign_in, password, new)
    except BaseException:
        app.engine.dispose()
        app.engine, app.actor = outside, actor
        raise
    outside.dispose()
    return app.actor


def _step_in(app: Application, sign_in: str, password: str, new: str) -> Actor:
    try:
        with reading(app.engine) as connection:
            if (who := standstill.who(connection)) is not None:
                raise being_replaced(who)
            standing = connection.execute(text("SELECT * FROM crm_standing()")).one_or_none()
    except fault.Unreachable as error:
        if was_turned_away(error):
            raise wrong() from error
        raise words_for(app, error) from error
    except fault.DatabaseFault as error:
        raise words_for(app, error) from error
    if standing is None:
        raise wrong()
    if standing.must_change:
        _choose(app, standing.user_id, password, new)
        app.engine.dispose()
        app.engine = open_engine(login_url(str(app.engine.url), sign_in, new))
    if schema.version(app.engine) != schema.head():
        raise _of_another_version(app)
    with told(app):
        load(app)
    if app.actor.user_id != standing.user_id:
        raise wrong()
    return app.actor


def _of_another_version(app: Application) -> Told:
    """What is said where tables and program do not fit together; the host's own program brings the tables up to date."""
    current = schema.version(app.engine)
    if current is not None and not schema.knows(current):
        return words_for(app, fault.Newer(current))
    return Unavailable(
        _("The office's database is of an older version than this program."),
        _("Start the new version on the host PC first: it makes a backup and brings the database up to date."),
    )


def _choose(app: Application, user_id: int, password: str, new: str) -> None:
    if not new:
        raise FirstPassword(_("Please choose a password of your own."), _("The one you were given is good for this only."))
    if normalised(new) == normalised(password):
        raise Invalid({"password": _("This is the password you were given. Please choose another one.")})
    check_new(app, user_id, new)
    with told(app), writing(app.engine) as session:
        kept = as_kept(session.connection(), normalised(new))
        session.execute(text("SELECT crm_choose_password(:kept)"), {"kept": kept})


def leave(app: Application) -> None:
    """Go back to the door: nobody is at work any more."""
    inside = app.engine
    app.engine = open_engine(door(inside.url).render_as_string())
    inside.dispose()


def being_replaced(who: str) -> Unavailable:
    """What is said to whoever comes while a backup of the whole office is brought back."""
    return Unavailable(
        _("{name} is bringing a backup of the whole office back.").format(name=who or _("Somebody")),
        _("Please wait a few minutes, then sign in again."),
    )


def wrong() -> NotSignedIn:
    """What is said of a name or a password that is not right; a server tells neither apart."""
    return NotSignedIn(
        _("The name or the password is not right."), _("Capital and small letters count. Is the caps lock on?")
    )


# Passwords and people


def set_password(app: Application, user_id: int) -> str:
    """Give a person a one-time password, to be told once; makes the login role of somebody new. Raises Refused for whoever does not
    look after this person."""
    word = one_time_password()
    with told(app), writing(app.engine) as session:
        give_password(session, user_id, word, one_time=True)
    return word


def disable(app: Application, user_id: int) -> None:
    """Keep a person out at once, and end what the person has open, without switching the person off in the office."""
    with told(app), writing(app.engine) as session:
        lock(session, user_id, True)


def enable(app: Application, user_id: int) -> None:
    """Let a person in again."""
    with told(app), writing(app.engine) as session:
        lock(session, user_id, False)


# As somebody else


@contextmanager
def as_owner(app: Application) -> Iterator[Engine]:
    """An engine that works as the owner of the tables: for restoring, and for bringing the schema up to date.

    Raises Refused for whoever holds neither every right nor the right to restore.
    """
    with _as(app, "owner") as engine:
        yield engine


@contextmanager
def as_reader(app: Application) -> Iterator[Engine]:
    """An engine that reads everything and writes nothing: for backups. Raises Refused for whoever may not make them."""
    with _as(app, "reader") as engine:
        yield engine


def becomes_owner(app: Application) -> bool:
    """Whether `as_owner` lets the person at work be the owner of the tables. On one PC nothing stands between them and everybody."""
    if not has_own_role(app):
        return True
    with told(app), reading(app.engine) as connection:
        return bool(connection.scalar(text("SELECT pg_has_role(crm_role_of('owner'), 'SET')")))


@contextmanager
def _as(app: Application, role: str) -> Iterator[Engine]:
    if not has_own_role(app):  # one PC, or the administrator of the server
        yield app.engine
        return
    with told(app), reading(app.engine) as connection:
        name = connection.scalar(text("SELECT r FROM crm_role_of(:role) r WHERE pg_has_role(r, 'SET')"), {"role": role})
        if not name:
            raise Refused(_("You have no permission for this."), _("Ask your administrator."))
    engine = open_engine(app.engine.url.render_as_string(hide_password=False), acting_as=name)
    try:
        yield engine
    finally:
        engine.dispose()
