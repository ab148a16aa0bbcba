"""Writing figures that follow from other documents into a record: as a new version of it, in its history, and told to screens."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.journal import differences, enter
from crm_desktop.services.lines import write_lines
from crm_desktop.services.row_values import record_row
from db.base import now
from db.bundling import post

ACTION = "follow"
"""What the history calls a change that followed from another document."""

_WAITING = "changed by the chain"


def keep(session: Session, app: Application, kind: RecordType, before: Draft, after: Draft) -> bool:
    """Write what differs; whether anything did. The caller holds the customer's lock."""
    changes = differences(kind, before, after)
    if not changes:
        return False
    table: Any = kind.model.__table__
    after.version = before.version + 1
    names = [n for n in changes if n in table.c]
    row = record_row(kind, after)
    values = {n: row[n] for n in names} | {"version": after.version, "updated_at": now(), "updated_by": app.actor.user_id}
    post(session, update(table).where(table.c.id == after.id).values(values))
    if kind.lines and "lines" in changes:
        write_lines(session, kind, after, before)
    enter(session, app, kind, [(after, changes)], ACTION)
    tell_later(session, app, kind.key, int(after.id or 0))
    return True


def tell_later(session: Session, app: Application, type_key: str, id_: int) -> None:
    """Tell screens of this record once the transaction has ended well."""
    waiting: dict[str, set[int]] = session.info.setdefault(_WAITING, {})
    if not waiting:

        def tell(_session: Session) -> None:
            for key, ids in session.info.pop(_WAITING, {}).items():
                app.changes.tell(Change(key, frozenset(ids), app.actor.name))

        event.listen(session, "after_commit", tell, once=True)
    waiting.setdefault(type_key, set()).add(id_)
