"""New records, one or a hundred thousand, by the same few statements: records, lines, numbers, search entries, history."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Invalid
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.journal import enter
from crm_desktop.services.lines import insert_lines
from crm_desktop.services.numbering import take_numbers
from crm_desktop.services.relabelling import give_labels
from crm_desktop.services.row_values import record_row
from crm_desktop.services.validating import Checker
from db import search
from db.base import now
from db.bulk import insert_giving_ids
from db.types import new_uid


def _checked(app: Application, kind: RecordType, drafts: Iterable[Draft], sound: bool) -> Iterator[Draft]:
    checker = Checker(app, kind)
    for draft in drafts:
        made, among = draft.copy(), None
        kind.derive(made, None)
        if sound:  # what has followed from the rest is new all the same
            given = draft.values
            among = [n for n, v in made.values.items() if v is not given.get(n)]
        if found := checker.problems(made, among=among):
            raise Invalid(found)
        yield made


def _day(kind: RecordType, draft: Draft) -> dt.date | None:
    """The day a document's number speaks of: its own date where it has one."""
    day = draft.values.get(kind.day)
    return day if isinstance(day, dt.date) else None


def _give_numbers(session: Session, kind: RecordType, drafts: Iterable[Draft]) -> list[Draft]:
    """Take numbers for the drafts without one, by day; gives the drafts that got one."""
    waiting: dict[dt.date | None, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if not draft.values.get(kind.number):
            waiting[_day(kind, draft)].append(draft)
    for day in sorted(waiting, key=lambda d: d or dt.date.max):
        for draft, number in zip(
            waiting[day], take_numbers(session, kind.sequence, len(waiting[day]), day), strict=True
        ):
            draft.values[kind.number] = number
    return [d for rows in waiting.values() for d in rows]


def _rows(app: Application, kind: RecordType, drafts: list[Draft]) -> list[dict[str, Any]]:
    stamp = now()
    kept = {
        "created_at": stamp,
        "updated_at": stamp,
        "created_by": app.actor.user_id,
        "updated_by": app.actor.user_id,
        "version": 1,
    }
    rows = [record_row(kind, d) | kept for d in drafts]
    for row in rows:
        if kind.gapless and not row[kind.number]:
            row[kind.number] = f"~{new_uid()}"  # until the real one is taken, last of all
    return rows


def insert_records(
    session: Session,
    app: Application,
    kind: RecordType,
    drafts: list[Draft],
    action: str = "create",
    batch: str = "",
    sound: bool = False,
) -> list[Draft]:
    """Insert drafts; gives them back with ids and numbers. Raises Invalid, naming the fields of the first draft that is wrong.

    A gap-free number is taken after everything else, so that others wait for its sequence as short as possible. sound: the fields of the
    records were checked already, and nothing they depend on was written since.
    """
    if not drafts:
        return []
    made = list(_checked(app, kind, drafts, sound))
    give_labels(app, session, kind, made)
    if kind.sequence and not kind.gapless:
        _give_numbers(session, kind, made)
    table: Any = kind.model.__table__
    rows = _rows(app, kind, made)
    ids = insert_giving_ids(session.connection(), table, rows)
    for draft, id_ in zip(made, ids, strict=True):
        draft.id, draft.version = id_, 1
    if kind.lines:
        insert_lines(session, kind, made)
    texts = {id_: row["search_text"] for id_, row in zip(ids, rows, strict=True)}
    if kind.gapless:
        numbered = _give_numbers(session, kind, made)
        late = [{"record_id": d.id} | record_row(kind, d) for d in numbered]
        if late:
            names = (kind.number, "search_text")
            values = [{"record_id": r["record_id"]} | {f"new_{n}": r[n] for n in names} for r in late]
            change = (
                update(table)
                .where(table.c.id == bindparam("record_id"))
                .values({n: bindparam(f"new_{n}") for n in names})
            )
            session.connection().execute(change, values)
            texts |= {r["record_id"]: r["search_text"] for r in late}
    search.add(session.connection(), table, list(texts.items()))
    enter(session, app, kind, [(d, {}) for d in made], action, batch, uids=[d.uid for d in drafts])
    return made
