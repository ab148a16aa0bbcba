"""Opening and saving any record with its lines, as one transaction.

A save is: claim, check, write, number, search text, history, commit. The claim (`UPDATE … WHERE id=? AND version=?`) is the first
statement; it takes the lock on both engines and tells at once that someone else was faster. If the answer of a commit got
lost, the retry meets a conflict whose other side equals mine, or an entry with my draft's uid: both count as saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Conflict, Invalid, Missing
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.faults import told
from crm_desktop.services.inserting import insert_records
from crm_desktop.services.journal import already_done, differences, enter
from crm_desktop.services.lines import write_lines
from crm_desktop.services.reading import read_record, read_records
from crm_desktop.services.relabelling import give_labels, relabel
from crm_desktop.services.row_values import record_row
from crm_desktop.services.validating import problems
from crm_desktop.words import _
from db import search
from db.base import now
from db.engine import reading, writing
from db.fields import Field
from db.types import new_uid

__all__ = ["derive", "find_ids", "new_draft", "new_line", "open_record", "problems", "save", "save_many", "save_within"]


def _default(column: Any) -> Any:
    default = column.default
    if default is None:
        return None
    # SQLAlchemy wraps callables so that they take its context.
    return default.arg(None) if default.is_callable else default.arg


def _empty(about: Field) -> Any:
    """Nothing, as a custom field of this kind has it."""
    if about.kind == "tags":
        return ()
    if about.kind == "yes_no":
        return False
    return "" if about.kind in ("text", "long_text", "code", "phone", "email", "url", "option") else None


def _presets(app: Application, kind: RecordType) -> dict[str, Ref]:
    """The records that references begin with, where they exist."""
    found = {}
    for name, about in kind.fields.items():
        if about.preset:
            target = app.type(about.target)
            ids = find_ids(app, target.key, about.preset)
            if ids:
                found[name] = Ref(ids[0], about.preset)
    return found


def new_draft(app: Application, type_key: str, preset: Mapping[str, Any] | None = None) -> Draft:
    """An empty record with its defaults, owned by the person at work."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.add")
    table: Any = kind.model.__table__
    values = {n: _empty(f) if f.custom else _default(table.c[n]) for n, f in kind.fields.items()}
    values |= _presets(app, kind)
    if app.actor.user_id is not None:
        values["owner_id"] = Ref(app.actor.user_id, app.actor.name)
    if app.actor.department_id is not None:
        values["department_id"] = Ref(app.actor.department_id)
    return Draft(kind.key, None, 0, values | dict(preset or {}), [], new_uid())


def new_line(kind: RecordType) -> Line:
    """An empty line with its defaults. The type must have lines."""
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    return Line(None, {n: _default(table.c[n]) for n in kind.lines.fields})


def open_record(app: Application, type_key: str, id_: int) -> Draft:
    """A record as it stands, with what this person may see. Raises Missing."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.see")
    with told(app), reading(app.engine) as connection:
        found = read_records(app, connection, kind, [id_], kind.visible(app.actor)).get(id_)
    if found is None:
        raise Missing(_("This record does not exist any more."), _("It may be in the recycle bin."))
    return found


def find_ids(app: Application, type_key: str, number: str) -> list[int]:
    """The ids of the records with this number (or, for types without numbers, this label), oldest first."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.see")
    table: Any = kind.model.__table__
    name = kind.number or next((n for n in kind.label if kind.fields[n].kind == "text"), "")
    if not name:
        return [int(number)] if number.isdecimal() else []
    with told(app), reading(app.engine) as connection:
        return list(connection.scalars(select(table.c.id).where(table.c[name] == number).order_by(table.c.id)))


def derive(app: Application, draft: Draft, before: Draft | None = None) -> None:
    """Recompute what follows from other fields, in place. Quick and pure: fit for every key stroke."""
    app.type(draft.type).derive(draft, before)


def _same(mine: Draft, theirs: Draft, kind: RecordType) -> bool:
    """Whether the other side's record is what I wanted to write (computed fields follow by themselves)."""

    def typed(values: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in values.items() if n in fields and not fields[n].computed}

    lines = kind.lines.fields if kind.lines else {}
    return typed(mine.values, kind.fields) == {n: theirs.values.get(n) for n in typed(mine.values, kind.fields)} and [
        typed(a.values, lines) for a in mine.lines
    ] == [typed(b.values, lines) for b in theirs.lines]


