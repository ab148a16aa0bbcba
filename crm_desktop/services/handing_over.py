"""Handing records over to other people: when somebody moves, leaves, or simply has too many.

What is handed over is looked at first, then done as one act that can be taken back. Whoever hands over needs the right to share each
of the records, and nothing else: a state that keeps a document from being changed does not keep it with somebody who has left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.filters import Condition, Filter, ListQuery
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import acting, asking, reached
from crm_desktop.services.events import record
from crm_desktop.services.listing import AllOf, fetch_ids
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import save_within
from crm_desktop.words import _
from db.models.office import User
from db.models.system import HistoryEntry
from db.types import new_uid

ACTION = "handover"
_CHUNK = 500


@dataclass(frozen=True)
class Portion:
    """Records of one type and who gets them, in turn. ids: just these; None: all of the person's that fit `where`."""

    type: str
    to: tuple[int, ...]
    where: Filter | None = None
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Plan:
    """What is to be handed over. person: whose records, None where portions name them by id. along: with what belongs to them and to
    the same person, such as the contacts and orders of a customer."""

    person: int | None
    portions: tuple[Portion, ...]
    along: bool = True


@dataclass(frozen=True)
class Portioned:
    """How many records of one type would change hands. kept: those out of reach, which stay."""

    type: str
    count: int
    kept: int
    each: Mapping[int, int] = field(default_factory=dict)


def can_be_handed_over(kind: RecordType) -> bool:
    """Whether records of this type have an owner who works with them."""
    return kind.area != "setup" and "owner_id" in kind.limits.owners


def owned(app: Application, person: int) -> list[Portioned]:
    """How many records of each type a person owns that could be handed over."""
    found = []
    for kind in app.types.values():
        if can_be_handed_over(kind) and app.actor.may(f"{kind.key}.see"):
            ids = fetch_ids(app, ListQuery(kind.key, where=Condition("owner_id", "any_of", (person,))))
            with asking(app) as connection:
                within = len(reached(app, connection, kind, "share", ids))
            if ids:
                found.append(Portioned(kind.key, within, len(ids) - within))
    return found


def preview(app: Application, plan: Plan) -> list[Portioned]:
    """What the plan would do. Nothing is written."""
    wanted = _wanted(app, plan)
    with asking(app) as connection:
        _check_people(connection, plan)
        assigned, kept = _assigned(app, connection, plan, wanted)
    return [
        Portioned(key, len(rows), kept.get(key, 0), dict(Counter(rows.values())))
        for key, rows in assigned.items() if rows or kept.get(key)
    ]  # fmt: skip


def hand_over(app: Application, plan: Plan, progress: Progress | None = None) -> tuple[str, int]:
    """Give the records to their new owners, all or none; gives the batch (for `take_back`) and how many there were."""
    progress, batch, wanted = progress or Unwatched(), new_uid(), _wanted(app, plan)
    with acting(app) as session:
        people = _check_people(session.connection(), plan)
        assigned, _kept = _assigned(app, session.connection(), plan, wanted)
        total, done = sum(len(rows) for rows in assigned.values()), 0
        for key, rows in assigned.items():
            for at in range(0, len(ids := sorted(rows)), _CHUNK):
                progress.check_cancelled()
                _give(session, app, app.type(key), {i: people[rows[i]] for i in ids[at : at + _CHUNK]}, batch)
                done += len(ids[at : at + _CHUNK])
                progress.report(done, total)
        if total:
            _enter(session, app, plan, assigned, people, batch)
    for key in assigned:
        app.changes.tell(Change(key, frozenset(), app.actor.name))
    return (batch, total) if total else ("", 0)


