"""Many lines at once: records are chosen from their list, and each becomes a line."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.records.record_type import Field
from crm_desktop.words import _, ngettext
from ui import theme
from ui.editor_base import Around
from ui.list_view import RecordList
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

_MOST = 500


class ManyDialog(QDialog):
    """A list of which several rows may be taken. `refs`: those that were chosen, in the order of the list."""

    def __init__(self, parent: QWidget, around: Around, about: Field) -> None:
        super().__init__(parent.window())
        kind = around.app.type(about.target)
        self.refs: list[Ref] = []
        self.setWindowTitle(_("Add several lines"))
        self.list = RecordList(around.app, around.tasks, about.target, compact=True)
        self.list.failed.connect(around.failed)
        self.list.open_record.connect(lambda *_args: self.take())
        self.list.new_record.connect(lambda _type, preset: self._new(around, about, dict(preset)))
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_(kind.plural), "heading"))
        column.addWidget(Label(_("Mark several with Ctrl or Shift; each becomes a line."), "dim"))
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        self.take_button = primary(_("Add"), "add", self.take)
        row.addWidget(self.take_button)
        column.addLayout(row)
        self.list.selection_changed.connect(self._count)
        self._count()
        worn, window = theme.current(), parent.window()
        self.resize(min(worn.px(940), window.width() - 40), min(worn.px(600), window.height() - 40))
        self.list.search.setFocus()

    def _count(self) -> None:
        number = len(self.list.selected_ids())
        self.take_button.setEnabled(number > 0)
        words = ngettext("Add {count} line", "Add {count} lines", number) if number else _("Add")
        self.take_button.setText(words.format(count=number))

    def _new(self, around: Around, about: Field, preset: dict[str, Any]) -> None:
        if around.create is not None:
            around.create(self, about.target, preset, self._made)

    def _made(self, ref: Ref) -> None:
        self.refs = [ref]
        self.accept()

    def take(self) -> None:
        """Take what is marked."""
        ids = self.list.selected_ids()[:_MOST]
        self.refs = [Ref(id_, self.list.selection.label_at(self.list.model.row_of(id_))) for id_ in ids]
        self.accept()
