"""An office on PostgreSQL whose people have login roles of their own; the program under such a role, and bare sessions of one."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rights_office import OfficeMaker
from sqlalchemy import make_url, text

from crm_desktop.application import Application
from crm_desktop.draft import Line, Ref
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services import saving, server_logins, server_roles
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import NewCompany, open_url
from crm_desktop.words import use_language
from db.engine import writing
from db.roles import person_role

PASSWORD = "a-long-one-for-a-test"
TYPES = [k.key for k in BUILT_IN if k.area != "setup"]


@dataclass(frozen=True)
class RoleCompany:
    """The name of a database whose people have own roles, closed, and the address under which its owner signs in."""

    database: str
    address: str


def make_role_company(server: Any, folder: Path, company: NewCompany) -> RoleCompany:
    """Make one. Copies of the database know the same roles."""
    name = f"role_{uuid.uuid4().hex[:12]}"
    server.create(name)
    app = open_url(server.url(name), folder, create=company)
    server_roles.turn_on(app, PASSWORD)
    with writing(app.engine) as session:
        sign_in = session.scalar(text("SELECT sign_in FROM user_account"))
    app.close()
    return RoleCompany(name, server_roles.login_url(server.url(name), str(sign_in), PASSWORD))


@contextmanager
def opened_as_owner(server: Any, company: RoleCompany, folder: Path) -> Iterator[Application]:
    """A copy of it, opened by its owner."""
    name = f"test_{uuid.uuid4().hex}"
    server.create(name, company.database)
    address = make_url(company.address).set(database=name).render_as_string(hide_password=False)
    app = open_url(address, folder)
    assert server_roles.has_own_role(app)
    yield app
    app.close()
    with psycopg.connect(plain(server.url(name)), autocommit=True) as connection:
        made = [r[0] for r in connection.execute("SELECT role FROM crm.login_role WHERE role <> %s", (make_url(address).username,))]
    server.run(f"DROP DATABASE {name} WITH (FORCE)", *(f'DROP ROLE "{role}"' for role in made))


class ServerOffice(OfficeMaker):
    """Such an office. roles: the login roles by person."""

    roles: dict[str, str]

    def as_person(self, who: str, folder: Path) -> Application:
        """The program under a person's own role, on the same database; the caller closes it."""
        return server_roles.connect_as(self.app.engine.url.render_as_string(hide_password=False), who, PASSWORD, folder)

    def hire(self, name: str, position: str, department: str) -> int:
        """Somebody who holds a ready-made position and signs in with an own role; made once."""
        if name in self.people:
            return self.people[name]
        self.work_as("boss")
        (ready,) = fetch_ids(self.app, ListQuery("positions", where=Condition("key", "is", position)))
        draft = saving.new_draft(self.app, "users")
        draft.values |= {"name": name, "sign_in": name, "department_id": Ref(self.departments[department])}
        line = saving.new_line(self.app.type("users"))
        draft.lines.append(Line(None, line.values | {"position_id": Ref(ready)}))
        self.people[name] = int(saving.save(self.app, draft).id or 0)
        with writing(self.app.engine) as session:
            server_logins.give_password(session, self.people[name], PASSWORD)
        return self.people[name]


def server_office(server: Any, folder: Path) -> Iterator[ServerOffice]:
    """Make it, and take it away with its roles."""
    use_language("en")
    name = f"roles_{uuid.uuid4().hex[:12]}"
    server.create(name)
    app = open_url(server.url(name), folder, create=NewCompany("Example Ltd", "boss", "en"))
    made = ServerOffice(app)
    today = dt.date.today()
    made.absent("stranger", "rep", today, today)
    for key in TYPES:
        for owner in made.people:
            made.record(key, owner_id=Ref(made.people[owner]))
        placed = made.record(key, owner_id=None, department_id=Ref(made.departments["Sales East"]))
        made.share(key, placed, "user", made.people["deputy"], may_change=True)
        made.share(key, made.record(key, owner_id=Ref(made.people["boss"])), "department", made.departments["North"])
    server_roles.turn_on(app, PASSWORD)
    with writing(app.engine) as session:
        for who in ("rep", "lead", "deputy"):
            server_logins.give_password(session, made.people[who], PASSWORD)
    made.roles = {who: person_role(name, who) for who in ("rep", "lead", "deputy", "boss")}
    yield made
    app.close()
    with psycopg.connect(plain(server.url(name)), autocommit=True) as connection:
        roles = [r[0] for r in connection.execute("SELECT role FROM crm.login_role")]
    server.run(f"DROP DATABASE {name} WITH (FORCE)", *(f'DROP ROLE "{role}"' for role in roles))


def plain(url: str) -> str:
    """The address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def session_of(office: ServerOffice, who: str) -> psycopg.Connection[Any]:
    """A bare client, signed in as this person."""
    url = make_url(office.app.engine.url).set(drivername="postgresql", username=office.roles[who], password=PASSWORD)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
