"""How a flow is drawn: its steps, whom each asks, how many must agree; as plain values and as the JSON a version keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_desktop.filters import Filter, filter_from_facts, filter_to_facts
from crm_desktop.words import N_

AGREE = {"all": N_("All must agree"), "one": N_("One is enough"), "majority": N_("More than half must agree")}
OWN = {
    "manager": N_("The manager decides instead"),
    "agree": N_("Counts as agreed"),
    "decide": N_("May decide"),
}
"""What happens where whoever asks would have to decide."""

OVERDUE = {
    "": N_("Only mark it"),
    "manager": N_("Pass it on to the manager"),
    "person": N_("Pass it on to a named person"),
}
COPY_AT = {"start": N_("When it is asked"), "end": N_("When it is decided")}
APPROVER_KINDS = {
    "person": N_("A named person"),
    "position": N_("Whoever holds a position"),
    "near": N_("Whoever holds a position, nearest to the owner"),
    "manager": N_("Manager of the owner"),
    "head": N_("Head of the department"),
    "owner": N_("Owner of the record"),
}

WHEN = {
    "": N_("Always"),
    "over_credit": N_("Only beyond the customer's credit limit, or with money overdue"),
    "over_discount": N_("Only beyond the discount limit of whoever asks"),
    "below_floor": N_("Only where a price is below the floor price"),
}
"""What has to be so beside the conditions; the program finds it out by itself."""

LIMITS = ("over_credit", "over_discount")
"""Those for going beyond a limit: once that is agreed to, the ordinary flow for the operation is asked as well."""

AGREED = frozenset({"agreed", "agreed_before"})
OUT = frozenset({"passed_on", "not_needed"})
"""Tasks that count neither way."""


@dataclass(frozen=True)
class Approver:
    """Who is asked. id: of the person, position or department (0: the owner's own); level: how many managers up."""

    kind: str
    id: int = 0
    level: int = 1

    def to_facts(self) -> dict[str, Any]:
        """As JSON."""
        return {"kind": self.kind, "id": self.id, "level": self.level}


@dataclass(frozen=True)
class Step:
    """One step. together: begins with the one before it; where: asked only of records for which this holds.

    hours: after which it is overdue, 0 never; overdue: what happens then, see OVERDUE; overdue_to: the person it is passed on to.
    """

    name: str
    approvers: tuple[Approver, ...]
    agree: str = "all"
    together: bool = False
    where: Filter | None = None
    hours: int = 0
    overdue: str = ""
    overdue_to: int = 0

    def to_facts(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name, "approvers": [a.to_facts() for a in self.approvers], "agree": self.agree, "together": self.together,
            "where": filter_to_facts(self.where) if self.where else None, "hours": self.hours, "overdue": self.overdue,
            "overdue_to": self.overdue_to,
        }  # fmt: skip


@dataclass(frozen=True)
class Design:
    """A whole flow as it is drawn. where: it is used for records for which this holds; when: see WHEN; copies: who is told, see COPY_AT.

    sign: those who are told confirm that they have read it; locks: nobody changes the record while it runs; own: see OWN;
    once: whoever has agreed in one step counts as agreeing in the next ones.
    """

    steps: tuple[Step, ...]
    where: Filter | None = None
    copies: tuple[Approver, ...] = ()
    copy_at: str = "start"
    sign: bool = False
    locks: bool = True
    own: str = "manager"
    once: bool = True
    when: str = ""

    def to_facts(self) -> dict[str, Any]:
        """As JSON, for a version."""
        return {
            "steps": [s.to_facts() for s in self.steps], "where": filter_to_facts(self.where) if self.where else None,
            "copies": [a.to_facts() for a in self.copies], "copy_at": self.copy_at, "sign": self.sign, "locks": self.locks,
            "own": self.own, "once": self.once, "when": self.when,
        }  # fmt: skip

    @staticmethod
    def from_facts(facts: Mapping[str, Any]) -> Design:
        """The design behind its JSON."""
        where = filter_from_facts(facts["where"]) if facts.get("where") else None
        return Design(
            tuple(_step(s) for s in facts["steps"]), where, _approvers(facts.get("copies", ())),
            facts.get("copy_at", "start"),
            bool(facts.get("sign")), bool(facts.get("locks", True)), facts.get("own", "manager"), bool(facts.get("once", True)),
            facts.get("when", ""),
        )  # fmt: skip

    def groups(self) -> list[list[int]]:
        """The steps by number, those that run together in one group."""
        found: list[list[int]] = []
        for at, step in enumerate(self.steps):
            if step.together and found:
                found[-1].append(at)
            else:
                found.append([at])
        return found

    def group_of(self, step: int) -> int:
        """The group a step is in."""
        return next(at for at, group in enumerate(self.groups()) if step in group)


def _approvers(facts: Iterable[Mapping[str, Any]]) -> tuple[Approver, ...]:
    return tuple(Approver(f["kind"], int(f.get("id", 0)), int(f.get("level", 1))) for f in facts)


def _step(facts: Mapping[str, Any]) -> Step:
    where = filter_from_facts(facts["where"]) if facts.get("where") else None
    return Step(
        facts["name"], _approvers(facts["approvers"]), facts.get("agree", "all"), bool(facts.get("together")), where,
        int(facts.get("hours", 0)), facts.get("overdue", ""), int(facts.get("overdue_to", 0)),
    )  # fmt: skip


def outcome(agree: str, asked: Sequence[str], added: Sequence[str] = ()) -> str:
    """What the decisions of one step come to: "agreed", "rejected" or "" while it is open.

    asked: how those stand whom the step asks; added: those who were added on the way, all of whom must agree.
    """
    counted = [s for s in asked if s not in OUT]
    extra = [s for s in added if s not in OUT]
    yes, no = sum(s in AGREED for s in counted), sum(s == "rejected" for s in counted)
    if "rejected" in extra:
        return "rejected"
    if agree == "one":
        settled = "agreed" if yes else "rejected" if no else ""
    elif agree == "majority":
        needed = len(counted) // 2 + 1
        settled = "agreed" if yes >= needed else "rejected" if no > len(counted) - needed else ""
    else:
        settled = "rejected" if no else "agreed" if yes == len(counted) else ""
    if settled == "agreed" and any(s not in AGREED for s in extra):
        return ""
    return settled
