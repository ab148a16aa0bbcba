"""Between a draft's values and a table's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.search_text import search_text, sort_keys
from crm_desktop.stored_values import custom_to_text


def plain(value: Any) -> Any:
    """A value as a column takes it."""
    return value.id if isinstance(value, Ref) else value


def columns(values: Mapping[str, Any], stored: frozenset[str]) -> dict[str, Any]:
    """Column values for the fields that are columns, without the bookkeeping."""
    return {n: v.id if type(v) is Ref else v for n, v in values.items() if n in stored}


def extra(values: Mapping[str, Any], custom: Iterable[str]) -> dict[str, str]:
    """The JSON of the custom fields; empty ones are left out."""
    return {n: text for n in custom if (text := custom_to_text(values.get(n)))}


def record_row(kind: RecordType, draft: Draft) -> dict[str, Any]:
    """All columns of a record that follow from its draft: fields, sort keys, search text, custom fields."""
    row = columns(draft.values, kind.stored) | sort_keys(kind, draft.values)
    row["search_text"] = search_text(kind, draft.values)
    row["extra"] = extra(draft.values, kind.custom)
    return row


def line_row(kind: RecordType, line: Line, parent: int, position: int) -> dict[str, Any]:
    """All columns of a line."""
    assert kind.lines is not None
    return {
        **columns(line.values, kind.lines.stored),
        kind.lines.parent: parent,
        "position": position,
        "extra": {},
    }
