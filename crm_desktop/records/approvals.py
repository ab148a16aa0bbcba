"""Approval flows, the requests that run by them, and who decides in whose place."""

from __future__ import annotations

from crm_desktop.draft import Draft
from crm_desktop.options import Choice
from crm_desktop.records.record_type import LineType, Problems, RecordType
from crm_desktop.words import _
from db.models.approvals import Approval, ApprovalDelegation, ApprovalFlow, ApprovalTask

RUNNING, RETURNED, PASSED = "running", "returned", "passed"
LASTING = (RUNNING, RETURNED, PASSED)
"""The states in which a request has not come to its end."""

APPROVAL_FLOW = RecordType(
    key="approval-flows",
    model=ApprovalFlow,
    title="Approval flow",
    plural="Approval flows",
    icon="branch_compare",
    area="setup",
    label=("name",),
    order=("rank", "name"),
    about="What needs approval, and by whom.",
    subtitle=("record_title", "operation_label"),
)

APPROVAL = RecordType(
    key="approvals",
    model=Approval,
    title="Approval",
    plural="Approvals",
    icon="shield_checkmark",
    area="office",
    label=("number", "title"),
    order=("-created_at",),
    about="What was sent for approval, and what became of it.",
    number="number",
    sequence="approvals",
    lines=LineType(ApprovalTask, "Course"),
    states=(
        Choice("running", "In approval", "accent", locked=True),
        Choice("returned", "Sent back", "amber", locked=True),
        Choice("passed", "Agreed", "green", locked=True),
        Choice("done", "Approved", "green", locked=True),
        Choice("rejected", "Rejected", "red", locked=True),
        Choice("withdrawn", "Withdrawn", "grey", locked=True),
        Choice("failed", "Agreed, not carried out", "red", locked=True),
    ),
    followed=("returned", "passed", "done", "rejected", "withdrawn", "failed"),
    subtitle=("record_title", "operation_label", "step_name"),
)


def _days(draft: Draft) -> Problems:
    since, until = draft.values.get("since"), draft.values.get("until")
    if since and until and until < since:
        yield "until", _("This day is before the first one.")
    to, owner = draft.values.get("to_id"), draft.values.get("owner_id")
    if to is not None and to == owner:
        yield "to_id", _("Nobody stands in for themselves.")


APPROVAL_DELEGATION = RecordType(
    key="approval-delegations",
    model=ApprovalDelegation,
    title="Approval delegation",
    plural="Approval delegations",
    icon="arrow_swap",
    area="office",
    label=("reason",),
    order=("-since",),
    about="Who decides in whose place, and from when until when.",
    check=_days,
    subtitle=("owner_id", "to_id"),
)
