"""What keeps a record as it is while its approval runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from crm_desktop.draft import Draft
from crm_desktop.errors import Refused
from crm_desktop.records.approvals import LASTING, RUNNING
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.bundling import Answer, ask
from db.models.approvals import Approval
from db.roles import own

_TABLE: Any = Approval.__table__
_CHUNK = 500


def refuse_locked(session: Session, kind: RecordType, drafts: Iterable[Draft] = (), ids: Iterable[int] = ()) -> Callable[[], None]:
    """Ask about records whose approval is running, where the flow locks them; what comes back raises Refused for them."""
    wanted = sorted({d.id for d in drafts if d.id is not None} | set(ids)) if kind.key != "approvals" else []
    running = [_running(session, kind, wanted[at : at + _CHUNK]) for at in range(0, len(wanted), _CHUNK)]

    def look() -> None:
        for row in filter(None, (answer.first() for answer in running)):
            raise Refused(
                _("This is in approval ({number}), so it stays as it is.").format(number=row[0]),
                _("It waits for {people}. Whoever asked can withdraw it.").format(people=row[1]) if row[1] else "",
            )

    return look


def _running(session: Session, kind: RecordType, ids: Sequence[int]) -> Answer:
    if own(session):  # whoever does not see the request is kept off the record all the same
        return ask(session, text("SELECT * FROM crm_in_approval(:kind, :ids)"), {"kind": kind.key, "ids": list(ids)})
    query = select(_TABLE.c.number, _TABLE.c.waiting_for).where(
        _TABLE.c.record_type == kind.key, _TABLE.c.record_id.in_(ids), _TABLE.c.status == RUNNING, _TABLE.c.locks
    )
    return ask(session, query)


def refuse_deleting(session: Session, kind: RecordType, ids: Sequence[int]) -> Callable[[], None]:
    """Ask for requests that have not come to their end: these, or those about these records; what comes back raises Refused for them."""
    table = _TABLE.c
    begun = table.flow_id.is_not(None)
    about = table.id.in_(ids) if kind.key == "approvals" else (table.record_type == kind.key) & table.record_id.in_(ids)
    lasting = ask(session, select(table.number).where(about, begun, table.status.in_(LASTING)).limit(1))

    def look() -> None:
        if (number := lasting.scalar()) is not None:
            raise Refused(
                _("The approval {number} has not come to its end.").format(number=number), _("Withdraw it first, then delete.")
            )

    return look