def _claim(session: Session, app: Application, kind: RecordType, draft: Draft) -> Draft | None:
    """Lock the record and read it as it stands. None: this very save was done before. Raises Conflict."""
    model: Any = kind.model
    claimed = session.execute(
        update(model.__table__)
        .where(model.__table__.c.id == draft.id, model.__table__.c.version == draft.version)
        .values(version=draft.version + 1, updated_at=now(), updated_by=app.actor.user_id)
    )
    before = read_record(app, session, kind, int(draft.id or 0))
    if claimed.rowcount == 1:  # type: ignore[attr-defined]
        assert before is not None
        return before
    if before is not None and before.version == draft.version + 1 and _same(draft, before, kind):
        by = before.values.get("updated_by")
        if by is not None and by.id == app.actor.user_id:
            return None
    who = before.values["updated_by"].label if before and before.values.get("updated_by") else ""
    raise Conflict(before, who)


def _update(session: Session, app: Application, draft: Draft, action: str, batch: str, operation: bool) -> Draft:
    kind = app.type(draft.type)
    before = _claim(session, app, kind, draft)
    if before is None:
        return read_record(app, session, kind, int(draft.id or 0)) or draft
    # What this person may not see is not in the draft; rules and search text need it all the same.
    whole = Draft(draft.type, draft.id, draft.version, before.values | draft.values, draft.lines, draft.uid)
    kind.derive(whole, before)
    if found := problems(app, whole, before, operation):
        raise Invalid(found)
    give_labels(app, session, kind, [whole], before)
    table: Any = kind.model.__table__
    row = record_row(kind, whole)
    search.change(session.connection(), table, [(int(draft.id or 0), row["search_text"])])
    session.execute(update(table).where(table.c.id == draft.id).values(row))
    if kind.lines:
        write_lines(session, kind, whole, before)
    if kind.label_of(before.values) != kind.label_of(whole.values):
        relabel(session, app, kind, int(draft.id or 0))
    changes = differences(kind, before, whole)
    whole.version = draft.version + 1
    if changes or action != "change":
        enter(session, app, kind, [(whole, changes)], action, batch)
    return whole


def save_within(
    session: Session,
    app: Application,
    drafts: Sequence[Draft],
    action: str = "",
    batch: str = "",
    operation: bool = False,
) -> list[Draft]:
    """Save drafts of one record type inside a transaction that the caller commits; the way for services that do more than save.

    action: what the history calls it; "" means create or change as it comes.
    """
    if not drafts:
        return []
    kind = app.type(drafts[0].type)
    new = [d for d in drafts if d.id is None]
    old = [d for d in drafts if d.id is not None]
    if new:
        app.actor.require(f"{kind.key}.add")
    if old:
        app.actor.require(f"{kind.key}.change")
    saved: dict[int, Draft] = {}
    for draft in old:
        saved[id(draft)] = _update(session, app, draft, action or "change", batch, operation)
    for draft, made in zip(new, insert_records(session, app, kind, new, action or "create", batch), strict=True):
        saved[id(draft)] = made
    return [saved[id(d)] for d in drafts]


def save(app: Application, draft: Draft, origin: str = "") -> Draft:
    """Save one record and give it back as it now stands. Nothing is written when it raises Refused, Invalid or Conflict."""
    with told(app):
        with writing(app.engine) as session:
            if draft.id is None and draft.uid and (done := already_done(session, draft.type, draft.uid)):
                draft = Draft(draft.type, done, 0)
            else:
                draft = save_within(session, app, [draft])[0]
            stands = read_record(app, session, app.type(draft.type), int(draft.id or 0))
    assert stands is not None and stands.id is not None
    visible = app.type(draft.type).visible(app.actor)
    stands.values = {n: v for n, v in stands.values.items() if n in visible}
    app.changes.tell(Change(draft.type, frozenset({stands.id}), app.actor.name, origin))
    return stands


def save_many(
    app: Application, drafts: Sequence[Draft], action: str = "change", origin: str = "", batch: str = ""
) -> str:
    """Save many records of one type, all or none, as one batch of the history; gives the batch's name."""
    batch = batch or new_uid()
    with told(app):
        with writing(app.engine) as session:
            done = save_within(session, app, drafts, action, batch)
    if done:
        ids = frozenset(int(d.id or 0) for d in done) if len(done) <= 500 else frozenset[int]()
        app.changes.tell(Change(done[0].type, ids, app.actor.name, origin))
    return batch
