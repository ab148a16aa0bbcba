"""The preview shows the PDF that is saved and printed."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from form_makers import Desk
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from record_makers import customer, order

from crm_desktop.printing.preview import page_count, page_rgb, page_text
from ui.print_dialog import PrintDialog, page_numbers, paint_pages


def preview(desk: Desk, lines: int) -> PrintDialog:
    saved = order(desk.app, customer(desk.app, "广州华远"), lines)
    screen = desk.open("sales-orders", saved.id or 0)
    dialog = PrintDialog(screen, desk.window, screen.kind, saved.id or 0, "SO/1")
    dialog.show()
    desk.wait(lambda: bool(dialog.pdf))
    desk.quiet()
    return dialog


def test_a_form_opens_its_preview(desk: Desk) -> None:
    saved = order(desk.app, customer(desk.app, "广州华远"), 1)
    screen = desk.open("sales-orders", saved.id or 0)
    screen.print()
    opened: list[PrintDialog] = []

    def find() -> bool:
        opened[:] = [d for d in desk.window.findChildren(PrintDialog) if d.isVisible() and d.pdf]
        return bool(opened)

    desk.wait(find)
    assert "广州华远" in page_text(opened[0].pdf, 0)
    opened[0].reject()
    desk.wait(lambda: not desk.window.findChildren(PrintDialog))


def test_every_page_is_shown_and_enter_saves_what_is_shown(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = preview(desk, 90)
    assert len(dialog.pages) == page_count(dialog.pdf) > 1
    for number, page in enumerate(dialog.pages):
        dialog.view.go_to(number)
        desk.wait(lambda page=page: page.picture.width() > 200)  # type: ignore[misc]
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


def test_the_preview_is_the_pdf_pixel_by_pixel_and_finds_words(desk: Desk) -> None:
    dialog = preview(desk, 90)
    dialog.view.zoom(100)
    desk.wait(lambda: abs(dialog.pages[0].picture.width() - dialog.pages[0].wide / 25.4 * 96) < 2)
    (width, height), content = page_rgb(dialog.pdf, 0, 96)
    printed = QImage(content, width, height, width * 3, QImage.Format.Format_RGB888).convertToFormat(QImage.Format.Format_RGB32)
    assert dialog.pages[0].picture == printed
    dialog.activateWindow()
    desk.wait(dialog.isActiveWindow)
    dialog.bar.search.setFocus()
    dialog.bar.search.setText("广州华远")
    QTest.keyClick(dialog.bar.search, Qt.Key.Key_Return)
    desk.wait(lambda: bool(dialog.view.hits))
    first = dialog.view.hits[0]
    assert first[0] == 0 and first[1][0][2] > 5
    assert dialog.bar.found.text().startswith("1 / ")
    QTest.keyClick(dialog, Qt.Key.Key_F3)
    dialog.bar.search.setText("no such words")
    QTest.keyClick(dialog.bar.search, Qt.Key.Key_Return)
    desk.wait(lambda: not dialog.view.hits)
    desk.quiet()
    dialog.reject()


def test_how_far_a_form_is_moved_is_kept_for_the_printer_and_the_paper(desk: Desk, tmp_path: Path) -> None:
    dialog = preview(desk, 1)
    dialog.choices.right.setValue(2.5)
    dialog.choices.remember()
    again = preview(desk, 1)
    assert again.choices.right.value() == 2.5 and not again.choices.more.isHidden()
    again.choices.show_paper(241, 140)
    assert again.choices.right.value() == 0, "another paper"
    plain, moved = tmp_path / "plain.pdf", tmp_path / "moved.pdf"
    for path, by in ((plain, 0.0), (moved, 25.4)):
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(path))
        paint_pages(printer, again.pdf, [0], dpi=72, moved=(by, 0))
    edges = []
    for path in (plain, moved):
        (width, height), content = page_rgb(path.read_bytes(), 0, 72)
        page = QImage(content, width, height, width * 3, QImage.Format.Format_RGB888)
        dark = [x for y in range(0, height, 2) for x in range(width) if page.pixelColor(x, y).lightness() < 128]
        edges.append(min(dark))
    assert edges[1] - edges[0] == pytest.approx(72, abs=2)
    dialog.reject()
    again.reject()


def test_the_draft_of_an_e_mail_carries_the_pdf(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dialog = preview(desk, 1)
    opened: list[Path] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())) or True)
    dialog.mail()
    desk.wait(lambda: bool(opened))
    desk.quiet()
    message = message_from_bytes(opened[0].read_bytes(), policy=policy.default)
    attached = next(iter(message.iter_attachments()))  # type: ignore[attr-defined]
    assert message["X-Unsent"] == "1" and attached.get_filename() == "SO_1.pdf"
    assert attached.get_content() == dialog.pdf
    dialog.reject()
