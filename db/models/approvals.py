"""Approvals: flows with their versions, requests with everything that was asked of somebody, and who decides in whose place.

A request keeps the record as it stood when it was asked, so that whoever decides sees it without reaching it; and the number of the
version of the flow it runs by, so that a flow may change while requests run.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, LineBase, Record, now
from db.fields import field


class ApprovalFlow(Record):
    """When something needs approval, and by whom: the newest version counts for what is asked from now on."""

    __tablename__ = "approval_flow"
    name: Mapped[str] = field("Name", required=True, width=24, search="text", sort="name_key", sortable=True)
    name_key: Mapped[str] = mapped_column(default="")
    record_type: Mapped[str] = field("Key of the record type", "code", computed=True)
    record_title: Mapped[str] = field("Record type", width=16, computed=True, translated=True)
    operation: Mapped[str] = field("Key of the operation", "code", computed=True)
    operation_label: Mapped[str] = field("Operation", width=18, computed=True, translated=True)
    rank: Mapped[int] = field(
        "Order", "integer", width=7, default=10, nullable=False, sortable=True, help="Of the flows that fit, the first is used."
    )
    active: Mapped[bool] = field("In use", "yes_no", width=8, default=True)
    steps: Mapped[int] = field("Steps", "integer", width=7, default=0, nullable=False, computed=True)
    version_no: Mapped[int] = field("Version", "integer", width=8, default=0, nullable=False, computed=True)
    keeper_id: Mapped[int | None] = field(
        "Looked after by", "reference", target="users", width=14, references="user_account.id",
        help="Decides where nobody else can be found.",
    )  # fmt: skip
    note: Mapped[str] = field("Note", "long_text")


class ApprovalFlowVersion(Base):
    """A flow as it was drawn at one time. Never changed: running requests finish on the version they began with."""

    __tablename__ = "approval_flow_version"
    __table_args__ = (UniqueConstraint("flow_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    flow_id: Mapped[int]  # without a constraint: a deleted flow comes back with its versions
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(default=now)
    user_name: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]]


class Approval(Record):
    """One request: that an operation on a record be carried out once enough people have agreed. The owner is who asked."""

    __tablename__ = "approval"
    number: Mapped[str] = field("Number", "code", width=12, search="code", sortable=True, unique=True, computed=True)
    title: Mapped[str] = field("Subject", width=28, search="text", computed=True)
    record_type: Mapped[str] = field("Key of the record type", "code", computed=True)
    record_title: Mapped[str] = field("Record type", width=12, computed=True, translated=True)
    record_id: Mapped[int] = field("Record (key)", "integer", default=0, nullable=False, computed=True)
    operation: Mapped[str] = field("Key of the operation", "code", computed=True)
    operation_label: Mapped[str] = field("Operation", width=12, computed=True, translated=True)
    customer_id: Mapped[int | None] = field(
        "Customer", "reference", target="customers", width=20, references="customer.id", on_delete="SET NULL", computed=True, index=True,
        search="label",
    )  # fmt: skip
    amount: Mapped[Decimal | None] = field("Amount", "money", width=12, computed=True)
    status: Mapped[str] = field(
        "Status", "state", options="approvals", width=12, default="running", computed=True, sortable=True
    )
    step: Mapped[int] = field("Step", "integer", default=0, nullable=False, computed=True)
    step_name: Mapped[str] = field("Waiting at", width=14, computed=True)
    waiting_for: Mapped[str] = field("Waiting for", width=16, computed=True)
    reason: Mapped[str] = field("Reason", "long_text", computed=True)
    problem: Mapped[str] = field("Why it was not carried out", "long_text", computed=True)
    due_at: Mapped[dt.datetime | None] = field("Due", "datetime", width=14, computed=True, sortable=True)
    ended_at: Mapped[dt.datetime | None] = field("Ended", "datetime", computed=True, sortable=True)
    flow_id: Mapped[int | None] = field(
        "Flow", "reference", section="Flow", target="approval-flows", references="approval_flow.id", computed=True, index=True
    )
    flow_version: Mapped[int] = field("Version of the flow", "integer", section="Flow", default=0, nullable=False, computed=True)
    round: Mapped[int] = field("Round", "integer", section="Flow", default=1, nullable=False, computed=True)
    locks: Mapped[bool] = field("Locks the record", "yes_no", section="Flow", default=True, computed=True)
    note: Mapped[str] = field("Note", editable_when_locked=True)
    snapshot: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the record as it stood when it was asked
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what else the operation needs: doubts answered, fields to be changed


class ApprovalTask(LineBase):
    """What was asked of one person, or what one person did beside deciding, in the order it happened."""

    __tablename__ = "approval_task"
    parent_id: Mapped[int] = field(
        "Approval", "reference", target="approvals", nullable=False, references="approval.id", on_delete="CASCADE"
    )
    round: Mapped[int] = field("Round", "integer", default=1, nullable=False, computed=True)
    step: Mapped[int] = field("Step", "integer", width=6, default=0, nullable=False, computed=True)
    step_name: Mapped[str] = field("Step name", width=16, computed=True)
    role: Mapped[str] = field("Part", "option", options="approval_parts", width=10, computed=True)
    person_id: Mapped[int | None] = field(
        "Person", "reference", target="users", width=14, references="user_account.id", computed=True
    )
    by_id: Mapped[int | None] = field(
        "In place by", "reference", target="users", width=14, references="user_account.id", computed=True
    )
    state: Mapped[str] = field("Decision", "option", options="approval_decisions", width=12, computed=True)
    comment: Mapped[str] = field("Comment", "long_text", width=24, computed=True)
    opened_at: Mapped[dt.datetime | None] = field("Asked at", "datetime", width=14, computed=True)
    due_at: Mapped[dt.datetime | None] = field("Due", "datetime", computed=True)
    decided_at: Mapped[dt.datetime | None] = field("Decided at", "datetime", width=14, computed=True)
    urged_at: Mapped[dt.datetime | None] = field("Urged at", "datetime", computed=True)
    added: Mapped[bool] = field("Added on the way", "yes_no", computed=True)


class ApprovalDelegation(Record):
    """That somebody else decides in the owner's place for a time."""

    __tablename__ = "approval_delegation"
    reason: Mapped[str] = field("Reason", required=True, width=24, search="text")
    to_id: Mapped[int] = field(
        "Decided by", "reference", target="users", required=True, width=16, nullable=False, references="user_account.id", index=True,
        help="Sees and decides what is asked of the owner in this time; the owner still may as well.",
    )  # fmt: skip
    since: Mapped[dt.date] = field("From", "date", required=True, width=12, nullable=False, sortable=True)
    until: Mapped[dt.date] = field("Until", "date", required=True, width=12, nullable=False, sortable=True, help="The last day.")
    note: Mapped[str] = field("Note", "long_text")


Index("ix_approval_record", Approval.record_type, Approval.record_id, Approval.status)
Index("ix_approval_state", Approval.status, Approval.id)
Index("ix_approval_task_parent", ApprovalTask.parent_id, ApprovalTask.position)
Index("ix_approval_task_person", ApprovalTask.person_id, ApprovalTask.state)
