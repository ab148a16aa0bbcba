"""Fields an administrator added and ticked for printing stand on the forms of the program: with their labels, only where filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.printing.preview import page_sizes, page_text
from crm_desktop.printing.printing import print_records
from crm_desktop.printing.shipped import shipped_templates
from crm_desktop.services import custom_fields, saving
from crm_desktop.services.custom_fields import NewField
from db.fields import Field

FORMS = (
    "quote", "sales-contract", "sales-order", "delivery-note", "delivery-note-241x140", "sales-return", "receipt", "invoice",
    "customer-card",
)  # fmt: skip


def texts(app: Application, type_key: str, record_id: int | None, template: str) -> str:
    made = print_records(app, type_key, [record_id or 0], template, template.rsplit(".", 1)[1])
    assert made.problems == ()
    return "".join(page_text(made.pdf, page) for page in range(len(page_sizes(made.pdf))))


def test_what_was_ticked_is_printed_with_its_label_and_nothing_else(sqlite_app: Application) -> None:
    app = sqlite_app
    ticked = {
        "工程名称": ("text", "番禺一期"), "安装日期": ("date", dt.date(2026, 12, 1)), "押金": ("money", Decimal(1500)),
        "含安装": ("yes_no", True), "现场说明": ("long_text", "先电话联系\n再送货"),
    }  # fmt: skip
    values: dict[str, Any] = {}
    for label, (kind, value) in ticked.items():
        values[custom_fields.add_field(app, "sales-orders", NewField(label, kind, printed=True))] = value
    values[custom_fields.add_field(app, "sales-orders", NewField("内部备注"))] = "利润不够"
    custom_fields.add_field(app, "sales-orders", NewField("空着的", printed=True))
    sold = order(app, customer(app, "深圳东方"), 2, **values)
    for name in ("sales-order.zh_CN", "sales-contract.zh_CN"):
        text = texts(app, "sales-orders", sold.id, name)
        for words in ("工程名称：番禺一期", "安装日期：2026-12-01", "押金：1,500.00", "含安装：是", "先电话联系", "再送货"):
            assert words in text, (name, words)
        assert "利润不够" not in text
        assert "空着的" not in text
    assert "工程名称: 番禺一期" in texts(app, "sales-orders", sold.id, "sales-order.en")


def test_the_tick_can_be_taken_away(sqlite_app: Application) -> None:
    app = sqlite_app
    name = custom_fields.add_field(app, "sales-orders", NewField("工程名称", printed=True))
    sold = order(app, customer(app, "深圳东方"), **{name: "番禺一期"})
    assert "番禺一期" in texts(app, "sales-orders", sold.id, "sales-order.zh_CN")
    custom_fields.change_field(app, "sales-orders", name, NewField("工程名称"))
    assert "番禺一期" not in texts(app, "sales-orders", sold.id, "sales-order.zh_CN")


def test_a_field_that_is_hidden_from_a_person_is_not_on_their_paper(sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    app = sqlite_app
    name = custom_fields.add_field(app, "sales-orders", NewField("成本说明", printed=True))
    sold = order(app, customer(app, "深圳东方"), **{name: "八折进货"})
    kind = app.types["sales-orders"]
    hidden: Mapping[str, Field] = {n: replace(about, secret=True) for n, about in kind.custom.items()}
    app.types["sales-orders"] = replace(kind, custom=hidden)
    rights = app.actor.rights
    assert "八折进货" in texts(app, "sales-orders", sold.id, "sales-order.zh_CN")
    grants = ("sales-orders.see", "sales-orders.print", "customers.see", "customers.print")
    app.actor = replace(app.actor, rights=type(rights).of(*grants), version=0)
    assert "八折进货" not in texts(app, "sales-orders", sold.id, "sales-order.zh_CN")


@pytest.mark.parametrize("name", ("delivery-note", "delivery-note-241x140"))
def test_a_short_delivery_note_stays_on_one_page(sqlite_app: Application, name: str) -> None:
    app = sqlite_app
    own = custom_fields.add_field(app, "deliveries", NewField("车牌", printed=True))
    sold = order(app, customer(app, "深圳东方"), 2)
    made = saving.new_draft(app, "deliveries", {"customer_id": sold.values["customer_id"], "order_id": Ref(sold.id or 0), own: "粤A12345"})
    made.lines.append(saving.new_line(app.type("deliveries")))
    made.lines[0].values |= {"name": "轴承", "quantity": Decimal(2), "unit": "件", "order_line_id": sold.lines[0].id}
    saved = saving.save(app, made)
    printed = print_records(app, "deliveries", [saved.id or 0], f"{name}.zh_CN", "zh_CN")
    assert printed.pages == max(1, len(shipped_templates()[f"{name}.zh_CN"].captions))
    assert "车牌：粤A12345" in page_text(printed.pdf, 0)


def test_every_form_has_the_place() -> None:
    for name in (f"{form}.{code}" for form in FORMS for code in ("zh_CN", "en")):
        places = [b for b in shipped_templates()[name].bands if "more.text" in b.visible_when]
        assert len(places) == 1, name
