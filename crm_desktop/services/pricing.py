"""What things cost: the price that the price lists say for a line, the parts of a bundle, and what a customer paid last.

The lists decide for everybody, also for those who may not look at them: whoever sells gets the price of the list that counts, and its
name, and nothing else of it. On a server with own roles `crm_price_offers` reads them, see db/row_asking.py.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, or_, select, text
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Line, Ref
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.sales import RUNNING
from crm_desktop.rights import Access
from crm_desktop.rules.prices import Buyer, Need, Offer, best, price_of, rounded
from crm_desktop.services.access import asking, reached, within_reach
from db.models.customers import Customer
from db.models.office import Currency
from db.models.prices import Bundle, BundleLine, PriceList, PriceListLine
from db.models.products import Product
from db.models.sales import SalesOrder, SalesOrderLine
from db.roles import own
from db.types import Percent, Price, Quantity

Asked = Connection | Session
_ONE, _FINEST = Decimal(1), Decimal("0.0001")
_CHUNK = 500


@dataclass(frozen=True)
class Basis:
    """What of a document decides about the prices in it. included: whether its prices contain the tax."""

    customer: int | None
    day: dt.date
    currency: int | None
    included: bool = True


@dataclass(frozen=True)
class Wanted:
    """One line a price is asked for. bundle: of which it is a part."""

    product: int
    quantity: Decimal
    bundle: int | None = None


@dataclass(frozen=True)
class Proposal:
    """What a line should cost. price: None where nothing says it.

    source: the price list or, with `bundle`, the bundle; None: the product's list price. since: the quantity from which on it counts.
    """

    price: Decimal | None
    source: Ref | None = None
    since: Decimal = Decimal(0)
    bundle: bool = False


@dataclass(frozen=True)
class LastPrice:
    """What a customer paid last for a product: price less discount."""

    day: dt.date
    order: Ref
    price: Decimal
    currency: str
    quantity: Decimal


@dataclass(frozen=True)
class _Goods:
    list_price: Decimal | None
    tax_rate: Decimal


@dataclass(frozen=True)
class _Whole:
    """A bundle. product: that stands for it; parts: the quantity of each product in one bundle, and its price there if it has one."""

    name: str
    product: int
    parts: Mapping[int, tuple[Decimal, Decimal | None]]


@dataclass
class _Known:
    """What was read for a set of lines."""

    buyer: Buyer = Buyer()
    rate: Decimal = _ONE
    goods: dict[int, _Goods] = field(default_factory=dict)
    offers: dict[int, list[Offer]] = field(default_factory=lambda: defaultdict(list))
    bundles: dict[int, _Whole] = field(default_factory=dict)


def basis_of(kind: RecordType, values: Mapping[str, Any]) -> Basis:
    """What of a record's values decides about prices; a type without a day of its own asks for today's."""
    customer, currency = values.get("customer_id"), values.get("currency_id")
    day = values.get(kind.day) if kind.day else None
    return Basis(_id(customer), day or dt.date.today(), _id(currency), values.get("tax_mode") != "excluded")


def _id(value: Any) -> int | None:
    return value.id if isinstance(value, Ref) else value


def wanted_of(line: Mapping[str, Any]) -> Wanted | None:
    """What a line asks for; None for one without a product."""
    product = _id(line.get("product_id"))
    return Wanted(product, line.get("quantity") or Decimal(0), _id(line.get("bundle_id"))) if product else None


def propose(app: Application, type_key: str, values: Mapping[str, Any], wanted: Sequence[Wanted]) -> list[Proposal]:
    """What lines of a document with these values should cost, for the person at work, each in its place.

    Whoever does not see the prices of the document, or does not reach its customer, is told nothing of them.
    """
    kind = app.type(type_key)
    basis = basis_of(kind, values)
    with asking(app) as connection:
        if kind.access(app.actor, "lines.price") == Access.HIDDEN:
            return [Proposal(None) for _w in wanted]
        if basis.customer is not None and not reached(app, connection, app.type("customers"), "see", [basis.customer]):
            basis = Basis(None, basis.day, basis.currency, basis.included)
        found = proposals(connection, basis, wanted)
        hidden = app.type("products").access(app.actor, "list_price") == Access.HIDDEN
    return [Proposal(None) if hidden and p.source is None else p for p in found]


def proposals(asked: Asked, basis: Basis, wanted: Sequence[Wanted]) -> list[Proposal]:
    """What lines should cost, whoever asks: in a handful of statements, however many they are."""
    known = _read(asked, basis, wanted)
    return [_proposal(known, basis, w) for w in wanted]


def _proposal(known: _Known, basis: Basis, wanted: Wanted) -> Proposal:
    goods = known.goods.get(wanted.product)
    if goods is None:
        return Proposal(None)
    whole = known.bundles.get(wanted.bundle or 0)
    if whole is not None and (in_bundle := _in_bundle(known, basis, wanted, whole)) is not None:
        return Proposal(in_bundle, Ref(wanted.bundle or 0, whole.name), bundle=True)
    need = Need(wanted.product, wanted.quantity, known.buyer, basis.day, basis.currency)
    offer = best(known.offers.get(wanted.product, ()), need)
    price_found = price_of(offer, goods.list_price, known.rate, goods.tax_rate, basis.included)
    if offer is None or price_found is None:
        return Proposal(price_found)
    return Proposal(price_found, Ref(offer.list_id, offer.list_name), offer.min_quantity)


def _in_bundle(known: _Known, basis: Basis, wanted: Wanted, whole: _Whole) -> Decimal | None:
    """The price of a part of a bundle: its own there; else its share of what the product costs that stands for the bundle.

    What parts with a price of their own leave of it is spread over the others in proportion to their list prices. None where neither
    says one: the part costs what it costs alone.
    """
    if wanted.product not in whole.parts:
        return None
    each, own = whole.parts[wanted.product]
    if own is not None:
        return own if known.rate in (0, 1) else rounded(own / known.rate, own)
    alone = known.goods[wanted.product].list_price
    kit = _proposal(known, basis, Wanted(whole.product, wanted.quantity / each if each else _ONE)).price
    if not kit or not alone:
        return None
    rate = known.rate or _ONE
    priced = sum((number * price / rate for number, price in whole.parts.values() if price is not None), Decimal(0))
    open_parts = {p: number for p, (number, price) in whole.parts.items() if price is None}
    others = [(number, known.goods[p].list_price if p in known.goods else None) for p, number in open_parts.items()]
    weight = sum((number * price for number, price in others if price is not None), Decimal(0))
    left = kit - priced
    if left <= 0 or not weight or any(price is None for _number, price in others):
        return None
    return (left * alone / weight).quantize(_FINEST, ROUND_HALF_UP)


def _read(asked: Asked, basis: Basis, wanted: Sequence[Wanted]) -> _Known:
    known = _Known()
    if not wanted:
        return known
    known.bundles = _bundles(asked, {w.bundle for w in wanted if w.bundle})
    parts = {p for whole in known.bundles.values() for p in (whole.product, *whole.parts)}
    products = sorted({w.product for w in wanted} | parts)
    customer, currency, product = Customer.__table__, Currency.__table__, Product.__table__
    if basis.customer is not None:
        query = select(customer.c.level, customer.c.region, customer.c.city).where(customer.c.id == basis.customer)
        row = asked.execute(query).one_or_none()
        known.buyer = Buyer(basis.customer, *row) if row else Buyer()
    if basis.currency is not None:
        known.rate = asked.execute(select(currency.c.rate).where(currency.c.id == basis.currency)).scalar() or _ONE
    for at in range(0, len(products), _CHUNK):
        some = products[at : at + _CHUNK]
        goods = select(product.c.id, product.c.list_price, product.c.tax_rate).where(product.c.id.in_(some))
        known.goods |= {row[0]: _Goods(row[1], row[2]) for row in asked.execute(goods)}
        for offer in offers_for(asked, known.buyer.id, some):
            known.offers[offer.product].append(offer)
    return known


def _bundles(asked: Asked, wanted: Collection[int]) -> dict[int, _Whole]:
    """What is in these bundles; a product that stands in several lines of one counts with all of them."""
    if not wanted:
        return {}
    bundle, part = Bundle.__table__, BundleLine.__table__
    query = (
        select(part.c.parent_id, part.c.product_id, part.c.quantity, part.c.price, bundle.c.name, bundle.c.product_id.label("whole"))
        .join(bundle, bundle.c.id == part.c.parent_id)
        .where(part.c.parent_id.in_(sorted(wanted)), bundle.c.active, part.c.product_id.is_not(None))
        .order_by(part.c.parent_id, part.c.position)
    )
    names: dict[int, tuple[str, int]] = {}
    parts: dict[int, dict[int, tuple[Decimal, Decimal | None]]] = defaultdict(dict)
    for parent, product, quantity, price, name, whole in asked.execute(query):
        before = parts[parent].get(product, (Decimal(0), None))
        parts[parent][product] = (before[0] + quantity, price or before[1])
        names[parent] = (name, whole)
    return {parent: _Whole(*names[parent], found) for parent, found in parts.items()}


_OFFERS = """
SELECT list_id, line_id, product, min_quantity, price, discount, currency, included, buyer, level, region, since, until, priority,
  list_name
