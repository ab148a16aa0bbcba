"""An order typed from beginning to end without a mouse, saved, opened again: the figures are right."""

from __future__ import annotations

import time
from decimal import Decimal

from form_makers import Desk, product
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from record_makers import customer, order

from crm_desktop.draft import Ref
from crm_desktop.services import saving
from ui.many_dialog import ManyDialog
from ui.record_window import RecordWindow

ENTER, TAB, ESC, DOWN, UP = Qt.Key.Key_Return, Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Up
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def to_lines(screen: RecordWindow, desk: Desk) -> None:
    """Tab on until the line table has the focus."""
    assert screen.lines is not None
    for _n in range(20):
        if screen.lines.grid.hasFocus():
            return
        desk.keys(TAB)
    raise AssertionError("Tab never reaches the lines")


def test_ten_lines_without_a_mouse(desk: Desk) -> None:
    buyer = customer(desk.app, "广州华远机械设备有限公司", address="天河路 1 号")
    for n in range(1, 11):
        product(desk.app, n, price=str(10 * n))
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    assert screen.form.rows["customer_id"].editor.hasFocus(), "the first needed field has the cursor"

    desk.type("gzhy")
    desk.wait(lambda: screen.form.rows["customer_id"].editor.input.popup_open)  # type: ignore[attr-defined]
    desk.keys(ENTER)
    desk.quiet()
    assert screen.editing.draft.values["customer_id"] == Ref(buyer.id or 0)
    assert screen.editing.draft.values["delivery_address"] == "天河路 1 号"

    to_lines(screen, desk)
    for n in range(1, 11):
        desk.type(f"P{n:03d}")
        desk.keys(ENTER)  # without waiting for suggestions
        desk.type(str(n))  # quantity
        desk.keys(ENTER, CONTROL)
    desk.quiet()
    total = sum(Decimal(10 * n * n) for n in range(1, 11))
    assert screen.editing.draft.values["total"] == total
    assert screen.lines.amounts["total"].text() == f"{total:,.2f}"
    assert screen.lines.amounts["total_words"].text() == "叁仟捌佰伍拾元整"

    desk.save(screen)
    assert not screen.unsaved
    assert screen.record_id is not None
    again = saving.open_record(desk.app, "sales-orders", screen.record_id)
    assert again.values["total"] == total
    assert [line.values["quantity"] for line in again.lines] == [Decimal(n) for n in range(1, 11)]
    assert [line.values["name"] for line in again.lines] == [f"轴承 {n}" for n in range(1, 11)]
    assert [line.values["price"] for line in again.lines] == [Decimal(10 * n) for n in range(1, 11)]
    assert again.lines[0].values["unit"] == "pcs"


def test_enter_after_the_last_cell_adds_a_line_and_tab_goes_through_every_cell(desk: Desk) -> None:
    product(desk.app, 1)
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    grid = screen.lines.grid
    grid.focus_start()
    visited = [screen.lines.model.names[grid.cell()[1]]]
    while grid.cell()[0] == 0 and len(visited) < 20:
        if visited[-1] == "name":
            desk.type("Bolt")
        desk.keys(TAB)
        visited.append(screen.lines.model.names[grid.cell()[1]])
    cells = ["product_id", "code", "name", "specification", "unit", "quantity", "price", "discount", "tax_rate", "remark"]
    assert visited == [*cells, "product_id"]
    assert grid.cell() == (1, 0)
    desk.type("Nut")
    desk.keys(ESC)
    assert len(screen.lines.model.lines) == 1, "Esc in a cell leaves the line as it was"


def test_a_scanned_barcode_is_taken_at_once(desk: Desk) -> None:
    for n in (1, 2):
        product(desk.app, n, price=str(n))
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    screen.lines.grid.focus_start()
    for code in ("69000002", "69000001"):
        desk.type(code)
        desk.keys(ENTER)
        desk.quiet()
        desk.keys(ENTER, CONTROL)
    assert [line.values["code"] for line in screen.editing.draft.lines] == ["P002", "P001"]
    assert screen.editing.draft.values["total"] == Decimal(3)


def test_typing_slowly_loses_nothing(desk: Desk) -> None:
    """Checks and sums run while a person types; the cell that is typed into keeps its text."""
    product(desk.app, 1)
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    screen.lines.grid.focus_start()
    desk.type("P0")
    screen._check()
    screen.editing.edited()
    desk.type("01")
    screen._check()
    desk.keys(ENTER)
    desk.quiet()
    assert screen.editing.draft.lines[0].values["code"] == "P001"


def test_three_hundred_lines_stay_quick(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 300)
    screen = desk.open("sales-orders", saved.id or 0)
    assert screen.lines is not None
    grid, model = screen.lines.grid, screen.lines.model
    grid.setFocus()
    grid.go(299, model.names.index("quantity"))
    begun = time.perf_counter()
    for _n in range(10):
        desk.type("7")
        desk.keys(ENTER, Qt.KeyboardModifier.ShiftModifier)
        QApplication.processEvents()
    took = (time.perf_counter() - begun) / 10
    assert screen.editing.draft.values["total"] > 3000
    assert took < 0.5, f"{took:.3f} s for one cell"


def test_a_text_that_is_no_product_stays_and_is_marked(desk: Desk) -> None:
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    screen.lines.grid.focus_start()
    desk.type("nosuch")
    desk.keys(ENTER)
    desk.quiet()
    bad = screen.lines.model.bad_at(0, "product_id")
    assert bad is not None
    assert bad.text == "nosuch"
    assert "nosuch" in bad.words
    assert "lines.0.product_id" in screen.lines.unread


