"""Field values as JSON, for the history, kept drafts and custom fields, and back again.

Decimals, dates and moments travel as text, references as [id, label]; the kind of the field says how to read them back.
Custom fields are stored as plain text only, so that both engines can compare and index them alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from crm_desktop.draft import Draft, Line, Ref
from db.fields import Field

_NUMBERS = {"money", "price", "quantity", "percent", "decimal"}


def to_json(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Ref):
        return [value.id, value.label]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value


def from_json(stored: Any, kind: str) -> Any:
    """The value of a field of this kind behind what `to_json` made of it."""
    if stored is None:
        return () if kind == "tags" else None
    if kind in ("reference", "image"):
        return Ref(int(stored[0]), str(stored[1]))
    if kind in _NUMBERS:
        return Decimal(stored)
    if kind == "date":
        return dt.date.fromisoformat(stored)
    if kind == "datetime":
        return dt.datetime.fromisoformat(stored)
    return tuple(stored) if kind == "tags" else stored


def values_to_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """All values of a record."""
    return {name: to_json(value) for name, value in values.items()}


def values_from_json(stored: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """The values of the fields that still exist."""
    return {n: from_json(v, fields[n].kind) for n, v in stored.items() if n in fields}


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """A whole record with its lines."""
    return {
        "id": draft.id,
        "version": draft.version,
        "values": values_to_json(draft.values),
        "lines": [{"id": line.id, "values": values_to_json(line.values)} for line in draft.lines],
    }


def draft_from_json(
    stored: Mapping[str, Any], type_key: str, fields: Mapping[str, Field], line_fields: Mapping[str, Field]
) -> Draft:
    """A whole record again."""
    lines = [Line(row["id"], values_from_json(row["values"], line_fields)) for row in stored.get("lines", ())]
    return Draft(type_key, stored["id"], stored["version"], values_from_json(stored["values"], fields), lines)


def custom_to_text(value: Any) -> str:
    """A custom field's value as the text that is stored; '' when empty."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, Ref):
        return str(value.id)
    if isinstance(value, tuple):
        return "|" + "|".join(value) + "|" if value else ""
    return str(to_json(value))


def custom_from_text(text: str, kind: str) -> Any:
    """A custom field's value behind its text. A text that does not fit the kind any more reads as empty."""
    try:
        if kind == "yes_no":
            return text == "1"
        if kind == "tags":
            return tuple(w for w in text.split("|") if w)
        if kind in ("reference", "image"):
            return Ref(int(text)) if text else None
        if kind == "integer":
            return int(text) if text else None
        if kind in _NUMBERS or kind in ("date", "datetime"):
            return from_json(text, kind) if text else None
    except (ValueError, ArithmeticError):
        return None
    return text
