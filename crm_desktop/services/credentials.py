"""Passwords and recovery codes: turning sign-in on, setting, changing and resetting passwords, and who may do that for whom.

Everything here hashes, so it belongs on a worker thread. Functions that give a secret give it once; only its hash is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Invalid, Refused
from crm_desktop.rights import PROGRAM, Reach
from crm_desktop.rules import passwords
from crm_desktop.services import attempts, events, hashing, server_logins
from crm_desktop.services.access import acting, asker, asking, gone, holdings_of, rights_of
from crm_desktop.services.access_upkeep import bump
from crm_desktop.services.people_guard import everything, wider
from crm_desktop.services.settings_store import COMPANY, DatabaseStorage
from crm_desktop.services.sign_in_need import required
from crm_desktop.words import _
from db.access import departments_reached
from db.base import now
from db.models.access import UserPosition
from db.models.office import User
from db.models.sign_in import Credential, RecoveryCode, SystemAccount

CODES = 10
"""Recovery codes on an owner's sheet."""
ONE_TIME_DAYS = 7
"""How long a one-time password is good."""

SIGN_IN = "sign-in"
"""The type of the change that tells this program that sign-in was turned on."""

Clock = Callable[[], dt.datetime]
_USER: Any = User.__table__
_CREDENTIAL: Any = Credential.__table__
_CODE: Any = RecoveryCode.__table__


@dataclass(frozen=True)
class State:
    """How it stands with a person's sign-in. codes: recovery codes not used yet; locked_until: None when not locked."""

    user_id: int
    name: str
    sign_in: str
    active: bool
    password: bool
    must_change: bool
    last_sign_in: dt.datetime | None
    locked_until: dt.datetime | None
    codes: int


def company_settings(app: Application) -> s.Settings:
    """The settings of the company, also before anybody is at work."""
    return s.Settings({s.Scope.COMPANY: DatabaseStorage(app, COMPANY)})


def is_required(app: Application) -> bool:
    """Whether nobody opens the data without a password."""
    with app.engine.connect() as connection:
        return required(connection)


def check_new(app: Application, user_id: int, password: str) -> None:
    """Raise Invalid, at the field "password", for one that must not be used by this person."""
    if words := passwords.problem(password, least(app), near(app, user_id)):
        raise Invalid({"password": words})


def least(app: Application) -> int:
    """How many characters the company wants."""
    return company_settings(app).get(s.PASSWORD_LENGTH)


def near(app: Application, user_id: int) -> tuple[str, ...]:
    """The names a person's password must not be made of."""
    kept = company_settings(app)
    with app.engine.connect() as connection:
        row = connection.execute(select(_USER.c.name, _USER.c.sign_in).where(_USER.c.id == user_id)).one_or_none()
    company = (kept.get(s.COMPANY_NAME), kept.get(s.COMPANY_SHORT_NAME))
    return tuple(n for n in (*(row or ()), *company) if n)


def sign_in_of(app: Application) -> str:
    """The name that whoever is at work signs in with, "" where nobody is: not the one people call each other by."""
    with app.engine.connect() as connection:
        return str(connection.scalar(select(_USER.c.sign_in).where(_USER.c.id == app.actor.user_id)) or "")


def turn_on(app: Application, password: str, clock: Clock = now) -> list[str]:
    """Let nobody open the data without a password from now on: sets that of the owner at work and gives the recovery codes.

    Raises Refused for anybody but an owner, and where sign-in is on already; Invalid for a poor password.
    """
    owner = _owner(app)
    check_new(app, owner, password)
    hashed = hashing.hash_of(password)
    with acting(app) as session:
        if required(session):
            raise Refused(_("Sign-in is on already."))
        _write(session, owner, hashed, clock())
        codes = _new_codes(session, owner, clock())
        events.record(app, "sign_in_set_up", "", {"after": "on"}, session=session)
        bump(session)  # programs open elsewhere learn of it, and let nobody go on without a password
    app.actor = replace(app.actor, proven=True)
    app.changes.tell(Change(SIGN_IN, frozenset({owner})))
    return codes


