"""The rows of the story: customers that grow, shrink, pay late or leave, with what they ordered in two years and what was noted of it.

Everything is made in memory, in the order of its days, and then handed over to be written. All chance comes from one seeded source.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from crm_desktop.draft import Ref
from crm_desktop.pinyin import has_chinese, initials
from crm_desktop.records.customers import CONTACT, CUSTOMER, FOLLOW_UP, TASK
from crm_desktop.records.record_type import RecordType
from crm_desktop.rules.totals import document_amounts, line_amounts
from crm_desktop.sample import makers, plot
from crm_desktop.sample.makers import Order, Row, World, text_of
from crm_desktop.sample.story_chain import OFFERED, StoryDocuments
from crm_desktop.services.search_text import search_text, sort_keys

_ZERO = Decimal(0)
_CATEGORY = (0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 4, 1, 1, 3, 3, 3, 4, 4, 5, 5)
"""Of each product of the cast, its place in the categories."""

_GOODS = {"electronics": (4, 13, 14, 15), "logistics": (2, 3, 12, 15), "food": (8, 9, 16), "chemistry": (8, 7, 10), "medical": (4, 13)}
"""What customers of an industry buy beside bearings and spare parts, by place in the cast's products."""

_PIECES = ((100, (50, 80, 100, 150, 200, 300, 500)), (500, (10, 20, 30, 40, 60)), (2000, (2, 4, 6, 10, 12)), (10**9, (1, 2, 3, 4)))
_WAITING = {plot.HENGDA: (2, 196_000, 8), plot.WANLI: (6, 72_000, 0), plot.DONGSHENG: (7, 118_000, 10), 16: (9, 26_000, 22)}
"""Orders that were drafted so many days ago and need approval: days ago, about how much, discount."""

_SURE = {
    plot.HENGDA: ((24, 96_000), (15, 74_000), (6, 61_000)), plot.HAIHONG: ((178, 27_000), (140, 36_000), (98, 52_000)),
    plot.WANLI: ((84, 33_000), (62, 41_000)), plot.JINPENG: ((66, 210_000),), 14: ((46, 14_000),),
}  # fmt: skip
"""Orders that the story needs, whatever chance brings: days ago and about how much."""

DATED = {
    "quote": ("quotes", "quote_date"), "delivery": ("deliveries", "delivery_date"), "invoice": ("invoices", "invoice_date"),
    "receivable": ("receivables", "created_at"), "receipt": ("receipts", "receipt_date"),
}  # fmt: skip
"""The documents that are numbered by their days once all are made: sequence, and the field with the day."""


@dataclass
class Story:
    """Everything that goes into the tables, by table."""

    world: World
    documents: StoryDocuments
    terms: dict[str, int]  # payment terms by kind
    customers: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    products: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    follow_ups: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)  # of the main contacts, by customer

    @property
    def cast(self) -> Any:
        """The names and words."""
        return self.world.words


def _found(kind: RecordType, row: Row, **labels: str) -> Row:
    """A row with its sort keys and search text, as the services make them; labels: of what it refers to."""
    values = row | {name: Ref(int(row[name]), text) for name, text in labels.items() if row.get(name)}
    return row | sort_keys(kind, values) | {"search_text": search_text(kind, values)}


def _phone(chance: Random) -> str:
    return f"1{chance.choice(('38', '39', '37', '58', '86'))}{chance.randrange(10**8):08d}"


def tell(world: World, terms: dict[str, int], next_id: Callable[[str], int], number: Callable[[str, dt.date], str]) -> Story:
    """The whole story up to yesterday. next_id: by table; number: by sequence and day."""

    def early(key: str, day: dt.date) -> str:
        return number(key, day) if key == "returns" else ""

    documents = StoryDocuments(world, next_id, early, world.today, world.chance)
    story = Story(world, documents, terms)
    _customers(story)
    _contacts(story)
    _products(story)
    _orders(story, next_id, number)
    _number_by_day(story, number)
    _limits(story)
    _follow_ups(story)
    _tasks(story)
    for row in story.customers:
        tags = row.pop("_tags")
        row["tags"] = f"|{'|'.join(tags)}|" if tags else ""
    return story


