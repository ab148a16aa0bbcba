"""Who is meant by an approver of a flow: people, holders of positions, managers and heads, as the company stands at that moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, or_, select
from sqlalchemy.orm import Session

from crm_desktop.rules.approvals import Approver
from crm_desktop.services.access_upkeep import Office, read_office
from db.models.access import Position
from db.models.approvals import ApprovalDelegation
from db.models.office import User

_DELEGATION: Any = ApprovalDelegation.__table__
_USER: Any = User.__table__


@dataclass
class People:
    """The company, for one record. owner: of the record; department: the owner's, where the record says none."""

    office: Office
    names: dict[int, str]
    owner: int | None
    department: int | None
    keeper: int | None = None
    owners_of_company: Sequence[int] = field(default_factory=tuple)

    def active(self, person: int) -> bool:
        """Whether a person still works here."""
        return person in self.office.people

    def manager(self, person: int) -> int | None:
        """Who leads a person: the own manager, or the head of the nearest department that somebody else leads."""
        direct = self.office.managers.get(person)
        if direct is not None and self.active(direct) and direct != person:
            return direct
        for department in self.office.above(self.office.people.get(person)):
            head = self.office.led.get(department)
            if head is not None and head != person and self.active(head):
                return head
        return None

    def last_resort(self) -> list[int]:
        """Who decides where nobody else can be found: whoever looks after the flow, else an owner of the company."""
        if self.keeper is not None and self.active(self.keeper):
            return [self.keeper]
        return [p for p in self.owners_of_company if self.active(p)][:1]

    def of(self, approver: Approver) -> list[int]:
        """The people an approver of a flow stands for; empty where there is nobody."""
        found = {
            "person": self._person, "position": self._holders, "near": self._nearest, "manager": self._manager, "head": self._head,
            "owner": self._owner,
        }[approver.kind](approver)  # fmt: skip
        return [p for p in dict.fromkeys(found) if self.active(p)]

    def _person(self, approver: Approver) -> Iterator[int]:
        yield approver.id

    def _owner(self, _approver: Approver) -> Iterator[int]:
        if self.owner is not None:
            yield self.owner

    def _holders(self, approver: Approver) -> Iterator[int]:
        return (h.user for h in self.office.held if h.position == approver.id)

    def _nearest(self, approver: Approver) -> Iterator[int]:
        """Those who hold a position in the department of the owner, else in the one above it, and so on; else wherever they are."""
        for department in self.office.above(self.department):
            here = [h.user for h in self.office.held if h.position == approver.id and h.department == department and self.active(h.user)]
            if here:
                return iter(here)
        return self._holders(approver)

    def _manager(self, approver: Approver) -> Iterator[int]:
        person = self.owner
        for _level in range(max(1, approver.level)):
            above = self.manager(person) if person is not None else None
            if above is None:
                break  # the top is reached: whoever stands there decides
            person = above
        if person is not None and person != self.owner:
            yield person

    def _head(self, approver: Approver) -> Iterator[int]:
        for department in self.office.above(approver.id or self.department):
            head = self.office.led.get(department)
            if head is not None and self.active(head):
                yield head
                return


def read_people(session: Session, owner: int | None, department: int | None, keeper: int | None) -> People:
    """The company as it stands, for a record of this owner."""
    office = read_office(session)
    names = {r.id: r.name for r in session.execute(select(_USER.c.id, _USER.c.name))}
    key: Any = Position.__table__
    top = set(session.scalars(select(key.c.id).where(key.c.key == "owner")))
    bosses = [h.user for h in office.held if h.position in top]
    if department is None and owner is not None:
        department = office.people.get(owner)
    return People(office, names, owner, department, keeper, bosses)


def stands_in_for(asked: Connection | Session, person: int, day: dt.date) -> set[int]:
    """Those in whose place a person decides on a day: by delegation, and as the substitute of somebody who is away."""
    delegated = select(_DELEGATION.c.owner_id).where(
        _DELEGATION.c.to_id == person, _DELEGATION.c.since <= day, _DELEGATION.c.until >= day, _DELEGATION.c.owner_id.is_not(None)
    )
    away = select(_USER.c.id).where(
        _USER.c.substitute_id == person,
        or_(_USER.c.away_from.is_not(None), _USER.c.away_until.is_not(None)),
        or_(_USER.c.away_from.is_(None), _USER.c.away_from <= day),
        or_(_USER.c.away_until.is_(None), _USER.c.away_until >= day),
    )
    return (set(asked.scalars(delegated)) | set(asked.scalars(away))) - {person}
