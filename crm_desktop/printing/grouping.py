"""Lists with their groups: which bands belong together, and rows split where the value they are grouped by changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from crm_desktop.pinyin import sort_key
from crm_desktop.printing.evaluate import FAULT, Data, Reader
from crm_desktop.printing.marks import Problems
from crm_desktop.printing.template import Band, Detail, GroupFoot, GroupHead, TableBand
from crm_desktop.words import _


@dataclass
class ListRun:
    """A list with the heads and feet of its groups; the first head is the outermost."""

    body: Detail | TableBand
    heads: list[GroupHead] = field(default_factory=list)
    feet: dict[str, list[GroupFoot]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the list's own band."""
        return self.body.id

    @property
    def over(self) -> str:
        """The list."""
        return self.body.over if isinstance(self.body, Detail) else self.body.table.over


@dataclass(frozen=True)
class Group:
    """Rows that follow each other and have the same value."""

    key: Any
    rows: tuple[Data, ...]
    number: int

    def data(self) -> dict[str, Any]:
        """As a template sees it."""
        return {"key": self.key, "rows": self.rows, "number": self.number}


def arranged(bands: Sequence[Band], problems: Problems) -> list[Band | ListRun]:
    """The bands in their order, each list together with its groups. What stands alone is reported and left out."""
    found: list[Band | ListRun] = []
    heads: list[GroupHead] = []
    for band in bands:
        if isinstance(band, GroupHead):
            heads.append(band)
        elif isinstance(band, GroupFoot):
            last = found[-1] if found else None
            if isinstance(last, ListRun) and band.group in {head.id for head in last.heads}:
                last.feet.setdefault(band.group, []).append(band)
            else:
                problems.add("structure", band.id, _("a group foot stands behind the list whose group it ends"))
        elif isinstance(band, (Detail, TableBand)):
            found.append(ListRun(band, heads))
            heads = []
        else:
            found.append(band)
    for head in heads:
        problems.add("structure", head.id, _("a group head stands before the list that it groups"))
    return found


def groups(rows: tuple[Data, ...], head: GroupHead, reader: Reader, data: Data) -> list[Group]:
    """The rows in groups; all of them are one where the head names no value."""
    if not rows:
        return []
    if not head.by.strip():
        return [Group(None, rows, 1)]
    keyed = [(_key(row, head, reader, data), row) for row in rows]
    if head.order != "as_it_comes":
        keyed.sort(key=lambda pair: _place(pair[0]), reverse=head.order == "falling")
    found: list[Group] = []
    for key, same in groupby(keyed, key=lambda pair: pair[0]):
        found.append(Group(key, tuple(row for _key_of_row, row in same), len(found) + 1))
    return found


def _place(key: Any) -> tuple[int, Any]:
    """Where a value stands among others: numbers, then days, then words as a dictionary has them, then what is empty."""
    if isinstance(key, (bool, int, float, Decimal)):
        return 0, key
    if isinstance(key, dt.date):
        return 1, key.isoformat()
    text = "" if key is None else str(key)
    return (2, sort_key(text)) if text else (3, "")


def _key(row: Data, head: GroupHead, reader: Reader, data: Data) -> Any:
    value = reader.value(head.by, head.id, {**data, "line": row})
    return None if value is FAULT else value
