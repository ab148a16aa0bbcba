"""The window in which an administrator says from where and when a person, or everybody in a position, may sign in."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from crm_desktop.errors import Invalid
from crm_desktop.services import sign_in_limits
from crm_desktop.services.sign_in_limits import LONGEST_IDLE, Limits
from crm_desktop.words import _
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label


class LimitsDialog(QDialog):
    """Hours, networks, PCs and idle time. kind: user or position."""

    def __init__(self, shell: Shell, parent: QWidget, kind: str, subject_id: int, name: str) -> None:
        super().__init__(parent.window())
        self._shell, self._kind, self._id, self._name = shell, kind, subject_id, name
        self.setWindowTitle(_("Limits of signing in"))
        self.hours, self.networks, self.idle = QLineEdit(), QLineEdit(), QSpinBox()
        self.hours.setPlaceholderText("1-5 08:00-18:00; 6 09:00-12:00")
        self.networks.setPlaceholderText("192.168.1.0/24, 10.0.0.5")
        self.idle.setRange(0, LONGEST_IDLE)
        self.idle.setSpecialValueText(_("As the company says"))
        self.idle.setMinimumHeight(theme.size("control"))
        self.enrolled = QCheckBox(_("Only on PCs that an administrator approved"))
        self.take = primary(_("Save"), "save", self.try_it)
        self.take.setEnabled(False)
        self.problems: dict[str, Label] = {}
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(_("From where and when may {name} sign in?").format(name=name), "heading"))
        words = _("What stays empty is no limit. Limits of a person and of the person's positions all count.")
        column.addWidget(Label(words, "dim", wrap=True))
        for key, title, editor, note in (
            ("hours", _("Hours"), self.hours, _("Days from 1, Monday, to 7, Sunday; several parts with a semicolon between them.")),
            ("networks", _("Networks"), self.networks, _("Only counts where the data lie on a server of the network.")),
            ("idle_minutes", _("Lock the window after so many minutes"), self.idle, ""),
        ):  # fmt: skip
            label = Label(title)
            label.setBuddy(editor)
            editor.setAccessibleName(title)
            column.addWidget(label)
            column.addWidget(editor)
            if note:
                column.addWidget(Label(note, "small", wrap=True))
            self.problems[key] = Label("", "error", wrap=True)
            self.problems[key].hide()
            column.addWidget(self.problems[key])
        column.addWidget(self.enrolled)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.take)
        column.addSpacing(4)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(460))
        work = partial(sign_in_limits.read, shell.app, kind, subject_id)
        shell.tasks.run(work, self._show, self._failed, owner=self)

    def limits(self) -> Limits:
        """What is typed."""
        return Limits(self.enrolled.isChecked(), self.networks.text().strip(), self.hours.text().strip(), self.idle.value())

    def try_it(self) -> None:
        """Keep it."""
        self.take.setEnabled(False)
        for label in self.problems.values():
            label.hide()
        work = partial(sign_in_limits.write, self._shell.app, self._kind, self._id, self.limits())
        self._shell.tasks.run(work, self._kept, self._failed, owner=self)

    def _show(self, limits: Limits) -> None:
        self.hours.setText(limits.hours)
        self.networks.setText(limits.networks)
        self.idle.setValue(limits.idle_minutes)
        self.enrolled.setChecked(limits.enrolled_only)
        self.take.setEnabled(True)

    def _kept(self, _nothing: object) -> None:
        self.accept()
        self._shell.notices.say(_("The limits of {name} were saved.").format(name=self._name), icon="checkmark_circle")

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Invalid):
            for key, words in error.problems.items():
                self.problems[key].setText(words)
                self.problems[key].show()
        else:
            self._shell.notices.error(error)
        QTimer.singleShot(0, self, partial(self.take.setEnabled, True))
