"""Exports hold what the list holds, as Excel and people take it, and come back without loss."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from record_makers import customer, line, order

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Cancelled, Refused, Unavailable
from crm_desktop.exchange import workbook_files
from crm_desktop.exchange.exporting import export_list
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.tables import choose_sheet, find_table
from crm_desktop.filters import ListQuery
from crm_desktop.progress import Unwatched
from crm_desktop.rights import Rights
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import open_folder
from crm_desktop.services.operating import operate
from crm_desktop.services.saving import new_draft, open_record, save
from crm_desktop.words import LANGUAGES, use_language

FORMULA = '=cmd|"/c calc"!A1'
DANGEROUS = [FORMULA, "+1-2", "-x", "@sum", "'quoted", "=1+1"]


def bring_back(app: Application, type_key: str, path: Path) -> dict[str, int]:
    recognise = recogniser(app.type(type_key))
    plan = plan_import(app, type_key, find_table(choose_sheet(read_workbook(path), "", recognise), recognise))
    assert [item.problems for item in plan.wrong()] == []
    run_import(app, plan)
    return {action: plan.count(action) for action in ("create", "change", "same")}  # type: ignore[arg-type]


def company(app: Application) -> None:
    """Records with everything that is easily lost on the way."""
    first = customer(
        app, "广州华远（集团）", number="00123", mobile="013800000000", bank_account="6222021234567890123", tax_number="914401011234567890",
        credit_limit=Decimal("1234.50"), tags=("大客户", "VIP"), next_follow_up=dt.date(2026, 12, 1), note="two\nlines", level="A",
    )  # fmt: skip
    second = customer(app, "广州华远（集团）", number="00124", phone="+86 20 38001234", region="05021")
    for at, text in enumerate(DANGEROUS):
        customer(app, text, number=f"F{at}", note=text)
    contact = save(
        app,
        new_draft(
            app,
            "contacts",
            {"name": "张三", "customer_id": Ref(second.id or 0), "is_main": True, "birthday": dt.date(1980, 2, 29)},
        ),
    )
    save(app, new_draft(app, "contacts", {"name": "张三", "customer_id": Ref(first.id or 0), "qq": "010"}))
    save(
        app,
        new_draft(
            app,
            "products",
            {
                "code": "007",
                "barcode": "0690000000012",
                "name": "螺丝",
                "unit": "box",
                "list_price": Decimal("0.1234"),
                "tax_rate": Decimal("0.5"),
            },
        ),
    )
    save(
        app,
        new_draft(
            app, "follow-ups", {"customer_id": Ref(first.id or 0), "text": "打电话", "next_date": dt.date(2026, 12, 2)}
        ),
    )
    save(app, new_draft(app, "tasks", {"title": "做报价", "customer_id": Ref(second.id or 0)}))
    order(app, first, number="S1", order_discount=Decimal("1.50"), freight=Decimal(7), tax_mode="excluded")
    made = order(app, second, number="S1", contact_id=Ref(contact.id or 0), order_date=dt.date(2026, 1, 2), count=0)
    made.lines = [
        line(app, "螺丝", "1.5", "0.1234", discount=Decimal("0.5"), tax_rate=Decimal(13), unit="box", remark="=x"),
        line(app, "free"),
    ]
    made = save(app, made)
    operate(app, "sales-orders", made.id or 0, made.version, "confirm")


def everything(app: Application) -> dict[str, list[Any]]:
    """All values of all records, references by label."""
    found: dict[str, list[Any]] = {}
    for key in ("customers", "contacts", "products", "follow-ups", "tasks", "sales-orders"):
        # What is open of an order follows from its receivables, which are documents of their own.
        times = {"created_at", "created_by", "updated_at", "updated_by", "open_amount"}
        for id_ in fetch_ids(app, ListQuery(key)):
            draft = open_record(app, key, id_)
            values = {n: _shown(v) for n, v in draft.values.items() if n not in times}
            found.setdefault(key, []).append(
                (values, [{n: _shown(v) for n, v in x.values.items()} for x in draft.lines])
            )
        found.setdefault(key, []).sort(key=repr)
    return found


def _shown(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=0)
    return value.label if isinstance(value, Ref) else value


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_an_export_comes_back_without_loss(
    app: Application, sqlite_app_elsewhere: Application, tmp_path: Path, ending: str, code: str
) -> None:
    use_language(code)
    company(app)
    other = sqlite_app_elsewhere
    for key in ("customers", "contacts", "products", "follow-ups", "tasks", "sales-orders"):
        path = tmp_path / f"{key}{ending}"
        export_list(app, ListQuery(key), path)
        mine = bring_back(app, key, path)
        assert (mine["create"], mine["change"]) == (0, 0), key
        assert bring_back(other, key, path)["create"] == mine["same"]
    assert everything(other) == everything(app)


def test_texts_stay_texts(sqlite_app: Application, tmp_path: Path) -> None:
    company(sqlite_app)
    path = tmp_path / "客户.xlsx"
    assert export_list(sqlite_app, ListQuery("customers"), path) == 2 + len(DANGEROUS)
    sheet = openpyxl.load_workbook(path).active
    rows = list(sheet.iter_rows())
    heads = {cell.value: at for at, cell in enumerate(rows[0])}
    by_number = {row[heads["Number"]].value: row for row in rows[1:]}
    formula = by_number["F0"][heads["Name"]]
    assert (formula.value, formula.data_type) == (FORMULA, "s")
    first = by_number["00123"]
    assert first[heads["Mobile"]].value == "013800000000"
    assert first[heads["Bank account"]].value == "6222021234567890123"
    assert first[heads["Credit limit"]].value == 1234.5
    assert first[heads["Credit limit"]].number_format == "#,##0.00"
    agreed = dt.datetime.fromisoformat("2026-12-02")  # in the follow-up
    assert first[heads["Next follow-up"]].value == agreed
    assert first[heads["Level"]].value == "A"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref.startswith("A1:")
    assert sheet.column_dimensions["B"].width > 20


def test_the_quick_writer_writes_the_same(
    sqlite_app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company(sqlite_app)
    for key in ("customers", "sales-orders", "follow-ups"):
        export_list(sqlite_app, ListQuery(key), tmp_path / "a.xlsx")
        with monkeypatch.context() as patched:
            patched.setattr(workbook_files, "STYLED_ROWS", 0)
            export_list(sqlite_app, ListQuery(key), tmp_path / "b.xlsx")
        assert read_workbook(tmp_path / "b.xlsx").sheets[0].rows == read_workbook(tmp_path / "a.xlsx").sheets[0].rows
        quick = openpyxl.load_workbook(tmp_path / "b.xlsx").active
        assert {c.data_type for row in quick.iter_rows() for c in row if isinstance(c.value, str)} == {"s"}


def test_csv_for_excel(sqlite_app: Application, tmp_path: Path) -> None:
    company(sqlite_app)
    path = tmp_path / "客户.csv"
    export_list(sqlite_app, ListQuery("customers"), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["Number"]: row for row in csv.DictReader(file)}
    assert rows["F0"]["Name"] == "'" + FORMULA
    assert rows["00124"]["Phone"] == "+86 20 38001234"


def test_only_what_the_list_shows(sqlite_app: Application, tmp_path: Path) -> None:
    company(sqlite_app)
    query = ListQuery("customers", ("number", "name"), search="华远", order=("-number",))
    assert export_list(sqlite_app, query, tmp_path / "a.xlsx") == 2
    rows = read_workbook(tmp_path / "a.xlsx").sheets[0].rows
    assert [row[0] for row in rows] == ["Number", "00124", "00123"]


def test_fields_and_lists_a_person_may_not_see(sqlite_app: Application, tmp_path: Path) -> None:
    company(sqlite_app)
    sqlite_app.actor = Actor(1, "B", None, Rights.of("products.see", "products.export"))
    export_list(sqlite_app, ListQuery("products"), tmp_path / "a.xlsx")
    assert not {"Cost", "Floor price"} & set(read_workbook(tmp_path / "a.xlsx").sheets[0].rows[0])
    with pytest.raises(Refused):
        export_list(sqlite_app, ListQuery("customers"), tmp_path / "b.xlsx")


def test_a_file_appears_whole_or_not_at_all(sqlite_app: Application, tmp_path: Path) -> None:
    class Stopped(Unwatched):
        def check_cancelled(self) -> None:
            raise Cancelled

    company(sqlite_app)
    path = tmp_path / "a.xlsx"
    path.write_text("old", encoding="utf-8")
    for ending in ("a.xlsx", "a.csv"):
        with pytest.raises(Cancelled):
            export_list(sqlite_app, ListQuery("customers"), tmp_path / ending, Stopped())
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["a.xlsx"]
    assert path.read_text(encoding="utf-8") == "old"
    with pytest.raises(Unavailable):
        export_list(sqlite_app, ListQuery("customers"), path / "b.xlsx")
    with pytest.raises(Refused):
        export_list(sqlite_app, ListQuery("customers"), tmp_path / "a.pdf")


@pytest.fixture
def sqlite_app_elsewhere(_empty_folder: Path, tmp_path: Path) -> Any:
    """A second, empty company."""
    shutil.copytree(_empty_folder, tmp_path / "other")
    opened = open_folder(tmp_path / "other")
    yield opened
    opened.close()
