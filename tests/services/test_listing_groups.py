"""Grouped lists: groups of all rows a person may see, whose rows, group by group, are the whole list. On both engines."""

from __future__ import annotations

import csv
import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import update

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused
from crm_desktop.exchange.exporting import export_list
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.rights import Access, Holding, Reach, Rights
from crm_desktop.sample.generate import generate_company
from crm_desktop.services import custom_fields, list_groups
from crm_desktop.services.custom_fields import NewField
from crm_desktop.services.list_groups import group_key, groupable, rows_of_group
from crm_desktop.services.listing import fetch_groups, fetch_ids, fetch_page, iterate
from crm_desktop.words import use_language
from db.engine import writing

TODAY = dt.date(2026, 11, 24)
ONLY_OWN = Rights((Holding("", {("sales-orders", "see"): Reach.OWN, ("customers", "see"): Reach.OWN, ("users", "see"): Reach.ALL}),))


@pytest.fixture
def company(app: Application) -> Application:
    """A company of 40 customers and 120 orders."""
    use_language("zh_CN")
    generate_company(app, 40, today=TODAY)
    return app


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A PC in China, whose months begin eight hours before those of UTC."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system takes its time zone from the settings alone")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def check(app: Application, query: ListQuery, summed: str = "") -> list[str]:
    """The groups of a list are right in every respect; gives their keys."""
    kind = app.type(query.type)
    about = kind.fields[query.group]
    columns = (query.group, summed) if summed else (query.group,)
    plain = replace(query, group="", columns=columns)
    rows = [row for chunk in iterate(app, plain) for row in chunk]
    groups = fetch_groups(app, query, columns[1:])
    assert len({g.key for g in groups}) == len(groups)
    assert {g.key: g.count for g in groups} == Counter(group_key(about, row[0]) for row in rows), query
    assert all(group_key(about, g.value) == g.key for g in groups)
    found: list[tuple[Any, ...]] = []
    for group in groups:
        inside = rows_of_group(kind, replace(query, columns=columns), group.key)
        own, after = [], None
        while True:
            page = fetch_page(app, inside, after, 7)
            own += page.rows
            after = page.after
            if after is None:
                break
        assert len(own) == group.count, (query, group)
        assert {group_key(about, row[0]) for row in own} == {group.key}
        if summed:
            assert group.sums == {summed: sum((row[1] or Decimal(0) for row in own), Decimal(0))}
        found += own
    assert fetch_ids(app, query) == [row[-1] for row in found]
    assert [row for chunk in iterate(app, replace(query, columns=columns), 11) for row in chunk] == found
    return [g.key for g in groups]


def test_the_rows_of_all_groups_are_the_whole_list(company: Application) -> None:
    for type_key, summed in (("customers", "credit_limit"), ("sales-orders", "total")):
        kind = company.type(type_key)
        names = [n for n in kind.columns if groupable(kind, n)]
        assert {"owner_id", "status"} <= set(names)
        for name in (*names, "created_at", "department_id"):
            check(company, ListQuery(type_key, group=name), summed)


def test_order_search_filter_and_reach_hold_in_groups(company: Application) -> None:
    people = Counter(r[0].id for r in fetch_page(company, ListQuery("sales-orders", columns=("owner_id",)), size=200).rows)
    searched = fetch_page(company, ListQuery("customers", columns=("short_name",)), size=1).rows[0][0]
    everybody, least = company.actor, min(people, key=lambda person: people[person])
    for name in ("status", "customer_id", "order_date", "updated_at"):
        for query in (
            ListQuery("sales-orders", order=("-total",), group=name),
            ListQuery("sales-orders", order=("customer_id",), group=name),
            ListQuery("sales-orders", where=Condition("total", "at_least", Decimal(200)), order=(f"-{name}", "number"), group=name),
            ListQuery("sales-orders", search=searched, group=name),
        ):
            assert check(company, query, "total")
        company.actor = replace(everybody, user_id=least, rights=ONLY_OWN, version=0)
        assert check(company, ListQuery("sales-orders", group=name), "total")
        assert people[least] <= sum(g.count for g in fetch_groups(company, ListQuery("sales-orders", group=name))) < people.total()
        company.actor = everybody


