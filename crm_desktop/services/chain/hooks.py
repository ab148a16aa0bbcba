"""What saving, deleting and restoring call, for every record type: most have nothing to do with the chain, and it costs them nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.records.linked import LINKED
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import CONFIRM, RUNNING, UNDER_WAY
from crm_desktop.services.approval_changes import check_changes, guarded_fields
from crm_desktop.services.approval_locks import refuse_deleting, refuse_locked
from crm_desktop.services.chain.locking import lock
from crm_desktop.services.chain.next_steps import FOLLOW_UPS, take_next_steps
from crm_desktop.services.chain.rules import allow, allow_deleting, prepare
from crm_desktop.services.chain.settling import Move, Touched, settle
from crm_desktop.services.pricing import note_prices
from crm_desktop.services.stages import OPPORTUNITIES, check_stage, note_visits

__all__ = [
    "after_changes", "before_deleting", "before_touching", "before_writing", "begin_imported", "fill_in", "guarded_fields", "settle_all",
    "touch",
]  # fmt: skip


def before_touching(session: Session, kind: RecordType, drafts: Sequence[Draft] = (), ids: Sequence[int] = (), batch: str = "") -> None:
    """Take the locks, before the first row is touched. Raises Refused for records that an approval keeps as they are."""
    touch(session, kind, drafts, ids, batch)()


def touch(
    session: Session, kind: RecordType, drafts: Sequence[Draft] = (), ids: Sequence[int] = (), batch: str = ""
) -> Callable[[], None]:
    """The same for whoever has more to ask: what is asked after it is asked under the locks, and travels along. What comes back raises
    Refused, and is called before anything is decided."""
    lock(session, kind, drafts, ids, batch)
    return refuse_locked(session, kind, drafts, ids)


def before_writing(session: Session, app: Application, kind: RecordType, after: Draft, before: Draft | None) -> None:
    """Raise Invalid where another document forbids it. What a document keeps of others is not for whoever saves it to say."""
    if kind.key in LINKED:
        allow(session, app, kind, after, before)
    elif kind.key == OPPORTUNITIES:
        check_stage(session, after)


def fill_in(session: Session, app: Application, kind: RecordType, drafts: Sequence[Draft]) -> None:
    """What the program fills in before anything is worked out."""
    prepare(session, kind, drafts)
    note_prices(session, app, kind, drafts)


def before_deleting(session: Session, kind: RecordType, ids: Sequence[int]) -> Callable[[], None]:
    """Ask whether records may be deleted; what comes back raises Refused for documents that count, and for what is in approval."""
    checks = [refuse_deleting(session, kind, ids)]
    if kind.key in LINKED:
        checks.append(allow_deleting(session, kind, ids))

    def look() -> None:
        for check in checks:
            check()

    return look


def after_changes(session: Session, app: Application, kind: RecordType, moves: Sequence[Move], fields: Sequence[str]) -> None:
    """Bring the figures of all touched documents to what follows now. Raises NeedsApproval for a change that needs it.

    fields: those that may need it, as `guarded_fields` gives them.
    """
    check_changes(session, app, kind, moves, fields)
    settle_all(session, app, [(kind, moves)])


def begin_imported(session: Session, app: Application, kind: RecordType, made: Sequence[Draft], batch: str) -> None:
    """Let orders that an import brings in confirmed be owed from now on. What is done already comes in as it was: history."""
    if kind.key == "sales-orders":
        if any(d.values.get("status") in RUNNING for d in made):
            app.actor.require(CONFIRM)
        begun = {int(d.id or 0) for d in made if d.values.get("status") in UNDER_WAY}
        settle(session, app, Touched(orders=set(begun), begun=begun, batch=batch))


def settle_all(session: Session, app: Application, done: Sequence[tuple[RecordType, Sequence[Move]]]) -> None:
    """The same for records of several types that changed in one act."""
    touched = Touched()
    for kind, moves in done:
        if kind.key in LINKED:
            touched.add(kind, moves)
        elif kind.key == OPPORTUNITIES:
            note_visits(session, moves)
        elif kind.key == FOLLOW_UPS:
            take_next_steps(session, app, moves)
    settle(session, app, touched)
