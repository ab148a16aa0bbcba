"""Saving an order with twenty lines: totals, history, search entry and number, against the bare ORM writing the same rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from random import Random

from benchmarks.measuring import Row, paired, short
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.services.lookup import fill
from crm_desktop.services.opening import database_path
from crm_desktop.services.saving import new_draft, new_line, open_record, save
from db.engine import sqlite_url
from db.models.customers import Customer
from db.models.products import Product
from db.models.sales import SalesOrder, SalesOrderLine

LINES = 20


def drafted(
    app: Application, chance: Random, customers: list[int], products: list[tuple[int, dict[str, object]]]
) -> Draft:
    """An order as a person has typed it."""
    draft = new_draft(app, "sales-orders", {"customer_id": Ref(chance.choice(customers))})
    for id_, values in chance.sample(products, LINES):
        line = new_line(app.type("sales-orders"))
        line.values |= values | {"product_id": Ref(id_), "quantity": Decimal(chance.randrange(1, 50))}
        draft.lines.append(line)
    return draft


class PlainOrm:
    """The bare ORM: a session, an order object, twenty line objects, a commit; nothing else."""

    def __init__(self, file: Path) -> None:
        self._engine = create_engine(sqlite_url(file))

        @event.listens_for(self._engine, "connect")
        def connect(connection: object, _record: object) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
                connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

        self._number = 0

    def save(self, draft: Draft) -> None:
        """Insert the rows of a draft."""
        self._number += 1
        kept = ("name", "specification", "unit", "quantity", "price", "tax_rate", "code")
        with Session(self._engine) as session, session.begin():
            order = SalesOrder(
                number=f"PLAIN-{dt.datetime.now().astimezone():%H%M%S%f}-{self._number}",
                customer_id=draft.values["customer_id"].id,
            )
            session.add(order)
            session.flush()
            for at, line in enumerate(draft.lines):
                values = {n: line.values[n] for n in kept}
                session.add(
                    SalesOrderLine(parent_id=order.id, position=at, product_id=line.values["product_id"].id, **values)
                )

    def close(self) -> None:
        """Let go."""
        self._engine.dispose()


def measure(app: Application, size: int, runs: int = 120) -> list[Row]:
    """All rows of the table about saving. It adds orders to the database it measures."""
    chance = Random(7)
    with app.engine.connect() as connection:
        customers = list(connection.scalars(select(Customer.id).limit(500)))
        ids = list(connection.scalars(select(Product.id).limit(100)))
    products = [(id_, fill(app, "sales-orders", "product_id", Ref(id_), line=True)) for id_ in ids]
    drafts = iter([drafted(app, chance, customers, products) for _ in range(2 * (runs + 5))])
    plain = PlainOrm(database_path(app.data))
    made: list[int] = []
    try:
        ours, orm = paired(
            lambda: made.append(int(save(app, next(drafts)).id or 0)), lambda: plain.save(next(drafts)), runs, 5
        )
    finally:
        plain.close()
    changes = iter([open_record(app, "sales-orders", id_) for id_ in made])

    def change() -> None:
        draft = next(changes)
        draft.lines[3].values["quantity"] += 1
        save(app, draft)

    changing, _ = paired(change, lambda: None, min(runs, len(made) - 6), 2)
    ratio = ours.median / orm.median
    met = ratio <= 3 and ours.at(0.99) <= 40
    return [
        Row("save a new order with 20 lines, median", size, short(ours.median), short(orm.median), ratio, "× 3, p99 40 ms", met,
            f"p99 {short(ours.at(0.99))}, of the plain ORM {short(orm.at(0.99))}, which writes nothing but the rows",
            ours.median, flat=True),
        Row("change one line of such an order, median", size, short(changing.median), "–", None, "", None,
            f"p99 {short(changing.at(0.99))}", changing.median, flat=True),
    ]  # fmt: skip
