"""The customer list: first and next pages in every order and at several depths, counts. In the services and in the table model."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from benchmarks.companies import plain_connection
from benchmarks.measuring import Row, Times, paired, short, time_of, times_of
from PySide6.QtCore import QEventLoop, QModelIndex
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.conditions import order_of
from crm_desktop.services.listing import count, fetch_groups, fetch_page, sortable
from crm_desktop.services.opening import database_path
from db.engine import reading
from ui.list_model import RecordListModel
from ui.tasks import Tasks

DEPTHS = (0.0, 0.1, 0.5, 0.9)


def orders(app: Application) -> list[str]:
    """Every order by a field of the customer's own."""
    kind = app.type("customers")
    own = (n for n, f in kind.fields.items() if sortable(kind, n) and f.kind != "reference")
    return [sign + name for name in own for sign in ("", "-")]


def raw_order(app: Application, order: str) -> str:
    """The order expression as it is written by hand in SQL."""
    kind = app.type("customers")
    expression = order_of(kind.model.__table__, kind.fields[order.removeprefix("-")])
    return str(expression.compile(compile_kwargs={"literal_binds": True})).replace("customer.", "c.")


def raw_page(app: Application, order: str, deep: bool) -> str:
    """The page as a person would write it in SQL who knows the tables."""
    way, than = ("DESC", "<") if order.startswith("-") else ("ASC", ">")
    by = raw_order(app, order)
    names = ", ".join(f"c.{n}" for n in app.type("customers").columns)
    after = f"WHERE ({by}, c.id) {than} (?, ?)" if deep else ""
    return (
        f"SELECT c.id, {names}, u.name FROM customer c LEFT JOIN user_account u ON u.id = c.owner_id "
        f"{after} ORDER BY {by} {way}, c.id {way} LIMIT 100"
    )


def raw_key(raw: sqlite3.Connection, app: Application, order: str, place: int) -> tuple[Any, ...] | None:
    """The order values of the row at `place`; found by counting, which is slow and not measured."""
    if place == 0:
        return None
    by, way = raw_order(app, order), "DESC" if order.startswith("-") else "ASC"
    query = f"SELECT {by}, c.id FROM customer c ORDER BY {by} {way}, c.id {way} LIMIT 1 OFFSET ?"
    return tuple(raw.execute(query, (place,)).fetchone())


def our_key(app: Application, order: str, place: int) -> tuple[Any, ...] | None:
    """The same place as our pages name it."""
    if place == 0:
        return None
    kind = app.type("customers")
    table: Any = kind.model.__table__
    keys = [order_of(table, kind.fields[order.removeprefix("-")]), table.c.id]
    ordered = [k.desc() if order.startswith("-") else k for k in keys]
    with reading(app.engine) as connection:
        return tuple(connection.execute(select(*keys).order_by(*ordered).offset(place).limit(1)).one())


class Window:
    """The table model as the list screen uses it, without the screen."""

    def __init__(self, app: Application, event: Callable[[], None]) -> None:
        self.tasks = Tasks(self._fail)
        self.model = RecordListModel(app, self.tasks, "customers")
        self._event = event

    def _fail(self, error: BaseException) -> None:
        raise error

    def _read(self, first: int) -> None:
        """What a view asks of the rows in sight."""
        for row in range(first, min(first + 40, self.model.rowCount())):
            for column in range(self.model.columnCount()):
                self.model.cell(row, column)

    def first(self, query: ListQuery) -> float:
        """Milliseconds from the question until the rows in sight can be painted."""

        def work() -> None:
            loop = QEventLoop()
            self.model.arrived.connect(loop.quit)
            self.model.ask(query)
            loop.exec()
            self.model.arrived.disconnect(loop.quit)
            self._read(0)

        took = time_of(work)
        self.settle()
        return took

    def next(self, after: tuple[Any, ...]) -> float:
        """Milliseconds of the page that follows `after`."""
        at = self.model.rowCount()
        self.model._held.stretches[0].edges.after = after  # a person would have scrolled there, page by page

        def work() -> None:
            loop = QEventLoop()
            self.model.rowsInserted.connect(loop.quit)
            self.model.fetchMore(QModelIndex())
            loop.exec()
            self.model.rowsInserted.disconnect(loop.quit)
            self._read(at)

        took = time_of(work)
        self.settle()
        return took

    def settle(self) -> None:
        """Until nothing runs: the count that follows a page belongs to no page."""
        while not self.tasks.idle:
            self._event()

    def close(self) -> None:
        """Let go."""
        self.tasks.close()


