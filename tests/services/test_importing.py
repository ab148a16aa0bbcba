"""Importing: planned row by row, done in one transaction, the same file twice changes nothing."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import text

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Refused, Told
from crm_desktop.exchange.cells import Sheet
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.plan import Plan, Result
from crm_desktop.exchange.tables import find_table
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.progress import Unwatched
from crm_desktop.rights import Rights
from crm_desktop.services.history import entries
from crm_desktop.services.listing import count, fetch_ids
from crm_desktop.services.operating import operate
from crm_desktop.services.saving import find_ids, open_record, save
from crm_desktop.words import _
from db import history
from db.engine import is_sqlite, reading


def plan(app: Application, type_key: str, *rows: list[Any], **facts: Any) -> Plan:
    kind = app.type(type_key)
    return plan_import(app, type_key, find_table(Sheet("S", [list(r) for r in rows]), recogniser(kind)), **facts)


def bring_in(app: Application, type_key: str, *rows: list[Any], **facts: Any) -> Result:
    return run_import(app, plan(app, type_key, *rows, **facts))


def only(app: Application, type_key: str, number: str) -> Any:
    [id_] = find_ids(app, type_key, number)
    return open_record(app, type_key, id_)


CUSTOMERS = [
    ["编号", "名称", "手机", "级别", "行业", "信用额度", "备注"],
    ["K1", "广州华远", 13800000000, "A", "玩具", "1,000.50", "老客户"],
    [None, "上海东方", "", "B", "", None, None],
]


@pytest.mark.roles
def test_customers_come_in_once(app: Application) -> None:
    first = bring_in(app, "customers", *CUSTOMERS)
    assert (first.created, first.changed, first.unchanged, first.wrong) == (2, 0, 0, 0)
    draft = only(app, "customers", "K1")
    assert draft.values["mobile"] == "13800000000"
    assert draft.values["credit_limit"] == Decimal("1000.50")
    assert draft.values["industry"] == "玩具"
    assert app.options.label("industries", "玩具") == "玩具"
    assert draft.values["initials"] == "gzhy"
    assert draft.values["status"] == "prospect"  # a default that the file does not speak of
    assert count(app, ListQuery("customers", search="gzhy")).number == 1
    second = bring_in(app, "customers", *CUSTOMERS)
    assert (second.created, second.changed, second.unchanged, second.wrong) == (0, 0, 2, 0)


def test_a_change_is_shown_before_and_kept_in_the_history(app: Application) -> None:
    bring_in(app, "customers", *CUSTOMERS)
    planned = plan(app, "customers", ["编号", "名称", "手机", "备注"], ["K1", "广州华远贸易", "", "大客户"])
    [item] = planned.records
    assert item.action == "change"
    assert {n: (c.before, c.after) for n, c in item.changes.items()} == {
        "name": ("广州华远", "广州华远贸易"),
        "note": ("老客户", "大客户"),
    }
    result = run_import(app, planned)
    draft = only(app, "customers", "K1")
    assert draft.values["mobile"] == "13800000000"  # an empty cell empties nothing
    assert draft.values["name"] == "广州华远贸易"
    entry = entries(app, "customers", draft.id or 0)[0]
    assert (entry.action, entry.batch) == ("import", result.batch)


def test_wrong_rows_stay_out_and_say_why(app: Application) -> None:
    rows = [
        ["编号", "名称", "手机", "邮箱", "信用额度", "下次跟进"],
        ["W1", "", "", "", "", ""],
        ["W2", "甲", "1.38E+10", "", "", ""],
        ["W3", "乙", "", "no mail", "", ""],
        ["W4", "丙", "", "", "1.2.3", ""],
        ["W5", "丁", "", "", -5, ""],
        ["W6", "戊", "", "", "", "03/04/2026"],
        ["W7", "己", "", "", "", "2026-03-04"],
        ["W7", "庚", "", "", "", ""],
        ["W7", "己", "", "", "", "2026-03-04"],
    ]
    planned = plan(app, "customers", *rows)
    wrong = {item.rows[0]: set(item.problems) for item in planned.wrong()}
    assert wrong == {
        2: {"name"},
        3: {"mobile"},
        4: {"email"},
        5: {"credit_limit"},
        6: {"credit_limit"},
        7: {"next_follow_up"},
        9: {""},
    }
    assert all(words for item in planned.wrong() for words in item.problems.values())
    result = run_import(app, planned)
    assert (result.created, result.unchanged, result.wrong) == (1, 1, 7)
    assert only(app, "customers", "W7").values["name"] == "己"


def test_customers_without_numbers_are_known_by_name_then_phone(app: Application) -> None:
    rows = [["名称", "电话"], ["信息", "111"], ["信息", "222"], ["唯一", "333"]]
    assert bring_in(app, "customers", *rows).created == 3
    again = bring_in(app, "customers", *rows)
    assert (again.created, again.unchanged) == (0, 3)
    moved = plan(app, "customers", ["名称", "电话"], ["唯一", "444"]).records[0]
    assert moved.action == "change"
    unclear = plan(app, "customers", ["名称", "备注"], ["信息", "which?"]).records[0]
    assert unclear.action == "wrong"
    assert "2 records" in unclear.problems[""]


def test_contacts_belong_to_their_customer(app: Application) -> None:
    customer(app, "甲公司", number="A1")
    customer(app, "乙公司", number="B1")
    rows = [
        ["公司", "客户编号", "联系人", "主联系人", "生日"],
        ["甲公司", "", "张三", "是", "1980-02-03"],
        ["", "B1", "张三", "", ""],
        ["没有", "", "李四", "", ""],
    ]
    planned = plan(app, "contacts", *rows)
    assert [r.action for r in planned.records] == ["create", "create", "wrong"]
    assert "没有" in planned.records[2].problems["customer_id"]
    run_import(app, planned)
    assert [r.action for r in plan(app, "contacts", *rows).records] == ["same", "same", "wrong"]
    [first] = [
        d for i in fetch_ids(app, ListQuery("contacts")) if (d := open_record(app, "contacts", i)).values["is_main"]
    ]
    assert first.values["birthday"] == dt.date(1980, 2, 3)


ORDERS = [
    ["订单号", "客户名称", "订单日期", "产品编号", "产品名称", "数量", "单价", "折扣", "运费", "状态"],
    ["X1", "甲公司", "2026-01-02", "P1", "", 2, "10.00", "10%", 5, "Confirmed"],
    [None, None, None, None, "安装服务", 1, 100, None, None, None],
    ["X1", "乙公司", "2026-01-03", "P9", "未知", 1, 1, None, None, ""],
    ["X1", "甲公司", None, "P1", "", 3, 1, None, None, None],
]


@pytest.mark.roles
def test_orders_one_row_per_line_by_number_and_customer(app: Application) -> None:
    customer(app, "甲公司")
    customer(app, "乙公司")
    bring_in(app, "products", ["编码", "名称", "规格", "单位", "税率"], ["P1", "螺丝", "M8", "盒", 13])
    planned = plan(app, "sales-orders", *ORDERS)
    assert [(r.action, r.rows) for r in planned.records] == [("create", [2, 3, 5]), ("create", [4])]
    notes = "\n".join(planned.notes)
    assert "X1 stands for 2 documents" in notes
    assert "not known; it stays free text" in notes
    run_import(app, planned)
    first, second = (open_record(app, "sales-orders", i) for i in find_ids(app, "sales-orders", "X1"))
    assert first.values["status"] == "confirmed"
    assert first.values["total"] == Decimal("126.00")  # 2 × 10 − 10 %, 100, 3 × 1, freight 5
    assert [(x.values["name"], x.values["specification"], x.values["unit"], x.values["tax_rate"]) for x in first.lines] == [
        ("螺丝", "M8", "盒", 0), ("安装服务", "", "", 0), ("螺丝", "M8", "盒", 0),
    ]  # fmt: skip
    assert first.lines[0].values["product_id"].label.startswith("螺丝")
    assert (second.values["status"], second.lines[0].values["code"]) == ("draft", "P9")
    again = bring_in(app, "sales-orders", *ORDERS)
    assert (again.created, again.changed, again.unchanged, again.wrong) == (0, 0, 2, 0)


def test_rows_of_an_order_must_not_contradict_each_other(app: Application) -> None:
    customer(app, "甲公司")
    rows = [
        ["订单号", "客户", "日期", "品名", "数量"],
        ["X2", "甲公司", "2026-01-02", "a", 1],
        ["X2", "甲公司", "2026-01-03", "b", 1],
    ]
    [item] = plan(app, "sales-orders", *rows).records
    assert item.action == "wrong"
    assert "rows 2 and 3" in item.problems["order_date"]


def test_a_locked_order_is_not_changed_by_a_file(app: Application) -> None:
    made = order(app, customer(app, "甲公司"), number="L1", order_date=dt.date(2026, 1, 2))
    operate(app, "sales-orders", made.id or 0, made.version, "confirm")
    head = ["订单号", "客户", "日期", "品名", "数量", "单价", "状态"]
    changed = plan(
        app,
        "sales-orders",
        head,
        ["L1", "甲公司", "2026-01-02", "Bolt 0", 9, 10, None],
        ["L1", "甲公司", "2026-01-02", "Bolt 1", 1, 10, None],
    )
    [item] = changed.records
    assert item.action == "wrong"
    assert "Confirmed" in "".join(item.problems.values())
    state = plan(app, "sales-orders", [*head[:3], "状态"], ["L1", "甲公司", "2026-01-02", "Done"])
    assert set(state.records[0].problems) == {"status"}


@pytest.mark.roles
def test_changed_lines_keep_their_identity(app: Application) -> None:
    made = order(app, customer(app, "甲公司"), number="D1")
    rows = [
        ["订单号", "客户", "品名", "数量", "单价"],
        ["D1", "甲公司", "Bolt 0", 5, 10],
        ["D1", "甲公司", "Bolt 1", 1, 10],
        ["D1", "甲公司", "Nut", 1, 1],
    ]
    result = bring_in(app, "sales-orders", *rows)
    assert result.changed == 1
    after = open_record(app, "sales-orders", made.id or 0)
    assert [x.id for x in after.lines[:2]] == [x.id for x in made.lines]
    assert after.values["total"] == Decimal("61.00")
    assert bring_in(app, "sales-orders", *rows).unchanged == 1


@pytest.mark.roles
def test_missing_customers_are_created_when_asked(app: Application) -> None:
    rows = [
        ["订单号", "客户", "客户编号", "品名", "数量", "单价"],
        ["M1", "新客户", "N7", "a", 1, 1],
        ["M2", "新客户", "N7", "a", 1, 1],
        ["M3", "另一个", "", "a", 1, 1],
    ]
    assert len(plan(app, "sales-orders", *rows).wrong()) == 3
    assert bring_in(app, "sales-orders", *rows, create_missing=True).created == 3
    assert only(app, "customers", "N7").values["name"] == "新客户"
    assert count(app, ListQuery("customers")).number == 2


def test_numbers_from_a_file_are_not_given_again(app: Application) -> None:
    bring_in(app, "customers", ["编号", "名称"], ["C00007", "甲"], ["ALFKI", "乙"])
    assert customer(app, "丙").values["number"] == "C00008"


def test_columns_that_are_needed(app: Application) -> None:
    with pytest.raises(Told) as error:
        plan(app, "sales-orders", ["客户", "品名", "数量"], ["甲", "a", 1])
    assert "Number" in error.value.message
    with pytest.raises(Told):
        plan(app, "contacts", ["联系人", "手机"], ["张三", "1"])


def test_names_in_two_columns(app: Application) -> None:
    bring_in(
        app,
        "customers",
        ["First Name", "Last Name", "Company", "Id"],
        ["Luís", "Gonçalves", "", 1],
        ["三", "张", "", 2],
        ["A", "B", "Firm", 3],
    )
    assert [only(app, "customers", n).values["name"] for n in "123"] == ["Luís Gonçalves", "张三", "Firm"]


def test_a_stopped_import_leaves_nothing(app: Application) -> None:
    class Stopped(Unwatched):
        def check_cancelled(self) -> None:
            raise Cancelled

    planned = plan(app, "customers", *CUSTOMERS)
    with pytest.raises(Cancelled):
        run_import(app, planned, Stopped())
    assert count(app, ListQuery("customers")).number == 0
    assert app.options.code("industries", "玩具") is None


@pytest.mark.roles
def test_rights_hold(app: Application) -> None:
    app.actor = Actor(
        app.actor.user_id, app.actor.name, None, Rights.of("customers.see", "customers.add", "customers.import")
    )
    planned = plan(app, "customers", *CUSTOMERS)
    assert set(planned.wrong()[0].problems) == {"industry"}  # it may not add a choice
    assert run_import(app, planned).created == 1
    app.actor = Actor(
        app.actor.user_id, app.actor.name, None, Rights.of("products.see", "products.add", "products.import")
    )
    with pytest.raises(Refused):
        plan(app, "customers", *CUSTOMERS)
    hidden = plan(app, "products", ["编码", "名称", "成本"], ["P1", "螺丝", 5])
    assert "成本" in "\n".join(hidden.notes)
    assert "cost" not in hidden.records[0].incoming.values


def both_at_once(one: Application, other: Application, type_key: str, *rows: list[Any], **facts: Any) -> list[Result]:
    """Two people who look at the same file and then press the button at the same moment."""
    plans = [(a, plan(a, type_key, *rows, **facts)) for a in (one, other)]
    gate, results = threading.Barrier(2), list[Result]()

    def press(app: Application, planned: Plan) -> None:
        gate.wait()
        results.append(run_import(app, planned))

    threads = [threading.Thread(target=press, args=p) for p in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_imports_of_one_file_at_once(app: Application, open_again: Callable[[Application], Application]) -> None:
    doubled = [["编号", "名称", "手机"], [None, "同名", "101"], [None, "同名", "102"], ["K9", "有号", "103"]]
    other = open_again(app)
    for rows, number in ((CUSTOMERS, 2), (doubled, 3)):
        results = both_at_once(app, other, "customers", *rows)
        assert sorted((r.created, r.changed, r.unchanged, r.wrong) for r in results) == [
            (0, 0, number, 0),
            (number, 0, 0, 0),
        ]
    assert count(app, ListQuery("customers")).number == 5
    assert count(app, ListQuery("options", where=Condition("code", "is", "玩具"))).number == 1
    changed = [["编号", "名称"], ["K1", "新的名称"]]
    results = both_at_once(app, other, "customers", *changed)
    assert sorted((r.changed, r.unchanged) for r in results) == [(0, 1), (1, 0)]


def test_customers_that_two_imports_miss_are_made_once(
    app: Application, open_again: Callable[[Application], Application]
) -> None:
    rows = [["订单号", "客户", "品名", "数量", "单价"], ["D1", "未知公司", "螺丝", 1, 2], ["D2", "未知公司", "螺母", 1, 2]]
    results = both_at_once(app, open_again(app), "sales-orders", *rows, create_missing=True)
    assert sorted((r.created, r.unchanged) for r in results) == [(0, 2), (2, 0)]
    assert count(app, ListQuery("customers")).number == 1
    assert count(app, ListQuery("sales-orders")).number == 2


def test_a_record_made_by_hand_since_the_plan_is_changed_not_doubled(app: Application) -> None:
    planned = plan(app, "customers", ["名称", "手机"], ["甲", "101"], ["乙", "102"])
    made = customer(app, "甲", mobile="9")
    result = run_import(app, planned)
    assert (result.created, result.changed) == (1, 1)
    assert open_record(app, "customers", made.id or 0).values["mobile"] == "101"
    planned = plan(app, "customers", ["名称", "手机"], ["丙", "101"])
    planned.recipe.existing = "skip"
    made = customer(app, "丙", mobile="9")
    assert run_import(app, planned).unchanged == 1
    assert open_record(app, "customers", made.id or 0).values["mobile"] == "9"


def test_a_record_changed_since_the_plan_is_not_overwritten(app: Application) -> None:
    made = customer(app, "甲", number="V1")
    planned = plan(app, "customers", ["编号", "名称"], ["V1", "乙"])
    made.values["note"] = "by hand"
    save(app, made)
    with pytest.raises(Told):
        run_import(app, planned)
    assert only(app, "customers", "V1").values["name"] == "甲"


def indexes(app: Application) -> set[str]:
    """The names of all indexes, whatever they are made over."""
    with reading(app.engine) as connection:
        sqlite = is_sqlite(connection)
        query = "SELECT name FROM sqlite_master WHERE type = 'index'" if sqlite else "SELECT indexname FROM pg_indexes"
        return set(connection.scalars(text(query)))


class StoppedWhileWriting(Unwatched):
    """Somebody who has seen enough after some thousand records."""

    written = 0

    def report(self, done: int, total: int, text: str) -> None:
        self.written = done if text == _("Importing") else 0

    def check_cancelled(self) -> None:
        if self.written >= 2000:
            raise Cancelled


@pytest.mark.roles
def test_many_new_records_are_indexed_and_entered_like_few(app: Application) -> None:
    """Their indexes are made anew at the end, in one go: none is missing afterwards, nor after a stop."""
    rows = [["名称", "电话", "城市"], *([f"广州第{n}贸易行", f"020-8{n:07}", "广州"] for n in range(5_100))]
    before = indexes(app)
    with pytest.raises(Cancelled):
        run_import(app, plan(app, "customers", *rows), StoppedWhileWriting())
    assert indexes(app) == before
    assert count(app, ListQuery("customers")).number == 0
    assert bring_in(app, "customers", *rows).created == 5_100
    assert indexes(app) == before
    for words, hits in (("8000509", 10), ("第5099", 1), ("gzd5099", 1), ("广州第5099贸易行", 1)):
        assert count(app, ListQuery("customers", search=words)).number == hits, words
    with reading(app.engine) as connection:
        assert [f for f in history.check(connection) if isinstance(f, history.Break)] == []


def test_what_follows_from_a_name_is_no_reason_to_refuse_it(app: Application) -> None:
    """The initials of the longest names are longer than their field."""
    assert bring_in(app, "customers", ["编号", "名称"], ["1", "广州" * 45], ["2", "上海"]).created == 2
    assert only(app, "customers", "1").values["initials"] == "gz" * 30
