"""Which rows a person reaches, as a condition of SQL: the one text behind every question of the program and behind the row-level
security of PostgreSQL.

Whom a person reaches was worked out beforehand into small tables (db/models/access.py), so the condition looks up a few numbers and
never walks an organisation. It is asked anew with every statement: a change of people, teams or shares counts at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select

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


def shared_with(asker: Asker, key: str, right_key: str, operation: str) -> Any:
    """The rows that were shared with the asker, as a subquery of their ids."""
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
    return query if operation in READS else query.where(share.c.may_change)


def within_as(subject: Subject, asker: Asker, right_key: str, operation: str, table: Any = None) -> ColumnElement[bool]:
    """That a row is somebody's whom the asker reaches by the right to another record type, whose rows belong to this one's."""
    return _own(subject, subject.table if table is None else table, asker, right_key, operation)


def _own(subject: Subject, table: Any, asker: Asker, right_key: str, operation: str) -> ColumnElement[bool]:
    limits = subject.limits
    tests: list[Any] = [table.c[n].in_(owners_reached(asker, right_key, operation)) for n in limits.owners]
    if limits.department:
        tests.append(table.c[limits.department].in_(departments_reached(asker, right_key, operation)))
    tests.append(table.c.id.in_(shared_with(asker, subject.key, right_key, operation)))
    return or_(false(), *tests)


def within(subject: Subject, asker: Asker, operation: str, table: Any = None) -> ColumnElement[bool]:
    """That a row of `table` (the subject's own, or an alias of it) is within the asker's reach, which is not all."""
    table = subject.table if table is None else table
    own = _own(subject, table, asker, subject.key, operation)
    if subject.parent is None:
        return own
    above = subject.parent.table.alias()
    parents = select(above.c.id).where(_own(subject.parent, above, asker, subject.key, operation))
    return or_(own, table.c[subject.limits.parent].in_(parents))


def tables() -> Sequence[Any]:
    """The tables that conditions look into."""
    return [m.__table__ for m in (AccessRight, AccessPerson, AccessDepartment, AccessGroup, RecordShare)]
