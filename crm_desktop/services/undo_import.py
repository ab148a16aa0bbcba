"""Taking a whole import back: what it created goes to the recycle bin, what it changed gets its former values; all or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, case, func, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing, Refused
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import acting, asking, require_reach
from crm_desktop.services.chain.keeping import ACTION as FOLLOWED
from crm_desktop.services.deleting import delete_within
from crm_desktop.services.opening import reload_setup
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import save_within
from crm_desktop.services.taking_back import lines_before
from crm_desktop.stored_values import from_json
from crm_desktop.words import _
from db.extra import extra_text
from db.models.system import HistoryEntry
from db.types import new_uid

_AT_ONCE = 400
_CHOICES = frozenset({"options", "units"})


@dataclass(frozen=True)
class Undone:
    """What taking an import back did; `batch` is the deletion of what it had created."""

    removed: int
    changed_back: int
    batch: str


@dataclass(frozen=True)
class _Entry:
    id: int
    type: str
    record_id: int
    label: str
    version: int
    changes: Mapping[str, Any]
    user_id: int | None

    @property
    def created(self) -> bool:
        return self.version == 1


def undo_import(app: Application, batch: str, progress: Progress | None = None, origin: str = "") -> Undone:
    """Take back everything the import `batch` did. New choices that are in use by then stay.

    One's own import can always be taken back; somebody else's by whoever may delete what it brought. Raises Missing when there is
    nothing (any more) to take back, Refused when a record has been changed since or others point to what would go, Cancelled.
    """
    progress = progress or Unwatched()
    table: Any = HistoryEntry.__table__
    with acting(app) as session:
        entries = _claim(session, batch)
        job = _Undoing(session, app, entries, progress)
        changed, removed = job.change_back(), job.remove()
        last = select(func.max(table.c.id)).scalar_subquery()
        session.execute(update(table).where(table.c.batch == batch, table.c.undone_by == 0).values(undone_by=last))
    if job.touched & _CHOICES:
        reload_setup(app)
    for key in sorted(job.touched):
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return Undone(removed, changed, job.batch)


def _claim(session: Session, batch: str) -> list[_Entry]:
    """The entries of the import, newest first, marked so that nobody takes them back a second time."""
    table: Any = HistoryEntry.__table__
    mine = (table.c.batch == batch, table.c.action == "import", table.c.undone_by.is_(None))
    claimed = session.execute(update(table).where(*mine).values(undone_by=0)) if batch else None
    if claimed is None or claimed.rowcount == 0:  # type: ignore[attr-defined]
        raise Missing(_("There is nothing to take back."), _("It may have been taken back already."))
    columns = (
        table.c.id,
        table.c.record_type,
        table.c.record_id,
        table.c.record_label,
        table.c.version,
        table.c.changes,
        table.c.user_id,
    )
    query: Select[Any] = (
        select(*columns).where(table.c.batch == batch, table.c.action == "import").order_by(table.c.id.desc())
    )
    return [_Entry(*row) for row in session.execute(query)]


class _Undoing:
    """One import being taken back inside a transaction."""

    def __init__(self, session: Session, app: Application, entries: Sequence[_Entry], progress: Progress) -> None:
        self._session, self._app, self._progress = session, app, progress
        self._entries, self._done = entries, 0
        self.batch, self.touched = new_uid(), set[str]()

    def change_back(self) -> int:
        """Give what was changed its former values; records deleted since are left alone."""
        count = 0
        for kind, entries in self._runs(e for e in self._entries if not e.created):
            drafts = read_records(self._app, self._session, kind, [e.record_id for e in entries])
            for entry in entries:
                draft = drafts.get(entry.record_id)
                if draft is None:
                    continue
                if draft.version != entry.version:
                    raise _changed_since(kind, entry.label)
                _take_back(kind, draft, entry.changes)
                save_within(self._session, self._app, [draft], "undo", self.batch)
                count += 1
            self.touched.add(kind.key)
            self._step(len(entries))
        return count

    def remove(self) -> int:
        """Delete what was created, the newest first: orders before the customers they name."""
        count = 0
        for kind, entries in self._runs(e for e in self._entries if e.created):
            table: Any = kind.model.__table__
            ids = [e.record_id for e in entries]
            query = select(table.c.id, table.c.version).where(table.c.id.in_(ids)).with_for_update()
            versions = {int(id_): int(version) for id_, version in self._session.execute(query)}
            labels = {e.record_id: e.label for e in entries}
            going = [id_ for id_ in ids if id_ in versions]
            self._refuse_without_right(kind, going, {e.user_id for e in entries})
            if kind.key in _CHOICES:
                going = [id_ for id_ in going if versions[id_] == 1 and not self._used(kind, id_)]
            elif changed := self._changed(kind, [id_ for id_ in going if versions[id_] != 1]):
                raise _changed_since(kind, labels[changed])
            self._refuse_what_came_since(kind, going, labels)
            if going:
                delete_within(self._session, self._app, kind, going, self.batch)
                self.touched |= {kind.key, *(r.type for r in kind.related if r.owned)}
            count += len(going) if kind.key not in _CHOICES else 0
            self._step(len(entries))
        return count

    def _changed(self, kind: RecordType, ids: Sequence[int]) -> int | None:
        """One of the records that somebody has changed: figures that followed from other documents are nobody's work."""
        table: Any = HistoryEntry.__table__
        query = select(table.c.record_id).where(
            table.c.record_type == kind.key, table.c.record_id.in_(ids), table.c.version > 1, table.c.action != FOLLOWED
        )
        return self._session.scalar(query.limit(1)) if ids else None

    def _refuse_without_right(self, kind: RecordType, ids: list[int], people: set[int | None]) -> None:
        """What somebody brought in a moment ago goes without the right to delete; what others brought does not."""
        if people != {self._app.actor.user_id}:
            require_reach(self._app, self._session, kind, "delete", ids)

    def _runs(self, entries: Iterable[_Entry]) -> Iterator[tuple[RecordType, list[_Entry]]]:
        """Neighbours of one type together, a few hundred at once."""
        for key, run in groupby(entries, key=lambda e: e.type):
            rows = list(run)
            for at in range(0, len(rows), _AT_ONCE):
                yield self._app.type(key), rows[at : at + _AT_ONCE]

    def _step(self, entries: int) -> None:
        self._done += entries
        self._progress.report(self._done, len(self._entries), _("Taking back"))
        self._progress.check_cancelled()

    def _refuse_what_came_since(self, kind: RecordType, ids: list[int], labels: Mapping[int, str]) -> None:
        """What would be deleted along with these records must not be somebody's work; their own deletion is a person's choice."""
        for related in kind.related:
            if not related.owned:
                continue
            other = self._app.type(related.type)
            column: Any = other.model.__table__.c[related.field]
            parent = self._session.scalar(select(column).where(column.in_(ids)).limit(1))
            if parent is not None:
                raise Refused(
                    _("“{label}” has got entries since: {things}.").format(
                        label=labels[parent], things=_(other.plural)
                    ),
                    _("Nothing was taken back. Delete those first, or keep the import."),
                )

    def _used(self, kind: RecordType, id_: int) -> bool:
        """Whether any record has this choice by now."""
        choice = read_records(self._app, self._session, kind, [id_])[id_].values
        key, code = ("units", choice["name"]) if kind.key == "units" else (choice["list_key"], choice["code"])
        for other in self._app.types.values():
            tables: list[tuple[Any, Mapping[str, Any]]] = [(other.model.__table__, other.fields)]
            if other.lines:
                tables.append((other.lines.model.__table__, other.lines.fields))
            for table, fields in tables:
                for name, about in fields.items():
                    if about.options == key:
                        column = extra_text(table.c.extra, name) if about.custom else table.c[name]
                        if self._session.scalar(select(table.c.id).where(column == code).limit(1)) is not None:
                            return True
        return False


