"""Lists in the order of what their records point to, and lists read from their end: the whole list, page by page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.sample.generate import generate_company
from crm_desktop.services import listing
from crm_desktop.services.listing import Page, fetch_ids, fetch_page, iterate, sortable
from crm_desktop.services.saving import new_draft, save
from crm_desktop.words import use_language
from db import search

TODAY = dt.date(2026, 11, 24)
ORDERS = ("customer_id", "-customer_id")


@pytest.fixture(params=["sorted", "walked"])
def office(app: Application, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Application:
    """60 customers, their orders, and tasks of which many point to no customer; long lists are walked, short ones sorted."""
    if request.param == "walked":
        monkeypatch.setattr(search, "PROBE", 0)
        monkeypatch.setattr(listing, "isqrt", lambda _number: 0)
    use_language("zh_CN")
    generate_company(app, 40, today=TODAY)
    people = [r[-1] for r in fetch_page(app, ListQuery("customers", columns=("name",)), size=20).rows]
    for at in range(30):
        draft = new_draft(app, "tasks", {"title": f"任务 {at}"})
        draft.values["customer_id"] = Ref(people[at % 7]) if at % 3 else None
        save(app, draft)
    return app


def walk(app: Application, query: ListQuery, size: int, *, backwards: bool = False) -> list[tuple[Any, ...]]:
    """All rows, page by page, from the beginning or from the end."""
    rows: list[tuple[Any, ...]] = []
    at = None
    while True:
        page = fetch_page(app, query, at, size, backwards=backwards)
        rows = [*page.rows, *rows] if backwards else [*rows, *page.rows]
        at = page.before if backwards else page.after
        if at is None:
            return rows


def key_of(app: Application) -> dict[int, str]:
    """The sort key of each customer by its id."""
    table: Any = app.type("customers").model.__table__
    with app.engine.connect() as connection:
        return {row.id: row.name_key for row in connection.execute(table.select())}


def test_pages_in_the_order_of_the_customers_name_are_the_whole_list(office: Application) -> None:
    for type_key in ("sales-orders", "tasks", "contacts"):
        for order in ORDERS:
            _pages_are_the_whole_list(office, type_key, order)


def _pages_are_the_whole_list(office: Application, type_key: str, order: str) -> None:
    query, keys = ListQuery(type_key, columns=("customer_id",), order=(order,)), key_of(office)
    whole = fetch_page(office, query, size=5000).rows
    found = [(keys[r[0].id], r[0].id, r[-1]) if r[0] else ("", 0, r[-1]) for r in whole]
    assert found == sorted(found, reverse=order.startswith("-"))
    assert len({r[-1] for r in whole}) == listing.count(office, ListQuery(type_key)).number > 25
    for size in (1, 10) if type_key == "tasks" else (7, 37):
        assert walk(office, query, size) == whole
        assert walk(office, query, size, backwards=True) == whole
    assert fetch_ids(office, query) == [r[-1] for r in whole]
    assert [r for page in iterate(office, query, 23) for r in page] == whole


def test_conditions_and_searches_hold_in_that_order(office: Application) -> None:
    where = Condition("status", "any_of", ("confirmed", "done"))
    query = ListQuery("sales-orders", columns=("customer_id", "status"), where=where, order=("customer_id", "-order_date"))
    for asked in (query, ListQuery("sales-orders", query.columns, where, order=("customer_id",))):
        whole = fetch_page(office, asked, size=5000).rows
        assert {r[1] for r in whole} == {"confirmed", "done"}
        assert walk(office, asked, 9) == whole
        assert walk(office, asked, 9, backwards=True) == whole
    searched = ListQuery("sales-orders", columns=("customer_id",), search="有限", order=("customer_id",))
    rows = walk(office, searched, 3)
    assert rows == fetch_page(office, searched, size=5000).rows
    assert rows == walk(office, searched, 3, backwards=True)
    assert len(rows) > 3


def test_any_list_can_be_read_from_its_end(office: Application) -> None:
    for order in ((), ("name",), ("-credit_limit",), ("city", "-name"), ("owner_id",)):
        _reads_from_its_end(office, order)


def _reads_from_its_end(office: Application, order: tuple[str, ...]) -> None:
    query = ListQuery("customers", columns=("number", "name"), order=order)
    whole = fetch_page(office, query, size=5000)
    assert (whole.after, whole.before) == (None, None)
    assert walk(office, query, 7, backwards=True) == whole.rows
    last = fetch_page(office, query, size=10, backwards=True)
    assert last.rows == whole.rows[-10:]
    assert last.after is None
    assert fetch_page(office, query, last.before, 10, backwards=True).rows == whole.rows[-20:-10]
    middle = fetch_page(office, query, fetch_page(office, query, size=10).after, 10)
    assert middle.rows == whole.rows[10:20]
    assert fetch_page(office, query, middle.before, 10, backwards=True).rows == whole.rows[:10]


def test_the_end_of_nothing_is_nothing(app: Application) -> None:
    assert fetch_page(app, ListQuery("customers"), backwards=True) == Page([], None, None)
    save(app, customer(app, name="单独一家"))
    page = fetch_page(app, ListQuery("customers", columns=("name",)), backwards=True)
    assert [r[0] for r in page.rows] == ["单独一家"]


def test_only_references_with_an_index_are_offered(app: Application) -> None:
    orders = app.type("sales-orders")
    assert sortable(orders, "customer_id")
    assert sortable(orders, "owner_id")
    assert not sortable(orders, "contact_id")
