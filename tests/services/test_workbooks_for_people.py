"""Workbooks the program writes for people beside plain lists: empty ones to fill in, sums with a chart, forms of the office, cards."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from record_makers import customer, line, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing, Refused, Told
from crm_desktop.exchange.bringing_in import plan_file
from crm_desktop.exchange.dropping import waiting
from crm_desktop.exchange.exporting import export_list
from crm_desktop.exchange.first_look import lay_out
from crm_desktop.exchange.grouped import export_grouped
from crm_desktop.exchange.grouping import Grouping
from crm_desktop.exchange.importing import run_import
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.template_workbooks import write_template
from crm_desktop.exchange.watched_folder import DONE, FAILED, bring_in_dropped
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.printing.excel_forms import fill_form
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services.listing import count
from crm_desktop.services.log import LogQuery, fetch_log
from crm_desktop.services.opening import NewCompany, open_folder
from crm_desktop.services.saving import new_draft, save
from crm_desktop.words import LANGUAGES, use_language


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Application]:
    """An empty second company."""
    opened = open_folder(tmp_path / "elsewhere", create=NewCompany("Other", "Admin", "en"))
    yield opened
    opened.close()


def book_of(path: Path) -> Any:
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("key", [t.key for t in BUILT_IN if t.area != "setup"])
def test_an_empty_workbook_is_understood_when_it_is_filled(
    sqlite_app: Application, tmp_path: Path, key: str, code: str
) -> None:
    use_language(code)
    path = tmp_path / "empty.xlsx"
    write_template(sqlite_app, key, path)
    book = book_of(path)
    sheet = book.worksheets[0]
    headings = [c.value for c in sheet[1]]
    assert all(c.comment for c in sheet[1])
    assert [r[0].value for r in book.worksheets[1].iter_rows(min_row=2)] == headings
    lists = [v for v in sheet.data_validations.dataValidation if v.type == "list"]
    assert bool(lists) == any(f.kind in ("option", "state", "yes_no") for f in sqlite_app.type(key).fields.values())
    sheet.append(["x"] * len(headings))
    book.save(path)
    look = lay_out(sqlite_app, path, read_workbook(path), Recipe(key))
    assert look.table.sheet == sheet.title
    assert len(look.mapping.columns) == len(headings), look.mapping.ignored


def test_sums_by_a_field_stand_beside_the_list_with_a_chart(sqlite_app: Application, tmp_path: Path) -> None:
    for at, (city, limit) in enumerate([("Kiel", 5), ("Kiel", 7), ("Bonn", 1), ("", 2)]):
        customer(sqlite_app, f"C{at}", city=city, credit_limit=Decimal(limit))
    path = tmp_path / "sums.xlsx"
    query = ListQuery(
        "customers", ("name", "city", "credit_limit"), where=Condition("name", "starts", "C"), order=("name",)
    )
    assert export_grouped(sqlite_app, query, path, Grouping("city")) == 4
    book = book_of(path)
    sums, rows = book.worksheets
    assert [[c.value for c in row] for row in sums.iter_rows()] == [
        ["City", "Number of records", "Credit limit"],
        ["Kiel", 2, 12],
        ["(empty)", 1, 2],
        ["Bonn", 1, 1],
        ["Total", "=SUM(B2:B4)", "=SUM(C2:C4)"],
    ]
    assert len(sums._charts) == 1
    assert [row[0].value for row in rows.iter_rows(min_row=2)] == ["C0", "C1", "C2", "C3"]
    assert rows.freeze_panes == "A2"
    [entry] = [e for e in fetch_log(sqlite_app, LogQuery(action="export")).entries if "sums.xlsx" in str(e)]
    assert entry
    with pytest.raises(Refused):
        export_grouped(sqlite_app, query, tmp_path / "sums.csv", Grouping("city"))


def test_address_cards_come_back(sqlite_app: Application, elsewhere: Application, tmp_path: Path) -> None:
    first = customer(sqlite_app, "Kiel, Sons; Co\\", phone="010-1234567")
    facts = {"name": "张三", "mobile": "13800000001", "birthday": dt.date(1980, 2, 3), "remark": "a\nb" + "长" * 60}
    save(sqlite_app, new_draft(sqlite_app, "contacts", facts | {"customer_id": Ref(first.id or 0)}))
    path = tmp_path / "people.vcf"
    assert export_list(sqlite_app, ListQuery("contacts"), path) == 1
    assert all(len(row) <= 76 for row in path.read_bytes().split(b"\r\n"))
    _look, plan = plan_file(elsewhere, read_workbook(path), path, Recipe("contacts", create_missing=True))
    [item] = plan.records
    assert {n: item.incoming.values[n] for n in facts} == facts
    assert item.incoming.values["customer_id"].label == "Kiel, Sons; Co\\"
    _look, again = plan_file(sqlite_app, read_workbook(path), path, Recipe("contacts"))
    assert again.count("same") == 1
    with pytest.raises(Refused):
        export_list(sqlite_app, ListQuery("products"), path)


def form(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Order {{Number}} of {{订单日期}}"
    sheet["A2"], sheet["B2"] = "{{客户.名称}}", "{{customer.city}}"
    sheet["A4"], sheet["B4"], sheet["C4"], sheet["D4"] = "Name", "Quantity", "Price", "Amount"
    sheet["A5"], sheet["B5"], sheet["C5"], sheet["D5"] = (
        "{{明细.品名}}",
        "{{line.quantity}}",
        "{{lines.price}}",
        "=B5*C5",
    )
    sheet["C5"].number_format = "0.0000"
    sheet["A6"], sheet["D6"] = "Sum", "=SUM(D5:D5)"
    sheet["A7"], sheet["D7"] = "{{nonsense}}", "=D6*2"
    sheet.merge_cells("A7:B7")
    sheet.row_dimensions[7].height = 33
    book.save(path)
    return path


def test_a_record_fills_a_workbook_of_the_office(sqlite_app: Application, tmp_path: Path) -> None:
    app = sqlite_app
    buyer = customer(app, "=Formel GmbH", city="Kiel")
    made = order(app, buyer, number="A-1", order_date=dt.date(2026, 1, 2), count=0)
    made.lines = [line(app, f"Bolt {n}", str(n), "0.1234") for n in (1, 2, 3)]
    made = save(app, made)
    path = tmp_path / "filled.xlsx"
    filled = fill_form(app, "sales-orders", made.id or 0, form(tmp_path / "form.xlsx"), path, "en")
    assert [w for w in filled.warnings if "nonsense" in w] == filled.warnings != []
    sheet = book_of(path).active
    values = [[c.value for c in row] for row in sheet.iter_rows(max_col=4)]
    assert values[:2] == [["Order A-1 of 2026-01-02", None, None, None], ["=Formel GmbH", "Kiel", None, None]]
    assert sheet["A2"].data_type == "s"
    assert values[4:] == [
        ["Bolt 1", 1, 0.1234, "=B5*C5"],
        ["Bolt 2", 2, 0.1234, "=B6*C6"],
        ["Bolt 3", 3, 0.1234, "=B7*C7"],
        ["Sum", None, None, "=SUM(D5:D7)"],
        [None, None, None, "=D8*2"],
    ]
    assert [sheet.cell(row, 3).number_format for row in (5, 6, 7)] == ["0.0000"] * 3
    assert [str(r) for r in sheet.merged_cells.ranges] == ["A9:B9"]
    assert sheet.row_dimensions[9].height == 33


def test_a_form_that_is_none(sqlite_app: Application, tmp_path: Path) -> None:
    made = order(sqlite_app, customer(sqlite_app, "A"), count=1)
    empty, broken = tmp_path / "empty.xlsx", tmp_path / "broken.xlsx"
    openpyxl.Workbook().save(empty)
    broken.write_bytes(b"PK nothing")
    for path, error in ((empty, Told), (broken, Told), (tmp_path / "none.xlsx", Missing)):
        with pytest.raises(error):
            fill_form(sqlite_app, "sales-orders", made.id or 0, path, tmp_path / "out.xlsx", "en")
    assert not (tmp_path / "out.xlsx").exists()
    shaped = form(tmp_path / "shaped.xlsx")
    with zipfile.ZipFile(shaped, "a") as packed:
        packed.writestr("xl/drawings/drawing9.xml", "<xdr:wsDr><xdr:sp></xdr:sp></xdr:wsDr>")
    filled = fill_form(sqlite_app, "sales-orders", made.id or 0, shaped, tmp_path / "out.xlsx", "en")
    assert any("shapes" in words for words in filled.warnings)


def test_what_is_dropped_into_a_folder_comes_in_and_is_put_away(sqlite_app: Application, tmp_path: Path) -> None:
    good, bad, odd = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "odd.xlsx"
    good.write_text("Name,City\nA,Kiel\n", encoding="utf-8")
    bad.write_text("Name,E-mail\nB,b@c.cn\nC,nothing\n", encoding="utf-8")
    odd.write_bytes(b"no workbook")
    (tmp_path / "~$good.xlsx").write_bytes(b"x")
    (tmp_path / "notes.docx").write_bytes(b"x")
    assert {p.name for p in waiting(tmp_path)} == {"good.csv", "bad.csv", "odd.xlsx"}
    counted: list[int] = []
    told = {}
    for path in waiting(tmp_path):
        dropped = bring_in_dropped(sqlite_app, path, Recipe("customers"), counted.append)
        assert dropped is not None
        told[path.name] = dropped
    assert {n: (t.ok, t.created, t.wrong) for n, t in told.items()} == {
        "good.csv": (True, 1, 0),
        "bad.csv": (False, 1, 1),
        "odd.xlsx": (False, 0, 0),
    }
    assert counted == [1, 1]
    assert waiting(tmp_path) == []
    assert sorted(p.suffix for p in (tmp_path / DONE).iterdir()) == [".csv", ".txt"]
    assert sorted(p.suffix for p in (tmp_path / FAILED).iterdir()) == [".csv", ".txt", ".txt", ".xlsx", ".xlsx"]
    report = next(p for p in (tmp_path / FAILED).glob("*bad.txt")).read_text(encoding="utf-8-sig")
    assert "nothing" in report
    assert count(sqlite_app, ListQuery("customers")).number == 2


def test_an_empty_watched_folder(sqlite_app: Application, tmp_path: Path) -> None:
    assert waiting(tmp_path / "gone") == []
    assert bring_in_dropped(sqlite_app, tmp_path / "gone.csv", Recipe("customers")) is None


def test_all_or_nothing_in_a_watched_folder(sqlite_app: Application, tmp_path: Path) -> None:
    path = tmp_path / "half.csv"
    path.write_text("Name,E-mail\nB,b@c.cn\nC,nothing\n", encoding="utf-8")
    told = bring_in_dropped(sqlite_app, path, Recipe("customers", all_or_nothing=True))
    assert told is not None
    assert (told.ok, told.wrong, count(sqlite_app, ListQuery("customers")).number) == (False, 1, 0)
    with pytest.raises(Refused):
        _look, plan = plan_file(
            sqlite_app,
            read_workbook(next((tmp_path / FAILED).glob("*.csv"))),
            path,
            Recipe("customers", all_or_nothing=True),
        )
        run_import(sqlite_app, plan)
