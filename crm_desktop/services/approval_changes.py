"""Whether a change of fields needs approval: asked of every save, whichever way it came about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.errors import NeedsApproval, Refused
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.approval_flows import SET, needed
from crm_desktop.words import _
from db.bundling import ask
from db.models.approvals import ApprovalFlow

_FLOW: Any = ApprovalFlow.__table__
_APPROVED = "approved changes"
_NOTED = "noted changes"


def approve(session: Session, type_key: str, record_id: int) -> None:
    """Let changes of a record through until the end of the transaction: they were agreed to."""
    session.info.setdefault(_APPROVED, set()).add((type_key, record_id))


@contextmanager
def approved(session: Session, type_key: str, record_id: int) -> Iterator[None]:
    """Let changes of a record through for a while: to see what they would come to."""
    approve(session, type_key, record_id)
    try:
        yield
    finally:
        session.info[_APPROVED].discard((type_key, record_id))


@contextmanager
def noted(session: Session) -> Iterator[dict[str, str]]:
    """Let changes through for a while and note which fields need approval, with the words why: to see what would be asked."""
    found: dict[str, str] = {}
    session.info[_NOTED] = found
    try:
        yield found
    finally:
        del session.info[_NOTED]


def guarded_fields(session: Session, kind: RecordType) -> Callable[[], list[str]]:
    """Ask for the fields of a type for which there is a flow in use; what comes back gives them."""
    query = select(_FLOW.c.operation).where(_FLOW.c.active, _FLOW.c.record_type == kind.key, _FLOW.c.operation.like(f"{SET}%"))
    answer = ask(session, query)
    return lambda: sorted({str(o).removeprefix(SET) for o in answer.scalars()})


def check_changes(
    session: Session, app: Application, kind: RecordType, moves: Sequence[tuple[Draft | None, Draft | None]], fields: Sequence[str]
) -> None:
    """Raise NeedsApproval for a change that a flow asks for, Refused for a new record that begins with what needs approval.

    fields: those for which there is a flow, see `guarded_fields`.
    """
    if not fields:
        return
    for before, after in moves:
        if after is None or (kind.key, after.id) in session.info.get(_APPROVED, ()):
            continue
        was = before.values if before is not None else {}
        changed = [n for n in fields if n in after.values and after.values[n] != was.get(n) and (before is not None or after.values[n])]
        for operation, flow in needed(session, app, kind, int(after.id or 0), [f"{SET}{n}" for n in changed]) if changed else ():
            label = _(kind.fields[operation.removeprefix(SET)].label)
            words = _("Changing “{field}” needs approval: {flow}.").format(field=label, flow=flow.name)
            if _NOTED in session.info:
                session.info[_NOTED].setdefault(operation.removeprefix(SET), words)
                continue
            if before is None:
                raise Refused(words, _("Save the record without it first, then change it."))
            raise NeedsApproval(f"approval:{flow.id}:{flow.version}", words, _("Send it for approval?"))


