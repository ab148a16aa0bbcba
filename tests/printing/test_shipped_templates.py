"""The templates that come with the program, on real records: nothing unknown, nothing cut, in both languages, at once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Doubt
from crm_desktop.printing.checking import check_template
from crm_desktop.printing.preview import page_sizes, page_text
from crm_desktop.printing.printing import print_records
from crm_desktop.printing.shipped import FIRST, shipped_templates
from crm_desktop.printing.template_store import Chooser, prints_lists
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.rules.approvals import Approver, Design, Step
from crm_desktop.services import saving
from crm_desktop.services.approvals import deciding, drawing
from crm_desktop.services.approvals.inbox import fetch_box
from crm_desktop.services.operating import operate
from crm_desktop.services.settings_store import settings_of
from crm_desktop.settings import (
    COMPANY_ACCOUNT,
    COMPANY_ADDRESS,
    COMPANY_BANK,
    COMPANY_NAME,
    COMPANY_PHONE,
    COMPANY_TAX_NUMBER,
)

NAMES = sorted(shipped_templates())
DAY = dt.date(2026, 11, 24)
NEEDED = {
    "quote", "sales-contract", "sales-order", "delivery-note", "delivery-note-241x140", "sales-return", "receipt", "invoice", "statement",
    "customer-card", "customer-list", "price-list", "address-labels", "product-labels", "parcel-labels", "envelope",
    "approval-sheet", "reminder-1", "reminder-2", "reminder-3", "price-sheet",
}  # fmt: skip


def office(app: Application) -> dict[str, int]:
    """One record of every type that has a template, with everything filled in that a form shows; their ids."""
    settings = settings_of(app)
    settings.set(COMPANY_NAME, "广州华远机械设备有限公司")
    settings.set(COMPANY_ADDRESS, "广州市番禺区光明北路 88 号")
    settings.set(COMPANY_PHONE, "020-3388 9900")
    settings.set(COMPANY_TAX_NUMBER, "91440101MA59ABCD1X")
    settings.set(COMPANY_BANK, "中国工商银行番禺支行")
    settings.set(COMPANY_ACCOUNT, "3602 0889 1920 0123 456")
    buyer = customer(
        app, "深圳东方机械设备有限公司", phone="0755-8888 6666", mobile="13800138000", city="深圳", region="广东",
        address="深圳市宝安区西乡街道 101 号", tax_number="91440300708461136T", bank="招商银行", bank_account="7559 1234",
    )  # fmt: skip
    who = Ref(buyer.id or 0)
    contact = saved(app, "contacts", {"customer_id": who, "name": "王喆", "mobile": "13900139000", "title": "采购经理"})
    product = {"name": "深沟球轴承", "code": "P1", "barcode": "6901234567892", "list_price": Decimal(18), "specification": "6204-2RS"}
    goods = saved(app, "products", product)
    sold = order(app, buyer, 3, order_date=DAY, delivery_date=DAY + dt.timedelta(days=9), note="木箱包装")
    common = {"customer_id": who, "contact_id": Ref(contact.id or 0), "note": "请按时交货"}
    of_order = {"customer_id": who, "order_id": Ref(sold.id or 0)}
    rows = [{"name": "深沟球轴承", "quantity": Decimal(4), "unit": "件", "price": Decimal("12.5")}]
    plain = [{"name": "深沟球轴承", "quantity": Decimal(4), "unit": "件", "order_line_id": sold.lines[0].id}]
    priced = [plain[0] | {"price": Decimal("12.5")}]
    made = {
        "customers": buyer, "products": goods, "sales-orders": sold,
        "quotes": saved(app, "quotes", common | {"quote_date": DAY, "title": "轴承"}, rows),
        "deliveries": saved(app, "deliveries", of_order | {"delivery_date": DAY, "carrier": "顺丰", "packages": 2}, plain),
        "returns": saved(app, "returns", of_order | {"return_date": DAY, "reason": "quality", "kind": "refund"}, priced),
        "invoices": saved(app, "invoices", {"customer_id": who, "invoice_date": DAY, "title_name": "深圳东方"}, rows),
        "price-lists": saved(app, "price-lists", {"name": "标准价", "valid_until": DAY, "level": "A"}, [
            {"product_id": Ref(goods.id or 0), "price": Decimal("17.5")},
            {"product_id": Ref(goods.id or 0), "min_quantity": Decimal(50), "discount": Decimal(10)},
        ]),
        "receipts": saved(app, "receipts", {"customer_id": who, "receipt_date": DAY, "amount": Decimal("4509.20")}),
    }  # fmt: skip
    return {key: draft.id or 0 for key, draft in made.items()} | {"approvals": approval(app)}


def approval(app: Application) -> int:
    """A request to confirm an order, agreed to and carried out."""
    design = Design((Step("总经理", (Approver("person", app.actor.user_id or 0),)),), own="decide")
    drawing.save_drawing(app, replace(drawing.new_drawing(app, "sales-orders", "confirm"), name="订单审批", design=design))
    sold = order(app, customer(app, "上海一家"))
    with pytest.raises(Doubt) as told:
        operate(app, "sales-orders", sold.id or 0, sold.version, "confirm", "急单")
    operate(app, "sales-orders", sold.id or 0, sold.version, "confirm", "急单", despite=frozenset({told.value.key}))
    (waiting,) = fetch_box(app, "to_decide")
    return int(deciding.decide(app, waiting.id, "agree", "同意发货").id or 0)


def saved(app: Application, type_key: str, values: dict[str, Any], rows: Sequence[dict[str, Any]] = ()) -> Draft:
    draft = saving.new_draft(app, type_key, values)
    for row in rows:
        draft.lines.append(saving.new_line(app.type(type_key)))
        draft.lines[-1].values |= row
    return saving.save(app, draft)


def test_every_document_has_its_templates_in_both_languages() -> None:
    assert {(name, code) for name in NEEDED for code in ("en", "zh_CN")} == {tuple(name.rsplit(".", 1)) for name in NAMES}
    types = {kind.key for kind in BUILT_IN}
    for name in NAMES:
        template = shipped_templates()[name]
        assert template.record_type in types
        assert set(template.title) == {"en", "zh_CN"}
        assert check_template(template) == (), name
    assert set(FIRST) <= NEEDED


def test_all_of_them_print_real_records(sqlite_app: Application) -> None:
    app = sqlite_app
    ids = office(app)
    wanted = {
        "quote.zh_CN": ("报价单", "伍拾元整", "轴承"), "quote.en": ("QUOTATION", "SAY RMB FIFTY ONLY"),
        "sales-contract.zh_CN": ("购 销 合 同", "违约责任"),
        "delivery-note.zh_CN": ("送 货 单", "顺丰", "件数 2"),
        "receipt.zh_CN": ("肆仟伍佰零玖元贰角整", "4,509.20"), "receipt.en": ("RECEIPT",),
        "statement.zh_CN": ("对账单", "期初余额"), "customer-card.zh_CN": ("王喆", "联系人"),
        "price-list.en": ("PRICE LIST", "18.00"),
        "price-sheet.zh_CN": ("标准价", "17.50", "50", "16.20", "2026-11-24", "级别：A"), "price-sheet.en": ("Price list", "From qty."),
        "approval-sheet.zh_CN": ("审批单", "总经理", "同意发货", "急单"), "approval-sheet.en": ("APPROVAL SHEET", "Approved"),
        "envelope.zh_CN": ("深圳东方机械设备有限公司",), "product-labels.zh_CN": ("6901234567892",), "invoice.en": ("深圳东方",),
    }  # fmt: skip
    for name in NAMES:
        template = shipped_templates()[name]
        made = print_records(app, template.record_type, [ids[template.record_type]], name, template.language)
        assert made.problems == (), name
        text = page_text(made.pdf, 0)
        assert "#?" not in text, name
        for words in wanted.get(name, ()):
            assert words in text, (name, words)
        paper = template.page.sheet.dimensions() if template.page.sheet else template.page.dimensions()
        assert page_sizes(made.pdf)[0] == pytest.approx(paper, abs=0.2), name


def test_the_three_copies_of_the_continuous_form(sqlite_app: Application) -> None:
    ids = office(sqlite_app)
    made = print_records(sqlite_app, "deliveries", [ids["deliveries"]], "delivery-note-241x140.zh_CN", "zh_CN")
    assert made.pages == 3
    assert ["存根" in page_text(made.pdf, 0), "客户" in page_text(made.pdf, 1), "回单" in page_text(made.pdf, 2)] == [True] * 3


def test_one_label_for_each_package(sqlite_app: Application) -> None:
    ids = office(sqlite_app)
    assert print_records(sqlite_app, "deliveries", [ids["deliveries"]], "parcel-labels.zh_CN", "zh_CN").pages == 2


def test_the_main_form_comes_first_and_lists_are_apart(sqlite_app: Application) -> None:
    app = sqlite_app
    for key, first in (("sales-orders", "sales-order"), ("deliveries", "delivery-note"), ("quotes", "quote"), ("returns", "sales-return")):
        for code in ("en", "zh_CN"):
            assert Chooser(app, app.type(key), code).of().name == f"{first}.{code}"
    chooser = Chooser(app, app.type("products"), "en")
    assert {template.name for template in chooser.lists} == {"price-list.en", "price-list.zh_CN"}
    assert not any(prints_lists(template, app.type("products")) for template in chooser.all())


def test_many_records_on_one_list(sqlite_app: Application) -> None:
    app = sqlite_app
    ids = [saved(app, "products", {"name": f"Bolt {number}", "code": f"B{number}"}).id or 0 for number in range(70)]
    made = print_records(app, "products", ids, "price-list.en", "en")
    assert made.pages == 2
    assert made.problems == ()
    assert "Bolt 69" in page_text(made.pdf, 1)


@pytest.mark.benchmark
def test_the_first_page_comes_at_once(sqlite_app: Application) -> None:
    """150 ms from any template, warm."""
    ids = office(sqlite_app)
    for name in NAMES:
        template = shipped_templates()[name]
        times = []
        for _run in range(4):
            start = time.perf_counter()
            print_records(sqlite_app, template.record_type, [ids[template.record_type]], name, template.language)
            times.append(time.perf_counter() - start)
        assert min(times[1:]) < 0.15, (name, times)
