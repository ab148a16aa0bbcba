"""Records shared with a person, a team or a department: given, taken back, listed; they go with a deleted record and come back with it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Missing
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import acting, asking, reached, require_reach
from crm_desktop.services.access_upkeep import bump
from crm_desktop.services.events import record
from crm_desktop.services.journal import announce
from crm_desktop.services.references import labels
from crm_desktop.words import N_, _
from db.base import now
from db.bundling import ask
from db.models.access import RecordShare, Team
from db.models.office import Department, User

_CHUNK = 500
_MOST_NAMED = 20  # records an entry of the log names

KINDS: Mapping[str, tuple[str, Any, str]] = {
    "user": (N_("Person"), User, "users"),
    "team": (N_("Team"), Team, "teams"),
    "department": (N_("Department"), Department, "departments"),
}
"""With whom a record can be shared: words, model, record type."""


@dataclass(frozen=True)
class Grantee:
    """A person, a team or a department."""

    kind: str
    id: int
    name: str = ""


@dataclass(frozen=True)
class Share:
    """That records are shared with somebody. count: how many of those asked about."""

    grantee: Grantee
    may_change: bool
    at: dt.datetime
    by: str
    count: int = 1


def can_be_shared(kind: RecordType) -> bool:
    """Whether records of this type are anybody's own."""
    return kind.area != "setup"


def grantees(app: Application) -> list[Grantee]:
    """Everybody with whom something can be shared, people first, as far as the person at work sees them."""
    found: list[Grantee] = []
    with asking(app) as connection:
        for key, (_words, model, type_key) in KINDS.items():
            table, kind = model.__table__, app.type(type_key)
            query = select(table.c.id, table.c.name).order_by(table.c.name_key, table.c.id)
            rows = connection.execute(query.where(table.c.active) if key == "user" else query).all()
            seen = reached(app, connection, kind, "see", [r.id for r in rows])
            found += [Grantee(key, r.id, r.name) for r in rows if r.id in seen and (key, r.id) != ("user", app.actor.user_id)]
    return found


def shares(app: Application, type_key: str, ids: Sequence[int]) -> list[Share]:
    """With whom these records are shared, as far as the person at work sees them."""
    kind, table = app.type(type_key), _table()
    groups: dict[tuple[str, int], list[Any]] = defaultdict(list)
    with asking(app) as connection:
        seen = sorted(reached(app, connection, kind, "see", ids))
        for at in range(0, len(seen), _CHUNK):
            test = and_(table.c.record_type == kind.key, table.c.record_id.in_(seen[at : at + _CHUNK]))
            for row in connection.execute(select(table).where(test).order_by(table.c.id)):
                groups[row.grantee_kind, row.grantee_id].append(row)
        names = _names(app, connection, groups)
        by = labels(app, connection, "users", [r.by_id for rows in groups.values() for r in rows if r.by_id])
    return [
        Share(Grantee(*key, names.get(key, "")), all(r.may_change for r in rows), max(r.at for r in rows), by.get(rows[-1].by_id, ""),
              len(rows))
        for key, rows in groups.items()
    ]  # fmt: skip


def shared_ids(app: Application, type_key: str, ids: Sequence[int]) -> set[int]:
    """Those of the records that are shared with anybody. The ids are of records the person sees."""
    table, found = _table(), set[int]()
    with asking(app) as connection:
        for at in range(0, len(ids), _CHUNK):
            test = and_(table.c.record_type == type_key, table.c.record_id.in_(ids[at : at + _CHUNK]))
            found |= set(connection.scalars(select(table.c.record_id).where(test).distinct()))
    return found


def share(app: Application, type_key: str, ids: Sequence[int], with_whom: Sequence[Grantee], may_change: bool = False) -> int:
    """Share records to be read, or to be changed; gives how many shares are new or other ones now.

    Raises Refused for records the person may not share, or may not change and so cannot let others change.
    """
    kind, table = app.type(type_key), _table()
    wanted = [(i, g.kind, g.id) for i in dict.fromkeys(ids) for g in with_whom]
    with acting(app) as session:
        _require(session, app, kind, ids, may_change)
        names = _names(app, session.connection(), {(g.kind, g.id) for g in with_whom})
        if missing := [g for g in with_whom if (g.kind, g.id) not in names]:
            raise Missing(_("This record does not exist any more."), missing[0].name)
        there = _there(session, kind, ids)
        new = [w for w in wanted if w not in there]
        other = [there[w][0] for w in wanted if w in there and there[w][1] != may_change]
        facts = {"record_type": kind.key, "may_change": may_change, "at": now(), "by_id": app.actor.user_id}
        for at in range(0, len(new), _CHUNK):
            rows = [facts | {"record_id": i, "grantee_kind": k, "grantee_id": g} for i, k, g in new[at : at + _CHUNK]]
            session.execute(insert(RecordShare), rows)
        for at in range(0, len(other), _CHUNK):
            session.execute(update(table).where(table.c.id.in_(other[at : at + _CHUNK])).values(may_change=may_change))
        if new or other:
            bump(session)
            rights = _("may change it") if may_change else _("may read it")
            _enter(session, app, kind, ids, {"to": [names[g.kind, g.id] for g in with_whom], "after": rights})
    return _tell(app, kind, ids, len(new) + len(other))


