"""Carrying out what was agreed to: in the transaction of the last decision, once, and as if there had never been anything to ask.

Where it cannot be done any more, since the record or something beside it changed, nothing of it is done, and the request says why.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Refused, Told
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access
from crm_desktop.services.access import gone
from crm_desktop.services.approval_changes import approve
from crm_desktop.services.approval_flows import SET, seeing_all
from crm_desktop.services.approvals.keeping import Kept, course_of, keep, record_of
from crm_desktop.services.carrying_out import carry_out, check, find_operation
from crm_desktop.services.chain import hooks
from crm_desktop.services.faults import words_for
from crm_desktop.services.gates import pass_gates
from crm_desktop.services.reading import read_record
from crm_desktop.services.saving import save_within
from crm_desktop.stored_values import from_json
from crm_desktop.words import _
from db.errors import Busy, DatabaseFault, Unreachable
from db.roles import own

BEYOND = {
    "over_credit": ("credit:approved", "overdue:approved"),
    "over_discount": ("discount:approved",),
    "below_floor": ("floor:approved",),
}
"""The doubts that count as answered where an approval was asked for just them, see chain/credit.py and price_gates.py."""


def carry_out_request(session: Session, app: Application, kept: Kept) -> Draft:
    """Do what a request that has passed asks for; gives the request as it then stands."""
    whole, problem = seeing_all(app), ""
    kind, record_id = app.type(kept.draft.values["record_type"]), int(kept.draft.values["record_id"])
    inner = session.begin_nested()
    try:
        _may_write(session, app, kind, kept)
        _do(session, whole, kind, record_id, kept)
        inner.commit()
    except (Busy, Unreachable):
        raise
    except (Told, DatabaseFault) as error:
        inner.rollback()
        told = error if isinstance(error, Told) else words_for(app, error)
        problem = told.message
    _kind, record = record_of(session, app, kept.draft)
    course = course_of(session, app, kept.draft, kept.flow, kind, record)
    kept.draft.values |= {"status": "failed" if problem else "done", "problem": problem}
    course.event("failed" if problem else "carried_out", None, problem)
    kept.draft = keep(session, app, kept.draft, "not_carried_out" if problem else "carried_out")
    return kept.draft


def _do(session: Session, app: Application, kind: RecordType, record_id: int, kept: Kept) -> None:
    hooks.before_touching(session, kind, ids=[record_id])
    record = read_record(app, session, kind, record_id)
    if record is None:
        raise gone()
    operation, number = str(kept.draft.values["operation"]), str(kept.draft.values["number"])
    if operation.startswith(SET):
        _change(session, app, kind, record, kept.wish.get("changes", {}), number)
        return
    wanted = find_operation(kind, operation)
    despite = frozenset((*kept.wish.get("despite", ()), *BEYOND.get(kept.flow.design.when, ())))
    check(app, kind, record, wanted)
    pass_gates(session, app, kind, record, wanted, despite)
    reason = " ".join(t for t in (str(kept.draft.values["reason"]), _("(approval {number})").format(number=number)) if t)
    carry_out(session, app, record, wanted, reason)


def _may_write(session: Session, app: Application, kind: RecordType, kept: Kept) -> None:
    """Raise Refused where a server keeps the fields that are to be changed from whoever decided last: it would drop the change."""
    closed = [n for n in kept.wish.get("changes", {}) if n in kind.fields and kind.access(app.actor, n) < Access.WRITE]
    if closed and own(session):
        words = _("The server does not let {name} change “{field}”.").format(name=app.actor.name, field=_(kind.fields[closed[0]].label))
        raise Refused(words, _("Somebody who may change it can carry it out."))


def _change(session: Session, app: Application, kind: RecordType, record: Draft, changes: dict[str, Any], number: str) -> None:
    """Give fields the values that were asked for."""
    record.values |= {n: from_json(v, kind.fields[n].kind) for n, v in changes.items() if n in kind.fields}
    approve(session, kind.key, int(record.id or 0))
    save_within(session, app, [record], f"approved: {number}")
