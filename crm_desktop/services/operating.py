"""Operations on a record: changes of state, each checked, recorded and carried out in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Conflict, Invalid, Missing, Refused
from crm_desktop.records.record_type import Operation, RecordType
from crm_desktop.services.access import acting, gone, require_reach
from crm_desktop.services.chain import hooks
from crm_desktop.services.gates import pass_gates
from crm_desktop.services.once import attempt, attempt_name, done_as, hold
from crm_desktop.services.reading import read_record, read_records
from crm_desktop.services.saving import save_within, visible_part
from crm_desktop.stored_values import draft_to_json
from crm_desktop.words import _
from db.models.system import Revision


def _find(kind: RecordType, name: str) -> Operation:
    for operation in kind.operations:
        if operation.name == name:
            return operation
    raise Missing(_("{type} has no operation “{name}”.").format(type=_(kind.title), name=name))


def _keep_revision(session: Session, app: Application, draft: Draft, reason: str) -> None:
    """Keep the document aside as it stands; the draft becomes the next revision."""
    number = draft.values.get("revision") or 0
    session.execute(
        insert(Revision),
        [
            {
                "record_type": draft.type,
                "record_id": draft.id,
                "number": number,
                "user_name": app.actor.name,
                "reason": reason,
                "snapshot": draft_to_json(draft),
            }
        ],
    )
    draft.values["revision"] = number + 1


def operate(
    app: Application,
    type_key: str,
    id_: int,
    version: int,
    name: str,
    reason: str = "",
    origin: str = "",
    despite: frozenset[str] = frozenset(),
) -> Draft:
    """Carry out an operation on the record as it stood at `version`; gives the record as it then stands.

    Raises Refused when the record's state does not allow it or a needed reason is missing, Invalid when a check fails, Conflict when
    somebody changed the record since, Doubt when the person should know something first. despite: the doubts that were told already.
    """
    kind = app.type(type_key)
    operation = _find(kind, name)
    reason = reason.strip()
    if operation.asks_reason and not reason:
        raise Refused(_("A reason is needed."), _("Write in a few words why."))
    again = attempt_name("operate", type_key, id_, version, name, reason, app.uid)
    with attempt(app, again), acting(app) as session:
        require_reach(app, session, kind, name, [id_])
        hold(session, app, again)
        hooks.before_touching(session, kind, ids=[id_])  # a gate asks about other documents of the customer
        draft = read_record(app, session, kind, id_)
        if draft is None:
            raise gone()
        if draft.version != version and done_as(session, kind, again) is None:
            by: Any = draft.values.get("updated_by")
            raise Conflict(visible_part(app, kind, draft), by.label if by else "")
        if draft.version == version:
            draft.uid = again
            _carry_out(session, app, kind, draft, operation, reason, despite)
        stands = read_records(app, session, kind, [id_], limited=True).get(id_)
    assert stands is not None
    app.changes.tell(Change(kind.key, frozenset({id_}), app.actor.name, origin))
    return visible_part(app, kind, stands)


def _carry_out(
    session: Session,
    app: Application,
    kind: RecordType,
    draft: Draft,
    operation: Operation,
    reason: str,
    despite: frozenset[str],
) -> None:
    state = draft.values.get("status")
    if state not in operation.sources:
        raise Refused(
            _("“{operation}” is not possible while it is {state}.").format(
                operation=_(operation.label), state=app.options.label(kind.fields["status"].options, str(state))
            )
        )
    if found := dict(operation.check(draft)):
        raise Invalid(found)
    pass_gates(session, app, kind, draft, operation, despite)
    if operation.keeps_revision:
        _keep_revision(session, app, draft, reason)
    draft.values["status"] = operation.target
    if operation.apply:
        operation.apply(draft)
    action = f"{operation.name}: {reason}" if reason else operation.name
    save_within(session, app, [draft], action, operation=True)
