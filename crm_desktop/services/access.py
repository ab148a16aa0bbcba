"""What the person at work may do, and with which records: every service asks here before it answers or writes.

`asking` and `acting` open the database for one service call and look first whether rights have changed since they were read, on this
PC or another. `within_reach` is the condition that keeps the rows a person does not reach out of every statement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Integer, false, literal, or_, select
from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Away, Missing, NotSaved, NotSignedIn, Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access, Holding, Reach, Rights
from crm_desktop.services.faults import no_answer, told, words_for
from crm_desktop.services.sign_in_need import is_nobody, nobody, required, was_reset
from crm_desktop.words import _
from db.access import Asker, Known, Limits, Subject, look_up, within, within_as
from db.engine import reading, reading_with, writing_with
from db.errors import Newer, Unreachable
from db.models.access import AccessState, Position, PositionField, PositionRight, UserPosition
from db.models.approvals import ApprovalTask
from db.models.office import User
from db.roles import own

_CHUNK = 500
_VERSION = "SELECT version FROM access_state WHERE id = 1"


def rights_of(connection: Connection | Session, user_id: int) -> Rights:
    """The rights of a person, from the active positions the person holds."""
    held: Any = UserPosition.__table__
    position: Any = Position.__table__
    query = (
        select(held.c.id, held.c.position_id, position.c.key, position.c.hidden)
        .join(position, position.c.id == held.c.position_id)
        .where(held.c.parent_id == user_id, position.c.active)
        .order_by(held.c.position, held.c.id)
    )
    rows = connection.execute(query).all()
    said = holdings_of(connection, [row.position_id for row in rows])
    return Rights(tuple(replace(said[r.position_id], position=r.key, hidden=frozenset(r.hidden or ())) for r in rows))


def holdings_of(connection: Connection | Session, positions: Sequence[int]) -> dict[int, Holding]:
    """What is said of operations and fields by position."""
    right: Any = PositionRight.__table__
    about: Any = PositionField.__table__
    reaches: dict[int, dict[tuple[str, str], Reach]] = {p: {} for p in positions}
    fields: dict[int, dict[tuple[str, str], Access]] = {p: {} for p in positions}
    for row in connection.execute(select(right).where(right.c.position_id.in_(positions))):
        reaches[row.position_id][row.record_type, row.operation] = Reach(row.reach)
    for row in connection.execute(select(about).where(about.c.position_id.in_(positions))):
        fields[row.position_id][row.record_type, row.field] = Access(row.access)
    return {p: Holding("", reaches[p], fields[p]) for p in positions}


def access_version(connection: Connection | Session) -> int:
    """Grows with every change of people, positions, departments or teams."""
    state: Any = AccessState.__table__
    return connection.scalar(select(state.c.version).where(state.c.id == 1)) or 0


def actor_of(connection: Connection | Session, user_id: int, station: str) -> Actor | None:
    """The person with the rights as they are now; None when switched off or gone."""
    table: Any = User.__table__
    query = select(table.c.id, table.c.name, table.c.department_id).where(table.c.id == user_id, table.c.active)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    rights, version = rights_of(connection, row.id), access_version(connection)
    return Actor(row.id, row.name, row.department_id, rights, station, version)


def refresh(app: Application, connection: Connection | Session, version: int | None) -> None:
    """Read the rights of the person at work again if anything they follow from has changed. Raises Refused for one switched off.

    version: what `_VERSION` gives; None while somebody replaces the whole database, when all of it may look empty.
    """
    actor = app.actor
    if is_nobody(actor):
        raise NotSignedIn(_("Nobody is signed in."), _("Please sign in first."))
    if not actor.version or actor.user_id is None or version == actor.version:
        return
    if version is None:
        raise Unreachable("the database is being replaced")
    if not actor.proven and required(connection):
        raise NotSignedIn(_("Sign-in has been turned on."), _("Start the program again and sign in."))
    if actor.proven and was_reset(connection, actor.user_id):
        app.actor = nobody(actor.station)
        raise NotSignedIn(_("Your password was reset by an administrator."), _("Sign in again with the one-time password."))
    fresh = actor_of(connection, actor.user_id, actor.station)
    if fresh is None:
        app.actor = replace(actor, rights=Rights())
        raise Refused(_("You have been switched off as a user."), _("Ask your administrator."))
    for old in [k for k in list(app.plans) if k[0] in ("reach", "few")]:
        app.plans.pop(old, None)
    app.actor = replace(fresh, proven=actor.proven)


@contextmanager
def asking(app: Application) -> Iterator[Connection]:
    """One consistent picture of the data for a question of the person at work."""
    if app.watch is not None and app.watch.away:
        raise no_answer()
    with told(app), reading_with(app.engine, _VERSION) as (connection, version):
        refresh(app, connection, version)
        yield connection


@contextmanager
def acting(app: Application) -> Iterator[Session]:
    """One transaction that writes what the person at work does. Raises NotSaved where a server does not answer, even if it was done."""
    if app.read_only:
        raise Refused(_("Nothing here can be changed."))
    if app.outdated:
        raise words_for(app, Newer(app.outdated))
    if app.watch is not None and app.watch.away:
        app.watch.doubt()
        raise _not_saved()
    try:
        with told(app), writing_with(app.engine, _VERSION) as (session, version):
            refresh(app, session, version)
            yield session
    except Away as error:
        raise _not_saved() from error


def _not_saved() -> NotSaved:
    return NotSaved(
        _("Not saved yet: the server does not answer."),
        _("What you typed is still here. Save again when the server is back; nothing is ever done twice."),
    )


def subject(app: Application, kind: RecordType) -> Subject:
    """The rows of a record type, as conditions speak of them."""
    table, limits = kind.model.__table__, kind.limits
    if not limits.parent:
        return Subject(kind.key, table, limits)
    return Subject(kind.key, table, limits, subject(app, app.type(kind.fields[limits.parent].target)))


def asker(actor: Actor) -> Asker:
    """The person at work, as a condition speaks of one."""
    return Asker(literal(actor.user_id or 0, Integer()), literal(dt.date.today(), Date()))


def within_reach(app: Application, kind: RecordType, operation: str = "see", table: Any = None) -> ColumnElement[bool] | None:
    """The condition on rows of a type with which the person may do something; None: with all of them."""
    reach = app.actor.reach(kind.key, operation)
    if reach == Reach.ALL:
        return None
    if reach == Reach.NONE:
        return false()
    test = within(subject(app, kind), known(app, kind, operation), operation, table)
    if kind.key == "approvals" and operation in ("see", "print"):  # whoever takes part in one sees it
        return or_(test, (kind.model.__table__ if table is None else table).c.id.in_(_taking_part(app.actor)))
    return test


def _taking_part(actor: Actor) -> Any:
    """The approvals in which something was asked of a person, told to the person, or decided by the person for somebody."""
    task: Any = ApprovalTask.__table__
    return select(task.c.parent_id).where(or_(task.c.person_id == (actor.user_id or 0), task.c.by_id == (actor.user_id or 0)))


def narrowed(app: Application, kind: RecordType, table: Any = None) -> ColumnElement[bool] | None:
    """What a statement that reads rows of a type has to say so that it gives those only which the person sees; None where a server says it
    itself, which would cost the time of saying it twice."""
    return None if own(app.engine) and kind.area != "setup" else within_reach(app, kind, "see", table)


def known(app: Application, kind: RecordType, operation: str) -> Known:
    """Whom the person reaches by one right. Kept as long as the rights are: whatever changes it makes every program read them again."""
    actor = app.actor
    key = ("reach", actor.user_id, actor.version, dt.date.today(), kind.key, operation)
    if key in app.plans:
        return app.plans[key]  # type: ignore[no-any-return]
    with reading(app.engine) as connection:
        found = look_up(connection, asker(actor), subject(app, kind), operation)
    if actor.version:
        app.plans[key] = found
    return found


def reached(
    app: Application, connection: Connection | Session, kind: RecordType, operation: str, ids: Sequence[int]
) -> set[int]:
    """Those of the records with these ids with which the person may do something."""
    test = within_reach(app, kind, operation)
    if test is None:
        return set(ids)
    table: Any = kind.model.__table__
    found: set[int] = set()
    for at in range(0, len(ids), _CHUNK):
        found |= set(connection.scalars(select(table.c.id).where(table.c.id.in_(ids[at : at + _CHUNK]), test)))
    return found


def require_reach(
    app: Application, connection: Connection | Session, kind: RecordType, operation: str, ids: Sequence[int]
) -> None:
    """Raise Missing for records the person does not even see, as if there were none, and Refused for those out of reach."""
    app.actor.require(f"{kind.key}.{operation}")
    mine = reached(app, connection, kind, operation, ids)
    if mine.issuperset(ids):
        return
    table: Any = kind.model.__table__
    present = {i for at in range(0, len(ids), _CHUNK) for i in connection.scalars(
        select(table.c.id).where(table.c.id.in_(ids[at : at + _CHUNK])))}  # fmt: skip
    if not present <= reached(app, connection, kind, "see", ids):
        raise gone()
    if not present <= mine:
        raise Refused(
            _("You may not do this with these records."), _("Ask whoever owns them, or your administrator ({grant}).").format(
                grant=f"{kind.key}.{operation}")
        )  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """Whom an operation reaches, for asking about records that are not in their table: deleted ones, and those not saved yet."""

    limits: Limits
    everything: bool
    owners: frozenset[int]
    departments: frozenset[int]
    shared: frozenset[int]
    parents: Callable[[int], bool]

    def holds(self, id_: int | None, values: Mapping[str, Any]) -> bool:
        """Whether a record with these values is within reach. id_: its id, None for a new one."""
        if self.everything or id_ in self.shared:
            return True
        people = (id_ if n == "id" else _id(values.get(n)) for n in self.limits.owners)
        # A new department, which has no id yet, belongs to the one it is to be part of.
        place = (id_ or _id(values.get("parent_id"))) if self.limits.department == "id" else _id(values.get(self.limits.department))
        if place in self.departments or any(p in self.owners for p in people):
            return True
        above = _id(values.get(self.limits.parent)) if self.limits.parent else None
        return above is not None and self.parents(above)


def _id(value: Any) -> int | None:
    return value.id if isinstance(value, Ref) else value


def reach_of(app: Application, connection: Connection | Session, kind: RecordType, operation: str) -> Reached:
    """What `operation` reaches, read at once."""
    if app.actor.reach(kind.key, operation) == Reach.ALL:
        return Reached(kind.limits, True, frozenset(), frozenset(), frozenset(), lambda _id: True)
    ask = known(app, kind, operation)

    def parent_is_reached(id_: int) -> bool:
        above = subject(app, kind).parent
        assert above is not None
        test = within_as(above, ask, kind.key, operation)
        return connection.scalar(select(above.table.c.id).where(above.table.c.id == id_, test)) is not None

    return Reached(
        kind.limits,
        False,
        frozenset(ask.owners),
        frozenset(ask.places),
        frozenset(ask.shares[kind.key]),
        parent_is_reached,
    )


def gone() -> Missing:
    """What is said of a record that is not there, or not for this person."""
    return Missing(_("This record does not exist any more."), _("It may be in the recycle bin."))
