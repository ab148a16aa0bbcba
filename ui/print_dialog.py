"""Preview first, then one key: the pages as they will be, with template, language, printer, copies and pages beside them.

The PDF that is shown is the PDF that is saved, mailed and printed, byte for byte.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths, Qt, QTemporaryDir, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.file_names import file_name
from crm_desktop.printing.context import for_record
from crm_desktop.printing.mail_draft import mail_draft
from crm_desktop.printing.preview import page_sizes
from crm_desktop.printing.printing import note_printed, print_records
from crm_desktop.printing.template_store import sheet_of_labels, templates_of
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.accounts import AccountSpan
from crm_desktop.services.print_log import Printed, printed
from crm_desktop.services.print_templates import SHARE
from crm_desktop.words import _, ngettext
from ui import theme
from ui.account_span import AccountSpanPicker
from ui.page_view import PageBar, PageItem, PageView
from ui.print_choices import PrintChoices
from ui.printer_paper import Handling, page_numbers, paint_pages, printer_for
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

__all__ = ["PrintDialog", "page_numbers", "paint_pages", "print_record"]


class PrintDialog(QDialog):
    """The preview of one record with what can be chosen about it."""

    def __init__(self, parent: QWidget, shell: Shell, kind: RecordType, record_id: int, title: str) -> None:
        super().__init__(parent.window())
        self.shell, self.kind, self.record_id, self.name = shell, kind, record_id, title
        self.pdf = b""
        self._ticket = 0
        self._labels: frozenset[str] = frozenset()
        self._filled = self._picked = self._for_printer = False
        self._folder: QTemporaryDir | None = None
        self.account = AccountSpanPicker(shell, record_id) if kind.key == "customers" else None
        self.choices = PrintChoices(shell.settings, account=self.account)
        self.template, self.language, self.printer = self.choices.template, self.choices.language, self.choices.printer
        self.copies, self.range = self.choices.copies, self.choices.range
        self.setWindowTitle(_("Print {title}").format(title=title))
        self._build()
        window = parent.window()
        self.resize(min(theme.current().px(1160), window.width() - 40), window.height() - 40)
        QShortcut(QKeySequence("Ctrl+P"), self, self.take_default)
        self._may_edit()
        self.choices.other_language.connect(self._other_language)
        self.choices.other_template.connect(self.render_pages)
        if self.account is not None:
            self.account.changed.connect(self.render_pages)
        self.choices.other_printer.connect(self._show_default)
        self.choices.printer_picked.connect(self._other_printer)
        self.choices.template.activated.connect(lambda _at: self._template_picked())
        self.choices.first_label.valueChanged.connect(lambda _number: self.render_pages())
        self.render_pages()

    @property
    def pages(self) -> list[PageItem]:
        """The pages that are shown."""
        return self.view.pages

    # Building

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.view = PageView(self.shell.tasks)
        self.bar = PageBar(self.view, self.shell.tasks)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.bar)
        left.addWidget(self.view, 1)
        row.addLayout(left, 1)
        side = QWidget()
        side.setFixedWidth(theme.current().px(310))
        column = QVBoxLayout(side)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(self.name, "heading", wrap=True))
        self.count = Label("", "dim")
        column.addWidget(self.count)
        self.printed = Label("", "dim", wrap=True)
        column.addWidget(self.printed)
        self.printed.hide()
        column.addWidget(self.choices)
        self.edit_button = Button(_("Edit this template"), "ruler", kind="flat", clicked=self.edit_template)
        column.addWidget(self.edit_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addLayout(self._buttons())
        row.addWidget(side)

    def _buttons(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.size("gap"))
        self.default = primary("", "print", self.take_default)
        self.save_button = Button(_("Save as PDF…"), "document_pdf", clicked=self.save)
        self.mail_button = Button(_("As an e-mail…"), "mail", clicked=self.mail, tip=_("A draft in your mail program, with the PDF"))
        self.open_button = Button(_("Open in the PDF program"), "open", clicked=self.open)
        buttons = (self.default, self.save_button, self.mail_button, self.open_button, Button(_("Close"), clicked=self.reject))
        for button in buttons:
            column.addWidget(button)
        self._show_default()
        return column

    def _show_default(self) -> None:
        self.default.setText(_("Print") if self.printer.currentData() else _("Save as PDF"))
        self.default.setToolTip(f"{self.default.text()}  (Enter)")
        self.save_button.setVisible(bool(self.printer.currentData()))

    def _may_edit(self) -> None:
        """Only by those who may change templates for everybody; out of the plain card a new one is made."""
        self.edit_button.setVisible(self.shell.app.actor.may(SHARE))

    def _other_language(self) -> None:
        self._filled = False
        self.render_pages()

    def _template_picked(self) -> None:
        self._picked = True

    def _other_printer(self) -> None:
        """Another printer may have another usual template, such as that of its continuous form; a template that was chosen stays."""
        if not self._picked:
            self._filled, self._for_printer = False, True
            self.render_pages()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter prints, but not while a text is looked for."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif not self.bar.search.hasFocus():
            self.take_default()

    # The PDF and its pages

    def render_pages(self) -> None:
        """Make the PDF as chosen now and show it."""
        self._ticket += 1
        self.pdf = b""
        self._set_ready(False)
        self._may_edit()
        name = "" if self._for_printer else str(self.template.currentData() or "")
        asked = _Asked(
            name, str(self.language.currentData()), str(self.printer.currentData() or ""), not self._filled, self.choices.begins_at,
            self.account.span() if self.account is not None else None,
        )  # fmt: skip
        work = partial(_made, self.shell.app, self.kind, self.record_id, asked)
        self.shell.tasks.run(work, partial(self._show, self._ticket), self._failed, owner=self)

    def _show(self, ticket: int, made: _Made) -> None:
        if ticket != self._ticket:
            return
        self.pdf, sizes = made.pdf, made.sizes
        if made.templates:
            self._filled = True
            self._labels = made.labels
            self.choices.fill_templates(made.templates, for_printer=self._for_printer)
            self._for_printer = False
        self.choices.offer_first_label(str(self.template.currentData() or "") in self._labels)
        self.printed.setText(_said_of(made.printed))
        self.printed.setVisible(bool(made.printed.times))
        self.count.setText(ngettext("{count} page", "{count} pages", len(sizes)).format(count=len(sizes)))
        self.view.show_pdf(self.pdf, sizes)
        self.choices.show_paper(*sizes[0])
        self._set_ready(True)
        self.default.setFocus()

    def _set_ready(self, ready: bool) -> None:
        for button in (self.default, self.save_button, self.mail_button, self.open_button):
            button.setEnabled(ready)

    def _failed(self, error: BaseException) -> None:
        self.view.show_pdf(b"", [])
        self.shell.notices.error(error)

    def edit_template(self) -> None:
        """The template in the designer, with this record on the paper."""
        name = str(self.template.currentData())
        self.reject()
        self.shell.open_screen(f"template?type={self.kind.key}&name={name}", record=str(self.record_id))

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
        self.choices.remember()
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
        path = self._own_folder() / self._file_name()
        path.write_bytes(self.pdf)
        self.shell.tasks.run(self._noting({"file": path.name}), owner=self)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.shell.notices.inform(_("No program of this PC opens PDF files."), _("Save it instead."))

    def mail(self) -> None:
        """A draft with the PDF in the mail program of this PC."""
        code = str(self.language.currentData())
        path = self._own_folder() / f"{file_name(self.name, instead='document')}.eml"
        work = partial(_mail, self.shell.app, self.kind.key, self.record_id, code, self.name, self._file_name(), self.pdf, path)
        self.shell.tasks.run(work, self._mailed, owner=self)

    def _mailed(self, path: Path) -> None:
        self.shell.tasks.run(self._noting({"file": path.name}), owner=self)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.shell.notices.inform(_("No program of this PC opens e-mails."), _("Save the PDF and attach it yourself."))

    def _own_folder(self) -> Path:
        """A folder of its own each time: the program that opened the file before may still hold it."""
        self._folder = self._folder or QTemporaryDir()
        self._folder.setAutoRemove(False)  # the other program may keep it open longer than this one runs
        return Path(tempfile.mkdtemp(dir=self._folder.path()))

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
        self.choices.remember()
        handling = self.choices.handling()
        printer = printer_for(str(self.printer.currentData()), self.name, handling)
        copies = self.copies.value()
        facts = {"printer": self.printer.currentText(), "pages": len(wanted), "copies": copies}
        work = partial(_print, printer, self.pdf, wanted * copies, handling, self._noting(facts))
        said = _("Sent to {printer}").format(printer=self.printer.currentText())
        title = _("Printing {title}").format(title=self.name)
        self.shell.tasks.run(work, lambda _none: self.shell.notices.say(said), slow=True, title=title)
        self.accept()


def print_record(parent: QWidget, shell: Shell, kind: RecordType, record_id: int, title: str) -> None:
    """Show the preview of a record over its window."""
    dialog = PrintDialog(parent, shell, kind, record_id, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.show()


@dataclass(frozen=True)
class _Made:
    """The pages, the templates there are where they were asked for, and how often this was printed."""

    pdf: bytes
    sizes: list[tuple[float, float]]
    templates: list[tuple[str, str]]
    labels: frozenset[str]
    printed: Printed


@dataclass(frozen=True)
class _Asked:
    """What is to be shown. ask: for the templates of the language too; then the one chosen before, in this language, or the usual one."""

    name: str
    code: str
    printer: str
    ask: bool
    first_label: int
    account: AccountSpan | None


def _made(app: Application, kind: RecordType, record_id: int, wanted: _Asked) -> _Made:
    named: list[tuple[str, str]] = []
    labels: frozenset[str] = frozenset()
    name, code = wanted.name, wanted.code
    if wanted.ask:
        found = templates_of(app, kind, record_id, code, wanted.printer)
        named = [(t.name, t.title_in(code)) for t in found]
        labels = frozenset(t.name for t in found if sheet_of_labels(t))
        base = name.partition(".")[0]
        name = next((other for other, _title in named if base and other.partition(".")[0] == base), named[0][0])
    made = print_records(app, kind.key, [record_id], name, code, first_label=wanted.first_label, account=wanted.account)
    return _Made(made.pdf, page_sizes(made.pdf), named, labels, printed(app, kind.key, record_id))


def _said_of(been: Printed) -> str:
    if not been.times or been.at is None:
        return ""
    words = ngettext("Printed once: {when}, {who}", "Printed {count} times, last {when}, {who}", been.times)
    return words.format(count=been.times, when=f"{been.at.astimezone():%Y-%m-%d %H:%M}", who=been.who)


def _write(path: Path, pdf: bytes, note: Callable[[], None]) -> None:
    with whole_file(path) as part:
        part.write_bytes(pdf)
    note()


def _mail(app: Application, type_key: str, record_id: int, code: str, title: str, name: str, pdf: bytes, path: Path) -> Path:
    """The draft, addressed to the contact, else to the customer."""
    context = for_record(app, type_key, record_id, code)
    to = next((str(who.get("email")) for who in (context["contact"], context["customer"]) if who.get("email")), "")
    path.write_bytes(mail_draft(to, title, "", name, pdf))
    return path


def _print(printer: QPrinter, pdf: bytes, pages: list[int], handling: Handling, note: Callable[[], None]) -> None:
    paint_pages(printer, pdf, pages, moved=(handling.right, handling.down))
    note()
