"""A sheet with a secret for the safe: shown, printed or saved, so that the secret is not only in one PC."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop import settings as s
from crm_desktop.words import _, language
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Card

Sheet = Callable[[str, dt.date, str], bytes]
"""Makes the PDF, given the company, the day and the language; called on a worker."""


class SecretSheet(QDialog):
    """heading, words: what it is and why it goes on paper; secret: as it is shown, called `name`; file_name: proposed for the PDF."""

    put_away = Signal()
    """It was printed or saved."""

    def __init__(
        self, shell: Shell, parent: QWidget, heading: str, words: str, secret: str, name: str, sheet: Sheet, file_name: str = ""
    ) -> None:
        super().__init__(parent.window())
        self._shell, self._sheet, self._file_name = shell, sheet, file_name or _("Recovery sheet")
        self.setWindowTitle(_("Recovery sheet"))
        self.done_with = Button(_("Close"), clicked=self.accept)
        self.print_button = primary(_("Print…"), "print", self.print)
        self.save_button = Button(_("Save as PDF…"), "document_pdf", clicked=self.ask_file)
        self.column = QVBoxLayout(self)
        edge = theme.size("page")
        self.column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        self.column.setSpacing(theme.size("margin"))
        self.column.addWidget(Label(heading, "heading"))
        self.column.addWidget(Label(words, "dim", wrap=True))
        card = Card(plate=True, margin=14)
        shown = Label(secret, "number", wrap=True)
        shown.setAccessibleName(name)
        card.body.addWidget(shown)
        self.column.addWidget(card)
        self.row = QHBoxLayout()
        self.row.addWidget(self.done_with)
        self.row.addStretch(1)
        self.row.addWidget(self.save_button)
        self.row.addWidget(self.print_button)
        self.column.addLayout(self.row)
        self.setMinimumWidth(theme.current().px(500))

    def ask_file(self) -> None:
        """Ask where to, then save it there."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder) / (self._file_name + ".pdf"))
        chosen, _kind = QFileDialog.getSaveFileName(self, self.windowTitle(), proposed, "PDF (*.pdf)")
        if chosen:
            self.save(Path(chosen))

    def save(self, file: Path) -> None:
        """Write the sheet as PDF."""

        def work() -> str:
            file.write_bytes(self._pdf())
            return file.name

        self._shell.tasks.run(work, self._saved, self._unsaved, owner=self)

    def print(self) -> None:
        """Ask for the printer, then print."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        if dialog.exec():
            self._shell.tasks.run(self._prepared, partial(self._paint, printer), owner=self)
        dialog.deleteLater()

    def _prepared(self) -> tuple[bytes, ModuleType]:  # on a worker: what makes and draws PDFs takes its time to load
        return self._pdf(), import_module("ui.print_dialog")

    def _paint(self, printer: QPrinter, made: tuple[bytes, ModuleType]) -> None:
        pdf, dialog = made
        dialog.paint_pages(printer, pdf, [0])
        self._shell.notices.say(_("Sent to the printer"), icon="print")
        self.put_away.emit()

    def _pdf(self) -> bytes:
        return self._sheet(self._shell.settings.get(s.COMPANY_NAME), dt.date.today(), language())

    def _saved(self, name: str) -> None:
        self._shell.notices.say(_("Saved: {name}").format(name=name))
        self.put_away.emit()

    def _unsaved(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            self._shell.notices.inform(_("The file could not be written."), error.strerror or "")
        else:
            self._shell.notices.error(error)
