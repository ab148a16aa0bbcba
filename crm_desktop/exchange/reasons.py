"""Why a row of a file stays out, in words a person can act on."""

from __future__ import annotations

from crm_desktop.exchange.mapping import field_of
from crm_desktop.exchange.plan import Planned
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _


def reasons(kind: RecordType, item: Planned) -> str:
    """Why a record cannot be imported, with the fields it is about."""
    parts = []
    for target, words in item.problems.items():
        label = _label(kind, target)
        parts.append(f"{label}: {words}" if label and label not in words else words)
    return "; ".join(parts)


def _label(kind: RecordType, target: str) -> str:
    """The label of the field a problem is about; '' for the record as a whole."""
    if not target:
        return ""
    prefix, _dot, rest = target.partition(".")
    if prefix == "lines" and kind.lines:
        number, dot, name = rest.partition(".")
        about = kind.lines.fields.get(name if dot else number)
        return _(about.label) if about else ""
    return _(field_of(kind, target).label) if prefix in kind.fields or "+" in target else ""