def test_a_block_from_excel(desk: Desk) -> None:
    for n in (1, 2, 3):
        product(desk.app, n, price="7.5")
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    model, grid = screen.lines.model, screen.lines.grid
    grid.focus_start()
    QGuiApplication.clipboard().setText("P001\t\tOwn name\t\t\t1,000\r\nP002\t\t\t\t\ttwelve\r\nP003\t\t\t\t\t3\r\n")
    desk.keys(Qt.Key.Key_V, CONTROL)
    desk.quiet()
    assert [line.values["product_id"].label for line in model.lines] == ["轴承 1 6204", "轴承 2 6204", "轴承 3 6204"]
    assert model.lines[0].values["name"] == "Own name", "what was pasted is not overwritten"
    assert model.lines[0].values["quantity"] == Decimal(1000)
    assert model.bad_at(1, "quantity") is not None
    assert model.lines[2].values["price"] == Decimal("7.5")
    assert not screen.lines.note.isHidden()
    desk.keys(Qt.Key.Key_Z, CONTROL)
    assert model.lines == []
    desk.keys(Qt.Key.Key_Y, CONTROL)
    assert len(model.lines) == 3


def test_lines_are_moved_copied_removed_and_brought_back(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 3)
    screen = desk.open("sales-orders", saved.id or 0)
    assert screen.lines is not None
    grid, model = screen.lines.grid, screen.lines.model

    def names() -> list[str]:
        return [line.values["name"] for line in model.lines]

    grid.setFocus()
    grid.go(0, model.names.index("name"))
    desk.keys(DOWN, ALT)
    assert names() == ["Bolt 1", "Bolt 0", "Bolt 2"]
    desk.keys(Qt.Key.Key_D, CONTROL)
    assert names() == ["Bolt 1", "Bolt 0", "Bolt 0", "Bolt 2"]
    desk.keys(Qt.Key.Key_Delete, CONTROL)
    assert names() == ["Bolt 1", "Bolt 0", "Bolt 2"]
    assert screen.editing.draft.values["total"] == Decimal(30)
    desk.keys(Qt.Key.Key_Z, CONTROL)
    desk.keys(Qt.Key.Key_Z, CONTROL)
    desk.keys(Qt.Key.Key_Z, CONTROL)
    assert names() == ["Bolt 0", "Bolt 1", "Bolt 2"]
    assert not screen.unsaved, "undone to the beginning, nothing is unsaved"
    grid.go(0, model.names.index("quantity"))
    desk.type("=3*12")
    desk.keys(ENTER)
    assert model.lines[0].values["quantity"] == Decimal(36)
    desk.keys(Qt.Key.Key_Insert)
    desk.keys(UP, ALT)
    desk.save(screen)
    assert screen.editing.problems(), "an empty line is refused and stays"
    assert screen.unsaved


def test_several_products_become_lines_at_once(desk: Desk) -> None:
    for n in range(1, 6):
        product(desk.app, n, price=str(n))
    screen = desk.new("sales-orders")
    assert screen.lines is not None
    lines = screen.lines
    dialog = ManyDialog(lines, lines.around, lines.model.fields["product_id"])
    dialog.show()
    desk.wait(lambda: dialog.list.model.rowCount() == 5)
    assert not dialog.take_button.isEnabled() or len(dialog.list.selected_ids()) == 1
    dialog.list.select_ids([2, 4, 5])
    assert "3" in dialog.take_button.text()
    dialog.take()
    lines.add_lines_for("product_id", dialog.refs)
    desk.quiet()
    assert [line.values["code"] for line in screen.editing.draft.lines] == ["P002", "P004", "P005"]
    assert screen.editing.draft.values["total"] == Decimal(11)
    lines.model.undo()
    assert lines.model.lines == [], "one step of undo"
    dialog.deleteLater()


def test_what_a_row_copies_is_what_excel_reads(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 2)
    screen = desk.open("sales-orders", saved.id or 0)
    assert screen.lines is not None
    grid = screen.lines.grid
    grid.setFocus()
    grid.selectRow(0)
    desk.keys(Qt.Key.Key_C, CONTROL)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert "Bolt 0" in cells
    assert "10" in cells


def test_a_locked_order_leaves_only_open_what_it_may(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app), 1)
    screen = desk.open("sales-orders", saved.id or 0)
    assert screen.lines is not None
    confirm = next(o for o in screen.kind.operations if o.name == "confirm")
    screen.operate(confirm)
    desk.wait(lambda: screen.editing.locked)
    desk.quiet()
    assert screen.form.rows["customer_id"].editor.read_only
    assert not screen.form.rows["note"].editor.read_only
    assert screen.lines.model.rowCount() == 1, "no row for the next line"
    assert "Revise" in screen.hint.text()
    grid, model = screen.lines.grid, screen.lines.model
    grid.setFocus()
    grid.go(0, model.names.index("quantity"))
    desk.type("5")
    assert model.lines[0].values["quantity"] == Decimal(1)
    grid.go(0, model.names.index("by_hand"))
    desk.type("1")
    desk.keys(ENTER)
    assert model.lines[0].values["by_hand"] == Decimal(1)
    desk.save(screen)
    assert saving.open_record(desk.app, "sales-orders", saved.id or 0).lines[0].values["delivered"] == Decimal(1)