def _changed_since(kind: RecordType, label: str) -> Refused:
    return Refused(
        _("{type} “{label}” has been changed since the import.").format(type=_(kind.title), label=label),
        _(
            "Nothing was taken back, so that nobody's work is lost. Single changes can be taken back in the record's history."
        ),
    )


def _take_back(kind: RecordType, draft: Draft, changes: Mapping[str, Any]) -> None:
    """Put the values from before into a draft that nobody has changed since."""
    for name, stored in changes.items():
        about = kind.fields.get(name)
        if about is not None and not about.computed and isinstance(stored, list):
            draft.values[name] = from_json(stored[0], about.kind)
    if kind.lines and "lines" in changes:
        draft.lines = lines_before(kind.lines.fields, draft.lines, changes["lines"])


@dataclass(frozen=True)
class PastImport:
    """One import of the history."""

    batch: str
    type: str
    at: dt.datetime
    who: str
    created: int
    changed: int
    undone: bool


def past_imports(app: Application, limit: int = 6) -> list[PastImport]:
    """The last imports, newest first, of the types this person may see."""
    table: Any = HistoryEntry.__table__
    found: list[PastImport] = []
    below: int | None = None
    with asking(app) as connection:
        while len(found) < limit:
            # One import after the other, by the index: to group a million entries would take seconds.
            query = (
                select(table)
                .where(table.c.action == "import", table.c.batch != "")
                .order_by(table.c.id.desc())
                .limit(1)
            )
            row = connection.execute(query if below is None else query.where(table.c.id < below)).mappings().first()
            if row is None:
                break
            mine = (
                table.c.batch == row["batch"],
                table.c.action == "import",
                table.c.record_type == row["record_type"],
            )
            created = func.sum(case((table.c.version == 1, 1), else_=0))
            count, new = connection.execute(select(func.count(), created).where(*mine)).one()
            below = connection.scalar(select(func.min(table.c.id)).where(*mine[:2]))
            if row["record_type"] in app.types and app.actor.may(f"{row['record_type']}.import"):
                undone = row["undone_by"] is not None
                facts = (
                    row["batch"],
                    row["record_type"],
                    row["at"],
                    row["user_name"],
                    int(new),
                    count - int(new),
                    undone,
                )
                found.append(PastImport(*facts))
    return found
