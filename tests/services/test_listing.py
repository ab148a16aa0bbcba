"""Any list, page by page, is the whole list; any search finds what LIKE would find. On both engines."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from record_makers import customer
from sqlalchemy import select

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Cancelled, Missing, Refused
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, ListQuery, Not
from crm_desktop.rights import Rights
from crm_desktop.sample.generate import generate_company
from crm_desktop.services.listing import Stop, count, fetch_ids, fetch_page, iterate, totals
from crm_desktop.services.lookup import exact, suggest
from crm_desktop.services.search_all import search_everything
from crm_desktop.words import use_language
from db import search
from db.engine import is_sqlite, reading

TODAY = dt.date(2026, 11, 24)
SORTABLE = ("number", "name", "level", "status", "city", "next_follow_up", "credit_limit", "updated_at")
QUERIES = ("广州", "gz", "华", "有限公司", "138", "c0001", "设备 佛山", "0755-", "不在此", "a", "%", "'\"*", "。", "路1")


@pytest.fixture
def company(app: Application) -> Application:
    """A company of 400 customers."""
    use_language("zh_CN")
    generate_company(app, 400, today=TODAY)
    return app


def walk(app: Application, query: ListQuery, size: int) -> list[tuple[Any, ...]]:
    """All rows, page by page."""
    rows, after = [], None
    while True:
        page = fetch_page(app, query, after, size)
        rows += page.rows
        after = page.after
        if after is None:
            return rows


@pytest.mark.roles
def test_pages_are_the_whole_list_in_every_order(company: Application) -> None:
    for name in SORTABLE:
        for order in ((name,), (f"-{name}",), ("level", f"-{name}") if name != "level" else ("-level", "city")):
            query = ListQuery("customers", columns=("number", name), order=order)
            whole = fetch_page(company, query, size=1000).rows
            assert len({r[-1] for r in whole}) == 400
            assert walk(company, query, 37) == whole
            assert [r[-1] for r in whole] == fetch_ids(company, query)
            assert [r for page in iterate(company, query, 90) for r in page] == whole


def test_chinese_is_ordered_by_its_reading_and_nothing_comes_last(company: Application) -> None:
    names = [r[0] for r in fetch_page(company, ListQuery("customers", columns=("name",), order=("name",)), size=400).rows]
    cities = list(dict.fromkeys(n[:2] for n in names))
    assert cities[:4] == ["长沙", "东莞", "佛山", "福州"]
    by_day = ListQuery("customers", columns=("next_follow_up",), order=("next_follow_up",))
    days = [r[0] for r in fetch_page(company, by_day, size=400).rows]
    filled = [d for d in days if d]
    assert days[: len(filled)] == sorted(filled)


@pytest.mark.roles
def test_search_finds_what_like_finds(company: Application) -> None:
    table: Any = company.type("customers").model.__table__
    with reading(company.engine) as connection:
        texts = {r[0]: r[1] for r in connection.execute(select(table.c.id, table.c.search_text))}
    for text in QUERIES:
        wanted = {id_ for id_, held in texts.items() if all(word in held for word in search.words(text))}
        query = ListQuery("customers", search=text)
        assert set(fetch_ids(company, query)) == wanted, text
        assert {r[-1] for r in walk(company, query, 50)} == wanted
        assert count(company, query).number == len(wanted)
        with reading(company.engine) as connection:
            test = search.holds(table, text, is_sqlite(company.engine))
            assert set(connection.scalars(select(table.c.id).where(test))) == wanted
            few = search.probe(connection, table, text, limit=30)
            assert (few is None) == (len(wanted) >= 30)


_PARTS = st.text(alphabet="广州华远机械gzhy138-. '\"%_*\\", min_size=1, max_size=6)


@given(name=_PARTS.map(lambda t: f"x{t}"), text=_PARTS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_part_of_any_name_is_found(app: Application, name: str, text: str) -> None:
    saved = customer(app, name)
    table: Any = app.type("customers").model.__table__
    with reading(app.engine) as connection:
        held = connection.scalar(select(table.c.search_text).where(table.c.id == saved.id))
        hits = search.probe(connection, table, text, limit=100_000)
        sqlite = is_sqlite(connection)
        found = set(connection.scalars(select(table.c.id).where(search.indexed(table, text, sqlite))))
    wanted = all(word in held for word in search.words(text))
    if search.words(text):
        assert (saved.id in (hits or ())) == wanted
        assert (saved.id in found) == wanted


CASES: list[tuple[Filter, Any]] = [
    (Condition("city", "is", "广州"), lambda v: v["city"] == "广州"),
    (Condition("name", "contains", "设备"), lambda v: "设备" in v["name"]),
    (Condition("name", "contains", "%"), lambda v: "%" in v["name"]),
    (Condition("number", "starts", "C0001"), lambda v: v["number"].startswith("C0001")),
    (Condition("level", "any_of", ("A", "B")), lambda v: v["level"] in "AB"),
    (Condition("level", "none_of", ("A", "B")), lambda v: v["level"] not in "AB"),
    (Condition("credit_limit", "at_least", Decimal(100_000)), lambda v: (v["credit_limit"] or 0) >= 100_000),
    (Condition("credit_limit", "between", (Decimal(50_000), Decimal(200_000))), lambda v: 50_000 <= (v["credit_limit"] or 0) <= 200_000),
    (Condition("credit_limit", "empty"), lambda v: v["credit_limit"] is None),
    (Condition("credit_limit", "filled"), lambda v: v["credit_limit"] is not None),
    (Condition("tags", "has", "老客户"), lambda v: "老客户" in v["tags"]),
    (Condition("tags", "has_not", "老客户"), lambda v: "老客户" not in v["tags"]),
    (Condition("next_follow_up", "at_most", TODAY), lambda v: v["next_follow_up"] is not None and v["next_follow_up"] <= TODAY),
    (Condition("owner_id", "mine"), lambda v: v["owner_id"].id == 1),
    (Condition("owner_id", "any_of", (Ref(2), Ref(3))), lambda v: v["owner_id"].id in (2, 3)),
    (Condition("owner_id.name", "is", "王芳"), lambda v: v["owner_id"].label == "王芳"),
    (Not(Condition("city", "is", "广州")), lambda v: v["city"] != "广州"),
    (
        AnyOf((Condition("city", "is", "广州"), AllOf((Condition("level", "is", "A"), Condition("status", "is", "won"))))),
        lambda v: v["city"] == "广州" or (v["level"] == "A" and v["status"] == "won"),
    ),
]


def test_filters_mean_what_they_say(company: Application) -> None:
    columns = ("number", "name", "city", "level", "status", "credit_limit", "tags", "next_follow_up", "owner_id")
    everything = fetch_page(company, ListQuery("customers", columns=columns), size=1000).rows
    for part, oracle in CASES:
        query = ListQuery("customers", columns=columns, where=part)
        wanted = {r[-1] for r in everything if oracle(dict(zip(columns, r, strict=False)))}
        assert 0 <= len(wanted) < 400
        assert {r[-1] for r in walk(company, query, 70)} == wanted, part
        assert count(company, query).number == len(wanted)
        again = ListQuery.from_facts("customers", query.to_facts())
        assert again == query


@pytest.mark.roles
def test_counts_are_capped_and_totals_are_exact(company: Application) -> None:
    assert count(company, ListQuery("customers"), cap=100) == type(count(company, ListQuery("customers")))(100, True)
    assert count(company, ListQuery("customers"), cap=None).number == 400
    rows = fetch_page(company, ListQuery("sales-orders", columns=("total",), search="广州"), size=2000).rows
    assert totals(company, ListQuery("sales-orders", search="广州"), ["total"]) == {"total": sum(r[0] for r in rows)}
    assert totals(company, ListQuery("sales-orders", search="不在此"), ["total"]) == {"total": Decimal(0)}


def test_unknown_and_hidden_fields_are_told(company: Application) -> None:
    with pytest.raises(Missing):
        fetch_page(company, ListQuery("customers", columns=("nonsense",)))
    with pytest.raises(Missing):
        fetch_page(company, ListQuery("nonsense"))
    company.actor = Actor(2, "Clerk", rights=Rights.of("products.see"))
    with pytest.raises(Refused):
        fetch_page(company, ListQuery("customers"))
    assert fetch_page(company, ListQuery("products")).rows
    hidden: tuple[ListQuery, ...] = (
        ListQuery("products", columns=("cost",)),
        ListQuery("products", order=("cost",)),
        ListQuery("products", where=Condition("cost", "at_least", Decimal(1))),
    )
    for query in hidden:
        with pytest.raises(Refused):
            fetch_page(company, query)


def test_a_stopped_question_is_not_answered(company: Application) -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(Cancelled):
        fetch_page(company, ListQuery("customers"), stop=stop)


def test_everything_is_searched_and_the_exact_number_comes_first(company: Application) -> None:
    hits = search_everything(company, "C00012")
    assert (hits[0].type, hits[0].number) == ("customers", "C00012")
    kinds = {h.type for h in search_everything(company, "轴承", limit=50)}
    assert "products" in kinds
    buyer = fetch_page(company, ListQuery("sales-orders", columns=("customer_id",)), size=1).rows[0][0]
    assert {h.type for h in search_everything(company, buyer.label, limit=100)} >= {"customers", "contacts", "sales-orders"}


def test_pickers_suggest_within_a_customer_and_take_codes(company: Application) -> None:
    order = fetch_page(company, ListQuery("sales-orders", columns=("customer_id", "contact_id")), size=1).rows[0]
    found = suggest(company, "contacts", "", within={"customer_id": order[0]})
    assert order[1].id in {h.id for h in found}
    assert len(found) <= 3
    assert exact(company, "products", "P00003") == Ref(3)
    assert exact(company, "products", "690000000004") == Ref(4)
    assert exact(company, "products", "nothing") is None
