"""Price lists and a bundle of the sample company: for everyone with breaks by quantity, by level, by region, and of one customer."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from types import ModuleType
from typing import Any

from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.sample import plot
from crm_desktop.services import saving
from db.base import moment_told
from db.engine import reading, writing
from db.models.access import Position
from db.models.customers import Customer
from db.models.products import Product

_LISTED = 24  # products in the list for everyone
_BREAKS = ((Decimal(0), 100), (Decimal(10), 95), (Decimal(50), 90))
_CENT = Decimal("0.01")
_LIMITS = {"salesperson": Decimal(10), "sales_manager": Decimal(20)}


def fill_prices(app: Application, words: ModuleType, today: dt.date) -> None:
    """Add price lists for the products that are there, and say how far below them sellers may go. One agreement ends soon."""
    product: Any = Product.__table__
    customer: Any = Customer.__table__
    names = app.type("products").label
    with reading(app.engine) as connection:
        columns = [product.c.id, product.c.list_price, product.c.unit, *(product.c[n] for n in names)]
        rows = connection.execute(select(*columns).where(product.c.list_price > 0).order_by(product.c.id).limit(_LISTED)).all()
        agreed = select(customer.c.id, customer.c.name).where(customer.c.name == words.CLIENTS[plot.DONGSHENG])
        key = connection.execute(agreed).first()
    if not rows or key is None:
        return
    goods = [(Ref(r[0], app.type("products").label_of(dict(zip(names, r[3:], strict=True)))), r[1], r[2]) for r in rows]
    begins, agreed_on = dt.date(today.year - 1, 1, 1), today - dt.timedelta(days=345)
    everyone, level, region, own = words.PRICE_LISTS
    breaks = [_priced(g, since, percent) for g in goods for since, percent in _BREAKS]
    lists = [
        _list(app, everyone, breaks, valid_from=begins),
        _list(app, level, [_off(g, Decimal(8)) for g in goods], level="A"),
        _list(app, region, [_off(g, Decimal(4)) for g in goods[:12]], region=words.CITIES[13][1]),
        _list(
            app, own, [_priced(g, Decimal(0), 88) for g in goods[:8]], customer_id=Ref(key[0], key[1]), valid_from=agreed_on,
            valid_until=today + dt.timedelta(days=19),
        ),
    ]  # fmt: skip
    with moment_told(dt.datetime.combine(agreed_on, dt.time(6, 5), dt.UTC)):
        saving.save_many(app, lists, "create")
        _bundle(app, words, goods)
    with writing(app.engine) as session:
        for position in session.scalars(select(Position).where(Position.key.in_(_LIMITS))):
            position.discount_limit = _LIMITS[position.key]


def _list(app: Application, name: str, rows: list[dict[str, Any]], **values: Any) -> Draft:
    draft = saving.new_draft(app, "price-lists", {"name": name, **values})
    draft.lines = [Line(None, saving.new_line(app.type("price-lists")).values | row) for row in rows]
    return draft


def _priced(goods: tuple[Ref, Decimal, str], since: Decimal, percent: int) -> dict[str, Any]:
    ref, price, unit = goods
    return {"product_id": ref, "unit": unit, "min_quantity": since, "price": (price * percent / 100).quantize(_CENT, ROUND_HALF_UP)}


def _off(goods: tuple[Ref, Decimal, str], percent: Decimal) -> dict[str, Any]:
    return {"product_id": goods[0], "unit": goods[2], "discount": percent}


def _bundle(app: Application, words: ModuleType, goods: list[tuple[Ref, Decimal, str]]) -> None:
    """A product that stands for three others, one of them cheaper than alone."""
    name, unit = words.BUNDLE
    parts = goods[:3]
    made = saving.save(app, saving.new_draft(app, "products", {"name": name, "unit": unit, "stock_kept": False}))
    draft = saving.new_draft(app, "bundles", {"product_id": Ref(int(made.id or 0), name), "name": name})
    for at, (ref, price, each) in enumerate(parts):
        cheaper = (price * 90 / 100).quantize(_CENT, ROUND_HALF_UP) if at == 0 else None
        row = {"product_id": ref, "unit": each, "quantity": Decimal(at + 1), "price": cheaper}
        draft.lines.append(Line(None, saving.new_line(app.type("bundles")).values | row))
    saving.save(app, draft)
