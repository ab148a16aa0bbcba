"""An import steered by hand: values matched, rows mended, changes decided, columns split, a mapping kept and used again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from form_makers import Desk
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QDialog, QInputDialog, QMenu
from record_makers import customer

from crm_desktop.application import Application
from crm_desktop.filters import Condition, ListQuery
from crm_desktop.services import saving
from crm_desktop.services.listing import count, fetch_ids
from ui import excel_form, list_output
from ui.grouping_dialog import GroupingDialog
from ui.list_screen import ListScreen
from ui.screens import import_screen as steps
from ui.screens.all_screens import all_screens
from ui.screens.import_matching import MatchDialog
from ui.screens.import_mending import MendDialog
from ui.screens.import_screen import ImportScreen
from ui.screens.import_shaping import FixedDialog, JoinDialog, SplitDialog


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def workbook(folder: Path, *rows: list[Any], name: str = "list.xlsx") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def at_columns(desk: Desk, path: Path, type_key: str = "customers") -> ImportScreen:
    desk.window.open_screen("import", type=type_key)
    desk.quiet()
    page = desk.window.tabs.current
    assert isinstance(page, ImportScreen)
    page.open_file(path)
    desk.quiet()
    assert page.pages.currentIndex() == steps.COLUMNS, desk.errors
    return page


def tried(desk: Desk, page: ImportScreen) -> list[str]:
    page.try_out()
    desk.quiet()
    assert page.plan is not None
    return [p.action for p in page.plan.records]


def answer(monkeypatch: pytest.MonkeyPatch, kind: type[QDialog], fill: Any) -> None:
    """Let the dialog be filled in and accepted."""

    def accepted(dialog: Any) -> int:
        fill(dialog)
        return 1

    monkeypatch.setattr(kind, "exec", accepted)


def test_values_are_matched_and_the_trial_runs_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(
        tmp_path,
        ["Name", "Industry", "Next follow-up"],
        ["A", "Machinary", "03/04/2026"],
        ["B", "Quilts", "05/06/2026"],
    )
    page = at_columns(desk, path)
    assert tried(desk, page) == ["wrong", "wrong"]
    assert page.check.match.isVisible()

    def fill(dialog: MatchDialog) -> None:
        [(target, order)] = dialog.dates
        assert target == "next_follow_up"
        order.setCurrentIndex(order.findData("month"))
        for unknown, box in dialog.words:
            wanted = "looks alike" if unknown.text == "Machinary" else "Add “Quilts”"
            box.setCurrentIndex(next(at for at in range(box.count()) if wanted in box.itemText(at)))

    answer(monkeypatch, MatchDialog, fill)
    page.check.match.click()
    desk.quiet()
    assert page.plan is not None
    assert [p.action for p in page.plan.records] == ["create", "create"]
    assert not page.check.match.isVisible()
    page.run()
    desk.quiet()
    found = {
        v["name"]: v
        for i in fetch_ids(desk.app, ListQuery("customers"))
        if (v := saving.open_record(desk.app, "customers", i).values)
    }
    assert [desk.app.options.label("industries", found[n]["industry"]) for n in "AB"] == ["Machinery", "Quilts"]
    assert str(found["A"]["next_follow_up"]) == "2026-03-04"


def test_a_wrong_row_is_mended_in_place(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = at_columns(desk, workbook(tmp_path, ["Name", "E-mail"], ["A", "a@b.cn"], ["B", "nothing"]))
    page.columns.wishes.all_or_nothing.setChecked(True)
    assert tried(desk, page) == ["create", "wrong"]
    assert not page.next.isEnabled(), "all or none"

    def fill(dialog: MendDialog) -> None:
        item = dialog.table.currentItem()
        assert item is not None
        assert item.text() == "nothing"
        item.setText("b@c.cn")

    answer(monkeypatch, MendDialog, fill)
    page.check.mend.click()
    desk.quiet()
    assert page.plan is not None
    assert [p.action for p in page.plan.records] == ["create", "create"]
    assert page.next.isEnabled()
    page.run()
    desk.quiet()
    assert count(desk.app, ListQuery("customers", where=Condition("email", "is", "b@c.cn"))).number == 1


def test_each_change_is_asked(desk: Desk, tmp_path: Path) -> None:
    for name in "AB":
        customer(desk.app, name, city="Kiel")
    page = at_columns(desk, workbook(tmp_path, ["Name", "City"], ["A", "Bonn"], ["B", "Ulm"]))
    wishes = page.columns.wishes
    wishes.existing.setCurrentIndex(wishes.existing.findData("ask"))
    assert tried(desk, page) == ["ask", "ask"]
    assert not page.next.isEnabled()
    choice = QItemSelectionModel.SelectionFlag  # `selectRow` would look at the keys that are held down
    first = page.check.table.items.index(0, 0)
    page.check.table.selectionModel().select(first, choice.ClearAndSelect | choice.Rows)
    page.check.let.click()
    assert page.plan is not None
    assert [p.action for p in page.plan.records] == ["change", "ask"]
    assert page.next.isEnabled()
    page.run()
    desk.quiet()
    cities = {
        v["name"]: v["city"]
        for i in fetch_ids(desk.app, ListQuery("customers"))
        if (v := saving.open_record(desk.app, "customers", i).values)
    }
    assert cities == {"A": "Bonn", "B": "Kiel"}
    assert "left as it is" in page.done.text.text()


def test_columns_are_shaped_and_the_mapping_is_kept(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [["Firm", "Place", "Street", "No"], ["A", "Holstein/Kiel", "Ring", 5], ["B", "Bayern/Ulm", "Weg", 7]]
    page = at_columns(desk, workbook(tmp_path, *rows))
    columns = page.columns
    columns.combos[0].setCurrentIndex(columns.combos[0].findData("name"))
    answer(monkeypatch, SplitDialog, lambda d: (d.columns.setCurrentText("Place"), d.signs.setCurrentText("/")))
    columns.split()
    desk.quiet()

    def tick(dialog: JoinDialog) -> None:
        for at in (2, 3):
            item = dialog.columns.item(at)
            assert item is not None
            item.setCheckState(Qt.CheckState.Checked)

    answer(monkeypatch, JoinDialog, tick)
    columns.join()
    desk.quiet()
    assert page.look is not None
    assert page.look.table.headings == ["Firm", "Place", "Street", "No", "Place [1]", "Place [2]", "Street + No"]
    assert columns.combos[0].currentData() == "name", "what was matched stays matched"
    for at, target in ((4, "region"), (5, "city"), (6, "address")):
        columns.combos[at].setCurrentIndex(columns.combos[at].findData(target))
    answer(
        monkeypatch, FixedDialog, lambda d: (d.fields.setCurrentIndex(d.fields.findData("level")), d.value.setText("A"))
    )
    columns.fix()
    assert columns.banner.isVisible()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_words: ("Firms", True))
    page.keep_mapping()
    desk.quiet()
    assert tried(desk, page) == ["create", "create"]

    other = workbook(tmp_path, rows[0], ["C", "Baden/Calw", "Tor", 1], name="next.xlsx")
    page = at_columns(desk, other)
    box = page.columns.mappings
    box.setCurrentIndex(box.findData("Firms"))
    box.activated.emit(box.currentIndex())
    desk.quiet()
    assert tried(desk, page) == ["create"]
    assert page.plan is not None
    values = page.plan.records[0].incoming.values
    assert {n: values[n] for n in ("name", "region", "city", "address", "level")} == {
        "name": "C", "region": "Baden", "city": "Calw", "address": "Tor 1", "level": "A",
    }  # fmt: skip


def test_orders_with_their_lines_on_a_second_sheet(desk: Desk, tmp_path: Path) -> None:
    customer(desk.app, "A")
    path = workbook(tmp_path, ["Order number", "Customer"], ["D1", "A"])
    book = openpyxl.load_workbook(path)
    lines = book.create_sheet("Lines")
    for row in (["Order number", "Product name", "Quantity", "Price"], ["D1", "Bolt", 2, 3], ["D1", "Nut", 1, 1]):
        lines.append(row)
    book.save(path)
    page = at_columns(desk, path, "sales-orders")
    page.columns.sheets.setCurrentIndex(page.columns.sheets.findData("Sheet"))
    page.columns.sheets.activated.emit(0)
    desk.quiet()
    assert page.columns.lines_sheets.isVisible()
    page.columns.lines_sheets.setCurrentIndex(page.columns.lines_sheets.findData("Lines"))
    page.columns.lines_sheets.activated.emit(1)
    desk.quiet()
    assert tried(desk, page) == ["create"]
    assert page.plan is not None
    assert [line["name"] for line in page.plan.records[0].incoming.lines] == ["Bolt", "Nut"]


def test_a_list_goes_out_with_sums_as_cards_and_into_a_form(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = customer(desk.app, "A", city="Kiel")
    customer(desk.app, "B", city="Ulm")
    query = ListQuery("customers", ("name", "city"))
    menu = list_output.export_menu(desk.window, desk.window, lambda: query)
    assert isinstance(menu, QMenu)
    actions = {a.text(): a for a in menu.actions()}
    paths = iter([tmp_path / "sums.xlsx", tmp_path / "cards.vcf"])
    monkeypatch.setattr(list_output, "ask_path", lambda *_words: next(paths))
    answer(monkeypatch, GroupingDialog, lambda d: d.fields.setCurrentIndex(d.fields.findData("city")))
    actions["With sums and a chart…"].trigger()
    desk.quiet()
    assert openpyxl.load_workbook(tmp_path / "sums.xlsx").worksheets[0]["A2"].value in ("Kiel", "Ulm")
    actions["Address cards (vCard)…"].trigger()
    desk.quiet()
    assert (tmp_path / "cards.vcf").read_text(encoding="utf-8").count("BEGIN:VCARD") == 2
    form = workbook(tmp_path, ["{{Name}} in {{City}}"], name="form.xlsx")
    excel_form.fill(desk.window, desk.app.type("customers"), made.id or 0, form, tmp_path / "out.xlsx", "en")
    desk.quiet()
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]["A1"].value == "A in Kiel"
