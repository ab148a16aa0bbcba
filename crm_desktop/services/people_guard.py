"""What may not become of the people: rights wider than those of whoever gives them, circles, a company without its owner.

The office is looked at before and after a change, inside its transaction, whatever way the change came: a form, an import, an undo,
a restored record. What differs must be within the reach of the right to change people and rights; nothing needs to know which
screen it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Invalid
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import ANY, OPERATIONS, PROGRAM, PROGRAM_RIGHTS, Holding, Reach
from crm_desktop.services.access import asker, holdings_of
from crm_desktop.services.access_upkeep import lock
from crm_desktop.words import _
from db.access import departments_reached
from db.models.access import Position, Team, TeamMember, UserPosition
from db.models.office import Department, User
from db.models.sign_in import Credential

RIGHTS = f"{PROGRAM}.rights"


@dataclass(frozen=True)
class Person:
    """What of a person counts for rights."""

    active: bool
    department: int | None
    manager: int | None
    absence: tuple[Any, ...]  # substitute, first and last day
    held: frozenset[tuple[int, int | None]]  # position, in which department


@dataclass(frozen=True)
class Picture:
    """The office at one moment."""

    people: Mapping[int, Person]
    departments: Mapping[int, tuple[int | None, bool, int | None]]  # part of, is a branch, manager
    positions: Mapping[int, bool]  # active
    teams: Mapping[int, tuple[int | None, bool, frozenset[int]]]  # leader, open, members


def picture(session: Session) -> Picture:
    """The office as it is in the database now."""
    session.flush()
    user, department, position = User.__table__.c, Department.__table__.c, Position.__table__.c
    held, team, member = UserPosition.__table__.c, Team.__table__.c, TeamMember.__table__.c
    posts: dict[int, set[tuple[int, int | None]]] = {}
    for person, post, place in session.execute(select(held.parent_id, held.position_id, held.department_id)):
        posts.setdefault(person, set()).add((post, place))
    members: dict[int, set[int]] = {}
    for group, person in session.execute(select(member.parent_id, member.user_id)):
        members.setdefault(group, set()).add(person)
    people = session.execute(
        select(user.id, user.active, user.department_id, user.manager_id, user.substitute_id, user.away_from, user.away_until)
    )
    parts = session.execute(select(department.id, department.parent_id, department.branch, department.manager_id))
    teams = session.execute(select(team.id, team.leader_id, team.open))
    return Picture(
        {r[0]: Person(bool(r[1]), r[2], r[3], tuple(r[4:]), frozenset(posts.get(r[0], ()))) for r in people},
        {r[0]: (r[1], bool(r[2]), r[3]) for r in parts},
        {r[0]: bool(r[1]) for r in session.execute(select(position.id, position.active))},
        {r[0]: (r[1], bool(r[2]), frozenset(members.get(r[0], ()))) for r in teams},
    )


@contextmanager
def guarded(session: Session, app: Application, kind: RecordType | Iterable[RecordType]) -> Iterator[None]:
    """Let a change happen inside, then raise Invalid if it must not be. Does nothing for records that have no say in rights."""
    kinds = [kind] if isinstance(kind, RecordType) else list(kind)
    if not any(k.shapes_access for k in kinds):
        yield
        return
    lock(session)
    before = picture(session)
    branch = frozenset(session.scalars(departments_reached(asker(app.actor), PROGRAM, "rights")))
    owned = owners(session, before)
    able = owned & with_passwords(session)
    yield
    after = picture(session)
    if before == after:
        return
    found = dict(_circles(after))
    if owned and not owners(session, after):
        found["active"] = found["lines"] = _("Somebody must keep the rights of an owner: this is the last one who is active.")
    if able and not found and not owners(session, after) & with_passwords(session):
        found["active"] = found["lines"] = _("Somebody with the rights of an owner must be able to sign in: this is the last one.")
    if not found and not app.actor.rights.everything:
        found = dict(_Judge(session, app, before, after, branch).objections())
    if found:
        raise Invalid(found)


def everything(actor: Actor) -> bool:
    """Whether a person has every right there is, as an owner has."""
    rights = actor.rights
    return rights.everything or (rights.reach(ANY, ANY) == Reach.ALL and rights.reach(PROGRAM, "rights") == Reach.ALL)


def owners(session: Session, office: Picture) -> set[int]:
    """The active people who hold every right there is."""
    said = holdings_of(session, [p for p, active in office.positions.items() if active])
    whole = {
        p for p, h in said.items() if h.reach(ANY, ANY) == Reach.ALL and h.reach(PROGRAM, "rights") == Reach.ALL
    }  # fmt: skip
    return {i for i, person in office.people.items() if person.active and any(p in whole for p, _department in person.held)}


def with_passwords(session: Session) -> set[int]:
    """Those who have a password of their own; nobody, where sign-in is off."""
    return set(session.scalars(select(Credential.user_id).where(Credential.must_change.is_(False))))


def wider(app: Application, holding: Holding, actor: Actor) -> bool:
    """Whether a position reaches beyond the branch, or beyond what a branch's administrator may do."""
    if any(holding.reach(PROGRAM, n) > actor.reach(PROGRAM, n) for n in PROGRAM_RIGHTS):
        return True
    stated = {operation for _kind, operation in holding.reaches if ":" in operation}
    for kind in app.types.values():
        for name in (*OPERATIONS, *(o.name for o in kind.operations), *stated):
            if holding.reach(kind.key, name) > max(Reach.BRANCH, actor.reach(kind.key, name)):
                return True
    return False


