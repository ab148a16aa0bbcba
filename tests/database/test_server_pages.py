"""The first page of a list under row-level security: what a person sees a part of costs about what the whole costs.

Of twenty thousand customers, since where there are few every way of answering costs the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from benchmarks.measuring import paired
from people_makers import Office
from rights_server import PASSWORD, plain
from sqlalchemy import text

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.sample.generate import generate_company
from crm_desktop.services import server_logins, server_roles
from crm_desktop.services.listing import fetch_page
from crm_desktop.services.opening import NewCompany, open_url
from crm_desktop.services.search_all import search_everything
from db.engine import writing

pytestmark = pytest.mark.soak

CUSTOMERS = 20_000
BESIDE = 5
"""Milliseconds beside twice the time: what a server asks about a person once in each statement."""

LISTS = (
    ("customers", "name"), ("customers", "-updated_at"), ("contacts", "name"), ("follow-ups", "-at"), ("sales-orders", "-order_date"),
    ("receivables", ""), ("quotes", ""), ("deliveries", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def company(postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Application]]:
    """The same company opened by the owner of its tables, by a seller of many customers and by one of very few."""
    name = f"pages_{uuid.uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {name} TEMPLATE template0")
    whole = open_url(postgres.url(name), tmp_path_factory.mktemp("whole"), create=NewCompany("Example Ltd", "boss", "en"))
    generate_company(whole, CUSTOMERS)
    few = Office(whole).person("Few", "salesperson", sign_in="few")
    server_roles.turn_on(whole, PASSWORD)
    with writing(whole.engine) as session:
        session.execute(text("UPDATE customer SET owner_id = :who WHERE id % 1000 = 7"), {"who": few})
        for who in session.scalars(text("SELECT id FROM user_account WHERE sign_in IN ('leochen', 'few')")).all():
            server_logins.give_password(session, who, PASSWORD)
        session.execute(text("ANALYZE"))
    whole.actor = replace(whole.actor, version=0)
    opened = {"whole": whole}
    for sign_in in ("leochen", "few"):
        opened[sign_in] = server_roles.connect_as(postgres.url(name), sign_in, PASSWORD, tmp_path_factory.mktemp(sign_in))
    yield opened
    for app in opened.values():
        app.close()
    with psycopg.connect(plain(postgres.url(name)), autocommit=True) as connection:
        roles = [row[0] for row in connection.execute("SELECT role FROM crm.login_role")]
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)", *(f'DROP ROLE "{role}"' for role in roles))


def assert_twice_at_most(company: dict[str, Application], who: str, ask: Callable[[Application], object]) -> None:
    part, whole = paired(lambda: ask(company[who]), lambda: ask(company["whole"]), 9)
    assert part.median <= 2 * whole.median + BESIDE, (part.median, whole.median)


@pytest.mark.parametrize("who", ["leochen", "few"])
@pytest.mark.parametrize(("key", "order"), LISTS)
def test_a_first_page_costs_twice_the_whole_one_at_most(company: dict[str, Application], who: str, key: str, order: str) -> None:
    query = ListQuery(key, order=(order,) if order else ())
    assert_twice_at_most(company, who, lambda app: fetch_page(app, query))


@pytest.mark.parametrize("who", ["leochen", "few"])
def test_searching_uses_the_index(company: dict[str, Application], who: str) -> None:
    assert_twice_at_most(company, who, lambda app: fetch_page(app, ListQuery("customers", search="trading")))
    assert_twice_at_most(company, who, lambda app: search_everything(app, "trading"))
