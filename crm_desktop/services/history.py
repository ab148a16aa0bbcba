"""Reading the history of a record, taking changes back, and the recycle bin."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, false, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing, Refused
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import acting, asking, gone, require_reach
from crm_desktop.services.deleting import restore_batch
from crm_desktop.services.events import BACKUP_REASONS, FACTS, OF_THE_LOG_ONLY
from crm_desktop.services.journal import differences
from crm_desktop.services.log_access import UNSEEN, hidden_labels, labelled, masked, of_type, readable
from crm_desktop.services.reading import read_record, read_records
from crm_desktop.services.saving import save_within, visible_part
from crm_desktop.services.taking_back import take_back, typed
from crm_desktop.settings import DECLARED
from crm_desktop.stored_values import draft_from_json, from_json
from crm_desktop.words import _
from db.fields import Field
from db.models.system import HistoryEntry, Revision
from db.types import new_uid

UNDOABLE = ("change", "import", "batch", "undo", "handover")
"""The actions that change fields and lines alone, without a state."""


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, in words."""

    field: str  # a name, or "lines"
    label: str
    before: str
    after: str
    fact: bool = False  # no change, but something there is to say, such as the name of a file; it is in `after`


@dataclass(frozen=True)
class Entry:
    """One act on one record, or on none (type ""). `action` is create, change, delete, restore, undo, import, an operation or an event."""

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


