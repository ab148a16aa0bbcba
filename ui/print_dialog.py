"""Preview first, then one key: the pages as they will be, with template, language, printer, copies and pages beside them.

The PDF that is shown is the PDF that is saved and printed, byte for byte.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMarginsF, QSize, QSizeF, QStandardPaths, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QKeySequence, QPageLayout, QPageSize, QPainter, QPixmap, QShortcut
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from crm_desktop.application import Application
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.file_names import file_name
from crm_desktop.printing.preview import page_count, page_png, page_rgb
from crm_desktop.printing.printing import note_printed, print_to_pdf
from crm_desktop.printing.shipped import templates_for
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import LANGUAGES, _, language, ngettext
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import NumberBox, Spinner
from ui.widgets.labels import Label

_SCREEN_DPI, _PRINT_DPI = 96, 300
_PDF = ""  # in the list of printers: save as a file


def page_numbers(text: str, pages: int) -> list[int]:
    """The pages a person means by `1-3, 5` (from 0); all of them for nothing. Raises ValueError with words."""
    wanted: list[int] = []
    for part in re.split(r"[,，;；\s]+", text.strip()):
        if not part:
            continue
        found = re.fullmatch(r"(\d{1,6})(?:([-–~])(\d{1,6})?)?", part)
        first = int(found[1]) if found else 0
        last = (int(found[3] or pages) if found[2] else first) if found else 0
        if not 1 <= first <= last or first > pages:
            raise ValueError(_("There are {count} pages; write them like 1-3, 5.").format(count=pages))
        wanted += range(first - 1, min(last, pages))
    return wanted or list(range(pages))


class PrintDialog(QDialog):
    """The preview of one record with what can be chosen about it."""

    def __init__(self, parent: QWidget, shell: Shell, kind: RecordType, record_id: int, title: str) -> None:
        super().__init__(parent.window())
        self.shell, self.kind, self.record_id, self.name = shell, kind, record_id, title
        self.pdf = b""
        self.pages: list[QLabel] = []
        self._ticket = 0
        self._folder: QTemporaryDir | None = None
        self.setWindowTitle(_("Print {title}").format(title=title))
        self._build()
        window = parent.window()
        self.resize(min(theme.current().px(1040), window.width() - 40), window.height() - 40)
        for keys in ("Return", "Enter", "Ctrl+P"):
            QShortcut(QKeySequence(keys), self, self.take_default)
        self._fill_templates()
        self.render_pages()

    # Building

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setProperty("ground", "bg")
        self._area.setAccessibleName(_("Preview"))
        row.addWidget(self._area, 1)
        side = QWidget()
        side.setFixedWidth(theme.current().px(300))
        column = QVBoxLayout(side)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(self.name, "heading", wrap=True))
        self.count = Label("", "dim")
        column.addWidget(self.count)
        column.addLayout(self._choices())
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addLayout(self._buttons())
        row.addWidget(side)

    def _choices(self) -> QGridLayout:
        self.template, self.language, self.printer = QComboBox(), QComboBox(), QComboBox()
        self.copies, self.range = NumberBox(1, 99, 1), QLineEdit()
        for code, words in LANGUAGES.items():
            self.language.addItem(words, code)
        self.language.setCurrentIndex(max(0, self.language.findData(language())))
        for info in QPrinterInfo.availablePrinters():
            self.printer.addItem(info.description() or info.printerName(), info.printerName())
        self.printer.addItem(_("Save as PDF"), _PDF)
        default = QPrinterInfo.defaultPrinterName()
        self.printer.setCurrentIndex(max(0, self.printer.findData(default)) if default else 0)
        self.range.setPlaceholderText(_("All, or 1-3, 5"))
        grid = QGridLayout()
        grid.setVerticalSpacing(theme.size("gap"))
        rows = (
            (_("Template"), self.template), (_("Language"), self.language), (_("Printer"), self.printer),
            (_("Copies"), self.copies), (_("Pages"), self.range),
        )  # fmt: skip
        for at, (words, widget) in enumerate(rows):
            label = Label(words, "dim")
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            grid.addWidget(label, at, 0)
            grid.addWidget(widget, at, 1)
        grid.setColumnStretch(1, 1)
        self.language.currentIndexChanged.connect(lambda _at: self._other_language())
        self.template.currentIndexChanged.connect(lambda _at: self.render_pages())
        self.printer.currentIndexChanged.connect(lambda _at: self._show_default())
        return grid

    def _buttons(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.size("gap"))
        self.default = primary("", "print", self.take_default)
        self.save_button = Button(_("Save as PDF…"), "document_pdf", clicked=self.save)
        self.open_button = Button(_("Open in the PDF program"), "open", clicked=self.open)
        for button in (self.default, self.save_button, self.open_button, Button(_("Close"), clicked=self.reject)):
            column.addWidget(button)
        self._show_default()
        return column

    def _show_default(self) -> None:
        self.default.setText(_("Print") if self.printer.currentData() else _("Save as PDF"))
        self.default.setToolTip(f"{self.default.text()}  (Enter)")
        self.save_button.setVisible(bool(self.printer.currentData()))
        self.copies.setEnabled(bool(self.printer.currentData()))

    def _fill_templates(self) -> None:
        kept = self.template.currentData()
        self.template.blockSignals(True)
        self.template.clear()
        code = str(self.language.currentData())
        for template in templates_for(self.kind, code):
            self.template.addItem(template.title_in(code), template.name)
        base = str(kept or "").partition(".")[0]
        same = next((i for i in range(self.template.count()) if str(self.template.itemData(i)).partition(".")[0] == base), 0)
        self.template.setCurrentIndex(same if kept else 0)
        self.template.blockSignals(False)

    def _other_language(self) -> None:
        self._fill_templates()
        self.render_pages()

    # The PDF and its pages

    def render_pages(self) -> None:
        """Make the PDF as chosen now and show it."""
        self._ticket += 1
        self.pdf = b""
        self._set_ready(False)
        waiting = QWidget()
        column = QVBoxLayout(waiting)
        column.addWidget(Spinner(28), 0, Qt.AlignmentFlag.AlignCenter)
        self._area.setWidget(waiting)
        name, code = self.template.currentData(), str(self.language.currentData())
        work = partial(_made, self.shell.app, self.kind.key, self.record_id, name, code)
        self.shell.tasks.run(work, partial(self._show, self._ticket), self._failed, owner=self)

    def _show(self, ticket: int, made: tuple[bytes, int]) -> None:
        if ticket != self._ticket:
            return
        self.pdf, count = made
        self.count.setText(ngettext("{count} page", "{count} pages", count).format(count=count))
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(theme.size("page"), theme.size("page"), theme.size("page"), theme.size("page"))
        column.setSpacing(theme.size("page"))
        self.pages = []
        for number in range(count):
            picture = QLabel()
            picture.setProperty("role", "picture")
            picture.setAccessibleName(_("Page {number}").format(number=number + 1))
            picture.setFixedSize(QSize(10, 10))
            self.pages.append(picture)
            column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
            work = partial(page_png, self.pdf, number, _SCREEN_DPI * self.devicePixelRatioF())
            self.shell.tasks.run(work, partial(self._show_page, ticket, number), self._failed, owner=self)
        column.addStretch(1)
        self._area.setWidget(page)
        self._set_ready(True)
        self.default.setFocus()

    def _show_page(self, ticket: int, number: int, png: bytes) -> None:
        if ticket != self._ticket:
            return
        picture = QPixmap()
        picture.loadFromData(png)
        bar = self._area.verticalScrollBar().sizeHint().width()
        room = max(200, self._area.width() - bar - 2 * theme.size("page") - 2)
        ratio = self.devicePixelRatioF()
        if picture.width() > room * ratio:
            picture = picture.scaledToWidth(round(room * ratio), Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        self.pages[number].setFixedSize(picture.deviceIndependentSize().toSize())
        self.pages[number].setPixmap(picture)

    def _set_ready(self, ready: bool) -> None:
        for button in (self.default, self.save_button, self.open_button):
            button.setEnabled(ready)

    def _failed(self, error: BaseException) -> None:
        self._area.setWidget(QWidget())
        self.shell.notices.error(error)

    # What is done with it

    def take_default(self) -> None:
        """Enter: print, or save where there is no printer."""
        if self.pdf:
            if self.printer.currentData():
                self.print_pages()
            else:
                self.save()

    def save(self, path: Path | None = None) -> None:
        """Write the PDF where the person wants it."""
        if path is None:
            folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
            proposed = str(Path(folder) / self._file_name())
            name, _kind = QFileDialog.getSaveFileName(self, _("Save as PDF"), proposed, "PDF (*.pdf)")
            if not name:
                return
            path = Path(name)
        said = _("Saved: {name}").format(name=path.name)
        work = partial(_write, path, self.pdf, self._noting({"file": path.name}))
        self.shell.tasks.run(work, lambda _none: self._done(said), owner=self)

    def _noting(self, facts: dict[str, Any]) -> Callable[[], None]:
        return partial(note_printed, self.shell.app, self.kind.key, self.record_id, self.name, facts)

    def _file_name(self) -> str:
        return f"{file_name(self.name, instead='document')}.pdf"

    def _done(self, said: str) -> None:
        self.shell.notices.say(said)
        self.accept()

    def open(self) -> None:  # type: ignore[override]
        """Show the PDF in the program the system has for it."""
        self._folder = self._folder or QTemporaryDir()
        self._folder.setAutoRemove(False)  # the other program may keep it open longer than this one runs
        # A folder of its own each time: the reader that opened it before may still hold the file.
        path = Path(tempfile.mkdtemp(dir=self._folder.path())) / self._file_name()
        path.write_bytes(self.pdf)
        self.shell.tasks.run(self._noting({"file": path.name}), owner=self)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.shell.notices.inform(_("No program of this PC opens PDF files."), _("Save it instead."))

    def print_pages(self) -> None:
        """Send the chosen pages to the printer, copy by copy."""
        try:
            wanted = page_numbers(self.range.text(), len(self.pages))
        except ValueError as error:
            self.problem.setText(str(error))
            self.problem.show()
            self.range.setFocus()
            return
        self.problem.hide()
        printer = QPrinter(QPrinterInfo.printerInfo(str(self.printer.currentData())), QPrinter.PrinterMode.HighResolution)
        printer.setDocName(self.name)
        copies = self.copies.value()
        facts = {"printer": self.printer.currentText(), "pages": len(wanted), "copies": copies}
        work = partial(_print, printer, self.pdf, wanted * copies, self._noting(facts))
        said = _("Sent to {printer}").format(printer=self.printer.currentText())
        title = _("Printing {title}").format(title=self.name)
        self.shell.tasks.run(work, lambda _none: self.shell.notices.say(said), slow=True, title=title)
        self.accept()


def paint_pages(printer: QPrinter, pdf: bytes, pages: list[int], dpi: int = _PRINT_DPI) -> None:
    """Paint pages of a PDF on a printer, each at the size of its paper. May run on another thread."""
    painter: QPainter | None = None
    printer.setResolution(dpi)
    printer.setFullPage(True)
    for number in pages:
        (width, height), content = page_rgb(pdf, number, dpi)
        _set_paper(printer, QSizeF(width / dpi * 25.4, height / dpi * 25.4))
        if painter is None:
            painter = QPainter(printer)
        else:
            printer.newPage()
        image = QImage(content, width, height, width * 3, QImage.Format.Format_RGB888)
        painter.drawImage(0, 0, image)
    if painter is not None:
        painter.end()


def _set_paper(printer: QPrinter, size: QSizeF) -> None:
    wide = size.width() > size.height()
    upright = size.transposed() if wide else size
    printer.setPageSize(QPageSize(upright, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.FuzzyMatch))
    printer.setPageOrientation(QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)


def _made(app: Application, type_key: str, record_id: int, template: str | None, code: str) -> tuple[bytes, int]:
    pdf = print_to_pdf(app, type_key, record_id, template, code)
    return pdf, page_count(pdf)


def _write(path: Path, pdf: bytes, note: Callable[[], None]) -> None:
    with whole_file(path) as part:
        part.write_bytes(pdf)
    note()


def _print(printer: QPrinter, pdf: bytes, pages: list[int], note: Callable[[], None]) -> None:
    paint_pages(printer, pdf, pages)
    note()


def print_record(parent: QWidget, shell: Shell, kind: RecordType, record_id: int, title: str) -> None:
    """Show the preview of a record."""
    dialog = PrintDialog(parent, shell, kind, record_id, title)
    dialog.exec()
    dialog.deleteLater()
