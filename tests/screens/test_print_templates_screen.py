"""The screen of print templates, the rules of what prints when nobody chooses, and many records printed in one go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.printing import template_store
from crm_desktop.printing.preview import page_count, page_rgb, page_text
from crm_desktop.services import print_templates
from crm_desktop.services.history import entries
from crm_desktop.services.print_log import printed
from crm_desktop.services.print_templates import Usual
from ui import print_many
from ui.designer.screen import DesignerScreen
from ui.print_dialog import PrintDialog
from ui.print_many import PrintManyDialog
from ui.screens.all_screens import all_screens
from ui.screens.print_templates import PrintTemplates
from ui.screens.usual_templates import UsualDialog
from ui.silent_printing import print_silently

NAME = "sales-order.en"


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    made.window.screens = all_screens()
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def opened(desk: Desk) -> PrintTemplates:
    desk.window.open_screen("print-templates")
    screen = desk.window.tabs.current
    assert isinstance(screen, PrintTemplates)
    desk.wait(lambda: bool(screen.table.items.rows))
    desk.quiet()
    return screen


def go_to(screen: PrintTemplates, name: str) -> None:
    screen.table.selectRow([s.template.name for s in screen.table.items.rows].index(name))


def test_a_template_goes_out_comes_in_and_goes_back(desk: Desk, tmp_path: Path) -> None:
    screen, file = opened(desk), tmp_path / "order.json"
    go_to(screen, NAME)
    assert not screen.reset_button.isEnabled(), "it is as it came"
    screen.give_out(file)
    desk.quiet()
    file.write_text(file.read_text(encoding="utf-8").replace("SALES ORDER", "OURS"), encoding="utf-8")
    screen.take_in(file)
    desk.quiet()
    go_to(screen, NAME)
    stored = screen.current
    assert stored is not None and stored.origin == "changed"
    assert screen.reset_button.isEnabled()
    QTest.mouseClick(screen.reset_button, Qt.MouseButton.LeftButton)
    desk.quiet()
    assert len(desk.questions) == 1
    assert template_store.find(desk.app, NAME).origin == "shipped"
    assert screen.current is not None and screen.current.template.name == NAME, "the cursor stays"


def test_enter_designs_and_a_copy_is_ones_own(desk: Desk) -> None:
    screen = opened(desk)
    go_to(screen, NAME)
    screen.table.setFocus()
    desk.keys(Qt.Key.Key_Return)
    desk.quiet()
    designer = desk.window.tabs.current
    assert isinstance(designer, DesignerScreen)
    desk.wait(lambda: designer.bench is not None and designer.name == NAME)
    desk.quiet()
    desk.window.open_screen("print-templates")
    QTest.mouseClick(screen.copy_button, Qt.MouseButton.LeftButton)
    desk.quiet()
    own = [s for s in template_store.all_templates(desk.app) if s.origin == "own"]
    assert [s.template.record_type for s in own] == ["sales-orders"]


def test_rules_are_chosen_by_hand(desk: Desk) -> None:
    buyer = customer(desk.app, "Alpha")
    screen = opened(desk)
    go_to(screen, NAME)
    screen.choose_usual()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, UsualDialog) and w.isVisible())
    desk.wait(lambda: len(dialog.rows) == 1)
    dialog.rows[0]["template"].setCurrentIndex(dialog.rows[0]["template"].findData(NAME))
    dialog.add()
    dialog.rows[1]["template"].setCurrentIndex(dialog.rows[1]["template"].findData("card"))
    dialog.rows[1]["customer_id"].setCurrentIndex(dialog.rows[1]["customer_id"].findData(buyer.id))
    dialog.add()
    dialog.remove(2)
    dialog.save()
    desk.quiet()
    wanted = [Usual("sales-orders", NAME), Usual("sales-orders", "card", customer_id=buyer.id or 0)]
    assert print_templates.usual(desk.app, "sales-orders") == wanted
    go_to(screen, NAME)
    assert screen._usual_words(screen.current) != ""  # type: ignore[arg-type]
    chosen = template_store.templates_of(desk.app, desk.app.type("sales-orders"), order(desk.app, buyer, 1).id or 0, "zh_CN")
    assert chosen[0].name == "card"


def many(desk: Desk, count: int) -> tuple[PrintManyDialog, list[int]]:
    buyer = customer(desk.app, "Alpha")
    ids = [order(desk.app, buyer, 1, number=f"S{n}").id or 0 for n in range(count)]
    dialog = PrintManyDialog(desk.window, desk.window, desk.app.type("sales-orders"), ids)
    dialog.show()
    desk.wait(dialog.go.isEnabled)
    desk.quiet()
    return dialog, ids


def test_many_records_become_one_file_and_each_of_them_tells_so(desk: Desk, tmp_path: Path) -> None:
    dialog, ids = many(desk, 5)
    dialog.choices.template.setCurrentIndex(dialog.choices.template.findData(NAME))
    dialog.choices.printer.setCurrentIndex(dialog.choices.printer.findData(""))
    path = tmp_path / "orders.pdf"
    dialog.start(path)
    desk.wait(path.exists)
    desk.quiet()
    assert page_count(path.read_bytes()) == 5
    assert "S4" in page_text(path.read_bytes(), 4)
    assert [printed(desk.app, "sales-orders", id_).times for id_ in ids] == [1] * 5
    newest = entries(desk.app, "sales-orders", ids[0])[0]
    assert {c.field: c.after for c in newest.changes} == {"file": "orders.pdf", "count": "5"}


def test_many_records_stop_when_they_are_told_to(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog, ids = many(desk, 3)
    dialog.choices.printer.setCurrentIndex(dialog.choices.printer.findData(""))
    real = print_many.print_records

    def stopped(*args: Any, **more: Any) -> Any:
        tasks = [job.task for job in desk.window.tasks._running if job.slow]
        tasks[0].stop()
        return real(*args, **more)

    monkeypatch.setattr(print_many, "print_records", stopped)
    path = tmp_path / "orders.pdf"
    dialog.start(path)
    desk.quiet()
    assert not path.exists()
    assert printed(desk.app, "sales-orders", ids[0]).times == 0


def test_labels_ask_where_to_begin(desk: Desk) -> None:
    ids = [customer(desk.app, f"C{n}").id or 0 for n in range(2)]
    dialog = PrintManyDialog(desk.window, desk.window, desk.app.type("customers"), ids)
    dialog.show()
    desk.wait(dialog.go.isEnabled)
    assert not dialog.choices.first_label.isVisible()
    dialog.choices.template.setCurrentIndex(dialog.choices.template.findData("address-labels.en"))
    assert dialog.choices.first_label.isVisible()
    dialog.reject()


def test_many_records_are_moved_on_the_paper_as_one_was(desk: Desk) -> None:
    """The correction of a form holds for its printer and paper, whichever way it is printed."""
    single, ids = many(desk, 2)
    single.choices.show_paper(210, 297)
    single.choices.right.setValue(1.5)
    single.choices.remember()
    single.reject()
    dialog = PrintManyDialog(desk.window, desk.window, desk.app.type("sales-orders"), ids)
    dialog.show()
    desk.wait(dialog.go.isEnabled)
    assert dialog.choices.handling().right == 1.5
    labels = PrintManyDialog(desk.window, desk.window, desk.app.type("products"), [1])
    labels.show()
    desk.wait(labels.go.isEnabled)
    labels.choices.template.setCurrentIndex(labels.choices.template.findData("product-labels.en"))
    assert labels.choices.handling().right == 0, "another paper"
    dialog.reject()
    labels.reject()


def test_one_label_begins_where_the_sheet_is_not_used_up(desk: Desk) -> None:
    buyer = customer(desk.app, "Alpha", address="1 Main Street")
    dialog = PrintDialog(desk.window, desk.window, desk.app.type("customers"), buyer.id or 0, "Alpha")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    assert not dialog.choices.first_label.isVisible()
    dialog.choices.template.setCurrentIndex(dialog.choices.template.findData("address-labels.en"))
    desk.wait(lambda: dialog.choices.first_label.isVisible() and bool(dialog.pdf))
    before = dialog.pdf
    dialog.choices.first_label.setValue(4)
    desk.wait(lambda: bool(dialog.pdf) and page_rgb(dialog.pdf, 0, 20) != page_rgb(before, 0, 20))
    assert page_count(dialog.pdf) == 1
    assert "1 Main Street" in page_text(dialog.pdf, 0)
    desk.quiet()
    dialog.reject()


def test_the_preview_takes_what_is_usual_for_the_printer(desk: Desk) -> None:
    sold = order(desk.app, customer(desk.app, "Alpha"), 1)
    print_templates.set_usual(desk.app, "sales-orders", [Usual("sales-orders", "sales-contract.en", printer="needle")])
    dialog = PrintDialog(desk.window, desk.window, desk.app.type("sales-orders"), sold.id or 0, "S")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    assert dialog.template.currentData() == "sales-order.en"
    dialog.printer.addItem("Needle", "needle")
    at = dialog.printer.findData("needle")
    dialog.printer.setCurrentIndex(at)
    dialog.printer.activated.emit(at)
    desk.wait(lambda: dialog.template.currentData() == "sales-contract.en" and bool(dialog.pdf))
    assert dialog.printer.currentData() == "needle"
    at = dialog.template.findData("card")
    dialog.template.setCurrentIndex(at)
    dialog.template.activated.emit(at)
    dialog.printer.activated.emit(dialog.printer.currentIndex())
    desk.wait(lambda: bool(dialog.pdf))
    desk.quiet()
    assert dialog.template.currentData() == "card", "what a person chose stays"
    dialog.reject()


def test_the_preview_says_how_often_it_was_printed(desk: Desk, tmp_path: Path) -> None:
    saved = order(desk.app, customer(desk.app, "Alpha"), 1)
    form = desk.open("sales-orders", saved.id or 0)
    for times in range(2):
        dialog = PrintDialog(form, desk.window, form.kind, saved.id or 0, "SO/1")
        dialog.show()
        desk.wait(lambda shown=dialog: bool(shown.pdf))  # type: ignore[misc]
        assert dialog.printed.isVisible() == bool(times)
        dialog.save(tmp_path / "o.pdf")
        desk.quiet()
    assert printed(desk.app, "sales-orders", saved.id or 0).times == 2


def test_printing_without_a_window_reaches_the_printer(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "printed.pdf"

    class Info:
        @staticmethod
        def printerName() -> str:
            return "Office"

    def to_file(_name: str, _title: str, _handling: Any) -> QPrinter:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(target))
        return printer

    monkeypatch.setattr("ui.silent_printing.QPrinterInfo.availablePrinters", lambda: [Info()])
    monkeypatch.setattr("ui.silent_printing.printer_for", to_file)
    saved = order(desk.app, customer(desk.app, "Alpha"), 1)
    made = print_many.print_records(desk.app, "sales-orders", [saved.id or 0], NAME, "en")
    print_silently(made.pdf, "Office", copies=2)
    assert page_count(target.read_bytes()) == 2
