"""What keeps a record as it is while its approval runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from crm_desktop.draft import Draft
from crm_desktop.errors import Refused
from crm_desktop.records.approvals import LASTING, RUNNING
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.models.approvals import Approval
from db.roles import own

_TABLE: Any = Approval.__table__
_CHUNK = 500


def refuse_locked(session: Session, kind: RecordType, drafts: Iterable[Draft] = (), ids: Iterable[int] = ()) -> None:
    """Raise Refused for records whose approval is running, where the flow locks them."""
    if kind.key == "approvals":
        return
    wanted = sorted({d.id for d in drafts if d.id is not None} | set(ids))
    for at in range(0, len(wanted), _CHUNK):
        if found := _running(session, kind, wanted[at : at + _CHUNK]):
            number, waiting = found
            raise Refused(
                _("This is in approval ({number}), so it stays as it is.").format(number=number),
                _("It waits for {people}. Whoever asked can withdraw it.").format(people=waiting) if waiting else "",
            )


def _running(session: Session, kind: RecordType, ids: Sequence[int]) -> tuple[str, str] | None:
    if own(session):  # whoever does not see the request is kept off the record all the same
        row = session.execute(text("SELECT * FROM crm_in_approval(:kind, :ids)"), {"kind": kind.key, "ids": list(ids)}).first()
    else:
        query = select(_TABLE.c.number, _TABLE.c.waiting_for).where(
            _TABLE.c.record_type == kind.key, _TABLE.c.record_id.in_(ids), _TABLE.c.status == RUNNING, _TABLE.c.locks
        )
        row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def refuse_deleting(session: Session, kind: RecordType, ids: Sequence[int]) -> None:
    """Raise Refused where a request has not come to its end: for the request, and for the record it is about."""
    table = _TABLE.c
    begun = table.flow_id.is_not(None)
    about = table.id.in_(ids) if kind.key == "approvals" else (table.record_type == kind.key) & table.record_id.in_(ids)
    number = session.scalar(select(table.number).where(about, begun, table.status.in_(LASTING)).limit(1))
    if number is not None:
        raise Refused(
            _("The approval {number} has not come to its end.").format(number=number), _("Withdraw it first, then delete.")
        )
