"""Deleting records with what belongs to them, and bringing them back.

A deleted record leaves the tables for good, so that no query has to leave it out; what it was, with lines and files, goes into
its history entry, from which it comes back under its old id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Missing, Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Reach
from crm_desktop.services.access import acting, require_reach
from crm_desktop.services.access_upkeep import rebuild
from crm_desktop.services.chain import hooks
from crm_desktop.services.chain.settling import Move
from crm_desktop.services.journal import enter
from crm_desktop.services.lines import free_ids
from crm_desktop.services.once import attempt, attempt_name, done_as, hold
from crm_desktop.services.people_guard import guarded
from crm_desktop.services.reading import ask_records
from crm_desktop.services.rights_editing import put_rights_back, take_rights
from crm_desktop.services.row_values import line_row, record_row
from crm_desktop.services.sharing import bring_back, take_along
from crm_desktop.stored_values import draft_from_json, draft_to_json
from crm_desktop.words import _, ngettext
from db import history, search
from db.base import now
from db.bundling import Answer, ask, post
from db.fields import Field
from db.models.system import FileLink, HistoryEntry

_CHUNK = 500


def _pointing(session: Session, app: Application, kind: RecordType, ids: Sequence[int]) -> Callable[[], str]:
    """Ask what still points to these records and is not deleted with them; what comes back gives it in words."""
    owned = {(r.type, r.field) for r in kind.related if r.owned}
    asked = []
    for other in app.types.values():
        for table, name, about in _references(other):
            if about.target != kind.key or (table is other.model.__table__ and (other.key, name) in owned):
                continue
            column: Any = table.c[name]
            if any(key.ondelete == "SET NULL" for key in column.foreign_keys) or not column.foreign_keys:
                continue
            asked.append((other, ask(session, select(func.count()).select_from(table).where(column.in_(ids)))))

    def count() -> str:
        counted = [(other, answer.scalar()) for other, answer in asked]
        seen = [(o, n) for o, n in counted if n and app.actor.reach(o.key, "see") == Reach.ALL]
        found = [f"{_(o.plural)}: {n}" for o, n in seen]
        return ", ".join(found if len(seen) == sum(n > 0 for _o, n in counted) else [*found, _("records you do not see")])

    return count


def _references(kind: RecordType) -> Iterator[tuple[Any, str, Field]]:
    """The columns of a type, and of its lines, that may point to other records."""
    for name, about in kind.fields.items():
        if about.target and not about.custom and about.section != "Record":
            yield kind.model.__table__, name, about
    if kind.lines is None:
        return
    for name, about in kind.lines.fields.items():
        if about.target and not about.custom:
            yield kind.lines.model.__table__, name, about


def _files(session: Session, type_key: str, ids: Sequence[int]) -> Callable[[], dict[int, list[dict[str, Any]]]]:
    table: Any = FileLink.__table__
    answer = ask(session, select(table).where(table.c.record_type == type_key, table.c.record_id.in_(ids)))

    def take() -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        for row in answer.all():
            facts = {"name": row.name, "content_id": row.content_id, "added_by": row.added_by}
            found.setdefault(row.record_id, []).append(facts)
        return found

    return take


def delete_within(session: Session, app: Application, kind: RecordType, ids: Sequence[int], batch: str) -> None:
    """Delete a few hundred records at most, with what they own, inside a transaction that the caller commits."""
    look = hooks.touch(session, kind, ids=ids, batch=batch)
    done: list[tuple[RecordType, list[Move]]] = []
    _delete(session, app, kind, ids, batch, done, look)
    hooks.settle_all(session, app, done)


def _delete(
    session: Session,
    app: Application,
    kind: RecordType,
    ids: Sequence[int],
    batch: str,
    done: list[tuple[RecordType, list[Move]]],
    look: Callable[[], None] = lambda: None,
) -> None:
    """look: called when all was asked and nothing decided yet."""
    table: Any = kind.model.__table__
    # The lock first, so that what is written into the history is what is deleted.
    post(session, update(table).where(table.c.id.in_(ids)).values(version=table.c.version + 1))
    # All of it is asked for before any answer is looked at: it travels together.
    check, pointed = hooks.before_deleting(session, kind, ids), _pointing(session, app, kind, ids)
    owned = [(app.type(r.type), _below(session, app.type(r.type), r.field, ids)) for r in kind.related if r.owned]
    whole, kept, shared = ask_records(app, session, kind, ids), _files(session, kind.key, ids), take_along(session, kind.key, ids)
    history.ahead(session.connection())
    look()
    check()
    if pointing := pointed():
        raise Refused(
            ngettext("Other records point to this one.", "Other records point to these.", len(ids)),
            _("Delete or change those first: {what}").format(what=pointing),
        )
    for other, below in owned:
        gone = below.scalars()
        for at in range(0, len(gone), _CHUNK):
            _delete(session, app, other, gone[at : at + _CHUNK], batch, done)
    drafts, files, shares = whole(), kept(), shared()
    rights = take_rights(session, ids) if kind.key == "positions" else {}
    more = {i: ({"shares": shares[i]} if i in shares else {}) | ({"rights": rights[i]} if i in rights else {}) for i in drafts}
    rows = [(d, {"record": draft_to_json(d) | {"files": files.get(i, [])} | more[i]}) for i, d in drafts.items()]
    if not rows:
        return
    links: Any = FileLink.__table__
    post(session, sql_delete(links).where(links.c.record_type == kind.key, links.c.record_id.in_(ids)))
    search.remove(session.connection(), table, ids)
    post(session, sql_delete(table).where(table.c.id.in_(ids)))
    enter(session, app, kind, rows, "delete", batch)
    done.append((kind, [(d, None) for d in drafts.values()]))


def _below(session: Session, other: RecordType, name: str, ids: Sequence[int]) -> Answer:
    table: Any = other.model.__table__
    return ask(session, select(table.c.id).where(table.c[name].in_(ids)))


def delete(app: Application, type_key: str, ids: Sequence[int], origin: str = "") -> str:
    """Delete records with what they own, all or none; gives the batch, by which `restore_batch` brings all of it back.

    Raises Refused when other records still point to one of them.
    """
    kind, name = app.type(type_key), attempt_name("delete", type_key, sorted(ids))
    with attempt(app, name) as batch, acting(app) as session:
        hold(session, app, name)
        if done_as(session, kind, batch, "delete") is None:  # else it was done, and only the answer was lost
            require_reach(app, session, kind, "delete", ids)
            with guarded(session, app, kind):
                for at in range(0, len(ids), _CHUNK):
                    delete_within(session, app, kind, ids[at : at + _CHUNK], batch)
            if kind.shapes_access:
                rebuild(session, app.types.values())
    for key in (type_key, *(r.type for r in kind.related if r.owned)):
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return batch


def _insert_again(
    session: Session, app: Application, kind: RecordType, draft: Draft, files: list[dict[str, Any]]
) -> None:
    table: Any = kind.model.__table__
    stamp = now()
    made_by = draft.values.get("created_by")
    row = record_row(kind, draft) | {
        "id": draft.id, "version": draft.version + 1, "created_at": draft.values["created_at"], "updated_at": stamp,
        "created_by": made_by.id if made_by else None, "updated_by": app.actor.user_id,
    }  # fmt: skip
    session.execute(insert(table), [row])
    if kind.lines:
        lines: Any = kind.lines.model.__table__
        free = free_ids(session, kind, [line.id for line in draft.lines if line.id is not None])
        rows = [(line.id, line_row(kind, line, int(draft.id or 0), at)) for at, line in enumerate(draft.lines)]
        # Under the old ids where they are free, so that older changes of the lines can still be taken back.
        for again in ([{"id": i} | r for i, r in rows if i in free], [r for i, r in rows if i not in free]):
            if again:
                session.execute(insert(lines), again)
    for facts in files:
        session.execute(insert(FileLink), [facts | {"record_type": kind.key, "record_id": draft.id, "added_at": stamp}])
    search.add(session.connection(), table, [(int(draft.id or 0), row["search_text"])])
    draft.version += 1


def restore_batch(app: Application, batch: str, origin: str = "") -> dict[str, list[int]]:
    """Bring back everything one deletion took, owners first; gives the ids by type.

    Raises Missing when there is nothing (any more) to bring back, Refused when what it belonged to is gone, Invalid when its
    number has been given to another record meanwhile.
    """
    table: Any = HistoryEntry.__table__
    done: dict[str, list[int]] = {}
    with acting(app) as session:
        # The claim: whoever marks the entries first brings them back, nobody does it twice.
        claimed = session.execute(
            update(table)
            .where(table.c.batch == batch, table.c.action == "delete", table.c.undone_by.is_(None))
            .values(undone_by=0)
        )
        if claimed.rowcount == 0:  # type: ignore[attr-defined]
            raise Missing(_("There is nothing to bring back."), _("It may have been restored already."))
        # A record is entered after what it owns, so the newest entries come back first.
        rows = session.execute(
            select(table).where(table.c.batch == batch, table.c.action == "delete").order_by(table.c.id.desc())
        )
        entries = rows.mappings().all()
        back_again: list[tuple[RecordType, list[Move]]] = []
        with guarded(session, app, [app.type(row["record_type"]) for row in entries]):
            for row in entries:
                kind = app.type(row["record_type"])
                stored = row["changes"]["record"]
                draft = draft_from_json(stored, kind.key, kind.fields, kind.lines.fields if kind.lines else {})
                hooks.before_touching(session, kind, [Draft(kind.key, values=draft.values)], batch=batch)
                _insert_again(session, app, kind, draft, stored.get("files", []))
                back_again.append((kind, [(None, draft)]))
                bring_back(session, stored.get("shares", []))
                if rights := stored.get("rights"):
                    put_rights_back(session, int(draft.id or 0), rights)
                enter(session, app, kind, [(draft, {})], "restore", "")
                done.setdefault(kind.key, []).append(int(draft.id or 0))
        hooks.settle_all(session, app, back_again)
        first = next(iter(done))  # what was deleted itself; the rest hung on it
        require_reach(app, session, app.type(first), "delete", done[first])
        if any(app.type(key).shapes_access for key in done):
            rebuild(session, app.types.values())
        back = select(func.max(table.c.id)).scalar_subquery()
        session.execute(update(table).where(table.c.batch == batch, table.c.undone_by == 0).values(undone_by=back))
    for key in done:
        app.changes.tell(Change(key, frozenset(), app.actor.name, origin))
    return done
