"""New records, one or a hundred thousand, by the same few statements: records, lines, numbers, search entries, history."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Invalid
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.journal import enter
from crm_desktop.services.lines import insert_lines
from crm_desktop.services.numbering import claim_numbers
from crm_desktop.services.relabelling import Labels
from crm_desktop.services.row_values import record_row
from crm_desktop.services.validating import Checker
from db import history, search
from db.base import now
from db.bulk import insert_giving_ids
from db.bundling import post
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


class _Numbers:
    """Numbers for the drafts without one, by day. ahead: claim them along with what is done next, which must not take long: whoever wants
    one of this sequence waits from then on."""

    def __init__(self, session: Session, kind: RecordType, drafts: Sequence[Draft], ahead: bool) -> None:
        self._session, self._kind = session, kind
        self._waiting: dict[dt.date | None, list[Draft]] = defaultdict(list)
        for draft in drafts:
            if not draft.values.get(kind.number):
                self._waiting[_day(kind, draft)].append(draft)
        self._claimed = {d: self._claim(d) for d in self._waiting} if ahead and len(self._waiting) == 1 else {}

    def _claim(self, day: dt.date | None) -> Callable[[], list[str]]:
        return claim_numbers(self._session, self._kind.sequence, len(self._waiting[day]), day)

    def give(self) -> list[Draft]:
        """Take them; gives the drafts that got one."""
        for day in sorted(self._waiting, key=lambda d: d or dt.date.max):
            numbers = (self._claimed.get(day) or self._claim(day))()
            for draft, number in zip(self._waiting[day], numbers, strict=True):
                draft.values[self._kind.number] = number
        return [d for rows in self._waiting.values() for d in rows]


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
    look: Callable[[], None] = lambda: None,
) -> list[Draft]:
    """Insert drafts; gives them back with ids and numbers. Raises Invalid, naming the fields of the first draft that is wrong.

    A gap-free number is taken after everything else, so that others wait for its sequence as short as possible. sound: the fields of the
    records were checked already, and nothing they depend on was written since. look: called when all was asked and nothing written yet.
    """
    if not drafts:
        return []
    made = list(_checked(app, kind, drafts, sound))
    labels = Labels(app, session, kind, made)
    look()
    labels.give(made)
    if kind.sequence and not kind.gapless:
        _Numbers(session, kind, made, False).give()
    table: Any = kind.model.__table__
    rows = _rows(app, kind, made)
    ids = insert_giving_ids(session.connection(), table, rows)
    for draft, id_ in zip(made, ids, strict=True):
        draft.id, draft.version = id_, 1
    numbers = _Numbers(session, kind, made, len(made) == 1) if kind.gapless else None
    history.ahead(session.connection())
    if kind.lines:
        insert_lines(session, kind, made)
    texts = {id_: row["search_text"] for id_, row in zip(ids, rows, strict=True)}
    if numbers is not None and (late := [{"record_id": d.id} | record_row(kind, d) for d in numbers.give()]):
        names = (kind.number, "search_text")
        values = [{"record_id": r["record_id"]} | {f"new_{n}": r[n] for n in names} for r in late]
        change = update(table).where(table.c.id == bindparam("record_id")).values({n: bindparam(f"new_{n}") for n in names})
        post(session, change, values)
        texts |= {r["record_id"]: r["search_text"] for r in late}
    search.add(session.connection(), table, list(texts.items()))
    enter(session, app, kind, [(d, {}) for d in made], action, batch, uids=[d.uid for d in drafts])
    return made
