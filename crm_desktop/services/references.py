"""What a record is called when another one points to it: the label columns of a type, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType


@lru_cache(maxsize=512)
def joined(table: Any, name: str) -> Any:
    """The table that the reference `name` points to, under a name of its own. Kept, since making one copies all its columns."""
    return table.alias(f"r_{name}")


def label_names(target: RecordType) -> tuple[str, ...]:
    """The label fields of a type that are its own columns."""
    return tuple(n for n in target.label if target.fields[n].kind not in ("reference", "option"))


def label_text(parts: Iterable[Any]) -> str:
    """One label from the values of the label columns."""
    return " ".join(str(p) for p in parts if p)


def labels(app: Application, connection: Connection | Session, type_key: str, ids: Sequence[int]) -> dict[int, str]:
    """The labels of records by id; those that do not exist are left out."""
    target = app.type(type_key)
    table = target.model.__table__
    columns = [table.c[n] for n in label_names(target)]
    wanted, found = sorted(set(ids)), dict[int, str]()
    for at in range(0, len(wanted), 900):  # engines limit the number of parameters
        rows = connection.execute(select(table.c.id, *columns).where(table.c.id.in_(wanted[at : at + 900])))
        found |= {row[0]: label_text(row[1:]) for row in rows}
    return found