def _customers(story: Story) -> None:
    world, cast, chance = story.world, story.cast, story.world.chance
    calls = {client: world.today + dt.timedelta(days=days) for client, *_rest, days in cast.SCENES if days is not None}
    for at, (client, name) in enumerate(zip(plot.CLIENTS, cast.CLIENTS, strict=True)):
        city, region, area = cast.CITIES[client.city]
        place = {"city": city, "district": chance.choice(cast.DISTRICTS), "street": chance.choice(cast.STREETS)}
        address, owner = cast.ADDRESS.format(number=chance.randrange(1, 300), **place), world.owners[client.owner][0]
        known = plot.DAYS + chance.randrange(30, 900) if client.since == plot.DAYS and client.orders else client.since + 20
        known = known if client.orders else chance.randrange(8, 60)
        begun = dt.datetime.combine(world.today - dt.timedelta(days=known), dt.time(2, chance.randrange(60)), dt.UTC)
        due = calls.get(at)
        if due is None and client.status in ("won", "following", "quoted") and chance.random() < 0.5:
            due = world.today + dt.timedelta(days=chance.randrange(-1, 24))
        tags = tuple(sorted(cast.TAGS[tag] for tag in client.tags))
        row: Row = {
            "id": world.first["customers"] + at, "number": f"C{world.first['customers'] + at:05d}", "name": name, "level": client.level,
            "initials": initials(name) if has_chinese(name) else "",
            "status": client.status, "industry": client.industry, "source": client.source, "tags": tags, "next_follow_up": due,
            "note": cast.NOTES.get(at, ""), "phone": f"{area}-{chance.randrange(2, 9)}{chance.randrange(10**7):07d}", "region": region,
            "city": city, "address": address, "tax_number": f"91{chance.randrange(10**15):015d}X" if client.orders else "",
            "credit_limit": client.limit * 100 if client.limit else None,
            "credit_days": {"60": 60, "0": 0}.get(client.terms, 30) if client.orders else None,
            "terms_id": story.terms[client.terms] if client.orders else None, "owner_id": owner, "created_at": begun, "created_by": owner,
            "updated_at": begun, "updated_by": owner,
        }  # fmt: skip
        made = _found(CUSTOMER, row)
        world.customers.append((name, str(made["initials"]), address, owner))
        story.customers.append(made | {"_tags": tags})


def _contacts(story: Story) -> None:
    """One to three people at every customer; some have their birthday these days."""
    world, cast, chance, id_ = story.world, story.cast, story.world.chance, story.world.first["contacts"]
    near = {plot.JINPENG: 3, plot.HENGDA: 9, plot.TIANCHENG: 0, plot.MINGHUI: -2, 12: 6}
    for at, (client, customer) in enumerate(zip(plot.CLIENTS, story.customers, strict=True)):
        world.contacts.append(id_)
        for place in range(1 if client.orders < 8 else chance.choice((2, 2, 3))):
            name = cast.PERSON.format(surname=chance.choice(cast.SURNAMES), given=chance.choice(cast.GIVEN))
            title, role, weight = cast.TITLES[1 if place == 0 else (3, 4)[place - 1]]
            birthday = dt.date(chance.randrange(1968, 1999), chance.randrange(1, 13), chance.randrange(1, 29))
            if place == 0 and at in near:
                day = world.today + dt.timedelta(days=near[at])
                birthday = dt.date(1985, day.month, min(day.day, 28) if day.month == 2 else day.day)
            mobile = _phone(chance)
            row: Row = {
                "id": id_, "customer_id": customer["id"], "name": name, "role": role, "title": title, "weight": weight,
                "is_main": place == 0, "mobile": mobile, "wechat": f"wx{mobile[-8:]}", "birthday": birthday,
                "owner_id": customer["owner_id"], "created_at": customer["created_at"], "created_by": customer["owner_id"],
                "updated_at": customer["created_at"],
            }  # fmt: skip
            story.contacts.append(_found(CONTACT, row, customer_id=str(customer["name"])))
            id_ += 1


def _products(story: Story) -> None:
    world, codes = story.world, [at for at, (_n, sizes, _u, _p) in enumerate(story.cast.PRODUCTS) for _size in sizes]
    for at, row in zip(codes, makers.products(world, len(codes)), strict=True):
        story.products.append(row | {"category": f"g{_CATEGORY[at]}"})


def _assortment(story: Story, client: plot.Client) -> list[int]:
    """The products a customer buys again and again: bearings, what the industry needs, and something for upkeep."""
    chance = story.world.chance
    kinds = [0, chance.choice((1, 2, 3)), chance.choice((5, 6, 11, 12)), chance.choice((10, 16, 17))]
    kinds += chance.sample(_GOODS.get(client.industry, (2, 5, 6, 7)), 2)
    if client.terms == "project":
        kinds += [15, 18]
    places, sizes = [], [at for at, (_n, many, _u, _p) in enumerate(story.cast.PRODUCTS) for _size in many]
    for kind in dict.fromkeys(kinds):
        places += chance.sample([p for p, at in enumerate(sizes) if at == kind], 2 if kind == 0 else 1)
    return places


