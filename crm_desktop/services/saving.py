"""Opening and saving any record with its lines, as one transaction.

A save is: claim, check, write, number, search text, history, commit. The claim (`UPDATE … WHERE id=? AND version=?`) is the first
statement; it takes the lock on both engines and tells at once that someone else was faster. If the answer of a commit got
lost, the retry finds an entry under the name of this form (see once.py) and counts as saved. That the record says what was typed proves
nothing: two people, or one on two PCs, may have raised the same figure by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Conflict, Invalid
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access
from crm_desktop.services.access import acting, asking, gone, reached, require_reach, within_reach
from crm_desktop.services.access_upkeep import rebuild
from crm_desktop.services.chain import hooks
from crm_desktop.services.guarding import guard_change, guard_new
from crm_desktop.services.inserting import insert_records
from crm_desktop.services.journal import differences, enter
from crm_desktop.services.lines import write_lines
from crm_desktop.services.once import attempt, done_before, hold, laid_over, named
from crm_desktop.services.people_guard import guarded
from crm_desktop.services.reading import ask_records, read_record, read_records
from crm_desktop.services.relabelling import Labels, relabel
from crm_desktop.services.row_values import record_row
from crm_desktop.services.validating import problems
from db import history, search
from db.base import now
from db.bundling import ask, post
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
        if about.preset and app.actor.may(f"{about.target}.see"):
            target = app.type(about.target)
            ids = find_ids(app, target.key, about.preset)
            if ids:
                found[name] = Ref(ids[0], about.preset)
    return found


def new_draft(app: Application, type_key: str, preset: Mapping[str, Any] | None = None) -> Draft:
    """An empty record with its defaults, owned by the person at work."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.add")
    values = defaults(app, kind) | dict(preset or {})
    return visible_part(app, kind, Draft(kind.key, None, 0, values, [], new_uid()))


def defaults(app: Application, kind: RecordType) -> dict[str, Any]:
    """What the fields of a new record begin with."""
    table: Any = kind.model.__table__
    values = {n: _empty(f) if f.custom else _default(table.c[n]) for n, f in kind.fields.items()}
    values |= _presets(app, kind)
    if app.actor.user_id is not None:
        values["owner_id"] = Ref(app.actor.user_id, app.actor.name)
    if app.actor.department_id is not None:
        values["department_id"] = Ref(app.actor.department_id)
    return values


def new_line(kind: RecordType) -> Line:
    """An empty line with its defaults. The type must have lines."""
    assert kind.lines is not None
    table: Any = kind.lines.model.__table__
    return Line(None, {n: _default(table.c[n]) for n in kind.lines.fields})


def open_record(app: Application, type_key: str, id_: int) -> Draft:
    """A record as it stands, with what this person may see. Raises Missing."""
    kind = app.type(type_key)
    with asking(app) as connection:
        app.actor.require(f"{kind.key}.see")
        ids = list(reached(app, connection, kind, "see", [id_]))
        found = read_records(app, connection, kind, ids, kind.visible(app.actor), limited=True).get(id_)
    if found is None:
        raise gone()
    found.uid = new_uid()
    return visible_part(app, kind, found)


def visible_part(app: Application, kind: RecordType, draft: Draft) -> Draft:
    """The draft with only what this person may see, in place."""
    visible = kind.visible(app.actor)
    if len(visible) < len(kind.fields):
        draft.values = {n: v for n, v in draft.values.items() if n in visible}
    if kind.lines and len(columns := kind.visible_lines(app.actor)) < len(kind.lines.fields):
        for line in draft.lines:
            line.values = {n: v for n, v in line.values.items() if n in columns}
    return draft


