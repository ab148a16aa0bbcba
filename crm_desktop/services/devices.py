"""Enrolled PCs: each keeps a random key of its own, and an administrator says which keys may be signed in from.

The key lies where the system keeps passwords, else in a file beside the data that only this account reads; the database knows its
digest. A PC asks by itself, when somebody signs in there who may only use enrolled ones.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused, Unavailable
from crm_desktop.rights import PROGRAM, Reach
from crm_desktop.services import events, vault
from crm_desktop.services.access import acting, asking
from crm_desktop.words import N_, _
from db.base import now
from db.models.sign_in import Device

STATES: dict[str, str] = {"waiting": N_("Waiting"), "approved": N_("Approved"), "refused": N_("Refused")}
_SERVICE = "CRM Desktop PC"
_FILE = "pc.key"
_TABLE: Any = Device.__table__
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Enrolled:
    """A PC as a list shows it."""

    id: int
    name: str
    state: str
    asked_at: dt.datetime
    asked_by: str
    decided_by: str
    seen_at: dt.datetime | None


def key(data: Path) -> str:
    """The key of this PC, made when there is none. Raises Unavailable where it can be kept nowhere."""
    name = str(data.resolve())
    if found := vault.read(_SERVICE, name):
        return found
    file = data / _FILE
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _cannot(file) from error
    fresh = secrets.token_hex(32)
    if vault.able():
        vault.keep(_SERVICE, name, fresh)
        return fresh
    try:
        # On Windows the folder of a person's data is closed to others already; the mode says the same elsewhere.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
            out.write(fresh)
    except FileExistsError:
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _cannot(file) from error
    return fresh


def digest(data: Path) -> str:
    """What the database knows of this PC's key."""
    return hashlib.sha256(key(data).encode()).hexdigest()


def ask(session: Session, mark: str, station: str, person: str, moment: dt.datetime) -> str:
    """The state of the PC with this digest; one that is not known yet waits from now on for an administrator."""
    found = session.execute(select(_TABLE.c.state).where(_TABLE.c.digest == mark)).one_or_none()
    if found is None:
        session.execute(insert(_TABLE).values(digest=mark, name=station, asked_at=moment, asked_by=person, seen_at=moment))
        return "waiting"
    session.execute(update(_TABLE).where(_TABLE.c.digest == mark).values(seen_at=moment))
    return str(found.state)


def listed(app: Application) -> list[Enrolled]:
    """All PCs that ever asked, those that wait first."""
    _require(app)
    with asking(app) as connection:
        rows = connection.execute(select(_TABLE).order_by(_TABLE.c.asked_at.desc(), _TABLE.c.id)).all()
    made = [Enrolled(r.id, r.name, r.state, r.asked_at, r.asked_by, r.decided_by, r.seen_at) for r in rows]
    return sorted(made, key=lambda d: d.state != "waiting")


def enrol_this(app: Application, clock: Clock = now) -> None:
    """Approve the PC the administrator sits at."""
    _require(app)
    mark = digest(app.data)
    with acting(app) as session:
        ask(session, mark, app.actor.station, app.actor.name, clock())
        _decide(app, session, _TABLE.c.digest == mark, "approved", clock())


def decide(app: Application, device_id: int, state: str, clock: Clock = now) -> None:
    """Approve or refuse a PC. state: approved or refused."""
    _require(app)
    with acting(app) as session:
        _decide(app, session, _TABLE.c.id == device_id, state, clock())


def remove(app: Application, device_id: int) -> None:
    """Forget a PC; it asks anew the next time."""
    _require(app)
    with acting(app) as session:
        name = session.scalar(select(_TABLE.c.name).where(_TABLE.c.id == device_id))
        if name is None:
            raise Missing(_("This PC is not known any more."))
        session.execute(delete(_TABLE).where(_TABLE.c.id == device_id))
        events.record(app, "device", name, {"after": "removed"}, session=session)


def _decide(app: Application, session: Session, where: Any, state: str, moment: dt.datetime) -> None:
    row = session.execute(select(_TABLE).where(where)).one_or_none()
    if row is None:
        raise Missing(_("This PC is not known any more."))
    values = {"state": state, "decided_at": moment, "decided_by": app.actor.name}
    session.execute(update(_TABLE).where(_TABLE.c.id == row.id).values(**values))
    events.record(app, "device", row.name, {"before": row.state, "after": state}, session=session)


def _require(app: Application) -> None:
    if app.actor.reach(PROGRAM, "rights") < Reach.ALL:
        raise Refused(_("You have no permission to change people and their rights."), _("Ask your administrator."))


def _cannot(file: Path) -> Unavailable:
    return Unavailable(_("This PC can keep no key of its own in {file}.").format(file=file), _("Check the folder's permissions."))
