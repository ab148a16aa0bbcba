"""What a record is called when another one points to it: the label columns of a type, and their text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access, Reach
from crm_desktop.services.access import narrowed, within_reach
from db.bundling import ask
from db.fields import Field


@lru_cache(maxsize=512)
def joined(table: Any, name: str) -> Any:
    """The table that the reference `name` points to, under a name of its own. Kept, since making one copies all its columns."""
    return table.alias(f"r_{name}")


def label_names(target: RecordType) -> tuple[str, ...]:
    """The label fields of a type that are its own columns."""
    return tuple(n for n in target.label if target.fields[n].kind not in ("reference", "option"))


def seen_label_names(app: Application, target: RecordType) -> tuple[str, ...]:
    """The label fields that the person at work may see."""
    return tuple(n for n in label_names(target) if target.access(app.actor, n) > Access.HIDDEN)


def label_text(parts: Iterable[Any]) -> str:
    """One label from the values of the label columns."""
    return " ".join(str(p) for p in parts if p)


def unseen(app: Application, type_key: str) -> str:
    """What stands for the label of a record that the person may not see; '' where the person sees all of the type."""
    target = app.type(type_key)
    whole = app.actor.reach(type_key, "see") == Reach.ALL and len(seen_label_names(app, target)) == len(label_names(target))
    return "" if whole else "•••"


def seen_target(app: Application, about: Field, table: Any, alias: Any) -> Any:
    """How a reference is joined to what it points to: only to records the person may see, so that labels give nothing away."""
    on = table.c[about.name] == alias.c.id
    reach = narrowed(app, app.type(about.target), alias)
    return on if reach is None else and_(on, reach)


def labels(
    app: Application, connection: Connection | Session, type_key: str, ids: Sequence[int], limited: bool = True
) -> dict[int, str]:
    """The labels of records by id; those that do not exist are left out, and those the person may not see, where `limited`."""
    return ask_labels(app, connection, type_key, ids, limited)()


def ask_labels(
    app: Application, connection: Connection | Session, type_key: str, ids: Sequence[int], limited: bool = True
) -> Callable[[], dict[int, str]]:
    """Ask for them along with other questions; what comes back gives them."""
    target = app.type(type_key)
    table = target.model.__table__
    columns = [table.c[n] for n in (seen_label_names(app, target) if limited else label_names(target))]
    reach = within_reach(app, target) if limited else None
    wanted, answers = sorted(set(ids)), []
    for at in range(0, len(wanted), 900):  # engines limit the number of parameters
        query = select(table.c.id, *columns).where(table.c.id.in_(wanted[at : at + 900]))
        answers.append(ask(connection, query if reach is None else query.where(reach)))
    return lambda: {row[0]: label_text(row[1:]) for answer in answers for row in answer.all()}
