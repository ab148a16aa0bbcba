"""The documents that belong together: from the first quote to the last receipt, whichever of them one begins with.

Which document points to which follows from the declarations: every reference field, of heads and of lines, that leads from one record
type of the chain to another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import asking, reached, require_reach
from crm_desktop.services.reading import read_records

_MOST = 300
_AMOUNTS = ("total", "amount")


@dataclass(frozen=True)
class Node:
    """One document. depth: how many steps below the first one; here: the one that was asked about."""

    type: str
    id: int
    label: str
    day: dt.date | None
    state: str
    tone: str
    amount: Decimal | None
    depth: int
    here: bool


def chained(app: Application) -> list[RecordType]:
    """The record types whose records become others, or that others become, in the order of the chain."""
    targets = {s.type for kind in app.types.values() for s in kind.successors}
    return [kind for kind in app.types.values() if kind.successors or kind.key in targets]


def related_documents(app: Application, type_key: str, id_: int) -> list[Node]:
    """The documents a record came from and what came of those, as far as this person sees them. Raises Missing."""
    kind = app.type(type_key)
    with asking(app) as connection:
        require_reach(app, connection, kind, "see", [id_])
        return _Walk(app, connection).tree((type_key, id_))


_Key = tuple[str, int]


class _Walk:
    """Up to where it began, then down again. What is pointed to stands above what points to it."""

    def __init__(self, app: Application, connection: Connection) -> None:
        self._app, self._connection = app, connection
        self._kinds = {k.key: k for k in chained(app) if app.actor.may(f"{k.key}.see")}
        self._links = [link for kind in self._kinds.values() for link in _links(kind, self._kinds)]
        self._drafts: dict[_Key, Draft] = {}

    def tree(self, here: _Key) -> list[Node]:
        above = self._closure({here}, up=True)
        found = self._closure(above, up=False)
        self._read(found)
        parents = {key: self._parent(key, found) for key in found}
        order = {key: at for at, key in enumerate(self._kinds)}

        def place(key: _Key) -> tuple[Any, ...]:
            return order[key[0]], _day(self._kinds[key[0]], self._drafts[key]) or dt.date.max, key[1]

        made: list[Node] = []

        def add(key: _Key, depth: int) -> None:
            made.append(self._node(key, depth, key == here))
            for child in sorted((k for k, parent in parents.items() if parent == key), key=place):
                add(child, depth + 1)

        for key in sorted((k for k, parent in parents.items() if parent is None), key=place):
            add(key, 0)
        return made

    def _closure(self, start: set[_Key], *, up: bool) -> set[_Key]:
        found, edge = set(start), set(start)
        while edge and len(found) < _MOST:
            step = self._step(edge, up=up) - found
            found |= step
            edge = step
        return found

    def _step(self, edge: set[_Key], *, up: bool) -> set[_Key]:
        """What these point to, or what points to them; only records this person sees."""
        next_: dict[str, set[int]] = {}
        for source, target, query, own, theirs in self._links:
            ids = sorted(i for key, i in edge if key == (source if up else target))
            if ids:
                asked, answer = (own, theirs) if up else (theirs, own)
                rows = self._connection.execute(query.where(asked.in_(ids), answer.is_not(None)).limit(_MOST))
                at = 1 if answer is theirs else 0
                next_.setdefault(target if up else source, set()).update(row[at] for row in rows)
        return {
            (key, i) for key, ids in next_.items() for i in reached(self._app, self._connection, self._kinds[key], "see", sorted(ids))
        }

    def _read(self, found: set[_Key]) -> None:
        for key, kind in self._kinds.items():
            ids = sorted(i for k, i in found if k == key)
            drafts = read_records(self._app, self._connection, kind, ids, limited=True) if ids else {}
            self._drafts |= {(key, i): d for i, d in drafts.items()}
        for gone in [k for k in found if k not in self._drafts]:
            found.discard(gone)

    def _parent(self, key: _Key, found: set[_Key]) -> _Key | None:
        """The nearest document that this one points to: the one furthest down the chain."""
        kind, draft = self._kinds[key[0]], self._drafts[key]
        order = list(self._kinds)
        above = [k for k in _pointed(kind, draft) if k in found and k != key]
        above = [k for k in above if order.index(k[0]) <= order.index(key[0])]
        return max(above, key=lambda k: (order.index(k[0]), -k[1]), default=None)

    def _node(self, key: _Key, depth: int, here: bool) -> Node:
        kind, draft = self._kinds[key[0]], self._drafts[key]
        visible, state = kind.visible(self._app.actor), kind.state(draft)
        amount = next((draft.values[n] for n in _AMOUNTS if n in visible), None)
        label = kind.label_of({n: v for n, v in draft.values.items() if n in visible})
        return Node(
            key[0], key[1], label, _day(kind, draft) if kind.day in visible else None, state.shown() if state else "",
            state.tone if state else "grey", amount, depth, here,
        )  # fmt: skip


def _day(kind: RecordType, draft: Draft) -> dt.date | None:
    day = draft.values.get(kind.day)
    return day if isinstance(day, dt.date) else None


def _links(kind: RecordType, kinds: dict[str, RecordType]) -> Iterator[tuple[str, str, Any, Any, Any]]:
    """Every way from this type to another of the chain: source, target, the statement, and its columns of both ids."""
    table: Any = kind.model.__table__
    for name, about in kind.fields.items():
        if about.target in kinds and not about.custom:
            yield kind.key, about.target, select(table.c.id, table.c[name]), table.c.id, table.c[name]
    if kind.lines is None:
        return
    lines: Any = kind.lines.model.__table__
    parent = lines.c[kind.lines.parent]
    for name, about in kind.lines.fields.items():
        if about.target in kinds and not about.custom:
            yield kind.key, about.target, select(parent, lines.c[name]).distinct(), parent, lines.c[name]


def _pointed(kind: RecordType, draft: Draft) -> list[_Key]:
    rows: Sequence[Any] = [(kind.fields, draft.values), *((kind.lines.fields, r.values) for r in draft.lines if kind.lines)]
    return [
        (fields[name].target, value.id)
        for fields, values in rows
        for name, value in values.items()
        if isinstance(value, Ref) and name in fields
    ]
