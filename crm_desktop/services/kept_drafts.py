"""What a person typed and has not saved, kept in the database every few seconds, so that a crash or a power cut loses nothing.

A kept draft belongs to one person. For a record that exists it also keeps the record as it was read, so that a later save
can still be merged with what others changed meanwhile.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.services.faults import told
from crm_desktop.stored_values import draft_from_json, draft_to_json
from db.base import now
from db.engine import glancing, writing
from db.models.system import KeptDraft


@dataclass(frozen=True)
class Kept:
    """One kept draft. `base`: the record as it was read; None for a new record. `slot` tells new records apart."""

    draft: Draft
    base: Draft | None
    at: dt.datetime
    slot: str


def keep(app: Application, draft: Draft, base: Draft | None, slot: str = "") -> None:
    """Keep what is typed so far; what was kept under the same record (or slot) before is replaced."""
    if app.actor.user_id is None:
        return
    facts: dict[str, Any] = {"draft": draft_to_json(draft), "uid": draft.uid, "base": draft_to_json(base) if base else None}
    with told(app), writing(app.engine) as session:
        session.execute(_remove(app, draft.type, draft.id, slot))
        session.add(
            KeptDraft(user_id=app.actor.user_id, record_type=draft.type, record_id=draft.id or 0, slot=slot, at=now(), facts=facts)
        )


def forget(app: Application, type_key: str, record_id: int | None, slot: str = "") -> None:
    """It was saved, or the person does not want it any more."""
    if app.actor.user_id is not None:
        with told(app), writing(app.engine) as session:
            session.execute(_remove(app, type_key, record_id, slot))


def kept(app: Application, type_key: str, record_id: int | None) -> list[Kept]:
    """What was kept for a record, or for new records of the type (None); newest first."""
    if app.actor.user_id is None:
        return []
    table: Any = KeptDraft.__table__
    query = (
        select(table)
        .where(table.c.user_id == app.actor.user_id, table.c.record_type == type_key, table.c.record_id == (record_id or 0))
        .order_by(table.c.at.desc())
    )
    with told(app), glancing(app.engine) as connection:
        rows = connection.execute(query).mappings().all()
    return [found for row in rows if (found := _kept(app, type_key, row)) is not None]


def left_over(app: Application) -> list[tuple[str, int]]:
    """Where something is kept of this person: type and id of the records, 0 for new ones; the newest first."""
    if app.actor.user_id is None:
        return []
    table: Any = KeptDraft.__table__
    query = select(table.c.record_type, table.c.record_id).where(table.c.user_id == app.actor.user_id).order_by(table.c.at.desc())
    with told(app), glancing(app.engine) as connection:
        return [(key, id_) for key, id_ in dict.fromkeys(map(tuple, connection.execute(query))) if key in app.types]


def _kept(app: Application, type_key: str, row: Any) -> Kept | None:
    """The draft behind a row; None where a later version wrote something this one does not read."""
    kind, facts = app.type(type_key), row["facts"]
    lines = kind.lines.fields if kind.lines else {}
    try:
        draft = draft_from_json(facts["draft"], type_key, kind.fields, lines)
        base = draft_from_json(facts["base"], type_key, kind.fields, lines) if facts["base"] else None
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    draft.uid = str(facts.get("uid", "")) or row["slot"]
    return Kept(draft, base, row["at"], row["slot"])


def _remove(app: Application, type_key: str, record_id: int | None, slot: str) -> Any:
    return delete(KeptDraft).where(
        KeptDraft.user_id == app.actor.user_id,
        KeptDraft.record_type == type_key,
        KeptDraft.record_id == (record_id or 0),
        KeptDraft.slot == slot,
    )
