"""Writing the lines of a document: what was removed, changed and added, by id, with as few statements as it takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.draft import Draft, Line
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.row_values import line_row
from db.bulk import insert_giving_ids
from db.bundling import post


def insert_lines(session: Session, kind: RecordType, drafts: list[Draft]) -> None:
    """All lines of new documents in one statement; the lines get their ids."""
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    new = [(d, at, line) for d in drafts for at, line in enumerate(d.lines) if line.id is None]
    if not new:
        return
    rows = [line_row(kind, line, int(d.id or 0), at) for d, at, line in new]
    ids = insert_giving_ids(session.connection(), table, rows)
    for (_draft, _at, line), id_ in zip(new, ids, strict=True):
        line.id = id_


def free_ids(session: Session, kind: RecordType, ids: Iterable[int]) -> set[int]:
    """Those of the ids of lines that no line has: SQLite gives the ids of removed lines to others."""
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    wanted = set(ids)
    return wanted - set(session.scalars(select(table.c.id).where(table.c.id.in_(wanted))))


def _again(session: Session, kind: RecordType, draft: Draft, at: int, line: Line) -> bool:
    """Insert a removed line under its old id, if that is free."""
    assert kind.lines is not None
    if line.id is None or not free_ids(session, kind, [line.id]):
        return False
    session.execute(insert(kind.lines.model), [{"id": line.id} | line_row(kind, line, int(draft.id or 0), at)])
    return True


def write_lines(session: Session, kind: RecordType, draft: Draft, before: Draft) -> None:
    """Make the lines of a document in the database those of the draft."""
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    was = {line.id: (at, line.values) for at, line in enumerate(before.lines)}
    kept = {line.id for line in draft.lines}
    gone = [id_ for id_ in was if id_ not in kept]
    if gone:
        post(session, delete(table).where(table.c.id.in_(gone)))
    changed = []
    for at, line in enumerate(draft.lines):
        if line.id is None:
            continue
        if line.id not in was:
            # A line somebody else removed comes back as a new one; one that is brought back on purpose is the old one again.
            if not line.returns or not _again(session, kind, draft, at, line):
                line.id = None
        elif was[line.id] != (at, line.values):
            changed.append({"line_id": line.id} | line_row(kind, line, int(draft.id or 0), at))
    if changed:
        post(session, update(table).where(table.c.id == bindparam("line_id")), changed)
    insert_lines(session, kind, [draft])
