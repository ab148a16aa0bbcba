"""Accounts of customers: how old what they owe is, and what happened with one of them between two days.

Nothing of this is kept: it is summed from receivables and receipts whenever it is asked, so it is always what they say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, select

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing
from crm_desktop.records.documents import ZERO
from crm_desktop.rules.ageing import EDGES, LABELS
from crm_desktop.rules.dunning import next_letter, time_passed
from crm_desktop.services.access import asking, require_reach, within_reach
from crm_desktop.services.chain.credit import Standing, standing
from crm_desktop.services.dunning import edges_of, sees_dunning
from crm_desktop.services.references import labels
from crm_desktop.words import _
from db.models.deliveries import SalesReturn
from db.models.money import Receipt, Receivable
from db.models.office import Currency
from db.models.sales import SalesOrder

_NOTHING: ColumnElement[Any] = literal_column("0")  # written out, so that SQLite knows the partial indexes by it
_owed: Any = Receivable.__table__
_receipt: Any = Receipt.__table__
_currency: Any = Currency.__table__


@dataclass(frozen=True)
class Aged:
    """What one customer owes in one currency, by age; `classes` as crm_desktop/rules/ageing.py names them.

    What is said of reminders is empty for whoever may not see it.
    """

    customer: Ref
    currency: str
    classes: tuple[Decimal, ...]
    credit: Decimal
    oldest: dt.date | None  # the oldest day that has passed
    currency_id: int | None = None
    level: int = 0  # the highest dunning level of what is late
    reminded: dt.date | None = None  # when a reminder of it was written last
    letter: int = 0  # the level of the reminder that is due now, 0 for none

    @property
    def owed(self) -> Decimal:
        """All of it."""
        return sum(self.classes, ZERO)

    @property
    def overdue(self) -> Decimal:
        """What is past its day."""
        return sum(self.classes[1:], ZERO)

    @property
    def balance(self) -> Decimal:
        """What is left when the customer's credit is taken off."""
        return self.owed - self.credit


def ageing(app: Application, day: dt.date | None = None) -> list[Aged]:
    """Every customer who owes something or has credit, those who owe the oldest and the most first. As far as this person sees it."""
    day = day or dt.date.today()
    with asking(app) as connection:
        app.actor.require("receivables.see")
        edges = edges_of(connection) if sees_dunning(app) else ()
        owed, credits = _owed_by_age(app, connection, day, edges), _credits(app, connection)
        keys = sorted(set(owed) | set(credits), key=lambda k: (k[0], k[1] or 0))
        names = labels(app, connection, "customers", [customer for customer, _c in keys])
        codes = {row[0]: row[1] for row in connection.execute(select(_currency.c.id, _currency.c.code))}
    nothing = _Sums(tuple(ZERO for _label in LABELS))
    last: dict[int, dt.date] = {}
    for (customer, _in), sums in owed.items():
        if sums.reminded is not None:
            last[customer] = max(sums.reminded, last.get(customer, sums.reminded))
    found = []
    for customer, currency in keys:
        sums = owed.get((customer, currency), nothing)
        credit = credits.get((customer, currency), ZERO)
        name = Ref(customer, names.get(customer, "•••"))
        code = codes.get(currency, "") if currency else ""
        letter = _letter(sums, edges, day, last.get(customer)) if sum(sums.classes[1:]) > 0 else 0
        found.append(Aged(name, code, sums.classes, credit, sums.oldest, currency, sums.level, sums.reminded, letter))
    return sorted(found, key=lambda a: (-a.overdue, -a.owed, a.customer.label))


_Key = tuple[int, int | None]


@dataclass(frozen=True)
class _Sums:
    classes: tuple[Decimal, ...]
    oldest: dt.date | None = None
    level: int = 0
    reminded: dt.date | None = None
    waiting: tuple[int, ...] = ()  # by level: 1 where something that stands there is late enough for the next


def _letter(sums: _Sums, edges: Sequence[int], day: dt.date, last: dt.date | None) -> int:
    """The level of the reminder that is due, so long after the customer was written to last."""
    due = [at + 1 for at, waits in enumerate(sums.waiting) if waits and time_passed(at, edges, last, day)]
    return max(due, default=0)


