"""What a list is ordered by, and the walk in the order of what a reference points to.

The order by a field of the table itself is served by an index of that table. The order of the orders by their customers' names is
not: there the index of the customers' names leads, and each customer brings its orders. Records that point to nothing, or to what
the person may not see, stand where an empty name would.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, literal_column, not_, or_, select

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.access import narrowed, within_reach
from crm_desktop.services.conditions import field_of, order_of
from crm_desktop.services.references import joined, seen_label_names, seen_target
from db.fields import Field
from db.ordering import unindexed
from db.paging import Key, fetch, turned


def index_leads(table: Any, name: str) -> bool:
    """Whether the records that have one value in this column are found by an index."""
    column = table.c[name]
    return bool(column.index) or any(next(iter(i.columns), None) is column for i in table.indexes)


def sort_key(app: Application, target: RecordType) -> str:
    """The column a type is ordered by where others point to it; '' where it has none that the person may see."""
    seen = (target.fields[n] for n in seen_label_names(app, target))
    return next((f.sort or f.name for f in seen if f.sortable), "")


class ListOrder:
    """The order of one question. `keys` end in the id; a statement that uses them must be `joined`."""

    def __init__(self, app: Application, kind: RecordType, table: Any, names: Sequence[str], *, backwards: bool) -> None:
        self._app, self._table = app, table
        self._joins: list[tuple[Any, Any]] = []
        self._single: tuple[Field, Any, str] | None = None
        keys: list[Key] = []
        for name in names:
            about = field_of(app, kind, name.removeprefix("-"))
            down = name.startswith("-")
            keys += [Key(e, down) for e in self._expressions(kind, about)]
        keys.append(Key(table.c.id, keys[-1].descending if keys else False))
        self.keys = turned(keys) if backwards else keys
        if len(names) != 1:
            self._single = None

    def _expressions(self, kind: RecordType, about: Field) -> list[Any]:
        if about.kind != "reference" or about.custom:
            return [order_of(self._table, about)]
        target = self._app.type(about.target)
        alias: Any = joined(target.model.__table__, f"by_{about.name}")
        self._joins.append((alias, seen_target(self._app, about, self._table, alias)))
        name = sort_key(self._app, target)
        by_id = func.coalesce(alias.c.id, literal_column("0", alias.c.id.type), type_=alias.c.id.type)
        if not name:
            return [by_id]
        if index_leads(kind.model.__table__, about.name):
            self._single = (about, alias, name)
        words = func.coalesce(alias.c[name], literal_column("''", alias.c[name].type), type_=alias.c[name].type)
        return [words, by_id]

    @property
    def own(self) -> bool:
        """Whether only columns of the table itself order it."""
        return not self._joins

    @property
    def follows_reference(self) -> bool:
        """Whether the list can be walked along what its records point to."""
        return self._single is not None

    def joined(self, statement: Select[Any]) -> Select[Any]:
        """`statement` with what `keys` need."""
        for alias, on in self._joins:
            statement = statement.join(alias, on, isouter=True)
        return statement

    def walk(
        self,
        connection: Connection,
        filtered: Callable[[Select[Any]], Select[Any]],
        after: Sequence[Any] | None,
        size: int,
    ) -> list[Sequence[Any]]:
        """Ids and order values of the `size` rows after `after`, along the index of what the records point to."""
        assert self._single is not None
        _about, alias, name = self._single
        down = self.keys[0].descending
        keys = [Key(alias.c[name], down), Key(alias.c.id, down), Key(self._table.c.id, down)]
        found: list[Sequence[Any]] = []
        parts = [False, True] if down else [True, False]  # whether they point nowhere
        begins_empty = after is not None and after[1] == 0
        if after is not None and begins_empty == parts[-1]:
            del parts[0]
        for empty in parts:
            last = after if after is not None and begins_empty == empty else None
            room = size - len(found)
            if empty and room:
                rows = fetch(
                    connection, filtered(self._pointing_nowhere()), keys[-1:], last[-1:] if last else None, room, steps=True
                )
                found += [(r[0], "", 0, r[-1]) for r in rows]
            elif room:
                found += fetch(connection, filtered(self._pointing()), keys, last, room, steps=True)
        return found

    def _pointing(self) -> Select[Any]:
        assert self._single is not None
        about, alias, _name = self._single
        # An index on the id of what is pointed to must not serve here, or the walk would begin at the wrong end.
        on = unindexed(alias.c.id) == self._table.c[about.name]
        reach = narrowed(self._app, self._app.type(about.target), alias)
        return select(self._table.c.id).join(alias, on if reach is None else and_(on, reach))

    def _pointing_nowhere(self) -> Select[Any]:
        assert self._single is not None
        about, alias, _name = self._single
        nothing = self._table.c[about.name].is_(None)
        if within_reach(self._app, self._app.type(about.target), "see", alias) is not None:
            seen = exists(select(alias.c.id).where(seen_target(self._app, about, self._table, alias)))
            nothing = or_(nothing, not_(seen))
        return select(self._table.c.id).where(nothing)
