"""What an import would do, record by record, before anything is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from crm_desktop.draft import Change, Ref
from crm_desktop.exchange.mapping import ColumnMap
from crm_desktop.exchange.tables import Table

Action = Literal["create", "change", "same", "wrong"]

Candidates = dict[tuple[tuple[str, ...], tuple[Any, ...]], list[int]]
"""Existing records by the fields they are known by and the values of these."""


@dataclass(slots=True)
class Incoming:
    """One record as the file has it. values and lines hold only what the file says; references are texts until they are found."""

    rows: list[int]
    values: dict[str, Any]
    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)  # target → words


@dataclass(slots=True)
class Planned:
    """One record of the plan. changes: before and after, for action "change"; "lines" counts the lines that differ."""

    action: Action
    label: str
    incoming: Incoming
    id: int | None = None
    version: int = 0
    changes: dict[str, Change] = field(default_factory=dict)

    @property
    def rows(self) -> list[int]:
        """The rows of the file this record comes from."""
        return self.incoming.rows

    @property
    def problems(self) -> dict[str, str]:
        """Why it is wrong: target → words."""
        return self.incoming.problems


@dataclass
class Plan:
    """The whole import. `notes` are for people: what was found out, left out and decided."""

    type: str
    sheet: str
    mapping: ColumnMap
    table: Table
    records: list[Planned] = field(default_factory=list)
    new_choices: dict[str, list[str]] = field(default_factory=dict)  # option list → texts
    missing: dict[Ref, dict[str, str]] = field(default_factory=dict)  # a stand-in → values of the customer to create
    notes: list[str] = field(default_factory=list)
    file: str = ""  # its name, for the log
    candidates: Candidates = field(default_factory=dict)
    only_new: bool = False  # what is there already stays as it is
    entries: int = 0  # of the log when the plan was made: whether anything was written since

    def count(self, action: Action) -> int:
        """How many records have this action."""
        return Counter(r.action for r in self.records)[action]

    def wrong(self) -> list[Planned]:
        """The records that cannot be imported."""
        return [r for r in self.records if r.action == "wrong"]


@dataclass(frozen=True)
class Result:
    """What an import did; `batch` names it in the history."""

    created: int
    changed: int
    unchanged: int
    wrong: int
    batch: str
