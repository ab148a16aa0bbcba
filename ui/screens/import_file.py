"""The first page of an import: which file, and what was imported lately."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from crm_desktop.changes import Change
from crm_desktop.exchange.endings import READABLE
from crm_desktop.exchange.first_look import importable
from crm_desktop.services.undo_import import PastImport, past_imports
from crm_desktop.words import _, ngettext
from ui import theme
from ui.choice_editors import ChoiceBox
from ui.dropped_files import dropped_table
from ui.screens.import_watched import WatchedCard
from ui.shell import Shell
from ui.widgets.buttons import Button, flat, primary
from ui.widgets.labels import IconLabel, Label, SectionHeader, Tag
from ui.widgets.panels import Card, PressableCard, ScrolledColumn

_WIDTH = 720  # pixels
_AFTER_IMPORTS = 500  # milliseconds: an import tells of each type it touched


class DropZone(PressableCard):
    """A place to drop a file on, or to press and choose one."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(_("Choose a file"), margin=28)
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.body.setSpacing(theme.size("gap"))
        centre = Qt.AlignmentFlag.AlignHCenter
        self.body.addWidget(IconLabel("document_table", "accent", 40), 0, centre)
        self.body.addWidget(Label(_("Drop an Excel or CSV file here"), "heading"), 0, centre)
        self.body.addWidget(Label(_("Titles, totals and empty rows in it do no harm."), "dim"), 0, centre)
        self.body.addSpacing(theme.size("gap"))
        self.button = primary(_("Choose a file…"), "folder_open", self.pressed.emit)
        self.body.addWidget(self.button, 0, centre)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_table(event.mimeData()) is not None:
            event.acceptProposedAction()
            theme.restyle(self, over="true")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        theme.restyle(self, over="false")

    def dropEvent(self, event: QDropEvent) -> None:
        theme.restyle(self, over="false")
        path = dropped_table(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.chosen.emit(path)


class FilePage(QWidget):
    """Type, file, an empty table to fill in, and the last imports with the way back."""

    file_chosen = Signal(object)
    template_wanted = Signal(str)
    undo_wanted = Signal(object)
    _imported = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.types = ChoiceBox()
        self.types.addItem(_("As the headings suggest"), "")
        for kind in importable(shell.app):
            self.types.addItem(_(kind.plural), kind.key)
        self.types.setMinimumWidth(theme.current().px(240))
        self.types.setAccessibleName(_("What the file holds"))
        self.zone = DropZone()
        self.zone.pressed.connect(self.choose)
        self.zone.chosen.connect(self.file_chosen)
        self.template = flat(_("An empty table to fill in…"), "table", self._template)
        self.undo_buttons: dict[str, Button] = {}
        self._past = QVBoxLayout()
        self._past.setSpacing(2)
        self._past_card = Card(plate=True)
        self._past_card.body.addWidget(SectionHeader(_("Lately imported"), icon="history"))
        self._past_card.body.addLayout(self._past)
        self._past_card.hide()
        self.watched = WatchedCard(shell)
        if not importable(shell.app):  # shown before it has a place, it would be a window of its own for a moment
            self.watched.hide()
        self._later = QTimer(self, interval=_AFTER_IMPORTS, singleShot=True)
        self._later.timeout.connect(self._read_past)
        self._imported.connect(self._later.start)
        stop = shell.app.changes.listen(self._hear)
        self.destroyed.connect(lambda: stop())
        self.types.currentIndexChanged.connect(lambda _at: self._type_chosen())
        self._lay_out()
        self._type_chosen()

    @property
    def type_key(self) -> str:
        """The type chosen; "" to find out from the headings."""
        return str(self.types.currentData() or "")

    def choose_type(self, type_key: str) -> None:
        """Expect records of this type."""
        self.types.setCurrentIndex(max(0, self.types.findData(type_key)))

    def choose(self) -> None:
        """Ask for a file."""
        kinds = _("Tables") + f" ({' '.join('*' + ending for ending in READABLE)})"
        path, _kind = QFileDialog.getOpenFileName(self, _("Choose a file"), "", kinds)
        if path:
            self.file_chosen.emit(Path(path))

    def refresh(self) -> None:
        """Read the last imports again."""
        self._read_past()
        self.watched.look()

    def _read_past(self) -> None:
        self._shell.tasks.run(partial(past_imports, self._shell.app), self._show_past, owner=self)

    def _hear(self, change: Change) -> None:  # on the thread that saved
        """A watched folder imports while this page is open, and so does another PC."""
        if change.origin == "import" or change.elsewhere:
            self._imported.emit()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.size("gap"))
        row.addWidget(Label(_("The file holds"), "dim"))
        row.addWidget(self.types)
        row.addStretch(1)
        row.addWidget(self.template)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("margin"))
        column.addLayout(row)
        column.addWidget(self.zone)
        column.addWidget(self.watched)
        column.addWidget(self._past_card)
        inner.setMaximumWidth(theme.current().px(_WIDTH))
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(inner, 20)
        middle.addStretch(1)
        page = ScrolledColumn()
        edge = theme.size("page")
        page.inside.setContentsMargins(edge, edge, edge, edge)
        page.inside.insertStretch(0, 1)
        page.inside.insertLayout(1, middle)
        page.inside.setStretch(2, 3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page)

    def _type_chosen(self) -> None:
        self.template.setVisible(bool(self.type_key))

    def _template(self) -> None:
        self.template_wanted.emit(self.type_key)

    def _show_past(self, found: Iterable[PastImport]) -> None:
        while (item := self._past.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.undo_buttons = {}
        for past in found:
            self._past.addWidget(self._past_row(past))
        self._past_card.setVisible(self._past.count() > 0)

    def _past_row(self, past: PastImport) -> QWidget:
        line = QWidget()
        line.setMinimumHeight(theme.size("row"))
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.size("gap"))
        kind = self._shell.app.type(past.type)
        row.addWidget(IconLabel(kind.icon))
        row.addWidget(Label(f"{_(kind.plural)}: {counts_words(past.created, past.changed)}"))
        row.addWidget(Label(f"{past.at.astimezone():%Y-%m-%d %H:%M} · {past.who}", "small"))
        row.addStretch(1)
        if past.undone:
            row.addWidget(Tag(_("Taken back")))
        else:
            button = Button(_("Undo import"), "arrow_undo", kind="flat", clicked=partial(self.undo_wanted.emit, past))
            self.undo_buttons[past.batch] = button
            row.addWidget(button)
        return line


def counts_words(created: int, changed: int) -> str:
    """How many records an import touched, in words."""
    parts = []
    if created or not changed:
        parts.append(ngettext("{count} new", "{count} new", created).format(count=f"{created:,}"))
    if changed:
        parts.append(ngettext("{count} changed", "{count} changed", changed).format(count=f"{changed:,}"))
    return ", ".join(parts)
