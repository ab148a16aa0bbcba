"""Lists with their groups: which bands belong together, and rows split where the value they are grouped by changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

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
    found: list[Group] = []
    start, key = 0, _key(rows[0], head, reader, data)
    for at in range(1, len(rows) + 1):
        now = _key(rows[at], head, reader, data) if at < len(rows) else FAULT
        if at == len(rows) or now != key:
            found.append(Group(key, rows[start:at], len(found) + 1))
            start, key = at, now
    return found


def _key(row: Data, head: GroupHead, reader: Reader, data: Data) -> Any:
    value = reader.value(head.by, head.id, {**data, "line": row})
    return None if value is FAULT else value
