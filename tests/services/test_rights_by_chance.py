"""Org charts, shares and rights drawn by chance: the program's conditions, a bare SQL client and plain reasoning give the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rights_office import OfficeMaker, Oracle
from rights_server import ServerOffice, server_office, session_of
from sqlalchemy import delete, insert, select, update

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.rights import Reach
from crm_desktop.services.access import reached
from crm_desktop.services.access_upkeep import rebuild
from db.engine import reading, writing
from db.models.access import RecordShare, Team, TeamMember
from db.models.customers import Contact, Customer
from db.models.office import Department, User

KEYS = ("customers", "contacts")
REACHES = list(Reach)
DAYS = st.none() | st.integers(-2, 2).map(lambda n: dt.date.today() + dt.timedelta(days=n))
PLACE = st.none() | st.integers(0, 3)
PERSON = st.none() | st.integers(0, 5)


@dataclass(frozen=True)
class Chart:
    """What is drawn; numbers are places in the lists of departments, people and records."""

    parents: list[int | None]
    branches: list[bool]
    department_managers: list[int | None]
    homes: list[int | None]
    managers: list[int | None]
    absences: list[tuple[int | None, dt.date | None, dt.date | None]]
    team: tuple[int | None, bool, list[int]]
    owners: list[tuple[int | None, int | None]]
    contacts: list[tuple[int | None, int]]
    shares: list[tuple[str, int, str, int, bool]]
    reaches: dict[str, tuple[Reach, Reach]]


CHARTS = st.builds(
    Chart,
    st.lists(PLACE, min_size=4, max_size=4),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.lists(PERSON, min_size=4, max_size=4),
    st.lists(PLACE, min_size=6, max_size=6),
    st.lists(PERSON, min_size=6, max_size=6),
    st.lists(st.tuples(PERSON, DAYS, DAYS), min_size=6, max_size=6),
    st.tuples(PERSON, st.booleans(), st.lists(st.integers(0, 5), max_size=3, unique=True)),
    st.lists(st.tuples(PERSON, PLACE), min_size=6, max_size=6),
    st.lists(st.tuples(PERSON, st.integers(0, 5)), min_size=4, max_size=4),
    st.lists(
        st.tuples(
            st.sampled_from(KEYS), st.integers(0, 3), st.sampled_from(["user", "team", "department"]), st.integers(0, 3), st.booleans()
        ),
        max_size=4,
        unique_by=lambda s: s[:4],
    ),
    st.fixed_dictionaries({key: st.tuples(st.sampled_from(REACHES), st.sampled_from(REACHES)) for key in KEYS}),
)


class Stage:
    """A fixed set of people, departments and records that every chart is laid over."""

    def __init__(self, office: OfficeMaker) -> None:
        self.office, self.app = office, office.app
        office.work_as("boss")
        self.people = list(office.people.values())
        self.departments = list(office.departments.values())
        self.customers = [office.record("customers", owner_id=None) for _ in range(6)]
        self.contacts = [office.record("contacts", owner_id=None, customer_id=Ref(self.customers[0])) for _ in range(4)]
        with reading(self.app.engine) as connection:
            self.team = connection.scalars(select(Team.id)).first()

    def lay(self, chart: Chart) -> None:
        """Make the office what the chart says."""

        def one(values: list[int], at: int | None) -> int | None:
            return None if at is None else values[at]

        with writing(self.app.engine) as session:
            for at, id_ in enumerate(self.departments):
                # Only upwards: the program refuses circles.
                above = chart.parents[at]
                values = {
                    "parent_id": one(self.departments, above if above is not None and above < at else None),
                    "branch": chart.branches[at], "manager_id": one(self.people, chart.department_managers[at]),
                }  # fmt: skip
                session.execute(update(Department).where(Department.id == id_).values(values))
            for at, id_ in enumerate(self.people):
                who, since, until = chart.absences[at]
                manager = chart.managers[at]
                values = {
                    "department_id": one(self.departments, chart.homes[at]),
                    "manager_id": one(self.people, None if manager == at else manager),
                    "substitute_id": one(self.people, None if who == at else who), "away_from": since, "away_until": until,
                }  # fmt: skip
                session.execute(update(User).where(User.id == id_).values(values))
            leader, open_, members = chart.team
            session.execute(update(Team).where(Team.id == self.team).values(leader_id=one(self.people, leader), open=open_))
            session.execute(delete(TeamMember).where(TeamMember.parent_id == self.team))
            for member in members:
                session.add(TeamMember(parent_id=self.team, user_id=self.people[member], position=0))
            for id_, (owner, place) in zip(self.customers, chart.owners, strict=True):
                whose = {"owner_id": one(self.people, owner), "department_id": one(self.departments, place)}
                session.execute(update(Customer).where(Customer.id == id_).values(whose))
            for id_, (owner, above) in zip(self.contacts, chart.contacts, strict=True):
                whose = {"owner_id": one(self.people, owner), "department_id": None, "customer_id": self.customers[above]}
                session.execute(update(Contact).where(Contact.id == id_).values(whose))
            session.execute(delete(RecordShare))
            rows = [self._share(s) for s in chart.shares]
            if rows:
                session.execute(insert(RecordShare), rows)
            rebuild(session, self.app.types.values())
        said = {(k, o): r for k, pair in chart.reaches.items() for o, r in zip(("see", "change"), pair, strict=True)}
        self.office.say(said | {("users", "see"): Reach.ALL})

    def _share(self, drawn: tuple[str, int, str, int, bool]) -> dict[str, Any]:
        key, record, kind, grantee, change = drawn
        records = self.customers if key == "customers" else self.contacts
        ids = {"user": self.people[grantee], "team": self.team, "department": self.departments[grantee]}
        return {
            "record_type": key, "record_id": records[record], "grantee_kind": kind, "grantee_id": ids[kind], "may_change": change,
        }  # fmt: skip


def unique(chart: Chart) -> bool:
    """Shares with the one team that there is are told apart by their record alone."""
    teams = [s[:2] for s in chart.shares if s[2] == "team"]
    return len(teams) == len(set(teams))


DRAWN = CHARTS.filter(unique)


def assert_agrees(stage: Stage, chart: Chart) -> Oracle:
    stage.lay(chart)
    oracle, app = Oracle(stage.app), stage.app
    for name in ("lead", "rep", "peer", "deputy", "stranger"):
        me = stage.office.people[name]
        stage.office.work_as(name)
        with reading(app.engine) as connection:
            for key in KEYS:
                kind = app.type(key)
                for operation, reach in zip(("see", "change"), chart.reaches[key], strict=True):
                    wanted = oracle.reached(me, key, reach, operation) if reach else set()
                    assert reached(app, connection, kind, operation, sorted(oracle.rows[key])) == wanted, (name, key, operation)
    stage.office.work_as("boss")
    return oracle


@pytest.fixture
def stage(sqlite_app: Application) -> Stage:
    return Stage(OfficeMaker(sqlite_app))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(chart=DRAWN)
def test_the_program_agrees_with_plain_reasoning(stage: Stage, chart: Chart) -> None:
    assert_agrees(stage, chart)


@pytest.fixture(scope="module")
def server_stage(postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    for office in server_office(postgres, tmp_path_factory.mktemp("roles")):
        yield Stage(office)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chart=DRAWN)
def test_a_bare_client_agrees_as_well(server_stage: Stage, chart: Chart) -> None:
    oracle = assert_agrees(server_stage, chart)
    office = server_stage.office
    assert isinstance(office, ServerOffice)
    for name in ("lead", "rep", "deputy"):
        me = office.people[name]
        with session_of(office, name) as connection:
            for key in KEYS:
                see, change = chart.reaches[key]
                table = server_stage.app.type(key).model.__tablename__
                wanted = oracle.reached(me, key, see, "see") if see else set()
                rows = connection.execute(f"SELECT id FROM {table}").fetchall()  # type: ignore[arg-type]
                assert {r[0] for r in rows} == wanted, (name, key)
                wanted &= oracle.reached(me, key, change, "change") if change else set()
                with connection.transaction(force_rollback=True):
                    found = connection.execute(f"UPDATE {table} SET version = version RETURNING id").fetchall()  # type: ignore[arg-type]
                assert {r[0] for r in found} == wanted, (name, key)
