"""The list behind a reference field: the whole list of that type, to choose one record from."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.draft import Ref
from crm_desktop.records.record_type import Field
from crm_desktop.services.listing import AllOf, Condition
from crm_desktop.words import _
from ui import theme
from ui.editor_base import Around
from ui.list_view import RecordList
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label


class PickerDialog(QDialog):
    """A list with search and filters; Enter or a double-click takes the row."""

    def __init__(self, parent: QWidget, around: Around, about: Field, text: str = "") -> None:
        super().__init__(parent.window())
        self._around, self._about = around, about
        self.ref: Ref | None = None
        kind = around.app.type(about.target)
        self.setWindowTitle(_("Choose: {title}").format(title=_(about.label)))
        limits = tuple(Condition(n, "any_of", (v.id,)) for n, v in around.within(about).items() if isinstance(v, Ref))
        self.list = RecordList(around.app, around.tasks, about.target, where=AllOf(limits) if limits else None, compact=True, single=True)
        if text:
            self.list.set_search(text)
        self.list.chosen.connect(self._take)
        self.list.failed.connect(around.failed)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_(kind.plural), "heading"))
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        if around.create is not None and around.app.actor.may(f"{about.target}.add"):
            row.addWidget(Button(_("New {thing}").format(thing=_(kind.title)), "add", clicked=self._new))
        row.addStretch(1)
        row.addWidget(Button(_("Cancel"), clicked=self.reject))
        row.addWidget(primary(_("Choose"), clicked=self._take_current))
        column.addLayout(row)
        worn = theme.current()
        self.resize(min(worn.px(900), parent.window().width() - 40), min(worn.px(560), parent.window().height() - 40))
        self.list.search.setFocus()

    def _take(self, ref: Ref) -> None:
        self.ref = ref
        self.accept()

    def _take_current(self) -> None:
        ref = self.list.current_ref()
        if ref is not None:
            self._take(ref)

    def _new(self) -> None:
        kind = self._around.app.type(self._about.target)
        named = next((n for n in kind.label if kind.fields[n].kind in ("text", "code")), "")
        preset = dict(self._around.within(self._about)) | ({named: self.list.search.text()} if named else {})
        if self._around.create is not None:
            self._around.create(self, self._about.target, preset, partial(self._take))


def pick_from_list(parent: QWidget, around: Around, about: Field, text: str = "") -> Ref | None:
    """Let the person choose from the list; None when it was left."""
    dialog = PickerDialog(parent, around, about, text)
    dialog.exec()
    ref = dialog.ref
    dialog.deleteLater()
    return ref