def _circles(office: Picture) -> Iterator[tuple[str, str]]:
    if _circle({d: parent for d, (parent, _branch, _manager) in office.departments.items()}):
        yield "parent_id", _("A department cannot be part of one that is part of it.")
    if _circle({i: p.manager for i, p in office.people.items()}):
        yield "manager_id", _("Nobody can lead somebody by whom they are led.")


def _circle(above: Mapping[int, int | None]) -> bool:
    sound: set[int] = set()
    for start in above:
        path: set[int] = set()
        at: int | None = start
        while at is not None and at not in sound:
            if at in path:
                return True
            path.add(at)
            at = above.get(at)
        sound |= path
    return False


class _Judge:
    """What one person may not have done to the office."""

    def __init__(self, session: Session, app: Application, before: Picture, after: Picture, branch: frozenset[int]) -> None:
        self._app, self._before, self._after, self._branch = app, before, after, branch
        self._reach = app.actor.reach(PROGRAM, "rights")
        self._said = holdings_of(session, list(after.positions))

    def objections(self) -> Iterator[tuple[str, str]]:
        """Field and words of everything that may not be."""
        nobody = Person(False, None, None, (None, None, None), frozenset())
        for id_ in self._before.people.keys() | self._after.people.keys():
            was, now = self._before.people.get(id_), self._after.people.get(id_)
            if was != now:
                yield from self._person(id_, was or nobody, now or nobody, was is None)
        for id_ in self._before.departments.keys() | self._after.departments.keys():
            if self._before.departments.get(id_) != self._after.departments.get(id_):
                yield from self._department(id_)
        for id_ in self._before.positions.keys() & self._after.positions.keys():
            if self._before.positions[id_] != self._after.positions[id_] and self._reach < Reach.ALL:
                yield "active", self._no_right()
        for id_ in self._before.teams.keys() | self._after.teams.keys():
            if self._before.teams.get(id_) != self._after.teams.get(id_):
                yield from self._team(id_)

    def _no_right(self) -> str:
        return _("You have no permission to change people and their rights.")

    def _in_branch(self, person: int | None) -> bool:
        return person is None or any(
            i.people[person].department in self._branch for i in (self._before, self._after) if person in i.people
        )

    def _person(self, id_: int, was: Person, now: Person, new: bool) -> Iterator[tuple[str, str]]:
        own = id_ == self._app.actor.user_id
        if own and (was.held != now.held or was.department != now.department) and not everything(self._app.actor):
            yield ("lines" if was.held != now.held else "department_id"), _("Nobody changes their own positions: ask somebody else.")
            return
        if was.absence != now.absence and not own and self._reach < Reach.BRANCH and not (new and not any(now.absence)):
            yield "substitute_id", self._no_right()
        changed = [
            name for name, differs in (("lines", was.held != now.held), ("active", was.active != now.active and not new),
            ("department_id", was.department != now.department and not new), ("manager_id", was.manager != now.manager),
            ("substitute_id", was.absence != now.absence and not own)) if differs
        ]  # fmt: skip
        if self._reach == Reach.ALL or not (changed or new):
            return
        if self._reach < Reach.BRANCH:
            yield from ((name, self._no_right()) for name in changed)
            return
        yield from self._in_own_branch(was, now, changed, new)

    def _in_own_branch(self, was: Person, now: Person, changed: list[str], new: bool) -> Iterator[tuple[str, str]]:
        places = {now.department} if new else {was.department, now.department}
        places |= {d for _position, d in was.held ^ now.held if d is not None}
        if not places <= self._branch:
            yield "department_id", _("You may only look after the people of your own branch.")
        if "manager_id" in changed and not self._in_branch(now.manager):
            yield "manager_id", _("You may only look after the people of your own branch.")
        touched = {p for p, _department in was.held ^ now.held}
        if {"active", "department_id"} & set(changed):
            touched |= {p for p, _department in was.held}
        if any(p in self._said and wider(self._app, self._said[p], self._app.actor) for p in touched):
            yield "lines", _("This position reaches further than you may give or take.")

    def _department(self, id_: int) -> Iterator[tuple[str, str]]:
        if self._reach == Reach.ALL:
            return
        was, now = self._before.departments.get(id_), self._after.departments.get(id_)
        parent = now[0] if now else None
        if self._reach < Reach.BRANCH:
            yield "parent_id", self._no_right()
        elif was is None:
            if parent is None or not (parent in self._branch or parent not in self._before.departments):
                yield "parent_id", _("A new department must be part of your branch.")
        elif id_ not in self._branch or (was[1] and (now is None or now[0] != was[0])) or (now and now[1] != was[1]):
            yield ("branch" if now and now[1] != was[1] else "parent_id"), _("Only the head office changes branches.")
        elif now and ((parent != was[0] and parent not in self._branch) or not self._in_branch(now[2])):
            yield "manager_id" if parent == was[0] else "parent_id", _("You may only look after the people of your own branch.")

    def _team(self, id_: int) -> Iterator[tuple[str, str]]:
        if self._reach == Reach.ALL:
            return
        sides = [t for t in (self._before.teams.get(id_), self._after.teams.get(id_)) if t]
        people = {p for leader, _open, members in sides for p in (leader, *members)}
        if self._reach < Reach.BRANCH:
            yield "leader_id", self._no_right()
        elif not all(self._in_branch(p) for p in people):
            yield "leader_id", _("You may only look after the people of your own branch.")