FROM crm_price_offers(:customer, :products)
"""


def offers_for(asked: Asked, customer: int, products: Sequence[int]) -> list[Offer]:
    """What the active lists say of these products, for a customer and for everyone."""
    if own(asked):
        typed = text(_OFFERS).columns(min_quantity=Quantity(), price=Price(), discount=Percent())
        return [Offer(*row) for row in asked.execute(typed, {"customer": customer, "products": list(products)})]
    lists, line = PriceList.__table__, PriceListLine.__table__
    query = (
        select(
            lists.c.id, line.c.id, line.c.product_id, line.c.min_quantity, line.c.price, line.c.discount, lists.c.currency_id,
            lists.c.tax_mode != "excluded", lists.c.customer_id, lists.c.level, lists.c.region, lists.c.valid_from, lists.c.valid_until,
            lists.c.priority, lists.c.name,
        )
        .join(lists, lists.c.id == line.c.parent_id)
        .where(line.c.product_id.in_(products), lists.c.active, or_(lists.c.customer_id.is_(None), lists.c.customer_id == customer))
    )  # fmt: skip
    return [Offer(*row) for row in asked.execute(query)]


def note_prices(session: Session, app: Application, kind: RecordType, drafts: Sequence[Draft]) -> None:
    """Write into the lines of documents that are still open what they should cost, and which list says so."""
    if not kind.priced or (own(session) and not _reads_prices(app, kind)):
        return
    asked: dict[Basis, list[tuple[Line, Wanted]]] = defaultdict(list)
    for draft in drafts:
        if not kind.locked(draft):
            basis = basis_of(kind, draft.values)
            asked[basis] += [(line, w) for line in draft.lines if (w := wanted_of(line.values)) is not None]
    for basis, rows in asked.items():
        for (line, _w), found in zip(rows, proposals(session, basis, [w for _line, w in rows]), strict=True):
            line.values |= as_values(found)


def _reads_prices(app: Application, kind: RecordType) -> bool:
    """Whether a server with own roles lets the person read and write what is needed."""
    return Access.HIDDEN not in (
        kind.access(app.actor, "lines.list_price"), *(app.type("products").access(app.actor, n) for n in ("list_price", "tax_rate"))
    )  # fmt: skip


def as_values(found: Proposal) -> dict[str, Any]:
    """What a line keeps of a proposal beside its price."""
    return {"list_price": found.price, "price_list_id": None if found.bundle else found.source}


def parts_of(app: Application, product: int) -> tuple[Ref | None, list[tuple[Ref, Decimal, str]]]:
    """The newest bundle that a product stands for, and its parts: product, quantity, remark; (None, []) for any other product."""
    bundle, part, products = Bundle.__table__, BundleLine.__table__, app.type("products")
    goods: Any = Product.__table__
    names = [goods.c[n] for n in products.label]
    query = (
        select(bundle.c.id, bundle.c.name, part.c.product_id, part.c.quantity, part.c.remark, *names)
        .join(part, part.c.parent_id == bundle.c.id)
        .join(goods, goods.c.id == part.c.product_id)
        .where(bundle.c.product_id == product, bundle.c.active)
        .order_by(bundle.c.id.desc(), part.c.position)
    )
    with asking(app) as connection:
        reach = within_reach(app, app.type("bundles"), "see", bundle)
        rows = connection.execute(query if reach is None else query.where(reach)).all()
    rows = [r for r in rows if r[0] == rows[0][0]]
    found = [(Ref(r[2], products.label_of(dict(zip(products.label, r[5:], strict=True)))), r[3], r[4]) for r in rows]
    return (Ref(rows[0][0], rows[0][1]), found) if rows else (None, [])


def last_price(app: Application, customer: int, product: int) -> LastPrice | None:
    """What a customer paid last for a product in an order that counts, as far as the person at work sees orders and their prices."""
    kind = app.type("sales-orders")
    order, line, currency = SalesOrder.__table__, SalesOrderLine.__table__, Currency.__table__
    with asking(app) as connection:
        needed = ("order_date", "number", "lines.price", "lines.discount", "lines.quantity")
        if not app.actor.may("sales-orders.see") or any(kind.access(app.actor, n) == Access.HIDDEN for n in needed):
            return None
        query = (
            select(order.c.order_date, order.c.id, order.c.number, line.c.price, line.c.discount, currency.c.code, line.c.quantity)
            .join(line, line.c.parent_id == order.c.id)
            .join(currency, currency.c.id == order.c.currency_id, isouter=True)
            .where(order.c.customer_id == customer, line.c.product_id == product, order.c.status.in_(RUNNING), line.c.quantity > 0)
            .order_by(order.c.order_date.desc(), order.c.id.desc(), line.c.position.desc())
            .limit(1)
        )
        reach = within_reach(app, kind, "see", order)
        row = connection.execute(query if reach is None else query.where(reach)).one_or_none()
    if row is None:
        return None
    price = rounded(row.price * (100 - row.discount) / 100, row.price)
    return LastPrice(row.order_date, Ref(row.id, row.number), price, row.code or "", row.quantity)
