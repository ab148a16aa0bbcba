"""The next step that was agreed upon in a follow-up becomes the day on which its customer is to be contacted next.

Without it a call that was made would go on being late. Called by hooks.py inside the transaction of whatever writes a
follow-up. Only the newest word with a customer counts, and only one of these days: lists of old follow-ups move nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.services.access import reached
from crm_desktop.services.chain.keeping import keep
from crm_desktop.services.reading import read_record
from db.base import now
from db.models.customers import Customer, FollowUp

FOLLOW_UPS = "follow-ups"
_LATELY = dt.timedelta(days=31)
_SAID: Any = FollowUp.__table__
_CUSTOMER: Any = Customer.__table__


def take_next_steps(session: Session, app: Application, moves: Sequence[tuple[Draft | None, Draft | None]]) -> None:
    """Move the next day of the customers of these follow-ups, where who writes them may change the customer."""
    newest: dict[int, tuple[Draft | None, Draft]] = {}
    for before, after in moves:
        if after is None or not _tells(before, after):
            continue
        about = int(after.values["customer_id"].id)
        if about not in newest or after.values["at"] > newest[about][1].values["at"]:
            newest[about] = (before, after)
    kind = app.type("customers")
    if not newest or not app.actor.may("customers.change"):
        return
    for about in sorted(reached(app, session, kind, "change", sorted(newest))):
        before, after = newest[about]
        if not _surpassed(session, about, after):
            _move(session, app, about, before, after)


def _tells(before: Draft | None, after: Draft) -> bool:
    """Whether a follow-up says something new about the next step."""
    if not isinstance(after.values.get("customer_id"), Ref) or after.values["at"] < now() - _LATELY:
        return False
    return before is None or any(before.values.get(n) != after.values.get(n) for n in ("next_date", "done"))


def _surpassed(session: Session, about: int, after: Draft) -> bool:
    later = select(_SAID.c.id).where(_SAID.c.customer_id == about, _SAID.c.at > after.values["at"], _SAID.c.id != after.id)
    return session.execute(later.limit(1)).first() is not None


def _move(session: Session, app: Application, about: int, before: Draft | None, after: Draft) -> None:
    """A day that was agreed upon is the next one; without it, what was due until the word was spoken is settled."""
    session.execute(select(_CUSTOMER.c.id).where(_CUSTOMER.c.id == about).with_for_update())
    kind = app.type("customers")
    known = read_record(app, session, kind, about)
    if known is None:
        return
    due, agreed = known.values.get("next_follow_up"), None if after.values.get("done") else after.values.get("next_date")
    settled = {before.values.get("next_date")} if before is not None else set()
    if agreed is None and due is not None and due > after.values["at"].astimezone().date() and due not in settled:
        return
    moved = known.copy()
    moved.values["next_follow_up"] = agreed
    keep(session, app, kind, known, moved)
