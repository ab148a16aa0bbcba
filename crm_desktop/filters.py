"""Conditions of lists as plain values: what filter lines, chips, saved views, commands and imports all speak."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_desktop.draft import Ref


@dataclass(frozen=True)
class Condition:
    """One field, one operator of its kind (see crm_desktop.kinds), one value.

    field: a field of the record type, or one step further: "customer_id.city".
    """

    field: str
    operator: str
    value: Any = None


@dataclass(frozen=True)
class AllOf:
    """All parts hold."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Filter


Filter = Condition | AllOf | AnyOf | Not


@dataclass(frozen=True)
class ListQuery:
    """What a list shows. columns and order empty: those of the record type. "-name" orders descending.

    group: the field by which the rows are put together; the order then holds inside each group.
    """

    type: str
    columns: tuple[str, ...] = ()
    where: Filter | None = None
    search: str = ""
    order: tuple[str, ...] = ()
    group: str = ""

    def to_facts(self) -> dict[str, Any]:
        """As JSON, for saved views."""
        where = filter_to_facts(self.where) if self.where else None
        facts = {"columns": list(self.columns), "where": where, "search": self.search, "order": list(self.order)}
        return facts | ({"group": self.group} if self.group else {})

    @staticmethod
    def from_facts(type_key: str, facts: dict[str, Any]) -> ListQuery:
        """The query behind `to_facts`."""
        where = filter_from_facts(facts["where"]) if facts.get("where") else None
        columns, order = tuple(facts.get("columns", ())), tuple(facts.get("order", ()))
        return ListQuery(type_key, columns, where, facts.get("search", ""), order, str(facts.get("group", "")))


def also(*parts: Filter | None) -> Filter | None:
    """All the given filters together; None where there is none."""
    given = tuple(p for p in parts if p is not None)
    return AllOf(given) if len(given) > 1 else given[0] if given else None


def _value_to_facts(value: Any) -> Any:
    if isinstance(value, Ref):
        return {"id": value.id, "label": value.label}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, dt.datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple | list):
        return [_value_to_facts(v) for v in value]
    return value


def _value_from_facts(facts: Any) -> Any:
    if isinstance(facts, list):
        return tuple(_value_from_facts(v) for v in facts)
    if not isinstance(facts, dict):
        return facts
    if "number" in facts:
        return Decimal(facts["number"])
    if "moment" in facts:
        return dt.datetime.fromisoformat(facts["moment"])
    if "date" in facts:
        return dt.date.fromisoformat(facts["date"])
    return Ref(facts["id"], facts["label"])


def filter_to_facts(part: Filter) -> dict[str, Any]:
    """A filter as JSON."""
    match part:
        case Condition():
            return {"field": part.field, "operator": part.operator, "value": _value_to_facts(part.value)}
        case AllOf():
            return {"all": [filter_to_facts(p) for p in part.parts]}
        case AnyOf():
            return {"any": [filter_to_facts(p) for p in part.parts]}
        case Not():
            return {"not": filter_to_facts(part.part)}


def filter_from_facts(facts: dict[str, Any]) -> Filter:
    """The filter behind its JSON."""
    if "all" in facts:
        return AllOf(tuple(filter_from_facts(f) for f in facts["all"]))
    if "any" in facts:
        return AnyOf(tuple(filter_from_facts(f) for f in facts["any"]))
    if "not" in facts:
        return Not(filter_from_facts(facts["not"]))
    return Condition(facts["field"], facts["operator"], _value_from_facts(facts.get("value")))
