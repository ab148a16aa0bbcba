"""Saving with a note: one line that says what was changed, for whoever looks at the versions later."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label


class SaveDialog(QDialog):
    """Asks for the note; Enter saves."""

    def __init__(self, parent: QWidget, note: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Save the template"))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(_("What did you change?"), "heading"))
        column.addWidget(Label(_("It stands beside this version, so that one finds it again."), "dim", wrap=True))
        self.line = QLineEdit(note)
        self.line.setMaxLength(200)
        self.line.setAccessibleName(_("What did you change?"))
        self.line.selectAll()
        column.addWidget(self.line)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        save = primary(_("Save"), "save", self.accept)
        save.setDefault(True)
        row.addWidget(save)
        column.addSpacing(theme.size("gap"))
        column.addLayout(row)
        self.line.returnPressed.connect(self.accept)
        self.setMinimumWidth(theme.current().px(460))

    @property
    def note(self) -> str:
        return self.line.text().strip()
