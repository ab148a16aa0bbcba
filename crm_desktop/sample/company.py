"""The sample company: the story of a trading firm in Guangzhou, two years up to yesterday, written into an empty database.

What happened every week is made as rows; what takes people and decisions goes through the services, at the moments it happened.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from types import ModuleType
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.draft import Line
from crm_desktop.errors import Refused
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.office import DEPARTMENT, OPTION, TEAM, UNIT, USER
from crm_desktop.sample import cast_en, cast_zh, plot
from crm_desktop.sample.approvals import fill_approvals
from crm_desktop.sample.generate import DOCUMENTS, Filler, Numbers
from crm_desktop.sample.makers import World
from crm_desktop.sample.pipeline import fill_pipeline
from crm_desktop.sample.prices import fill_prices
from crm_desktop.sample.scenes import fill_scenes
from crm_desktop.sample.story import Story, history_of, tell
from crm_desktop.sample.story_chain import TERMS
from crm_desktop.services import saving
from crm_desktop.services.access_upkeep import rebuild
from crm_desktop.services.faults import told
from crm_desktop.services.opening import reload_setup
from crm_desktop.services.seeding import give_position, insert_seed, sign_in_name
from crm_desktop.services.server_roles import as_owner
from crm_desktop.services.settings_store import settings_of
from crm_desktop.words import _, language
from db import history, search
from db.base import moment_told
from db.bulk import learn, next_id
from db.engine import writing
from db.models.access import Position, TeamMember
from db.models.customers import Contact, Customer, FollowUp, Task
from db.models.office import Currency, Department, NumberSequence, Unit, User
from db.models.products import Product
from db.models.sales import SalesOrder, SalesOrderLine

_SEED = 2
_HELD = ("sales_manager", "sales_manager", "finance", "salesperson", "salesperson", "salesperson", "warehouse", "service")
"""The positions of the people of the cast, in their order."""

_PLACES = (0, 1, 2, 0, 1, 1, 3, 3)
_LEADERS = (0, 1, 2, 6)
"""The department of each, and who leads each department."""

_FIRST: dict[str, Any] = {
    "customers": Customer, "contacts": Contact, "products": Product, "follow-ups": FollowUp, "tasks": Task, "sales-orders": SalesOrder,
}  # fmt: skip
_TABLES = DOCUMENTS | {"sales_order": SalesOrder, "sales_order_line": SalesOrderLine}
_ORDER = (
    "quote", "quote_line", "sales_order", "sales_order_line", "delivery", "delivery_line", "sales_return", "sales_return_line", "invoice",
    "invoice_line", "receivable", "receipt", "receipt_line",
)  # fmt: skip


def load_sample_company(app: Application, progress: Progress | None = None, today: dt.date | None = None) -> None:
    """Fill an empty database with the sample company; small enough to look around in, large enough to look real.

    today: the day the story leads up to. Raises Refused when there are customers already.
    """
    cast: Any = cast_zh if language() == "zh_CN" else cast_en
    day, watched = today or dt.date.today(), progress or Unwatched()
    _only_into_nothing(app)
    begun = dt.datetime.combine(day - dt.timedelta(days=plot.DAYS + 60), dt.time(2), dt.UTC)
    with moment_told(begun):
        terms = _payment_terms(app, cast)
        people = _company(app, cast)
    with told(app), as_owner(app) as engine, writing(engine) as session:
        currency = session.execute(select(Currency.id).order_by(Currency.id).limit(1)).scalar_one()
        world = World(Random(_SEED), cast, day, people, currency)
        world.first = {key: next_id(session.connection(), model.__table__) for key, model in _FIRST.items()}
        _write(session, _told(session, world, terms), watched)
        rebuild(session, app.types.values())
    with told(app), as_owner(app) as engine, writing(engine) as session:
        learn(session.connection())
    reload_setup(app)
    fill_prices(app, cast, day)
    fill_pipeline(app, cast, day)
    fill_approvals(app, cast, day)
    fill_scenes(app, cast, day)
    settings_of(app).set(s.SAMPLE_COMPANY, True)
    for key in app.types:
        app.changes.tell(Change(key, frozenset(), app.actor.name))


def _only_into_nothing(app: Application) -> None:
    with told(app), writing(app.engine) as session:
        if session.execute(select(Customer.id).limit(1)).first() is not None:
            raise Refused(_("There are customers here already."), _("Sample data only goes into an empty database."))


def _payment_terms(app: Application, cast: ModuleType) -> dict[str, int]:
    """The ways customers pay; gives their ids by kind."""
    made = {}
    for kind, (name, note, titles) in cast.TERMS.items():
        draft = saving.new_draft(app, "payment-terms", {"name": name, "note": note})
        for title, (share, basis, days) in zip(titles, TERMS[kind], strict=True):
            row = {"title": title, "share": share, "basis": basis, "days": days}
            draft.lines.append(Line(None, saving.new_line(app.type("payment-terms")).values | row))
        made[kind] = int(saving.save(app, draft).id or 0)
    return made


def _company(app: Application, cast: ModuleType) -> list[tuple[int, str]]:
    """Departments, people with their positions, units and categories; the one who is here already leads them all."""
    with told(app), as_owner(app) as engine, writing(engine) as session:
        departments = insert_seed(session, DEPARTMENT, [{"name": n} for n in cast.DEPARTMENTS])
        rows = [
            {"name": n, "sign_in": sign_in_name(n), "department_id": departments[place], "mobile": f"1392210{at + 11:02d}88"}
            for at, (n, place) in enumerate(zip(cast.PEOPLE, _PLACES, strict=True))
        ]
        ids = insert_seed(session, USER, rows)
        by_key = {row[0]: row[1] for row in session.execute(select(Position.key, Position.id))}
        user: Any = User.__table__
        department: Any = Department.__table__
        for at, (person, key, place) in enumerate(zip(ids, _HELD, _PLACES, strict=True)):
            give_position(session, person, by_key[key])
            boss = app.actor.user_id if at in _LEADERS else ids[_LEADERS[place]]
            session.execute(update(user).where(user.c.id == person).values(manager_id=boss))
        for id_, leader in zip(departments, _LEADERS, strict=True):
            session.execute(update(department).where(department.c.id == id_).values(manager_id=ids[leader]))
        (team,) = insert_seed(session, TEAM, [{"name": cast.TEAM, "leader_id": ids[0], "open": True}])
        session.add_all(TeamMember(parent_id=team, user_id=ids[at], position=n) for n, at in enumerate((3, 5), 1))
        known = set(session.scalars(select(Unit.name)))
        wanted = dict.fromkeys((*(p[2] for p in cast.PRODUCTS), cast.BUNDLE[1]))
        insert_seed(session, UNIT, [{"name": unit} for unit in wanted if unit not in known])
        options = [
            {"list_key": "product_categories", "code": f"g{at}", "label": label, "tone": "grey", "position": at * 10, "active": True}
            for at, label in enumerate(cast.CATEGORIES)
        ]
        insert_seed(session, OPTION, options)
        return [(app.actor.user_id or ids[0], app.actor.name), *zip(ids, cast.PEOPLE, strict=True)]


def _told(session: Session, world: World, terms: dict[str, int]) -> tuple[Story, Numbers]:
    """The story as rows, with the numbers it has given."""
    connection, given = session.connection(), dict[str, int]()

    def following(table: str) -> int:
        if table not in given:
            given[table] = next_id(connection, _TABLES[table].__table__)
        given[table] += 1
        return given[table] - 1

    numbers = Numbers(connection)
    return tell(world, terms, following, numbers.of), numbers


def _write(session: Session, told_of: tuple[Story, Numbers], progress: Progress) -> None:
    """Write what was told, each table after those it points to, with the history and the numbers given."""
    story, numbers = told_of
    connection, made = session.connection(), story.documents.rows | {"sales_order": story.orders, "sales_order_line": story.lines}
    masters: tuple[tuple[Any, Any], ...] = ((Customer, story.customers), (Contact, story.contacts), (Product, story.products))
    later: tuple[tuple[Any, Any], ...] = ((FollowUp, story.follow_ups), (Task, story.tasks))
    total = sum(len(rows) for rows in made.values()) + sum(len(rows) for _model, rows in (*masters, *later))
    filler = Filler(connection, story.world, progress, total)
    for model, rows in masters:
        filler.load(model, rows)
    past = history_of(story)
    for name in _ORDER:
        rows = made.get(name, [])
        for row in rows:
            row.pop("_told", None)
        filler.loader(_TABLES[name]).load(rows)
        if rows and "search_text" in rows[0]:
            search.add(connection, _TABLES[name].__table__, [(r["id"], r["search_text"]) for r in rows])
    for model, rows in later:
        filler.load(model, rows)
    history.append(connection, past)
    numbers.keep()
    table: Any = NumberSequence.__table__
    for key, rows in (("customers", story.customers), ("products", story.products)):
        last = story.world.first[key] + len(rows) - 1
        connection.execute(update(table).where(table.c.key == key).values(last=last))


