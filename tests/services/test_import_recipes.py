"""What a person can say about an import beyond its columns, kept under a name and learned from: see recipe.py."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Invalid, Missing, Refused, Told
from crm_desktop.exchange.bringing_in import plan_file, recipe_by_name, remember
from crm_desktop.exchange.cells import Sheet, Workbook
from crm_desktop.exchange.first_look import FirstLook, lay_out
from crm_desktop.exchange.importing import run_import
from crm_desktop.exchange.plan import Plan
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.recipe import Joined, Recipe
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services.files import list_files
from crm_desktop.services.import_mappings import delete_mapping, keep_mapping, mappings
from crm_desktop.services.listing import count, fetch_ids
from crm_desktop.services.saving import find_ids, new_draft, open_record, save
from crm_desktop.services.undo_import import undo_import


def planned(app: Application, recipe: Recipe, *sheets: Any, folder: Path = Path()) -> Plan:
    book = Workbook("list.xlsx", [Sheet(f"S{n}", [list(r) for r in rows]) for n, rows in enumerate(sheets, 1)])
    return plan_file(app, book, folder / "list.xlsx", recipe)[1]


def only(app: Application, type_key: str, number: str) -> dict[str, Any]:
    [id_] = find_ids(app, type_key, number)
    return open_record(app, type_key, id_).values


def test_columns_are_split_joined_and_fixed(sqlite_app: Application) -> None:
    recipe = Recipe(
        "customers",
        columns={"公司": "name", "省市 [1]": "region", "省市 [2]": "city", "路 + 号": "address", "级别": "level"},
        split={"省市": "/"},
        joined=[Joined(["路", "号"], "")],
        fixed={"source": "展会", "level": "B"},
        new_choices=True,
    )
    rows = [
        ["公司", "省市", "路", "号", "级别"],
        ["甲公司", "广东/深圳", "科技路", "1号", "A"],
        ["乙公司", "北京", "", "2号", ""],
    ]
    plan = planned(sqlite_app, recipe, rows)
    assert [p.problems for p in plan.wrong()] == []
    run_import(sqlite_app, plan)
    found = {
        d["name"]: (d["region"], d["city"], d["address"], d["level"], d["source"])
        for i in fetch_ids(sqlite_app, ListQuery("customers"))
        if (d := open_record(sqlite_app, "customers", i).values)
    }
    assert {n: v[:4] for n, v in found.items()} == {
        "甲公司": ("广东", "深圳", "科技路1号", "A"),
        "乙公司": ("北京", "", "2号", "B"),
    }
    assert {sqlite_app.options.label("sources", v[4]) for v in found.values()} == {"Trade fair"}


def test_what_is_unknown_is_asked_with_suggestions_and_made_only_when_told(sqlite_app: Application) -> None:
    app = sqlite_app
    save(app, new_draft(app, "products", {"code": "G1", "name": "GTX Pro"}))
    customer(app, "华远机械有限公司", number="K1")
    rows = [
        ["订单号", "客户", "产品", "数量", "单价"],
        ["D1", "华远机械", "GTXPro", 1, 2],
        ["D2", "全新的客户", "GTXPro", 1, 2],
    ]
    plan = planned(app, Recipe("sales-orders"), rows)
    assert [p.action for p in plan.records] == ["wrong", "wrong"]
    unknown = {key: (u.count, u.suggestions[:1]) for key, u in plan.unknown.items()}
    assert unknown == {
        ("customer_id", "华远机械"): (1, ["华远机械有限公司"]),
        ("customer_id", "全新的客户"): (1, []),
        ("lines.product_id", "GTXPro"): (2, ["GTX Pro"]),
    }
    words = {"customer_id": {"华远机械": "华远机械有限公司"}, "lines.product_id": {"GTXPro": "GTX Pro"}}
    plan = planned(app, Recipe("sales-orders", words=words), rows)
    assert [p.action for p in plan.records] == ["create", "wrong"]
    run_import(app, plan)
    [id_] = find_ids(app, "sales-orders", "D1")
    assert open_record(app, "sales-orders", id_).lines[0].values["product_id"].label.endswith("GTX Pro")

    choices = [["名称", "行业"], ["甲", "机械制造"], ["乙", "木工"]]
    plan = planned(app, Recipe("customers"), choices)
    assert [p.action for p in plan.records] == ["wrong", "wrong"]
    assert plan.unknown["industry", "木工"].may_be_new
    told = Recipe("customers", new={"industry": ["木工"]}, words={"industry": {"机械制造": ""}})
    plan = planned(app, told, choices)
    assert [p.action for p in plan.records] == ["create", "create"]
    assert plan.new_choices == {"industries": ["木工"]}


@pytest.mark.parametrize(
    ("existing", "action", "expected"),
    [
        ("update", "change", ("New", "Kiel", "1")),
        ("fill", "change", ("Old", "Kiel", "1")),
        ("skip", "same", ("Old", "", "1")),
        ("ask", "ask", ("Old", "", "1")),
    ],
)
def test_the_rule_for_existing_records(
    sqlite_app: Application, existing: Any, action: str, expected: tuple[str, ...]
) -> None:
    made = customer(sqlite_app, "Old", number="K1", tax_number="TAX-9")
    recipe = Recipe("customers", key=["tax_number"], existing=existing)
    rows = [["Name", "Tax number", "City"], ["New", "TAX-9", "Kiel"], ["Other", "", "Bonn"]]
    plan = planned(sqlite_app, recipe, rows)
    assert [p.action for p in plan.records] == [action, "create"]
    result = run_import(sqlite_app, plan)
    assert (result.created, result.left) == (1, int(existing == "ask"))
    found = open_record(sqlite_app, "customers", made.id or 0).values
    assert (found["name"], found["city"], str(count(sqlite_app, ListQuery("customers")).number - 1)) == expected


def test_a_change_that_is_asked_happens_when_it_is_let(sqlite_app: Application) -> None:
    customer(sqlite_app, "Old", number="K1")
    plan = planned(sqlite_app, Recipe("customers", existing="ask"), [["Number", "Name"], ["K1", "New"]])
    plan.records[0].action = "change"
    assert run_import(sqlite_app, plan).changed == 1
    assert only(sqlite_app, "customers", "K1")["name"] == "New"


def test_a_key_needs_its_column(sqlite_app: Application) -> None:
    with pytest.raises(Told, match="known by Tax number"):
        planned(sqlite_app, Recipe("customers", key=["tax_number"]), [["Name"], ["A"]])


def test_all_or_nothing(sqlite_app: Application) -> None:
    rows = [["Name", "E-mail"], ["A", "a@b.cn"], ["B", "nothing"]]
    with pytest.raises(Refused):
        run_import(sqlite_app, planned(sqlite_app, Recipe("customers", all_or_nothing=True), rows))
    assert count(sqlite_app, ListQuery("customers")).number == 0


def test_the_order_of_a_date_is_asked_and_taken_as_told(sqlite_app: Application) -> None:
    rows = [["Name", "Next follow-up"], ["A", "03/04/2026"], ["B", "05/06/2026"]]
    plan = planned(sqlite_app, Recipe("customers"), rows)
    assert [(q.target, q.heading, q.example) for q in plan.questions] == [
        ("next_follow_up", "Next follow-up", "05/06/2026")
    ]
    assert plan.count("wrong") == 2
    for order, day in (("day", dt.date(2026, 4, 3)), ("month", dt.date(2026, 3, 4))):
        plan = planned(sqlite_app, Recipe("customers", dates={"next_follow_up": order}), rows)
        assert plan.records[0].incoming.values["next_follow_up"] == day
        assert plan.questions == []


def test_a_decimal_comma_is_told_by_the_column(sqlite_app: Application) -> None:
    rows = [["Name", "Credit limit"], ["A", "1.234,56"], ["B", "1.000"], ["C", 7]]
    plan = planned(sqlite_app, Recipe("customers"), rows)
    assert [p.incoming.values["credit_limit"] for p in plan.records] == [Decimal("1234.56"), Decimal(1000), Decimal(7)]
    assert any("decimal sign" in note for note in plan.notes)
    mixed = planned(sqlite_app, Recipe("customers"), [*rows, ["D", "1,234.50"]])
    assert [p.rows for p in mixed.wrong()] == [[2]]


CONTACTS = [
    ["客户编号", "客户名称", "联系人", "联系人手机", "职务"],
    ["K1", "甲公司", "张三", "13800000001", "经理"],
    ["K1", "甲公司", "李四", "13800000002", ""],
    ["K2", "乙公司", "", "", ""],
    ["", "丙公司", "王五", "abc", ""],
]


def test_contacts_stand_in_the_sheet_of_their_customers(app: Application) -> None:
    plan = planned(app, Recipe("customers"), CONTACTS)
    assert [(p.label, p.action) for p in plan.records] == [("K1", "create"), ("K2", "create"), ("丙公司", "wrong")]
    assert set(plan.records[2].problems) == {"contacts.mobile"}
    result = run_import(app, plan)
    assert (result.created, count(app, ListQuery("contacts")).number) == (2, 2)
    again = planned(app, Recipe("customers"), CONTACTS)
    assert [p.action for p in again.records] == ["same", "same", "wrong"]
    more = [CONTACTS[0], ["K1", "甲公司", "张三", "13800000009", ""], ["K1", "甲公司", "赵六", "", ""]]
    plan = planned(app, Recipe("customers"), more)
    assert [(p.action, list(p.changes)) for p in plan.records] == [("change", ["contacts"])]
    before = only(app, "customers", "K1")["updated_at"]
    second = run_import(app, plan)
    assert only(app, "customers", "K1")["updated_at"] == before, "the customer itself stays as it was"
    [customer_id] = find_ids(app, "customers", "K1")
    mine = ListQuery("contacts", where=Condition("customer_id", "any_of", (customer_id,)))
    found = {d["name"]: d["mobile"] for i in fetch_ids(app, mine) if (d := open_record(app, "contacts", i).values)}
    assert found == {"张三": "13800000009", "李四": "13800000002", "赵六": ""}
    undo_import(app, second.batch)
    found = {d["name"]: d["mobile"] for i in fetch_ids(app, mine) if (d := open_record(app, "contacts", i).values)}
    assert found == {"张三": "13800000001", "李四": "13800000002"}


def test_orders_and_their_lines_on_two_sheets(sqlite_app: Application) -> None:
    customer(sqlite_app, "甲公司", number="K1")
    heads = [
        ["订单号", "客户", "订单日期", "备注"],
        ["D1", "甲公司", "2026-01-02", "急"],
        ["D2", "甲公司", "2026-01-03", ""],
    ]
    lines = [
        ["单号", "品名", "数量", "单价", "备注"],
        ["D1", "螺丝", 2, 3, "镀锌"],
        ["D1", "螺母", 4, "0.5", ""],
        ["D2", "垫圈", 1, 1, ""],
        ["D9", "垫圈", 1, 1, ""],
    ]
    plan = planned(sqlite_app, Recipe("sales-orders", sheet="S1", lines_sheet="S2"), heads, lines)
    assert [p.problems for p in plan.wrong()] == []
    assert any("D9" in note for note in plan.notes)
    run_import(sqlite_app, plan)
    order = open_record(sqlite_app, "sales-orders", find_ids(sqlite_app, "sales-orders", "D1")[0])
    assert (order.values["note"], order.values["total"]) == ("急", Decimal(8))
    assert [(x.values["name"], x.values["quantity"], x.values["remark"]) for x in order.lines] == [
        ("螺丝", 2, "镀锌"),
        ("螺母", 4, ""),
    ]
    with pytest.raises(Told, match="S3"):
        planned(sqlite_app, Recipe("sales-orders", sheet="S1", lines_sheet="S3"), heads, lines, [["品名"], ["x"]])


def test_files_are_named_by_their_paths(sqlite_app: Application, tmp_path: Path) -> None:
    (tmp_path / "合同.txt").write_text("Vertrag", encoding="utf-8")
    rows = [["编号", "名称", "附件"], ["K1", "甲", "合同.txt"], ["K2", "乙", "没有.pdf"]]
    for _turn in range(2):
        plan = planned(sqlite_app, Recipe("customers"), rows, folder=tmp_path)
        assert [set(p.problems) for p in plan.records] == [set(), {"files"}]
        assert run_import(sqlite_app, plan).failed == ()
    [id_] = find_ids(sqlite_app, "customers", "K1")
    assert [f.name for f in list_files(sqlite_app, "customers", id_)] == ["合同.txt"]


def test_headings_over_two_rows(sqlite_app: Application) -> None:
    rows = [
        ["客户资料一览表", None, None, None],
        ["客户名称", "联系方式", None, "城市"],
        [None, "电话", "手机", None],
        ["甲公司", "010-1234567", "13800000001", "北京"],
    ]
    plan = planned(sqlite_app, Recipe("customers"), rows)
    assert plan.table.headings == ["客户名称", "电话", "手机", "城市"]
    assert [p.incoming.values for p in plan.records] == [
        {"name": "甲公司", "phone": "010-1234567", "mobile": "13800000001", "city": "北京"}
    ]


def test_a_column_is_told_by_what_stands_in_it(sqlite_app: Application) -> None:
    rows = [["名称", "栏1", "栏2", "栏3"], ["甲", "13800000001", "a@b.cn", "x"], ["乙", "13900000002", "c@d.cn", "y"]]
    plan = planned(sqlite_app, Recipe("customers"), rows)
    assert plan.mapping.columns == {0: "name", 1: "mobile", 2: "email"}
    assert plan.mapping.ignored == ["栏3"]
    assert sum("by what stands in it" in note for note in plan.notes) == 2


def test_a_mapping_is_kept_and_what_was_matched_is_learned(app: Application, tmp_path: Path) -> None:
    rows = [["名称", "大老板"], ["甲", "王总"]]
    recipe = Recipe("customers", columns={"名称": "name", "大老板": "contacts.name"}, existing="fill")
    kept = keep_mapping(app, "customers", " 老板表 ", recipe.to_facts(), shared=True)
    assert [(k.name, k.shared) for k in mappings(app, "customers")] == [("老板表", True)]
    assert recipe_by_name(app, "老板表", "customers") == recipe
    file = tmp_path / "given.json"
    file.write_text(json.dumps(recipe.to_facts()), encoding="utf-8")
    assert recipe_by_name(app, str(file), "") == recipe
    with pytest.raises(Told, match="customers"):
        recipe_by_name(app, str(file), "contacts")
    with pytest.raises(Invalid):
        keep_mapping(app, "customers", " ", {})
    delete_mapping(app, kept.id)
    with pytest.raises(Missing):
        recipe_by_name(app, "老板表", "customers")

    assert planned(app, Recipe("customers"), rows).mapping.columns == {0: "name"}
    plan = planned(app, recipe, rows)
    run_import(app, plan)
    remember(app, plan)
    assert planned(app, Recipe("customers"), rows).mapping.columns == {0: "name", 1: "contacts.name"}


@pytest.mark.parametrize(
    "facts",
    [{"columns": 0}, {"existing": "burn"}, {"dates": {"*": "year"}}, {"joined": [{}]}, {"words": {"a": 1}}, {"key": 3}],
)
def test_a_mapping_that_is_none_is_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        Recipe.from_facts(facts)


CARD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=B8=89
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=
=E4=B8=89
ORG:Kiel\\; Sons;Sales
TEL;CELL:13800000001
item1.EMAIL;type=INTERNET:z@example.com
BDAY:19800203
NOTE:one
 two
END:VCARD
"""


