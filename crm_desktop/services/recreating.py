"""Records of another database made again here as they were there: from a backup that was looked into.

Unlike a new record it keeps its id where that is free, its dates and its numbers; unlike an import nothing is worked out anew. The history
says that it was restored, and the whole act can be taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing, Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import acting
from crm_desktop.services.chain import hooks
from crm_desktop.services.deleting import delete_within
from crm_desktop.services.files import store_content
from crm_desktop.services.journal import enter
from crm_desktop.services.lines import free_ids
from crm_desktop.services.numbering import take_numbers
from crm_desktop.services.relabelling import give_labels
from crm_desktop.services.row_values import line_row, record_row
from crm_desktop.words import _
from db import search
from db.base import now
from db.bulk import insert_giving_ids
from db.models.system import FileLink, HistoryEntry
from db.types import new_uid

ACTION = "restore"


class Attached(NamedTuple):
    """A file that came with a record."""

    name: str
    added_by: str
    content: bytes


def recreate(
    session: Session, app: Application, kind: RecordType, draft: Draft, files: Iterable[Attached], batch: str
) -> str:
    """Make a record again, inside a transaction that the caller commits; the draft gets the id it has then.

    Gives the number it had, where that is another record's now and it got a new one; else "". Its references must lead somewhere.
    """
    app.actor.require(f"{kind.key}.add")
    hooks.before_touching(session, kind, [Draft(kind.key, values=draft.values)], batch=batch)
    table: Any = kind.model.__table__
    lost = _renumber(session, kind, draft)
    give_labels(app, session, kind, [draft])
    made_by = draft.values.get("created_by")
    draft.version += 1
    row = record_row(kind, draft) | {
        "version": draft.version, "created_at": draft.values.get("created_at") or now(), "updated_at": now(),
        "created_by": made_by.id if made_by else None, "updated_by": app.actor.user_id,
    }  # fmt: skip
    if draft.id is not None and _is_free(session, kind, draft.id):
        session.execute(insert(table), [{"id": draft.id} | row])
    else:
        draft.id = insert_giving_ids(session.connection(), table, [row])[0]
    _lines(session, kind, draft)
    for file in files:
        link = {"name": file.name, "added_by": file.added_by, "content_id": store_content(session, file.content)}
        session.execute(insert(FileLink), [link | {"record_type": kind.key, "record_id": draft.id, "added_at": now()}])
    search.add(session.connection(), table, [(draft.id, row["search_text"])])
    enter(session, app, kind, [(draft, {})], ACTION, batch)
    _no_longer_deleted(session, kind, draft.id)
    hooks.after_changes(session, app, kind, [(None, draft)], hooks.guarded_fields(session, kind)())
    return lost


def _is_free(session: Session, kind: RecordType, id_: int) -> bool:
    """Whether no record has this id, and the database gave it once: it will never give it to another."""
    table: Any = kind.model.__table__
    highest = session.scalar(select(func.max(HistoryEntry.record_id)).where(HistoryEntry.record_type == kind.key)) or 0
    known = max(highest, session.scalar(select(func.max(table.c.id))) or 0)
    return id_ <= known and session.scalar(select(table.c.id).where(table.c.id == id_)) is None


def _renumber(session: Session, kind: RecordType, draft: Draft) -> str:
    table: Any = kind.model.__table__
    number = draft.values.get(kind.number) if kind.number else None
    if not number or not kind.sequence:
        return ""
    if session.scalar(select(table.c.id).where(table.c[kind.number] == number).limit(1)) is None:
        return ""
    day = draft.values.get(kind.day)
    draft.values[kind.number] = take_numbers(session, kind.sequence, 1, day if isinstance(day, dt.date) else None)[0]
    return str(number)


def _lines(session: Session, kind: RecordType, draft: Draft) -> None:
    if not kind.lines or not draft.lines:
        return
    free = free_ids(session, kind, [line.id for line in draft.lines if line.id is not None])
    rows = [(line.id, line_row(kind, line, int(draft.id or 0), at)) for at, line in enumerate(draft.lines)]
    for again in ([{"id": i} | r for i, r in rows if i in free], [r for i, r in rows if i not in free]):
        if again:
            session.execute(insert(kind.lines.model), again)


def _no_longer_deleted(session: Session, kind: RecordType, id_: int) -> None:
    """The recycle bin must not bring the same record back a second time."""
    table: Any = HistoryEntry.__table__
    mine = (table.c.record_type == kind.key, table.c.record_id == id_)
    last = session.scalar(select(func.max(table.c.id)).where(*mine))
    session.execute(
        update(table).where(*mine, table.c.action == "delete", table.c.undone_by.is_(None)).values(undone_by=last)
    )


def take_back(app: Application, batch: str, origin: str = "") -> int:
    """Delete again what one act made again; gives how many records that were.

    Raises Missing when there is nothing (any more) to take back, Refused when one was changed since or others point to it.
    """
    app.actor.require("program.restore")
    table: Any = HistoryEntry.__table__
    mine = (table.c.batch == batch, table.c.action == ACTION)
    with acting(app) as session:
        claimed = session.execute(update(table).where(*mine, table.c.undone_by.is_(None)).values(undone_by=0))
        if claimed.rowcount == 0:  # type: ignore[attr-defined]
            raise Missing(_("There is nothing to take back."), _("It may have been taken back already."))
        columns = (table.c.record_type, table.c.record_id, table.c.version, table.c.record_label)
        rows = session.execute(select(*columns).where(*mine).order_by(table.c.id.desc())).all()
        for key, run in groupby(rows, key=lambda row: str(row.record_type)):
            _delete_unchanged(session, app, app.type(key), list(run), new_uid())
        last = select(func.max(table.c.id)).scalar_subquery()
        session.execute(update(table).where(*mine, table.c.undone_by == 0).values(undone_by=last))
    for key in {row.record_type for row in rows}:
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return len(rows)


def _delete_unchanged(session: Session, app: Application, kind: RecordType, rows: Sequence[Any], batch: str) -> None:
    table: Any = kind.model.__table__
    ids = [row.record_id for row in rows]
    query = select(table.c.id, table.c.version).where(table.c.id.in_(ids)).with_for_update()
    versions = {row[0]: row[1] for row in session.execute(query)}
    for row in rows:
        if versions.get(row.record_id, row.version) != row.version:
            raise Refused(
                _("“{label}” has been changed since.").format(label=row.record_label),
                _("Nothing was taken back, so that nobody's work is lost."),
            )
    if versions:
        delete_within(session, app, kind, list(versions), batch)