def turn_off(app: Application) -> None:
    """Let everybody open the data without a password again; forgets all passwords and codes. Only for an owner."""
    _owner(app)
    with acting(app) as session:
        for model in (Credential, RecoveryCode, SystemAccount):
            session.execute(delete(model))
        events.record(app, "sign_in_set_up", "", {"after": "off"}, session=session)


def new_codes(app: Application, clock: Clock = now) -> list[str]:
    """New recovery codes for the owner at work; those of before are good for nothing any more."""
    owner = _owner(app)
    with acting(app) as session:
        codes = _new_codes(session, owner, clock())
        events.record(app, "sign_in_set_up", "", {"count": len(codes), "method": "recovery codes"}, session=session)
    return codes


def change_own(app: Application, old: str, new: str, clock: Clock = now) -> None:
    """Change the password of the person at work. Raises Invalid at "old" or "password"."""
    user_id = app.actor.user_id
    if user_id is None:
        raise Refused(_("Nobody is signed in."))
    _verify_own(app, user_id, old, clock)
    if passwords.normalised(old) == passwords.normalised(new):
        raise Invalid({"password": _("This is the password you have.")})
    check_new(app, user_id, new)
    own = server_logins.has_own_role(app)
    hashed = "" if own else hashing.hash_of(new)
    with acting(app) as session:
        if own:
            server_logins.give_password(session, user_id, new)
        else:
            _write(session, user_id, hashed, clock())
        events.record(app, "password", app.actor.name, about=("users", user_id), session=session)
    if own:
        server_logins.go_on_with(app, new)


def reset(app: Application, user_id: int, clock: Clock = now) -> str:
    """Give a person a one-time password, to be told once; the person chooses another at the first sign-in, and is signed out wherever
    the program runs.

    Raises Refused without the right to look after this person, and before sign-in was turned on.
    """
    word = passwords.one_time_password()
    hashed = hashing.hash_of(word)
    with acting(app) as session:
        require_administers(app, session, user_id)
        if not required(session):
            raise Refused(_("Sign-in is off."), _("An owner turns it on, with a password of their own."))
        if server_logins.guarded(session):
            server_logins.give_password(session, user_id, word, one_time=True)
        else:
            _write(session, user_id, hashed, clock(), one_time=True)
        attempts.forget(session, f"user:{user_id}")
        bump(session)  # a program where this person is at work lets nobody go on
        events.record(app, "password_reset", _name(session, user_id), about=("users", user_id), session=session)
    return word


def unlock(app: Application, user_id: int) -> None:
    """Let a person sign in again at once after too many attempts failed."""
    with acting(app) as session:
        require_administers(app, session, user_id)
        attempts.forget(session, f"user:{user_id}")
        events.record(app, "unlocked", _name(session, user_id), about=("users", user_id), session=session)


def state_of(app: Application, user_id: int, clock: Clock = now) -> State:
    """How it stands with one person: for whoever looks after the person, and for the person."""
    with asking(app) as connection:
        if user_id != app.actor.user_id:
            require_administers(app, connection, user_id)
        return _states(connection, [user_id], clock())[0]


def states(app: Application, clock: Clock = now) -> list[State]:
    """How it stands with everybody whom the person at work looks after."""
    app.actor.require("program.rights")
    with asking(app) as connection:
        ids = list(connection.scalars(select(_USER.c.id).order_by(_USER.c.name_key, _USER.c.id)))
        mine = [i for i in ids if administers(app, connection, i)]
        return _states(connection, mine, clock())


def administers(app: Application, connection: Connection | Session, user_id: int) -> bool:
    """Whether the person at work may reset the password and set the limits of a person: never of one who may do more."""
    actor = app.actor
    reach = actor.reach(PROGRAM, "rights")
    if everything(actor):
        return True
    theirs = rights_of(connection, user_id)
    if reach < Reach.BRANCH or everything(replace(actor, rights=theirs)):
        return False
    if reach == Reach.ALL:
        return True
    place = departments_reached(asker(actor), PROGRAM, "rights")
    inside = connection.scalar(select(_USER.c.id).where(_USER.c.id == user_id, _USER.c.department_id.in_(place)))
    held: Any = UserPosition.__table__
    posts = list(connection.scalars(select(held.c.position_id).where(held.c.parent_id == user_id)))
    return inside is not None and not any(wider(app, h, actor) for h in holdings_of(connection, posts).values())


