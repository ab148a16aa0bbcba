"""One step of a flow: what it is called, who decides, how many must agree, of which records it is asked, and what if it is overdue."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.records.record_type import RecordType
from crm_desktop.rules.approvals import AGREE, OVERDUE, Approver, Step
from crm_desktop.services.approvals.drawing import Choices
from crm_desktop.words import _
from ui import theme
from ui.flow_conditions import Conditions
from ui.flow_people import ApproverRows, chooser
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label
from ui.widgets.naming import name_rows

_MOST_HOURS = 24 * 60


class StepDialog(QDialog):
    """Edits one step; `step()` is it when the dialog was accepted."""

    def __init__(self, shell: Shell, parent: QWidget, kind: RecordType, choices: Choices, step: Step, *, first: bool) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(_("Step"))
        self.name = QLineEdit(step.name)
        self.name.setPlaceholderText(_("For example: Manager, Finance, Owner"))
        self.rows = ApproverRows(choices, step.approvers or (Approver("manager"),))
        self.agree = QComboBox()
        for key, label in AGREE.items():
            self.agree.addItem(_(label), key)
        self.agree.setCurrentIndex(self.agree.findData(step.agree))
        self.together = QCheckBox(_("At the same time as the step before"))
        self.together.setChecked(step.together and not first)
        self.together.setEnabled(not first)
        self.where = Conditions(shell, kind, step.where, _("For all records that come here"))
        self.hours = NumberBox(0, _MOST_HOURS, step.hours)
        self.hours.setSpecialValueText(_("never"))
        self.hours.setAccessibleName(_("Overdue after hours"))
        self.overdue = QComboBox()
        for key, label in OVERDUE.items():
            self.overdue.addItem(_(label), key)
        self.overdue.setCurrentIndex(self.overdue.findData(step.overdue))
        self.overdue_to = chooser(choices.people, step.overdue_to or -1, _("Person"))
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        self._lay_out()
        self.hours.valueChanged.connect(self._look)
        self.overdue.currentIndexChanged.connect(self._look)
        self._look()
        self.resize(theme.current().px(640), self.sizeHint().height())
        self.name.setFocus()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(theme.size("gap"))
        form.addRow(_("Name"), self.name)
        form.addRow(_("Who decides"), self.rows)
        form.addRow(_("How many"), self.agree)
        form.addRow("", self.together)
        form.addRow(_("Only if"), self.where)
        late = QHBoxLayout()
        late.addWidget(self.hours)
        late.addWidget(Label(_("hours"), "dim"))
        late.addWidget(self.overdue)
        late.addWidget(self.overdue_to, 1)
        late.addStretch(0)
        form.addRow(_("Overdue after"), late)
        self.overdue.setAccessibleName(_("What happens when it is overdue"))
        name_rows(form)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        apply = primary(_("Apply"), clicked=self.accept)
        apply.setDefault(True)
        foot.addWidget(apply)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(self.problem)
        column.addLayout(foot)

    def _look(self) -> None:
        self.overdue.setEnabled(self.hours.value() > 0)
        self.overdue_to.setVisible(self.hours.value() > 0 and self.overdue.currentData() == "person")

    def step(self) -> Step:
        """The step as it stands here."""
        late = str(self.overdue.currentData() or "") if self.hours.value() else ""
        return Step(
            self.name.text().strip(), self.rows.approvers(), str(self.agree.currentData()), self.together.isChecked(), self.where.where,
            self.hours.value(), late, int(self.overdue_to.currentData() or 0) if late == "person" else 0,
        )  # fmt: skip

    def accept(self) -> None:
        step = self.step()
        words = ""
        if not step.name:
            words = _("The step needs a name.")
        elif not step.approvers or any(a.kind in ("person", "position", "near") and not a.id for a in step.approvers):
            words = _("Say who decides.")
        elif step.overdue == "person" and not step.overdue_to:
            words = _("Say to whom it is passed on.")
        if words:
            self.problem.setText(words)
            self.problem.show()
            return
        super().accept()
