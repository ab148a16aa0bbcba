"""Set-up by hand: a field added while lists and forms are open, a workbook imported and taken back, the recycle bin emptied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from form_makers import Desk
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused
from crm_desktop.filters import ListQuery
from crm_desktop.services import custom_fields, saving
from crm_desktop.services.deleting import delete
from crm_desktop.services.listing import count
from ui.app import Program
from ui.list_screen import ListScreen
from ui.main_window import MainWindow
from ui.record_window import RecordWindow
from ui.screens import import_screen as steps
from ui.screens.all_screens import all_screens
from ui.screens.custom_fields import CustomFieldsScreen
from ui.screens.import_screen import ImportScreen
from ui.screens.import_written import write_template, write_wrong_rows
from ui.screens.recycle_bin import RecycleBin

LEFT = Qt.MouseButton.LeftButton
HEADINGS = ["客户名称", "级别", "电话", "城市", "信用额度", "旧编号"]


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens.entries.update(all_screens().entries)
    made.window.screens.list_of = ListScreen
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def screen(desk: Desk, key: str, kind: type[Any], **arguments: Any) -> Any:
    desk.window.open_screen(key, **arguments)
    desk.quiet()
    front = desk.window.tabs.current
    assert isinstance(front, kind)
    return front


def press(button: QPushButton) -> None:
    assert button.isVisible() and button.isEnabled(), button.text()
    QTest.mouseClick(button, LEFT, pos=QPoint(8, 8))


def number_of(app: Application, key: str) -> int:
    return count(app, ListQuery(key), cap=None).number


def workbook(folder: Path, rows: int = 19, *, more: tuple[list[Any], ...] = ()) -> Path:
    """A list as offices have them: a title above the headings, a total below."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026 年客户名单"])
    sheet.append([])
    sheet.append(HEADINGS)
    for at in range(rows):
        sheet.append([f"华远机械 {at + 1:02d} 厂", "A", f"020-8765 {at:04d}", "广州", 1000 * at, f"K{at}"])
    for row in more:
        sheet.append(row)
    sheet.append(["合计", None, None, None, 190_000])
    path = folder / "客户 名单.xlsx"
    book.save(path)
    return path


# Custom fields


