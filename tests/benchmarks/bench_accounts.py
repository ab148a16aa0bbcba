"""What all customers owe by age, and the account of one of them, over 300,000 receivables and the receipts that settled most of them.

A company of its own: what is added here would weigh on the other figures. A few customers have very many lines, most have few.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from benchmarks.companies import COMPANY, company, plain_connection, settle
from benchmarks.measuring import Row, Times, paired, short, time_of
from sqlalchemy import func, insert, select

from crm_desktop.application import Application
from crm_desktop.sample.generate import generate_company
from crm_desktop.services.accounts import AccountSpan, ageing, statement
from crm_desktop.services.opening import database_path, open_url
from db.engine import reading, writing
from db.models.customers import Customer
from db.models.money import Receipt, ReceiptLine, Receivable
from db.models.office import Currency

LINES = 300_000
_EACH = 30  # receivables of a customer in the middle, where the company is small
_AT_ONCE = 5000
_AGES = """
SELECT customer_id, currency_id,
  sum(CASE WHEN due_date IS NULL OR due_date >= :d0 THEN open_amount ELSE 0 END),
  sum(CASE WHEN due_date < :d0 AND due_date >= :d30 THEN open_amount ELSE 0 END),
  sum(CASE WHEN due_date < :d30 AND due_date >= :d60 THEN open_amount ELSE 0 END),
  sum(CASE WHEN due_date < :d60 AND due_date >= :d90 THEN open_amount ELSE 0 END),
  sum(CASE WHEN due_date < :d90 THEN open_amount ELSE 0 END)
FROM receivable WHERE status IN ('waiting', 'open', 'part') GROUP BY customer_id, currency_id
"""
_ACCOUNT = """
SELECT due_date, number, amount, written_off FROM receivable WHERE customer_id = ? AND void = 0
UNION ALL SELECT receipt_date, number, worth, 0 FROM receipt WHERE customer_id = ? AND status = 'posted' ORDER BY 1
"""


def measure(folder: Path, size: int, lines: int = LINES) -> list[Row]:
    """The rows of a company with this many customers. folder: where companies are kept."""
    app = company(folder / "accounts", size)
    lines = min(lines, size * _EACH)
    try:
        if _count(app) < lines:
            _fill(app, lines)
            settle(app.data)
        return _measured(app, size, plain_connection(database_path(app.data)))
    finally:
        app.close()


def measure_server(folder: Path, size: int, lines: int = LINES) -> list[Row]:
    """The same on a PostgreSQL server, started for this and ended again."""
    from postgres_server import end_session, new_session_folder, server_of

    session = new_session_folder()
    try:
        server = server_of(session)
        app = open_url(server.create("accounts"), folder / "server", create=COMPANY)
        try:
            generate_company(app, size)
            _fill(app, min(lines, size * _EACH))
            raw = psycopg.connect(server.url("accounts").replace("+psycopg", ""), autocommit=True)
            raw.execute("VACUUM ANALYZE")
            return _measured(app, size, _Server(raw))
        finally:
            app.close()
    finally:
        end_session(session)


class _Server:
    """A connection of psycopg, asked in the words of sqlite3."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def execute(self, words: str, values: Any) -> Any:
        """Ask."""
        words = re.sub(r":(d\d+)", r"%(\1)s", words).replace("?", "%s").replace("void = 0", "NOT void")
        return self._raw.execute(words.encode(), values)

    def close(self) -> None:
        """The end."""
        self._raw.close()


