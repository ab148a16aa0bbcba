"""The generated company is what the services would have written, cent for cent and word for word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from people_makers import Office
from record_makers import order
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.filters import Condition
from crm_desktop.sample import words_en
from crm_desktop.sample.generate import generate_company
from crm_desktop.services import saving, sharing
from crm_desktop.services.accounts import ageing
from crm_desktop.services.chain.checking import differences
from crm_desktop.services.explaining import explain, find_user
from crm_desktop.services.listing import ListQuery, count, fetch_ids, fetch_page
from crm_desktop.services.reading import read_records
from crm_desktop.services.search_text import search_text, sort_keys
from crm_desktop.words import use_language
from db import search
from db.engine import reading

TODAY = dt.date(2026, 11, 24)
DOCUMENTS = ("quotes", "deliveries", "returns", "receivables", "invoices", "receipts")
TYPES = ("customers", "contacts", "products", "sales-orders", "follow-ups", "tasks", *DOCUMENTS)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_rows_are_as_the_services_write_them(app: Application, language: str) -> None:
    use_language(language)
    generate_company(app, 60, today=TODAY)
    assert count(app, ListQuery("customers")).number == 60
    assert count(app, ListQuery("sales-orders")).number == 180
    for key in TYPES:
        kind = app.type(key)
        table: Any = kind.model.__table__
        with reading(app.engine) as connection:
            rows = connection.execute(select(table)).mappings().all()
            drafts = read_records(app, connection, kind, [r["id"] for r in rows])
            assert search.entries(connection, table) == len(rows)
        for row in rows:
            draft = drafts[row["id"]]
            assert row["search_text"] == search_text(kind, draft.values)
            assert {n: row[n] for n in sort_keys(kind, draft.values)} == sort_keys(kind, draft.values)
            again = draft.copy()
            saving.derive(app, again, draft)
            assert again == draft
            assert saving.problems(app, draft) == {}
    assert differences(app) == [], "every balance is the sum of its documents"
    assert all(count(app, ListQuery(key)).number > (5 if key != "returns" else 0) for key in DOCUMENTS)
    assert {a.overdue > 0 for a in ageing(app, TODAY)} == {True, False}, "some pay late, most do not"


def test_the_same_day_makes_the_same_company(app: Application, tmp_path: Any, open_again: Callable[..., Application]) -> None:
    generate_company(app, 20, today=TODAY)
    first = fetch_page(app, ListQuery("sales-orders", order=("number",))).rows
    assert first[0][0] == "SO20241218-001"
    assert sum(row[6] for row in first) > 0


def test_it_never_goes_into_a_database_in_use_and_work_goes_on_after_it(app: Application) -> None:
    generate_company(app, 5, today=TODAY)
    with pytest.raises(Refused):
        generate_company(app, 5, today=TODAY)
    buyer = saving.save(app, saving.new_draft(app, "customers", {"name": "New one"}))
    assert buyer.values["number"] == "C00006"
    assert order(app, buyer, order_date=dt.date(2026, 12, 1)).values["number"] == "SO20261201-001"


def test_its_people_hold_positions_lead_each_other_and_share_a_customer(app: Application) -> None:
    generate_company(app, 60, today=TODAY)
    office = Office(app)
    seen = {name: count(office.sign_in(find_user(app, name)), ListQuery("customers")).number for name in words_en.PEOPLE}
    assert seen["Mary Clark"] > 0
    assert seen["Grace Wong"] > seen["Leo Chen"]  # the one leads the other
    assert seen["Kate Tan"] == 60  # finance reads them all
    mary = find_user(app, "Mary Clark")
    leo = find_user(app, "Leo Chen")
    his = fetch_ids(app, ListQuery("customers", where=Condition("owner_id", "any_of", (leo,))))
    (shared,) = sharing.shared_ids(app, "customers", his)
    change = next(a for a in explain(app, mary, "customers", shared).operations if a.operation == "change")
    assert (change.allowed, change.why.startswith("Shared by Leo Chen")) == (True, True)
    assert saving.open_record(app, "users", leo).values["manager_id"].label == "Grace Wong"
