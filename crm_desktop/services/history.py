"""Reading the history of a record, taking changes back, and the recycle bin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, select, update

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing, Refused
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.deleting import restore_batch
from crm_desktop.services.faults import told
from crm_desktop.services.reading import read_record
from crm_desktop.services.saving import save_within
from crm_desktop.stored_values import draft_from_json, from_json
from crm_desktop.words import _
from db.engine import reading, writing
from db.models.system import HistoryEntry, Revision


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words."""

    field: str  # a name, or "lines"
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One act on one record. `action` is create, change, delete, restore, undo, import or the name of an operation."""

    id: int
    type: str
    record_id: int
    label: str
    action: str
    at: dt.datetime
    who: str
    station: str
    batch: str
    changes: tuple[FieldChange, ...]
    can_undo: bool


@dataclass(frozen=True)
class RevisionInfo:
    """A document as it stood before a revision."""

    number: int
    at: dt.datetime
    who: str
    reason: str
    draft: Draft


def _line_words(kind: RecordType, stored: Mapping[str, Any], app: Application) -> Iterator[FieldChange]:
    fields = kind.lines.fields if kind.lines else {}

    def summary(values: Mapping[str, Any]) -> str:
        shown = (
            show(from_json(values[n], fields[n].kind), fields[n], app.options)
            for n in ("name", "quantity", "price", "amount")
            if n in values and n in fields
        )
        return " · ".join(s for s in shown if s)

    for row in stored.get("removed", ()):
        yield FieldChange("lines", _("Line removed"), summary(row["values"]), "")
    for row in stored.get("added", ()):
        yield FieldChange("lines", _("Line added"), "", summary(row["values"]))
    for row in stored.get("changed", ()):
        for name, (before, after) in row["fields"].items():
            if name in fields:
                about = fields[name]
                texts = (show(from_json(v, about.kind), about, app.options) for v in (before, after))
                yield FieldChange("lines", f"{row['name']} · {_(about.label)}", *texts)


def _words(app: Application, kind: RecordType, changes: Mapping[str, Any]) -> Iterator[FieldChange]:
    """The changes in words, without the fields this person may not see."""
    visible = kind.visible(app.actor)
    for name, stored in changes.items():
        if name == "lines":
            yield from _line_words(kind, stored, app)
        elif name in visible and isinstance(stored, list):
            about = visible[name]
            before, after = (show(from_json(v, about.kind), about, app.options) for v in stored)
            yield FieldChange(name, _(about.label), before, after)


def _lines_typed(kind: RecordType, changes: Mapping[str, Any]) -> bool:
    """Whether a change went into the lines, beyond what was worked out there: such a change is not taken back by halves."""
    stored, fields = changes.get("lines", {}), kind.lines.fields if kind.lines else {}
    names = {n for row in stored.get("changed", ()) for n in row["fields"] if n in fields}
    return bool(stored.get("added") or stored.get("removed")) or any(not fields[n].computed for n in names)


def _entry(app: Application, row: RowMapping) -> Entry:
    kind = app.type(row["record_type"])
    plain = {n: v for n, v in row["changes"].items() if n not in ("lines", "record") and n in kind.fields}
    typed = any(not kind.fields[n].computed for n in plain)
    undoable = row["undone_by"] is None and (
        row["action"] == "delete"
        or (row["action"] in ("change", "import", "batch") and typed and not _lines_typed(kind, row["changes"]))
    )
    return Entry(
        row["id"], kind.key, row["record_id"], row["record_label"], row["action"], row["at"], row["user_name"], row["station"],
        row["batch"],
        tuple(_words(app, kind, row["changes"])), undoable,
    )  # fmt: skip


def entries(app: Application, type_key: str, record_id: int, limit: int = 200) -> list[Entry]:
    """The history of one record, newest first."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.see")
    table: Any = HistoryEntry.__table__
    query = (
        select(table)
        .where(table.c.record_type == kind.key, table.c.record_id == record_id)
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    with told(app), reading(app.engine) as connection:
        return [_entry(app, row) for row in connection.execute(query).mappings()]


def recycle_bin(app: Application, limit: int = 500) -> list[Entry]:
    """What was deleted and not brought back, newest first, of the types this person may see."""
    table: Any = HistoryEntry.__table__
    seen = [key for key in app.types if app.actor.may(f"{key}.see")]
    query = (
        select(table)
        .where(table.c.action == "delete", table.c.undone_by.is_(None), table.c.record_type.in_(seen))
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    with told(app), reading(app.engine) as connection:
        return [_entry(app, row) for row in connection.execute(query).mappings()]


def restore(app: Application, entry_id: int, origin: str = "") -> dict[str, list[int]]:
    """Bring back what the deletion `entry_id` took, with everything that went with it."""
    table: Any = HistoryEntry.__table__
    with told(app), reading(app.engine) as connection:
        batch = connection.scalar(select(table.c.batch).where(table.c.id == entry_id, table.c.action == "delete"))
    if not batch:
        raise Missing(_("There is nothing to bring back."))
    return restore_batch(app, batch, origin)


def undo(app: Application, entry_id: int, origin: str = "") -> Draft | None:
    """Take one change back: its fields get the values they had before. A deletion is brought back (answer None).

    Raises Refused when one of the fields has been changed again since, because that would lose the later change, and when lines
    were changed with them, because fields alone would be half of it.
    """
    table: Any = HistoryEntry.__table__
    with told(app), reading(app.engine) as connection:
        row = connection.execute(select(table).where(table.c.id == entry_id)).mappings().one_or_none()
    if row is None:
        raise Missing(_("There is nothing to take back."))
    if row["action"] == "delete":
        restore_batch(app, row["batch"], origin)
        return None
    kind = app.type(row["record_type"])
    if _lines_typed(kind, row["changes"]):
        raise Refused(_("There is nothing to take back."))
    with told(app):
        with writing(app.engine) as session:
            draft = read_record(app, session, kind, row["record_id"])
            if draft is None:
                raise Missing(_("This record does not exist any more."), _("It may be in the recycle bin."))
            _take_back(kind, draft, row["changes"])
            saved = save_within(session, app, [draft], "undo")[0]
            last = select(table.c.id).where(table.c.record_type == kind.key, table.c.record_id == saved.id)
            session.execute(
                update(table)
                .where(table.c.id == entry_id)
                .values(undone_by=last.order_by(table.c.id.desc()).limit(1).scalar_subquery())
            )
    app.changes.tell(Change(kind.key, frozenset({row["record_id"]}), app.actor.name, origin))
    return saved


def _take_back(kind: RecordType, draft: Draft, changes: Mapping[str, Any]) -> None:
    """Put the values from before into the draft."""
    for name, stored in changes.items():
        about = kind.fields.get(name)
        if about is None or about.computed or not isinstance(stored, list):
            continue
        before, after = (from_json(v, about.kind) for v in stored)
        if draft.values.get(name) != after:
            raise Refused(
                _("“{field}” has been changed again since.").format(field=_(about.label)),
                _("Take the later change back first, or type the value."),
            )
        draft.values[name] = before


def undo_batch(app: Application, batch: str, origin: str = "") -> int:
    """Take back every change of one batch, such as a batch edit, all or none; gives how many records it touched."""
    table: Any = HistoryEntry.__table__
    query = select(table).where(table.c.batch == batch, table.c.undone_by.is_(None)).order_by(table.c.id.desc())
    touched: set[tuple[str, int]] = set()
    with told(app):
        with writing(app.engine) as session:
            rows = session.execute(query).mappings().all()
            for row in rows:
                kind = app.type(row["record_type"])
                draft = read_record(app, session, kind, row["record_id"])
                if draft is None:
                    continue
                _take_back(kind, draft, row["changes"])
                save_within(session, app, [draft], "undo")
                touched.add((kind.key, row["record_id"]))
            session.execute(update(table).where(table.c.id.in_([r["id"] for r in rows])).values(undone_by=0))
    if not touched:
        raise Missing(_("There is nothing to take back."))
    for key in {k for k, _id in touched}:
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return len(touched)


def revisions(app: Application, type_key: str, record_id: int) -> list[RevisionInfo]:
    """The document as it stood before each revision, newest first."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.see")
    table: Any = Revision.__table__
    query = (
        select(table)
        .where(table.c.record_type == kind.key, table.c.record_id == record_id)
        .order_by(table.c.number.desc())
    )
    lines = kind.lines.fields if kind.lines else {}
    with told(app), reading(app.engine) as connection:
        rows = connection.execute(query).mappings().all()
    visible = kind.visible(app.actor)
    return [
        RevisionInfo(
            r["number"], r["at"], r["user_name"], r["reason"], draft_from_json(r["snapshot"], kind.key, visible, lines)
        )
        for r in rows
    ]
