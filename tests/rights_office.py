"""An office to test rights in: branches, departments, a team, people who lead, stand in and share; and a plain answer to who reaches what.

`Oracle` reads the tables as they are and reasons in Python, without any of the program's conditions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from record_makers import Maker
from sqlalchemy import delete, insert, select, update

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.rights import Reach
from crm_desktop.services import saving
from crm_desktop.services.access import access_version, actor_of
from crm_desktop.services.access_upkeep import bump, rebuild
from db.engine import reading, writing
from db.models.access import Position, PositionField, PositionRight, RecordShare

PEOPLE = ("boss", "lead", "rep", "peer", "deputy", "stranger")


class OfficeMaker:
    """Two branches; `rep` and `peer` work in one department below `lead`'s, `deputy` in a team with `peer`, `stranger` elsewhere."""

    def __init__(self, app: Application) -> None:
        self.app, self.maker = app, Maker(app)
        self.root = app.actor
        self.departments: dict[str, int] = {}
        self.people: dict[str, int] = {"boss": int(app.actor.user_id or 0)}
        for name, above in (("North", None), ("Sales", "North"), ("Sales East", "Sales"), ("South", None)):
            values = {"name": name, "branch": above is None, "parent_id": Ref(self.departments[above]) if above else None}
            self.departments[name] = self._save("departments", values)
        self.probe = self._save("positions", {"name": "Probe"})
        places = {"lead": "Sales", "rep": "Sales East", "peer": "Sales East", "deputy": "South", "stranger": "South"}
        for name, place in places.items():
            values = {"name": name, "sign_in": name, "department_id": Ref(self.departments[place])}
            self.people[name] = self._save("users", values, [{"position_id": Ref(self.probe)}])
        team = {"name": "Harbour", "leader_id": Ref(self.people["deputy"])}
        self._save("teams", team, [{"user_id": Ref(self.people["peer"])}])

    def _save(self, key: str, values: Mapping[str, Any], lines: list[dict[str, Any]] | None = None) -> int:
        draft = saving.new_draft(self.app, key)
        draft.values |= {"department_id": None} | dict(values)
        kind = self.app.type(key)
        for row in lines or ():
            line = saving.new_line(kind)
            draft.lines.append(Line(None, line.values | row))
        return int(saving.save(self.app, draft).id or 0)

    def record(self, key: str, **values: Any) -> int:
        """A record of any type, whole, with these values."""
        draft = self.maker.draft(key)
        draft.values |= {"department_id": None} | values
        return int(saving.save(self.app, draft).id or 0)

    def say(self, reaches: Mapping[tuple[str, str], Reach], fields: Mapping[tuple[str, str], int] | None = None) -> None:
        """What the position that everybody but the boss holds may do, and nothing else."""
        with writing(self.app.engine) as session:
            for model in (PositionRight, PositionField):
                session.execute(delete(model).where(model.position_id == self.probe))
            rows = [
                {"position_id": self.probe, "record_type": k, "operation": o, "reach": int(r)} for (k, o), r in reaches.items()
            ]
            if rows:
                session.execute(insert(PositionRight), rows)
            for (kind, name), access in (fields or {}).items():
                session.add(PositionField(position_id=self.probe, record_type=kind, field=name, access=access))
            rebuild(session, self.app.types.values())

    def work_as(self, name: str) -> None:
        """Let a person be at work."""
        if name == "boss":
            self.app.actor = replace(self.root, version=0)
            return
        with reading(self.app.engine) as connection:
            found = actor_of(connection, self.people[name], "test")
            assert found is not None and found.version == access_version(connection)
        self.app.actor = found

    def share(self, key: str, record_id: int, kind: str, grantee: int, may_change: bool = False) -> None:
        """Share a record, as the sharing service stores it."""
        with writing(self.app.engine) as session:
            session.add(
                RecordShare(record_type=key, record_id=record_id, grantee_kind=kind, grantee_id=grantee, may_change=may_change)
            )
            bump(session)

    def absent(self, name: str, substitute: str, since: dt.date, until: dt.date) -> None:
        """Let somebody stand in for somebody."""
        draft = saving.open_record(self.app, "users", self.people[name])
        draft.values |= {"substitute_id": Ref(self.people[substitute]), "away_from": since, "away_until": until}
        saving.save(self.app, draft)

    def switch_off(self, position: bool) -> None:
        """Switch the position off or on."""
        with writing(self.app.engine) as session:
            session.execute(update(Position).where(Position.id == self.probe).values(active=not position))
            rebuild(session, self.app.types.values())