def test_address_cards(sqlite_app: Application, tmp_path: Path) -> None:
    path = tmp_path / "cards.vcf"
    path.write_text(CARD, encoding="utf-8", newline="\r\n")
    look, plan = plan_file(sqlite_app, read_workbook(path), path, Recipe("contacts", create_missing=True))
    assert isinstance(look, FirstLook)
    run_import(sqlite_app, plan)
    [id_] = fetch_ids(sqlite_app, ListQuery("contacts"))
    found = open_record(sqlite_app, "contacts", id_).values
    assert {n: found[n] for n in ("name", "mobile", "email", "birthday", "remark")} == {
        "name": "张三",
        "mobile": "13800000001",
        "email": "z@example.com",
        "birthday": dt.date(1980, 2, 3),
        "remark": "onetwo",
    }
    assert isinstance(found["customer_id"], Ref)
    assert found["customer_id"].label == "Kiel; Sons"


def test_a_file_of_another_program_is_known_by_its_headings(sqlite_app: Application, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["单位编号", "单位全名", "单位简名", "应收上限", "业务员"])
    book.active.append(["001", "甲公司", "甲", 5000, ""])
    path = tmp_path / "units.xlsx"
    book.save(path)
    look = lay_out(sqlite_app, path, read_workbook(path), Recipe())
    assert look.type == "customers"
    assert look.mapping.columns == {0: "number", 1: "name", 2: "short_name", 3: "credit_limit", 4: "owner_id"}