def take_back(app: Application, batch: str) -> int:
    """Give the records of a batch back to whom they belonged; gives how many. Those that changed hands again, or are gone, stay.

    Whoever handed over may take back, though the records are out of reach now; everybody else needs the right to share them.
    """
    table: Any = HistoryEntry.__table__
    mine = (table.c.batch == batch, table.c.action == ACTION, table.c.record_type != "", table.c.undone_by.is_(None))
    touched: Counter[str] = Counter()
    with acting(app) as session:
        rows = session.execute(select(table).where(*mine).order_by(table.c.id).with_for_update()).mappings().all() if batch else []
        for row in rows:
            kind = app.type(row["record_type"])
            own = row["user_id"] == app.actor.user_id
            if not own and row["record_id"] not in reached(app, session, kind, "share", [row["record_id"]]):
                raise Refused(_("You may not hand this record over."))
            touched[kind.key] += _give_back(session, app, kind, row)
    if not sum(touched.values()):
        raise Missing(_("There is nothing to take back."), _("It may have been taken back already."))
    for key in touched:
        app.changes.tell(Change(key, frozenset(), app.actor.name))
    return sum(touched.values())


def _wanted(app: Application, plan: Plan) -> dict[str, list[tuple[tuple[int, ...], list[int]]]]:
    """By type: who gets them, and which."""
    found: dict[str, list[tuple[tuple[int, ...], list[int]]]] = {}
    for portion in plan.portions:
        kind = app.type(portion.type)
        if not can_be_handed_over(kind):
            raise Refused(_("{things} belong to nobody.").format(things=_(kind.plural)))
        if not portion.to:
            raise Refused(_("Nobody was chosen to take the records."), _("Choose one person, or several who take turns."))
        if portion.ids is not None:
            ids = list(portion.ids)
        else:
            mine = Condition("owner_id", "any_of", (plan.person,))
            where = AllOf((mine, portion.where)) if portion.where is not None else mine
            ids = fetch_ids(app, ListQuery(portion.type, where=where))
        found.setdefault(portion.type, []).append((portion.to, sorted(ids)))
    return found


def _check_people(connection: Connection, plan: Plan) -> dict[int, tuple[Ref, Ref | None]]:
    """Those who get records, with their departments. Raises Refused for one who is not there any more."""
    table: Any = User.__table__
    wanted = sorted({p for portion in plan.portions for p in portion.to})
    query = select(table.c.id, table.c.name, table.c.department_id).where(table.c.id.in_(wanted), table.c.active)
    found = {r.id: (Ref(r.id, r.name), Ref(r.department_id) if r.department_id else None) for r in connection.execute(query)}
    if len(found) < len(wanted):
        raise Refused(_("Somebody who was chosen does not work here any more."), _("Choose another person."))
    return found


def _assigned(
    app: Application, connection: Connection | Session, plan: Plan, wanted: Mapping[str, list[tuple[tuple[int, ...], list[int]]]]
) -> tuple[dict[str, dict[int, int]], dict[str, int]]:
    """By type: record → new owner, and how many stay because they are out of reach.

    What points to a record that changes hands goes to the same person; everything else goes in turn.
    """
    assigned: dict[str, dict[int, int]] = {}
    kept: dict[str, int] = {}
    leaders: dict[str, dict[int, int]] = {}
    for key, kind in app.types.items():
        for to, ids in wanted.get(key, ()):
            within = reached(app, connection, kind, "share", ids)
            kept[key] = kept.get(key, 0) + len(ids) - len(within)
            follows = _followed(app, connection, kind, sorted(within), leaders)
            turn, mine = 0, assigned.setdefault(key, {})
            owners = _owners(connection, kind, sorted(within))
            for id_ in (i for i in ids if i in within and i not in mine):
                if id_ in follows and follows[id_] in to:
                    new = follows[id_]
                else:
                    new, turn = to[turn % len(to)], turn + 1
                if owners.get(id_) != new:
                    mine[id_] = new
                leaders.setdefault(key, {})[id_] = new
        if plan.along and key in wanted:
            _add_related(app, connection, kind, assigned, leaders, wanted)
    return assigned, kept


def _followed(
    app: Application, connection: Connection | Session, kind: RecordType, ids: Sequence[int], leaders: Mapping[str, dict[int, int]]
) -> dict[int, int]:
    """The new owners of the records these ones point to."""
    found: dict[int, int] = {}
    table: Any = kind.model.__table__
    names = [n for n, f in kind.fields.items() if f.kind == "reference" and not f.custom and f.target in leaders and f.section != "Record"]
    for name in names:
        new = leaders[kind.fields[name].target]
        for at in range(0, len(ids), _CHUNK):
            query = select(table.c.id, table.c[name]).where(table.c.id.in_(ids[at : at + _CHUNK]))
            for id_, above in connection.execute(query):
                if above in new:
                    found.setdefault(id_, new[above])
    return found