def test_a_field_added_by_hand_is_in_list_and_form_at_once(desk: Desk) -> None:
    known = customer(desk.app, "Alpha")
    other = customer(desk.app, "Beta")
    desk.window.open_list("customers")
    desk.quiet()
    form = desk.open("customers", known.id or 0)
    page = screen(desk, "custom-fields", CustomFieldsScreen)
    press(page.nothing.findChildren(QPushButton)[0])
    assert page.form.label.hasFocus()
    desk.type("Delivery route")
    desk.keys(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    desk.quiet()
    assert [f.label for f in desk.app.type("customers").custom.values()] == ["Delivery route"]
    assert [f.label for f in page.table.items.rows] == ["Delivery route"]
    assert not page.unsaved

    desk.window.open_record("customers", known.id or 0)
    desk.quiet()
    fresh = desk.window.tabs.current
    assert isinstance(fresh, RecordWindow) and fresh is not form
    row = fresh.form.rows["x_delivery_route"]
    row.editor.setFocus()
    desk.type("East")
    desk.save(fresh)
    assert saving.open_record(desk.app, "customers", known.id or 0).values["x_delivery_route"] == "East"

    desk.window.open_list("customers")
    desk.quiet()
    records = desk.window.tabs.current
    assert isinstance(records, ListScreen)
    column = records.list.model.column_of("x_delivery_route")
    assert column >= 0
    shown = {records.list.model.cell(r, column).text for r in range(records.list.model.rowCount())}
    assert shown == {"East", ""}
    box = records.list.table.head.box("x_delivery_route")
    assert box is not None
    box.setFocus()
    desk.type("ea")
    desk.wait(lambda: records.list.model.rowCount() == 1)
    assert records.list.model.id_at(0) != other.id


def test_a_list_looked_at_before_shows_the_new_column_when_it_is_opened_again(desk: Desk) -> None:
    customer(desk.app, "Alpha")
    desk.window.open_list("customers")
    desk.quiet()
    first = desk.window.tabs.current
    assert isinstance(first, ListScreen)
    first.keep_look()
    desk.quiet()
    desk.window.tabs.close_screen(first)
    custom_fields.add_field(desk.app, "customers", custom_fields.NewField("Route"))
    desk.window.open_list("customers")
    desk.quiet()
    again = desk.window.tabs.current
    assert isinstance(again, ListScreen)
    assert again.list.model.column_of("x_route") >= 0
    again.list.apply(again.list.state.with_look(again.look(), again.list.visible))
    assert again.list.state.columns.count("x_route") == 1


def test_what_is_wrong_stands_beside_the_field_and_nothing_is_added(desk: Desk) -> None:
    page = screen(desk, "custom-fields", CustomFieldsScreen)
    page.begin_new()
    page.form.holds.setCurrentIndex(page.form.holds.findData("option"))
    press(page.form.save_button)
    desk.quiet()
    assert page.form.problem_labels["label"].isVisible()
    assert page.form.problem_labels["options"].isVisible()
    assert page.form.label.hasFocus()
    assert not desk.app.type("customers").custom

    desk.type("Route")
    page.form.choices.setFocus()
    for line in ("East", "West"):
        desk.type(line)
        desk.keys(Qt.Key.Key_Return)
    press(page.form.save_button)
    desk.quiet()
    about = desk.app.type("customers").custom["x_route"]
    assert [c.code for c in desk.app.options.choices(about.options)] == ["East", "West"]
    made = saving.save(desk.app, saving.new_draft(desk.app, "customers", {"name": "Alpha", "x_route": "West"}))
    assert made.values["x_route"] == "West"


def test_a_field_is_renamed_and_removed(desk: Desk) -> None:
    custom_fields.add_field(desk.app, "products", custom_fields.NewField("Route", "date", required=True))
    page = screen(desk, "custom-fields", CustomFieldsScreen)
    page.types.setCurrentRow(
        next(n for n in range(page.types.count()) if page.types.item(n).text().startswith("Products"))
    )
    assert page.form.required.isChecked()
    assert not page.form.holds.isEnabled()
    page.form.label.setFocus()
    page.form.label.selectAll()
    desk.type("Way")
    page.form.required.click()
    assert page.unsaved
    press(page.form.save_button)
    desk.quiet()
    about = desk.app.type("products").custom["x_route"]
    assert (about.label, about.required, about.kind) == ("Way", False, "date")
    press(page.form.remove_button)
    desk.quiet()
    assert len(desk.questions) == 1
    assert not desk.app.type("products").custom


def test_half_typed_fields_are_not_lost_by_a_click_elsewhere(desk: Desk) -> None:
    custom_fields.add_field(desk.app, "customers", custom_fields.NewField("Route"))
    custom_fields.add_field(desk.app, "customers", custom_fields.NewField("Way"))
    page = screen(desk, "custom-fields", CustomFieldsScreen)
    page.form.label.setFocus()
    desk.type("!")
    desk.answer = False
    page.table.selectRow(1)
    page.types.setCurrentRow(2)
    assert len(desk.questions) == 2
    assert page.form.label.text() == "Route!"
    assert page.types.currentRow() == 0
    desk.answer = True
    page.table.selectRow(1)
    assert page.form.label.text() == "Way"


# Import


def at_columns(desk: Desk, path: Path, **arguments: Any) -> ImportScreen:
    page: ImportScreen = screen(desk, "import", ImportScreen, **arguments)
    page.open_file(path)
    desk.quiet()
    assert page.pages.currentIndex() == steps.COLUMNS, desk.errors
    return page


def test_twenty_rows_come_in_and_go_again(desk: Desk, tmp_path: Path) -> None:
    customer(desk.app, "华远机械 01 厂", city="北京")
    wrong: list[Any] = ["东方模具厂", "A", "0755-1", "深圳", -5, "K99"]
    page = at_columns(desk, workbook(tmp_path, more=(wrong,)), type="customers")
    assert page.columns.heading_row.value() == 3
    assert [c.currentData() for c in page.columns.combos] == ["name", "level", "phone", "city", "credit_limit", ""]
    last = page.columns.combos[-1]
    last.setFocus()
    desk.type("note")
    assert last.currentData() == "note"

    press(page.next)
    desk.quiet()
    assert page.plan is not None
    counted = {a: page.plan.count(a) for a in ("create", "change", "same", "wrong")}
    assert counted == {"create": 18, "change": 1, "same": 0, "wrong": 1}
    assert [p.label for p in page.check.table.items.rows] == ["东方模具厂"], "what is wrong is shown first"
    assert "Credit limit" in page.check.table.items.data(page.check.table.items.index(0, 3))
    press(page.check.counts["change"])
    assert "City: 北京 → 广州" in page.check.table.items.data(page.check.table.items.index(0, 3))
    write_wrong_rows(desk.window, page.plan, tmp_path / "out.xlsx")
    desk.quiet()
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    written = [list(row) for row in sheet.values]
    assert written[0][:6] == HEADINGS
    assert written[1][:6] == wrong
    assert "Credit limit" in str(written[1][6])
    assert len(written) == 2

    press(page.next)
    desk.quiet()
    assert page.result is not None
    assert (page.result.created, page.result.changed, page.result.wrong) == (18, 1, 1)
    assert number_of(desk.app, "customers") == 19
    press(page.done.open)
    desk.quiet()
    records = desk.window.tabs.current
    assert isinstance(records, ListScreen)
    assert records.list.model.rowCount() == 19

    screen(desk, "import", ImportScreen)
    press(page.done.undo)
    desk.quiet()
    assert number_of(desk.app, "customers") == 1
    assert "taken back" in page.done.title.text()
    press(page.done.again)
    desk.quiet()
    assert page.file.undo_buttons == {}, "it is shown as taken back"


def test_the_type_is_found_out_and_the_same_file_twice_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    path = workbook(tmp_path, 5)
    page = at_columns(desk, path)
    assert page.look is not None
    assert page.look.type == "customers"
    for expected in ({"create": 5}, {"same": 5}):
        page.try_out()
        desk.quiet()
        assert page.plan is not None
        assert {a: page.plan.count(a) for a in expected} == expected  # type: ignore[arg-type]
        if page.next.isEnabled():
            page.run()
            desk.quiet()
            page.open_file(path)
            desk.quiet()
    assert page.next.text() == "Nothing to import"
    page.start_again()
    desk.quiet()
    press(next(iter(page.file.undo_buttons.values())))
    desk.quiet()
    assert number_of(desk.app, "customers") == 0


def test_existing_records_stay_as_they_are_when_that_is_wanted(desk: Desk, tmp_path: Path) -> None:
    known = customer(desk.app, "华远机械 01 厂", city="北京")
    page = at_columns(desk, workbook(tmp_path, 2), type="customers")
    page.columns.wishes.existing.setCurrentIndex(page.columns.wishes.existing.findData("skip"))
    page.try_out()
    desk.quiet()
    page.run()
    desk.quiet()
    assert number_of(desk.app, "customers") == 2
    assert saving.open_record(desk.app, "customers", known.id or 0).values["city"] == "北京"


def test_a_missing_column_is_said_on_the_page(desk: Desk, tmp_path: Path) -> None:
    page = at_columns(desk, workbook(tmp_path, 2), type="customers")
    page.columns.combos[0].setFocus()
    desk.keys(Qt.Key.Key_Delete)
    assert page.columns.combos[0].currentData() == ""
    page.try_out()
    desk.quiet()
    assert page.pages.currentIndex() == steps.COLUMNS
    assert page.columns.banner.isVisible()
    assert "Name" in page.columns.banner.label.text()
    page.columns.heading_row.setValue(4)
    desk.quiet()
    assert page.columns.heading_row.value() == 4
    assert not page.columns.banner.isVisible()
    assert len(page.columns.combos) == 6


def test_one_field_takes_one_column(desk: Desk, tmp_path: Path) -> None:
    page = at_columns(desk, workbook(tmp_path, 2), type="customers")
    page.columns.combos[3].setFocus()
    desk.type("phone")
    assert page.columns.combos[3].currentData() == "phone"
    assert page.columns.combos[2].currentData() == ""
    assert page.columns.mapping().columns == {0: "name", 1: "level", 3: "phone", 4: "credit_limit"}


def test_a_file_that_is_none_is_told_and_the_page_stays(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"nothing of the kind")
    page = screen(desk, "import", ImportScreen)
    page.open_file(path)
    desk.quiet()
    assert page.pages.currentIndex() == steps.FILE
    assert "broken.xlsx" in str(desk.errors.pop())


def test_an_import_that_is_stopped_keeps_nothing(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Number", "Customer", "Product name", "Quantity", "Price"])
    for at in range(600):
        book.active.append([f"S-{at}", f"Customer {at // 2}", "Bolt", 1, 2])
    book.save(tmp_path / "orders.xlsx")
    page = at_columns(desk, tmp_path / "orders.xlsx", type="sales-orders")
    page.columns.create_missing.click()
    page.try_out()
    desk.quiet()
    page.run()
    desk.answer = False
    assert not page.close_request(), "closing the tab asks first"
    page.done.stop.click()
    desk.quiet()
    assert page.pages.currentIndex() == steps.CHECK
    assert (number_of(desk.app, "sales-orders"), number_of(desk.app, "customers")) == (0, 0)
    press(page.next)
    desk.quiet()
    assert (number_of(desk.app, "sales-orders"), number_of(desk.app, "customers")) == (600, 300)


def test_an_import_undone_too_late_says_why(desk: Desk, tmp_path: Path) -> None:
    page = at_columns(desk, workbook(tmp_path, 2), type="customers")
    page.try_out()
    desk.quiet()
    page.run()
    desk.quiet()
    draft = saving.open_record(desk.app, "customers", saving.find_ids(desk.app, "customers", "C00001")[0])
    draft.values["city"] = "Kiel"
    saving.save(desk.app, draft)
    page.undo()
    desk.quiet()
    assert isinstance(desk.errors.pop(), Refused)
    assert number_of(desk.app, "customers") == 2
    assert page.done.undo.isVisible()


def test_an_empty_table_has_headings_that_are_understood(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    write_template(desk.window, "sales-orders", path)
    desk.quiet()
    book = openpyxl.load_workbook(path)
    assert book.active is not None
    book.active.append(["x"])
    book.save(path)
    page = at_columns(desk, path, type="sales-orders")
    assert all(combo.currentData() for combo in page.columns.combos)
    assert any(str(combo.currentData()).startswith("lines.") for combo in page.columns.combos)


def test_a_file_dropped_on_the_window_begins_an_import(desk: Desk, tmp_path: Path) -> None:
    desk.window.open_list("customers")
    desk.quiet()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(workbook(tmp_path, 3)))])
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), copy, data, LEFT, none)
    QApplication.sendEvent(desk.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(desk.window, QDropEvent(QPointF(300, 300), copy, data, LEFT, none))
    desk.quiet()
    page = desk.window.tabs.current
    assert isinstance(page, ImportScreen)
    assert page.pages.currentIndex() == steps.COLUMNS

    page = screen(desk, "import", ImportScreen, type="products")
    assert page.pages.currentIndex() == steps.FILE
    assert page.file.type_key == "products"
    pictures = QMimeData()
    pictures.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.png"))])
    enter = QDragEnterEvent(QPoint(300, 300), copy, pictures, LEFT, none)
    QApplication.sendEvent(desk.window, enter)
    assert not enter.isAccepted()


# Recycle bin


def test_a_customer_comes_back_with_what_went_along(desk: Desk) -> None:
    gone = customer(desk.app, "Alpha", city="Bonn")
    saving.save(desk.app, saving.new_draft(desk.app, "contacts", {"name": "Zoe", "customer_id": Ref(gone.id or 0)}))
    delete(desk.app, "customers", [gone.id or 0])
    other = customer(desk.app, "Beta")
    delete(desk.app, "customers", [other.id or 0])
    page = screen(desk, "recycle-bin", RecycleBin)
    assert [d.label for d in page.table.items.rows] == ["Beta", "Alpha"]
    page.search.setFocus()
    desk.type("zoe")
    desk.keys(Qt.Key.Key_Return)
    assert [d.label for d in page.table.items.rows] == ["Alpha"]
    press(page.restore_button)
    desk.quiet()
    assert saving.open_record(desk.app, "customers", gone.id or 0).values["city"] == "Bonn"
    assert number_of(desk.app, "contacts") == 1
    assert "Alpha" in desk.window.notices.said
    page.search.clear()
    desk.wait(lambda: [d.label for d in page.table.items.rows] == ["Beta"])
    page.table.setFocus()
    desk.keys(Qt.Key.Key_Return)
    desk.wait(lambda: page.nothing.isVisible())
    assert number_of(desk.app, "customers") == 2


def test_several_deletions_come_back_in_one_go(desk: Desk) -> None:
    buyer = customer(desk.app, "Alpha")
    sold = order(desk.app, buyer)
    delete(desk.app, "sales-orders", [sold.id or 0])
    delete(desk.app, "customers", [buyer.id or 0])
    page = screen(desk, "recycle-bin", RecycleBin)
    page.table.selectAll()
    assert page.restore_button.text() == "Restore 2"
    press(page.restore_button)
    desk.quiet()
    back = saving.open_record(desk.app, "sales-orders", sold.id or 0)
    assert back.values["customer_id"] == Ref(buyer.id or 0)
    assert len(back.lines) == 2


def test_what_is_deleted_elsewhere_appears(desk: Desk) -> None:
    page = screen(desk, "recycle-bin", RecycleBin)
    assert page.nothing.isVisible()
    gone = customer(desk.app, "Alpha")
    delete(desk.app, "customers", [gone.id or 0])
    desk.wait(lambda: [d.label for d in page.table.items.rows] == ["Alpha"])


# Choices kept in lists


@pytest.fixture
def program(qtbot: Any, qapp: QApplication, data_folder: Path) -> Iterator[Callable[[], MainWindow]]:
    made = Program(qapp, data_folder, "en")
    made.start()

    def window() -> MainWindow:
        assert isinstance(made.window, MainWindow)
        return made.window

    yield window
    qtbot.waitUntil(lambda: window().tasks.idle, timeout=10_000)
    window().close()
    window().deleteLater()
    made.end()
    made.deleteLater()


def test_a_choice_added_in_set_up_is_offered_in_open_forms(program: Callable[[], MainWindow], qtbot: Any) -> None:
    window = program()
    app = window.app
    known = customer(app, "Alpha")
    window.open_record("customers", known.id or 0)
    qtbot.waitUntil(lambda: window.tasks.idle)
    window.open_list("options")
    qtbot.waitUntil(lambda: window.tasks.idle)
    saving.save(
        app,
        saving.new_draft(app, "options", {"list_key": "industries", "code": "toys", "label": "Toys", "position": 5}),
    )
    qtbot.waitUntil(lambda: app.options.find("industries", "toys") is not None, timeout=5000)
    qtbot.waitUntil(lambda: window.tasks.idle)
    window.open_record("customers", known.id or 0)
    qtbot.waitUntil(lambda: window.tasks.idle)
    form = window.tabs.current
    assert isinstance(form, RecordWindow)
    assert form.form.rows["industry"].editor.input.findData("toys") >= 0  # type: ignore[attr-defined]
