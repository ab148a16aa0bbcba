"""What a person may do, and why: for a record type how far each operation reaches and which position says so; for one record yes or
no with the reason; for every field whether it is hidden.

Whether is asked of the same condition that every list is asked with; the reason is worked out beside it from the same tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Missing, Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import PROGRAM, PROGRAM_RIGHTS, REACHES, Access, Holding, Reach
from crm_desktop.services.access import actor_of, asker, asking, gone, holdings_of, reached, subject
from crm_desktop.services.access_upkeep import Office, read_office
from crm_desktop.services.people_guard import RIGHTS
from crm_desktop.services.reading import read_records
from crm_desktop.services.references import labels
from crm_desktop.services.rights_editing import ACCESSES, fields_of, operation_words, operations_of
from crm_desktop.words import _
from db.access import READS, departments_reached, within
from db.models.access import AccessDepartment, AccessGroup, AccessPerson, Position, RecordShare, UserPosition
from db.models.office import Department, User


@dataclass(frozen=True)
class Answer:
    """One operation. allowed: for the record that was asked about, None where none was; why: in words."""

    operation: str
    label: str
    reach: Reach
    positions: tuple[str, ...]  # those that give this reach
    allowed: bool | None
    why: str

    @property
    def reach_words(self) -> str:
        """How far it reaches, in the person's language."""
        return _(REACHES[self.reach])


@dataclass(frozen=True)
class FieldAnswer:
    """One field."""

    name: str
    label: str
    access: Access
    positions: tuple[str, ...]

    @property
    def access_words(self) -> str:
        return _(ACCESSES[self.access])


@dataclass(frozen=True)
class Explanation:
    """What one person may do. positions: what the person holds, in words; record: how the record is called."""

    user_id: int
    user: str
    active: bool
    positions: tuple[str, ...]
    type: str
    record: str
    operations: tuple[Answer, ...]
    fields: tuple[FieldAnswer, ...]
    program: tuple[Answer, ...]


class _Post(NamedTuple):
    """A position as somebody holds it."""

    id: int
    name: str
    holding: Holding


def find_user(app: Application, name: str) -> int:
    """The id of the user with this sign-in name or name. Raises Missing."""
    table: Any = User.__table__
    with asking(app) as connection:
        test = or_(table.c.sign_in == name, table.c.name == name)
        id_ = connection.scalar(select(table.c.id).where(test).order_by(table.c.sign_in != name, table.c.id).limit(1))
    if id_ is None:
        raise Missing(_("There is no user “{name}”.").format(name=name))
    return int(id_)


def explain(app: Application, user_id: int, type_key: str, record_id: int | None = None) -> Explanation:
    """What a person may do with records of a type, or with one of them.

    Everybody may ask about themselves; about others whoever looks after rights, in one branch or all. The record must be one that
    the person who asks sees: a question gives nothing away.
    """
    kind = app.type(type_key)
    with asking(app) as connection:
        name, active = _asked_about(app, connection, user_id)
        actor = actor_of(connection, user_id, "") or Actor(user_id, name)
        posts, held = _posts(connection, user_id) if active else ([], [])
        about = _Record(app, connection, kind, record_id, actor) if record_id is not None else None
        operations = tuple(_answer(kind, operation, posts, about) for operation in _asked(kind, about))
    access = tuple(_field(kind, n, f.label, f.secret, posts) for n, f in fields_of(kind).items())
    program = tuple(_program(n, posts) for n in PROGRAM_RIGHTS)
    return Explanation(user_id, name, active, tuple(held), kind.key, about.label if about else "", operations, access, program)


def _asked_about(app: Application, connection: Connection, user_id: int) -> tuple[str, bool]:
    table: Any = User.__table__
    row = connection.execute(select(table.c.name, table.c.active, table.c.department_id).where(table.c.id == user_id)).one_or_none()
    if user_id != app.actor.user_id:
        app.actor.require(RIGHTS)
        if row is not None and app.actor.reach(PROGRAM, "rights") < Reach.ALL:
            branch = set(connection.scalars(departments_reached(asker(app.actor), PROGRAM, "rights")))
            if row.department_id not in branch:
                raise Refused(_("You may only look after the people of your own branch."))
    if row is None:
        raise gone()
    return row.name, bool(row.active)


