"""Setting one field of many records: field and value chosen, what would change shown, then done and undone as one act."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.services.batch_editing import Preview, batch_fields, preview
from crm_desktop.words import _, ngettext
from ui import theme
from ui.editor_base import Around, Editor
from ui.editors import editor_for
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.labels import Label
from ui.widgets.panels import Card

_QUIET = 250  # milliseconds after the last key before the effect is worked out


class BatchEdit(QDialog):
    """Asks for a field and a value; `field` and `value` hold the answer."""

    def __init__(self, shell: Shell, type_key: str, ids: Sequence[int], parent: QWidget, field: str = "") -> None:
        super().__init__(parent)
        self._shell, self._type, self._ids = shell, shell.app.type(type_key), list(ids)
        self._fields = batch_fields(shell.app, self._type)
        self._around = Around(shell.app, shell.tasks, failed=shell.notices.error)
        self._ticket = 0
        self.field = ""
        self.value: Any = None
        self.setWindowTitle(_("Change several records"))
        self.resize(theme.current().px(560), theme.current().px(440))
        self.choice = QComboBox()
        self.choice.setMaxVisibleItems(16)
        for name, about in self._fields.items():
            self.choice.addItem(_(about.label), name)
        self.editor: Editor | None = None
        self._quiet = QTimer(self, singleShot=True, interval=_QUIET)
        self._quiet.timeout.connect(self._look)
        self._lay_out()
        self.choice.setAccessibleName(_("Field"))
        self.choice.currentIndexChanged.connect(self._field_chosen)
        self.choice.setCurrentIndex(max(0, self.choice.findData(field)))
        self._field_chosen()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(theme.size("gap"))
        count = len(self._ids)
        words = ngettext("{count} record is selected.", "{count} records are selected.", count)
        column.addWidget(Label(words.format(count=f"{count:,}"), "dim"))
        grid = QGridLayout()
        grid.setSpacing(theme.size("gap"))
        grid.addWidget(Label(_("Field")), 0, 0)
        grid.addWidget(self.choice, 0, 1)
        grid.addWidget(Label(_("New value")), 1, 0)
        self._place = QVBoxLayout()
        grid.addLayout(self._place, 1, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        card = Card(plate=True)
        self.effect, self.note = Label("", "section"), Label("", "small", wrap=True)
        card.body.addWidget(self.effect)
        self._samples = QGridLayout()
        self._samples.setHorizontalSpacing(theme.size("margin"))
        self._samples.setColumnStretch(0, 1)
        card.body.addLayout(self._samples)
        card.body.addWidget(self.note)
        card.body.addStretch(1)
        column.addWidget(card, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.ok = Button(_("Change"), kind="primary", clicked=self.accept)
        self.ok.setDefault(True)
        self.ok.setEnabled(False)
        foot.addWidget(self.ok)
        column.addLayout(foot)

    def _field_chosen(self) -> None:
        about = self._fields[self.choice.currentData()]
        if self.editor is not None:
            self.editor.hide()
            self.editor.deleteLater()
        self.editor = editor_for(about, self._around)
        self._place.addWidget(self.editor)
        QWidget.setTabOrder(self.choice, self.editor.focusProxy() or self.editor)
        self.editor.changed.connect(self._typed)
        self.editor.settled.connect(self._settled)
        self._look()

    def _typed(self) -> None:
        """Something else stands there now: what was worked out before does not count any more, and cannot be accepted."""
        self._ticket += 1
        self.ok.setEnabled(False)
        self._quiet.start()

    def _settled(self) -> None:
        """The cursor left the editor, perhaps for the button: only another value is worth a new look."""
        assert self.editor is not None
        try:
            same = self.editor.value() == self.value
        except ValueError:
            same = False
        if not same:
            self._typed()

    def _look(self) -> None:
        assert self.editor is not None
        self._ticket += 1
        ticket = self._ticket
        self.ok.setEnabled(False)
        self.field = self.choice.currentData()
        try:
            self.value = self.editor.value()
        except ValueError as error:
            self.editor.mark(str(error))
            self.effect.setText("")
            return
        self.editor.mark("")
        self._shell.tasks.run(
            partial(preview, self._shell.app, self._type.key, self._ids, self.field, self.value),
            lambda found: self._show(found) if ticket == self._ticket else None,
            owner=self,
        )

    def _show(self, found: Preview) -> None:
        assert self.editor is not None
        self.editor.mark(found.problem)
        words = ngettext("{count} record will change", "{count} records will change", found.change)
        self.effect.setText(found.problem or words.format(count=f"{found.change:,}"))
        while (item := self._samples.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for row, sample in enumerate(found.samples[:6]):
            for at, text in enumerate((sample.label, sample.before or "–", "→", sample.after or "–")):
                self._samples.addWidget(Label(text[:40], "dim" if at else ""), row, at)
        self.note.setText(self._note(found))
        self.ok.setEnabled(found.change > 0 and not found.problem)

    def _note(self, found: Preview) -> str:
        notes = []
        if found.change > len(found.samples[:6]):
            notes.append(_("and {count} more").format(count=f"{found.change - len(found.samples[:6]):,}"))
        if found.same:
            words = ngettext("{count} has this value already.", "{count} have this value already.", found.same)
            notes.append(words.format(count=f"{found.same:,}"))
        if found.locked:
            words = ngettext(
                "{count} is locked by its state and stays.", "{count} are locked by their state and stay.", found.locked
            )
            notes.append(words.format(count=f"{found.locked:,}"))
        return "\n".join(notes)
