"""Printing from an open database: every record type, the language of the document, and what a person may not see."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from record_makers import customer, line, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Cancelled, Missing, Refused
from crm_desktop.filters import ListQuery
from crm_desktop.printing.context import for_list, for_record
from crm_desktop.printing.generic import card_template, list_template
from crm_desktop.printing.preview import page_count, page_text
from crm_desktop.printing.printing import print_records, print_to_pdf
from crm_desktop.printing.rendering import render
from crm_desktop.printing.template_file import dump_template, load_template
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.rights import Rights
from crm_desktop.services import saving
from crm_desktop.services.listing import fetch_ids, fetch_page
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import COMPANY_BANK, COMPANY_LOGO, COMPANY_NAME

TYPES = [kind.key for kind in BUILT_IN]
LOGO = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_an_order_prints_in_both_languages(sqlite_app: Application) -> None:
    app = sqlite_app
    settings = settings_of(app)
    settings.set(COMPANY_NAME, "华远机械")
    settings.set(COMPANY_LOGO, LOGO)
    made = order(app, customer(app, "东方机械 𠮷", address="深圳市西乡 101 号"), 3, order_date=dt.date(2026, 11, 24))
    chinese = print_records(app, "sales-orders", [made.id or 0], None, "zh_CN")
    text = page_text(chinese.pdf, 0)
    for wanted in ("华远机械", "销售订单", "东方机械 □", "Bolt 2", "叁拾元整", "2026-11-24", "草稿"):
        assert wanted in text, wanted
    assert [problem.kind for problem in chinese.problems] == ["missing_glyph"] * 2
    english = page_text(print_to_pdf(app, "sales-orders", made.id or 0, None, "en"), 0)
    assert "SAY RMB THIRTY ONLY" in english
    assert "SALES ORDER" in english
    assert "SALES ORDER" in page_text(print_to_pdf(app, "sales-orders", made.id or 0, "sales-order.en", "zh_CN"), 0)


@pytest.mark.parametrize("type_key", TYPES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_type_has_a_card_and_a_list(sqlite_app: Application, type_key: str, language: str) -> None:
    app = sqlite_app
    buyer = customer(app)
    order(app, buyer)
    kind = app.type(type_key)
    card = card_template(kind, language)
    assert load_template(dump_template(card)) == card
    for record_id in fetch_ids(app, ListQuery(type_key))[:2]:
        assert print_records(app, type_key, [record_id], "card", language).problems == ()
    columns = kind.columns
    sheet = list_template(kind, columns, language)
    assert load_template(dump_template(sheet)) == sheet
    rows = [dict(zip(columns, row, strict=False)) for row in fetch_page(app, ListQuery(type_key, columns=columns)).rows]
    assert render(sheet, for_list(app, type_key, rows, language)).problems == ()


def test_references_are_followed_one_level(sqlite_app: Application) -> None:
    app = sqlite_app
    buyer = customer(app, "Alpha", phone="020-1", level="A")
    product = saving.save(app, saving.new_draft(app, "products", {"name": "Bolt", "barcode": "6901234567892"}))
    draft = saving.new_draft(app, "sales-orders", {"customer_id": Ref(buyer.id or 0)})
    draft.lines = [line(app, "Bolt", product_id=Ref(product.id or 0))]
    made = saving.save(app, draft)
    context = for_record(app, "sales-orders", made.id or 0, "en")
    assert context["record"]["customer"] == "Alpha"
    assert context["customer"]["phone"] == "020-1"
    assert context["contact"] == {}
    assert context["lines"][0]["linked"]["product"]["barcode"] == "6901234567892"
    assert context["codes"]["status"] == "draft"
    assert context["labels"]["customer"]["phone"] == "Phone"


def test_what_a_person_may_not_see_is_not_printed(sqlite_app: Application) -> None:
    app = sqlite_app
    values = {"name": "Bolt", "cost": Decimal("7.77"), "list_price": Decimal("12.34")}
    product = saving.save(app, saving.new_draft(app, "products", values))
    assert "7.77" in page_text(print_to_pdf(app, "products", product.id or 0, "card", "en"), 0)
    app.actor = replace(app.actor, rights=Rights.of("products.see", "products.print"))
    hidden = print_records(app, "products", [product.id or 0], "card", "en")
    assert "7.77" not in page_text(hidden.pdf, 0)
    assert "12.34" in page_text(hidden.pdf, 0)
    assert hidden.problems == ()
    app.actor = replace(app.actor, rights=Rights.of("products.see"))
    with pytest.raises(Refused):
        print_to_pdf(app, "products", product.id or 0, None, "en")


def test_a_record_one_may_not_see_is_not_reached_through_a_reference(sqlite_app: Application) -> None:
    app = sqlite_app
    made = order(app, customer(app, "Alpha", phone="020-12345678"))
    app.actor = replace(app.actor, rights=Rights.of("sales-orders.see", "sales-orders.print"))
    assert for_record(app, "sales-orders", made.id or 0, "en")["customer"] == {}


def test_several_orders_in_one_run(sqlite_app: Application) -> None:
    app = sqlite_app
    buyer = customer(app)
    ids = [order(app, buyer).id or 0 for _ in range(3)]
    told: list[int] = []
    done = print_records(app, "sales-orders", ids, None, "en", told.append)
    assert told == [1, 2, 3]
    assert page_count(done.pdf) == done.pages == 3
    with pytest.raises(Cancelled):
        print_records(app, "sales-orders", ids, None, "en", cancelled=lambda: True)


def test_an_unknown_template_is_named(sqlite_app: Application) -> None:
    made = order(sqlite_app, customer(sqlite_app))
    with pytest.raises(Missing) as missing:
        print_to_pdf(sqlite_app, "sales-orders", made.id or 0, "no-such", "en")
    assert "no-such" in missing.value.message
    assert "sales-order.en" in missing.value.advice


def test_the_company_head_comes_from_the_settings(sqlite_app: Application) -> None:
    settings_of(sqlite_app).set(COMPANY_BANK, "工商银行")
    made = order(sqlite_app, customer(sqlite_app))
    assert for_record(sqlite_app, "sales-orders", made.id or 0, "zh_CN")["company"]["bank"] == "工商银行"
