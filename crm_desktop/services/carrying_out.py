"""Carrying out an operation on a record that was read under its locks: what stands behind the button, and behind a passed approval."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import Invalid, Missing, Refused
from crm_desktop.records.record_type import Operation, RecordType
from crm_desktop.services.saving import save_within
from crm_desktop.stored_values import draft_to_json
from crm_desktop.words import _
from db.models.system import Revision


def find_operation(kind: RecordType, name: str) -> Operation:
    """An operation of a record type. Raises Missing."""
    for operation in kind.operations:
        if operation.name == name:
            return operation
    raise Missing(_("{type} has no operation “{name}”.").format(type=_(kind.title), name=name))


def check(app: Application, kind: RecordType, draft: Draft, operation: Operation) -> None:
    """Raise Refused where the record's state does not allow an operation, Invalid where its own check fails."""
    state = draft.values.get("status")
    if state not in operation.sources:
        raise Refused(
            _("“{operation}” is not possible while it is {state}.").format(
                operation=_(operation.label), state=app.options.label(kind.fields["status"].options, str(state))
            )
        )
    if found := dict(operation.check(draft)):
        raise Invalid(found)


def carry_out(session: Session, app: Application, draft: Draft, operation: Operation, reason: str) -> None:
    """Do what an operation does, once everybody who has a say in it has said it."""
    if operation.keeps_revision:
        _keep_revision(session, app, draft, reason)
    draft.values["status"] = operation.target
    if operation.apply:
        operation.apply(draft)
    action = f"{operation.name}: {reason}" if reason else operation.name
    save_within(session, app, [draft], action, operation=True)


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