def require_administers(app: Application, connection: Connection | Session, user_id: int) -> None:
    """Raise Refused where `administers` says no, Missing where there is no such person."""
    app.actor.require("program.rights")
    if connection.scalar(select(_USER.c.id).where(_USER.c.id == user_id)) is None:
        raise gone()
    if not administers(app, connection, user_id):
        raise Refused(
            _("You do not look after the sign-in of this person."),
            _("Owners are looked after by owners, people of a branch by its administrator."),
        )


def write_password(session: Session, user_id: int, hashed: str, moment: dt.datetime) -> None:
    """Keep the hash of a password that a person chose, inside the caller's transaction."""
    _write(session, user_id, hashed, moment)


def digest(code: str) -> str:
    """A recovery code as it is kept. With 79 random bits it needs no slow hash."""
    return hashlib.sha256(passwords.plain_code(code).encode()).hexdigest()


def _write(session: Session, user_id: int, hashed: str, moment: dt.datetime, one_time: bool = False) -> None:
    expires = moment + dt.timedelta(days=ONE_TIME_DAYS) if one_time else None
    values = {"password": hashed, "changed_at": moment, "must_change": one_time, "expires_at": expires}
    done = session.execute(update(_CREDENTIAL).where(_CREDENTIAL.c.user_id == user_id).values(**values))
    if done.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(_CREDENTIAL).values(user_id=user_id, **values))


def _new_codes(session: Session, user_id: int, moment: dt.datetime) -> list[str]:
    codes = [passwords.recovery_code() for _at in range(CODES)]
    session.execute(delete(_CODE).where(_CODE.c.user_id == user_id))
    session.execute(insert(_CODE), [{"user_id": user_id, "digest": digest(c), "made_at": moment} for c in codes])
    return codes


def _verify_own(app: Application, user_id: int, password: str, clock: Clock) -> None:
    if server_logins.has_own_role(app):
        if not server_logins.proves(app, password):
            raise Invalid({"old": _("This is not your password.")})
        return
    # Counted like an attempt to sign in: a window left open must not be a place to guess in.
    about = attempts.slowed(user_id, "", app.actor.station, company_settings(app).get(s.SIGN_IN_ATTEMPTS))
    with acting(app) as session:
        attempts.count(session, about, clock())
        stored = session.scalar(select(_CREDENTIAL.c.password).where(_CREDENTIAL.c.user_id == user_id))
    if not hashing.matches(stored or "", password):
        raise Invalid({"old": _("This is not your password.")})
    with acting(app) as session:
        attempts.take_back(session, about)


def _owner(app: Application) -> int:
    if app.actor.user_id is None or not everything(app.actor):
        raise Refused(_("Only an owner does this."), _("An owner is who holds a position with every right."))
    return app.actor.user_id


def _name(connection: Connection | Session, user_id: int) -> str:
    return connection.scalar(select(_USER.c.name).where(_USER.c.id == user_id)) or ""


def _states(connection: Connection, ids: Sequence[int], moment: dt.datetime) -> list[State]:
    told = (_CREDENTIAL.c.user_id, _CREDENTIAL.c.must_change, _CREDENTIAL.c.last_sign_in)  # never the password
    kept = {r.user_id: r for r in connection.execute(select(*told))}
    left = (
        select(_CODE.c.user_id, func.count()).where(_CODE.c.used_at.is_(None)).group_by(_CODE.c.user_id)
    )
    codes = {row[0]: row[1] for row in connection.execute(left)}
    people = {r.id: r for r in connection.execute(select(_USER).where(_USER.c.id.in_(ids)))}
    return [_state(people[i], kept.get(i), attempts.locked_until(connection, i, moment), codes.get(i, 0)) for i in ids if i in people]


def _state(person: Any, kept: Any, until: dt.datetime | None, codes: int) -> State:
    return State(
        person.id, person.name, person.sign_in, bool(person.active), kept is not None,
        bool(kept and kept.must_change), kept.last_sign_in if kept else None, until, codes,
    )  # fmt: skip
