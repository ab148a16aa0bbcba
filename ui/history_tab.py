"""What happened to a record: who changed what from what to what, when, with Undo; its revisions; and the record as it was then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from crm_desktop.application import Application
from crm_desktop.draft import Draft
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services import history
from crm_desktop.services.log import start_of
from crm_desktop.services.log_words import action_words
from crm_desktop.services.past import as_of
from crm_desktop.words import _
from ui import theme
from ui.compare_dialog import CompareDialog, version_name
from ui.date_editors import DateEditor
from ui.editor_base import Around
from ui.notices import Notices
from ui.revision_dialog import MomentDialog
from ui.tasks import Tasks
from ui.widgets.buttons import Button
from ui.widgets.labels import IconLabel, Label, separator
from ui.widgets.panels import EmptyState


class HistoryTab(QWidget):
    """Entries newest first. `undone`: a change was taken back, the record should be read again."""

    undone = Signal()
    revision_wanted = Signal(object)

    def __init__(self, app: Application, tasks: Tasks, notices: Notices, kind: RecordType, record_id: int) -> None:
        super().__init__()
        self.app, self.tasks, self.notices, self.kind, self.record_id = app, tasks, notices, kind, record_id
        self.may_undo: Callable[[], bool] = lambda: True
        self.entries: list[history.Entry] = []
        self.buttons: dict[int, Button] = {}
        self.views: dict[int, Button] = {}
        self._around = Around(app, tasks, failed=notices.error)
        self.day = DateEditor(Field("As it was on", "date"), self._around)
        self.day.setFixedWidth(theme.current().px(150))
        self.day.show_value(dt.date.today())
        self.day.setAccessibleName(_("As it was on"))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = QWidget()
        self._page.setProperty("scrolled", "true")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(0, theme.size("gap"), theme.size("margin"), theme.size("page"))
        self._column.setSpacing(theme.size("margin"))
        area.setWidget(self._page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._head())
        outer.addWidget(area)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, theme.size("gap"))
        row.setSpacing(theme.size("gap"))
        row.addWidget(Label(_("As it was on"), "dim"))
        row.addWidget(self.day)
        row.addWidget(Button(_("View"), "eye", clicked=self.view_day, tip=_("The record as it was at the end of that day")))
        row.addStretch(1)
        return row

    def view_day(self) -> None:
        """Show the record as it was at the end of the day chosen."""
        day = self.day.day()
        if day is not None:
            self.view(start_of(day + dt.timedelta(days=1)) - dt.timedelta(microseconds=1))

    def view(self, moment: dt.datetime) -> None:
        """Show the record as it was at a moment."""
        moment = min(moment, dt.datetime.now(dt.UTC))
        work = partial(as_of, self.app, self.kind.key, self.record_id, moment)
        self.tasks.run(work, partial(self._show_past, moment), self.notices.error, owner=self)

    def _show_past(self, moment: dt.datetime, draft: Draft) -> None:
        dialog = MomentDialog(self, self._around, self.kind, draft, moment)
        dialog.exec()
        dialog.deleteLater()

    def refresh(self) -> None:
        """Read the history again."""
        work = partial(_read, self.app, self.kind, self.record_id)
        self.tasks.run(work, self._show, self.notices.error)

    def _show(self, found: tuple[list[history.Entry], list[history.RevisionInfo]]) -> None:
        self.entries, revisions = found
        self.buttons, self.views = {}, {}
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if revisions:
            self._column.addWidget(self._revisions(revisions))
            self._column.addWidget(separator())
        for entry in self.entries:
            self._column.addWidget(self._entry(entry))
        if not self.entries:
            self._column.addWidget(EmptyState("history", _("Nothing has happened yet")))
        self._column.addStretch(1)

    def _revisions(self, revisions: list[history.RevisionInfo]) -> QWidget:
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.size("page"))
        grid.addWidget(Label(_("Revisions"), "section"), 0, 0, 1, 5)
        for row, revision in enumerate(revisions, 1):
            grid.addWidget(Label(version_name(revision)), row, 0)
            grid.addWidget(Label(f"{revision.who} · {revision.at.astimezone():%Y-%m-%d %H:%M}", "dim"), row, 1)
            grid.addWidget(Label(revision.reason, "dim", wrap=True), row, 2)
            grid.addWidget(Button(_("View"), "eye", kind="flat", clicked=partial(self.revision_wanted.emit, revision)), row, 3)
            compare = partial(self.compare, revisions, revision.number)
            grid.addWidget(Button(_("Compare"), "arrow_swap", kind="flat", clicked=compare), row, 4)
        grid.setColumnStretch(2, 1)
        return box

    def compare(self, revisions: list[history.RevisionInfo], older: int) -> None:
        """Show what differs between a version and the next one."""
        dialog = CompareDialog(self, self.app, self.tasks, self.notices, self.kind, self.record_id, revisions, older)
        dialog.exec()
        dialog.deleteLater()

    def _entry(self, entry: history.Entry) -> QWidget:
        words, icon, tone = action_words(self.kind, entry.action)
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(IconLabel(icon, tone), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(theme.size("gap"))
        head.addWidget(Label(words, "strong", wrap=len(words) > 60), int(len(words) > 60))
        where = f" · {entry.station}" if entry.station else ""
        head.addWidget(Label(f"{entry.who} · {entry.at.astimezone():%Y-%m-%d %H:%M}{where}", "small"))
        head.addStretch(1)
        if entry.changes and entry.action not in ("create", "delete", "print", "restore"):
            view = Button(
                _("View"), "eye", kind="flat", clicked=partial(self.view, entry.at), tip=_("The record as it was after this")
            )
            self.views[entry.id] = view
            head.addWidget(view)
        if entry.can_undo:
            tip = _("Put back what was there before, the lines as well")
            button = Button(_("Undo"), "arrow_undo", kind="flat", clicked=partial(self.undo, entry), tip=tip)
            self.buttons[entry.id] = button
            head.addWidget(button)
        column.addLayout(head)
        if entry.action != "create":
            column.addLayout(self._changes(entry.changes))
        row.addLayout(column, 1)
        return box

    def _changes(self, changes: tuple[history.FieldChange, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("gap"))
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, theme.current().px(110))
        for at, change in enumerate(changes):
            grid.addWidget(Label(change.label, "dim"), at, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(_change_words(change), wrap=True), at, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def undo(self, entry: history.Entry) -> None:
        """Take one change back."""
        if not self.may_undo():
            return
        self.tasks.run(partial(history.undo, self.app, entry.id), lambda _draft: self._undone(), self.notices.error, owner=self)

    def _undone(self) -> None:
        self.notices.say(_("The change was taken back."), icon="arrow_undo")
        self.undone.emit()
        self.refresh()


def _change_words(change: history.FieldChange) -> str:
    before, after = _short(change.before), _short(change.after)
    if change.fact:
        return after
    return f"{before or _('(empty)')}  →  {after or _('(empty)')}"


def _read(app: Application, kind: RecordType, record_id: int) -> tuple[list[history.Entry], list[history.RevisionInfo]]:
    return history.entries(app, kind.key, record_id), history.revisions(app, kind.key, record_id)


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:198]}…"
