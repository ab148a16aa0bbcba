"""One customer's documents change one at a time.

Whoever changes a document of the chain takes the lock of its customer before anything else, and then whatever rows are touched: two
people can never wait for each other. SQLite has one writer anyway. A lock of the server and no locked row, since a person who ships
goods may have no right to change the customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from crm_desktop.draft import Draft, Ref
from crm_desktop.records.linked import LINKED
from crm_desktop.records.record_type import RecordType
from db.engine import is_sqlite
from db.roles import own

_SPACE = 7205
_MANY = 40  # beyond so many customers everybody waits: a server keeps few locks
_LARGEST = 2**31 - 1


def lock(session: Session, kind: RecordType, drafts: Iterable[Draft] = (), ids: Iterable[int] = (), batch: str = "") -> None:
    """Take the locks for what is to be done to these records, before they are touched. batch: more may follow in this transaction."""
    if is_sqlite(session.connection()) or (kind.key not in LINKED and kind.key != "customers"):
        return
    given = list(drafts)
    wanted = {d.id for d in given if d.id is not None} | set(ids)
    customers = set(wanted) if kind.key == "customers" else _customers(session, kind, given, wanted)
    if own(session) and kind.key in LINKED:  # whoever sums must see all that is summed, see db/server_chain.py
        session.execute(text("SELECT crm_settle(c) FROM unnest(CAST(:customers AS bigint[])) c"), {"customers": sorted(customers)})
    whole = bool(batch) or len(customers) > _MANY
    first = func.pg_advisory_xact_lock if whole else func.pg_advisory_xact_lock_shared
    each = [] if whole else [func.pg_advisory_xact_lock(_SPACE, id_ % _LARGEST or _LARGEST) for id_ in sorted(customers)]
    session.execute(select(first(_SPACE, 0), *each))  # taken in this order


def _customers(session: Session, kind: RecordType, drafts: list[Draft], ids: set[int]) -> set[int]:
    table: Any = kind.model.__table__
    found = {v.id for d in drafts if isinstance(v := d.values.get("customer_id"), Ref)}
    wanted = sorted(ids)
    for at in range(0, len(wanted), 500):
        found |= set(session.scalars(select(table.c.customer_id).where(table.c.id.in_(wanted[at : at + 500]))))
    return found
