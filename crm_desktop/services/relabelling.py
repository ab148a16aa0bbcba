"""Records that are found by the name of another one, when that name changes: a customer's orders by the customer's new name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.reading import read_records
from crm_desktop.services.references import labels
from crm_desktop.services.search_text import search_text
from db import search

_MOST = 5_000
"""Records of one type that a renaming takes along; `crm-desktop check` finds those beyond it."""


def relabel(session: Session, app: Application, kind: RecordType, id_: int) -> None:
    """Make the search text of everything that holds this record's name anew. Versions stay: nobody's data has changed."""
    for other in app.types.values():
        names = [n for n, f in other.fields.items() if f.search == "label" and f.target == kind.key and not f.custom]
        for name in names:
            _relabel(session, app, other, name, id_)


def give_labels(
    app: Application, session: Session, kind: RecordType, drafts: Sequence[Draft], before: Draft | None = None
) -> None:
    """Give searched references the labels their records have now, whatever a draft says. before: as read just now."""
    for name, about in kind.fields.items():
        if about.search != "label" or about.custom:
            continue
        known = before.values.get(name) if before else None
        waiting = []
        for draft in drafts:
            value = draft.values.get(name)
            if isinstance(value, Ref) and value == known:
                draft.values[name] = known
            elif isinstance(value, Ref):
                waiting.append(draft)
        found = labels(app, session, about.target, [d.values[name].id for d in waiting], limited=False) if waiting else {}
        for draft in waiting:
            id_ = draft.values[name].id
            draft.values[name] = Ref(id_, found.get(id_, draft.values[name].label))


def _relabel(session: Session, app: Application, other: RecordType, name: str, id_: int) -> None:
    table: Any = other.model.__table__
    ids = list(session.scalars(select(table.c.id).where(table.c[name] == id_).order_by(table.c.id.desc()).limit(_MOST)))
    texts = {i: search_text(other, d.values) for i, d in read_records(app, session, other, ids).items()}
    if not texts:
        return
    search.change(session.connection(), table, list(texts.items()))
    rows = [{"record_id": i, "new_text": text} for i, text in texts.items()]
    session.connection().execute(
        update(table).where(table.c.id == bindparam("record_id")).values(search_text=bindparam("new_text")), rows
    )