def _posts(connection: Connection, user_id: int) -> tuple[list[_Post], list[str]]:
    held: Any = UserPosition.__table__
    position: Any = Position.__table__
    place: Any = Department.__table__
    query = (
        select(held.c.id, held.c.position_id, position.c.name, place.c.name.label("place"))
        .join(position, position.c.id == held.c.position_id)
        .outerjoin(place, place.c.id == held.c.department_id)
        .where(held.c.parent_id == user_id, position.c.active)
        .order_by(held.c.position, held.c.id)
    )
    rows = connection.execute(query).all()
    said = holdings_of(connection, [r.position_id for r in rows])
    posts = [_Post(r.id, _(r.name), said[r.position_id]) for r in rows]
    words = [_("{position} in {department}").format(position=_(r.name), department=r.place) if r.place else _(r.name) for r in rows]
    return posts, words


def _asked(kind: RecordType, about: _Record | None) -> list[str]:
    """The operations worth telling: of a document its present state alone."""
    names = list(operations_of(kind))
    if about is None:
        return names
    state = about.draft.values.get("status")
    return [n for n in names if n == f"change:{state}" or (":" not in n and n not in ("add", "import", "setup"))]


def _answer(kind: RecordType, operation: str, posts: Sequence[_Post], about: _Record | None) -> Answer:
    reach = max((p.holding.reach(kind.key, operation) for p in posts), default=Reach.NONE)
    givers = tuple(p.name for p in posts if p.holding.reach(kind.key, operation) == reach) if reach else ()
    label = operation_words(kind, operation)
    if about is None:
        why = _("No position of this person allows it.") if not reach else ""
        return Answer(operation, label, reach, givers, None, why)
    return Answer(operation, label, reach, givers, about.allows(operation, reach), about.why(operation, posts, reach))


def _field(kind: RecordType, name: str, label: str, secret: bool, posts: Sequence[_Post]) -> FieldAnswer:
    said = [(p.holding.access(kind.key, name, secret), p.name) for p in posts]
    access = max((a for a, _name in said), default=Access.HIDDEN)
    words = _("Line: {field}").format(field=_(label)) if name.startswith("lines.") else _(label)
    return FieldAnswer(name, words, access, tuple(n for a, n in said if a == access))


def _program(name: str, posts: Sequence[_Post]) -> Answer:
    reach = max((p.holding.reach(PROGRAM, name) for p in posts), default=Reach.NONE)
    givers = tuple(p.name for p in posts if p.holding.reach(PROGRAM, name) == reach) if reach else ()
    why = "" if reach else _("No position of this person allows it.")
    return Answer(name, _(PROGRAM_RIGHTS[name]), reach, givers, None, why)


class _Path(NamedTuple):
    """One way a record is reached: from which reach on, for which held position (None: any), and in words."""

    reach: Reach
    post: int | None
    words: str
    reads_only: bool = False


