"""One customer's documents change one at a time.

Whoever changes a document of the chain takes the lock of its customer before anything else, and then whatever rows are touched: two
people can never wait for each other. SQLite has one writer anyway. A lock of the server and no locked row, since a person who ships
goods may have no right to change the customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from crm_desktop.draft import Draft, Ref
from crm_desktop.records.linked import LINKED
from crm_desktop.records.record_type import RecordType
from db.bundling import post
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
    named = set(wanted) if kind.key == "customers" else {v.id for d in given if isinstance(v := d.values.get("customer_id"), Ref)}
    customers = _customers(kind, named, set() if kind.key == "customers" else wanted)
    if own(session) and kind.key in LINKED:  # whoever sums must see all that is summed, see db/server_chain.py
        post(session, select(func.crm_settle(customers.c.id)))
    whole = bool(batch) or len(wanted | named) > _MANY
    post(session, select((func.pg_advisory_xact_lock if whole else func.pg_advisory_xact_lock_shared)(_SPACE, 0)))
    if not whole:
        key = func.coalesce(func.nullif(func.mod(customers.c.id, _LARGEST), 0), _LARGEST).cast(Integer)
        post(session, select(func.pg_advisory_xact_lock(_SPACE, key)))


def _customers(kind: RecordType, named: set[int], ids: set[int]) -> Any:
    """The customers named here and those of records, in the order in which they are locked. The server finds them out by itself: no
    answer is waited for."""
    numbers: Any = postgresql.ARRAY(BigInteger)
    found: Any = select(func.unnest(bindparam("named", sorted(named), numbers, unique=True)).label("id"))
    if ids:
        table: Any = kind.model.__table__
        of_records = table.c.id == func.any(bindparam("records", sorted(ids), numbers, unique=True))
        found = found.union(select(table.c.customer_id).where(of_records, table.c.customer_id.is_not(None)))
    every = found.subquery()
    return select(every.c.id).order_by(every.c.id).subquery()
