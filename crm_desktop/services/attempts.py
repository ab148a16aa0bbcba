"""Failed attempts to sign in: they slow down the next ones, and at last lock the person or the PC for a while.

Kept in the database, so that many PCs guess no faster than one. An attempt is counted before the password is looked at and taken
back when it was right: attempts at the same moment all count.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.errors import NotSignedIn
from crm_desktop.rules.passwords import normalised
from crm_desktop.rules.sign_in_limits import pause
from crm_desktop.services.access_upkeep import lock as one_after_another
from crm_desktop.words import _, ngettext
from db.models.sign_in import SignInAttempts

LOCK = dt.timedelta(minutes=15)
_FREE = 3  # failures in a row before pauses begin
_FORGOTTEN = dt.timedelta(hours=24)
_PC = 4  # a PC is used by several people: it takes as many times the failures of one
_TABLE: Any = SignInAttempts.__table__


@dataclass(frozen=True)
class Slowed:
    """What is slowed down by failures. free: how many cost no pause; most: how many lock it; forgotten: the quiet after which they
    count no more."""

    key: str
    free: int
    most: int
    forgotten: dt.timedelta = _FORGOTTEN


def slowed(user_id: int | None, name: str, station: str, most: int) -> list[Slowed]:
    """What an attempt counts against: the person, or the name where nobody has it, and the PC."""
    # Not the name itself: it may be a password that was typed into the wrong line.
    unknown = hashlib.sha256(normalised(name).strip().casefold().encode()).hexdigest()[:32]
    who = f"user:{user_id}" if user_id is not None else f"name:{unknown}"
    return [Slowed(who, _FREE, most), Slowed(f"pc:{station}", most * 2, most * _PC, LOCK)]


def count(session: Session, about: Sequence[Slowed], moment: dt.datetime) -> None:
    """Count one attempt. Raises NotSignedIn, counting nothing, while there is a pause or a lock."""
    one_after_another(session)
    kept = {row.key: row for row in session.execute(select(_TABLE).where(_TABLE.c.key.in_([a.key for a in about])))}
    for known in kept.values():
        if known.not_before is not None and known.not_before > moment:
            raise refusal(known.not_before - moment, known.locked, known.key.startswith("pc:"))
    session.execute(delete(_TABLE).where(_TABLE.c.last_at < moment - _FORGOTTEN))
    for one in about:
        row: Any = kept.get(one.key)
        fresh = row is None or row.locked or row.last_at < moment - one.forgotten
        failures = 1 if fresh else row.failures + 1
        locked = failures >= one.most
        wait = LOCK if locked else dt.timedelta(seconds=pause(failures, one.free))
        values = {"failures": failures, "last_at": moment, "not_before": moment + wait if wait else None, "locked": locked}
        if row is None or row.last_at < moment - _FORGOTTEN:
            session.execute(insert(_TABLE).values(key=one.key, **values))
        else:
            session.execute(update(_TABLE).where(_TABLE.c.key == one.key).values(**values))


def take_back(session: Session, about: Sequence[Slowed]) -> None:
    """The password was right: the person begins anew, and the PC is trusted more."""
    person, station = about
    forget(session, person.key)
    row = session.execute(select(_TABLE).where(_TABLE.c.key == station.key)).one_or_none()
    if row is not None:
        left = max(row.failures - 1, 0) // 2
        session.execute(
            update(_TABLE).where(_TABLE.c.key == station.key).values(failures=left, not_before=None, locked=False)
        )


def locked(connection: Connection | Session, about: Sequence[Slowed], moment: dt.datetime) -> list[str]:
    """The keys that are locked now."""
    query = select(_TABLE.c.key).where(_TABLE.c.key.in_([a.key for a in about]), _TABLE.c.locked, _TABLE.c.not_before > moment)
    return list(connection.scalars(query))


def locked_until(connection: Connection | Session, user_id: int, moment: dt.datetime) -> dt.datetime | None:
    """Until when a person cannot sign in; None when not locked."""
    found: dt.datetime | None = connection.scalar(
        select(_TABLE.c.not_before).where(_TABLE.c.key == f"user:{user_id}", _TABLE.c.locked, _TABLE.c.not_before > moment)
    )
    return found


def forget(session: Session, key: str) -> bool:
    """Forget what failed; gives whether anything was known."""
    gone = session.execute(delete(_TABLE).where(_TABLE.c.key == key))
    return bool(gone.rowcount)  # type: ignore[attr-defined]


def wait_here(app: Application, name: str, moment: dt.datetime) -> None:
    """Raise NotSignedIn while this program has to wait after wrong passwords for a server, which cannot be told of them."""
    _failures, until = app.plans.get(_here(name), (0, None))
    if until is not None and until > moment:
        raise refusal(until - moment, False, False)


def count_here(app: Application, name: str, moment: dt.datetime) -> None:
    """Count a wrong password for a server on this PC."""
    failures = app.plans.get(_here(name), (0, None))[0] + 1
    wait = pause(failures, _FREE)
    app.plans[_here(name)] = (failures, moment + dt.timedelta(seconds=wait) if wait else None)


def forget_here(app: Application, name: str) -> None:
    """The password was right."""
    app.plans.pop(_here(name), None)


def _here(name: str) -> tuple[str, str]:
    return "failed", normalised(name).strip().casefold()


def refusal(left: dt.timedelta, is_locked: bool, of_pc: bool) -> NotSignedIn:
    """What is said while there is a pause or a lock. of_pc: of the PC, which nobody unlocks before its time."""
    seconds = max(1, int(left.total_seconds() + 0.999))
    if not is_locked:
        words = ngettext("Please wait {count} second and try again.", "Please wait {count} seconds and try again.", seconds)
        return NotSignedIn(_("Too many attempts failed."), words.format(count=seconds), seconds)
    minutes = max(1, (seconds + 59) // 60)
    words = ngettext(
        "Sign-in is locked for {count} more minute.", "Sign-in is locked for {count} more minutes.", minutes
    )
    advice = _("An administrator can unlock it before then, or give you a new password.")
    if of_pc:
        advice = _("Too many attempts failed on this PC. Other PCs are not locked.")
    return NotSignedIn(words.format(count=minutes), advice, seconds)
