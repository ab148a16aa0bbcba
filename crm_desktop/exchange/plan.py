"""What an import would do, record by record, before anything is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from crm_desktop.draft import Change, Ref
from crm_desktop.exchange.mapping import ColumnMap
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.tables import Table

Action = Literal["create", "change", "ask", "same", "wrong"]
"""What happens to a record. ask: it would change, and the person has to say whether it may; as long as nobody does, it stays."""

Candidates = dict[tuple[tuple[str, ...], tuple[Any, ...]], list[int]]
"""Existing records by the fields they are known by and the values of these."""


@dataclass(slots=True)
class Incoming:
    """One record as the file has it. values and lines hold only what the file says; references are texts until they are found."""

    rows: list[int]
    values: dict[str, Any]
    lines: list[dict[str, Any]] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)  # target → words
    beside: list[dict[str, Any]] = field(
        default_factory=list
    )  # records that belong to this one: their fields by target
    files: list[str] = field(default_factory=list)  # paths of files to keep with it


@dataclass(slots=True)
class Planned:
    """One record of the plan. changes: before and after, for action "change"; "lines" counts the lines that differ."""

    action: Action
    label: str
    incoming: Incoming
    id: int | None = None
    version: int = 0
    changes: dict[str, Change] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)  # fields that need approval and stay out → why
    state: Any = ""  # that the file gives a document which is there in another one; it stays out

    @property
    def rows(self) -> list[int]:
        """The rows of the file this record comes from."""
        return self.incoming.rows

    @property
    def problems(self) -> dict[str, str]:
        """Why it is wrong: target → words."""
        return self.incoming.problems


@dataclass(frozen=True)
class DateQuestion:
    """A column whose dates can be read with the day or with the month first, with one of them."""

    target: str
    heading: str
    example: str


@dataclass
class Unknown:
    """A text that stands for no choice and no record that is there. suggestions: what it may mean, the likeliest first."""

    target: str
    text: str
    count: int = 0
    suggestions: list[str] = field(default_factory=list)
    may_be_new: bool = False


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
    dropped: str = ""  # the watched folder it came by, for the log
    folder: Path | None = None  # where it lies: paths in it count from there
    candidates: Candidates = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)
    questions: list[DateQuestion] = field(default_factory=list)
    unknown: dict[tuple[str, str], Unknown] = field(default_factory=dict)  # by target and text
    entries: int = 0  # of the log when the plan was made: whether anything was written since

    def count(self, action: Action) -> int:
        """How many records have this action."""
        return Counter(r.action for r in self.records)[action]

    def note_unknown(self, target: str, text: str, *, may_be_new: bool = False) -> None:
        """Count a text that nobody knows."""
        found = self.unknown.setdefault((target, text), Unknown(target, text, may_be_new=may_be_new))
        found.count += 1

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
    failed: tuple[str, ...] = ()  # files that could not be kept with their records
    left: int = 0  # records that would change, and the person did not let them
    notes: tuple[str, ...] = ()  # what came in otherwise than the file says, and why
