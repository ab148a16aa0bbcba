"""Customers, their people, and what happens with them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Record, now
from db.fields import field
from db.ordering import sort_expression

_ALWAYS: MappingProxyType[str, tuple[str, ...]] = MappingProxyType({})
_NOT_DONE = MappingProxyType({"done": (False,)})
_OPEN = MappingProxyType({"status": ("open",)})


class Customer(Record):
    """A company or a person one sells to."""

    __tablename__ = "customer"
    number: Mapped[str] = field(
        "Number",
        "code",
        width=10,
        search="code",
        unique=True,
        sortable=True,
        help="Given by the program when left empty.",
    )
    name: Mapped[str] = field("Name", required=True, width=28, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    short_name: Mapped[str] = field("Short name", search="name")
    initials: Mapped[str] = field(
        "Pinyin initials",
        "code",
        search="code",
        help="Kept by the program from the name; correct it where a reading is wrong.",
    )
    kind: Mapped[str] = field("Kind", "option", options="customer_kinds", default="company")
    level: Mapped[str] = field("Level", "option", options="customer_levels", width=10, sortable=True)
    status: Mapped[str] = field(
        "Status", "option", options="customer_statuses", width=10, default="prospect", sortable=True
    )
    industry: Mapped[str] = field("Industry", "option", options="industries", width=10)
    source: Mapped[str] = field("Source", "option", options="sources")
    tags: Mapped[tuple[str, ...]] = field("Tags", "tags", search="text")
    next_follow_up: Mapped[dt.date | None] = field("Next follow-up", "date", width=12, sortable=True, due=_ALWAYS)
    note: Mapped[str] = field("Note", "long_text")

    phone: Mapped[str] = field("Phone", "phone", section="Contact details", width=14, search="phone")
    mobile: Mapped[str] = field("Mobile", "phone", section="Contact details", search="phone")
    fax: Mapped[str] = field("Fax", "phone", section="Contact details")
    email: Mapped[str] = field("E-mail", "email", section="Contact details", search="text")
    web: Mapped[str] = field("Website", "url", section="Contact details")
    region: Mapped[str] = field("Region", section="Contact details", search="text")
    city: Mapped[str] = field("City", section="Contact details", width=10, search="text", sortable=True)
    address: Mapped[str] = field("Address", section="Contact details", search="text", multiline=True)

    tax_number: Mapped[str] = field("Tax number", "code", section="Finance", search="code")
    bank: Mapped[str] = field("Bank", section="Finance")
    bank_account: Mapped[str] = field("Bank account", "code", section="Finance", search="code")
    credit_limit: Mapped[Decimal | None] = field("Credit limit", "money", section="Finance", width=12, sortable=True)
    credit_days: Mapped[int | None] = field("Credit days", "integer", section="Finance")
    terms_id: Mapped[int | None] = field(
        "Payment terms", "reference", section="Finance", target="payment-terms", references="payment_terms.id",
        help="How the total of an order is split into instalments; empty: one, after the credit days.",
    )  # fmt: skip


class Contact(Record):
    """A person at a customer."""

    __tablename__ = "contact"
    customer_id: Mapped[int] = field(
        "Customer",
        "reference",
        target="customers",
        required=True,
        width=26,
        nullable=False,
        references="customer.id",
        index=True,
        search="label",
    )
    name: Mapped[str] = field("Full name", required=True, width=14, search="name", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = field("Role", "option", options="contact_roles", width=12)
    title: Mapped[str] = field("Job title", width=12)
    weight: Mapped[str] = field("Decision weight", "option", options="decision_weights")
    is_main: Mapped[bool] = field("Main contact", "yes_no", width=8)
    mobile: Mapped[str] = field("Mobile", "phone", width=14, search="phone")
    phone: Mapped[str] = field("Phone", "phone", search="phone")
    wechat: Mapped[str] = field("WeChat", search="text")
    qq: Mapped[str] = field("QQ", "code", search="code")
    email: Mapped[str] = field("E-mail", "email", width=20, search="text")
    birthday: Mapped[dt.date | None] = field("Birthday", "date", sortable=True)
    remark: Mapped[str] = field("Remark", "long_text")


class FollowUp(Record):
    """What was said and done with a customer, and what comes next."""

    __tablename__ = "follow_up"
    customer_id: Mapped[int] = field(
        "Customer",
        "reference",
        target="customers",
        required=True,
        width=26,
        nullable=False,
        references="customer.id",
        index=True,
        search="label",
    )
    contact_id: Mapped[int | None] = field(
        "Contact", "reference", target="contacts", width=10, references="contact.id", on_delete="SET NULL"
    )
    kind: Mapped[str] = field("Kind", "option", options="follow_up_kinds", width=8, default="call", required=True)
    at: Mapped[dt.datetime] = field(
        "When", "datetime", required=True, width=16, default=now, nullable=False, sortable=True
    )
    text: Mapped[str] = field("What happened", "long_text", required=True, width=36, search="text")
    next_step: Mapped[str] = field("Next step", width=24, search="text")
    next_date: Mapped[dt.date | None] = field("Next date", "date", width=12, sortable=True, due=_NOT_DONE)
    done: Mapped[bool] = field("Next step done", "yes_no", help="Ticked when the next step has been taken.")


class Task(Record):
    """Something to do, for someone, by a day."""

    __tablename__ = "task"
    title: Mapped[str] = field("Title", required=True, width=36, search="text")
    due: Mapped[dt.date | None] = field("Due", "date", width=12, sortable=True, due=_OPEN)
    priority: Mapped[str] = field("Priority", "option", options="priorities", width=8, default="normal", sortable=True)
    status: Mapped[str] = field("Status", "option", options="task_statuses", width=10, default="open", sortable=True)
    customer_id: Mapped[int | None] = field(
        "Customer",
        "reference",
        target="customers",
        width=26,
        references="customer.id",
        on_delete="SET NULL",
        index=True,
        search="label",
    )
    contact_id: Mapped[int | None] = field(
        "Contact", "reference", target="contacts", references="contact.id", on_delete="SET NULL"
    )
    text: Mapped[str] = field("Details", "long_text", search="text")


# A customer's own page asks for its follow-ups newest first, and for its open next steps.
Index("ix_follow_up_customer_at", FollowUp.customer_id, FollowUp.at, FollowUp.id)
Index("ix_task_status_due", Task.status, sort_expression(Task.__table__.c.due), Task.id)