def _line(world: World, client: plot.Client, place: int) -> tuple[int, Decimal, Decimal, Any]:
    price, rate = world.products[place][5:7]
    choices = next(many for below, many in _PIECES if price < below)
    quantity = max(1, world.chance.choice(choices) * client.size // 50)
    discount = Decimal({"A": 8, "B": world.chance.choice((0, 0, 5))}.get(client.level, 0))
    count = Decimal(quantity // 10 * 10 if quantity > 30 else quantity)
    return place, count, discount, line_amounts(count, price, discount, rate, included=True)


def _order(world: World, client: int, day: dt.date, lines: list[Any], status: str) -> Order:
    return Order(client, day, lines, document_amounts((r[3] for r in lines), _ZERO, _ZERO, included=True), status)


def _wanted(story: Story) -> Iterator[Order]:
    """All orders: by the seasons and the ways of each customer, and those that wait for somebody today."""
    world, chance = story.world, story.world.chance
    days = [world.today - dt.timedelta(days=ago) for ago in range(1, plot.DAYS)]
    for at, client in enumerate(plot.CLIENTS):
        if not client.orders:
            continue
        goods = _assortment(story, client)
        weights = [plot.season(day) * plot.wish(client, ago) for ago, day in enumerate(days, 1)]
        for day in sorted(chance.choices(days, weights, k=client.orders)):
            lines = [_line(world, client, p) for p in sorted(chance.sample(goods, chance.choice((1, 2, 2, 3, 3, 4))))]
            yield _order(world, at, day, lines, _status(chance, (world.today - day).days))
        for ago, total in _SURE.get(at, ()):
            day = story.documents.work(world.today - dt.timedelta(days=ago))
            yield _order(world, at, day, _large(world, client, goods[:3], (ago, total, 0)), "done" if ago > 8 else "confirmed")
        for day in chance.choices(days, weights, k=max(1, client.orders // 5)):  # offered, and nothing came of it
            lines = [_line(world, client, p) for p in sorted(chance.sample(goods, 2))]
            yield _order(world, at, day, lines, OFFERED)
        if at in _WAITING:
            day = world.today - dt.timedelta(days=_WAITING[at][0])
            yield _order(world, at, min(plot.works(day), story.documents.last), _large(world, client, goods[:4], _WAITING[at]), "draft")
        if at == plot.LIANCHUANG:
            yield _order(world, at, plot.works(world.today - dt.timedelta(days=164)), [_line(world, client, goods[2])], "cancelled")


def _large(world: World, client: plot.Client, goods: list[int], wanted: tuple[int, int, int]) -> list[Any]:
    """Lines over about so much, with the discount that was asked for."""
    _ago, total, discount = wanted
    lines = []
    for place in goods:
        price, rate = world.products[place][5:7]
        count = Decimal(max(1, int(Decimal(total) / len(goods) / price) // 5 * 5))
        lines.append((place, count, Decimal(discount), line_amounts(count, price, Decimal(discount), rate, included=True)))
    return lines


def _status(chance: Random, age: int) -> str:
    """How far an order has come after so many days."""
    if age > 24:
        return "cancelled" if chance.random() < 0.015 else "done"
    if age > 11:
        return chance.choice(("done", "done", "part_delivered"))
    return chance.choice(("confirmed", "confirmed", "part_delivered") if age > 2 else ("confirmed", "draft"))


def _orders(story: Story, next_id: Callable[[str], int], number: Callable[[str, dt.date], str]) -> None:
    world, documents = story.world, story.documents
    for order in sorted(_wanted(story), key=lambda o: (o.day, o.customer)):
        if order.status == OFFERED:
            head = makers.order_row(world, order, 0, "")
            documents.offer_only(order, head, list(makers.line_rows(world, order, 0, 0)))
            continue
        head = makers.order_row(world, order, next_id("sales_order"), number("sales-orders", order.day))
        head["terms_id"] = story.terms[plot.CLIENTS[order.customer].terms]
        due = order.day + dt.timedelta(days=documents.chance.randrange(5, 18))
        head["delivery_date"] = due if order.status != "done" else min(due, world.today)
        lines = list(makers.line_rows(world, order, head["id"], 0))
        for line in lines:
            line["id"] = next_id("sales_order_line")
        documents.follow(order, head, lines)
        story.orders.append(head)
        story.lines += lines


def _number_by_day(story: Story, number: Callable[[str, dt.date], str]) -> None:
    """Number the documents in the order of their days, and with that make them findable."""
    for table, (key, name) in DATED.items():
        for row in sorted(story.documents.rows.get(table, []), key=lambda r: (str(r[name]), r["id"])):
            day = row[name].date() if isinstance(row[name], dt.datetime) else row[name]
            row["number"] = number(key, day)
            row["search_text"] = text_of(row["number"].casefold(), *row.pop("_after"))


def _limits(story: Story) -> None:
    """One customer owes more than the limit; all others keep to it."""
    owed = Counter[int]()
    for order in story.orders:
        owed[order["customer_id"]] += order.get("open_amount") or 0
    for at, row in enumerate(story.customers):
        open_, limit = owed[row["id"]], row["credit_limit"]
        if at == plot.HENGDA:
            row["credit_limit"] = max(open_ * 95 // 100 // 1_000_000 * 1_000_000, 1_000_000)
        elif limit is not None and limit < open_ * 12 // 10:
            row["credit_limit"] = (open_ * 13 // 10 // 5_000_000 + 1) * 5_000_000


def _note(story: Story, customer: int, moment: dt.datetime, person: int, kind: str, text: str, step: str, day: dt.date | None) -> Row:
    world, owner = story.world, story.world.owners[person][0]
    name, contact = world.customers[customer][0], world.contacts[customer]
    row: Row = {
        "customer_id": world.first["customers"] + customer, "contact_id": contact, "kind": kind, "at": moment, "text": text,
        "next_step": step, "next_date": day, "owner_id": owner, "created_at": moment, "created_by": owner, "updated_at": moment,
    }  # fmt: skip
    return _found(FOLLOW_UP, row, customer_id=name)


def _follow_ups(story: Story) -> None:
    """What was talked about: scenes of the story, and what documents gave cause for."""
    world, chance, cast = story.world, story.world.chance, story.cast
    for client, ago, person, kind, text, step, days in cast.SCENES:
        day = world.today - dt.timedelta(days=ago)
        while not plot.season(day):
            day -= dt.timedelta(days=1)
        due = None if days is None or not step else world.today + dt.timedelta(days=days)
        story.follow_ups.append(_note(story, client, story.documents.moment(day), person, kind, text, step, due))
    for what in story.documents.events:
        facts = what.facts | {"number": what.row.get("number", "")}
        if "amount" in facts:
            facts["amount"] = f"{facts['amount']:,.2f}"
        text = chance.choice(cast.EVENTS[what.key]).format(**facts)
        person = plot.FINANCE if what.key in ("dunned", "paid_late") else plot.CLIENTS[what.customer].owner
        kind = chance.choice(("call", "wechat") if what.key != "quoted" else ("mail", "wechat"))
        story.follow_ups.append(_note(story, what.customer, what.moment, person, kind, text, "", None))
    for at, client in enumerate(plot.CLIENTS):
        for _ in range(client.orders // 6):
            day = plot.works(world.today - dt.timedelta(days=chance.randrange(max(client.until, 3) + 25, client.since)))
            product = world.products[chance.randrange(len(world.products))][2]
            text = chance.choice(cast.EVENTS["visit"]).format(product=product)
            story.follow_ups.append(_note(story, at, story.documents.moment(day), client.owner, "visit", text, "", None))
    story.follow_ups.sort(key=lambda row: row["at"])
    for id_, row in enumerate(story.follow_ups, world.first["follow-ups"]):
        row["id"] = id_


def _tasks(story: Story) -> None:
    """What is to be done these days, and some of what was done."""
    world, chance, cast = story.world, story.world.chance, story.cast
    wanted = [(t, client, due, person, priority, "open") for t, client, due, person, priority in cast.TASKS]
    for at in range(16):
        client = chance.randrange(36)
        title = cast.DONE_TASKS[at % len(cast.DONE_TASKS)]
        wanted.append((title, client, -chance.randrange(4, 120), plot.CLIENTS[client].owner, "normal", "done"))
    for id_, (title, client, days, person, priority, status) in enumerate(wanted, world.first["tasks"]):
        made = story.documents.moment(world.today + dt.timedelta(days=min(days, 0) - 4))
        row: Row = {
            "id": id_, "title": title, "due": world.today + dt.timedelta(days=days), "priority": priority, "status": status,
            "customer_id": world.first["customers"] + client, "owner_id": world.owners[person][0], "created_at": made, "updated_at": made,
            "created_by": world.owners[person][0],
        }  # fmt: skip
        story.tasks.append(_found(TASK, row, customer_id=world.customers[client][0]))


def history_of(story: Story) -> list[Row]:
    """The history of all documents, in the order in which it happened."""
    people = story.world.owners
    return [
        {
            "record_type": step.type, "record_id": step.row["id"], "record_label": step.row["number"], "action": step.action,
            "at": step.moment,
            "user_id": people[step.person][0], "user_name": people[step.person][1], "station": f"PC-{step.person + 1:02d}", "batch": "",
            "changes": step.changes, "version": version,
        }
        for step, version in _versions(sorted(story.documents.steps, key=lambda s: s.moment))
    ]  # fmt: skip


def _versions(steps: list[Any]) -> Iterator[tuple[Any, int]]:
    counted = Counter[tuple[str, int]]()
    for step in steps:
        counted[step.type, step.row["id"]] += 1
        yield step, counted[step.type, step.row["id"]]
