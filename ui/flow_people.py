"""Who is meant, in rows: the kind of an approver and which one; for the steps of a flow and for those who are told."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.rules.approvals import APPROVER_KINDS, Approver
from crm_desktop.services.approvals.drawing import Choices
from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.inputs import NumberBox
from ui.widgets.labels import Label

_MOST_LEVELS = 9


def chooser(refs: Sequence[Ref], chosen: int, name: str, first: str = "") -> QComboBox:
    """A box of names that holds their ids. first: what stands for 0."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setMaxVisibleItems(16)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(8)
    if first:
        made.addItem(first, 0)
    for ref in refs:
        made.addItem(_(ref.label), ref.id)
    made.setCurrentIndex(made.findData(chosen))
    return made


class ApproverRow(QWidget):
    """One approver."""

    removed = Signal()

    def __init__(self, choices: Choices, approver: Approver) -> None:
        super().__init__()
        self._choices = choices
        self.kind = QComboBox()
        self.kind.setAccessibleName(_("Who"))
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(16)
        for key, label in APPROVER_KINDS.items():
            self.kind.addItem(_(label), key)
        self.person = chooser(choices.people, approver.id if approver.kind == "person" else -1, _("Person"))
        self.position = chooser(choices.positions, approver.id if approver.kind in ("position", "near") else -1, _("Position"))
        head = approver.id if approver.kind == "head" else 0
        self.department = chooser(choices.departments, head, _("Department"), _("the owner's department"))
        self.level = NumberBox(1, _MOST_LEVELS, max(1, approver.level))
        self.level.setAccessibleName(_("Levels up"))
        self.level_words = Label(_("levels up"), "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("gap"))
        row.addWidget(self.kind, 1)
        for widget in (self.person, self.position, self.department):
            row.addWidget(widget, 1)
        row.addWidget(self.level)
        row.addWidget(self.level_words, 1)
        row.addStretch(0)
        row.addWidget(IconButton("dismiss", _("Remove"), self.removed.emit))
        self.kind.setCurrentIndex(self.kind.findData(approver.kind))
        self.kind.currentIndexChanged.connect(self._look)
        self._look()

    def _look(self) -> None:
        kind = self.kind.currentData()
        self.person.setVisible(kind == "person")
        self.position.setVisible(kind in ("position", "near"))
        self.department.setVisible(kind == "head")
        self.level.setVisible(kind == "manager")
        self.level_words.setVisible(kind == "manager")

    def approver(self) -> Approver:
        """Who is meant; with the id 0 where it is still to be chosen."""
        kind = str(self.kind.currentData())
        box = {"person": self.person, "position": self.position, "near": self.position, "head": self.department}.get(kind)
        return Approver(kind, int(box.currentData() or 0) if box is not None else 0, self.level.value() if kind == "manager" else 1)


class ApproverRows(QWidget):
    """Several approvers under one another."""

    def __init__(self, choices: Choices, approvers: Sequence[Approver]) -> None:
        super().__init__()
        self._choices = choices
        self.rows: list[ApproverRow] = []
        self._body = QVBoxLayout()
        self._body.setSpacing(theme.size("gap"))
        self.add_button = Button(_("Add a person"), "person_add", kind="flat", clicked=lambda: self.add(Approver("person")))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._body)
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column.addLayout(foot)
        for approver in approvers:
            self.add(approver)

    def add(self, approver: Approver) -> ApproverRow:
        """One more row."""
        row = ApproverRow(self._choices, approver)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._body.addWidget(row)
        return row

    def _remove(self, row: ApproverRow) -> None:
        self.rows.remove(row)
        self._body.removeWidget(row)
        row.hide()
        row.deleteLater()

    def approvers(self) -> tuple[Approver, ...]:
        """All of them."""
        return tuple(row.approver() for row in self.rows)
