"""Columns of other records that stand in the rows of the first: a customer's contact beside the customer.

Their targets are `contacts.name`, `contacts.mobile`: the key of the other type, which the record owns, and its field.
"""

from __future__ import annotations

from functools import cache

from crm_desktop.errors import Told
from crm_desktop.records.record_type import RecordType, Related
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.words import _
from db.fields import Field

_TAKEN = frozenset({"contacts"})
"""The owned types of which one stands in the row of its owner."""


@cache
def _types() -> dict[str, RecordType]:
    return {kind.key: kind for kind in BUILT_IN}


def children(kind: RecordType) -> tuple[Related, ...]:
    """The types whose records may stand in the rows of `kind`."""
    return tuple(r for r in kind.related if r.owned and r.type in _TAKEN)


def child_type(kind: RecordType, target: str) -> RecordType | None:
    """The type a target's first part names, where it is one of those."""
    key, dot, _name = target.partition(".")
    return _types()[key] if dot and any(r.type == key for r in children(kind)) else None


def is_child(kind: RecordType, target: str) -> bool:
    """Whether a target is a field of a record that stands in the row of its owner."""
    return child_type(kind, target) is not None


def child_field(kind: RecordType, target: str) -> Field:
    """The field of such a target. Raises Told."""
    child = child_type(kind, target)
    found = child.fields.get(target.partition(".")[2]) if child else None
    if found is None or found.kind in ("reference", "image"):
        raise Told(_("{type} has no field “{name}”.").format(type=_(kind.title), name=target))
    return found


def child_fields(kind: RecordType) -> list[tuple[str, RecordType, Field]]:
    """Target, type and field of everything that may stand beside a record of `kind`."""
    found = []
    for related in children(kind):
        child = _types()[related.type]
        for name, about in child.fields.items():
            if about.kind not in ("reference", "image") and about.section != "Record" and not about.computed:
                found.append((f"{related.type}.{name}", child, about))
    return found
