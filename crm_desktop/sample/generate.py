"""Fills an empty database with a generated company, the same one every time for the same day and size.

Rows go in past the services, in bulk; what the services would have kept beside them (sort keys, search text, search index,
totals, number sequences) is made here just the same, and a test holds it equal.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Refused
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.office import DEPARTMENT, TEAM, UNIT, USER
from crm_desktop.rules.number_patterns import number_text, period_of
from crm_desktop.sample import makers, words_en, words_zh
from crm_desktop.sample.chain import Documents, chain_begins
from crm_desktop.sample.columns import Loader
from crm_desktop.sample.makers import Order, Row, World
from crm_desktop.services.access_upkeep import rebuild
from crm_desktop.services.faults import told
from crm_desktop.services.opening import reload_setup
from crm_desktop.services.seeding import give_position, insert_seed, sign_in_name
from crm_desktop.services.server_roles import as_owner
from crm_desktop.words import _, language
from db import search
from db.bulk import learn, next_id, without_indexes
from db.engine import writing
from db.models.access import Position, RecordShare, TeamMember
from db.models.customers import Contact, Customer, FollowUp, Task
from db.models.deliveries import Delivery, DeliveryLine, SalesReturn, SalesReturnLine
from db.models.money import Invoice, InvoiceLine, Receipt, ReceiptLine, Receivable
from db.models.office import Currency, Department, NumberSequence, Unit, User
from db.models.products import Product
from db.models.quotes import Quote, QuoteLine
from db.models.sales import SalesOrder, SalesOrderLine

ORDERS_EACH = 3
DOCUMENTS: dict[str, Any] = {
    "quote": Quote, "quote_line": QuoteLine, "delivery": Delivery, "delivery_line": DeliveryLine, "sales_return": SalesReturn,
    "sales_return_line": SalesReturnLine, "invoice": Invoice,
    "invoice_line": InvoiceLine, "receivable": Receivable, "receipt": Receipt, "receipt_line": ReceiptLine,
}  # fmt: skip
QUOTES = ("quote", "quote_line")
FOLLOWING = tuple(name for name in DOCUMENTS if name not in QUOTES)
_CHUNK = 5000


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk


class Filler:
    """Loads the rows of the makers, chunk by chunk, with their search entries."""

    def __init__(self, connection: Connection, world: World, progress: Progress, total: int) -> None:
        self._connection, self._world, self._progress = connection, world, progress
        self._done, self._total = 0, total
        self._ids: dict[str, int] = {}
        self._stamp = dt.datetime.combine(world.today, dt.time(), dt.UTC)

    def loader(self, model: Any) -> Loader:
        """A loader into the table of a model."""
        return Loader(self._connection, model.__table__, self._stamp)

    def load(self, model: Any, rows: Iterable[Row]) -> None:
        """Insert and index all rows."""
        loader = self.loader(model)
        for chunk in _chunks(rows):
            loader.load(chunk)
            self.index(model, chunk)

    def index(self, model: Any, rows: list[Row]) -> None:
        """Make the search entries of rows, and tell how far we are."""
        search.add(self._connection, model.__table__, [(r["id"], r["search_text"]) for r in rows])
        self._done += len(rows)
        self._progress.report(self._done, self._total)
        self._progress.check_cancelled()

    def load_orders(self, orders: Iterable[Order]) -> None:
        """Insert orders with their lines, numbered by day."""
        heads, lines = self.loader(SalesOrder), self.loader(SalesOrderLine)
        numbers = Numbers(self._connection)
        documents = Documents(self._world, self._next, numbers.of, chain_begins(self._world), Random(len(self._world.customers)))
        id_, line_id = self._world.first["sales-orders"], next_id(self._connection, lines.table)
        for chunk in _chunks(orders):
            head_rows, line_rows = list[Row](), list[Row]()
            for order in chunk:
                head_rows.append(makers.order_row(self._world, order, id_, numbers.of("sales-orders", order.day)))
                made = list(makers.line_rows(self._world, order, id_, line_id))
                documents.follow(order, head_rows[-1], made)
                line_rows += made
                id_, line_id = id_ + 1, line_id + len(made)
            self._load_documents(documents, QUOTES)
            heads.load(head_rows)
            lines.load(line_rows)
            self.index(SalesOrder, head_rows)
            self._load_documents(documents, FOLLOWING)
        numbers.keep()

    def _next(self, table: str) -> int:
        """The next id of a table of documents."""
        if table not in self._ids:
            self._ids[table] = next_id(self._connection, DOCUMENTS[table].__table__)
        self._ids[table] += 1
        return self._ids[table] - 1

    def _load_documents(self, documents: Documents, tables: Iterable[str]) -> None:
        """Insert what was made of documents so far, each table after those it points to."""
        for name in tables:
            rows = documents.rows.pop(name, [])
            if rows:
                self.loader(DOCUMENTS[name]).load(rows)
                if "search_text" in rows[0]:
                    search.add(self._connection, DOCUMENTS[name].__table__, [(r["id"], r["search_text"]) for r in rows])


class Numbers:
    """Numbers of documents by day, as their sequences would have given them."""

    def __init__(self, connection: Connection) -> None:
        table: Any = NumberSequence.__table__
        self._connection, self._table = connection, table
        rows = connection.execute(select(table.c.key, table.c.pattern, table.c.restart))
        self._sequences = {key: (pattern, restart) for key, pattern, restart in rows}
        self._last: dict[str, Counter[str]] = {key: Counter() for key in self._sequences}

    def of(self, key: str, day: dt.date) -> str:
        """The next number of a sequence, for a day."""
        pattern, restart = self._sequences[key]
        period = period_of(restart, day)
        self._last[key][period] += 1
        return number_text(pattern, day, self._last[key][period])

    def keep(self) -> None:
        """Let the sequences go on after the last numbers given."""
        for key, given in self._last.items():
            if given:
                period = max(given)
                change = update(self._table).where(self._table.c.key == key)
                self._connection.execute(change.values(period=period, last=given[period]))


def _colleagues(app: Application, session: Session, words: Any) -> list[tuple[int, str]]:
    """Departments and people of the company; the one who is here already works too."""
    departments = insert_seed(session, DEPARTMENT, [{"name": n} for n in words.DEPARTMENTS])
    people = [
        {"name": n, "sign_in": sign_in_name(n), "department_id": departments[at % len(departments)]}
        for at, n in enumerate(words.PEOPLE)
    ]
    ids = insert_seed(session, USER, people)
    _posts(app, session, words, departments, ids)
    owners = [(i, str(p["name"])) for i, p in zip(ids, people, strict=True)]
    return [(app.actor.user_id or ids[0], app.actor.name), *owners]


_HELD = (("sales_manager",), ("sales_manager",), ("finance", "salesperson"), ("salesperson",), ("salesperson",))
"""The positions of the people, in their order: two lead a department of sellers each, one keeps the books and sells as well."""


def _posts(app: Application, session: Session, words: Any, departments: Sequence[int], people: Sequence[int]) -> None:
    """Who holds which position, who leads whom, and a team across departments."""
    user: Any = User.__table__
    department: Any = Department.__table__
    position: Any = Position.__table__
    by_key = {row[0]: row[1] for row in session.execute(select(position.c.key, position.c.id))}
    for at, (person, keys) in enumerate(zip(people, _HELD, strict=True)):
        for key in keys:
            give_position(session, person, by_key[key])
        leads = at < len(departments)
        boss = app.actor.user_id if leads else people[at % len(departments)]
        session.execute(update(user).where(user.c.id == person).values(manager_id=boss))
        if leads:
            session.execute(update(department).where(department.c.id == departments[at]).values(manager_id=person))
    (team,) = insert_seed(session, TEAM, [{"name": words.TEAM, "leader_id": people[0], "open": True}])
    session.add_all(TeamMember(parent_id=team, user_id=person, position=at + 1) for at, person in enumerate(people[3:]))


def _share_one(session: Session, people: Sequence[int]) -> None:
    """A customer of one seller, shared with another to be changed as well."""
    table: Any = Customer.__table__
    id_ = session.scalar(select(table.c.id).where(table.c.owner_id == people[-2]).order_by(table.c.id).limit(1))
    if id_ is not None:
        shared = {"record_type": "customers", "record_id": id_, "grantee_kind": "user", "grantee_id": people[-1], "may_change": True}
        session.add(RecordShare(**shared, by_id=people[-2]))


def _missing_units(session: Session, words: Any) -> None:
    """Add the units the products are sold in, where the database does not have them."""
    known = set(session.scalars(select(Unit.name)))
    wanted = dict.fromkeys(unit for _name, _sizes, unit, _price in words.PRODUCTS)
    insert_seed(session, UNIT, [{"name": unit} for unit in wanted if unit not in known])


def generate_company(
    app: Application, customers: int, progress: Progress | None = None, today: dt.date | None = None
) -> None:
    """Fill an empty database with `customers` customers and three orders each; all or nothing.

    today: the day the data leads up to. Raises Refused when there are customers already, Cancelled when stopped.
    """
    chinese = language() == "zh_CN"
    words = words_zh if chinese else words_en
    with told(app), as_owner(app) as engine:  # on a server nobody else takes indexes away and sets counters
        with writing(engine) as session:
            connection = session.connection()
            if connection.execute(select(Customer.id).limit(1)).first() is not None:
                raise Refused(
                    _("There are customers here already."), _("Sample data only goes into an empty database.")
                )
            currency = connection.execute(select(Currency.id).order_by(Currency.id).limit(1)).scalar_one()
            owners = _colleagues(app, session, words)
            _missing_units(session, words)
            world = World(Random(customers), words, today or dt.date.today(), owners, currency)
            models = {"customers": Customer, "contacts": Contact, "products": Product, "sales-orders": SalesOrder,
                      "follow-ups": FollowUp, "tasks": Task}  # fmt: skip
            world.first = {key: next_id(connection, model.__table__) for key, model in models.items()}  # type: ignore[arg-type]
            loaded: Any = [*(model.__table__ for model in models.values()), SalesOrderLine.__table__]
            with without_indexes(connection, *loaded):
                _fill(connection, world, customers, progress or Unwatched())
            _share_one(session, [id_ for id_, _name in owners])
            rebuild(session, app.types.values())
        with writing(engine) as session:
            learn(session.connection())
    reload_setup(app)
    for key in app.types:
        app.changes.tell(Change(key, frozenset(), app.actor.name))


def _fill(connection: Connection, world: World, customers: int, progress: Progress) -> None:
    products, tasks = min(max(40, customers // 50), 2000), max(12, min(customers // 8, 5000))
    total = customers * (1 + 2 + ORDERS_EACH + 2) + products + tasks
    filler = Filler(connection, world, progress, total)
    filler.load(Customer, makers.customers(world, customers))
    filler.load(Contact, makers.contacts(world))
    filler.load(Product, makers.products(world, products))
    filler.load_orders(makers.orders(world, ORDERS_EACH))
    filler.load(FollowUp, makers.follow_ups(world))
    filler.load(Task, makers.tasks(world, tasks))
    table: Any = NumberSequence.__table__
    for key, count in (("customers", customers), ("products", products)):
        connection.execute(update(table).where(table.c.key == key).values(last=world.first[key] + count - 1))
