"""What a list shows and how, without a widget: conditions, columns, order, widths; and the question they make together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_desktop.draft import Ref
from crm_desktop.filters import AllOf, Condition, Filter, ListQuery, Not
from crm_desktop.local_time import to_local
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.list_groups import groupable
from crm_desktop.services.views import Folds, Look
from ui.filter_text import fields_in


@dataclass(frozen=True)
class ListState:
    """The state of one list.

    fixed: a condition that belongs to the place of the list (the orders of this customer) and is never shown or saved.
    parts: the person's conditions; all must hold. The first that speaks of one column alone is shown in its filter.
    """

    type: RecordType
    columns: tuple[str, ...]
    fixed: Filter | None = None
    parts: tuple[Filter, ...] = ()
    search: str = ""
    order: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    frozen: int = 0
    group: str = ""
    folds: Folds = Folds()

    @property
    def query(self) -> ListQuery:
        """The question to the database."""
        return ListQuery(self.type.key, self.columns, joined((self.fixed, *self.parts)), self.search, self.order, self.group)

    @property
    def filtered(self) -> bool:
        """Whether the person has narrowed the list."""
        return bool(self.parts or self.search)

    def column_parts(self) -> dict[str, Filter]:
        """The conditions that stand in a column's own filter, by column."""
        found: dict[str, Filter] = {}
        for part in self.parts:
            names = fields_in(part)
            if len(names) == 1 and (name := next(iter(names))) in self.columns and name not in found:
                found[name] = part
        return found

    def chip_parts(self) -> list[Filter]:
        """The conditions that stand in no column's filter."""
        shown = list(self.column_parts().values())
        return [p for p in self.parts if not any(p is s for s in shown)]

    def with_column(self, name: str, part: Filter | None) -> ListState:
        """With the filter of one column set, or removed for None."""
        old = self.column_parts().get(name)
        if old is None:
            return replace(self, parts=(*self.parts, part)) if part is not None else self
        parts = tuple(part if p is old else p for p in self.parts)
        return replace(self, parts=tuple(p for p in parts if p is not None))

    def with_chips(self, parts: Sequence[Filter]) -> ListState:
        """With other conditions in place of those that stand in no column's filter."""
        return replace(self, parts=(*self.column_parts().values(), *parts))

    def cleared(self) -> ListState:
        """Without any condition or search of the person's."""
        return replace(self, parts=(), search="")

    def look(self, *, preview: bool = True) -> Look:
        """For keeping: without the condition of the place."""
        query = ListQuery(self.type.key, self.columns, joined(self.parts), self.search, self.order, self.group)
        return Look(query, self.widths, self.frozen, preview, self.type.columns, self.folds)

    def grouped(self, name: str) -> ListState:
        """Grouped by a field, or by none; all groups unfolded."""
        return replace(self, group=name, folds=Folds())

    def with_look(self, look: Look, visible: Mapping[str, Field]) -> ListState:
        """As it was kept, without what this person may not see or what is no field any more, with the columns added since."""
        added = [n for n in self.type.columns if look.known and n not in look.known and n not in look.query.columns]
        columns = tuple(n for n in (*look.query.columns, *added) if n in visible) or self.columns
        parts = tuple(p for p in split(look.query.where) if all(n.partition(".")[0] in (*visible, "lines") for n in fields_in(p)))
        order = tuple(o for o in look.query.order if o.lstrip("-") in visible)
        return replace(
            self,
            columns=columns,
            parts=parts,
            order=order,
            search=look.query.search,
            widths=look.widths,
            frozen=look.frozen,
            group=look.query.group if look.query.group in visible and groupable(self.type, look.query.group) else "",
            folds=look.folds,
        )

    def preset(self) -> dict[str, Any]:
        """The values a new record must have to stand in this list: of "customer is 5" the customer."""
        return {
            p.field: Ref(int(getattr(p.value[0], "id", p.value[0])), getattr(p.value[0], "label", ""))
            for p in split(self.fixed)
            if isinstance(p, Condition) and p.operator == "any_of" and len(p.value) == 1
            and p.field in self.type.fields and self.type.fields[p.field].kind == "reference"
        }  # fmt: skip


def joined(parts: Sequence[Filter | None]) -> Filter | None:
    """All of these together; None where there are none."""
    given = tuple(p for p in parts if p is not None)
    return AllOf(given) if len(given) > 1 else given[0] if given else None


def split(where: Filter | None) -> tuple[Filter, ...]:
    """The conditions that must all hold, one by one. `> 5` and `< 5`, which are two conditions on one field, stay together."""
    if where is None:
        return ()
    if isinstance(where, AllOf) and not (len(fields_in(where)) == 1 and any(isinstance(p, Not) for p in where.parts)):
        return tuple(q for p in where.parts for q in split(p))
    return (where,)


def default_state(record_type: RecordType, visible: Mapping[str, Field], fixed: Filter | None = None) -> ListState:
    """The list as the program brings it. A column that is the same in every row, because the place fixes it, is left out."""
    same = {p.field for p in split(fixed) if isinstance(p, Condition) and p.operator in ("any_of", "is")}
    columns = tuple(n for n in record_type.columns if n in visible and n not in same)
    return ListState(record_type, columns or record_type.label, fixed)


Apply = Callable[[ListState], None]
"""Takes a changed state into use."""


def only_value(about: Field, value: Any) -> Filter:
    """The condition "as in this cell"."""
    name = about.name
    if about.kind == "yes_no":
        return Condition(name, "yes" if value else "no")
    if value is None or value == "" or value == ():
        return Condition(name, "empty")
    if about.kind in ("option", "state"):
        return Condition(name, "any_of", (value,))
    if about.kind == "image":
        return Condition(name, "filled")
    if about.kind == "reference":
        return Condition(name, "any_of", (value,))
    if about.kind == "tags":
        return joined([Condition(name, "has", tag) for tag in value]) or Condition(name, "filled")
    if about.kind == "datetime":
        return Condition(name, "is", to_local(value).date())
    return Condition(name, "is", value)


def without_value(about: Field, value: Any, old: Filter | None) -> Filter:
    """The condition "not as in this cell", together with what was excluded before."""
    only = only_value(about, value)
    if isinstance(only, Condition) and only.operator == "any_of":
        before = old.value if isinstance(old, Condition) and old.operator == "none_of" else ()
        return Condition(about.name, "none_of", (*before, *(v for v in only.value if v not in before)))
    opposite = {"empty": "filled", "filled": "empty", "yes": "no", "no": "yes"}
    if isinstance(only, Condition) and only.operator in opposite:
        return Condition(about.name, opposite[only.operator])
    return Not(only)