class Oracle:
    """Who reaches what, by plain reasoning over the rows."""

    def __init__(self, app: Application) -> None:
        self.app = app
        with reading(app.engine) as connection:

            def rows(key: str) -> list[dict[str, Any]]:
                return [dict(r) for r in connection.execute(select(app.type(key).model.__table__)).mappings()]

            self.rows = {key: {r["id"]: r for r in rows(key)} for key in app.types}
            teams: Any = app.type("teams").lines.model.__table__  # type: ignore[union-attr]
            self.members = [dict(r) for r in connection.execute(select(teams)).mappings()]
            shares: Any = RecordShare.__table__
            self.shares = [dict(r) for r in connection.execute(select(shares)).mappings()]

    def people(self, me: int, reach: Reach) -> set[int]:
        """Whose records are reached."""
        users, today = self.rows["users"], dt.date.today()
        found = {me} if reach >= Reach.OWN else set()
        if reach >= Reach.OWN:
            for user in users.values():
                first, last = user["away_from"], user["away_until"]
                away = (first or last) and (first is None or first <= today) and (last is None or today <= last)
                if away and user["substitute_id"] == me:
                    found.add(user["id"])
        if reach >= Reach.TEAM:
            found |= self._led(me, set())
            for team in self.rows["teams"].values():
                members = {m["user_id"] for m in self.members if m["parent_id"] == team["id"]}
                if team["leader_id"] == me or (team["open"] and me in members):
                    found |= members
        return found | {u["id"] for u in users.values() if u["department_id"] in self.departments(me, reach)}

    def _led(self, leader: int, seen: set[int]) -> set[int]:
        found: set[int] = set()
        for user in self.rows["users"].values():
            below = any(
                d["manager_id"] == leader and user["department_id"] in self._below(d["id"]) for d in self.rows["departments"].values()
            )
            if (user["manager_id"] == leader or below) and user["id"] not in seen:
                seen.add(user["id"])
                found |= {user["id"]} | self._led(user["id"], seen)
        return found

    def _below(self, department: int) -> set[int]:
        parents = {d["id"]: d["parent_id"] for d in self.rows["departments"].values()}
        found, before = {department}, set[int]()
        while found != before:
            before = set(found)
            found |= {d for d, above in parents.items() if above in found}
        return found

    def departments(self, me: int, reach: Reach) -> set[int]:
        """The departments whose records are reached."""
        home = self.rows["users"][me]["department_id"]
        if home is None or reach < Reach.DEPARTMENT:
            return set()
        if reach == Reach.DEPARTMENT:
            return {home}
        if reach == Reach.BELOW:
            return self._below(home)
        at, top = home, home
        while at is not None:
            top = at
            if self.rows["departments"][at]["branch"]:
                break
            at = self.rows["departments"][at]["parent_id"]
        return self._below(top)

    def _shared(self, me: int, key: str, record_id: int, change: bool) -> bool:
        today = dt.date.today()
        users = {me} | {
            u["id"] for u in self.rows["users"].values()
            if u["substitute_id"] == me and (u["away_from"] or u["away_until"])
            and (u["away_from"] is None or u["away_from"] <= today) and (u["away_until"] is None or today <= u["away_until"])
        }  # fmt: skip
        teams = {m["parent_id"] for m in self.members if m["user_id"] == me}
        teams |= {t["id"] for t in self.rows["teams"].values() if t["leader_id"] == me}
        departments, at = set[int](), self.rows["users"][me]["department_id"]
        while at is not None and at not in departments:
            departments.add(at)
            at = self.rows["departments"][at]["parent_id"]
        groups = {"user": users, "team": teams, "department": departments}
        return any(
            s["record_type"] == key and s["record_id"] == record_id and s["grantee_id"] in groups[s["grantee_kind"]]
            and (s["may_change"] or not change)
            for s in self.shares
        )  # fmt: skip

    def reached(self, me: int, key: str, reach: Reach, operation: str) -> set[int]:
        """The ids of the records of a type within reach."""
        kind, change = self.app.type(key), operation not in ("see", "print", "export", "copy")
        if reach == Reach.ALL:
            return set(self.rows[key])
        people, departments = self.people(me, reach), self.departments(me, reach)

        def own(of: str, row: dict[str, Any]) -> bool:
            limits = self.app.type(of).limits
            mine = any(row[n] in people for n in limits.owners) or (row[limits.department] in departments)
            return mine or (reach >= Reach.SHARED and self._shared(me, of, row["id"], change))

        found = {i for i, row in self.rows[key].items() if own(key, row)}
        if kind.limits.parent:
            above = kind.fields[kind.limits.parent].target
            parents = {i for i, row in self.rows[above].items() if own(above, row)}
            found |= {i for i, row in self.rows[key].items() if row[kind.limits.parent] in parents}
        return found


def draft_of(app: Application, key: str, record_id: int) -> Draft:
    """A record as it stands, whoever is at work."""
    actor = app.actor
    app.actor = replace(actor, rights=type(actor.rights)(everything=True), version=0)
    try:
        return saving.open_record(app, key, record_id)
    finally:
        app.actor = actor