def measure(app: Application, size: int, window: Window, runs: int = 5) -> list[Row]:
    """All rows of the table about the list."""
    raw = plain_connection(database_path(app.data))
    try:
        return [*_pages(app, raw, window, size, runs), *_counts(app, raw, size), *_groups(app, raw, size)]
    finally:
        raw.close()


def _pages(app: Application, raw: sqlite3.Connection, window: Window, size: int, runs: int) -> list[Row]:
    services, plain, seen = Times(), Times(), Times()
    worst = ("", 0.0)
    for order in orders(app):
        query = ListQuery("customers", order=(order,))
        for depth in DEPTHS:
            place = int(size * depth)
            key, after = raw_key(raw, app, order, place), our_key(app, order, place)
            statement = raw_page(app, order, deep=key is not None)
            ours, theirs = paired(
                lambda q=query, a=after: fetch_page(app, q, a), lambda s=statement, k=key: raw.execute(s, k or ()).fetchall(), runs, 1
            )  # fmt: skip
            services, plain = services + ours, plain + theirs
            window.first(query)
            model = [window.first(query) if after is None else window.next(after) for _ in range(runs)]
            seen.all += model
            if Times(model).median > worst[1]:
                worst = (f"{order} at {depth:.0%}", Times(model).median)
    many = f"{len(orders(app))} orders × {len(DEPTHS)} depths × {runs} runs"
    slowest = f"slowest order and depth: {worst[0]}, {short(worst[1])} (median)"
    return [
        Row("a page of 100 customers, services, p95", size, short(services.p95), short(plain.p95), services.p95 / plain.p95,
            "", None, many, services.p95, flat=True),
        Row("a page of 100 customers, end to end in the table model, p95", size, short(seen.p95), short(plain.p95),
            seen.p95 / plain.p95, "10 ms", seen.p95 <= 10, slowest, seen.p95, flat=True),
    ]  # fmt: skip


def _counts(app: Application, raw: sqlite3.Connection, size: int) -> list[Row]:
    capped = times_of(lambda: count(app, ListQuery("customers")))
    exact, plain = paired(
        lambda: count(app, ListQuery("customers"), cap=None), lambda: raw.execute("SELECT count(*) FROM customer").fetchone(), 5, 1
    )  # fmt: skip
    return [
        Row("count as the list shows it (up to 10,000)", size, short(capped.p95), "–", None, "never delays a page",
            True, "asked after the page, on another thread", capped.p95, flat=True),
        Row("exact count, when somebody asks", size, short(exact.median), short(plain.median), exact.median / plain.median,
            "", None),
    ]  # fmt: skip


def _groups(app: Application, raw: sqlite3.Connection, size: int) -> list[Row]:
    """The heads of a grouped list: a choice, and the months of a moment, which no engine knows of this PC's calendar."""
    rows = []
    for name, what, by in (("status", "status", "status"), ("created_at", "month", "substr(created_at, 1, 7)")):
        statement = f"SELECT {by}, count(*) FROM customer GROUP BY 1"
        ours, theirs = paired(
            lambda n=name: fetch_groups(app, ListQuery("customers", group=n)), lambda s=statement: raw.execute(s).fetchall(), 5, 1
        )  # fmt: skip
        rows.append(Row(f"groups of the customer list by {what}, with counts", size, short(ours.median), short(theirs.median),
                        ours.median / theirs.median, "", None))  # fmt: skip
    return rows