def _owed_by_age(app: Application, connection: Connection, day: dt.date, letters: Sequence[int]) -> dict[_Key, _Sums]:
    due, amount = _owed.c.due_date, _owed.c.open_amount
    edges = [day - dt.timedelta(days=edge) for edge in EDGES]
    between = (due.between(last, first - dt.timedelta(days=1)) for first, last in pairwise(edges))
    tests = [due.is_(None) | (due >= edges[0]), *between, due < edges[-1]]
    sums = [func.sum(case((test, amount), else_=0), type_=amount.type) for test in tests]
    late = func.min(case((due < day, due)))
    reminders = _reminders(letters, day) if letters else ()
    query = select(_owed.c.customer_id, _owed.c.currency_id, late, *reminders, *sums).where(_owed.c.open_amount != _NOTHING)
    if (reach := within_reach(app, app.type("receivables"))) is not None:
        query = query.where(reach)
    rows = connection.execute(query.group_by(_owed.c.customer_id, _owed.c.currency_id))
    first = 3 + len(reminders)
    if not letters:
        return {(row[0], row[1]): _Sums(tuple(row[3:]), row[2]) for row in rows}
    return {(row[0], row[1]): _Sums(tuple(row[first:]), row[2], row[3], row[4], tuple(row[5:first])) for row in rows}


def _reminders(edges: Sequence[int], day: dt.date) -> tuple[ColumnElement[Any], ...]:
    """Of what is late: the highest level, the day of the last reminder, and by level whether something waits for the next."""
    due, level = _owed.c.due_date, _owed.c.dunning_level
    late = (due < day) & (_owed.c.open_amount > _NOTHING)
    waiting: list[ColumnElement[Any]] = []
    for at in range(len(edges)):
        found = next_letter(at, edges)
        enough = None if found is None else late & (level == at) & (due <= day - dt.timedelta(days=found[0]))
        waiting.append(literal_column("0") if enough is None else func.max(case((enough, 1), else_=0)))
    return func.max(case((late, level), else_=0)), func.max(case((late, _owed.c.reminded_on))), *waiting


def _credits(app: Application, connection: Connection) -> dict[_Key, Decimal]:
    if not app.actor.may("receipts.see"):
        return {}
    total = func.sum(_receipt.c.credit)
    query = select(_receipt.c.customer_id, _receipt.c.currency_id, total)
    query = query.where(_receipt.c.status == "posted", _receipt.c.credit != _NOTHING)
    if (reach := within_reach(app, app.type("receipts"))) is not None:
        query = query.where(reach)
    rows = connection.execute(query.group_by(_receipt.c.customer_id, _receipt.c.currency_id).having(total != 0))
    return {(row[0], row[1]): row[2] for row in rows}


