"""An office on PostgreSQL whose people have login roles of their own, and bare sessions of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from rights_office import OfficeMaker
from sqlalchemy import make_url

from crm_desktop.draft import Ref
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services import server_rights
from crm_desktop.services.opening import NewCompany, open_url
from crm_desktop.words import use_language

PASSWORD = "a-long-one-for-a-test"
TYPES = [k.key for k in BUILT_IN if k.key not in ("users", "departments", "positions", "teams")]


class ServerOffice(OfficeMaker):
    """Such an office. roles: the login roles by person."""

    roles: dict[str, str]


def server_office(server: Any, folder: Path) -> Iterator[ServerOffice]:
    """Make it, and take it away with its roles."""
    use_language("en")
    name = f"roles_{uuid.uuid4().hex}"
    server.run(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
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
    server_rights.turn_on(app)
    roles = {}
    for who in ("rep", "lead", "deputy"):
        with psycopg.connect(plain(server.url(name))) as connection:
            secret = connection.pgconn.encrypt_password(PASSWORD.encode(), b"any", b"scram-sha-256").decode()
        roles[who] = server_rights.give_role(app, made.people[who], secret)
    made.roles = roles
    yield made
    url = app.engine.url
    app.close()
    server.run(f"DROP DATABASE {url.database} WITH (FORCE)", *(f'DROP ROLE "{role}"' for role in roles.values()))


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def session_of(office: ServerOffice, who: str) -> psycopg.Connection[Any]:
    """A bare client, signed in as this person."""
    role = office.roles[who]
    url = make_url(office.app.engine.url).set(drivername="postgresql", username=role, password=PASSWORD)
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
