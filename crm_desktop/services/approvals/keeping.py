"""Requests in the database: making one, reading one under its lock, putting one back with its entry in the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.rules.approvals import Step
from crm_desktop.services.access import gone
from crm_desktop.services.approval_flows import FlowFacts, flow_in, holds
from crm_desktop.services.approvals.course import Course
from crm_desktop.services.approvals.people import read_people
from crm_desktop.services.inserting import insert_records
from crm_desktop.services.reading import read_record
from crm_desktop.services.saving import new_line, save_within
from crm_desktop.words import _
from db.base import now
from db.models.approvals import Approval

APPROVALS = "approvals"
_TABLE: Any = Approval.__table__
_AMOUNTS = ("total", "amount")


@dataclass
class Kept:
    """One request as it is kept. snapshot: the record as it stood; wish: see asking.Wish."""

    draft: Draft
    snapshot: Mapping[str, Any]
    wish: Mapping[str, Any]
    flow: FlowFacts


def new_request(
    app: Application, kind: RecordType, record: Draft, operation: str, label: str, flow: FlowFacts, requester: Ref | None
) -> Draft:
    """A request that is about to be made."""
    values = record.values
    # Of a receivable it is decided about what is still open; an order's open amount says nothing before it is confirmed.
    names = ("open_amount",) if kind.key == "receivables" else _AMOUNTS
    amount = next((values[n] for n in names if n in kind.fields and values.get(n) is not None), None)
    customer = Ref(int(record.id or 0), kind.label_of(values)) if kind.key == "customers" else values.get("customer_id")
    if requester is None and app.actor.user_id is not None:
        requester = Ref(app.actor.user_id, app.actor.name)
    department = Ref(app.actor.department_id) if app.actor.department_id is not None else values.get("department_id")
    facts = {
        "number": "", "title": kind.label_of(values)[:200], "record_type": kind.key, "record_title": kind.title, "record_id": record.id,
        "operation": operation, "operation_label": label[:200], "customer_id": customer if isinstance(customer, Ref) else None,
        "amount": amount, "status": "running", "step": 0, "step_name": "", "waiting_for": "", "reason": "", "problem": "", "due_at": None,
        "ended_at": None, "flow_id": Ref(flow.id, flow.name), "flow_version": flow.version, "round": 1, "locks": flow.design.locks,
        "note": "", "owner_id": requester, "department_id": department,
    }  # fmt: skip
    return Draft(APPROVALS, None, 0, facts, [])


def course_of(session: Session, app: Application, request: Draft, flow: FlowFacts, kind: RecordType, record: Draft | None) -> Course:
    """A request with all it needs to be moved on. record: as it stands; None where it is gone."""
    values = record.values if record is not None else {}
    owner, department = values.get("owner_id") or request.values.get("owner_id"), values.get("department_id")
    people = read_people(session, owner.id if owner else None, department.id if department else None, flow.keeper)

    def fits(step: Step) -> bool:
        return step.where is None or holds(session, app, kind, int(request.values["record_id"]), step.where)

    return Course(request, flow.design, people, fits, new_line(app.type(APPROVALS)).values, now())


def load(session: Session, app: Application, id_: int) -> Kept:
    """A request under its lock: whoever else wants it waits until this transaction ends. Raises Missing."""
    session.execute(update(_TABLE).where(_TABLE.c.id == id_).values(version=_TABLE.c.version))
    draft = read_record(app, session, app.type(APPROVALS), id_)
    plain = session.execute(select(_TABLE.c.snapshot, _TABLE.c.wish).where(_TABLE.c.id == id_)).one_or_none()
    if draft is None or plain is None or draft.values["flow_id"] is None:
        raise gone()
    return Kept(draft, plain.snapshot, plain.wish, flow_in(session, draft.values["flow_id"].id, draft.values["flow_version"]))


def keep(session: Session, app: Application, request: Draft, action: str, plain: Mapping[str, Any] | None = None) -> Draft:
    """Put a request into the database as it stands now, with what was done in its history."""
    kind = app.type(APPROVALS)
    if request.id is None:
        made = insert_records(session, app, kind, [request], action)[0]
    else:
        made = save_within(session, app, [request], action, operation=True)[0]
    if plain:
        session.execute(update(_TABLE).where(_TABLE.c.id == made.id).values(**plain))
    return made


def record_of(session: Session, app: Application, request: Draft) -> tuple[RecordType, Draft | None]:
    """The record a request is about, as it stands; None where it is gone."""
    kind = app.type(request.values["record_type"])
    return kind, read_record(app, session, kind, int(request.values["record_id"]))


def nothing_to_decide() -> str:
    """What is said to whoever comes too late."""
    return _("There is nothing to decide here any more.")