class _Record:
    """One record, and every way in which one person reaches it."""

    def __init__(self, app: Application, connection: Connection, kind: RecordType, id_: int, actor: Actor) -> None:
        if not reached(app, connection, kind, "see", [id_]):
            raise gone()
        found = read_records(app, connection, kind, [id_]).get(id_)
        if found is None:
            raise gone()
        self._connection, self.kind, self.actor = connection, kind, actor
        self._subject = subject(app, kind)
        self.draft = found
        self.label = kind.label_of(found.values)
        # read_office only asks; a connection answers as a session does
        self._office: Office = read_office(cast(Session, connection))
        self._names = _Names(app, connection)
        self._paths = [*self._own(kind, found, ""), *self._parent(app)]

    def allows(self, operation: str, reach: Reach) -> bool:
        """Whether the condition of every list holds for it."""
        if reach in (Reach.NONE, Reach.ALL):
            return reach == Reach.ALL
        table = self._subject.table
        test = within(self._subject, asker(self.actor), operation)
        return self._connection.scalar(select(table.c.id).where(table.c.id == self.draft.id, test)) is not None

    def why(self, operation: str, posts: Sequence[_Post], reach: Reach) -> str:
        """The reason for yes or no."""
        if not reach:
            return _("No position of this person allows it.")
        whole = next((p for p in posts if p.holding.reach(self.kind.key, operation) == Reach.ALL), None)
        if whole is not None:
            return _("{position} reaches all of them.").format(position=whole.name)
        found = self.path(operation, posts)
        if found is not None:
            return found.words
        words = []
        if any(p.reads_only for p in self._paths) and operation not in READS:
            words.append(_("It was shared to be read only."))
        people = [self._names.user(p) for p in self._owners(self.kind, self.draft)]
        words.append(_("It belongs to {people}.").format(people=", ".join(people)) if people else _("It belongs to nobody."))
        words.append(_("The widest reach for this is “{reach}”.").format(reach=_(REACHES[reach])))
        return " ".join(words)

    def path(self, operation: str, posts: Sequence[_Post]) -> _Path | None:
        """The narrowest way by which an operation reaches the record."""
        by_id = {p.id: p.holding.reach(self.kind.key, operation) for p in posts}
        widest = max(by_id.values(), default=Reach.NONE)
        fitting = [
            p for p in self._paths
            if p.reach <= (widest if p.post is None else by_id.get(p.post, Reach.NONE)) and not (p.reads_only and operation not in READS)
        ]  # fmt: skip
        return min(fitting, key=lambda p: p.reach, default=None)

    def _parent(self, app: Application) -> Iterator[_Path]:
        above = self.draft.values.get(self.kind.limits.parent) if self.kind.limits.parent else None
        if isinstance(above, Ref):
            kind = app.type(self.kind.fields[self.kind.limits.parent].target)
            record = read_records(app, self._connection, kind, [above.id]).get(above.id)
            if record is not None:
                prefix = _("Through {title} “{name}”:").format(title=_(kind.title), name=kind.label_of(record.values))
                yield from self._own(kind, record, f"{prefix} ")

    def _owners(self, kind: RecordType, draft: Draft) -> list[int]:
        values = (draft.id if n == "id" else draft.values.get(n) for n in kind.limits.owners)
        return list(dict.fromkeys(v.id if isinstance(v, Ref) else v for v in values if v is not None))

    def _own(self, kind: RecordType, draft: Draft, prefix: str) -> Iterator[_Path]:
        for owner in self._owners(kind, draft):
            yield from (p._replace(words=prefix + p.words) for p in self._through_person(owner))
        place = draft.id if kind.limits.department == "id" else draft.values.get(kind.limits.department)
        if place is not None:
            at = place.id if isinstance(place, Ref) else int(place)
            yield from (p._replace(words=prefix + p.words) for p in self._through_department(at))
        yield from (p._replace(words=prefix + p.words) for p in self._through_shares(kind, int(draft.id or 0)))

    def _through_person(self, owner: int) -> Iterator[_Path]:
        person: Any = AccessPerson.__table__
        held: Any = UserPosition.__table__
        query = (
            select(person.c.holding_id, person.c.reach, person.c.since, person.c.until)
            .join(held, held.c.id == person.c.holding_id)
            .where(held.c.parent_id == self.actor.user_id, person.c.other_id == owner)
        )
        today = dt.date.today()
        for row in self._connection.execute(query):
            if (row.since is None or row.since <= today) and (row.until is None or row.until >= today):
                yield _Path(Reach(row.reach), row.holding_id, self._person_words(owner, Reach(row.reach), row.until))

    def _person_words(self, owner: int, reach: Reach, until: dt.date | None) -> str:
        me, other = self.actor.name, self._names.user(owner)
        if owner == self.actor.user_id:
            return _("It belongs to {person}.").format(person=me)
        if reach == Reach.OWN:
            if until is None:
                return _("{person} stands in for {other}.").format(person=me, other=other)
            return _("{person} stands in for {other} until {day}.").format(person=me, other=other, day=until.isoformat())
        if reach == Reach.TEAM:
            return self._lead_words(owner, me, other)
        department = self._office.people.get(owner)
        words = _("{other} works in {department}, which is within “{reach}”.")
        return words.format(other=other, department=self._names.department(department), reach=_(REACHES[reach]))

    def _lead_words(self, owner: int, me: str, other: str) -> str:
        office, mine = self._office, self.actor.user_id
        if office.managers.get(owner) == mine:
            return _("{person} leads {other} as manager.").format(person=me, other=other)
        for department in office.above(office.people.get(owner)):
            if office.led.get(department) == mine:
                place = self._names.department(department)
                return _("{person} leads {other} as manager of {department}.").format(person=me, other=other, department=place)
        for team, (leader, open_, members) in office.teams.items():
            if owner in members and leader == mine:
                return _("{person} leads {other} through team {team}.").format(person=me, other=other, team=self._names.team(team))
            if owner in members and open_ and mine in members:
                return _("{person} and {other} share their records in team {team}.").format(
                    person=me, other=other, team=self._names.team(team)
                )
        return _("{person} leads {other} through those in between.").format(person=me, other=other)

    def _through_department(self, department: int) -> Iterator[_Path]:
        place: Any = AccessDepartment.__table__
        held: Any = UserPosition.__table__
        query = (
            select(place.c.holding_id, place.c.reach)
            .join(held, held.c.id == place.c.holding_id)
            .where(held.c.parent_id == self.actor.user_id, place.c.department_id == department)
        )
        words = _("It belongs to department {department}, which is within “{reach}”.")
        for row in self._connection.execute(query):
            reach = Reach(row.reach)
            yield _Path(reach, row.holding_id, words.format(department=self._names.department(department), reach=_(REACHES[reach])))

    def _through_shares(self, kind: RecordType, id_: int) -> Iterator[_Path]:
        share: Any = RecordShare.__table__
        group: Any = AccessGroup.__table__
        query = (
            select(share.c.grantee_kind, share.c.grantee_id, share.c.may_change, share.c.at, share.c.by_id, group.c.since, group.c.until)
            .join(group, and_(group.c.kind == share.c.grantee_kind, group.c.group_id == share.c.grantee_id))
            .where(group.c.user_id == self.actor.user_id, share.c.record_type == kind.key, share.c.record_id == id_)
        )
        today = dt.date.today()
        for row in self._connection.execute(query):
            if (row.since is None or row.since <= today) and (row.until is None or row.until >= today):
                day, whom = row.at.astimezone().date().isoformat(), self._names.of(row.grantee_kind, row.grantee_id)
                words = _("Shared by {by} on {day} with {whom}.").format(by=self._names.user(row.by_id), day=day, whom=whom)
                yield _Path(Reach.SHARED, None, words, not row.may_change)


