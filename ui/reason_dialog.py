"""Asking why: some operations want a reason, which the history keeps."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label


class ReasonDialog(QDialog):
    """A few words, without which it does not go on."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(title, "heading"))
        column.addWidget(Label(_("Please write in a few words why. The history keeps it."), "dim", wrap=True))
        self.accept_button = primary(title, clicked=self.accept)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Reason"))
        self.text.setFixedHeight(theme.current().px(84))
        self.text.textChanged.connect(lambda: self.accept_button.setEnabled(bool(self.reason)))
        column.addWidget(self.text)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.accept_button.setEnabled(False)
        row.addWidget(self.accept_button)
        column.addLayout(row)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._take)
        self.setMinimumWidth(theme.current().px(420))
        self.text.setFocus()

    @property
    def reason(self) -> str:
        return self.text.toPlainText().strip()

    def _take(self) -> None:
        if self.reason:
            self.accept()


def ask_reason(parent: QWidget, title: str) -> str:
    """The reason for an operation; '' when the person left."""
    dialog = ReasonDialog(parent, title)
    reason = dialog.reason if dialog.exec() else ""
    dialog.deleteLater()
    return reason
