"""Working out who reaches whom: the access tables, from people, positions, departments and teams.

Called inside the transaction of every change of one of those, so that no moment exists in which a person has moved and the rights
have not. An office has dozens of people, not thousands: all of it is worked out anew each time, and only what differs is written.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import OPERATIONS, PROGRAM, PROGRAM_RIGHTS, Holding, Reach
from crm_desktop.services.access import holdings_of
from crm_desktop.services.server_logins import guarded
from db.models.access import (
    AccessDepartment,
    AccessGroup,
    AccessPerson,
    AccessRight,
    AccessState,
    Position,
    Team,
    TeamMember,
    UserPosition,
)  # fmt: skip
from db.models.office import Department, User

Days = tuple[dt.date | None, dt.date | None]
_ALWAYS: Days = (None, None)


class Held(NamedTuple):
    """A position that a person holds, in a department."""

    id: int
    user: int
    position: int
    department: int | None


@dataclass
class Office:
    """The people and how they stand to one another."""

    departments: dict[int, int | None]  # id → the one it is part of
    branches: frozenset[int]
    led: dict[int, int]  # department → its manager
    people: dict[int, int | None]  # active person → department
    managers: dict[int, int]  # person → manager
    stand_ins: list[tuple[int, int, dt.date | None, dt.date | None]]  # absent, substitute, first and last day
    teams: dict[int, tuple[int | None, bool, frozenset[int]]]  # id → leader, open, members
    held: list[Held]
    _below: dict[int, frozenset[int]] = field(default_factory=dict)

    def above(self, department: int | None) -> Iterator[int]:
        """A department and those it is part of, upwards; a circle is walked once."""
        seen: set[int] = set()
        while department is not None and department in self.departments and department not in seen:
            seen.add(department)
            yield department
            department = self.departments[department]

    def below(self, department: int) -> frozenset[int]:
        """A department and all that are part of it."""
        if department not in self._below:
            self._below[department] = frozenset(d for d in self.departments if department in self.above(d))
        return self._below[department]

    def branch(self, department: int | None) -> frozenset[int]:
        """All departments of the branch a department belongs to; without branches, all departments."""
        path = list(self.above(department))
        for at in path:
            if at in self.branches:
                return self.below(at)
        return self.below(path[-1]) if path else frozenset()

    def staff(self, person: int) -> frozenset[int]:
        """Those a person leads, directly or over others: as their manager, as their department's, as their team's leader."""
        found: set[int] = set()
        waiting = [person]
        while waiting:
            leader = waiting.pop()
            direct = {p for p, manager in self.managers.items() if manager == leader}
            for department, manager in self.led.items():
                if manager == leader:
                    direct |= {p for p, d in self.people.items() if d in self.below(department)}
            new = direct - found - {person}
            found |= new
            waiting += new
        for head, open_, members in self.teams.values():
            if head == person or (open_ and person in members):
                found |= members
        return frozenset(found - {person})


def read_office(session: Session) -> Office:
    """The people as they are in the database."""
    user, department, position = User.__table__.c, Department.__table__.c, Position.__table__.c
    held, team, member = UserPosition.__table__.c, Team.__table__.c, TeamMember.__table__.c
    people = session.execute(
        select(user.id, user.department_id, user.manager_id, user.substitute_id, user.away_from, user.away_until).where(user.active)
    ).all()
    parts = session.execute(select(department.id, department.parent_id, department.branch, department.manager_id)).all()
    members: dict[int, set[int]] = defaultdict(set)
    for row in session.execute(select(member.parent_id, member.user_id)):
        members[row[0]].add(row[1])
    teams = session.execute(select(team.id, team.leader_id, team.open)).all()
    positions = (
        select(held.id, held.parent_id, held.position_id, held.department_id)
        .join(Position.__table__, position.id == held.position_id)
        .where(position.active)
    )
    home = {p.id: p.department_id for p in people}
    return Office(
        departments={d.id: d.parent_id for d in parts},
        branches=frozenset(d.id for d in parts if d.branch),
        led={d.id: d.manager_id for d in parts if d.manager_id is not None},
        people=home,
        managers={p.id: p.manager_id for p in people if p.manager_id is not None},
        stand_ins=[
            (p.id, p.substitute_id, p.away_from, p.away_until)
            for p in people
            if p.substitute_id is not None and (p.away_from or p.away_until)
        ],
        teams={id_: (leader, bool(open_), frozenset(members[id_])) for id_, leader, open_ in teams},
        held=[Held(r[0], r[1], r[2], r[3] or home[r[1]]) for r in session.execute(positions) if r[1] in home],
    )  # fmt: skip


def person_rows(office: Office) -> Iterator[tuple[int, int, int, dt.date | None, dt.date | None]]:
    """(holding, other person, reach, since, until): each person at the narrowest reach that holds them."""
    for held in office.held:
        narrowest: dict[tuple[int, Days], Reach] = {}

        def reaches(people: Iterable[int], reach: Reach, days: Days = _ALWAYS, found: Any = narrowest) -> None:
            for person in people:
                found.setdefault((person, days), reach)

        reaches([held.user], Reach.OWN)
        for absent, substitute, since, until in office.stand_ins:
            if substitute == held.user:
                reaches([absent], Reach.OWN, (since, until))
        reaches(office.staff(held.user), Reach.TEAM)
        for reach, departments in _department_reaches(office, held):
            reaches((p for p, d in office.people.items() if d in departments), reach)
        yield from ((held.id, other, int(reach), *days) for (other, days), reach in narrowest.items())


def _department_reaches(office: Office, held: Held) -> Iterator[tuple[Reach, frozenset[int]]]:
    if held.department is None or held.department not in office.departments:
        return
    yield Reach.DEPARTMENT, frozenset({held.department})
    yield Reach.BELOW, office.below(held.department)
    yield Reach.BRANCH, office.branch(held.department)


def department_rows(office: Office) -> Iterator[tuple[int, int, int]]:
    """(holding, department, reach)."""
    for held in office.held:
        narrowest: dict[int, Reach] = {}
        for reach, departments in _department_reaches(office, held):
            for department in departments:
                narrowest.setdefault(department, reach)
        yield from ((held.id, department, int(reach)) for department, reach in narrowest.items())


def group_rows(office: Office) -> Iterator[tuple[int, str, int, dt.date | None, dt.date | None]]:
    """(person, kind, id, since, until): the users, teams and departments as whom a person is meant."""
    for person, home in office.people.items():
        yield person, "user", person, None, None
        for absent, substitute, since, until in office.stand_ins:
            if substitute == person:
                yield person, "user", absent, since, until
        for team, (leader, _open, members) in office.teams.items():
            if person == leader or person in members:
                yield person, "team", team, None, None
        homes = {home, *(h.department for h in office.held if h.user == person)}
        for department in sorted({d for h in homes for d in office.above(h)}):
            yield person, "department", department, None, None


def right_rows(
    office: Office, said: Mapping[int, Holding], types: Iterable[RecordType]
) -> Iterator[tuple[int, int, str, str, int]]:
    """(person, holding, record type, operation, reach) of everything that is allowed."""
    kinds = list(types)
    # What one position says of a state counts beside what the others say of any state.
    stated = {name for holding in said.values() for _kind, name in holding.reaches if ":" in name}
    for held in office.held:
        holding = said[held.position]
        for kind in kinds:
            for name in (*OPERATIONS, *(o.name for o in kind.operations), *sorted(stated)):
                if reach := holding.reach(kind.key, name):
                    yield held.user, held.id, kind.key, name, int(reach)
        for name in PROGRAM_RIGHTS:
            if reach := holding.reach(PROGRAM, name):
                yield held.user, held.id, PROGRAM, name, int(reach)


def rebuild(session: Session, types: Iterable[RecordType]) -> bool:
    """Work out the access tables anew; gives whether anything changed. The version grows then, and every program reads its rights again."""
    session.flush()
    if guarded(session):  # the server does the same by itself, since nobody's own role may write these tables
        return bool(session.scalar(text("SELECT crm_follow()")))
    office = read_office(session)
    said = holdings_of(session, sorted({h.position for h in office.held}))
    changed = [
        _replace(session, AccessRight, ("user_id", "holding_id", "record_type", "operation", "reach"), right_rows(office, said, types)),
        _replace(session, AccessPerson, ("holding_id", "other_id", "reach", "since", "until"), person_rows(office)),
        _replace(session, AccessDepartment, ("holding_id", "department_id", "reach"), department_rows(office)),
        _replace(session, AccessGroup, ("user_id", "kind", "group_id", "since", "until"), group_rows(office)),
    ]
    bump(session)
    return any(changed)


def lock(session: Session) -> None:
    """Let one change of the people after another work out who reaches whom: each has to see what the one before it did."""
    state: Any = AccessState.__table__
    session.execute(update(state).where(state.c.id == 1).values(version=state.c.version))


def bump(session: Session) -> None:
    """Tell every program that rights must be read again."""
    state: Any = AccessState.__table__
    grown = session.execute(update(state).where(state.c.id == 1).values(version=state.c.version + 1))
    if grown.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(state).values(id=1, version=1))


def _replace(session: Session, model: Any, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> bool:
    """Make the table hold just these rows, leaving those that are right."""
    table: Any = model.__table__
    there = {tuple(r[1:]): r[0] for r in session.execute(select(table.c.id, *(table.c[n] for n in names)))}
    wanted = set(rows)
    stale = [id_ for row, id_ in there.items() if row not in wanted]
    for at in range(0, len(stale), 500):
        session.execute(delete(table).where(table.c.id.in_(stale[at : at + 500])))
    key: Callable[[tuple[Any, ...]], Any] = lambda row: tuple(str(v) for v in row)  # noqa: E731
    missing = [dict(zip(names, row, strict=True)) for row in sorted(wanted - there.keys(), key=key)]
    if missing:
        session.execute(insert(table), missing)
    return bool(stale or missing)
