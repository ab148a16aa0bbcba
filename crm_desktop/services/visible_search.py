"""Searching without giving away what a person may not see: hits whose words stand only in hidden fields are no hits.

The index holds one text for each record, with all its searchable fields. Where some of them are hidden from a person, what the index
finds is looked at again with what the person sees of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.reading import read_records
from crm_desktop.services.search_text import search_text
from db import search

_CHUNK = 500


def hides_searched(app: Application, kind: RecordType) -> bool:
    """Whether a searchable field of this type is hidden from the person at work."""
    visible = kind.visible(app.actor)
    return any(f.search and n not in visible for n, f in kind.fields.items())


def seen_hits(app: Application, connection: Connection, kind: RecordType, text: str, ids: Iterable[int]) -> list[int]:
    """Those of the records that hold every word of `text` in what this person may see."""
    wanted, found = search.words(text), []
    fields = {n: f for n, f in kind.visible(app.actor).items() if f.search or n == "kind"}
    every = list(ids)
    for at in range(0, len(every), _CHUNK):
        drafts = read_records(app, connection, kind, every[at : at + _CHUNK], fields, limited=True)
        found += [i for i, d in drafts.items() if _holds(search_text(kind, d.values), wanted)]
    return found


def seen_by_search(app: Application, connection: Connection, kind: RecordType, text: str) -> Sequence[int] | None:
    """The records a search may show; None: all that the index finds. Of more than ten thousand hits the newest are looked at."""
    if not search.words(text) or not hides_searched(app, kind):
        return None
    table: Any = kind.model.__table__
    return seen_hits(app, connection, kind, text, search.newest(connection, table, text, search.PROBE))


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)
