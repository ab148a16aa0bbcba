"""A new record without leaving the form that needs it: the short form of any type, in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Draft, Ref
from crm_desktop.errors import Invalid
from crm_desktop.services import saving
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around
from ui.form import RECORD_SECTION, RecordForm
from ui.notices import Notices
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import ScrolledColumn


class CreateDialog(QDialog):
    """The form of a new record. `made` is the Ref of what was saved."""

    def __init__(self, parent: QWidget, around: Around, notices: Notices, type_key: str, preset: Mapping[str, Any]) -> None:
        super().__init__(parent.window())
        self._around = Around(around.app, around.tasks, open_record=around.open_record, create=None, failed=notices.error)
        self._notices = notices
        self.made: Ref | None = None
        self.kind = around.app.type(type_key)
        left = ("long_text", "image")
        shown = [f for f in self.kind.fields.values() if f.section != RECORD_SECTION and f.kind not in left and not f.computed]
        names = tuple(f.name for f in shown)
        self.form = RecordForm(self.kind, self._around, names)
        self.form.edited.connect(self._edited)
        title = _("New {thing}").format(thing=_(self.kind.title))
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(title, "heading"))
        column.addWidget(ScrolledColumn(self.form, edge=theme.size("margin")), 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.save_button = primary(_("Save"), "save", self.save)
        row.addWidget(self.save_button)
        column.addLayout(row)
        QShortcut(QKeySequence("Ctrl+S"), self, self.save)
        worn = theme.current()
        self.resize(min(worn.px(820), parent.window().width() - 40), min(worn.px(620), parent.window().height() - 40))
        self.draft = saving.new_draft(around.app, type_key, preset)
        saving.derive(around.app, self.draft)
        self._before = Draft(type_key, values=dict(self.draft.values))
        self._start = dict(self.draft.values)
        self.form.show_draft(self.draft, lambda about: not about.computed)
        self.form.focus_first()

    def _edited(self, name: str) -> None:
        saving.derive(self._around.app, self.draft, self._before)
        self._before = Draft(self.draft.type, values=dict(self.draft.values))
        self.form.refresh(name)

    def save(self) -> None:
        """Save it; what is wrong is marked."""
        if self.form.errors:
            self.form.show_problems({}, all_of_them=True)
            return
        self.save_button.setEnabled(False)
        self._around.tasks.run(partial(saving.save, self._around.app, self.draft.copy()), self._saved, self._failed, owner=self)

    def _saved(self, draft: Draft) -> None:
        self.made = Ref(int(draft.id or 0), self.kind.label_of(draft.values))
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self.save_button.setEnabled(True)
        if isinstance(error, Invalid):
            self.form.show_problems(error.problems, all_of_them=True)
            if first := self.form.first_problem():
                self.form.focus_field(first)
                return
        self._notices.error(error)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return  # Enter belongs to the fields; Ctrl+S saves
        super().keyPressEvent(event)

    def reject(self) -> None:
        """Esc and Cancel ask before typed text is lost."""
        fields = self.kind.fields
        typed = any(v != self._start.get(n) and not fields[n].computed for n, v in self.draft.values.items())
        question = _("Throw away what you typed?")
        if not (typed or self.form.errors) or self._notices.ask(question, yes=_("Throw away"), no=_("Keep editing"), danger=True):
            super().reject()


def create_in_dialog(
    notices: Notices, around: Around, parent: QWidget, type_key: str, preset: Mapping[str, Any], done: Callable[[Ref], None]
) -> None:
    """Let the person make a record and tell `done` of it."""
    dialog = CreateDialog(parent, around, notices, type_key, preset)
    dialog.exec()
    if dialog.made is not None:
        done(dialog.made)
    dialog.deleteLater()
