"""From where and when people may sign in: kept for a person or for everybody in a position, and asked when somebody signs in.

Every limit counts: a person's own and those of all positions the person holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.errors import Invalid, NotSignedIn, Refused
from crm_desktop.local_time import to_local
from crm_desktop.rights import PROGRAM, Reach
from crm_desktop.rules import sign_in_limits as rules
from crm_desktop.services import events
from crm_desktop.services.access import acting, asking
from crm_desktop.services.credentials import require_administers
from crm_desktop.words import _
from db.models.access import Position, UserPosition
from db.models.office import User
from db.models.sign_in import SignInLimit

_TABLE: Any = SignInLimit.__table__
LONGEST_IDLE = 480


@dataclass(frozen=True)
class Limits:
    """What is kept for one person or position; empty: no limit. Written as in crm_desktop/rules/sign_in_limits.py."""

    enrolled_only: bool = False
    networks: str = ""
    hours: str = ""
    idle_minutes: int = 0


def read(app: Application, kind: str, subject_id: int) -> Limits:
    """The limits of a person ("user") or a position ("position")."""
    with asking(app) as connection:
        _require(app, connection, kind, subject_id)
        row = connection.execute(select(_TABLE).where(_TABLE.c.kind == kind, _TABLE.c.subject_id == subject_id)).one_or_none()
    return _limits(row) if row else Limits()


def write(app: Application, kind: str, subject_id: int, limits: Limits) -> None:
    """Keep the limits of a person or a position. Raises Invalid at "networks", "hours" or "idle_minutes"."""
    _check(limits)
    names = {"user": User, "position": Position}
    with acting(app) as session:
        _require(app, session, kind, subject_id)
        model: Any = names[kind].__table__
        name = session.scalar(select(model.c.name).where(model.c.id == subject_id)) or ""
        session.execute(delete(_TABLE).where(_TABLE.c.kind == kind, _TABLE.c.subject_id == subject_id))
        if limits != Limits():
            session.execute(insert(_TABLE).values(kind=kind, subject_id=subject_id, **asdict(limits)))
        events.record(app, "sign_in_limits", name, asdict(limits), about=(f"{kind}s", subject_id), session=session)


def of_person(connection: Connection | Session, user_id: int) -> list[Limits]:
    """All limits that count for a person."""
    held: Any = UserPosition.__table__
    posts = select(held.c.position_id).where(held.c.parent_id == user_id)
    own = (_TABLE.c.kind == "user") & (_TABLE.c.subject_id == user_id)
    by_post = (_TABLE.c.kind == "position") & _TABLE.c.subject_id.in_(posts)
    return [_limits(row) for row in connection.execute(select(_TABLE).where(or_(own, by_post)))]


def check(limits: Sequence[Limits], address: str, device: str, moment: dt.datetime) -> None:
    """Raise NotSignedIn where one limit does not hold. address: "" for a database on this PC; device: the state of this PC."""
    advice = _("Ask your administrator.")
    if not all(rules.in_hours(one.hours, to_local(moment)) for one in limits):
        raise NotSignedIn(_("You may not sign in at this hour."), advice)
    if not all(rules.in_networks(one.networks, address) for one in limits):
        raise NotSignedIn(_("You may not sign in from this network ({address}).").format(address=address), advice)
    if any(one.enrolled_only for one in limits) and device != "approved":
        if device == "waiting":
            raise NotSignedIn(_("This PC is waiting to be approved by an administrator."), advice)
        raise NotSignedIn(_("You may not sign in on this PC."), advice)


def idle_minutes(limits: Sequence[Limits], company: int, own: int) -> int:
    """After how many minutes without work the window locks itself: the shortest that is set anywhere; 0: never."""
    return min((m for m in (company, own, *(one.idle_minutes for one in limits)) if m > 0), default=0)


def _check(limits: Limits) -> None:
    found: dict[str, str] = {}
    for name, parse in (("networks", rules.networks), ("hours", rules.hours)):
        try:
            parse(getattr(limits, name))
        except ValueError as error:
            found[name] = str(error)
    if not 0 <= limits.idle_minutes <= LONGEST_IDLE:
        found["idle_minutes"] = _("From 0 to {most} minutes, please.").format(most=LONGEST_IDLE)
    if found:
        raise Invalid(found)


def _require(app: Application, connection: Connection | Session, kind: str, subject_id: int) -> None:
    if kind == "user":
        require_administers(app, connection, subject_id)
    elif app.actor.reach(PROGRAM, "rights") < Reach.ALL:
        raise Refused(_("You have no permission to change people and their rights."), _("Ask your administrator."))


def _limits(row: Any) -> Limits:
    return Limits(bool(row.enrolled_only), row.networks, row.hours, row.idle_minutes)
