"""How a file is to be imported, as plain data: which column goes where, what is split, joined and fixed, what foreign words mean,
by what records are known and what happens to those that exist. Kept under a name, it is run again on the next file of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from crm_desktop.errors import Invalid
from crm_desktop.words import _

Existing = Literal["update", "fill", "skip", "ask"]
"""What happens to a record that exists: all given fields change, only empty ones are filled, it stays, each is asked."""

EXISTING: tuple[Existing, ...] = get_args(Existing)
DAY, MONTH = "day", "month"
"""What the first number of a date like 03/04/2026 is."""
EVERY = "*"
"""Stands for all columns of dates."""


@dataclass
class Joined:
    """Several columns that make one."""

    headings: list[str]
    separator: str = " "

    @property
    def heading(self) -> str:
        """What the new column is called."""
        return " + ".join(self.headings)


@dataclass
class Recipe:
    """See above. Columns are called by their headings; `columns` with what they go to: "" leaves one out."""

    type: str = ""
    sheet: str = ""
    columns: dict[str, str] = field(default_factory=dict)  # heading → target
    split: dict[str, str] = field(default_factory=dict)  # heading → what stands between the parts
    joined: list[Joined] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)  # target → text of every record
    words: dict[str, dict[str, str]] = field(default_factory=dict)  # target → text in the file → text meant
    new: dict[str, list[str]] = field(default_factory=dict)  # target → texts that become new choices
    dates: dict[str, str] = field(default_factory=dict)  # target or EVERY → DAY or MONTH
    key: list[str] = field(default_factory=list)  # fields by which a record is known; empty: as the program knows them
    existing: Existing = "update"
    create_missing: bool = False  # customers that are named and not known
    new_choices: bool = False  # choices that are named and not known
    all_or_nothing: bool = False
    lines_sheet: str = ""  # the sheet with the lines of documents, where that is another one
    lines_key: str = ""  # the column of both sheets that says which document a line is of; empty: found by its meaning

    def meant(self, target: str, text: str) -> str:
        """The text that is meant by one of the file; itself where nothing else is said."""
        return self.words.get(target, {}).get(text, text)

    def to_facts(self) -> dict[str, Any]:
        """As JSON, without what is as usual."""
        plain = Recipe()
        return {k: v for k, v in asdict(self).items() if v != getattr(plain, k)}

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Recipe:
        """From what `to_facts` gave, or a file that was given from one office to another. Raises Invalid for anything else."""
        try:
            known = {f.name: facts[f.name] for f in fields(cls) if f.name in facts}
            known["joined"] = [
                Joined(list(map(str, j["headings"])), str(j["separator"])) for j in known.get("joined", ())
            ]
            made = cls(**known)
            made.columns = {str(k): str(v) for k, v in made.columns.items()}
            made.words = {str(t): {str(k): str(v) for k, v in w.items()} for t, w in made.words.items()}
            made.fixed = {str(k): str(v) for k, v in made.fixed.items()}
            made.split = {str(k): str(v) for k, v in made.split.items()}
            made.key = [str(name) for name in made.key]
            if made.existing not in EXISTING or not set(made.dates.values()) <= {DAY, MONTH}:
                raise ValueError(made.existing)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise Invalid({"": _("This is no mapping of columns that the program understands.")}) from error
        return made


def called(headings: Iterable[str]) -> list[str]:
    """What columns are called in a recipe: the second of two with one heading gets a number, one without heading its letter."""
    from_first: dict[str, int] = {}
    names = []
    for at, heading in enumerate(headings):
        name = heading or f"({column_letter(at)})"
        from_first[name] = from_first.get(name, 0) + 1
        names.append(name if from_first[name] == 1 else f"{name} #{from_first[name]}")
    return names


def column_letter(index: int) -> str:
    """0 → A, 26 → AA: how Excel calls a column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
