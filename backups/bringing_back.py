"""Single records copied back out of a backup: a deleted customer with contacts, orders, follow-ups and files.

What is there today is never touched. A record is there when one of its id was made at the same moment; another one under that id makes
the returning record take a new id. What it cannot be without comes along; other references that lead nowhere today stay empty.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import recreating
from crm_desktop.services.access import acting
from crm_desktop.services.files import store_content
from crm_desktop.services.reading import read_records
from crm_desktop.services.recreating import Attached, recreate
from crm_desktop.words import _
from db.engine import reading
from db.fields import Field
from db.models.system import FileContent, FileLink, SchemaFact
from db.schema import METADATA
from db.types import new_uid

log = logging.getLogger(__name__)
_MOST = 20_000
_CHUNK = 500
_PEOPLE = ("users", "departments")


@dataclass(frozen=True)
class Brought:
    """What came back. batch: by which it can be taken back; ids: by type, as they are now; the rest in words, see backups/__init__.py."""

    batch: str
    ids: dict[str, list[int]] = field(default_factory=dict)
    again: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    present: tuple[str, ...] = ()


def what_comes(app: Application, looked: Application, type_key: str, ids: Sequence[int]) -> dict[str, int]:
    """How many records of which type `bring_back` would make; nothing for those that are there today."""
    app.actor.require("program.restore")
    with reading(looked.engine) as there, reading(app.engine) as here:
        _same_company(here, there)
        found = _Gathering(app, looked, here, there)
        found.add(type_key, ids)
        return {key: len(drafts) for key, drafts in found.in_order() if drafts}


def bring_back(
    app: Application,
    looked: Application,
    type_key: str,
    ids: Sequence[int],
    origin: str = "",
    progress: Progress | None = None,
) -> Brought:
    """Copy records of a backup, with what hangs on them, into today's data: all or none, as one act that can be taken back.

    Raises Refused for another company's backup, for set-up records and without the right; Cancelled.
    """
    app.actor.require("program.restore")
    with reading(looked.engine) as there, acting(app) as session:
        here = session.connection()
        _same_company(here, there)
        found = _Gathering(app, looked, here, there)
        found.add(type_key, ids)
        brought = _Bringing(app, looked, session, there, found, progress or Unwatched()).run()
    for key in brought.ids:
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return brought


def take_back(app: Application, batch: str, origin: str = "") -> int:
    """Undo one act of bringing back; gives how many records it was about. Raises as recreating.take_back."""
    return recreating.take_back(app, batch, origin)


def _same_company(here: Connection, there: Connection) -> None:
    """Ids mean the same only in backups of this very database, whatever the company is called."""
    table: Any = SchemaFact.__table__
    query = select(table.c.value).where(table.c.key == "uid")
    if here.scalar(query) != there.scalar(query):
        raise Refused(
            _("This is the backup of another database."),
            _("Single records come back from backups of this one only. Look at it, or restore all of it elsewhere."),
        )


def _references(kind: RecordType, draft: Draft) -> Iterator[tuple[dict[str, Any], str, Field, Any]]:
    """Every reference of a record and its lines: where it stands, its field, its column (None for custom fields)."""
    tables: list[tuple[Any, Mapping[str, Field], list[dict[str, Any]]]] = [
        (kind.model.__table__, kind.fields, [draft.values])
    ]
    if kind.lines:
        tables.append((kind.lines.model.__table__, kind.lines.fields, [line.values for line in draft.lines]))
    for table, fields, rows in tables:
        for name, about in fields.items():
            if about.kind in ("reference", "image"):
                for values in rows:
                    if isinstance(values.get(name), Ref):
                        yield values, name, about, None if about.custom else table.c[name]


class _Gathering:
    """What has to come: the chosen records, what hangs on them, and what they cannot be without."""

    def __init__(self, app: Application, looked: Application, here: Connection, there: Connection) -> None:
        self._app, self._looked, self._here, self._there = app, looked, here, there
        self.coming: dict[str, dict[int, Draft]] = {}
        self.present: list[str] = []
        self._seen: dict[str, set[int]] = {}
        self._same: dict[str, dict[int, bool]] = {}

    def add(self, type_key: str, ids: Iterable[int], *, chosen: bool = True, down: bool = True) -> None:
        kind = self._looked.type(type_key)
        if kind.area == "setup":
            raise Refused(
                _("{types} cannot be brought back singly.").format(types=_(kind.plural)), _("Restore the whole backup.")
            )
        seen = self._seen.setdefault(type_key, set())
        new = [i for i in dict.fromkeys(ids) if i not in seen]
        seen.update(new)
        if sum(map(len, self._seen.values())) > _MOST:
            raise Refused(
                _("These are more than {count} records.").format(count=f"{_MOST:,}"), _("Restore the whole backup.")
            )
        drafts = read_records(self._looked, self._there, kind, new)
        if chosen and len(drafts) < len(new):
            raise Missing(_("This record is not in the backup."))
        same = self.are_here(type_key, list(drafts))
        if chosen:
            self.present += [kind.label_of(d.values) for i, d in drafts.items() if i in same]
        mine = self.coming.setdefault(type_key, {})
        mine |= {i: d for i, d in drafts.items() if i not in same}
        if down:
            self._hanging(kind, list(drafts))
        for id_, draft in drafts.items():
            if id_ not in same:
                self._needed(kind, draft)

    def _hanging(self, kind: RecordType, ids: Sequence[int]) -> None:
        for related in kind.related:
            other = self._looked.types.get(related.type)
            if other is None or other.area == "setup":
                continue
            table: Any = other.model.__table__
            below: list[int] = []
            for at in range(0, len(ids), _CHUNK):
                query = select(table.c.id).where(table.c[related.field].in_(ids[at : at + _CHUNK])).order_by(table.c.id)
                below += self._there.scalars(query)
            if below:
                self.add(related.type, below, chosen=False)

    def _needed(self, kind: RecordType, draft: Draft) -> None:
        for values, name, about, column in _references(kind, draft):
            target = self._looked.types.get(about.target)
            must = about.required or (column is not None and not column.nullable)
            if about.kind == "reference" and target and must and about.target not in _PEOPLE:
                ref = values[name].id
                if ref not in self._seen.get(about.target, ()) and ref not in self.are_here(about.target, [ref]):
                    self.add(about.target, [ref], chosen=False, down=False)

    def are_here(self, type_key: str, ids: Sequence[int]) -> set[int]:
        """Those of a type's ids under which today's database has the same record."""
        known = self._same.setdefault(type_key, {})
        asked = [i for i in dict.fromkeys(ids) if i not in known]
        table: Any = self._looked.type(type_key).model.__table__
        for at in range(0, len(asked), _CHUNK):
            query = select(table.c.id, table.c.created_at).where(table.c.id.in_(asked[at : at + _CHUNK]))
            there, here = ({row[0]: row[1] for row in c.execute(query)} for c in (self._there, self._here))
            known |= {i: i in here and here[i] == there.get(i) for i in asked[at : at + _CHUNK]}
        return {i for i in ids if known[i]}

    def in_order(self) -> list[tuple[str, dict[int, Draft]]]:
        """By type, those that others point to first."""
        place = {table.name: at for at, table in enumerate(METADATA.sorted_tables)}
        rows = list(self.coming.items())
        return sorted(rows, key=lambda row: place[self._looked.type(row[0]).model.__table__.name])  # type: ignore[attr-defined]


class _Bringing:
    """The writing, inside one transaction."""

    def __init__(
        self,
        app: Application,
        looked: Application,
        session: Session,
        there: Connection,
        found: _Gathering,
        progress: Progress,
    ) -> None:
        self._app, self._looked, self._session, self._there = app, looked, session, there
        self._found, self._progress = found, progress
        self._batch = new_uid()
        self._now: dict[tuple[str, int], int] = {}  # the ids of today by those of the backup
        self._again: list[str] = []
        self._missing: dict[str, None] = {}

    def run(self) -> Brought:
        done, total = 0, sum(len(drafts) for _key, drafts in self._found.in_order())
        ids: dict[str, list[int]] = {}
        for key, drafts in self._found.in_order():
            kind = self._app.type(key)
            for draft in _parents_first(kind, drafts):
                self._progress.report(done, total, _("Bringing back"))
                self._progress.check_cancelled()
                ids.setdefault(key, []).append(self._one(kind, draft))
                done += 1
        return Brought(self._batch, ids, tuple(self._again), tuple(self._missing), tuple(self._found.present))

    def _one(self, kind: RecordType, draft: Draft) -> int:
        old, label = int(draft.id or 0), kind.label_of(draft.values)
        self._lead(kind, draft, label)
        self._tell_unknown_fields(kind, draft, label)
        lost = recreate(self._session, self._app, kind, draft, self._files(kind, old), self._batch)
        made = int(draft.id or 0)
        self._now[kind.key, old] = made
        if lost:
            words = _("{type} {old} is now {new}.").format(type=_(kind.title), old=lost, new=draft.values[kind.number])
            self._again.append(words)
        elif made != old:
            self._again.append(_("{type} “{label}” has a new id.").format(type=_(kind.title), label=label))
        return made

    def _lead(self, kind: RecordType, draft: Draft, label: str) -> None:
        """Let every reference lead to today's record, or nowhere."""
        for values, name, about, _column in _references(kind, draft):
            ref: Ref = values[name]
            if about.kind == "image":
                values[name] = self._picture(ref)
                continue
            made = self._now.get((about.target, ref.id))
            if made is not None:
                values[name] = Ref(made, ref.label)
            elif ref.id not in self._found.are_here(about.target, [ref.id]):
                values[name] = self._instead(name)
                self._missing[
                    _("{label}: {field} “{value}”").format(label=label, field=_(about.label), value=ref.label or ref.id)
                ] = None

    def _instead(self, name: str) -> Ref | None:
        """A record without its owner would be nobody's: whoever brings it back owns it."""
        actor = self._app.actor
        return Ref(actor.user_id, actor.name) if name == "owner_id" and actor.user_id is not None else None

    def _tell_unknown_fields(self, kind: RecordType, draft: Draft, label: str) -> None:
        for name, about in self._looked.type(kind.key).custom.items():
            if name not in kind.custom and draft.values.get(name) not in (None, "", (), False):
                self._missing[
                    _("{label}: the field “{field}” exists no more").format(label=label, field=_(about.label))
                ] = None

    def _picture(self, ref: Ref) -> Ref | None:
        content = self._content(ref.id)
        return None if content is None else Ref(store_content(self._session, content))

    def _content(self, id_: int) -> bytes | None:
        table: Any = FileContent.__table__
        found = self._there.scalar(select(table.c.data).where(table.c.id == id_))
        return None if found is None else bytes(found)

    def _files(self, kind: RecordType, id_: int) -> Iterator[Attached]:
        table: Any = FileLink.__table__
        query = select(table.c.name, table.c.added_by, table.c.content_id).order_by(table.c.id)
        rows = self._there.execute(query.where(table.c.record_type == kind.key, table.c.record_id == id_)).all()
        for name, added_by, content_id in rows:  # one after the other: each may be 50 MB
            content = self._content(content_id)
            if content is not None:
                yield Attached(name, added_by, content)


def _parents_first(kind: RecordType, drafts: Mapping[int, Draft]) -> Iterator[Draft]:
    """Records of one type that point to each other, those pointed to first."""
    own = [n for n, f in kind.fields.items() if f.target == kind.key and not f.custom]
    waiting = dict(sorted(drafts.items()))
    while waiting:
        ready = [
            i for i, d in waiting.items() if not any(d.values.get(n) and d.values[n].id in waiting and d.values[n].id != i for n in own)
        ] or list(waiting)  # fmt: skip
        for id_ in ready:
            yield waiting.pop(id_)
