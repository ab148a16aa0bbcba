"""Doing a thing once although it is told twice: the answer to a commit may get lost, and nobody knows then whether it was done.

Every attempt has a name that stands in the history with what it did (`HistoryEntry.batch`). Told again, it is looked up under its name. The
name of a save is that of the form together with a digest of what is typed, so that the same text saved again is known as the same, and
text that was typed since as something more to be saved.

A commit may still be under way on the server when it is told again: each holds a lock under the name of its form until it ends, for
which the second one waits. That costs no round trip, see db/bulk.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Unavailable
from crm_desktop.records.record_type import RecordType
from crm_desktop.stored_values import draft_to_json
from db import bulk
from db.bulk import one_at_a_time
from db.models.system import HistoryEntry
from db.types import new_uid

_HALF = 16  # characters of the form's name, and as many of the digest


@dataclass(frozen=True)
class Done:
    """What an earlier attempt did: the record and the version it left. whole: it was this very attempt, nothing was typed since."""

    id: int
    version: int
    whole: bool


def attempt_name(*parts: object) -> str:
    """A name for an attempt that is the same when the same is told again."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[: 2 * _HALF]


def named(draft: Draft) -> Draft:
    """The draft under the name of this attempt to save it; without one where its form has none."""
    if not draft.uid:
        return draft
    digest = attempt_name(draft_to_json(draft))[:_HALF]
    return replace(draft, uid=draft.uid[:_HALF] + digest)


@contextmanager
def attempt(app: Application, name: str) -> Iterator[str]:
    """Around the whole of an attempt: remembers under which names nobody answered. Gives a batch, the same when it is told again."""
    batch = app.unanswered.get(name) or new_uid()
    try:
        yield batch
    except Unavailable:
        if name:
            app.unanswered[name] = batch
        raise
    app.unanswered.pop(name, None)


def hold(session: Session, app: Application, name: str) -> None:
    """Hold the lock of this name until the transaction has ended, and wait for an earlier one that got no answer."""
    if name in app.unanswered:
        one_at_a_time(session.connection(), name)
    elif name:
        bulk.hold(session, name)


def done_before(session: Session, draft: Draft) -> Done | None:
    """What an earlier attempt from the form of this draft (see `named`) did last, if any was done."""
    if len(draft.uid) != 2 * _HALF:
        return None
    form, table = draft.uid[:_HALF], _table()
    # The names are of hexadecimal digits, after which g comes in every order of letters.
    mine = (table.c.batch >= form, table.c.batch < f"{form}g", table.c.record_type == draft.type)
    row = session.execute(
        select(table.c.record_id, table.c.version, table.c.batch).where(*mine).order_by(table.c.id.desc()).limit(1)
    ).one_or_none()
    return Done(row.record_id, row.version, row.batch == draft.uid) if row else None


def done_as(session: Session, kind: RecordType, name: str, *actions: str) -> int | None:
    """The id of a record to which something was done under this name and is not taken back."""
    table = _table()
    mine = [table.c.batch == name, table.c.record_type == kind.key, table.c.undone_by.is_(None)]
    if actions:
        mine.append(table.c.action.in_(actions))
    return session.scalar(select(table.c.record_id).where(*mine).limit(1))


def laid_over(draft: Draft, stands: Draft, kind: RecordType) -> Draft:
    """A draft typed on after it was saved without an answer, as a change of what was saved: its lines are those that came of it."""
    again = draft.copy()
    again.id, again.version = stands.id, stands.version
    if kind.number and not again.values.get(kind.number):
        again.values[kind.number] = stands.values.get(kind.number)
    known = {line.id for line in again.lines if line.id is not None}
    free = [line.id for line in stands.lines if line.id not in known]
    for line in again.lines:
        if line.id is None and free:
            line.id = free.pop(0)
    return again


def _table() -> Any:
    return HistoryEntry.__table__