class _Names:
    """Names of people, teams and departments, asked for once."""

    def __init__(self, app: Application, connection: Connection) -> None:
        self._app, self._connection = app, connection
        self._known: dict[tuple[str, int], str] = {}

    def _name(self, type_key: str, id_: int | None) -> str:
        if id_ is None:
            return _("nobody")
        key = (type_key, id_)
        if key not in self._known:
            self._known[key] = labels(self._app, self._connection, type_key, [id_]).get(id_, "•••")
        return self._known[key]

    def user(self, id_: int | None) -> str:
        return self._name("users", id_)

    def department(self, id_: int | None) -> str:
        return self._name("departments", id_)

    def team(self, id_: int | None) -> str:
        return self._name("teams", id_)

    def of(self, kind: str, id_: int) -> str:
        return self._name({"user": "users", "team": "teams", "department": "departments"}[kind], id_)


def overview(app: Application, user_id: int, operations: Sequence[str] = ()) -> list[tuple[str, Mapping[str, Reach]]]:
    """How far each operation reaches, type by type."""
    found: list[tuple[str, Mapping[str, Reach]]] = []
    for key, kind in app.types.items():
        answers = explain(app, user_id, key).operations
        wanted = operations or operations_of(kind)
        found.append((key, {a.operation: a.reach for a in answers if a.operation in wanted}))
    return found