def test_groups_stand_in_the_order_people_expect(company: Application) -> None:
    states = [s.code for s in company.type("sales-orders").states]
    found = check(company, ListQuery("sales-orders", group="status"))
    assert found == [s for s in states if s in found]
    assert check(company, ListQuery("sales-orders", order=("-status",), group="status")) == found[::-1]
    months = check(company, ListQuery("sales-orders", order=("number",), group="order_date"))
    assert months == sorted(months, reverse=True)
    assert len(months) > 3
    assert check(company, ListQuery("sales-orders", order=("order_date",), group="order_date")) == months[::-1]
    cities = [g.value for g in fetch_groups(company, ListQuery("customers", group="city"))]
    assert cities == sorted(cities)
    days = check(company, ListQuery("customers", group="next_follow_up"))
    assert days[-1] == ""
    names = [g.value.label for g in fetch_groups(company, ListQuery("sales-orders", group="customer_id"))]
    ordered = fetch_page(company, ListQuery("sales-orders", columns=("customer_id",), order=("customer_id",)), size=500).rows
    assert names == list(dict.fromkeys(row[0].label for row in ordered))


def test_months_are_those_of_this_pc(app: Application, far_east: None) -> None:
    table: Any = app.type("customers").model.__table__
    moments = ("2026-10-31T15:59:59", "2026-10-31T16:00:00", "2026-11-30T15:59:00", "2026-11-30T16:00:00", "2026-11-15T00:00:00")
    for moment in moments:
        made = customer(app, moment)
        with writing(app.engine) as session:
            at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
            session.execute(update(table).where(table.c.id == made.id).values(created_at=at))
    groups = fetch_groups(app, ListQuery("customers", group="created_at"))
    assert [(g.key, g.value, g.count) for g in groups] == [
        ("2026-12", dt.date(2026, 12, 1), 1),
        ("2026-11", dt.date(2026, 11, 1), 3),
        ("2026-10", dt.date(2026, 10, 1), 1),
    ]
    check(app, ListQuery("customers", group="created_at"))


VALUES: dict[str, tuple[Any, ...]] = {
    "yes_no": (True, False, True, False),
    "date": (dt.date(2026, 1, 9), dt.date(2026, 1, 10), dt.date(1999, 12, 31), None),
    "text": ("b", "a", "", "b"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_custom_fields_make_groups(app: Application, kind: str) -> None:
    name = custom_fields.add_field(app, "customers", NewField("Extra", kind))
    for at, value in enumerate(VALUES[kind]):
        customer(app, f"Customer {at}", **{name: value, "credit_limit": Decimal(at)})
    keys = check(app, ListQuery("customers", group=name), "credit_limit")
    assert len(keys) == (2 if kind == "yes_no" else 3)
    assert keys[-1] == ""


def test_what_is_hidden_makes_no_groups(app: Application) -> None:
    buyer = customer(app, "Alpha", credit_limit=Decimal(100))
    order(app, buyer)
    hidden = {("sales-orders", "status"): Access.HIDDEN, ("sales-orders", "total"): Access.HIDDEN}
    app.actor = replace(app.actor, rights=Rights((Holding("", {("sales-orders", "see"): Reach.ALL}, hidden),)), version=0)
    for query, sums in ((ListQuery("sales-orders", group="status"), ()), (ListQuery("sales-orders", group="order_date"), ("total",))):
        with pytest.raises(Refused):
            fetch_groups(app, query, sums)
    with pytest.raises(Refused):
        fetch_ids(app, ListQuery("sales-orders", group="status"))
    assert [g.value for g in fetch_groups(app, ListQuery("sales-orders", group="customer_id"))] == [Ref(int(buyer.id or 0), "•••")]


@pytest.mark.roles
def test_too_many_groups_are_refused(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_groups, "MOST_GROUPS", 2)
    for city in ("a", "b"):
        customer(app, city, city=city)
    query = ListQuery("customers", group="city")
    assert len(check(app, query)) == 2
    customer(app, "c", city="c")
    with pytest.raises(Refused, match="more than 2 groups"):
        fetch_groups(app, query)
    assert len(fetch_ids(app, query)) == 3
    assert len(fetch_groups(app, replace(query, search="b"))) == 1


def test_a_grouped_list_is_exported_group_by_group(company: Application, tmp_path: Path) -> None:
    for type_key, columns in (("customers", ("number", "level")), ("sales-orders", ("number", "status", "total"))):
        query = ListQuery(type_key, columns, order=("-number",), group=columns[1])
        path = tmp_path / f"{type_key}.csv"
        export_list(company, query, path)
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))[1:]
        numbers = list(dict.fromkeys(row[0] for row in rows))
        wanted = [row[0] for chunk in iterate(company, query) for row in chunk]
        assert numbers == wanted
        assert wanted != sorted(wanted, reverse=True)
        shares = list(dict.fromkeys(row[1] for row in rows))
        assert [row[1] for row in rows] == sorted((row[1] for row in rows), key=shares.index)
