"""Documents of the sales chain out of lists: opening balances, confirmed orders and what they are owed, deliveries of their lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.exchange.cells import Sheet
from crm_desktop.exchange.exporting import export_list
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.plan import Plan, Result
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.tables import find_table
from crm_desktop.filters import ListQuery
from crm_desktop.rights import Rights
from crm_desktop.services.listing import fetch_page
from crm_desktop.services.operating import operate
from crm_desktop.services.saving import find_ids, open_record
from crm_desktop.services.undo_import import undo_import

DUE = dt.date(2026, 12, 31)
BALANCES = [
    ["客户名称", "单据编号", "期初应收", "到期日", "摘要"],
    ["Alpha", "QC1", "1,200.50", "2026-12-31", "期初"],
    ["Beta", None, 88, "2026-12-31", "期初"],
    ["Beta", None, -30, None, "预收"],
    ["Gamma", None, 0, None, "期初"],
    ["Gamma", None, None, None, "期初"],
]
ORDERS = [
    ["订单编号", "客户", "日期", "状态", "品名", "规格", "数量", "单价"],
    ["SO1", "Alpha", "2026-11-01", "Confirmed", "灯", "大", 2, 50],
    ["SO1", "Alpha", "2026-11-01", "Confirmed", "灯", "小", 1, 10],
    ["SO2", "Beta", "2026-11-02", "Draft", "灯", "大", 1, 50],
    ["SO3", "Beta", "2026-01-02", "Done", "灯", "大", 1, 70],
]


@pytest.fixture
def company(app: Application) -> Application:
    for name in ("Alpha", "Beta", "Gamma"):
        customer(app, name)
    return app


def plan(app: Application, type_key: str, rows: list[list[Any]]) -> Plan:
    return plan_import(app, type_key, find_table(Sheet("S", [list(r) for r in rows]), recogniser(app.type(type_key))))


def bring_in(app: Application, type_key: str, rows: list[list[Any]]) -> Result:
    return run_import(app, plan(app, type_key, rows))


def listed(app: Application, type_key: str, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(row[:-1] for row in fetch_page(app, ListQuery(type_key, columns)).rows)


def test_opening_balances_come_in_once(company: Application) -> None:
    result = bring_in(company, "receivables", BALANCES)
    assert (result.created, result.unchanged, result.wrong) == (3, 1, 1)
    amounts = [Decimal("-30"), Decimal("88"), Decimal("1200.50")]
    assert [row[0] for row in listed(company, "receivables", "open_amount")] == amounts
    [id_] = find_ids(company, "receivables", "QC1")
    values = open_record(company, "receivables", id_).values
    assert (values["customer_id"].label, values["due_date"], values["title"], values["status"]) == ("Alpha", DUE, "期初", "open")
    again = bring_in(company, "receivables", BALANCES)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 4)
    assert undo_import(company, result.batch).removed == 3


def test_an_opening_balance_needs_its_amount(company: Application) -> None:
    planned = plan(company, "receivables", BALANCES)
    assert [set(p.problems) for p in planned.wrong()] == [{"amount"}]
    assert any("0" in note for note in planned.notes)


def test_confirmed_orders_are_owed_and_finished_ones_are_history(company: Application) -> None:
    planned = plan(company, "sales-orders", ORDERS)
    assert len([n for n in planned.notes if "receivables" in n]) == 2
    result = run_import(company, planned)
    assert listed(company, "sales-orders", "number", "status", "open_amount") == [
        ("SO1", "confirmed", Decimal("110")),
        ("SO2", "draft", Decimal("0")),
        ("SO3", "done", Decimal("0")),
    ]
    assert listed(company, "receivables", "amount", "open_amount", "status") == [(Decimal("110"), Decimal("110"), "open")]
    assert bring_in(company, "sales-orders", ORDERS).unchanged == 3
    assert undo_import(company, result.batch).removed == 4
    assert listed(company, "sales-orders", "number") == listed(company, "receivables", "number") == []


def test_an_import_is_not_taken_back_behind_somebodys_work(company: Application) -> None:
    result = bring_in(company, "sales-orders", ORDERS)
    [id_] = find_ids(company, "sales-orders", "SO1")
    operate(company, "sales-orders", id_, open_record(company, "sales-orders", id_).version, "complete")
    with pytest.raises(Refused):
        undo_import(company, result.batch)
    assert len(listed(company, "receivables", "number")) == 1


def test_nobody_confirms_orders_by_a_file_without_the_right(company: Application) -> None:
    grants = ("customers.see", *(f"sales-orders.{o}" for o in ("see", "add", "import")))
    company.actor = replace(company.actor, rights=Rights.of(*grants), version=0)
    planned = plan(company, "sales-orders", ORDERS)
    assert {p.label: p.action for p in planned.records} == {"SO1": "wrong", "SO2": "create", "SO3": "wrong"}
    assert run_import(company, planned).created == 1


def test_deliveries_are_of_lines_of_their_order(company: Application) -> None:
    bring_in(company, "sales-orders", ORDERS)
    rows = [
        ["发货单号", "订单编号", "日期", "品名", "规格", "数量"],
        ["D1", "SO1", "2026-11-03", "灯", "小", 1],
        ["D1", "SO1", "2026-11-03", "灯", "大", 2],
        ["D2", "SO1", "2026-11-03", "门", "", 1],
        ["D3", "SO9", "2026-11-03", "灯", "", 1],
    ]
    planned = plan(company, "deliveries", rows)
    assert {p.label: set(p.problems) for p in planned.records} == {"D1": set(), "D2": {"lines.0.name"}, "D3": {"order_id"}}
    run_import(company, planned)
    [id_] = find_ids(company, "deliveries", "D1")
    delivery = open_record(company, "deliveries", id_)
    assert delivery.values["customer_id"].label == "Alpha"
    operate(company, "deliveries", id_, delivery.version, "ship")
    assert ("SO1", "done") in listed(company, "sales-orders", "number", "status")


def test_what_a_file_cannot_say_of_a_document_is_told(company: Application) -> None:
    rows = [["开票单号", "客户", "开票日期", "状态", "品名", "数量", "单价"], ["I1", "Alpha", "2026-11-01", "Issued", "灯", 2, 50]]
    planned = plan(company, "invoices", rows)
    assert any("To be issued" in note for note in planned.notes)
    run_import(company, planned)
    assert listed(company, "invoices", "number", "status", "total") == [("I1", "draft", Decimal("100"))]


def test_receipts_need_no_number_and_come_in_once(company: Application) -> None:
    rows = [["客户", "收款日期", "收款金额", "流水号"], ["Alpha", "2026-11-01", 100, "X1"], ["Alpha", "2026-11-01", 100, "X2"]]
    assert bring_in(company, "receipts", rows).created == 2
    assert bring_in(company, "receipts", rows).unchanged == 2


def test_open_amounts_go_out_and_the_file_changes_nothing(company: Application, tmp_path: Path) -> None:
    bring_in(company, "receivables", BALANCES)
    bring_in(company, "sales-orders", ORDERS)
    for type_key, heading, open_amounts in (
        ("receivables", "Still open", {-30, 88, 110, Decimal("1200.5")}),
        ("sales-orders", "Still to be paid", {0, 110}),
    ):
        file = tmp_path / f"{type_key}.xlsx"
        export_list(company, ListQuery(type_key), file)
        rows = read_workbook(file).sheets[0].rows
        assert {row[rows[0].index(heading)] for row in rows[1:]} == open_amounts
        planned = plan(company, type_key, rows)
        assert {p.action for p in planned.records} == {"same"}, type_key
