"""What happened to single customers of the story and takes several steps: a quote in three versions, a red invoice and the right one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from types import ModuleType
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.errors import Doubt
from crm_desktop.sample import plot
from crm_desktop.services import operating, saving
from crm_desktop.services.access import actor_of
from crm_desktop.services.becoming import become
from crm_desktop.services.server_logins import has_own_role
from db.base import moment_told
from db.engine import reading
from db.models.customers import Customer
from db.models.money import Invoice
from db.models.office import User
from db.models.products import Product


class Stage:
    """Lets colleagues act at moments that have gone by."""

    def __init__(self, app: Application, cast: ModuleType, today: dt.date) -> None:
        self._app, self.cast, self.today = app, cast, today
        user: Any = User.__table__
        with reading(app.engine) as connection:
            ids = {name: id_ for id_, name in connection.execute(select(user.c.id, user.c.name).order_by(user.c.id))}
        self.people = (app.actor.user_id or 0, *(ids[name] for name in cast.PEOPLE))

    @contextmanager
    def acting(self, person: int, ago: int, hour: int = 2, minute: int = 15) -> Iterator[Application]:
        """The program as a colleague has it, so many days ago; hour: of the world's clock, eight behind that of Guangzhou."""
        day = self.day(ago)
        if ago > 3 and (working := plot.works(day)) <= self.today - dt.timedelta(days=2):  # in long holidays people decide at home
            day = working
        with reading(self._app.engine) as connection:
            actor = actor_of(connection, self.people[person], f"PC-{person + 1:02d}") if person else None
        with moment_told(dt.datetime.combine(day, dt.time(hour, minute), dt.UTC)):
            yield replace(self._app, actor=actor) if actor else self._app

    def day(self, ago: int) -> dt.date:
        """The day so many days ago."""
        return self.today - dt.timedelta(days=ago)

    def customer(self, place: int) -> Ref:
        """A customer of the plot."""
        table: Any = Customer.__table__
        with reading(self._app.engine) as connection:
            id_ = connection.scalar(select(table.c.id).where(table.c.name == self.cast.CLIENTS[place]))
        return Ref(int(id_ or 0), self.cast.CLIENTS[place])


def operate(app: Application, draft: Draft, name: str, reason: str = "") -> Draft:
    """Carry out an operation, whatever the program would have asked about first."""
    told = set[str]()
    while True:
        try:
            return operating.operate(app, draft.type, int(draft.id or 0), draft.version, name, reason, despite=frozenset(told))
        except Doubt as doubt:
            if doubt.key in told:
                raise
            told.add(doubt.key)


def fill_scenes(app: Application, cast: ModuleType, today: dt.date) -> None:
    """Play the scenes. On a server nobody acts in the name of others: there they are left out."""
    if has_own_role(app):
        return
    stage = Stage(app, cast, today)
    _versions(stage)
    _red_invoice(stage)


def _versions(stage: Stage) -> None:
    """A quote that was sent three times, each time a little different."""
    with stage.acting(plot.OWNER, 24) as app:
        values = {"customer_id": stage.customer(plot.JINPENG), "title": stage.cast.DEALS[0][0], "quote_date": stage.day(24)}
        draft = saving.new_draft(app, "quotes", values | {"valid_until": stage.day(-20)})
        kind, product = app.type("quotes"), Product.__table__.c
        with reading(app.engine) as connection:
            columns = (product.id, product.code, product.name, product.specification, product.unit, product.list_price, product.cost)
            rows: list[Any] = list(connection.execute(select(*columns).where(product.list_price > 600).order_by(product.id).limit(8)))
        for at, row in enumerate(rows[::2]):
            goods = dict(zip(("code", "name", "specification", "unit", "price", "cost"), row[1:], strict=True))
            more = {"product_id": Ref(row[0], row[2]), "quantity": Decimal(12 + 8 * at), "tax_rate": Decimal(13)}
            draft.lines.append(Line(None, saving.new_line(kind).values | goods | more))
        quote = operate(app, saving.save(app, draft), "send")
    for ago, reason, change in ((17, stage.cast.REVISE_1, {"quantity": Decimal(16)}), (9, stage.cast.REVISE_2, {"discount": Decimal(3)})):
        with stage.acting(plot.OWNER, ago, 6, 40) as app:
            quote = operate(app, quote, "revise", reason)
            for line in quote.lines if "discount" in change else quote.lines[:1]:
                line.values |= change
            quote = operate(app, saving.save(app, quote), "send")


def _red_invoice(stage: Stage) -> None:
    """An invoice with a wrong price: corrected by a red one, and made out anew."""
    invoice = Invoice.__table__.c
    with stage.acting(plot.FINANCE, 15) as app:
        wrong = select(invoice.id).where(
            invoice.customer_id == stage.customer(plot.MINGHUI).id, invoice.status == "issued", invoice.invoice_date < stage.day(20)
        )
        with reading(app.engine) as connection:
            id_ = connection.scalar(wrong.where(invoice.invoice_date > stage.day(150)).order_by(invoice.total.desc(), invoice.id).limit(1))
        if id_ is None:
            return
        orders = {line.values["order_id"].id for line in saving.open_record(app, "invoices", id_).lines}
        red = become(app, "invoices", [id_], "invoices")
        red.values |= {"invoice_date": stage.day(15), "invoice_code": "40215877", "note": stage.cast.RED_REASON}
        operate(app, saving.save(app, red), "issue")
    with stage.acting(plot.FINANCE, 15, 3, 5) as app:
        new = become(app, "sales-orders", sorted(orders), "invoices")
        new.values |= {"invoice_date": stage.day(15), "invoice_code": "40215878"}
        operate(app, saving.save(app, new), "issue")
