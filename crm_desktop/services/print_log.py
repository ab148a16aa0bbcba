"""What was printed: how often a record, and when and by whom last. The log itself tells the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from crm_desktop.application import Application
from crm_desktop.services import events
from crm_desktop.services.access import acting, asking
from crm_desktop.services.log_access import of_type
from crm_desktop.services.references import labels
from db.models.system import HistoryEntry


@dataclass(frozen=True)
class Printed:
    """How often a record was printed, saved as PDF or mailed."""

    times: int = 0
    at: dt.datetime | None = None
    who: str = ""


def note_printed(app: Application, type_key: str, record_id: int, label: str, facts: Mapping[str, Any]) -> None:
    """Let the history of a record tell that it was printed or saved as PDF; to show it on the screen is neither."""
    events.record(app, "print", label, facts, about=(type_key, record_id))


def note_all(app: Application, type_key: str, ids: Sequence[int], facts: Mapping[str, Any]) -> None:
    """The same for records that were printed together, each under its own name, in one transaction."""
    kind = app.type(type_key)
    with acting(app) as session:
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            names = labels(app, session, kind.key, list(part))
            for id_ in part:
                events.record(app, "print", names.get(id_, ""), facts, about=(kind.key, id_), session=session)


def printed(app: Application, type_key: str, record_id: int) -> Printed:
    """How often one record was printed, as far as this person may read its history."""
    return printed_of(app, type_key, [record_id]).get(record_id, Printed())


def printed_of(app: Application, type_key: str, ids: Sequence[int]) -> dict[int, Printed]:
    """The same for many records; those that were never printed are left out."""
    kind = app.type(type_key)
    table: Any = HistoryEntry.__table__
    found: dict[int, Printed] = {}
    with asking(app) as connection:
        reach = of_type(app, kind)
        for start in range(0, len(ids), 500):
            test = (table.c.record_type == kind.key, table.c.record_id.in_(ids[start : start + 500]), table.c.action == "print")
            counted = select(table.c.record_id, func.count().label("times"), func.max(table.c.id).label("last")).where(*test)
            if reach is not None:
                counted = counted.where(reach)
            counts = counted.group_by(table.c.record_id).subquery()
            query = select(counts.c.record_id, counts.c.times, table.c.at, table.c.user_name)
            for id_, times, at, who in connection.execute(query.join(table, table.c.id == counts.c.last)):
                found[id_] = Printed(times, at, who)
    return found
