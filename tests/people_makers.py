"""A small office for tests: people with positions, departments, teams, and each of them at work at a PC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.services import saving
from crm_desktop.services.access import actor_of
from db.engine import reading
from db.models.access import Position


class Office:
    """Makers of people around one open program, which is its owner's."""

    def __init__(self, app: Application) -> None:
        self.app = app
        table: Any = Position.__table__
        with reading(app.engine) as connection:
            self.positions: dict[str, int] = {r.key: r.id for r in connection.execute(select(table)) if r.key}

    def person(self, name: str, *positions: str, app: Application | None = None, **values: Any) -> int:
        """A new user who holds positions, named by key; gives the id."""
        who = app or self.app
        draft = saving.new_draft(who, "users", {"name": name, "sign_in": name.lower().replace(" ", "") + "2", **values})
        draft.lines = [self.post(p) for p in positions]
        return saving.save(who, draft).id or 0

    def post(self, key: str, department: int | None = None) -> Line:
        """A line of a user: a position that is held."""
        line = saving.new_line(self.app.type("users"))
        line.values |= {"position_id": Ref(self.positions[key]), "department_id": Ref(department) if department else None}
        return line

    def department(self, name: str, **values: Any) -> int:
        return saving.save(self.app, saving.new_draft(self.app, "departments", {"name": name, **values})).id or 0

    def team(self, name: str, members: Sequence[int], **values: Any) -> int:
        id_ = saving.save(self.app, saving.new_draft(self.app, "teams", {"name": name, **values})).id or 0
        return self.members(id_, members)

    def members(self, team: int, people: Sequence[int]) -> int:
        draft = saving.open_record(self.app, "teams", team)
        draft.lines = [Line(None, saving.new_line(self.app.type("teams")).values | {"user_id": Ref(p)}) for p in people]
        saving.save(self.app, draft)
        return team

    def change(self, type_key: str, id_: int, app: Application | None = None, **values: Any) -> Draft:
        draft = saving.open_record(app or self.app, type_key, id_)
        draft.values |= values
        return saving.save(app or self.app, draft)

    def hold(self, person: int, *positions: str, app: Application | None = None) -> Draft:
        """Let a person hold just these positions."""
        draft = saving.open_record(app or self.app, "users", person)
        draft.lines = [self.post(p) for p in positions]
        return saving.save(app or self.app, draft)

    def sign_in(self, person: int) -> Application:
        """The program as that person has it open."""
        with reading(self.app.engine) as connection:
            actor = actor_of(connection, person, "PC-2")
        assert actor is not None
        return replace(self.app, actor=actor)
