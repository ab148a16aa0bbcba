"""The card of the first steps on the Today page: what is done ticks itself, a click opens where the rest is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from crm_desktop.services import first_steps
from crm_desktop.words import N_, _
from ui.shell import Shell
from ui.widgets.buttons import IconButton
from ui.widgets.labels import IconLabel, Label, SectionHeader
from ui.widgets.panels import Card

BACKUP = "backup"
STEPS: Mapping[str, str] = {
    first_steps.COMPANY: N_("Fill in the company data"),
    first_steps.LOGO: N_("Choose the company logo"),
    first_steps.PEOPLE: N_("Add your colleagues"),
    first_steps.PRODUCTS: N_("Enter or import what you sell"),
    first_steps.CUSTOMERS: N_("Enter or import your customers"),
    first_steps.ORDER: N_("Write the first order"),
    first_steps.PRINT: N_("Print it"),
    BACKUP: N_("Back up to a USB drive or another disk"),
}


class FirstStepsCard(Card):
    """Eight lines; it goes by itself when all are ticked, or when it is hidden."""

    hidden = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(margin=14)
        self._shell = shell
        self.buttons: dict[str, QPushButton] = {}
        self.done: dict[str, bool] = {}
        self.hide_button = IconButton("dismiss", _("Hide the first steps"), self._hide)
        head = QHBoxLayout()
        self._head = SectionHeader(_("First steps"), icon="flag")
        head.addWidget(self._head, 1)
        head.addWidget(self.hide_button)
        self.body.addLayout(head)
        self._marks: dict[str, IconLabel] = {}
        column = QVBoxLayout()
        column.setSpacing(2)
        for key, title in STEPS.items():
            mark, button = IconLabel("chevron_right", "faint", 16), QPushButton(_(title))
            button.setProperty("kind", "link")
            button.clicked.connect(self._ways()[key])
            self._marks[key], self.buttons[key] = mark, button
            row = QHBoxLayout()
            row.addWidget(mark)
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
        self.body.addLayout(column)
        self.body.addWidget(Label(_("Each ticks itself when it is done. F1 tells more."), "small"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_steps(self, done: Mapping[str, bool]) -> None:
        """Show what is done; nothing where there is nothing (more) to do."""
        self.done = dict(done)
        for key, button in self.buttons.items():
            ticked = self.done.get(key, False)
            self._marks[key].set_icon("checkmark_circle" if ticked else "chevron_right", "green" if ticked else "faint")
            button.setAccessibleName(f"{button.text()}: {_('done') if ticked else _('open')}")
        self.setVisible(bool(self.done) and not all(self.done.get(key, False) for key in STEPS))

    def _hide(self) -> None:
        self.hide()
        self.hidden.emit()

    def _ways(self) -> dict[str, Callable[[], object]]:
        shell = self._shell
        return {
            first_steps.COMPANY: lambda: shell.open_screen("settings"),
            first_steps.LOGO: lambda: shell.open_screen("settings"),
            first_steps.PEOPLE: lambda: shell.open_list("users"),
            first_steps.PRODUCTS: lambda: shell.open_list("products"),  # an empty list offers both: a new one, and a file
            first_steps.CUSTOMERS: lambda: shell.open_list("customers"),
            first_steps.ORDER: lambda: shell.new_record("sales-orders"),
            first_steps.PRINT: lambda: shell.open_list("sales-orders"),
            BACKUP: lambda: shell.open_screen("backup-setup"),
        }
