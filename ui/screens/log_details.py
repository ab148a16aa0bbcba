"""One entry of the log in full: what was changed from what to what, and what can be done from here."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.services.history import Entry, FieldChange
from crm_desktop.services.log_words import action_words
from crm_desktop.words import _
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.labels import Label

_LONGEST = 600  # characters of one value


class LogDetails(QWidget):
    """The panel at the right. open, undo, undo_batch: what its buttons do with the entry shown."""

    def __init__(
        self,
        shell: Shell,
        open_it: Callable[[Entry], None],
        undo: Callable[[Entry], None],
        undo_batch: Callable[[Entry], None],
    ) -> None:
        super().__init__()
        self._shell = shell
        self.entry: Entry | None = None
        self.open_button = Button(_("Open"), "open", clicked=lambda: self._do(open_it))
        self.undo_button = Button(_("Undo"), "arrow_undo", clicked=lambda: self._do(undo))
        self.batch_button = Button(_("Undo all of it"), "arrow_undo", clicked=lambda: self._do(undo_batch))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        edge = theme.size("page")
        row.setContentsMargins(edge, theme.size("gap"), edge, theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        for button in (self.open_button, self.undo_button, self.batch_button):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._area, 1)
        column.addWidget(self._bar)
        self.setMinimumWidth(theme.current().px(240))
        self.show_entry(None)

    def _do(self, what: Callable[[Entry], None]) -> None:
        if self.entry is not None:
            what(self.entry)

    def show_entry(self, entry: Entry | None) -> None:
        """Show an entry; None: nothing."""
        self.entry = entry
        kind = self._shell.app.types.get(entry.type) if entry else None
        self._bar.setVisible(entry is not None)
        self.open_button.setVisible(kind is not None and entry is not None and entry.action != "delete")
        self.undo_button.setVisible(entry is not None and entry.can_undo)
        self.undo_button.setText(_("Restore") if entry and entry.action == "delete" else _("Undo"))
        several = entry is not None and entry.can_undo and bool(entry.batch) and entry.action in ("batch", "undo")
        self.batch_button.setVisible(several)
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        if entry is not None:
            words, _icon, _tone = action_words(kind, entry.action)
            column.addWidget(Label(entry.label or words, "heading", wrap=True))
            about = [words] if entry.label else []
            column.addWidget(Label(" · ".join([*about, *([_(kind.title)] if kind else [])]), "dim", wrap=True))
            where = f" · {entry.station}" if entry.station else ""
            said = f"{entry.who or _('nobody')} · {entry.at.astimezone():%Y-%m-%d %H:%M:%S}{where}"
            column.addWidget(Label(said, "small", wrap=True))
            column.addSpacing(theme.size("gap"))
            for change in entry.changes:
                pair = QVBoxLayout()
                pair.setSpacing(1)
                pair.addWidget(Label(change.label, "small", wrap=True))
                pair.addWidget(Label(_words(change), wrap=True))
                column.addLayout(pair)
        column.addStretch(1)
        self._area.setWidget(page)


def _words(change: FieldChange) -> str:
    before, after = (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…" for text in (change.before, change.after))
    return after or "–" if change.fact else f"{before or _('(empty)')}  →  {after or _('(empty)')}"