@dataclass(frozen=True)
class Entry:
    """One line of a statement. owed: what the customer owes more by it; paid: less."""

    day: dt.date
    type: str
    id: int
    number: str
    words: str
    owed: Decimal
    paid: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """The account of one customer in one currency between two days, both among them."""

    customer: Ref
    currency: str
    since: dt.date
    until: dt.date
    opening: Decimal
    entries: tuple[Entry, ...]
    closing: Decimal
    stands: Standing  # as of the last day

    def facts(self) -> dict[str, Any]:
        """As plain values, for printing and for commands."""
        return {
            "customer": self.customer.label, "currency": self.currency, "since": self.since, "until": self.until,
            "opening": self.opening, "closing": self.closing, "overdue": self.stands.overdue, "credit": self.stands.credit,
            "owed": sum((e.owed for e in self.entries), ZERO), "paid": sum((e.paid for e in self.entries), ZERO),
            "entries": [
                {"day": e.day, "number": e.number, "words": e.words, "owed": e.owed, "paid": e.paid, "balance": e.balance}
                for e in self.entries
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class AccountSpan:
    """Which part of an account. since: the first of the year when None, until: today; currency: its id, the company's own when None."""

    since: dt.date | None = None
    until: dt.date | None = None
    currency: int | None = None


def currencies_of(app: Application, customer: int | None = None) -> list[tuple[int, str]]:
    """The currencies somebody owes or pays in, as (id, code), the company's own first. customer: those of this one alone."""
    used = select(_owed.c.currency_id, _owed.c.customer_id).union_all(select(_receipt.c.currency_id, _receipt.c.customer_id)).subquery()
    ids: Any = select(used.c.currency_id)
    if customer is not None:
        ids = ids.where(used.c.customer_id == customer)
    own = select(func.min(_currency.c.id)).scalar_subquery()
    query = select(_currency.c.id, _currency.c.code).where(_currency.c.id.in_(ids) | (_currency.c.id == own)).order_by(_currency.c.id)
    with asking(app) as connection:
        if customer is not None:
            require_reach(app, connection, app.type("customers"), "see", [customer])
        return [(row[0], row[1]) for row in connection.execute(query)]


def currency_by_code(app: Application, code: str) -> int:
    """The currency with this code. Raises Missing."""
    with asking(app) as connection:
        found = connection.scalar(select(_currency.c.id).where(func.upper(_currency.c.code) == code.upper()))
    if found is None:
        raise Missing(_("There is no currency “{code}”.").format(code=code))
    return int(found)


def statement(app: Application, customer: int, span: AccountSpan = AccountSpan()) -> Statement:
    """The account of a customer, or this part of it.

    Raises Missing for a customer this person does not see, Refused without the right to see all of the customer's money.
    """
    until, currency = span.until or dt.date.today(), span.currency
    since = span.since or dt.date(until.year, 1, 1)
    with asking(app) as connection:
        app.actor.require("receivables.see")
        app.actor.require("receipts.see")
        require_reach(app, connection, app.type("customers"), "see", [customer])
        if currency is None:
            currency = connection.scalar(select(func.min(_currency.c.id)))
        rows = sorted(_rows(app, connection, customer, currency), key=lambda r: (r[0], r[1] != "receivables", r[2]))
        limits = tuple(within_reach(app, app.type(key)) for key in ("receivables", "receipts"))
        as_of = min(until + dt.timedelta(days=1), dt.date.today())  # what is due today is not late yet
        stands = standing(connection, customer, currency, as_of, limits)()
        name = labels(app, connection, "customers", [customer]).get(customer, "")
        code = connection.scalar(select(_currency.c.code).where(_currency.c.id == currency)) or ""
    opening = sum((owed - paid for day, _t, _i, _n, _w, owed, paid in rows if day < since), ZERO)
    balance, entries = opening, list[Entry]()
    for day, type_key, id_, number, words, owed, paid in rows:
        if since <= day <= until:
            balance += owed - paid
            entries.append(Entry(day, type_key, id_, number, words, owed, paid, balance))
    return Statement(Ref(customer, name), code, since, until, opening, tuple(entries), balance, stands)


_Row = tuple[dt.date, str, int, str, str, Decimal, Decimal]


def _rows(app: Application, connection: Connection, customer: int, currency: int | None) -> Iterator[_Row]:
    """What changed what the customer owes: receivables on the day of their order or return, receipts, write-offs."""
    order: Any = SalesOrder.__table__
    back: Any = SalesReturn.__table__
    day = func.coalesce(back.c.return_date, order.c.order_date, _owed.c.due_date, type_=_owed.c.due_date.type)
    columns = (_owed.c.id, _owed.c.number, _owed.c.title, _owed.c.amount, _owed.c.written_off, order.c.number, _owed.c.updated_at)
    source = _owed.outerjoin(order, order.c.id == _owed.c.order_id).outerjoin(back, back.c.id == _owed.c.return_id)
    query = select(day, *columns, _owed.c.created_at).select_from(source)
    query = query.where(_owed.c.customer_id == customer, _owed.c.currency_id == currency, _owed.c.void.is_(False))
    if (reach := within_reach(app, app.type("receivables"))) is not None:
        query = query.where(reach)
    for on, id_, number, title, amount, lost, of, changed, made in connection.execute(query):
        words = " · ".join(part for part in (of or "", title) if part)
        yield on or made.date(), "receivables", id_, number, words, max(amount, ZERO), max(-amount, ZERO)
        if lost:
            yield changed.date(), "receivables", id_, number, _("Written off"), ZERO, lost
    receipts = select(_receipt.c.receipt_date, _receipt.c.id, _receipt.c.number, _receipt.c.reference, _receipt.c.worth).where(
        _receipt.c.customer_id == customer, _receipt.c.currency_id == currency, _receipt.c.status == "posted"
    )
    if (reach := within_reach(app, app.type("receipts"))) is not None:
        receipts = receipts.where(reach)
    for on, id_, number, reference, worth in connection.execute(receipts):
        words = " · ".join(part for part in (_("Receipt") if worth >= 0 else _("Refund"), reference) if part)
        yield on, "receipts", id_, number, words, max(-worth, ZERO), max(worth, ZERO)
