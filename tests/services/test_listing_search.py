"""A search gives the same rows whichever way it takes: sorting few hits, walking the order, or asking for all hits. On both engines."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

from crm_desktop.application import Application
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.sample.generate import generate_company
from crm_desktop.services import listing
from crm_desktop.services.listing import fetch_page
from crm_desktop.words import use_language

pytestmark = pytest.mark.encrypted

ORDERS = (
    "name",
    "-name",
    "city",
    "-city",
    "-updated_at",
    "credit_limit",
    "source",
)  # nothing serves the order by source


@pytest.fixture
def company(app: Application) -> Application:
    use_language("zh_CN")
    generate_company(app, 300, today=dt.date(2026, 11, 24))
    return app


def walk(app: Application, query: ListQuery, size: int) -> list[tuple[Any, ...]]:
    """All rows, page by page."""
    rows: list[tuple[Any, ...]] = []
    after: tuple[Any, ...] | None = None
    while True:
        page = fetch_page(app, query, after, size)
        rows += page.rows
        after = page.after
        if after is None:
            return rows


@pytest.mark.parametrize(("where", "glance"), [(None, 1000), (None, 5), (Condition("level", "any_of", ("A", "B")), 5)])
def test_every_way_finds_the_same_rows(
    company: Application, where: Condition | None, glance: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "_GLANCE", glance)
    # One city in 300 customers: about 25 hits. Pages of 2 make that many, and by city they stand far away; pages of 100 few.
    questions = (("广州", 2), ("广州", 100), ("有限", 40), ("1", 60), ("不在此", 10))
    for (text, size), order in itertools.product(questions, ORDERS):
        plain = ListQuery("customers", columns=("name", "city", "number", "owner_id"), order=(order,), where=where)
        listed = walk(company, plain, 100)
        found = ListQuery(plain.type, plain.columns, where, text, plain.order)
        hits = {r[-1] for r in walk(company, ListQuery("customers", search=text), 1000)}
        wanted = [r for r in listed if r[-1] in hits]
        assert walk(company, found, size) == wanted, (text, order, size)


def test_the_ways_are_really_taken(sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    use_language("zh_CN")
    generate_company(sqlite_app, 300, today=dt.date(2026, 11, 24))
    taken: list[str] = []

    def watch(name: str) -> None:
        real = getattr(listing._Question, name)

        def watched(*given: Any) -> Any:
            result = real(*given)
            taken.append(f"{name}{'' if result is not None else ' in vain'}")
            return result

        monkeypatch.setattr(listing._Question, name, watched)

    watch("_sorted")
    watch("_walked")
    for text, order, size in (("广州", "-city", 100), ("有限", "name", 2), ("广州", "city", 1)):
        fetch_page(sqlite_app, ListQuery("customers", search=text, order=(order,)), size=size)
    assert taken == ["_sorted", "_walked", "_walked in vain"]
