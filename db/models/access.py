"""Who may do what: positions with their rights, teams, records shared with people, and what follows from all of it.

The `access_…` tables are worked out (see services/access_upkeep.py) from people, positions, departments and teams whenever one of
those changes. Conditions over them are the same in every question the program asks and in the row-level security of PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, LineBase, Record, now
from db.fields import field
from db.types import Date, Tags


class Position(Record):
    """A post in the company. What a person may do comes from the posts the person holds, and from nothing else."""

    __tablename__ = "position"
    name: Mapped[str] = field(
        "Name", required=True, unique=True, width=20, search="name", sort="name_key", sortable=True, translated=True
    )
    name_key: Mapped[str] = mapped_column(default="")
    key: Mapped[str] = field("Key", "code", computed=True, help="Of a position that came with the program.")
    active: Mapped[bool] = field("Active", "yes_no", width=8, default=True)
    discount_limit: Mapped[Decimal | None] = field(
        "Discount limit %", "percent", width=12,
        help="How far below the price by list whoever holds it may go alone; of several positions the widest counts, empty ones do not.",
    )  # fmt: skip
    hidden: Mapped[tuple[str, ...]] = mapped_column(Tags(), default=())  # areas and panels kept out of sight
    note: Mapped[str] = field("Note", "long_text", width=40)


class PositionRight(Base):
    """How far one operation reaches for a position. record_type "*" and the operation "*" are what is not said otherwise."""

    __tablename__ = "position_right"
    __table_args__ = (UniqueConstraint("position_id", "record_type", "operation"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"))
    record_type: Mapped[str]
    operation: Mapped[str]
    reach: Mapped[int]


class PositionField(Base):
    """What a position may do with one field: 0 hidden, 1 read, 2 write. A line's field is called `lines.price`."""

    __tablename__ = "position_field"
    __table_args__ = (UniqueConstraint("position_id", "record_type", "field"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"))
    record_type: Mapped[str]
    field: Mapped[str]
    access: Mapped[int]


class UserPosition(LineBase):
    """A position that a person holds: in the own department, or in another one."""

    __tablename__ = "user_position"
    parent_id: Mapped[int] = field(
        "User", "reference", target="users", nullable=False, references="user_account.id", on_delete="CASCADE", index=True
    )
    position_id: Mapped[int | None] = field(
        "Position", "reference", target="positions", required=True, width=24, references="position.id", index=True
    )
    department_id: Mapped[int | None] = field(
        "In department", "reference", target="departments", width=24, references="department.id", index=True,
        help="Empty: the person's own department.",
    )  # fmt: skip


class Team(Record):
    """People who work together, across departments."""

    __tablename__ = "team"
    name: Mapped[str] = field("Name", required=True, unique=True, width=20, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    leader_id: Mapped[int | None] = field(
        "Leader", "reference", target="users", width=16, references="user_account.id", index=True
    )
    open: Mapped[bool] = field(
        "Members share records", "yes_no", default=False,
        help="On: members reach each other's records. Off: only the leader reaches the records of the members.",
    )  # fmt: skip
    note: Mapped[str] = field("Note", "long_text", width=30)


class TeamMember(LineBase):
    """One person in a team."""

    __tablename__ = "team_member"
    parent_id: Mapped[int] = field(
        "Team", "reference", target="teams", nullable=False, references="team.id", on_delete="CASCADE", index=True
    )
    user_id: Mapped[int | None] = field(
        "Member", "reference", target="users", required=True, width=24, references="user_account.id", index=True
    )


class RecordShare(Base):
    """A record that was shared with a person, a team or a department."""

    __tablename__ = "record_share"
    __table_args__ = (UniqueConstraint("record_type", "record_id", "grantee_kind", "grantee_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    record_type: Mapped[str]
    record_id: Mapped[int]
    grantee_kind: Mapped[str]  # user, team, department
    grantee_id: Mapped[int]
    may_change: Mapped[bool] = mapped_column(default=False)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    by_id: Mapped[int | None]


class AccessState(Base):
    """One row; `version` grows with every change of what follows from people, positions, departments and teams."""

    __tablename__ = "access_state"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=0)


class AccessRight(Base):
    """How far an operation reaches for one position that a person holds (`holding_id` is user_position.id). Worked out."""

    __tablename__ = "access_right"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    holding_id: Mapped[int]
    record_type: Mapped[str]
    operation: Mapped[str]
    reach: Mapped[int]


class AccessPerson(Base):
    """That records of `other_id` are within `reach` and every wider reach of a held position. Worked out.

    since, until: the days between which it holds, for those who stand in for somebody; NULL: always.
    """

    __tablename__ = "access_person"
    id: Mapped[int] = mapped_column(primary_key=True)
    holding_id: Mapped[int]
    other_id: Mapped[int]
    reach: Mapped[int]
    since: Mapped[dt.date | None] = mapped_column(Date())
    until: Mapped[dt.date | None] = mapped_column(Date())


class AccessDepartment(Base):
    """That records of a department are within `reach` and every wider reach of a held position. Worked out."""

    __tablename__ = "access_department"
    id: Mapped[int] = mapped_column(primary_key=True)
    holding_id: Mapped[int]
    department_id: Mapped[int]
    reach: Mapped[int]


class AccessGroup(Base):
    """That a person is meant when something is shared with this user, team or department. Worked out."""

    __tablename__ = "access_group"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    kind: Mapped[str]
    group_id: Mapped[int]
    since: Mapped[dt.date | None] = mapped_column(Date())
    until: Mapped[dt.date | None] = mapped_column(Date())


Index("ix_access_right_user", AccessRight.user_id, AccessRight.record_type, AccessRight.operation)
Index("ix_access_person_holding", AccessPerson.holding_id, AccessPerson.reach)
Index("ix_access_department_holding", AccessDepartment.holding_id, AccessDepartment.reach)
Index("ix_access_group_user", AccessGroup.user_id)
Index("ix_record_share_grantee", RecordShare.record_type, RecordShare.grantee_kind, RecordShare.grantee_id)

WORKED_OUT: tuple[Any, ...] = (AccessRight, AccessPerson, AccessDepartment, AccessGroup)
"""The tables that `services/access_upkeep.py` fills."""
