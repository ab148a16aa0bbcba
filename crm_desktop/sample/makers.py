"""Rows of a company that never existed, one generator per record type. All chance comes from one seeded source."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from types import ModuleType
from typing import Any

from crm_desktop.pinyin import has_chinese, initials, readings, sort_key
from crm_desktop.rules.amount_words import chinese_words
from crm_desktop.rules.totals import DocumentAmounts, LineAmounts, document_amounts, line_amounts
from crm_desktop.sample.columns import scaled
from db.search import fold

Row = dict[str, Any]
_ZERO = Decimal(0)
_DAYS = 730
STATUSES = ("won",) * 9 + ("following",) * 4 + ("quoted",) * 3 + ("prospect",) * 3 + ("inactive", "lost")


def text_of(*pieces: str) -> str:
    """Search text of these pieces, as services/search_text.py writes it."""
    return "\n".join(dict.fromkeys(p for p in pieces if p))


@dataclass
class Name:
    """A name with its readings, put together from parts so that no part is read twice."""

    text: str
    read: list[str]

    @property
    def initials(self) -> str:
        """The initials, '' without Chinese."""
        return "".join(r[:1] for r in self.read) if has_chinese(self.text) else ""

    @property
    def key(self) -> str:
        """The sort key, as crm_desktop/pinyin.py makes it."""
        return (
            " ".join(self.read)[:120] + "\x01" + self.text.casefold()[:60]
            if has_chinese(self.text)
            else sort_key(self.text)
        )


@dataclass
class World:
    """What has been made so far and later rows refer to."""

    chance: Random
    words: ModuleType
    today: dt.date
    owners: list[tuple[int, str]]
    currency: int
    first: dict[str, int] = field(default_factory=dict)
    customers: list[tuple[str, str, str, int]] = field(default_factory=list)  # name, initials, address, owner
    contacts: list[int] = field(default_factory=list)  # the first contact of each customer
    products: list[tuple[int, str, str, str, str, Decimal, Decimal]] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)

    def read(self, part: str) -> list[str]:
        """The readings of a part of a name."""
        if part not in self.parts:
            self.parts[part] = readings(part)
        return self.parts[part]

    def name(self, *parts: str) -> Name:
        """A name of these parts."""
        return Name("".join(parts), [r for p in parts for r in self.read(p)])


def _phone(chance: Random) -> str:
    return f"1{chance.choice(('38', '39', '37', '58', '86', '77', '33'))}{chance.randrange(10**8):08d}"


def _company(world: World, city: str) -> tuple[Name, str]:
    chance, words = world.chance, world.words
    trade, industry = chance.choice(words.TRADES)
    brand = chance.choice(words.BRANDS_FIRST), chance.choice(words.BRANDS_SECOND)
    chinese = has_chinese(trade)
    parts = (
        (city, *brand, trade, chance.choice(words.FORMS)) if chinese else (*brand, trade, chance.choice(words.FORMS))
    )
    return world.name(*parts), industry


def customers(world: World, count: int) -> Iterator[Row]:
    """Customers with numbers from C00001 on."""
    chance, words, first = world.chance, world.words, world.first["customers"]
    for at in range(count):
        city, region, area = chance.choice(words.CITIES)
        name, industry = _company(world, city)
        number = f"C{first + at:05d}"
        address = f"{city}{chance.choice(words.DISTRICTS)}{chance.choice(words.STREETS)}{chance.randrange(1, 400)}号"
        if not has_chinese(city):
            address = (
                f"{chance.randrange(1, 400)} {chance.choice(words.STREETS)}, {chance.choice(words.DISTRICTS)}, {city}"
            )
        phone, mobile = f"{area}-{chance.randrange(2, 9)}{chance.randrange(10**7):07d}", _phone(chance)
        status, owner = chance.choice(STATUSES), chance.choice(world.owners)[0]
        tags = tuple(sorted(set(chance.choices(words.TAGS, k=chance.choice((0, 0, 1, 1, 2))))))
        due = (
            world.today + dt.timedelta(days=chance.randrange(-6, 30))
            if chance.random() < 0.55 and status != "lost"
            else None
        )
        changed = dt.datetime.combine(world.today, dt.time(9), dt.UTC) - dt.timedelta(
            minutes=chance.randrange(60 * 24 * _DAYS)
        )
        world.customers.append((name.text, name.initials, address, owner))
        yield {
            "id": first + at, "number": number, "name": name.text, "name_key": name.key, "initials": name.initials,
            "level": chance.choice("AABBBCCCD"), "status": status, "industry": industry,
            "source": chance.choice(("referral", "fair", "call", "web", "visit")), "tags": f"|{'|'.join(tags)}|" if tags else "",
            "next_follow_up": due, "phone": phone, "mobile": mobile, "region": region, "city": city, "address": address,
            "credit_limit": chance.choice((None, 5_000_000, 10_000_000, 20_000_000, 50_000_000)),
            "credit_days": chance.choice((None, 30, 30, 45, 60)), "owner_id": owner, "updated_at": changed, "created_at": changed,
            "search_text": text_of(
                number.casefold(), fold(name.text), name.initials, fold(" ".join(tags)), fold(phone), phone.replace("-", ""), mobile,
                fold(region), fold(city), fold(address),
            ),
        }  # fmt: skip


def _label_pieces(world: World, at: int) -> tuple[str, str]:
    """The pieces of a reference to customer number `at`."""
    name, letters, _address, _owner = world.customers[at]
    return fold(name), letters


def contacts(world: World) -> Iterator[Row]:
    """One to three people at every customer; the first is the main contact."""
    chance, words, id_ = world.chance, world.words, world.first["contacts"]
    for at, (_name, _letters, _address, owner) in enumerate(world.customers):
        world.contacts.append(id_)
        for place in range(chance.choice((1, 1, 2, 2, 3))):
            surname, given = chance.choice(words.SURNAMES), chance.choice(words.GIVEN)
            text = f"{surname}{given}" if has_chinese(given) else f"{given} {surname}"
            title, role, weight = words.TITLES[
                0 if place == 0 and chance.random() < 0.4 else chance.randrange(1, len(words.TITLES))
            ]
            mobile = _phone(chance)
            yield {
                "id": id_, "customer_id": world.first["customers"] + at, "name": text, "name_key": _person_key(world, text),
                "role": role, "title": title, "weight": weight, "is_main": place == 0, "mobile": mobile, "wechat": f"wx{mobile[-8:]}",
                "birthday": dt.date(chance.randrange(1962, 2003), chance.randrange(1, 13), chance.randrange(1, 29)), "owner_id": owner,
                "search_text": text_of(*_label_pieces(world, at), fold(text), _person_letters(world, text), mobile, f"wx{mobile[-8:]}"),
            }  # fmt: skip
            id_ += 1


def _person_key(world: World, text: str) -> str:
    key = f"key {text}"
    if key not in world.parts:
        world.parts[key] = [sort_key(text, person=True), initials(text, person=True)]
    return world.parts[key][0]


def _person_letters(world: World, text: str) -> str:
    _person_key(world, text)
    return world.parts[f"key {text}"][1]


def products(world: World, count: int) -> Iterator[Row]:
    """Products; beyond the list, the same goods in more sizes."""
    first, ways = world.first["products"], [(n, s, u, p) for n, sizes, u, p in world.words.PRODUCTS for s in sizes]
    for at in range(count):
        name, size, unit, price = ways[at % len(ways)]
        round_ = at // len(ways)
        specification = size if round_ == 0 else f"{size} / {round_ + 1}"
        code, barcode = f"P{first + at:05d}", f"69{first + at:010d}"
        list_price, rate = (
            Decimal(price) * (100 + 3 * (round_ % 10)) / 100,
            Decimal(13 if unit not in ("次", "hour") else 6),
        )
        list_price = list_price.quantize(Decimal("0.01"))
        world.products.append((first + at, code, name, specification, unit, list_price, rate))
        made = world.name(name)
        yield {
            "id": first + at, "code": code, "barcode": barcode, "name": name, "name_key": sort_key(name), "specification": specification,
            "unit": unit, "list_price": scaled(list_price, 4), "floor_price": scaled(list_price * 85 / 100, 4),
            "cost": scaled(list_price * 70 / 100, 4), "tax_rate": scaled(rate, 4), "stock_kept": unit not in ("次", "hour"),
            "search_text": text_of(code.casefold(), barcode, fold(name), made.initials, fold(specification)),
        }  # fmt: skip


@dataclass
class Order:
    """One order before it is written."""

    customer: int  # place in World.customers
    day: dt.date
    lines: list[tuple[int, Decimal, Decimal, LineAmounts]]  # place in World.products, quantity, discount
    sums: DocumentAmounts
    status: str


def orders(world: World, per_customer: int) -> Iterator[Order]:
    """Orders by day: per customer on average `per_customer`, fewer around the Spring Festival."""
    chance = world.chance
    buyers = range(len(world.customers))
    days = sorted(_order_day(world) for _ in range(len(buyers) * per_customer))
    for day in days:
        lines = []
        for place in chance.sample(
            range(len(world.products)), k=min(chance.choice((1, 2, 2, 3, 3, 4, 6)), len(world.products))
        ):
            _id, _code, _name, _size, _unit, price, rate = world.products[place]
            quantity = Decimal(chance.choice((1, 2, 3, 5, 8, 10, 12, 20, 50) if price < 200 else (1, 1, 2, 3)))
            discount = Decimal(chance.choice((0, 0, 0, 0, 5, 8, 10)))
            lines.append((place, quantity, discount, line_amounts(quantity, price, discount, rate, included=True)))
        age = (world.today - day).days
        status = "done" if age > 40 else chance.choice(("done", "part_delivered", "confirmed", "confirmed", "draft"))
        status = "cancelled" if chance.random() < 0.03 else status
        yield Order(
            chance.choice(buyers),
            day,
            lines,
            document_amounts((r[3] for r in lines), _ZERO, _ZERO, included=True),
            status,
        )


def _order_day(world: World) -> dt.date:
    while True:
        day = world.today - dt.timedelta(days=world.chance.randrange(_DAYS))
        # Nobody orders on Sundays, few in the weeks around the Spring Festival.
        if day.weekday() != 6 and not (day.month == 2 and world.chance.random() < 0.7):
            return day


def order_row(world: World, order: Order, id_: int, number: str) -> Row:
    """The head of an order."""
    name, letters, address, owner = world.customers[order.customer]
    stamp = dt.datetime.combine(order.day, dt.time(2, id_ % 60), dt.UTC)
    return {
        "id": id_, "number": number, "customer_id": world.first["customers"] + order.customer,
        "contact_id": world.contacts[order.customer], "order_date": order.day,
        "delivery_date": order.day + dt.timedelta(days=7 + id_ % 14), "delivery_address": address, "status": order.status,
        "currency_id": world.currency, "net": scaled(order.sums.net, 2), "tax": scaled(order.sums.tax, 2),
        "total": scaled(order.sums.total, 2), "total_words": chinese_words(order.sums.total), "owner_id": owner,
        "created_at": stamp, "updated_at": stamp, "search_text": text_of(number.casefold(), fold(name), letters),
    }  # fmt: skip


def line_rows(world: World, order: Order, order_id: int, first: int) -> Iterator[Row]:
    """The lines of an order, with ids from `first` on."""
    for position, (place, quantity, discount, amounts) in enumerate(order.lines):
        product, code, name, size, unit, price, rate = world.products[place]
        part = quantity // 2 if order.status == "part_delivered" and position else quantity
        delivered = (
            part if order.status in ("done", "part_delivered") and (position or order.status == "done") else _ZERO
        )
        if order.status == "part_delivered" and position == 0:
            delivered = quantity if len(order.lines) > 1 else quantity / 2
        yield {
            "id": first + position, "position": position, "parent_id": order_id, "product_id": product, "code": code, "name": name,
            "specification": size, "unit": unit, "quantity": scaled(quantity, 4), "price": scaled(price, 4),
            "discount": scaled(discount, 4), "tax_rate": scaled(rate, 4), "amount": scaled(amounts.amount, 2),
            "tax": scaled(amounts.tax, 2), "delivered": scaled(delivered, 4),
        }  # fmt: skip


def follow_ups(world: World) -> Iterator[Row]:
    """What was talked about: none to four talks with each customer, the newest ones with a next step."""
    chance, words, id_ = world.chance, world.words, world.first["follow-ups"]
    for at, (_name, _letters, _address, owner) in enumerate(world.customers):
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            age = chance.randrange(_DAYS) if chance.random() < 0.8 else chance.randrange(10)
            moment = dt.datetime.combine(world.today, dt.time(1, 30), dt.UTC) - dt.timedelta(
                days=age, minutes=chance.randrange(400)
            )
            text, step = chance.choice(words.CALLS), chance.choice(words.STEPS) if age < 20 else ""
            yield {
                "id": id_, "customer_id": world.first["customers"] + at, "contact_id": world.contacts[at],
                "kind": chance.choice(("call", "call", "visit", "wechat", "mail")), "at": moment, "text": text, "next_step": step,
                "next_date": world.today + dt.timedelta(days=chance.randrange(-3, 14)) if step else None, "owner_id": owner,
                "created_at": moment, "updated_at": moment,
                "search_text": text_of(*_label_pieces(world, at), fold(text), fold(step)),
            }  # fmt: skip
            id_ += 1


def tasks(world: World, count: int) -> Iterator[Row]:
    """Things to do, some of them late."""
    chance, first = world.chance, world.first["tasks"]
    for at in range(count):
        title, customer = chance.choice(world.words.TASKS), chance.randrange(len(world.customers))
        done = chance.random() < 0.4
        yield {
            "id": first + at, "title": title, "due": world.today + dt.timedelta(days=chance.randrange(-5, 15)),
            "priority": chance.choice(("high", "normal", "normal", "low")), "status": "done" if done else "open",
            "customer_id": world.first["customers"] + customer, "owner_id": world.customers[customer][3],
            "search_text": text_of(fold(title), *_label_pieces(world, customer)),
        }  # fmt: skip
