"""The conditions of a flow or of one step, in words, with the button that opens the same editor as lists have."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from crm_desktop.filters import Filter
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from ui.filter_editor import FilterEditor
from ui.filter_text import describe
from ui.list_names import Names
from ui.list_state import ListState, joined, split
from ui.shell import Shell
from ui.widgets.buttons import Button, IconButton
from ui.widgets.labels import Label


class Conditions(QWidget):
    """Conditions on records of a type; none means all of them."""

    changed = Signal()

    def __init__(self, shell: Shell, kind: RecordType, where: Filter | None, none: str = "") -> None:
        super().__init__()
        self._shell, self.kind, self.where = shell, kind, where
        self._none = none or _("For all records")
        self._names = Names(shell.app, shell.tasks, self)
        self._names.learned.connect(self._show)
        self.words = Label("", wrap=True)
        self.edit_button = Button(_("Conditions…"), "filter", clicked=self.edit)
        self.clear_button = IconButton("dismiss", _("Without conditions"), lambda: self.set(None))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words, 1)
        row.addWidget(self.clear_button)
        row.addWidget(self.edit_button)
        self._show()

    def set_kind(self, kind: RecordType) -> None:
        """Speak of another record type; conditions on the old one mean nothing there."""
        if kind.key != self.kind.key:
            self.kind = kind
            self.set(None)

    def set(self, where: Filter | None) -> None:
        """Other conditions."""
        self.where = where
        self._show()
        self.changed.emit()

    def edit(self) -> None:
        """Put them together in the editor of lists."""
        app = self._shell.app
        editor = FilterEditor(app, self._shell.tasks, ListState(self.kind, (), parts=split(self.where)), self._names.of, self.window())
        if editor.exec():
            self.set(joined(editor.parts()))
        editor.deleteLater()

    def text(self) -> str:
        """The conditions in words; "" for none."""
        if self.where is None:
            return ""
        app = self._shell.app
        return describe(self.where, app.types, self.kind, app.options, self._names.of)

    def _show(self) -> None:
        self.words.setText(self.text() or self._none)
        self.words.set_tone("" if self.where is not None else "dim")
        self.clear_button.setVisible(self.where is not None)
