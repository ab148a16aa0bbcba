"""Changing records in the list itself: one cell at a time, each saved by itself as soon as it is left.

What would need a look at the whole record (numbers given by the program, locked documents, pictures) stays with the form.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QWidget

from crm_desktop.draft import Draft
from crm_desktop.errors import Conflict, Invalid
from crm_desktop.services.batch_editing import batch_fields, set_one
from crm_desktop.words import _
from ui.editor_base import Around, Editor
from ui.editors import editor_for
from ui.list_view import RecordList
from ui.shell import Shell

_LEFT_OUT = ("long_text", "image", "tags")


class ListEditing(QObject):
    """Editing in the rows of one list, on or off."""

    def __init__(self, records: RecordList, shell: Shell) -> None:
        super().__init__(records)
        self._list, self._shell = records, shell
        self._around = Around(shell.app, shell.tasks, open_record=shell.open_record, failed=shell.notices.error)
        fields = batch_fields(shell.app, records.type)
        self.fields = frozenset(n for n, f in fields.items() if f.kind not in _LEFT_OUT)
        self._editor: Editor | None = None
        self._index = QPersistentModelIndex()
        records.table.cells.editing = self

    @property
    def on(self) -> bool:
        """Whether cells can be edited."""
        return bool(self._list.model.editable)

    def turn(self, on: bool) -> None:
        """Let cells be edited, or not."""
        triggers = QAbstractItemView.EditTrigger
        may = on and self._shell.app.actor.may(f"{self._list.type.key}.change")
        self._list.model.editable = self.fields if may else frozenset()
        wanted = triggers.EditKeyPressed | triggers.AnyKeyPressed | triggers.DoubleClicked | triggers.SelectedClicked
        self._list.table.setEditTriggers(wanted if may else triggers.NoEditTriggers)
        self._list.table.viewport().update()

    # For the delegate

    def create(self, parent: QWidget, index: QModelIndex | QPersistentModelIndex) -> QWidget:
        """An editor for a cell, showing its value."""
        about = self._list.model.columns[index.column()].field
        editor = editor_for(about, self._around, parent)
        editor.setAutoFillBackground(True)
        editor.show_value(self._list.model.value(index.row(), index.column()))
        self._editor, self._index = editor, QPersistentModelIndex(index)
        (editor.focusProxy() or editor).installEventFilter(self)
        return editor

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._editor is None or not shiboken6.isValid(self._editor):
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.finish(step=1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._close()
                return True
        return False

    def finish(self, step: int = 0) -> bool:
        """Take what was typed: save it and go `step` rows on. False when it cannot be read; the editor stays."""
        editor = self._editor
        if editor is None or not shiboken6.isValid(editor) or not self._index.isValid():
            return False
        row, column = self._index.row(), self._index.column()
        try:
            value = editor.value()
        except ValueError as error:
            editor.mark(str(error))
            return False
        model = self._list.model
        before, id_, name = model.value(row, column), model.id_at(row), model.columns[column].name
        self._close()
        if value != before:
            self.save(id_, name, before, value)
        following = model.next_record(row + step, step) if step else -1
        if following >= 0:
            self._list.table.setCurrentIndex(model.index(following, column))
        return True

    def save(self, id_: int, name: str, before: Any, value: Any) -> None:
        """Save one value of one record, unless someone changed it meanwhile."""
        work = partial(set_one, self._shell.app, self._list.type.key, id_, name, before, value)
        self._shell.tasks.run(work, partial(self._saved, name, before, value), self._failed, owner=self)

    def _saved(self, name: str, before: Any, value: Any, saved: Draft) -> None:
        label = self._list.type.label_of(saved.values)
        back = partial(self.save, int(saved.id or 0), name, value, before)
        self._shell.notices.say(_("Saved: {what}").format(what=label), _("Undo"), back)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, Conflict | Invalid):
            self._shell.notices.say(error.message, icon="warning")
            self._list.refresh()
        else:
            self._shell.notices.error(error)

    def _close(self) -> None:
        editor, self._editor = self._editor, None
        if editor is not None:
            self._list.table.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
            self._list.table.setFocus()