def _owners(connection: Connection | Session, kind: RecordType, ids: Sequence[int]) -> dict[int, int | None]:
    table: Any = kind.model.__table__
    found: dict[int, int | None] = {}
    for at in range(0, len(ids), _CHUNK):
        query = select(table.c.id, table.c.owner_id).where(table.c.id.in_(ids[at : at + _CHUNK]))
        found |= {r.id: r.owner_id for r in connection.execute(query)}
    return found


def _add_related(
    app: Application,
    connection: Connection | Session,
    kind: RecordType,
    assigned: dict[str, dict[int, int]],
    leaders: dict[str, dict[int, int]],
    wanted: Mapping[str, Any],
) -> None:
    """What points to the records and belongs to the same person goes along, unless the plan says something of that type itself."""
    new = leaders.get(kind.key, {})
    owners = _owners(connection, kind, sorted(new))
    for related in kind.related:
        other = app.type(related.type)
        if related.type in wanted or not can_be_handed_over(other):
            continue
        table: Any = other.model.__table__
        column = table.c[related.field]
        found: dict[int, int] = {}
        for at in range(0, len(above := sorted(new)), _CHUNK):
            query = select(table.c.id, column, table.c.owner_id).where(column.in_(above[at : at + _CHUNK]))
            found |= {r[0]: new[r[1]] for r in connection.execute(query) if r[2] is not None and r[2] == owners.get(r[1]) != new[r[1]]}
        within = reached(app, connection, other, "share", sorted(found))
        mine = assigned.setdefault(other.key, {})
        mine |= {i: p for i, p in found.items() if i in within and i not in mine}


def _give(session: Session, app: Application, kind: RecordType, new: Mapping[int, tuple[Ref, Ref | None]], batch: str) -> None:
    """Change the owner, and the department that the record counts to."""
    drafts = read_records(app, session, kind, sorted(new))
    for id_, draft in drafts.items():
        person, department = new[id_]
        draft.values |= {"owner_id": person, "department_id": department}
    save_within(session, app, list(drafts.values()), ACTION, batch, operation=True)


def _give_back(session: Session, app: Application, kind: RecordType, row: Any) -> int:
    draft = read_records(app, session, kind, [row["record_id"]]).get(row["record_id"])
    changes: Mapping[str, Any] = row["changes"]
    was, now = ({n: _ref(pair[side]) for n, pair in changes.items() if n in ("owner_id", "department_id")} for side in (0, 1))
    if draft is None or any(draft.values.get(n) != value for n, value in now.items()):
        return 0
    draft.values |= was
    save_within(session, app, [draft], "undo", operation=True)
    table: Any = HistoryEntry.__table__
    last = select(table.c.id).where(table.c.record_type == kind.key, table.c.record_id == draft.id).order_by(table.c.id.desc())
    newest = session.scalar(last.limit(1))
    session.execute(table.update().where(table.c.id == row["id"]).values(undone_by=newest))
    return 1


def _ref(stored: Any) -> Ref | None:
    return Ref(stored[0], stored[1]) if stored else None


def _enter(
    session: Session, app: Application, plan: Plan, assigned: Mapping[str, dict[int, int]], people: Mapping[int, Any], batch: str
) -> None:
    table: Any = User.__table__
    whose = session.scalar(select(table.c.name).where(table.c.id == plan.person)) if plan.person else None
    takers = sorted({people[p][0].label for rows in assigned.values() for p in rows.values()})
    facts = {
        "from": whose or "", "to": takers,
        "count": sum(len(rows) for rows in assigned.values()), "after": {_(app.type(k).plural): len(r) for k, r in assigned.items() if r},
        "batch": batch,
    }  # fmt: skip
    record(app, ACTION, whose or ", ".join(takers), facts, session=session)
