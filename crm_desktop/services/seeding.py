"""What a new database begins with: one person, the option lists, number sequences, units and currencies."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm_desktop.pinyin import full
from crm_desktop.records.builtin_options import CURRENCIES, OPEN_LISTS, SEQUENCES, UNITS, UNITS_EN
from crm_desktop.records.office import CURRENCY, OPTION, POSITION, SEQUENCE, UNIT, USER
from crm_desktop.records.pipeline import FIRST_PIPELINE, PIPELINE, STAGE, first_stages
from crm_desktop.records.ready_positions import READY_POSITIONS, ReadyPosition
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services.access_upkeep import rebuild
from crm_desktop.services.search_text import search_text, sort_keys
from crm_desktop.settings import COMPANY_NAME
from crm_desktop.words import language, translated
from db import search
from db.models.access import Position, PositionField, PositionRight, UserPosition
from db.models.office import NumberSequence, OptionItem, User
from db.models.pipeline import Pipeline
from db.models.system import SchemaFact, Setting
from db.types import new_uid


def insert_seed(session: Session, kind: RecordType, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert set-up records with their sort keys and search entries; gives their ids."""
    if not rows:
        return []
    table: Any = kind.model.__table__
    made = [dict(r) | sort_keys(kind, r) | {"search_text": search_text(kind, r)} for r in rows]
    ids = list(session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), made))
    search.add(session.connection(), table, [(id_, row["search_text"]) for id_, row in zip(ids, made, strict=True)])
    return ids


def sign_in_name(person: str) -> str:
    """A sign-in name made of a name: 林晓 → linxiao."""
    return re.sub(r"[^a-z0-9]", "", full(person, person=True))[:20] or "user"


def _sequences(code: str) -> list[dict[str, Any]]:
    return [{"key": k, "name": translated(n, code), "pattern": p, "restart": r, "last": 0} for k, n, p, r in SEQUENCES]


def _options(code: str, keys: Collection[str]) -> list[dict[str, Any]]:
    return [
        {"list_key": key, "code": choice, "label": translated(label, code), "tone": tone, "position": at * 10}
        for key in OPEN_LISTS
        if key in keys
        for at, (choice, label, tone) in enumerate(OPEN_LISTS[key][1])
    ]


def add_missing_sequences(session: Session) -> None:
    """Add the number sequences of record types that came with a newer program."""
    known = set(session.scalars(select(NumberSequence.key)))
    insert_seed(session, SEQUENCE, [row for row in _sequences(language()) if row["key"] not in known])


def _positions(session: Session, code: str) -> dict[str, int]:
    """Insert the positions the program brings; gives their ids by key."""
    rows = [
        {"key": p.key, "name": translated(p.name, code), "note": translated(p.note, code), "active": True} for p in READY_POSITIONS
    ]
    ids = dict(zip((p.key for p in READY_POSITIONS), insert_seed(session, POSITION, rows), strict=True))
    for ready in READY_POSITIONS:
        held = ids[ready.key]
        _say(session, held, ready)
    return ids


def give_position(session: Session, user_id: int, position_id: int) -> None:
    """Let a person hold a position; `access_upkeep.rebuild` is for the caller."""
    session.add(UserPosition(parent_id=user_id, position_id=position_id))


def add_missing_options(session: Session) -> None:
    """Add the option lists that came with a newer program; those there are stay as people made them."""
    known = set(session.scalars(select(OptionItem.list_key).distinct()))
    insert_seed(session, OPTION, _options(language(), {key for key in OPEN_LISTS if key not in known}))


def add_missing_rights(session: Session) -> None:
    """Let the positions that the program brought say something of the record types that came with a newer program."""
    known = set(session.scalars(select(PositionRight.record_type).distinct()))
    by_key = {row.key: row.id for row in session.execute(select(Position.key, Position.id)) if row.key}
    for ready in READY_POSITIONS:
        held = by_key.get(ready.key)
        if held is not None:
            _say(session, held, ready, {kind.key for kind in BUILT_IN} - known)


def _say(session: Session, held: int, ready: ReadyPosition, types: Collection[str] | None = None) -> None:
    """What a position comes with; types: only of these."""
    session.add_all(
        PositionRight(position_id=held, record_type=k, operation=o, reach=int(r))
        for (k, o), r in ready.reaches.items()
        if types is None or k in types
    )
    session.add_all(
        PositionField(position_id=held, record_type=k, field=n, access=int(a))
        for (k, n), a in ready.fields.items()
        if types is None or k in types
    )


def add_missing_positions(session: Session) -> None:
    """Give a database from before there were rights its positions; whoever worked there went unlimited, and stays so until it is set."""
    if session.scalar(select(Position.id).limit(1)) is None:
        owner = _positions(session, language())["owner"]
        for id_ in session.scalars(select(User.id)).all():
            give_position(session, id_, owner)
    else:
        add_missing_rights(session)
    rebuild(session, BUILT_IN)


def _pipeline(session: Session, code: str) -> None:
    (made,) = insert_seed(session, PIPELINE, [{"name": translated(FIRST_PIPELINE, code), "active": True}])
    insert_seed(session, STAGE, [{"pipeline_id": made, **row} for row in first_stages(code)])


def add_missing_pipeline(session: Session) -> None:
    """Give a database from before there were pipelines one to begin with."""
    if session.scalar(select(Pipeline.id).limit(1)) is None:
        _pipeline(session, language())


def seed(session: Session, company: str, person: str, language: str) -> int:
    """Fill a new database; gives the id of the first person."""
    user = insert_seed(session, USER, [{"name": person, "sign_in": sign_in_name(person)}])[0]
    give_position(session, user, _positions(session, language)["owner"])
    insert_seed(session, OPTION, _options(language, OPEN_LISTS))
    insert_seed(
        session,
        SEQUENCE,
        _sequences(language),
    )
    insert_seed(session, UNIT, [{"name": n} for n in (UNITS if language == "zh_CN" else UNITS_EN)])
    insert_seed(
        session, CURRENCY, [{"code": c, "name": translated(n, language), "symbol": s} for c, n, s in CURRENCIES]
    )
    session.add(SchemaFact(key="uid", value=new_uid()))
    session.add(Setting(user_id=0, key=COMPANY_NAME.name, value=json.dumps(company, ensure_ascii=False)))
    _pipeline(session, language)
    rebuild(session, BUILT_IN)
    return user
