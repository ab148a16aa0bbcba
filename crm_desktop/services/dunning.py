"""Reminders of what is overdue: which customers are due for a letter of which level, what stands in it, and noting that it was written.

The level of a customer is not kept: it is the highest level among what the customer owes that is late. Each receivable keeps how often
it was reminded of and when last, and its history tells every raise.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, literal_column, select
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Told
from crm_desktop.records.documents import ZERO
from crm_desktop.rules.dunning import letter_due
from crm_desktop.services.access import asking, within_reach
from crm_desktop.services.operating import operate
from crm_desktop.services.print_log import note_all
from crm_desktop.services.references import labels
from crm_desktop.services.settings_store import company_settings
from crm_desktop.settings import DUNNING
from db.models.money import Receivable
from db.models.office import Currency
from db.models.sales import SalesOrder

LEVELS = len(DUNNING)
"""How many levels of letters there are."""

FIELDS = ("customer_id", "due_date", "open_amount", "dunning_level", "reminded_on")
"""What a person has to see of receivables to know of reminders."""

_CHUNK = 500
_owed: Any = Receivable.__table__
_order: Any = SalesOrder.__table__
_currency: Any = Currency.__table__
Pair = tuple[int, int | None]
"""Customer and currency."""


@dataclass(frozen=True)
class LateItem:
    """One amount that is late. level: how often it was reminded of; letter: the reminder that is due now, 0 for none."""

    id: int
    version: int
    number: str
    order: str
    title: str
    due: dt.date
    days: int
    amount: Decimal
    open: Decimal
    level: int
    letter: int


@dataclass(frozen=True)
class Letter:
    """What one customer is to be reminded of, in one currency; the oldest first. Credits for returns stand among it and lessen it."""

    customer: Ref
    currency_id: int | None
    currency: str
    items: tuple[LateItem, ...]
    reminded: dt.date | None

    @property
    def due(self) -> bool:
        """Whether something in it has not been reminded of as often as the company says."""
        return any(item.letter for item in self.items)

    @property
    def level(self) -> int:
        """Of the letter: the highest that is due; where none is, once more the one that was written last."""
        wanted = max((item.letter for item in self.items), default=0)
        return min(wanted or max(max((item.level for item in self.items), default=0), 1), LEVELS)

    @property
    def stands(self) -> int:
        """The level the customer has now."""
        return max((item.level for item in self.items), default=0)

    @property
    def overdue(self) -> Decimal:
        """All that is late."""
        return sum((item.open for item in self.items), ZERO)

    def facts(self) -> dict[str, Any]:
        """As plain values, for templates."""
        return {
            "late_total": self.overdue, "level": self.level, "reminded_on": self.reminded,
            "late": tuple(
                {"number": i.number, "order": i.order, "title": i.title, "due_date": i.due, "days": i.days, "amount": i.amount,
                 "open": i.open, "level": i.level}
                for i in self.items
            ),
        }  # fmt: skip


@dataclass(frozen=True)
class Noted:
    """What was noted of letters that were written. refused: why some receivables could not be raised, in words."""

    raised: int
    refused: tuple[str, ...]


def edges_of(session: Connection | Session) -> tuple[int, ...]:
    """How many days after its day each reminder is due, as the company says; 0 where a level is not used."""
    found = company_settings(session, *DUNNING)
    return tuple(found[setting.name] for setting in DUNNING)


def sees_dunning(app: Application) -> bool:
    """Whether the person at work sees what reminders are about."""
    return app.actor.may("receivables.see") and set(FIELDS) <= set(app.type("receivables").visible(app.actor))


def letters(app: Application, whom: Iterable[Pair] | None = None, day: dt.date | None = None) -> list[Letter]:
    """The letters to these customers, by name; without `whom`, those that are due. Who owes nothing late, all
    credits taken off, is left out.

    Raises Refused without the right to see receivables.
    """
    day = day or dt.date.today()
    pairs = None if whom is None else set(whom)
    with asking(app) as connection:
        app.actor.require("receivables.see")
        if not sees_dunning(app):
            return []
        edges = edges_of(connection)
        rows = list(_late(app, connection, day, None if pairs is None else {c for c, _currency in pairs}))
        last = _last(rows)
        found: dict[Pair, list[LateItem]] = defaultdict(list)
        for row in (r for r in rows if pairs is None or (r.customer_id, r.currency_id) in pairs):
            found[row.customer_id, row.currency_id].append(_item(row, day, edges, last.get(row.customer_id)))
        names = labels(app, connection, "customers", sorted({customer for customer, _c in found}))
        codes = {row[0]: row[1] for row in connection.execute(select(_currency.c.id, _currency.c.code))}
    made = [
        Letter(Ref(pair[0], names.get(pair[0], "•••")), pair[1], codes.get(pair[1], ""), tuple(items), last.get(pair[0]))
        for pair, items in found.items()
        if sum(item.open for item in items) > 0
    ]
    wanted = made if pairs is not None else [letter for letter in made if letter.due]
    return sorted(wanted, key=lambda letter: (letter.customer.label, letter.customer.id, letter.currency))


def _last(rows: Iterable[Any]) -> dict[int, dt.date]:
    """When each customer was written to last: a letter tells of all that is late, in whichever currency."""
    found: dict[int, dt.date] = {}
    for row in rows:
        if row.reminded_on is not None:
            found[row.customer_id] = max(row.reminded_on, found.get(row.customer_id, row.reminded_on))
    return found


def last_letters(app: Application, customers: Iterable[int], day: dt.date) -> dict[int, dt.date]:
    """When these customers were written to last of what is late by `day`, as far as this person sees it."""
    with asking(app) as connection:
        return _last(_late(app, connection, day, set(customers)))


def _item(row: Any, day: dt.date, edges: Sequence[int], last: dt.date | None) -> LateItem:
    days, level = (day - row.due_date).days, row.dunning_level
    letter = letter_due(level, days, edges, last, day) if row.open_amount > 0 else 0
    return LateItem(
        row.id, row.version, row.number, row.order_number, row.title, row.due_date, days, row.amount, row.open_amount, level, letter
    )


def _late(
    app: Application, connection: Connection, day: dt.date, whom: set[int] | None
) -> Iterator[Any]:
    """What is late of these customers, in whichever currency; of everybody where no customers are given."""
    columns = ("id", "version", *FIELDS, "currency_id", "number", "title", "amount")
    query = select(*(_owed.c[n] for n in columns), func.coalesce(_order.c.number, "").label("order_number"))
    query = query.outerjoin(_order, _order.c.id == _owed.c.order_id)
    query = query.where(_owed.c.open_amount != literal_column("0"), _owed.c.due_date < day)
    if (reach := within_reach(app, app.type("receivables"))) is not None:
        query = query.where(reach)
    query = query.order_by(_owed.c.due_date, _owed.c.id)
    customers = [0] if whom is None else sorted(whom)
    for at in range(0, len(customers), _CHUNK):
        some = query if whom is None else query.where(_owed.c.customer_id.in_(customers[at : at + _CHUNK]))
        yield from connection.execute(some)


def letter_of(app: Application, customer: int, currency: int | None, day: dt.date | None = None) -> Letter | None:
    """The letter to one customer. currency None: the company's own, or another where nothing of the own is late. None: nothing is late."""
    with asking(app) as connection:
        app.actor.require("receivables.see")
        used = select(_owed.c.currency_id).where(_owed.c.customer_id == customer, _owed.c.open_amount != literal_column("0")).distinct()
        known = set(connection.scalars(used)) if currency is None else {currency}
    found = letters(app, [(customer, each) for each in known], day)
    return min(found, key=lambda letter: letter.currency_id or 0, default=None)


def note_letters(
    app: Application, written: Sequence[Letter], origin: str = "", progress: Callable[[int], None] | None = None
) -> Noted:
    """Note that letters were written: what was due in them is raised by one level, each in its own history, and the customers' histories
    tell of the letter. What somebody changed or paid meanwhile stays as it is and is told."""
    raised, refused = 0, list[str]()
    for done, letter in enumerate(written, 1):
        for item in letter.items:
            if not item.letter:
                continue
            try:
                operate(app, "receivables", item.id, item.version, "remind", origin=origin)
                raised += 1
            except Told as error:
                refused.append(f"{item.number}: {error.message}")
        note_all(app, "customers", [letter.customer.id], {"template": f"reminder-{letter.level}", "reminder": letter.level})
        if progress is not None:
            progress(done)
    return Noted(raised, tuple(refused))
