"""Operations on a record: changes of state, each checked, recorded and carried out in one transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Draft
from crm_desktop.errors import Conflict, NeedsConsent, Refused
from crm_desktop.records.record_type import Operation, RecordType
from crm_desktop.services.access import acting, gone, require_reach
from crm_desktop.services.approvals.asking import APPROVALS, Wish, ask
from crm_desktop.services.carrying_out import carry_out, check, find_operation
from crm_desktop.services.chain import hooks
from crm_desktop.services.gates import pass_gates
from crm_desktop.services.once import attempt, attempt_name, done_as, hold
from crm_desktop.services.reading import ask_records
from crm_desktop.services.saving import visible_part
from crm_desktop.words import _


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
    somebody changed the record since, Doubt when the person should know something first, such as that it needs approval: sent there, the
    record stays as it is until enough people have agreed. despite: the doubts that were told already.
    """
    kind = app.type(type_key)
    operation = find_operation(kind, name)
    reason = reason.strip()
    if operation.asks_reason and not reason:
        raise Refused(_("A reason is needed."), _("Write in a few words why."))
    again = attempt_name("operate", type_key, id_, version, name, reason, app.uid)
    asked = False
    with attempt(app, again), acting(app) as session:
        require_reach(app, session, kind, name, [id_])
        hold(session, app, again)
        look = hooks.touch(session, kind, ids=[id_])  # a gate asks about other documents of the customer
        asked_for = ask_records(app, session, kind, [id_])
        look()
        draft = asked_for().get(id_)
        if draft is None:
            raise gone()
        if draft.version != version and done_as(session, kind, again) is None:
            by: Any = draft.values.get("updated_by")
            raise Conflict(visible_part(app, kind, draft), by.label if by else "")
        if draft.version == version:
            draft.uid = again
            asked = _ask_and_do(session, app, kind, draft, operation, reason, despite)
        read_back = ask_records(app, session, kind, [id_], limited=True)  # travels along with the commit
    stands = read_back().get(id_)
    assert stands is not None
    if asked:
        app.changes.tell(Change(APPROVALS, frozenset(), app.actor.name, origin))
    app.changes.tell(Change(kind.key, frozenset({id_}), app.actor.name, origin))
    return visible_part(app, kind, stands)


def _ask_and_do(
    session: Session, app: Application, kind: RecordType, draft: Draft, operation: Operation, reason: str, despite: frozenset[str]
) -> bool:
    """Ask everybody who has a say in it, then do it; gives whether it was sent for approval instead."""
    check(app, kind, draft, operation)
    wish = Wish(operation.name, operation.label, reason, despite)
    try:
        pass_gates(session, app, kind, draft, operation, despite)
    except NeedsConsent as error:
        if not ask(session, app, kind, draft, wish, frozenset({error.fact})):
            raise
        return True
    if ask(session, app, kind, draft, wish):
        return True
    carry_out(session, app, draft, operation, reason)
    return False