def _measured(app: Application, size: int, raw: Any) -> list[Row]:
    day = dt.date.today()
    days = {f"d{late}": (day - dt.timedelta(days=late)).isoformat() for late in (0, 30, 60, 90)}
    try:
        found = ageing(app)
        ours, plain = paired(lambda: ageing(app), lambda: raw.execute(_AGES, days).fetchall(), 9, 1)
        buyers = _buyers(app)
        seen, bare = Times(), Times()
        for buyer in buyers[1:]:
            mine, theirs = paired(lambda b=buyer: statement(app, b), lambda b=buyer: raw.execute(_ACCOUNT, (b, b)).fetchall(), 5, 1)
            seen, bare = seen + mine, bare + theirs
        largest = statement(app, buyers[0], AccountSpan(dt.date(2000, 1, 1)))
        most = Times([time_of(lambda: statement(app, buyers[0], AccountSpan(dt.date(2000, 1, 1)))) for _n in range(9)])
    finally:
        raw.close()
    number = f"{_count(app):,} receivables, {len(found):,} lines of the report"
    return [
        Row("ages of all receivables, median", size, short(ours.median), short(plain.median), ours.median / plain.median,
            "1 s", ours.p95 <= 1000, number, ours.median),
        Row("statement of a customer, p95", size, short(seen.p95), short(bare.p95), seen.p95 / bare.p95, "100 ms", seen.p95 <= 100,
            f"{len(buyers) - 1} customers × 5 runs", seen.p95, flat=True),
        Row("statement of the customer with the most lines, all of them, p95", size, short(most.p95), "–", None, "100 ms",
            most.p95 <= 100, f"{len(largest.entries):,} lines", most.p95),
    ]  # fmt: skip


def _count(app: Application) -> int:
    with reading(app.engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(Receivable)) or 0)


def _buyers(app: Application) -> list[int]:
    """The customer with the most receivables, and forty others from all over."""
    table: Any = Receivable.__table__
    with reading(app.engine) as connection:
        query = select(table.c.customer_id).group_by(table.c.customer_id).order_by(func.count().desc())
        ids = list(connection.scalars(query))
    return [ids[0], *ids[1 :: max(1, len(ids) // 40)][:40]]


def _fill(app: Application, lines: int) -> None:
    """Receivables up to this number: two thirds settled by a receipt each, the others due between a year ago and two months ahead."""
    with writing(app.engine) as session:
        customers = list(session.scalars(select(Customer.id).order_by(Customer.id)))
        currency = session.scalar(select(func.min(Currency.id)))
        first = {m: int(session.scalar(select(func.max(m.id))) or 0) + 1 for m in (Receivable, Receipt, ReceiptLine)}
        left = lines - (session.scalar(select(func.count()).select_from(Receivable)) or 0)
        rows = {model: list[dict[str, Any]]() for model in first}
        for owed, paid in _made(customers, currency, left, first):
            rows[Receivable].append(owed)
            if paid is not None:
                rows[Receipt].append(paid)
                rows[ReceiptLine].append(
                    {"id": paid["id"], "parent_id": paid["id"], "position": 0, "receivable_id": owed["id"], "amount": owed["amount"]}
                )
            if len(rows[Receivable]) >= _AT_ONCE:
                _insert(session, rows)
        _insert(session, rows)


def _insert(session: Any, rows: dict[Any, list[dict[str, Any]]]) -> None:
    for model, made in rows.items():
        if made:
            session.execute(insert(model.__table__), made)
            made.clear()


_Values = dict[str, Any]


def _made(
    customers: list[int], currency: int | None, count: int, first: dict[Any, int]
) -> Iterator[tuple[_Values, _Values | None]]:
    chance, today, receipt = Random(count), dt.date.today(), max(first[Receipt], first[ReceiptLine])
    for at in range(count):
        buyer = customers[int(len(customers) * chance.random() ** 2)]
        amount = Decimal(chance.randrange(1_000, 9_000_000)) / 100
        due = today - dt.timedelta(days=chance.randrange(-60, 365))
        settled = chance.random() < 2 / 3
        owed = {
            "id": first[Receivable] + at, "number": f"BR{at:07}", "customer_id": buyer, "currency_id": currency, "title": "",
            "basis": "date", "due_date": due, "amount": amount, "status": "settled" if settled else "open",
            "received": amount if settled else Decimal(0), "open_amount": Decimal(0) if settled else amount,
        }  # fmt: skip
        if not settled:
            yield owed, None
            continue
        yield owed, {
            "id": receipt, "number": f"BC{at:07}", "customer_id": buyer, "currency_id": currency, "receipt_date": due, "status": "posted",
            "amount": amount, "worth": amount, "allocated": amount,
        }  # fmt: skip
        receipt += 1
