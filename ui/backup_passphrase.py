"""Asking for the passphrase of an encrypted backup."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, IconButton, primary
from ui.widgets.labels import Label


class PassphraseEdit(QWidget):
    """A passphrase being typed: hidden, unless the person wants to see it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setAccessibleName(name)
        self.eye = IconButton("eye", _("Show the passphrase"), self._turn, checkable=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.line, 1)
        row.addWidget(self.eye)
        self.setFocusProxy(self.line)

    @property
    def text(self) -> str:
        return self.line.text()

    def _turn(self) -> None:
        modes = QLineEdit.EchoMode
        self.line.setEchoMode(modes.Normal if self.eye.isChecked() else modes.Password)


class PassphraseDialog(QDialog):
    """One line and two buttons. problem: why it is asked again."""

    def __init__(self, parent: QWidget, title: str, problem: str = "") -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.edit = PassphraseEdit(title)
        self.take = primary(_("OK"), clicked=self.accept)
        self.take.setEnabled(False)
        self.edit.line.textChanged.connect(lambda text: self.take.setEnabled(bool(text)))
        self.edit.line.returnPressed.connect(self.take.click)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(title, "heading"))
        if problem:
            column.addWidget(Label(problem, "dim", wrap=True))
        column.addWidget(self.edit)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(self.take)
        column.addLayout(row)
        self.setMinimumWidth(theme.current().px(420))
        self.edit.setFocus()


def ask_passphrase(parent: QWidget, title: str, problem: str = "") -> str:
    """The passphrase; "" when the person left."""
    dialog = PassphraseDialog(parent, title, problem)
    word = dialog.edit.text if dialog.exec() else ""
    dialog.deleteLater()
    return word
