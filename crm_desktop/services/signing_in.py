"""Signing in and out, and unlocking the window: the one way to become the person at work where the company has turned sign-in on.

A name that nobody has takes as long as a wrong password and is answered alike. Everything is told to the log. All of it hashes, so
it belongs on a worker thread.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop import settings as s
from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import FirstPassword, Invalid, NotSignedIn, Refused
from crm_desktop.rules.passwords import normalised
from crm_desktop.services import (
    attempts,
    credentials,
    devices,
    events,
    hashing,
    server_roles,
    sign_in_limits,
    system_account,
)
from crm_desktop.services.access import acting, actor_of
from crm_desktop.services.faults import told
from crm_desktop.services.sign_in_need import is_nobody, nobody, required
from crm_desktop.words import _
from db import history
from db.base import now
from db.engine import client_address, reading, writing
from db.models.office import User
from db.models.sign_in import Credential, RecoveryCode, SystemAccount

Clock = Callable[[], dt.datetime]
_USER: Any = User.__table__
_CREDENTIAL: Any = Credential.__table__
_CODE: Any = RecoveryCode.__table__
_ACCOUNT: Any = SystemAccount.__table__


@dataclass(frozen=True)
class _Found:
    """The active person that a typed name means; without an id: nobody."""

    id: int | None = None
    name: str = ""
    password: str = ""
    must_change: bool = False
    expires_at: dt.datetime | None = None


def needed(app: Application) -> bool:
    """Whether somebody has to sign in before anything can be seen."""
    return is_nobody(app.actor)


def names(app: Application) -> list[tuple[str, str]]:
    """Sign-in name and name of everybody who can sign in, for the page where one does; empty where the company shows none."""
    if server_roles.at_the_door(app) or not credentials.company_settings(app).get(s.SIGN_IN_NAMES):
        return []
    query = (
        select(_USER.c.sign_in, _USER.c.name)
        .join(_CREDENTIAL, _CREDENTIAL.c.user_id == _USER.c.id)
        .where(_USER.c.active)
        .order_by(_USER.c.name_key, _USER.c.id)
    )
    with told(app), reading(app.engine) as connection:
        return [(row.sign_in, row.name) for row in connection.execute(query)]


def sign_in(app: Application, name: str, password: str, *, new: str = "", clock: Clock = now) -> Actor:
    """Make the person with this sign-in name (or name) the one at work.

    new: the password the person chooses, where the one given was good for that only. Raises FirstPassword where one must be chosen,
    NotSignedIn for anything else that keeps the person out, Invalid at "password" for a poor new one. At the door of a server the
    server itself looks at the password.
    """
    if server_roles.at_the_door(app):
        return _enter_server(app, name, password, new, clock)
    found = _find(app, name)
    about = _count(app, found, name, clock)
    if not hashing.matches(found.password, password):
        raise _failed(app, found, name, about, clock)
    moment = clock()
    try:
        _check_limits(app, found, moment)
        if found.must_change:
            _check_first(app, found, password, new, moment)
    except (NotSignedIn, Invalid):
        _take_back(app, about)
        raise
    fresh = new if found.must_change else password if hashing.outdated(found.password) else ""
    hashed = hashing.hash_of(fresh) if fresh else ""
    return _enter(app, found, about, moment, hashed, "password", chosen=found.must_change)


def _enter_server(app: Application, name: str, password: str, new: str, clock: Clock) -> Actor:
    """The same at the door of a server. A wrong password is slowed down by this program only, since nothing can be told to the server."""
    station = app.actor.station
    attempts.wait_here(app, name, clock())
    try:
        actor = server_roles.enter(app, name, password, new=new)
    except FirstPassword:
        attempts.forget_here(app, name)
        raise
    except NotSignedIn:
        attempts.count_here(app, name, clock())
        raise
    attempts.forget_here(app, name)
    try:
        _check_limits(app, _Found(actor.user_id, actor.name), clock())
        with told(app), writing(app.engine) as session:
            session.execute(update(_CREDENTIAL).where(_CREDENTIAL.c.user_id == actor.user_id).values(last_sign_in=clock()))
            if new:
                _tell(session, actor, "password", actor.name, {}, actor.user_id)
            _tell(session, actor, "sign_in", actor.name, {"method": "login role", "address": client_address(session)})
    except BaseException:
        server_roles.leave(app)
        app.actor = nobody(station)
        raise
    return actor


def recover(app: Application, name: str, code: str, new: str, clock: Clock = now) -> Actor:
    """Sign an owner in with a code from the recovery sheet, which is good once, and a new password."""
    if server_roles.turned_on(app):
        raise NotSignedIn(
            _("Recovery codes open a database on one PC only."),
            _("On a server another owner gives you a new password, or the administrator of the server."),
        )
    found = _find(app, name)
    about = _count(app, found, name, clock)
    mark = credentials.digest(code)
    with told(app), reading(app.engine) as connection:
        query = select(_CODE.c.id).where(_CODE.c.user_id == (found.id or 0), _CODE.c.digest == mark, _CODE.c.used_at.is_(None))
        code_id = connection.scalar(query)
    hashed = hashing.hash_of(new)  # at any rate: a wrong code takes as long as a right one
    if code_id is None or found.id is None:
        raise _failed(app, found, name, about, clock, "recovery code")
    moment = clock()
    try:
        _check_limits(app, found, moment)
        credentials.check_new(app, found.id, new)
    except (NotSignedIn, Invalid):
        _take_back(app, about)
        raise
    return _enter(app, found, about, moment, hashed, "recovery code", chosen=True, code_id=code_id)


def unlock_window(app: Application, password: str, clock: Clock = now) -> None:
    """Let the person at work go on behind a locked window. Raises NotSignedIn."""
    actor = app.actor
    if server_roles.has_own_role(app):
        _unlock_by_server(app, password, clock)
        return
    with told(app), reading(app.engine) as connection:
        found = _person(connection, actor.user_id)
    about = _count(app, found, "", clock)
    if not hashing.matches(found.password, password):
        raise _failed(app, found, "", about, clock, words=_("This is not your password."))
    moment = clock()
    try:
        _check_limits(app, found, moment)
    except NotSignedIn:
        _take_back(app, about)
        raise
    with told(app), writing(app.engine) as session:
        attempts.take_back(session, about)
        _tell(session, actor, "window_unlocked", actor.name, {})


def _unlock_by_server(app: Application, password: str, clock: Clock) -> None:
    actor = app.actor
    attempts.wait_here(app, actor.name, clock())
    if not server_roles.proves(app, password):
        attempts.count_here(app, actor.name, clock())
        with told(app), writing(app.engine) as session:
            _tell(session, actor, "sign_in_failed", actor.name, {"method": "password", "address": client_address(session)})
        raise NotSignedIn(_("This is not your password."))
    attempts.forget_here(app, actor.name)
    _check_limits(app, _Found(actor.user_id, actor.name), clock())
    with told(app), writing(app.engine) as session:
        _tell(session, actor, "window_unlocked", actor.name, {})


def lock_window(app: Application, reason: str) -> None:
    """Tell the log that the window was locked. reason: idle or hand."""
    with told(app), writing(app.engine) as session:
        _tell(session, app.actor, "window_locked", app.actor.name, {"reason": reason})


def sign_out(app: Application) -> None:
    """Nobody is at work any more."""
    actor = app.actor
    if is_nobody(actor):
        return
    with told(app), writing(app.engine) as session:
        _tell(session, actor, "sign_out", actor.name, {})
        anyone = required(session)
    if anyone:
        if server_roles.has_own_role(app):
            server_roles.leave(app)
        app.actor = nobody(actor.station)


def idle_minutes(app: Application, own: int) -> int:
    """After how many minutes without work the window locks itself; 0: never. own: what the person wants."""
    company = credentials.company_settings(app).get(s.IDLE_MINUTES)
    with told(app), reading(app.engine) as connection:
        if app.actor.user_id is None or not required(connection):
            return 0
        limits = sign_in_limits.of_person(connection, app.actor.user_id)
    return sign_in_limits.idle_minutes(limits, company, own)


# By the account of the system


def sign_in_by_account(app: Application, account: system_account.Account | None, clock: Clock = now) -> Actor | None:
    """Sign in whoever bound this account of the system; None where nobody did, or the company does not want it."""
    if account is None or not _accounts_allowed(app):
        return None
    with told(app), reading(app.engine) as connection:
        user_id = connection.scalar(select(_ACCOUNT.c.user_id).where(_ACCOUNT.c.account == account.key))
        found = _person(connection, user_id)
        if found.id is None or not found.password or found.must_change:
            return None
    moment = clock()
    _check_limits(app, found, moment)
    return _enter(app, found, None, moment, "", "system account")


def bind_account(app: Application, account: system_account.Account | None, password: str, clock: Clock = now) -> None:
    """Let this account of the system sign the person at work in from now on; the password proves that it is that person."""
    if account is None or not _accounts_allowed(app):
        raise Refused(_("Signing in with the Windows account is not turned on."), _("It is one of the company's settings."))
    unlock_window(app, password, clock)
    with acting(app) as session:
        session.execute(delete(_ACCOUNT).where(_ACCOUNT.c.account == account.key))
        session.execute(insert(_ACCOUNT).values(account=account.key, user_id=app.actor.user_id, label=account.label))
        events.record(app, "sign_in_set_up", app.actor.name, {"method": "system account", "after": account.label}, session=session)


def unbind_accounts(app: Application) -> None:
    """Let no account of the system sign the person at work in any more."""
    with acting(app) as session:
        session.execute(delete(_ACCOUNT).where(_ACCOUNT.c.user_id == app.actor.user_id))
        events.record(app, "sign_in_set_up", app.actor.name, {"method": "system account", "after": ""}, session=session)


def bound_accounts(app: Application) -> list[str]:
    """The accounts that sign the person at work in."""
    with told(app), reading(app.engine) as connection:
        return list(connection.scalars(select(_ACCOUNT.c.label).where(_ACCOUNT.c.user_id == app.actor.user_id)))


def _accounts_allowed(app: Application) -> bool:
    if server_roles.turned_on(app):
        return False
    with app.engine.connect() as connection:
        on_this_pc = not client_address(connection)
    return on_this_pc and credentials.company_settings(app).get(s.SIGN_IN_SYSTEM)


# The steps


def _find(app: Application, name: str) -> _Found:
    """The active person meant by a sign-in name, or by a name that only one has; capitals and widths of letters do not count."""
    wanted = normalised(name).strip().casefold()
    with told(app), reading(app.engine) as connection:
        rows = connection.execute(select(_USER.c.id, _USER.c.sign_in, _USER.c.name).where(_USER.c.active)).all()
        for column in ("sign_in", "name"):
            ids = [r.id for r in rows if wanted and normalised(getattr(r, column)).strip().casefold() == wanted]
            if len(ids) == 1:
                return _person(connection, ids[0])
    return _Found()


def _person(connection: Any, user_id: int | None) -> _Found:
    query = (
        select(_USER.c.id, _USER.c.name, _CREDENTIAL)
        .select_from(_USER.outerjoin(_CREDENTIAL, _CREDENTIAL.c.user_id == _USER.c.id))
        .where(_USER.c.id == (user_id or 0), _USER.c.active)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return _Found()
    return _Found(row.id, row.name, row.password or "", bool(row.must_change), row.expires_at)


def _count(app: Application, found: _Found, name: str, clock: Clock) -> list[attempts.Slowed]:
    most = credentials.company_settings(app).get(s.SIGN_IN_ATTEMPTS)
    about = attempts.slowed(found.id, name, app.actor.station, most)
    with told(app), writing(app.engine) as session:
        attempts.count(session, about, clock())
    return about


def _take_back(app: Application, about: list[attempts.Slowed]) -> None:
    with told(app), writing(app.engine) as session:
        attempts.take_back(session, about)


def _failed(
    app: Application, found: _Found, name: str, about: list[attempts.Slowed], clock: Clock, method: str = "password", words: str = ""
) -> NotSignedIn:
    """Tell the log, and give what is told to the person."""
    actor = Actor(found.id, found.name or _masked(name), station=app.actor.station)
    with told(app), writing(app.engine) as session:
        facts = {"method": method, "address": client_address(session)}
        _tell(session, actor, "sign_in_failed", actor.name, facts)
        for key in attempts.locked(session, about, clock()):
            _tell(session, actor, "locked", app.actor.station if key.startswith("pc:") else actor.name, {})
    if words:
        return NotSignedIn(words)
    if method == "password":
        return NotSignedIn(
            _("The name or the password is not right."), _("Capital and small letters count. Is the caps lock on?")
        )
    return NotSignedIn(_("The name or the recovery code is not right."), _("Each code is good once."))


def _masked(name: str) -> str:
    """A name that nobody has, as the log keeps it: it may be a password in the wrong line."""
    return name.strip()[:2] + "…"


def _check_limits(app: Application, found: _Found, moment: dt.datetime) -> None:
    """Raise NotSignedIn, and tell the log, where a limit of this person does not hold."""
    assert found.id is not None
    with told(app), writing(app.engine) as session:
        limits = sign_in_limits.of_person(session, found.id)
        device = ""
        if any(one.enrolled_only for one in limits):
            device = devices.ask(session, devices.digest(app.data), app.actor.station, found.name, moment)
        address = client_address(session)
        try:
            sign_in_limits.check(limits, address, device, moment)
            return
        except NotSignedIn as error:
            refused = error
            actor = Actor(found.id, found.name, station=app.actor.station)
            _tell(session, actor, "sign_in_failed", found.name, {"reason": error.message, "address": address})
    raise refused


def _check_first(app: Application, found: _Found, password: str, new: str, moment: dt.datetime) -> None:
    assert found.id is not None
    if found.expires_at is not None and found.expires_at <= moment:
        raise NotSignedIn(_("This one-time password has run out."), _("Ask your administrator for another one."))
    if not new:
        raise FirstPassword(_("Please choose a password of your own."), _("The one you were given is good for this only."))
    if normalised(new) == normalised(password):
        raise Invalid({"password": _("This is the password you were given. Please choose another one.")})
    credentials.check_new(app, found.id, new)


def _enter(
    app: Application,
    found: _Found,
    about: list[attempts.Slowed] | None,
    moment: dt.datetime,
    hashed: str,
    method: str,
    *,
    chosen: bool = False,
    code_id: int | None = None,
) -> Actor:
    """Everything is right: make this person the one at work. hashed: a new hash to keep; chosen: of a password chosen just now."""
    assert found.id is not None
    with told(app), writing(app.engine) as session:
        actor = actor_of(session, found.id, app.actor.station)
        if actor is None:
            raise NotSignedIn(_("The name or the password is not right."))
        actor = replace(actor, proven=True)
        if about is not None:
            attempts.take_back(session, about)
        if code_id is not None:
            _use(session, actor, code_id, moment)
        if chosen:
            credentials.write_password(session, found.id, hashed, moment)
            _tell(session, actor, "password", actor.name, {}, found.id)
        elif hashed:
            session.execute(update(_CREDENTIAL).where(_CREDENTIAL.c.user_id == found.id).values(password=hashed))
        session.execute(update(_CREDENTIAL).where(_CREDENTIAL.c.user_id == found.id).values(last_sign_in=moment))
        _tell(session, actor, "sign_in", actor.name, {"method": method, "address": client_address(session)})
    app.actor = actor
    return actor


def _use(session: Session, actor: Actor, code_id: int, moment: dt.datetime) -> None:
    used = session.execute(update(_CODE).where(_CODE.c.id == code_id, _CODE.c.used_at.is_(None)).values(used_at=moment))
    if used.rowcount == 0:  # type: ignore[attr-defined]
        raise NotSignedIn(_("The name or the recovery code is not right."), _("Each code is good once."))
    _tell(session, actor, "recovery", actor.name, {})


def _tell(
    session: Session, actor: Actor, action: str, subject: str, facts: dict[str, Any], user_id: int | None = None
) -> None:
    about = None if user_id is None else ("users", user_id)
    history.append(session.connection(), [events.entry(actor, action, subject, facts, about)])
