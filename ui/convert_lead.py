"""Making a customer of a lead: a new one or one that is there, the contact, and an opportunity to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Invalid
from crm_desktop.kinds import parse
from crm_desktop.services.converting_leads import Wish, convert, likely_customers
from crm_desktop.services.search_all import Hit
from crm_desktop.words import _
from ui import icons, theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner


class ConvertLead(QDialog):
    """What the lead becomes."""

    def __init__(self, parent: QWidget, shell: Shell, lead: Draft) -> None:
        super().__init__(parent.window())
        self._shell, self._lead = shell, lead
        self.setWindowTitle(_("Convert"))
        company, person = (str(lead.values.get(n) or "") for n in ("company", "person"))
        may = shell.app.actor.may
        self.customer = QComboBox()
        if may("customers.add"):
            self.customer.addItem(icons.icon("person_add"), _("New customer: {name}").format(name=company), None)
        self.contact, self.with_contact = QLineEdit(person), QCheckBox(_("Add a contact"))
        self.subject, self.with_deal = QLineEdit(str(lead.values.get("interest") or "").split("\n")[0]), QCheckBox(_("Open an opportunity"))
        self.estimate = QLineEdit()
        self.with_contact.setChecked(bool(person) and may("contacts.add"))
        self.with_contact.setEnabled(may("contacts.add"))
        self.with_deal.setChecked(may("opportunities.add"))
        self.with_deal.setEnabled(may("opportunities.add"))
        self.problem = Label("", "error", wrap=True)
        self.accept_button = primary(_("Convert"), "person_add", self.convert)
        self._lay_out(company)
        for box in (self.with_contact, self.with_deal):
            box.toggled.connect(self._look)
        for line in (self.contact, self.subject):
            line.textChanged.connect(self._look)
        self._look()
        shell.tasks.run(partial(likely_customers, shell.app, lead), self._show_likely, shell.notices.error, owner=self)

    def _lay_out(self, company: str) -> None:
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(company, "heading", wrap=True))
        self.warning = Banner(_("There are customers that look like this one: choose it instead of making a second."), "amber")
        self.warning.hide()
        column.addWidget(self.warning)
        form = QFormLayout()
        form.setSpacing(theme.size("gap"))
        form.addRow(_("Customer"), self.customer)
        form.addRow("", self.with_contact)
        form.addRow(_("Full name"), self.contact)
        form.addRow("", self.with_deal)
        form.addRow(_("Subject"), self.subject)
        form.addRow(_("Estimated amount"), self.estimate)
        for widget, name in (
            (self.customer, _("Customer")), (self.contact, _("Full name")), (self.subject, _("Subject")),
            (self.estimate, _("Estimated amount")),
        ):  # fmt: skip
            widget.setAccessibleName(name)
        column.addLayout(form)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.accept_button)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(520))

    def _show_likely(self, found: list[Hit]) -> None:
        for hit in found:
            words = f"{hit.label}  ·  {hit.detail}" if hit.detail else hit.label
            self.customer.addItem(icons.icon("people"), words, Ref(hit.id, hit.label))
        self.warning.setVisible(bool(found))
        self._look()

    def _look(self) -> None:
        self.contact.setEnabled(self.with_contact.isChecked())
        for line in (self.subject, self.estimate):
            line.setEnabled(self.with_deal.isChecked())
        named = not self.with_contact.isChecked() or bool(self.contact.text().strip())
        told = not self.with_deal.isChecked() or bool(self.subject.text().strip())
        self.accept_button.setEnabled(named and told and self.customer.count() > 0)

    def wish(self) -> Wish:
        """What stands in the dialog. Raises ValueError, in words, for an amount that is none."""
        field = self._shell.app.type("opportunities").fields["estimate"]
        amount: Decimal | None = parse(self.estimate.text(), field, self._shell.app.options) if self.estimate.text().strip() else None
        deal = self.with_deal.isChecked()
        return Wish(
            self.customer.currentData(),
            self.contact.text().strip() if self.with_contact.isChecked() else "",
            self.subject.text().strip() if deal else "",
            amount if deal else None,
        )

    def convert(self) -> None:
        """Do it."""
        try:
            wish = self.wish()
        except ValueError as error:
            self.problem.setText(str(error))
            self.estimate.setFocus()
            return
        self.accept_button.setEnabled(False)
        work = partial(convert, self._shell.app, int(self._lead.id or 0), self._lead.version, wish)
        self._shell.tasks.run(work, self._done, self._failed, owner=self)

    def _done(self, made: Mapping[str, Ref]) -> None:
        self.accept()
        shown = "opportunities" if "opportunities" in made else "customers"
        self._shell.notices.say(_("“{title}” is a customer now.").format(title=made["customers"].label), icon="person_add")
        self._shell.open_record(shown, made[shown].id)

    def _failed(self, error: BaseException) -> None:
        self._look()
        if isinstance(error, Invalid):
            self.problem.setText("\n".join(dict.fromkeys(error.problems.values())))
        else:
            self._shell.notices.error(error)


def convert_lead(parent: QWidget, shell: Shell, lead: Draft) -> None:
    """Let the person say what a lead becomes."""
    dialog = ConvertLead(parent, shell, lead)
    dialog.exec()
    dialog.deleteLater()
