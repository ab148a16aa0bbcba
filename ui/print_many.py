"""Many records printed in one go: one template or the usual one of each, one progress that can be stopped, one PDF or one printer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.printing.preview import page_count
from crm_desktop.printing.printing import note_all, print_records
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_store import Chooser, sheet_of_labels
from crm_desktop.progress import Progress
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.accounts import AccountSpan
from crm_desktop.words import _, ngettext
from ui import theme
from ui.account_span import AccountSpanPicker
from ui.list_output import ask_path, open_file
from ui.print_choices import PrintChoices
from ui.printer_paper import paint_pages, printer_for
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

USUAL = ""
"""In the list of templates: each record takes the one that is usual for it."""


class PrintManyDialog(QDialog):
    """What to print of the records that were chosen in a list."""

    def __init__(self, parent: QWidget, shell: Shell, kind: RecordType, ids: Sequence[int]) -> None:
        super().__init__(parent.window())
        self._shell, self._kind, self._ids = shell, kind, list(ids)
        self._found: dict[str, Template] = {}
        words = ngettext("Print {count} record", "Print {count} records", len(self._ids))
        self.setWindowTitle(words.format(count=f"{len(self._ids):,}"))
        self.account = AccountSpanPicker(shell) if kind.key == "customers" else None
        self.choices = PrintChoices(shell.settings, account=self.account)
        self.choices.range.setEnabled(False)
        self.go = primary("", "print", self.start)
        self.go.setDefault(True)
        self.go.setEnabled(False)
        self._lay_out()
        self.choices.other_language.connect(self._read)
        self.choices.other_template.connect(self._show_paper)
        self.choices.other_printer.connect(self._show_go)
        self._show_go()
        self._read()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(self.windowTitle(), "heading"))
        column.addWidget(self.choices)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.go)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(420))

    def _read(self) -> None:
        code = str(self.choices.language.currentData())
        work = partial(_templates, self._shell.app, self._kind, code)
        self._shell.tasks.run(work, partial(self._show, code), owner=self)

    def _show(self, code: str, found: list[Template]) -> None:
        if code != self.choices.language.currentData():
            return
        self._found = {USUAL: found[0], **{t.name: t for t in found}}
        named = [(t.name, t.title_in(code)) for t in found]
        self.choices.fill_templates([(USUAL, _("The usual one of each record")), *named])
        self.go.setEnabled(True)
        self._show_paper()

    def _show_paper(self) -> None:
        """How far the print is moved is kept for each paper, and labels begin where a person says."""
        template = self._found.get(str(self.choices.template.currentData() or USUAL))
        if template is not None:
            self.choices.show_paper(*template.paper())
            self.choices.offer_first_label(self.choices.template.currentData() != USUAL and sheet_of_labels(template))

    def _show_go(self) -> None:
        self.go.setText(_("Print") if self.choices.printer.currentData() else _("Save as PDF"))

    def start(self, path: Path | None = None) -> None:
        """Do it in the background; the notice at the end opens the file."""
        printer = str(self.choices.printer.currentData())
        if not printer and path is None:
            path = ask_path(self, self._kind, "PDF (*.pdf)", "pdf")
            if path is None:
                return
        self.choices.remember()
        template, code = str(self.choices.template.currentData() or ""), str(self.choices.language.currentData())
        make = partial(
            _make, self._shell.app, self._kind.key, self._ids, template or None, code, printer, self.choices.begins_at,
            self.account.span() if self.account is not None else None,
        )  # fmt: skip
        if printer:
            handling, copies = self.choices.handling(), self.choices.copies.value()
            device = printer_for(printer, self.windowTitle(), handling)
            facts = {"printer": self.choices.printer.currentText(), "copies": copies}
            paint = partial(_paint, device, copies, (handling.right, handling.down))
            said = _("Sent to {printer}").format(printer=self.choices.printer.currentText())
            self._run(make, paint, facts, lambda: self._shell.notices.say(said))
        else:
            assert path is not None
            facts = {"file": path.name}
            said = _("Saved: {name}").format(name=path.name)
            done = partial(self._shell.notices.say, said, _("Open"), partial(open_file, path))
            self._run(make, partial(_write, path), facts, done)
        self.accept()

    def _run(
        self, make: Callable[[Progress], bytes], use: Callable[[bytes], None], facts: dict[str, Any], done: Callable[[], object]
    ) -> None:
        app, key, ids = self._shell.app, self._kind.key, self._ids

        def work(progress: Progress) -> None:
            use(make(progress))
            note_all(app, key, ids, facts | {"count": len(ids)})

        title = _("Printing {things}").format(things=_(self._kind.plural))
        def finished(_none: None) -> None:
            done()

        self._shell.tasks.run(work, finished, title=title, slow=True)

    def keyPressEvent(self, event: Any) -> None:
        """Enter prints once the templates are there."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.go.isEnabled():
            self.start()
        else:
            super().keyPressEvent(event)


def _templates(app: Application, kind: RecordType, code: str) -> list[Template]:
    chooser = Chooser(app, kind, code)
    return [*chooser.all(), *chooser.lists]


def _make(
    app: Application, type_key: str, ids: list[int], template: str | None, code: str, printer: str, first: int,
    account: AccountSpan | None, progress: Progress,
) -> bytes:  # fmt: skip
    def told(done: int) -> None:
        progress.report(done, len(ids))
        progress.check_cancelled()

    return print_records(app, type_key, ids, template, code, told, printer=printer, first_label=first, account=account).pdf


def _write(path: Path, pdf: bytes) -> None:
    with whole_file(path) as part:
        part.write_bytes(pdf)


def _paint(printer: Any, copies: int, moved: tuple[float, float], pdf: bytes) -> None:
    paint_pages(printer, pdf, list(range(page_count(pdf))) * copies, moved=moved)
