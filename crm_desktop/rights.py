"""What rights are made of: operations, how far one reaches, and what may be done with a field.

A person's rights come from the positions the person holds (db/models/access.py). What several positions give adds up: the widest
reach counts, and a field is open when one of the positions opens it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any


class Reach(IntEnum):
    """Whose records an operation may touch. Each reach holds all narrower ones."""

    NONE = 0
    OWN = 1  # those the person owns, and those of people the person stands in for
    SHARED = 2  # and those shared with the person, a team or a department of the person
    TEAM = 3  # and those of the people the person leads, directly or over others, and of the person's teams
    DEPARTMENT = 4  # and those of the department
    BELOW = 5  # and of the departments below it
    BRANCH = 6  # and of the whole branch
    ALL = 9


class Access(IntEnum):
    """What may be done with a field."""

    HIDDEN = 0
    READ = 1
    WRITE = 2


REACHES: dict[Reach, str] = {
    Reach.NONE: "Not at all",
    Reach.OWN: "Own",
    Reach.SHARED: "Own and shared with me",
    Reach.TEAM: "Team",
    Reach.DEPARTMENT: "Department",
    Reach.BELOW: "Department and below",
    Reach.BRANCH: "Branch",
    Reach.ALL: "All",
}

OPERATIONS: dict[str, str] = {
    "see": "See",
    "add": "Add",
    "change": "Change",
    "delete": "Delete",
    "share": "Share",
    "copy": "Copy",
    "import": "Import",
    "export": "Export",
    "print": "Print",
    "setup": "Set up",
}
"""What can be done with records of every type. What a record type's own operations do is named there; without an entry of its own
such an operation reaches as far as `change`."""

PROGRAM_RIGHTS: dict[str, str] = {
    "settings": "Change the company's settings",
    "custom_fields": "Add and change fields",
    "views": "Share views and print templates with everybody",
    "log": "Read the log of everything that happened",
    "backup": "Make, check and copy backups",
    "restore": "Restore a backup",
    "rights": "Change people, positions and rights",
}
"""Rights over the program itself: operations of the record type `program`, with a reach of nothing or all; `rights` also of a branch."""

PROGRAM = "program"
ANY = "*"
_NOTHING: Mapping[tuple[str, str], Any] = MappingProxyType({})


@dataclass(frozen=True)
class Holding:
    """One held position. reaches: by (record type, operation), "*" for what is not said; fields: by (record type, field)."""

    position: str = ""
    reaches: Mapping[tuple[str, str], Reach] = field(default_factory=lambda: _NOTHING)
    fields: Mapping[tuple[str, str], Access] = field(default_factory=lambda: _NOTHING)
    hidden: frozenset[str] = frozenset()

    def reach(self, record_type: str, operation: str) -> Reach:
        """How far an operation reaches; what is said of the type goes before what is said of all."""
        names = _names(operation)
        for key in (*((record_type, n) for n in names), (record_type, ANY)):
            if key in self.reaches:
                return self.reaches[key]
        if record_type == PROGRAM:
            return Reach.NONE
        return next((self.reaches[ANY, n] for n in (*names, ANY) if (ANY, n) in self.reaches), Reach.NONE)

    def access(self, record_type: str, name: str, secret: bool) -> Access:
        """What may be done with a field; a secret one is hidden where nothing is said."""
        for key in ((record_type, name), (record_type, ANY), (ANY, ANY)):
            if key in self.fields:
                return self.fields[key]
        return Access.HIDDEN if secret else Access.WRITE


def _names(operation: str) -> tuple[str, ...]:
    """The names under which something may be said of an operation: `change:confirmed`, then `change`; `revise`, then `change`."""
    plain = operation.partition(":")[0]
    names = [operation] if plain == operation else [operation, plain]
    return tuple(names) if plain in OPERATIONS or plain in PROGRAM_RIGHTS else (*names, "change")


@dataclass(frozen=True)
class Rights:
    """What one person may do. everything: no limits, as for the program's own work and before there are people."""

    holdings: tuple[Holding, ...] = ()
    everything: bool = False

    @classmethod
    def of(cls, *grants: str) -> Rights:
        """The rights to do what is named, such as "customers.see" or "products.cost" (a secret field), to all records."""
        split = [grant.partition(".") for grant in grants]
        reaches = {(kind, name): Reach.ALL for kind, _dot, name in split}
        fields = {(kind, name): Access.WRITE for kind, _dot, name in split}
        return cls((Holding("", reaches, fields),))

    def reach(self, record_type: str, operation: str) -> Reach:
        """How far an operation reaches at most."""
        if self.everything:
            return Reach.ALL
        return max((h.reach(record_type, operation) for h in self.holdings), default=Reach.NONE)

    def access(self, record_type: str, name: str, secret: bool) -> Access:
        """What may be done with a field."""
        if self.everything:
            return Access.WRITE
        return max((h.access(record_type, name, secret) for h in self.holdings), default=Access.HIDDEN)

    def states(self, record_type: str, operation: str) -> bool:
        """Whether something of its own is said of an operation in a state, such as `change:confirmed`."""
        return any((kind, operation) in h.reaches for h in self.holdings for kind in (record_type, ANY))

    def hides(self, area: str) -> bool:
        """Whether every position the person holds hides an area or panel."""
        return not self.everything and all(area in h.hidden for h in self.holdings)


EVERYTHING = Rights(everything=True)
