"""People, departments and the set-up tables that the other records point to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Record
from db.fields import field


class Department(Record):
    """A part of the company; departments form a tree."""

    __tablename__ = "department"
    name: Mapped[str] = field("Name", required=True, width=24, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = field(
        "Part of", "reference", target="departments", width=20, references="department.id"
    )
    manager_id: Mapped[int | None] = field("Manager", "reference", target="users", width=16)
    branch: Mapped[bool] = field(
        "Is a branch", "yes_no", default=False, nullable=True, help="A branch with all departments below it looks after its own people."
    )
    note: Mapped[str] = field("Note", "long_text")
    # Without a constraint: users point to departments, and two tables that point to each other can be neither made nor copied in order.
    owner_id: Mapped[int | None] = field("Owner", "reference", section="Record", target="users")


class User(Record):
    """A person who works with the program. Called user_account because `user` is a word of PostgreSQL."""

    __tablename__ = "user_account"
    name: Mapped[str] = field("Full name", required=True, width=16, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    sign_in: Mapped[str] = field(
        "Sign-in name",
        "code",
        required=True,
        width=16,
        search="code",
        unique=True,
        sortable=True,
        help="What this person types to sign in.",
    )
    mobile: Mapped[str] = field("Mobile", "phone", width=14, search="phone")
    email: Mapped[str] = field("E-mail", "email", width=20, search="text")
    department_id: Mapped[int | None] = field(
        "Department", "reference", target="departments", width=14, references="department.id", index=True
    )
    # Without constraints, as the manager of a department above: a table that points to itself cannot be copied in order.
    manager_id: Mapped[int | None] = field(
        "Manager", "reference", target="users", width=14, help="Who leads this person; leaders reach their people's records."
    )
    substitute_id: Mapped[int | None] = field(
        "Substitute", "reference", target="users", section="Absence",
        help="Reaches this person's records while the person is away.",
    )  # fmt: skip
    away_from: Mapped[dt.date | None] = field("Away from", "date", section="Absence")
    away_until: Mapped[dt.date | None] = field("Away until", "date", section="Absence", help="The last day.")
    active: Mapped[bool] = field(
        "Active", "yes_no", width=8, default=True, help="A person who has left is switched off, never deleted."
    )
    note: Mapped[str] = field("Note", "long_text")


class OptionItem(Record):
    """One choice of an option list, such as a customer level."""

    __tablename__ = "option_item"
    __table_args__ = (UniqueConstraint("list_key", "code"),)
    list_key: Mapped[str] = field("List", "option", options="option_lists", required=True, width=16, sortable=True)
    code: Mapped[str] = field(
        "Code",
        "code",
        required=True,
        width=14,
        search="code",
        help="What is stored; cannot mean two things in one list.",
    )
    label: Mapped[str] = field("Label", required=True, width=20, search="name", translated=True)
    position: Mapped[int] = field("Order", "integer", width=8, default=0, nullable=False)
    tone: Mapped[str] = field("Colour", "option", options="tones", width=10, default="grey")
    active: Mapped[bool] = field("Active", "yes_no", width=8, default=True)


class NumberSequence(Record):
    """How the numbers of a record type look, and the last one given."""

    __tablename__ = "number_sequence"
    key: Mapped[str] = field("Key", "code", required=True, unique=True, width=16, sortable=True, computed=True)
    name: Mapped[str] = field("Name", required=True, width=20, search="name")
    pattern: Mapped[str] = field(
        "Pattern",
        required=True,
        width=26,
        help="Text with {yyyy}, {yy}, {mm}, {dd} and {n:4} for the running number with four digits.",
    )
    restart: Mapped[str] = field("Starts again", "option", options="restarts", width=12, default="never")
    period: Mapped[str] = field("Period", computed=True)
    last: Mapped[int] = field("Last number", "integer", width=10, default=0, nullable=False)


class Unit(Record):
    """A unit of measure."""

    __tablename__ = "unit"
    name: Mapped[str] = field(
        "Name", required=True, unique=True, width=12, search="name", sort="name_key", sortable=True
    )
    name_key: Mapped[str] = mapped_column(default="")
    decimals: Mapped[int] = field(
        "Decimals", "integer", width=10, default=0, nullable=False, help="Decimals of quantities in this unit."
    )


class Currency(Record):
    """A currency and its rate to the company's own."""

    __tablename__ = "currency"
    code: Mapped[str] = field(
        "Code",
        "code",
        required=True,
        unique=True,
        width=8,
        search="code",
        sortable=True,
        help="Three letters, as in ISO 4217.",
    )
    name: Mapped[str] = field("Name", required=True, width=18, search="name")
    symbol: Mapped[str] = field("Symbol", width=8)
    rate: Mapped[Decimal] = field(
        "Rate", "price", width=12, default=Decimal(1), help="What one of it costs in the company's currency."
    )
