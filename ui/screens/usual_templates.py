"""Which template prints a record type when nobody chooses: one for all, others for a language, a customer, a department, a printer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtPrintSupport import QPrinterInfo
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.printing.shipped import CARD
from crm_desktop.printing.template import Template
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import print_templates
from crm_desktop.services.listing import fetch_page
from crm_desktop.services.print_templates import Usual
from crm_desktop.words import LANGUAGES, _, language
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, IconButton, primary
from ui.widgets.labels import Label

_MOST_CUSTOMERS = 2_000
Names = list[tuple[int, str]]


class UsualDialog(QDialog):
    """One row for each rule; what is left open holds for all. What says more goes first: customer, department, printer, language."""

    kept = Signal()

    def __init__(
        self, parent: QWidget, shell: Shell, kind: RecordType, templates: Sequence[Template], rules: Sequence[Usual], chosen: str = ""
    ) -> None:
        """chosen: the template a new rule begins with."""
        super().__init__(parent.window())
        self._shell, self._kind = shell, kind
        self._templates = [(t.name, t.title_in(language())) for t in templates] + [(CARD, _("Plain card"))]
        self._first = chosen or self._templates[0][0]
        self._rules = list(rules) or [Usual(kind.key, self._first)]
        self._names: dict[str, Names] = {"customer_id": [], "department_id": []}
        self.rows: list[dict[str, QComboBox]] = []
        self.setWindowTitle(_("What prints {things} when nobody chooses").format(things=_(kind.plural)))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(self.windowTitle(), "heading"))
        words = _("A rule for a customer goes before one for a department, then the printer, then the language.")
        column.addWidget(Label(words, "dim", wrap=True))
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(theme.size("gap"))
        column.addLayout(self._grid)
        self._add = Button(_("Another rule"), "add", kind="flat", clicked=self.add)
        self._below = QHBoxLayout()
        self._below.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self._below.addWidget(self._add)
        column.addLayout(self._below)
        column.addStretch(1)
        self._foot = row = QHBoxLayout()
        row.addStretch(1)
        self._cancel = Button(_("Cancel"), clicked=self.reject)
        row.addWidget(self._cancel)
        self._save = primary(_("Save"), "save", self.save)
        self._save.setDefault(True)
        row.addWidget(self._save)
        for button in (self._add, self._save):  # there are no rules to keep until they are shown
            button.setEnabled(False)
        column.addLayout(row)
        self.resize(theme.current().px(980), theme.current().px(360))
        shell.tasks.run(partial(_names_of, shell.app), self._show, owner=self)

    def _show(self, names: dict[str, Names]) -> None:
        self._names = names
        self._build()
        for button in (self._add, self._save):
            button.setEnabled(True)
        self.rows[0]["template"].setFocus()

    def _build(self) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        self.rows = []
        for at, words in enumerate((_("Template"), _("Language"), _("Customer"), _("Department"), _("Printer"))):
            self._grid.addWidget(Label(words, "dim"), 0, at)
            self._grid.setColumnStretch(at, 3 if at == 0 else 2)
        for number, rule in enumerate(self._rules):
            boxes = {
                "template": _box(_("Template"), self._templates, rule.template),
                "language": _box(_("Language"), [("", _("All")), *LANGUAGES.items()], rule.language),
                "customer_id": _box(_("Customer"), [(0, _("All")), *self._names["customer_id"]], rule.customer_id),
                "department_id": _box(_("Department"), [(0, _("All")), *self._names["department_id"]], rule.department_id),
                "printer": _box(_("Printer"), [("", _("All")), *((n, n) for n in _printers())], rule.printer),
            }
            for at, box in enumerate(boxes.values()):
                self._grid.addWidget(box, number + 1, at)
            self._grid.addWidget(IconButton("delete", _("Remove this rule"), partial(self.remove, number)), number + 1, len(boxes))
            self.rows.append(boxes)
        for layout, button in ((self._below, self._add), (self._foot, self._cancel), (self._foot, self._save)):
            button.setParent(None)  # put in once more, since Tab goes through a window as it was put together
            layout.addWidget(button)
            button.show()

    def rules(self) -> list[Usual]:
        """As they are chosen now."""
        return [Usual(self._kind.key, **{name: box.currentData() for name, box in row.items()}) for row in self.rows]

    def add(self) -> None:
        """One more rule."""
        self._rules = [*self.rules(), Usual(self._kind.key, self._first)]
        self._build()

    def remove(self, number: int) -> None:
        """One rule less."""
        self._rules = [rule for at, rule in enumerate(self.rules()) if at != number]
        self._build()

    def save(self) -> None:
        """Keep the rules for everybody."""
        work = partial(print_templates.set_usual, self._shell.app, self._kind.key, self.rules())
        self._shell.tasks.run(work, self._saved, owner=self)

    def _saved(self, _none: Any) -> None:
        self.kept.emit()
        self.accept()


def _box(name: str, choices: Sequence[tuple[Any, str]], chosen: Any) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for value, words in choices:
        box.addItem(words, value)
    at = box.findData(chosen)
    if at < 0:  # somebody's printer, or a customer this person does not see: the rule stays as it is
        box.addItem(f"{chosen}", chosen)
        at = box.count() - 1
    box.setCurrentIndex(at)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _printers() -> list[str]:
    return [info.printerName() for info in QPrinterInfo.availablePrinters()]


def _names_of(app: Application) -> dict[str, Names]:
    found: dict[str, Names] = {}
    for field, key, order in (("customer_id", "customers", ("name",)), ("department_id", "departments", ("name",))):
        rows: Names = []
        if app.actor.may(f"{key}.see"):
            page = fetch_page(app, ListQuery(key, ("name",), order=order), size=_MOST_CUSTOMERS)
            rows = [(row[-1], str(row[0])) for row in page.rows]
        found[field] = rows
    return found
