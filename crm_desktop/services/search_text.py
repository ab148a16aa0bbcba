"""What of a record is searched, and what it is sorted by: both are stored with the record, so that no query computes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm_desktop.draft import Ref
from crm_desktop.pinyin import initials, sort_key
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import LANGUAGES, translated
from db.search import fold

_LONGEST = 4000  # characters of search text; a novel in a remark need not be found by every word


def _is_person(kind: RecordType, values: Mapping[str, Any]) -> bool:
    return kind.person or values.get("kind") == "person"


def _pieces(kind: RecordType, values: Mapping[str, Any]) -> Iterator[str]:
    for name, about in kind.searched:
        value = values.get(name)
        if not value:
            continue
        if type(value) is not str:
            value = value.label if isinstance(value, Ref) else " ".join(value) if isinstance(value, tuple) else str(value)
        folded = fold(value)
        yield folded
        if about.translated:  # found by what people read, in whichever language they read it
            yield from (fold(translated(value, code)) for code in LANGUAGES)
        if about.search == "phone":
            yield folded if folded.isdigit() else "".join(filter(str.isdigit, folded))
        elif about.search in ("name", "label"):
            yield initials(value, about.search == "name" and _is_person(kind, values))


def search_text(kind: RecordType, values: Mapping[str, Any]) -> str:
    """The searchable texts of a record, folded, one a line: names with their initials, codes, digits of telephone numbers."""
    pieces = dict.fromkeys(_pieces(kind, values))
    pieces.pop("", None)
    return "\n".join(pieces)[:_LONGEST]


def sort_keys(kind: RecordType, values: Mapping[str, Any]) -> dict[str, str]:
    """The sort key columns that follow from the values."""
    person = _is_person(kind, values)
    return {key: sort_key(values.get(n) or "", person) for n, key in kind.sorted if n in values}
