"""The search over everything (Ctrl+K): the best records of every type, ranked.

An exact number comes first, then what begins with the words or whose initials do, then the rest; within that, what was changed
last. At most 1,000 candidates of a type are looked at: nobody reads further, and sorting more would make typing slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import asking, within_reach
from crm_desktop.services.listing import Stop
from crm_desktop.services.reading import read_records
from crm_desktop.services.visible_search import hides_searched, seen_hits
from db import search
from db.engine import is_sqlite

_CANDIDATES = 1_000


@dataclass(frozen=True)
class Hit:
    """One found record. detail: its subtitle fields in words; number: its number or code, '' where it has none."""

    type: str
    id: int
    label: str
    detail: str
    number: str = ""


def _rank(text: str, wanted: Sequence[str]) -> int:
    """0 when a line of the search text is the query, 1 when one begins with it, 2 when it is inside."""
    whole = " ".join(wanted)
    best = 2
    for line in text.split("\n"):
        if line == whole:
            return 0
        if line.startswith(whole):
            best = 1
    return best


def _candidates(
    app: Application, connection: Connection, kind: RecordType, text: str, limit: int
) -> list[tuple[int, int]]:
    """(rank, id) of the best records of one type."""
    table: Any = kind.model.__table__
    reach = within_reach(app, kind)
    ids = search.newest(connection, table, text, _CANDIDATES, reach)
    if kind.number and len(ids) == _CANDIDATES:  # among so many, the one whose number was typed may be an old one
        numbers = {text.strip(), text.strip().upper()}
        ids += connection.scalars(select(table.c.id).where(table.c[kind.number].in_(numbers)).limit(limit))
    if not ids:  # most types: not worth asking anything more
        return []
    query = select(table.c.id, table.c.search_text).where(search.among(table, ids, is_sqlite(connection)))
    if reach is not None:
        query = query.where(reach)
    wanted = search.words(text)
    if hides_searched(app, kind):
        seen = seen_hits(app, connection, kind, text, ids)
        query = query.where(search.among(table, seen, is_sqlite(connection)))
    found = [(_rank(row[1], wanted), -row[0]) for row in connection.execute(query)]
    return [(rank, -negative) for rank, negative in sorted(found)[:limit]]


def search_everything(
    app: Application, text: str, limit: int = 20, types: Sequence[str] | None = None, stop: Stop | None = None
) -> list[Hit]:
    """The best hits over all record types this person may see (or the given ones)."""
    if not search.words(text):
        return []
    hits: list[tuple[int, int, Hit]] = []
    with asking(app) as connection, (stop or Stop()).watching(connection):
        for at, kind in enumerate(app.types.values()):
            if (types is not None and kind.key not in types) or not app.actor.may(f"{kind.key}.see"):
                continue
            best = _candidates(app, connection, kind, text, limit)
            visible = kind.visible(app.actor)
            fields = {n: f for n, f in visible.items() if n in (*kind.label, *kind.subtitle, kind.number)}
            drafts = read_records(app, connection, kind, [id_ for _rank, id_ in best], fields, limited=True)
            hits += [(rank, at, _hit(app, kind, drafts[id_].values, id_)) for rank, id_ in best if id_ in drafts]
    hits.sort(key=lambda h: (h[0], h[1]))
    return [hit for _rank, _at, hit in hits[:limit]]


def _hit(app: Application, kind: RecordType, values: dict[str, Any], id_: int) -> Hit:
    detail = (show(values[n], kind.fields[n], app.options) for n in kind.subtitle if n in values)
    return Hit(
        kind.key, id_, label(app, kind, values), " · ".join(d for d in detail if d), str(values.get(kind.number) or "")
    )


def label(app: Application, kind: RecordType, values: dict[str, Any]) -> str:
    """How a record is called, with its options in words."""
    shown = (show(values[n], kind.fields[n], app.options) for n in kind.label if n in values)
    return " ".join(s for s in shown if s)
