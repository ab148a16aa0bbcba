"""Sending something for approval: instead of an operation, or instead of a change of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Conflict, Doubt, Refused
from crm_desktop.records.approvals import LASTING, PASSED, RETURNED
from crm_desktop.records.record_type import RecordType
from crm_desktop.rules.approvals import LIMITS
from crm_desktop.services.access import acting, gone
from crm_desktop.services.approval_changes import approved, guarded_fields
from crm_desktop.services.approval_flows import SET, FlowFacts, needed
from crm_desktop.services.approvals.carrying import BEYOND, carry_out_request
from crm_desktop.services.approvals.course import Course
from crm_desktop.services.approvals.keeping import APPROVALS, Kept, course_of, keep, load, new_request, record_of
from crm_desktop.services.chain import hooks
from crm_desktop.services.journal import enter
from crm_desktop.services.reading import read_record, read_records
from crm_desktop.services.saving import save_within, visible_part
from crm_desktop.stored_values import draft_to_json, to_json
from crm_desktop.words import _
from db.base import now
from db.models.approvals import Approval
from db.roles import own

__all__ = ["APPROVALS", "Wish", "ask", "ask_for_change", "fulfil", "tell"]

_TABLE: Any = Approval.__table__


@dataclass(frozen=True)
class Wish:
    """What is to be done once it is agreed to. despite: the doubts that were told; changes: the fields to be changed, as JSON."""

    operation: str
    label: str
    reason: str = ""
    despite: frozenset[str] = frozenset()
    changes: Mapping[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """As JSON."""
        return {"despite": sorted(self.despite), "changes": dict(self.changes)}


@dataclass
class _Ready:
    """A request that is ready to be sent."""

    request: Draft
    course: Course
    flow: FlowFacts
    again: bool


def ask(
    session: Session, app: Application, kind: RecordType, draft: Draft, wish: Wish, facts: frozenset[str] = frozenset()
) -> bool:
    """Send an operation for approval if a flow asks for it; gives whether it did. Raises Doubt where the person was not told yet.

    facts: what else is so (rules.approvals.WHEN). Then only flows for that are looked at.
    """
    for _operation, flow in needed(session, app, kind, int(draft.id or 0), [wish.operation], facts):
        if facts and flow.design.when not in facts:
            continue
        ready = _make_ready(session, app, kind, draft, wish, flow)
        if f"approval:{flow.id}:{flow.version}" not in wish.despite:
            raise _told(ready)
        _send(session, app, kind, draft, wish, ready)
        return True
    return False


def ask_for_change(app: Application, draft: Draft, reason: str = "", origin: str = "") -> Draft:
    """Send the changes typed into a record for approval, after NeedsApproval was told; gives the record as it stands: unchanged.

    Where no flow asks for it any more, they are simply saved. Raises what saving raises.
    """
    kind, id_ = app.type(draft.type), int(draft.id or 0)
    with acting(app) as session:
        hooks.before_touching(session, kind, [draft])
        before = read_record(app, session, kind, id_)
        if before is None:
            raise gone()
        if before.version != draft.version:
            by = before.values.get("updated_by")
            raise Conflict(visible_part(app, kind, before), by.label if by else "")
        changes = {n: to_json(v) for n, v in draft.values.items() if n not in kind.computed and v != before.values.get(n)}
        guarded = [n for n in guarded_fields(session, kind)() if n in changes]
        # As it would be: conditions are asked of that, and whatever is wrong with it is told before anybody is asked.
        inner = session.begin_nested()
        with approved(session, kind.key, id_):
            save_within(session, app, [draft.copy()])
            found = next(needed(session, app, kind, id_, [f"{SET}{n}" for n in guarded]), None) if guarded else None
            if found is not None:
                if kind.lines and draft.lines != before.lines:
                    raise Refused(_("Save the changed lines first, then send this change for approval."))
                field_name = found[0].removeprefix(SET)
                wish = Wish(found[0], kind.fields[field_name].label, reason, changes=changes)
                ready = _make_ready(session, app, kind, before, wish, found[1])
        if found is None:
            inner.commit()
        else:
            inner.rollback()
            _send(session, app, kind, before, wish, ready)
        stands = read_records(app, session, kind, [id_], limited=True)[id_]
    for key, ids in ((APPROVALS, frozenset[int]()), (kind.key, frozenset({id_}))):
        app.changes.tell(Change(key, ids, app.actor.name, origin))
    return visible_part(app, kind, stands)


def fulfil(session: Session, app: Application, kept: Kept) -> Draft:
    """Carry out what has passed; or ask further, where it was only agreed to go beyond a limit and the operation itself needs approval."""
    kind, record = record_of(session, app, kept.draft)
    asked = kept.draft.values
    if kept.flow.design.when in LIMITS and record is not None:
        for _operation, flow in needed(session, app, kind, int(record.id or 0), [asked["operation"]]):
            despite = frozenset({*kept.wish.get("despite", ()), *BEYOND[kept.flow.design.when]})
            wish = Wish(asked["operation"], asked["operation_label"], asked["reason"], despite)
            course = course_of(session, app, kept.draft, kept.flow, kind, record)
            asked["status"] = "done"
            course.event("asked", None, _("Goes on with {flow}").format(flow=flow.name))
            kept.draft = keep(session, app, kept.draft, "goes_on")
            _send(session, app, kind, record, wish, _make_ready(session, app, kind, record, wish, flow, asked["owner_id"]))
            return kept.draft
    return carry_out_request(session, app, kept)


def _make_ready(
    session: Session, app: Application, kind: RecordType, draft: Draft, wish: Wish, flow: FlowFacts, requester: Ref | None = None
) -> _Ready:
    """A request with its first steps asked. requester: who asks, where it is not the person at work."""
    returned = _returned(session, app, kind, draft, wish)
    flow = returned.flow if returned else flow
    request = returned.draft if returned else new_request(app, kind, draft, wish.operation, wish.label, flow, requester)
    request.values["reason"] = wish.reason
    course = course_of(session, app, request, flow, kind, draft)
    course.event("asked_again" if returned else "asked", course.requester, wish.reason)
    course.begin()
    return _Ready(request, course, flow, returned is not None)


def _send(session: Session, app: Application, kind: RecordType, draft: Draft, wish: Wish, ready: _Ready) -> None:
    _claim(session, app, kind, draft)
    if ready.flow.design.copy_at == "start":
        tell(ready.course)
    plain = {"wish": wish.facts(), "snapshot": _snapshot(session, kind, draft)}
    request = keep(session, app, ready.request, "ask_again" if ready.again else "ask", plain)
    enter(session, app, kind, [(draft, {})], f"ask_approval: {request.values['number']}", uids=[draft.uid])
    if request.values["status"] == PASSED:  # nobody had to be asked
        fulfil(session, app, Kept(request, plain["snapshot"], plain["wish"], ready.flow))


def tell(course: Course) -> None:
    """Tell those whom the flow tells."""
    people = [p for a in course.design.copies for p in course.people.of(a)]
    course.copy(people, "sign" if course.design.sign else "copy")


def _told(ready: _Ready) -> Doubt:
    flow, people = ready.flow, ready.request.values["waiting_for"]
    asked = _("It goes to {people}. Send it for approval?").format(people=people) if people else _("Send it for approval?")
    return Doubt(f"approval:{flow.id}:{flow.version}", _("This needs approval: {flow}.").format(flow=flow.name), asked)


def _returned(session: Session, app: Application, kind: RecordType, draft: Draft, wish: Wish) -> Kept | None:
    """The request for the same that was returned and is asked again now. Raises Refused while one is running."""
    query = select(_TABLE.c.id, _TABLE.c.status, _TABLE.c.number).where(
        _TABLE.c.record_type == kind.key, _TABLE.c.record_id == draft.id, _TABLE.c.status.in_(LASTING), _TABLE.c.operation == wish.operation
    )
    row = session.execute(query).first()
    if row is None:
        return None
    if row.status != RETURNED:
        raise Refused(_("This is in approval already: {number}.").format(number=row.number))
    return load(session, app, row.id)


def _claim(session: Session, app: Application, kind: RecordType, draft: Draft) -> None:
    """Take the record's row, so that nobody changes it between reading it here and the end of the transaction."""
    table: Any = kind.model.__table__
    mine = (table.c.id == draft.id, table.c.version == draft.version)
    claimed = session.execute(update(table).where(*mine).values(version=draft.version + 1, updated_at=now(), updated_by=app.actor.user_id))
    if claimed.rowcount == 0:  # type: ignore[attr-defined]
        raise Conflict(None)
    draft.version += 1


def _snapshot(session: Session, kind: RecordType, draft: Draft) -> dict[str, Any]:
    """The record as it is decided on. On a server that keeps to rights by itself nothing secret goes into it."""
    facts = draft_to_json(draft)
    if own(session):
        facts["values"] = {n: v for n, v in facts["values"].items() if n in kind.fields and not kind.fields[n].secret}
        columns = kind.lines.fields if kind.lines else {}
        for line in facts["lines"]:
            line["values"] = {n: v for n, v in line["values"].items() if n in columns and not columns[n].secret}
    return facts
