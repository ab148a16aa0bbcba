"""By what a list can be grouped and what of it added up. It stands apart, since the window asks before anything slow is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_desktop.records.record_type import RecordType

_GROUPS = ("option", "state", "reference", "yes_no", "date", "text")
_ADDED = frozenset({"money", "quantity", "integer", "decimal"})


@dataclass(frozen=True)
class Grouping:
    """By what a list is grouped, and what of it is added up."""

    field: str
    sums: tuple[str, ...] = ()


def groupable(kind: RecordType, names: Sequence[str]) -> list[str]:
    """The fields among `names` that make sensible groups."""
    return [n for n in names if n in kind.fields and kind.fields[n].kind in _GROUPS]


def summable(kind: RecordType, names: Sequence[str]) -> list[str]:
    """The fields among `names` that can be added up."""
    return [n for n in names if n in kind.fields and kind.fields[n].kind in _ADDED]
