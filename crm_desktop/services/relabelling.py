"""Records that are found by the name of another one, when that name changes: a customer's orders by the customer's new name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.reading import read_records
from crm_desktop.services.references import ask_labels
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
    Labels(app, session, kind, []).give(drafts, before)


class Labels:
    """The same in two steps: what some drafts point to is asked for along with other questions."""

    def __init__(self, app: Application, session: Session, kind: RecordType, drafts: Sequence[Draft]) -> None:
        self._app, self._session, self._kind = app, session, kind
        self._names = [n for n, f in kind.fields.items() if f.search == "label" and not f.custom]
        self._asked = {n: (ids, self._ask(n, ids)) for n in self._names if (ids := _pointed(drafts, n))}

    def _ask(self, name: str, ids: frozenset[int]) -> Callable[[], dict[int, str]]:
        return ask_labels(self._app, self._session, self._kind.fields[name].target, sorted(ids), limited=False)

    def give(self, drafts: Sequence[Draft], before: Draft | None = None) -> None:
        """Put them into drafts."""
        for name in self._names:
            known = before.values.get(name) if before else None
            waiting = [d for d in drafts if isinstance(d.values.get(name), Ref) and d.values[name] != known]
            for draft in drafts:
                if isinstance(known, Ref) and draft.values.get(name) == known:
                    draft.values[name] = known
            found = self._labels(name, _pointed(waiting, name)) if waiting else {}
            for draft in waiting:
                id_, label = draft.values[name]
                draft.values[name] = Ref(id_, found.get(id_, label))

    def _labels(self, name: str, ids: frozenset[int]) -> dict[int, str]:
        asked, labels = self._asked.get(name, (frozenset[int](), dict[int, str]))
        return labels() if ids <= asked else self._ask(name, ids)()


def _pointed(drafts: Sequence[Draft], name: str) -> frozenset[int]:
    return frozenset(v.id for d in drafts if isinstance(v := d.values.get(name), Ref))


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