def find_ids(app: Application, type_key: str, number: str) -> list[int]:
    """The ids of the records with this number (or, for types without numbers, this label), oldest first."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.see")
    table: Any = kind.model.__table__
    name = kind.number or next((n for n in kind.label if kind.fields[n].kind == "text"), "")
    if not name:
        return [int(number)] if number.isdecimal() else []
    with asking(app) as connection:
        app.actor.require(f"{kind.key}.see")
        if name not in kind.visible(app.actor):
            return []
        query, reach = select(table.c.id).where(table.c[name] == number), within_reach(app, kind)
        return list(connection.scalars((query if reach is None else query.where(reach)).order_by(table.c.id)))


def derive(app: Application, draft: Draft, before: Draft | None = None) -> None:
    """Recompute what follows from other fields, in place. Quick and pure: fit for every key stroke."""
    app.type(draft.type).derive(draft, before)


def _claim(session: Session, app: Application, kind: RecordType, draft: Draft) -> Callable[[], Draft]:
    """Lock the record and ask how it stands; what comes back gives that, or raises Conflict."""
    table: Any = kind.model.__table__
    claim = update(table).where(table.c.id == draft.id, table.c.version == draft.version)
    claimed = ask(session, claim.values(version=draft.version + 1, updated_at=now(), updated_by=app.actor.user_id))
    stands = ask_records(app, session, kind, [int(draft.id or 0)])

    def look() -> Draft:
        before = stands().get(int(draft.id or 0))
        if claimed.changed == 1:
            assert before is not None
            return before
        who = before.values["updated_by"].label if before and before.values.get("updated_by") else ""
        raise Conflict(visible_part(app, kind, before) if before else None, who)

    return look


def _whole_lines(kind: RecordType, draft: Draft, before: Draft) -> list[Line]:
    """The lines with those of their columns that are not in the draft, as they stand."""
    was = {line.id: line.values for line in before.lines}
    return [replace(line, values=was.get(line.id, {}) | line.values) for line in draft.lines] if kind.lines else draft.lines


def _keep_what_is_kept(kind: RecordType, whole: Draft, before: Draft, operation: bool) -> None:
    """What the program keeps stays as it stands, whatever a draft says; only an operation may change it."""
    if operation:
        return
    whole.values |= {n: before.values[n] for n in kind.computed if n in before.values}
    if kind.lines:
        was = {line.id: line.values for line in before.lines}
        names = [n for n, f in kind.lines.fields.items() if f.computed and f.kind != "integer"]
        for line in whole.lines:
            if line.id in was:
                line.values |= {n: was[line.id][n] for n in names}


def _update(
    session: Session, app: Application, kind: RecordType, draft: Draft, action: str, batch: str, operation: bool, ready: _Ready
) -> Draft:
    if not operation:  # an operation has asked for its own right
        require_reach(app, session, kind, "change", [int(draft.id or 0)])
    claimed, labels = _claim(session, app, kind, draft), Labels(app, session, kind, [draft])
    ready.look()
    before = claimed()
    in_state = f"change:{before.values.get('status')}"
    if not operation and kind.states and app.actor.rights.states(kind.key, in_state):
        require_reach(app, session, kind, in_state, [int(draft.id or 0)])
    guard_change(session, app, kind, draft, before, operation)
    # What this person may not see is not in the draft; rules and search text need it all the same.
    whole = Draft(draft.type, draft.id, draft.version, before.values | draft.values, _whole_lines(kind, draft, before), draft.uid)
    _keep_what_is_kept(kind, whole, before, operation)
    hooks.fill_in(session, app, kind, [whole])
    kind.derive(whole, before)
    if found := problems(app, whole, before, operation):
        raise Invalid(found)
    hooks.before_writing(session, app, kind, whole, before)
    labels.give([whole], before)
    history.ahead(session.connection())
    table: Any = kind.model.__table__
    row = record_row(kind, whole)
    search.change(session.connection(), table, [(int(draft.id or 0), row["search_text"])])
    post(session, update(table).where(table.c.id == draft.id).values(row))
    if kind.lines:
        write_lines(session, kind, whole, before)
    if kind.label_of(before.values) != kind.label_of(whole.values):
        relabel(session, app, kind, int(draft.id or 0))
    changes = differences(kind, before, whole)
    whole.version = draft.version + 1
    if changes or action != "change":
        enter(session, app, kind, [(whole, changes)], action, batch, uids=[draft.uid])
    hooks.after_changes(session, app, kind, [(before, whole)], ready.guarded())
    return whole


def _insert(
    session: Session, app: Application, kind: RecordType, new: list[Draft], action: str, batch: str, sound: bool, ready: _Ready
) -> list[Draft]:
    if not new:
        return []
    made = insert_records(session, app, kind, new, action, batch, sound, ready.look)
    for draft in made:
        hooks.before_writing(session, app, kind, draft, None)
    hooks.after_changes(session, app, kind, [(None, d) for d in made], ready.guarded())
    return made


@dataclass(frozen=True)
class _Ready:
    """What was asked before the first record is touched. look: raises Refused; guarded: the fields whose change may need approval."""

    look: Callable[[], None]
    guarded: Callable[[], list[str]]


def save_within(
    session: Session,
    app: Application,
    drafts: Sequence[Draft],
    action: str = "",
    batch: str = "",
    operation: bool = False,
    sound: bool = False,
) -> list[Draft]:
    """Save drafts of one record type inside a transaction that the caller commits; the way for services that do more than save.

    action: what the history calls it; "" means create or change as it comes. sound: the fields of new records were checked already, and
    nothing was written since.
    """
    if not drafts:
        return []
    kind = app.type(drafts[0].type)
    new = [d for d in drafts if d.id is None]
    if len(new) < len(drafts) and not operation:
        app.actor.require(f"{kind.key}.change")
    ready = _Ready(hooks.touch(session, kind, drafts, batch=batch), hooks.guarded_fields(session, kind))
    hooks.fill_in(session, app, kind, new)
    with guarded(session, app, kind):
        made = iter(_insert(session, app, kind, _allowed(session, app, kind, new), action or "create", batch, sound, ready))
        saved = [
            next(made) if d.id is None else _update(session, app, kind, d, action or "change", batch, operation, ready)
            for d in drafts
        ]
    if kind.shapes_access:
        rebuild(session, app.types.values())
    return saved


def _allowed(session: Session, app: Application, kind: RecordType, new: list[Draft]) -> list[Draft]:
    """New drafts that this person may make, with what fields the person cannot write begin with."""
    if not new:
        return new
    app.actor.require(f"{kind.key}.add")
    if all(kind.access(app.actor, n) == Access.WRITE for n in kind.fields):
        guard_new(session, app, kind, new, {})
        return new
    begins = defaults(app, kind)
    whole = [replace(d, values=begins | d.values) for d in new]
    guard_new(session, app, kind, whole, begins)
    return whole


def save(app: Application, draft: Draft, origin: str = "") -> Draft:
    """Save one record and give it back as it now stands. Nothing is written when it raises Refused, Invalid or Conflict."""
    kind, form, draft = app.type(draft.type), draft.uid, named(draft)
    with attempt(app, form), acting(app) as session:
        hold(session, app, form)
        id_ = int(_save_once(session, app, kind, draft, form).id or 0)
        read_back = ask_records(app, session, kind, [id_], limited=True)  # travels along with the commit
    stands = read_back().get(id_)
    assert stands is not None and stands.id is not None
    visible_part(app, kind, stands).uid = new_uid()
    app.changes.tell(Change(draft.type, frozenset({stands.id}), app.actor.name, origin))
    return stands


def _save_once(session: Session, app: Application, kind: RecordType, draft: Draft, form: str) -> Draft:
    """Save a draft, unless an attempt from the same form that got no answer has done so."""
    done = done_before(session, draft) if draft.id is None else None
    if done is None:
        try:
            return save_within(session, app, [draft])[0]
        except Conflict as met:
            done = done_before(session, draft)
            if done is None:
                raise
            if not done.whole and form not in app.unanswered:  # of a program that has ended since: a person has to look
                met.twice = True
                raise
    if done.whole:
        return Draft(draft.type, done.id)
    stands = read_record(app, session, kind, done.id)
    if stands is None or stands.version != done.version:
        by: Any = stands.values.get("updated_by") if stands else None
        conflict = Conflict(visible_part(app, kind, stands) if stands else None, by.label if by else "")
        conflict.twice = True
        raise conflict
    return save_within(session, app, [laid_over(draft, stands, kind)])[0]


def save_many(
    app: Application, drafts: Sequence[Draft], action: str = "change", origin: str = "", batch: str = ""
) -> str:
    """Save many records of one type, all or none, as one batch of the history; gives the batch's name."""
    batch = batch or new_uid()
    with acting(app) as session:
        done = save_within(session, app, drafts, action, batch)
    if done:
        ids = frozenset(int(d.id or 0) for d in done) if len(done) <= 500 else frozenset[int]()
        app.changes.tell(Change(done[0].type, ids, app.actor.name, origin))
    return batch
