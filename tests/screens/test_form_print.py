"""The preview shows the PDF that is saved and printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from record_makers import customer, order

from crm_desktop.application import Application
from crm_desktop.printing.preview import page_count, page_text
from ui.print_dialog import PrintDialog, page_numbers, paint_pages


@pytest.fixture
def desk(qtbot: Any, sqlite_app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk(qtbot, sqlite_app, monkeypatch)
    yield made
    made.quiet()
    made.close()
    assert made.errors == []


def preview(desk: Desk, lines: int) -> PrintDialog:
    saved = order(desk.app, customer(desk.app, "广州华远"), lines)
    screen = desk.open("sales-orders", saved.id or 0)
    dialog = PrintDialog(screen, desk.window, screen.kind, saved.id or 0, "SO/1")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    desk.quiet()
    return dialog


def test_every_page_is_shown_and_enter_saves_what_is_shown(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = preview(desk, 90)
    assert len(dialog.pages) == page_count(dialog.pdf) > 1
    assert all(page.pixmap().width() > 200 for page in dialog.pages)
    assert "广州华远" in page_text(dialog.pdf, 0)
    shown, path = dialog.pdf, tmp_path / "订单.pdf"
    dialog.printer.setCurrentIndex(dialog.printer.findData(""))
    proposed: list[str] = []

    def choose(_parent: Any, _title: str, name: str, _kinds: str) -> tuple[str, str]:
        proposed.append(name)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    dialog.activateWindow()
    desk.wait(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    desk.quiet()
    assert path.read_bytes() == shown
    assert proposed[0].endswith("SO_1.pdf"), "a name no system refuses"
    assert not dialog.isVisible()


def test_another_language_is_another_template(desk: Desk) -> None:
    dialog = preview(desk, 1)
    first = page_text(dialog.pdf, 0)
    other = "zh_CN" if dialog.language.currentData() == "en" else "en"
    dialog.language.setCurrentIndex(dialog.language.findData(other))
    desk.wait(lambda: bool(dialog.pdf))
    desk.quiet()
    assert page_text(dialog.pdf, 0) != first
    dialog.reject()


def test_pages_go_to_a_printer_at_the_size_of_their_paper(desk: Desk, tmp_path: Path) -> None:
    dialog = preview(desk, 90)
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    paint_pages(printer, dialog.pdf, [0, 1, 0], dpi=72)
    assert page_count((tmp_path / "out.pdf").read_bytes()) == 3
    dialog.reject()


@pytest.mark.parametrize(("text", "pages"), [("", [0, 1, 2, 3, 4]), ("2", [1]), ("1-3，5", [0, 1, 2, 4]), ("4-", [3, 4]), ("5 1", [4, 0])])
def test_the_pages_a_person_means(text: str, pages: list[int]) -> None:
    assert page_numbers(text, 5) == pages


@pytest.mark.parametrize("text", ["0", "6", "3-2", "x", "1-2-3", "-"])
def test_pages_there_are_not(text: str) -> None:
    with pytest.raises(ValueError, match="5 pages"):
        page_numbers(text, 5)
