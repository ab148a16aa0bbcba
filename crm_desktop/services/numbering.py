"""The next number of a sequence.

The row of the sequence is claimed by an UPDATE, so two people never get the same number. Callers take it as late as they can:
until the commit, everybody else who wants one of this sequence waits, and a rollback gives the number back (no gaps).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from crm_desktop.errors import Missing
from crm_desktop.rules.number_patterns import number_text, period_of
from crm_desktop.words import _
from db.base import now
from db.bundling import ask, post
from db.models.office import NumberSequence


def take_numbers(session: Session, key: str, count: int, day: dt.date | None = None) -> list[str]:
    """`count` numbers in a row of the sequence `key`, for documents of `day` (today when None).

    Raises Missing when there is no such sequence.
    """
    return claim_numbers(session, key, count, day)()


def claim_numbers(session: Session, key: str, count: int, day: dt.date | None = None) -> Callable[[], list[str]]:
    """Claim the sequence along with other statements; what comes back takes the numbers, and is called before anybody else claims it."""
    table: Any = NumberSequence.__table__
    # The write comes first: it takes the lock, so what it gives back cannot change any more.
    claim = update(table).where(table.c.key == key).values(version=table.c.version + 1)
    claimed = ask(session, claim.returning(table.c.pattern, table.c.restart, table.c.period, table.c.last))
    return lambda: _taken(session, key, count, day or now().astimezone().date(), claimed.first())


def _taken(session: Session, key: str, count: int, day: dt.date, claimed: Any) -> list[str]:
    table: Any = NumberSequence.__table__
    if claimed is None:
        raise Missing(
            _("There is no number sequence “{key}”.").format(key=key), _("An administrator can add it in the set-up.")
        )
    pattern, restart, period, last = claimed
    now = period_of(restart, day)
    if now < period:
        now = period  # an earlier day's document gets a number of the running period: it was written now
    first = 1 if now != period else last + 1
    post(session, update(table).where(table.c.key == key).values(period=now, last=first + count - 1))
    shown = day if now == period_of(restart, day) else _day_of(now)
    return [number_text(pattern, shown, running) for running in range(first, first + count)]


def _day_of(period: str) -> dt.date:
    """Some day of a period: 2026, 202611 or 20261124."""
    return dt.date(int(period[:4]), int(period[4:6] or 1), int(period[6:8] or 1))
