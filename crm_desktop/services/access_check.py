"""Whether who reaches whom is what people, positions, departments and teams say, and whether shares point to what is there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.services.access_upkeep import lock, rebuild
from crm_desktop.services.faults import told
from crm_desktop.services.sharing import KINDS
from db.engine import writing
from db.models.access import RecordShare

_CHUNK = 500


def repair_access(app: Application) -> tuple[int, int]:
    """Put both right; gives how many of the two needed it: 1 where what was worked out was wrong, and shares with nothing behind them."""
    with told(app), writing(app.engine) as session:
        lock(session)
        return int(rebuild(session, app.types.values())), _lost_shares(session, app)


def _lost_shares(session: Session, app: Application) -> int:
    table: Any = RecordShare.__table__
    rows = session.execute(select(table.c.id, table.c.record_type, table.c.record_id, table.c.grantee_kind, table.c.grantee_id)).all()
    there = {key: set(session.scalars(select(model.__table__.c.id))) for key, (_words, model, _type) in KINDS.items()} if rows else {}
    records: dict[str, set[int]] = {}
    for key in {r.record_type for r in rows if r.record_type in app.types}:
        model: Any = app.type(key).model.__table__
        wanted, found = sorted({r.record_id for r in rows if r.record_type == key}), set[int]()
        for at in range(0, len(wanted), _CHUNK):
            found |= set(session.scalars(select(model.c.id).where(model.c.id.in_(wanted[at : at + _CHUNK]))))
        records[key] = found
    lost = [
        r.id for r in rows
        if r.record_id not in records.get(r.record_type, ()) or r.grantee_id not in there.get(r.grantee_kind, ())
    ]  # fmt: skip
    for at in range(0, len(lost), _CHUNK):
        session.execute(delete(table).where(table.c.id.in_(lost[at : at + _CHUNK])))
    return len(lost)
