"""Which rows a person reaches, as a condition of SQL: the one text behind every question of the program and behind the row-level
security of PostgreSQL.

Whom a person reaches was worked out beforehand into small tables (db/models/access.py), so the condition looks up a few numbers and
never walks an organisation. It is asked anew with every statement: a change of people, teams or shares counts at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from db.models.access import AccessDepartment, AccessGroup, AccessPerson, AccessRight, RecordShare

ALL = 9
SHARED = 2
"""As in crm_desktop.rights.Reach; a test holds the two together."""

READS = frozenset({"see", "print", "export", "copy"})
"""Operations for which it is enough that a record was shared to be read."""


@dataclass(frozen=True)
class Limits:
    """What makes a row somebody's. owners: columns that name people; department: a column that names one; parent: the column that
    points to the row it belongs to, with whose reach it comes."""

    owners: tuple[str, ...] = ("owner_id",)
    department: str = "department_id"
    parent: str = ""


@dataclass(frozen=True)
class Subject:
    """The rows of one record type, and those they belong to."""

    key: str
    table: Any
    limits: Limits = Limits()
    parent: Subject | None = None


@dataclass(frozen=True)
class Asker:
    """Who asks, on which day, as SQL: bound values in the program, functions in a policy of PostgreSQL."""

    user: Any
    today: Any

    def people(self, key: str, operation: str) -> Any:
        """What a column that names somebody is looked for in."""
        return owners_reached(self, key, operation)

    def departments(self, key: str, operation: str) -> Any:
        """What a column that names a department is looked for in."""
        return departments_reached(self, key, operation)

    def shared(self, key: str, right_key: str, operation: str) -> Any:
        """What the ids of shared rows are looked for in."""
        return shared_with(self, key, right_key, operation)

    def belongs(self, column: Any, parents: Any, _key: str, _operation: str) -> Any:
        """That a reference points to a row above that is reached; parents: the question for their ids."""
        return column.in_(parents)


@dataclass(frozen=True)
class Known:
    """The same for one right, looked up beforehand: with plain numbers an engine finds the rows by its indexes.

    shares: by the record type whose rows were shared.
    """

    owners: tuple[int, ...]
    places: tuple[int, ...]
    shares: Mapping[str, tuple[int, ...]]

    def people(self, _key: str, _operation: str) -> Any:
        """What a column that names somebody is looked for in."""
        return self.owners

    def departments(self, _key: str, _operation: str) -> Any:
        """What a column that names a department is looked for in."""
        return self.places

    def shared(self, key: str, _right_key: str, _operation: str) -> Any:
        """What the ids of shared rows are looked for in."""
        return self.shares[key]

    def belongs(self, column: Any, parents: Any, _key: str, _operation: str) -> Any:
        """That a reference points to a row above that is reached; parents: the question for their ids."""
        return column.in_(parents)


def _holdings(asker: Asker, key: str, operation: str, least: Any) -> ColumnElement[bool]:
    """That a row of AccessRight gives the asker this operation at `least` or wider."""
    right: Any = AccessRight.__table__
    return and_(
        right.c.user_id == asker.user, right.c.record_type == key, right.c.operation == operation, right.c.reach >= least
    )


def reaches_all(asker: Asker, key: str, operation: str) -> ColumnElement[bool]:
    """That the asker may do it with every row."""
    right: Any = AccessRight.__table__
    return exists(select(right.c.id).where(_holdings(asker, key, operation, ALL)))


def has_right(asker: Asker, key: str, operation: str) -> ColumnElement[bool]:
    """That the asker may do it with some rows at least."""
    right: Any = AccessRight.__table__
    return exists(select(right.c.id).where(_holdings(asker, key, operation, 1)))


def _valid(table: Any, asker: Asker) -> ColumnElement[bool]:
    """That a row which may hold for some days only holds today."""
    return and_(
        or_(table.c.since.is_(None), table.c.since <= asker.today), or_(table.c.until.is_(None), table.c.until >= asker.today)
    )


def owners_reached(asker: Asker, key: str, operation: str) -> Any:
    """The people whose rows are reached, as a subquery of their ids."""
    right: Any = AccessRight.__table__
    person: Any = AccessPerson.__table__
    return (
        select(person.c.other_id)
        .join(right, right.c.holding_id == person.c.holding_id)
        .where(_holdings(asker, key, operation, person.c.reach), _valid(person, asker))
    )


def departments_reached(asker: Asker, key: str, operation: str) -> Any:
    """The departments whose rows are reached, as a subquery of their ids."""
    right: Any = AccessRight.__table__
    department: Any = AccessDepartment.__table__
    return (
        select(department.c.department_id)
        .join(right, right.c.holding_id == department.c.holding_id)
        .where(_holdings(asker, key, operation, department.c.reach))
    )


def shared_with(asker: Asker, key: str, right_key: str, operation: str, change: bool | None = None) -> Any:
    """The rows that were shared with the asker, as a subquery of their ids.

    change: only those shared to be changed; None: as the operation asks.
    """
    change = operation not in READS if change is None else change
    right: Any = AccessRight.__table__
    share: Any = RecordShare.__table__
    group: Any = AccessGroup.__table__
    query = (
        select(share.c.record_id)
        .join(group, and_(group.c.kind == share.c.grantee_kind, group.c.group_id == share.c.grantee_id))
        .where(
            group.c.user_id == asker.user,
            _valid(group, asker),
            share.c.record_type == key,
            exists(select(right.c.id).where(_holdings(asker, right_key, operation, SHARED)).correlate(None)),
        )
    )
    return query.where(share.c.may_change) if change else query


def within_as(subject: Subject, asker: Asker | Known, right_key: str, operation: str, table: Any = None) -> ColumnElement[bool]:
    """That a row is somebody's whom the asker reaches by the right to another record type, whose rows belong to this one's."""
    return _own(subject, subject.table if table is None else table, asker, right_key, operation)


def look_up(connection: Connection | Session, asker: Asker, subject: Subject, operation: str) -> Known:
    """Ask for what is reached once, to put the numbers into many statements."""

    def ids(query: Any) -> tuple[int, ...]:
        return tuple(sorted(set(connection.scalars(query))))

    kinds = [subject] if subject.parent is None else [subject, subject.parent]
    return Known(
        ids(owners_reached(asker, subject.key, operation)),
        ids(departments_reached(asker, subject.key, operation)),
        {kind.key: ids(shared_with(asker, kind.key, subject.key, operation)) for kind in kinds},
    )


def _own(subject: Subject, table: Any, asker: Asker | Known, right_key: str, operation: str) -> ColumnElement[bool]:
    limits = subject.limits
    people = asker.people(right_key, operation)
    tests = [(table.c[n], people) for n in limits.owners]
    if limits.department:
        tests.append((table.c[limits.department], asker.departments(right_key, operation)))
    tests.append((table.c.id, asker.shared(subject.key, right_key, operation)))
    return or_(false(), *(column.in_(values) for column, values in tests if values != ()))


def within(subject: Subject, asker: Asker | Known, operation: str, table: Any = None) -> ColumnElement[bool]:
    """That a row of `table` (the subject's own, or an alias of it) is within the asker's reach, which is not all."""
    table = subject.table if table is None else table
    own = _own(subject, table, asker, subject.key, operation)
    if subject.parent is None:
        return own
    above = subject.parent.table.alias()
    parents = select(above.c.id).where(_own(subject.parent, above, asker, subject.key, operation))
    return or_(own, asker.belongs(table.c[subject.limits.parent], parents, subject.key, operation))