class _Words:
    """Changes in words, as far as the person may read them: without hidden fields, and without names of records out of reach."""

    def __init__(self, app: Application, connection: Connection | Session, rows: Sequence[RowMapping]) -> None:
        self._app = app
        self._hidden = {} if app.actor.rights.everything else hidden_labels(app, connection, self._references(rows))

    def _references(self, rows: Sequence[RowMapping]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            kind = self._app.types.get(row["record_type"])
            for name, stored in row["changes"].items() if kind else ():
                about = kind.fields.get(name) if kind else None
                if about and about.kind == "reference" and isinstance(stored, list):
                    found[about.target] |= {v[0] for v in stored if v}
            if kind and kind.lines:
                for name, value in _line_values(row["changes"].get("lines", {})):
                    about = kind.lines.fields.get(name)
                    if about and about.kind == "reference" and value:
                        found[about.target].add(value[0])
        return found

    def _show(self, value: Any, about: Field) -> str:
        return show(masked(from_json(value, about.kind), about, self._hidden), about, self._app.options)

    def of(self, kind: RecordType, changes: Mapping[str, Any]) -> Iterator[FieldChange]:
        """What was changed in a record."""
        for name, about in kind.visible(self._app.actor).items():  # PostgreSQL keeps JSON in no order
            stored = changes.get(name)
            if isinstance(stored, list):
                yield FieldChange(name, _(about.label), self._show(stored[0], about), self._show(stored[1], about))
        if kind.lines and "lines" in changes:
            yield from self._lines(kind.visible_lines(self._app.actor), changes["lines"])
        yield from self.facts(changes)

    def facts(self, changes: Mapping[str, Any]) -> Iterator[FieldChange]:
        """What there is to say of something that changed no fields."""
        for name, value in changes.get("facts", {}).items():
            yield FieldChange(name, _(FACTS.get(name, name)), "", self._fact(name, value), fact=True)

    def _fact(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self._fact(name, v) for v in value)
        if isinstance(value, dict):
            return ", ".join(f"{k}: {self._fact(k, v)}" for k, v in value.items())
        if name == "type" and value in self._app.types:
            return _(self._app.types[value].plural)
        if name == "settings":
            return _(next((s.label for s in DECLARED if s.name == value and s.label), str(value)))
        if name == "reason" and value in BACKUP_REASONS:
            return _(BACKUP_REASONS[value])
        return "" if value is None else str(value)

    def _lines(self, fields: Mapping[str, Field], stored: Mapping[str, Any]) -> Iterator[FieldChange]:
        def summary(values: Mapping[str, Any]) -> str:
            names = (n for n in ("name", "quantity", "price", "amount") if n in values and n in fields)
            return " · ".join(text for n in names if (text := self._show(values[n], fields[n])))

        for row in stored.get("removed", ()):
            yield FieldChange("lines", _("Line removed"), summary(row["values"]), "")
        for row in stored.get("added", ()):
            yield FieldChange("lines", _("Line added"), "", summary(row["values"]))
        for row in stored.get("changed", ()):
            title = row["name"] if "name" in fields else UNSEEN
            for name, pair in ((n, row["fields"][n]) for n in fields if n in row["fields"]):
                label = f"{title} · {_(fields[name].label)}"
                yield FieldChange("lines", label, self._show(pair[0], fields[name]), self._show(pair[1], fields[name]))
        if stored.get("order"):
            yield FieldChange("lines", _("Order of the lines"), "", _("changed"), fact=True)


def _line_values(stored: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for row in (*stored.get("removed", ()), *stored.get("added", ())):
        yield from row["values"].items()
    for row in stored.get("changed", ()):
        for name, pair in row["fields"].items():
            yield from ((name, value) for value in pair)


def can_undo(app: Application, row: RowMapping) -> bool:
    """Whether taking this entry back is worth offering: it changed what people type, and is not taken back yet."""
    kind = app.types.get(row["record_type"])
    if kind is None or row["undone_by"] is not None:
        return False
    if row["action"] == "delete":
        return app.actor.may(f"{kind.key}.delete")
    return row["action"] in UNDOABLE and app.actor.may(f"{kind.key}.change") and typed(kind, row["changes"])


def _label(app: Application, kind: RecordType | None, row: RowMapping) -> str:
    """What the record was called, where the person may see the fields of which that is made."""
    return row["record_label"] if kind is None or labelled(app, kind) else UNSEEN


def in_words(app: Application, connection: Connection | Session, rows: Sequence[RowMapping]) -> list[Entry]:
    """Entries as people read them."""
    words = _Words(app, connection, rows)
    found = []
    for row in rows:
        kind = app.types.get(row["record_type"])
        changes = words.of(kind, row["changes"]) if kind else words.facts(row["changes"])
        found.append(
            Entry(
                row["id"], row["record_type"], row["record_id"], _label(app, kind, row), row["action"], row["at"],
                row["user_name"], row["station"], row["batch"], tuple(changes), can_undo(app, row),
            )
        )  # fmt: skip
    return found


def entries(app: Application, type_key: str, record_id: int, limit: int = 200) -> list[Entry]:
    """The history of one record, newest first."""
    kind = app.type(type_key)
    table: Any = HistoryEntry.__table__
    with asking(app) as connection:
        app.actor.require(f"{kind.key}.see")
        query = select(table).where(table.c.record_type == kind.key, table.c.record_id == record_id)
        reach = of_type(app, kind)
        if not app.actor.may("program.log"):
            query = query.where(table.c.action.not_in(OF_THE_LOG_ONLY))
        query = (query if reach is None else query.where(reach)).order_by(table.c.id.desc()).limit(limit)
        return in_words(app, connection, connection.execute(query).mappings().all())


def recycle_bin(app: Application, limit: int = 500) -> list[Entry]:
    """What was deleted and not brought back, newest first, of what this person would see."""
    table: Any = HistoryEntry.__table__
    with asking(app) as connection:
        query = (
            select(table)
            .where(table.c.action == "delete", table.c.undone_by.is_(None), readable(app, events=False))
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        return in_words(app, connection, connection.execute(query).mappings().all())


def restore(app: Application, entry_id: int, origin: str = "") -> dict[str, list[int]]:
    """Bring back what the deletion `entry_id` took, with everything that went with it."""
    table: Any = HistoryEntry.__table__
    with asking(app) as connection:
        test = (table.c.id == entry_id, table.c.action == "delete", readable(app, events=False))
        batch = connection.scalar(select(table.c.batch).where(*test))
    if not batch:
        raise Missing(_("There is nothing to bring back."))
    return restore_batch(app, batch, origin)


def undo(app: Application, entry_id: int, origin: str = "") -> Draft | None:
    """Take one change back: fields, lines and their order get what they had before. A deletion is brought back (answer None).

    What was taken back can be taken back again. Raises Refused when something of it has been changed again since, because that would
    lose the later change, and Invalid when the person, or the record's state, does not allow such a change.
    """
    table: Any = HistoryEntry.__table__
    with asking(app) as connection:
        row = _find(app, connection, table.c.id == entry_id)
    if row["action"] == "delete":
        restore_batch(app, row["batch"], origin)
        return None
    with acting(app) as session:
        saved = _undo_within(session, app, _claim(session, row), "")
        stands = read_records(app, session, app.type(saved.type), [int(saved.id or 0)], limited=True)[int(saved.id or 0)]
    app.changes.tell(Change(saved.type, frozenset({row["record_id"]}), app.actor.name, origin))
    return visible_part(app, app.type(saved.type), stands)


def _find(app: Application, connection: Connection, test: ColumnElement[bool]) -> RowMapping:
    """The entry, if it is there for this person."""
    table: Any = HistoryEntry.__table__
    row = connection.execute(select(table).where(test)).mappings().one_or_none()
    kind = app.types.get(row["record_type"]) if row else None
    reach = of_type(app, kind) if kind else false()
    if row is None or (reach is not None and connection.scalar(select(table.c.id).where(test, reach)) is None):
        raise Missing(_("There is nothing to take back."))
    return row


def _claim(session: Session, row: RowMapping) -> RowMapping:
    """Mark an entry as taken back, by whoever comes first."""
    table: Any = HistoryEntry.__table__
    mine = update(table).where(table.c.id == row["id"], table.c.undone_by.is_(None)).values(undone_by=0)
    if session.execute(mine).rowcount == 0:  # type: ignore[attr-defined]
        raise Missing(_("There is nothing to take back."), _("It may have been taken back already."))
    return row


def _undo_within(session: Session, app: Application, row: RowMapping, batch: str) -> Draft:
    """Take the change of one entry back, which the caller has claimed."""
    table: Any = HistoryEntry.__table__
    kind = app.type(row["record_type"])
    if row["action"] not in UNDOABLE or not typed(kind, row["changes"]):
        raise Refused(_("There is nothing to take back."))
    require_reach(app, session, kind, "change", [row["record_id"]])
    draft = read_record(app, session, kind, row["record_id"])
    if draft is None:
        raise gone()
    take_back(kind, draft, row["changes"])
    saved = save_within(session, app, [draft], "undo", batch)[0]
    last = select(table.c.id).where(table.c.record_type == kind.key, table.c.record_id == saved.id)
    newest = last.order_by(table.c.id.desc()).limit(1).scalar_subquery()
    session.execute(update(table).where(table.c.id == row["id"]).values(undone_by=newest))
    return saved


def undo_batch(app: Application, batch: str, origin: str = "") -> int:
    """Take back every change of one batch, such as a batch edit, all or none; gives how many records it touched.

    Records deleted since are left alone. The taking back is a batch itself, which can be taken back. Raises as `undo`.
    """
    table: Any = HistoryEntry.__table__
    mine = (table.c.batch == batch, table.c.action.in_(UNDOABLE), table.c.undone_by.is_(None))
    touched: set[tuple[str, int]] = set()
    again = new_uid()
    with acting(app) as session:
        rows = session.execute(select(table).where(*mine).order_by(table.c.id.desc())).mappings().all() if batch else []
        for row in rows:
            kind = app.type(row["record_type"])
            there: Any = kind.model.__table__
            if session.scalar(select(there.c.id).where(there.c.id == row["record_id"])) is not None:
                _undo_within(session, app, _claim(session, row), again)
                touched.add((kind.key, row["record_id"]))
    if not touched:
        raise Missing(_("There is nothing to take back."))
    for key in {k for k, _id in touched}:
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return len(touched)


def revisions(app: Application, type_key: str, record_id: int) -> list[RevisionInfo]:
    """The document as it stood before each revision, newest first."""
    kind = app.type(type_key)
    table: Any = Revision.__table__
    query = (
        select(table)
        .where(table.c.record_type == kind.key, table.c.record_id == record_id)
        .order_by(table.c.number.desc())
    )
    with asking(app) as connection:
        require_reach(app, connection, kind, "see", [record_id])
        rows = connection.execute(query).mappings().all()
    visible, lines = kind.visible(app.actor), kind.visible_lines(app.actor)
    return [
        RevisionInfo(
            r["number"], r["at"], r["user_name"], r["reason"], draft_from_json(r["snapshot"], kind.key, visible, lines)
        )
        for r in rows
    ]


def compare(app: Application, type_key: str, record_id: int, older: int, newer: int | None = None) -> tuple[FieldChange, ...]:
    """What differs between two versions of a document, in words: fields, then lines. newer: None: as it stands now. Raises Missing."""
    kind = app.type(type_key)
    kept = {r.number: r.draft for r in revisions(app, type_key, record_id)}
    with asking(app) as connection:
        require_reach(app, connection, kind, "see", [record_id])
        now = read_record(app, connection, kind, record_id)
        before, after = kept.get(older), now if newer is None else kept.get(newer)
        if before is None or after is None:
            raise Missing(_("There is no such version."))
        row: Any = {"record_type": kind.key, "changes": differences(kind, before, after)}
        skipped = {"revision", "status"}
        return tuple(c for c in _Words(app, connection, [row]).of(kind, row["changes"]) if c.field not in skipped)
