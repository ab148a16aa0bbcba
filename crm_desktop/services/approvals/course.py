"""A request on its way from step to step, as plain values: who is asked next, and what a decision comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.approvals import PASSED, RETURNED, RUNNING
from crm_desktop.rules.approvals import AGREED, Approver, Design, Step, outcome


class Found(Protocol):
    """Who is meant, see people.py."""

    @property
    def names(self) -> Mapping[int, str]:
        """Names by person."""

    def of(self, approver: Approver) -> list[int]:
        """The people an approver stands for."""

    def manager(self, person: int) -> int | None:
        """Who leads a person."""

    def active(self, person: int) -> bool:
        """Whether a person still works here."""

    def last_resort(self) -> list[int]:
        """Who decides where nobody else can be found."""


@dataclass
class Course:
    """One request with its flow. fits: whether a step is asked of this record; empty: what an empty line of a request holds."""

    draft: Draft
    design: Design
    people: Found
    fits: Callable[[Step], bool]
    empty: Mapping[str, Any]
    moment: dt.datetime

    # What stands

    @property
    def round(self) -> int:
        """Grows with every return."""
        return int(self.draft.values["round"])

    @property
    def requester(self) -> int | None:
        """Who asked."""
        owner = self.draft.values.get("owner_id")
        return owner.id if owner else None

    def tasks(self, step: int | None = None) -> Iterator[Line]:
        """What was asked in this round; step: only in this one."""
        for line in self.draft.lines:
            values = line.values
            if values["role"] == "decide" and values["round"] == self.round and step in (None, values["step"] - 1):
                yield line

    def open(self) -> list[Line]:
        """The decisions that are waited for."""
        return [t for t in self.tasks() if t.values["state"] == "open"]

    def outcome(self, step: int) -> str:
        """How one step stands: "agreed", "rejected" or ""."""
        asked = [t.values for t in self.tasks(step)]
        own, added = ([v["state"] for v in asked if bool(v["added"]) is more] for more in (False, True))
        return outcome(self.design.steps[step].agree, own, added)

    def _without_added(self, step: int) -> str:
        return outcome(self.design.steps[step].agree, [t.values["state"] for t in self.tasks(step) if not t.values["added"]])

    # What happens

    def begin(self, group: int = 0) -> None:
        """Ask the steps of a group, or the next ones that are asked at all; where none is left, the request has passed."""
        self.draft.values["status"] = RUNNING
        groups = self.design.groups()
        for at in range(group, len(groups)):
            steps = [n for n in groups[at] if self.fits(self.design.steps[n])]
            for number in steps:
                self._ask(number)
            if any(self.outcome(n) == "" for n in steps):
                self.draft.values["step"] = steps[0] + 1
                self._tell()
                return
        self._end(PASSED)

    def go_on(self) -> None:
        """See what the decisions have come to: wait, go to the next group, pass or be rejected."""
        group = self.design.group_of(int(self.draft.values["step"]) - 1)
        steps = [n for n in self.design.groups()[group] if any(self.tasks(n))]
        outcomes = {n: self.outcome(n) for n in steps}
        for number, came in outcomes.items():
            # Those of the step itself need not decide any more once it is settled without those who were added.
            self._close(t for t in self.tasks(number) if came or (not t.values["added"] and self._without_added(number)))
        if "rejected" in outcomes.values():
            self._close(self.tasks())
            self._end("rejected")
        elif all(o == "agreed" for o in outcomes.values()):
            self.begin(group + 1)
        else:
            self._tell()

    def decide(self, task: Line, state: str, comment: str, by: int | None) -> None:
        """Note one decision. by: who decided in the person's place, where it was somebody else."""
        self._settle(task, state, comment, by)
        self.go_on()

    def send_back(self, task: Line | None, comment: str, by: int | None, step: int | None) -> None:
        """Return it: to whoever asked, or to an earlier step, which is asked anew. task: of whoever returns it."""
        if task is not None:
            self._settle(task, "sent_back", comment, by)
        self._close(self.tasks())
        self.draft.values["round"] = self.round + 1
        if step is None:
            self.draft.values |= {"status": RETURNED, "step": 0, "step_name": "", "waiting_for": self._name(self.requester), "due_at": None}
        else:
            self.begin(self.design.group_of(step))

    def withdraw(self) -> None:
        """End it without a decision."""
        self._close(self.tasks())
        self._end("withdrawn")

    def pass_on(self, task: Line, to: int, comment: str = "", by: int | None = None) -> None:
        """Let somebody else decide in a person's stead; the task of the first one is closed."""
        step, added = int(task.values["step"]) - 1, bool(task.values["added"])
        self._settle(task, "passed_on", comment, by)
        if not self._asks_already(step, to):
            self._task(step, to, added=added)
        self.go_on()

    def add(self, step: int, person: int) -> None:
        """Ask one more person in a running step; who is added on the way must agree in any case."""
        if not self._asks_already(step, person):
            self._task(step, person, added=True)
        self._tell()

    def copy(self, people: Iterable[int], role: str) -> None:
        """Tell people without asking them; each once."""
        told = {v["person_id"].id for v in (t.values for t in self.draft.lines) if v["role"] in ("copy", "sign") and v["person_id"]}
        for person in dict.fromkeys(people):
            if person not in told:
                self._line(role, person, "unread", step=int(self.draft.values["step"]), opened_at=self.moment)

    def event(self, state: str, person: int | None, comment: str = "", step: int = 0) -> None:
        """Note what was done beside deciding."""
        self._line("event", person, state, step=step, comment=comment, decided_at=self.moment)

    # How it is noted

    def whom(self, number: int) -> list[str]:
        """The names of those a step would ask."""
        return [self._name(p) for p in self._asked(number)]

    def _asked(self, number: int) -> dict[int, str]:
        """Whom a step asks, and how each begins. Nobody is asked twice in it, and there is always somebody."""
        step = self.design.steps[number]
        wanted = [p for a in step.approvers for p in self.people.of(a)]
        agreed = {t.values["person_id"].id for t in self.tasks() if t.values["state"] in AGREED} if self.design.once else set()
        asked: dict[int, str] = {}
        for person in wanted:
            who, state = self._instead(person)
            asked.setdefault(who, "agreed_before" if who in agreed else state)
        return asked or dict.fromkeys(self.people.last_resort(), "open")

    def _ask(self, number: int) -> None:
        for person, state in self._asked(number).items():
            self._task(number, person, state)

    def _instead(self, person: int) -> tuple[int, str]:
        """Who decides where somebody is meant: nobody decides about the own wishes, unless the flow says so."""
        if person != self.requester or self.design.own == "decide":
            return person, "open"
        if self.design.own == "agree":
            return person, "agreed_before"
        above = self.people.manager(person)
        return (above, "open") if above is not None else (person, "open")

    def _asks_already(self, step: int, person: int) -> bool:
        return any(t.values["person_id"].id == person and t.values["state"] == "open" for t in self.tasks(step))

    def _task(self, number: int, person: int, state: str = "open", *, added: bool = False) -> None:
        hours = self.design.steps[number].hours
        due = self.moment + dt.timedelta(hours=hours) if hours and state == "open" else None
        decided = None if state == "open" else self.moment
        self._line("decide", person, state, step=number + 1, opened_at=self.moment, due_at=due, decided_at=decided, added=added)

    def _line(self, role: str, person: int | None, state: str, *, step: int, **values: Any) -> None:
        who = Ref(person, self._name(person)) if person is not None else None
        name = self.design.steps[step - 1].name if step else ""
        facts = {"round": self.round, "step": step, "step_name": name, "role": role, "person_id": who, "state": state}
        self.draft.lines.append(Line(None, dict(self.empty) | facts | values))

    def _settle(self, task: Line, state: str, comment: str, by: int | None) -> None:
        other = by is not None and by != task.values["person_id"].id
        task.values |= {
            "state": state, "comment": comment, "decided_at": self.moment,
            "by_id": Ref(by, self._name(by)) if other and by is not None else None,
        }  # fmt: skip

    def _close(self, tasks: Iterable[Line]) -> None:
        for task in tasks:
            if task.values["state"] == "open":
                task.values["state"] = "not_needed"

    def _tell(self) -> None:
        """What lists show of it."""
        waiting = self.open()
        names = dict.fromkeys(self._name(t.values["person_id"].id) for t in waiting)
        steps = dict.fromkeys(t.values["step_name"] for t in waiting)
        due = [t.values["due_at"] for t in waiting if t.values["due_at"] is not None]
        self.draft.values |= {
            "waiting_for": ", ".join(names)[:200], "step_name": ", ".join(steps)[:200], "due_at": min(due) if due else None
        }  # fmt: skip

    def _end(self, status: str) -> None:
        self.draft.values |= {"status": status, "step_name": "", "waiting_for": "", "due_at": None, "ended_at": self.moment}

    def _name(self, person: int | None) -> str:
        return self.people.names.get(person, "") if person is not None else ""