def unshare(app: Application, type_key: str, ids: Sequence[int], with_whom: Sequence[Grantee]) -> int:
    """Take shares back; gives how many there were."""
    kind, table = app.type(type_key), _table()
    with acting(app) as session:
        _require(session, app, kind, ids, False)
        there = _there(session, kind, ids)
        gone = [there[w][0] for w in ((i, g.kind, g.id) for i in dict.fromkeys(ids) for g in with_whom) if w in there]
        for at in range(0, len(gone), _CHUNK):
            session.execute(delete(table).where(table.c.id.in_(gone[at : at + _CHUNK])))
        if gone:
            bump(session)
            names = _names(app, session.connection(), {(g.kind, g.id) for g in with_whom})
            _enter(session, app, kind, ids, {"from": [names.get((g.kind, g.id), g.name) for g in with_whom], "after": _("not shared")})
    return _tell(app, kind, ids, len(gone))


def take_along(session: Session, type_key: str, ids: Sequence[int]) -> Callable[[], dict[int, list[dict[str, Any]]]]:
    """Ask for the shares of records that are being deleted, and those given to a deleted person, team or department; what comes back
    removes and gives them."""
    table = _table()
    mine = and_(table.c.record_type == type_key, table.c.record_id.in_(ids))
    as_grantee = next((key for key, (_words, _model, kind) in KINDS.items() if kind == type_key), "")
    test = or_(mine, and_(table.c.grantee_kind == as_grantee, table.c.grantee_id.in_(ids))) if as_grantee else mine
    answer = ask(session, select(table).where(test))

    def take() -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        for row in answer.all():
            facts = {n: getattr(row, n) for n in ("record_type", "record_id", "grantee_kind", "grantee_id", "may_change", "by_id")}
            own = row.record_type == type_key and row.record_id in ids
            found.setdefault(row.record_id if own else row.grantee_id, []).append(facts)
        if found:
            session.execute(delete(table).where(test))
            bump(session)
        return found

    return take


def bring_back(session: Session, stored: Sequence[Mapping[str, Any]]) -> None:
    """Put back the shares a deletion took along."""
    table = _table()
    for facts in stored:
        key = [facts[n] for n in ("record_type", "record_id", "grantee_kind", "grantee_id")]
        columns = tuple_(table.c.record_type, table.c.record_id, table.c.grantee_kind, table.c.grantee_id)
        model = KINDS[facts["grantee_kind"]][1].__table__
        there = session.scalar(select(model.c.id).where(model.c.id == facts["grantee_id"]))
        if there is not None and session.scalar(select(table.c.id).where(columns == tuple(key))) is None:
            session.execute(insert(RecordShare), [dict(facts) | {"at": now()}])
    if stored:
        bump(session)


def _table() -> Any:
    return RecordShare.__table__


def _names(app: Application, connection: Connection, keys: Any) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for kind, (_words, _model, type_key) in KINDS.items():
        ids = sorted({i for k, i in keys if k == kind})
        if ids:
            found |= {(kind, i): name for i, name in labels(app, connection, type_key, ids).items()}
    return found


def _require(session: Session, app: Application, kind: RecordType, ids: Sequence[int], may_change: bool) -> None:
    require_reach(app, session, kind, "share", ids)
    if may_change:  # nobody gives more than they have
        require_reach(app, session, kind, "change", ids)


def _there(session: Session, kind: RecordType, ids: Sequence[int]) -> dict[tuple[int, str, int], tuple[int, bool]]:
    table, found = _table(), dict[tuple[int, str, int], tuple[int, bool]]()
    for at in range(0, len(ids), _CHUNK):
        test = and_(table.c.record_type == kind.key, table.c.record_id.in_(ids[at : at + _CHUNK]))
        for row in session.execute(select(table).where(test)):
            found[row.record_id, row.grantee_kind, row.grantee_id] = row.id, bool(row.may_change)
    return found


def _enter(session: Session, app: Application, kind: RecordType, ids: Sequence[int], facts: Mapping[str, Any]) -> None:
    announce(session, app, kind.key, ids)
    table: Any = kind.model.__table__
    column = table.c[kind.number or "id"]  # the log tells numbers, never names
    rows = session.scalars(select(column).where(table.c.id.in_(list(ids)[:_MOST_NAMED])).order_by(table.c.id))
    named = [str(text) for text in rows]
    subject = named[0] if len(ids) == 1 and named else _(kind.plural)
    record(app, "share", subject, {"type": kind.key, "count": len(ids), "names": named, **facts}, session=session)


def _tell(app: Application, kind: RecordType, ids: Sequence[int], count: int) -> int:
    if count:
        app.changes.tell(Change(kind.key, frozenset(ids) if len(ids) <= _CHUNK else frozenset(), app.actor.name))
    return count
