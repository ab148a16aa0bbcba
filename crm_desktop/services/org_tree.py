"""The company as a tree: departments and branches, one below the other, with the people in each and what they hold."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.services.access import asking, reached
from crm_desktop.words import _
from db.models.access import Position, UserPosition
from db.models.office import Department, User


@dataclass(frozen=True)
class PersonNode:
    """One person. positions: what the person holds, in words; leads: whether the department is led by the person."""

    id: int
    name: str
    active: bool
    positions: tuple[str, ...]
    leads: bool = False


@dataclass
class DepartmentNode:
    """One department with what is part of it. id None: people without a department."""

    id: int | None
    name: str
    branch: bool = False
    people: list[PersonNode] = field(default_factory=list)
    parts: list[DepartmentNode] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The active people in it and in everything below."""
        return sum(p.active for p in self.people) + sum(part.count for part in self.parts)


def org_tree(app: Application) -> list[DepartmentNode]:
    """The departments that are part of no other, by name; people without a department come last. Of what the person at work sees."""
    department: Any = Department.__table__
    user: Any = User.__table__
    with asking(app) as connection:
        app.actor.require("departments.see")
        parts = connection.execute(select(department).order_by(department.c.name_key, department.c.id)).mappings().all()
        people = connection.execute(select(user).order_by(user.c.name_key, user.c.id)).mappings().all()
        seen = reached(app, connection, app.type("departments"), "see", [r["id"] for r in parts])
        known = reached(app, connection, app.type("users"), "see", [r["id"] for r in people]) if app.actor.may("users.see") else set()
        held = _held(connection)
    nodes = {r["id"]: DepartmentNode(r["id"], r["name"], bool(r["branch"])) for r in parts if r["id"] in seen}
    leaders = {r["id"]: r["manager_id"] for r in parts}
    homeless = DepartmentNode(None, _("Without a department"))
    for row in (r for r in people if r["id"] in known):
        home = nodes.get(row["department_id"], homeless)
        leads = home.id is not None and leaders[home.id] == row["id"]
        home.people.append(PersonNode(row["id"], row["name"], bool(row["active"]), tuple(held.get(row["id"], ())), leads))
    top: list[DepartmentNode] = []
    for row in (r for r in parts if r["id"] in nodes):
        above = nodes.get(row["parent_id"])
        (above.parts if above is not None else top).append(nodes[row["id"]])
    for node in nodes.values():
        node.people.sort(key=lambda p: not p.leads)
    return [*top, homeless] if homeless.people else top


def _held(connection: Any) -> dict[int, list[str]]:
    line: Any = UserPosition.__table__
    position: Any = Position.__table__
    query = (
        select(line.c.parent_id, position.c.name)
        .join(position, position.c.id == line.c.position_id)
        .where(position.c.active)
        .order_by(line.c.position, line.c.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for person, name in connection.execute(query):
        found[person].append(_(name))
    return found
