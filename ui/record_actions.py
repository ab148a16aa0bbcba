"""What can be done with a whole record beyond saving it: a copy to begin a new one with, and deleting it with a way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from crm_desktop.draft import Draft
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.deleting import delete, restore_batch
from crm_desktop.words import _
from ui.shell import Shell


def copy_values(kind: RecordType, draft: Draft) -> dict[str, Any]:
    """The values a duplicate begins with; numbers, dates, states and what was delivered begin anew."""
    anew = ("date", "datetime", "state", "image")
    skip = {n for n, f in kind.fields.items() if f.computed or f.kind in anew or f.section == "Record"} | {kind.number, "initials"}
    values: dict[str, Any] = {n: v for n, v in draft.values.items() if n not in skip}
    if kind.lines:
        lines = kind.lines.fields
        left = {n for n, f in lines.items() if f.computed or (f.editable_when_locked and f.kind == "quantity")}
        values["lines"] = [{n: v for n, v in line.values.items() if n not in left} for line in draft.lines]
    return values


def delete_record(shell: Shell, kind: RecordType, record_id: int, title: str, origin: str, done: Callable[[], None]) -> None:
    """Delete a record after asking, and offer to bring it back. `origin` is not told of its own deletion."""
    details = _("It goes to the recycle bin, with everything that belongs to it, and can be brought back from there.")
    if not shell.notices.ask(_("Delete “{title}”?").format(title=title), details, yes=_("Delete"), danger=True):
        return

    def deleted(batch: str) -> None:
        done()
        shell.notices.say(_("“{title}” was deleted.").format(title=title), _("Undo"), partial(_bring_back, shell, batch), "delete")

    shell.tasks.run(partial(delete, shell.app, kind.key, [record_id], origin), deleted, shell.notices.error)


def _bring_back(shell: Shell, batch: str) -> None:
    shell.tasks.run(partial(restore_batch, shell.app, batch), lambda _ids: shell.notices.say(_("Brought back")))


def add_shortcuts(window: QWidget, keys: Mapping[str, Callable[[], object]]) -> None:
    """Keys of a tab. The tab in front answers wherever the focus is; only Esc belongs to what has it."""
    for name, do in keys.items():
        shortcut = QShortcut(QKeySequence(name), window)
        contexts = Qt.ShortcutContext
        shortcut.setContext(contexts.WidgetWithChildrenShortcut if name == "Esc" else contexts.WindowShortcut)
        shortcut.activated.connect(do)
