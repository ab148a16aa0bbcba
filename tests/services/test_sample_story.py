"""The sample company tells one story in two languages, and its books hold: rows as the services write them, steps by whose work it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.filters import AllOf, Condition
from crm_desktop.sample import cast_en, cast_zh, plot
from crm_desktop.sample.company import load_sample_company
from crm_desktop.services import saving
from crm_desktop.services.accounts import ageing
from crm_desktop.services.chain.checking import differences
from crm_desktop.services.history import entries
from crm_desktop.services.listing import ListQuery, count, fetch_ids, fetch_page
from crm_desktop.services.log_chain import verify
from crm_desktop.services.reading import read_records
from crm_desktop.services.search_text import search_text, sort_keys
from crm_desktop.words import use_language
from db import search
from db.engine import reading

TODAY = dt.date.today()
TYPES = (
    "customers", "contacts", "products", "quotes", "sales-orders", "deliveries", "returns", "receivables", "invoices", "receipts",
    "follow-ups", "tasks", "leads", "opportunities",
)  # fmt: skip


def test_both_languages_tell_the_same_story() -> None:
    for name in (
        "PEOPLE", "DEPARTMENTS", "CLIENTS", "SURNAMES", "GIVEN", "CITIES", "PRODUCTS", "CATEGORIES", "EVENTS", "DONE_TASKS", "NOTES",
    ):  # fmt: skip
        assert len(getattr(cast_zh, name)) == len(getattr(cast_en, name)), name
    assert [s[:4] + s[6:] for s in cast_zh.SCENES] == [s[:4] + s[6:] for s in cast_en.SCENES]
    assert [t[1:] for t in cast_zh.TASKS] == [t[1:] for t in cast_en.TASKS]
    assert [d[1:7] + d[8:] for d in cast_zh.DEALS] == [d[1:7] + d[8:] for d in cast_en.DEALS]
    assert [(len(p[1]), p[3]) for p in cast_zh.PRODUCTS] == [(len(p[1]), p[3]) for p in cast_en.PRODUCTS]
    assert len(cast_zh.CLIENTS) == len(plot.CLIENTS)


def test_the_year_has_its_seasons() -> None:
    festival = dt.date(2026, 2, 17)
    assert plot.season(festival) == plot.season(dt.date(2026, 10, 3)) == plot.season(dt.date(2026, 3, 1)) == 0  # the last is a Sunday
    assert plot.season(dt.date(2026, 3, 4)) < plot.season(dt.date(2026, 3, 11)) > plot.season(dt.date(2026, 7, 8))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_story_is_written_as_the_services_write(sqlite_app: Application, language: str) -> None:
    app = sqlite_app
    use_language(language)
    cast: Any = cast_zh if language == "zh_CN" else cast_en
    load_sample_company(app, today=TODAY)
    with pytest.raises(Refused):
        load_sample_company(app, today=TODAY)
    assert differences(app) == []
    assert verify(app).sound
    for key in TYPES:
        kind = app.type(key)
        table: Any = kind.model.__table__
        with reading(app.engine) as connection:
            rows = connection.execute(select(table)).mappings().all()
            drafts = read_records(app, connection, kind, [r["id"] for r in rows])
            assert search.entries(connection, table) == len(rows) > 0, key
        for row in rows:
            draft = drafts[row["id"]]
            assert row["search_text"] == search_text(kind, draft.values), key
            assert {n: row[n] for n in sort_keys(kind, draft.values)} == sort_keys(kind, draft.values)
            again = draft.copy()
            saving.derive(app, again, draft)
            assert again == draft, key
    _the_story(app, cast)


def _the_story(app: Application, cast: Any) -> None:
    """What a person is told to look for is there."""
    ages = {a.customer.label: a for a in ageing(app, TODAY)}
    assert ages[cast.CLIENTS[plot.HAIHONG]].overdue > 50_000
    assert ages[cast.CLIENTS[plot.WANLI]].overdue > 0
    lost = Condition("status", "any_of", ("lost",))
    assert count(app, ListQuery("customers", where=lost)).number == 2
    (hengda,) = fetch_page(app, ListQuery("customers", ("name", "credit_limit"), Condition("name", "is", cast.CLIENTS[plot.HENGDA]))).rows
    assert ages[hengda[0]].owed > hengda[1] > Decimal(10_000), "over the limit"
    assert count(app, ListQuery("receivables", where=Condition("status", "any_of", ("written_off",)))).number > 0
    assert count(app, ListQuery("returns", where=Condition("kind", "any_of", ("exchange",)))).number == 1
    assert count(app, ListQuery("invoices", where=Condition("corrects_id", "filled"))).number == 1
    assert count(app, ListQuery("quotes", where=Condition("revision", "at_least", 2))).number == 1
    states = Counter(row[0] for row in fetch_page(app, ListQuery("approvals", ("status",))).rows)
    assert (states["running"], states["rejected"]) == (1, 2)
    assert states["done"] >= 2
    waiting = AllOf((Condition("due", "at_most", TODAY), Condition("status", "any_of", ("open",)), Condition("owner_id", "mine")))
    assert count(app, ListQuery("tasks", where=waiting)).number >= 2
    future = Condition("order_date", "at_least", TODAY)
    assert count(app, ListQuery("sales-orders", where=future)).number == 0
    ids = fetch_ids(app, ListQuery("sales-orders", where=Condition("status", "any_of", ("done",)), order=("order_date",)), limit=1)
    seller = saving.open_record(app, "sales-orders", ids[0]).values["owner_id"].label
    steps = entries(app, "sales-orders", ids[0])
    assert {e.who for e in steps} == {seller}
    assert all(e.at.date() < TODAY - dt.timedelta(days=600) for e in steps)
    stations = {e.who for i in fetch_ids(app, ListQuery("receipts"), limit=5) for e in entries(app, "receipts", i)}
    assert stations == {cast.PEOPLE[plot.FINANCE - 1]}
