"""The log: who did what, when and from where, newest first, page by page as one scrolls; to search, to open, to take back, to export."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from crm_desktop.progress import Progress
from crm_desktop.services import history
from crm_desktop.services.history import Entry
from crm_desktop.services.log import LogPage, LogQuery, fetch_log, named_people
from crm_desktop.services.log_words import action_words
from crm_desktop.words import _, ngettext
from ui import theme
from ui.list_output import open_file
from ui.screens.log_details import LogDetails
from ui.screens.log_filters import LogFilters
from ui.shell import Shell
from ui.widgets.buttons import Button
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState, ScreenHead
from ui.widgets.plain_table import PlainColumn, PlainTable

_DETAILS = 340  # pixels
_PAGE = 200
_AHEAD = 3  # screens: the next page is asked for before the last row comes into sight


class LogScreen(QWidget):
    """The entries at the left, one of them in full at the right."""

    def __init__(self, shell: Shell, **arguments: str) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Log"), "history", "screen:log"
        self._after: tuple[Any, ...] | None = None
        self._ticket, self._fetching = 0, False
        self.search = SearchEdit(_("Search for a record"))
        self.number = Label("", "dim")
        self.export_button = Button(_("Export"), "arrow_upload", clicked=self.export)
        self.filters = LogFilters(shell)
        self.table = PlainTable(self._columns(), name=self.title)
        self.nothing = EmptyState("history", _("Nothing matches"), _("Nothing in the log fits what is asked for."))
        self.details = LogDetails(shell, self.open_entry, self.undo, self.undo_batch)
        self._lay_out()
        self.search.searched.connect(lambda _text: self.refresh())
        self.search.left_down.connect(self.table.setFocus)
        self.filters.changed.connect(self.refresh)
        self.table.chosen.connect(self.details.show_entry)
        self.table.opened.connect(self.open_entry)
        self.table.verticalScrollBar().valueChanged.connect(lambda _at: self._look_ahead())
        self.setFocusProxy(self.table)
        if user := arguments.get("user"):
            self.filters.show_people([user])
            self.filters.person.setCurrentIndex(1)
        self.refresh()

    # For the window

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Ask again from the beginning."""
        self._ticket += 1
        self._fetching = True
        app = self._shell.app
        work = partial(fetch_log, app, self.query(), None, _PAGE)
        self._shell.tasks.run(work, partial(self._show, self._ticket), self._failed, owner=self)
        self._shell.tasks.run(partial(named_people, app), self.filters.show_people, self._failed, owner=self)

    def query(self) -> LogQuery:
        """What is asked for."""
        return replace(self.filters.query(), text=self.search.text().strip())

    # How it looks

    def _columns(self) -> list[PlainColumn]:
        types = self._shell.app.types

        def words(entry: Entry) -> tuple[str, str, str]:
            return action_words(types.get(entry.type), entry.action)

        return [
            PlainColumn(_("Time"), lambda e: f"{e.at.astimezone():%Y-%m-%d %H:%M:%S}", 18, quiet=True),
            PlainColumn(_("Who"), lambda e: e.who, 8),
            PlainColumn(_("Action"), lambda e: words(e)[0], 17, icon=lambda e: words(e)[1]),
            PlainColumn(_("Type"), lambda e: _(types[e.type].title) if e.type in types else "", 9, quiet=True),
            PlainColumn(_("Record"), lambda e: e.label, 18),
            PlainColumn(_("Changes"), _summary),
        ]

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self.filters)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.nothing)
        column.addWidget(holder, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setSizes([1000, theme.current().px(_DETAILS)])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(split)

    def _head(self) -> QWidget:
        head = ScreenHead(self.title)
        row = head.row
        row.addWidget(self.number)
        row.addStretch(1)
        self.search.setMinimumWidth(theme.current().px(130))
        self.search.setMaximumWidth(theme.current().px(260))
        row.addWidget(self.search, 2)
        row.addWidget(self.export_button)
        return head

    # Pages

    def _show(self, ticket: int, page: LogPage) -> None:
        if ticket != self._ticket:
            return
        self._fetching, self._after = False, page.after
        chosen = self.table.current()
        self.table.show_rows(page.entries)
        if chosen is not None:
            self.table.select_row_of(lambda e: e.id == chosen.id)
        self._stack.setCurrentWidget(self.table if page.entries else self.nothing)
        self.details.setVisible(bool(page.entries))
        self.export_button.setEnabled(bool(page.entries))
        self._count()
        QTimer.singleShot(0, self, self._look_ahead)

    def _add(self, ticket: int, page: LogPage) -> None:
        if ticket != self._ticket:
            return
        self._fetching, self._after = False, page.after
        self.table.items.add_rows(page.entries)
        self._count()

    def _look_ahead(self) -> None:
        """Fetch the next page when the end comes near."""
        bar = self.table.verticalScrollBar()
        if self._after is None or self._fetching or bar.value() < bar.maximum() - _AHEAD * bar.pageStep():
            return
        self._fetching = True
        work = partial(fetch_log, self._shell.app, self.query(), self._after, _PAGE)
        self._shell.tasks.run(work, partial(self._add, self._ticket), self._failed, owner=self)

    def _count(self) -> None:
        number = self.table.items.rowCount()
        self.number.setText(f"{number:,}" + ("+" if self._after is not None else "") if number else "")

    def _failed(self, error: BaseException) -> None:
        self._fetching = False
        self._shell.notices.error(error)

    # What the person does

    def open_entry(self, entry: Entry) -> None:
        """Show the record an entry is about."""
        if entry.type in self._shell.app.types and entry.action != "delete":
            self._shell.open_record(entry.type, entry.record_id)

    def undo(self, entry: Entry) -> None:
        """Take one change back, or bring a deleted record back."""
        work = partial(history.undo, self._shell.app, entry.id)
        self._shell.tasks.run(work, lambda _draft: self._undone(entry), self._failed, owner=self)

    def undo_batch(self, entry: Entry) -> None:
        """Take back everything that was done together with this."""
        question = _("Take back everything that was changed together with this?")
        if self._shell.notices.ask(question, yes=_("Take back")):
            work = partial(history.undo_batch, self._shell.app, entry.batch)
            self._shell.tasks.run(work, self._batch_undone, self._failed, owner=self)

    def _undone(self, entry: Entry) -> None:
        done = _("Restored: {label}") if entry.action == "delete" else _("Taken back: {label}")
        open_it = partial(self._shell.open_record, entry.type, entry.record_id)
        self._shell.notices.say(done.format(label=entry.label), _("Open"), open_it)
        self.refresh()

    def _batch_undone(self, count: int) -> None:
        words = ngettext("{count} record taken back", "{count} records taken back", count)
        self._shell.notices.say(words.format(count=f"{count:,}"))
        self.refresh()

    def export(self) -> None:
        """Write what is asked for to a file."""
        name, _kind = QFileDialog.getSaveFileName(self, _("Save as"), f"{self.title}.xlsx", "Excel (*.xlsx);;CSV (*.csv)")
        if name:
            self.write(Path(name) if Path(name).suffix else Path(f"{name}.xlsx"))

    def write(self, path: Path) -> None:
        """Write what is asked for to this file, in the background."""
        query = self.query()

        def work(progress: Progress) -> int:
            exporting: Any = import_module("crm_desktop.exchange.log_export")  # the writers of workbooks are slow to load
            return int(exporting.export_log(self._shell.app, query, path, progress))

        def done(rows: int) -> None:
            words = ngettext("{count} row written to {name}", "{count} rows written to {name}", rows)
            self._shell.notices.say(words.format(count=f"{rows:,}", name=path.name), _("Open"), partial(open_file, path))

        title = _("Exporting {things}").format(things=self.title)
        self._shell.tasks.run(work, done, title=title, slow=True)


def _summary(entry: Entry) -> str:
    """The changes in one line."""
    parts = [f"{c.label}: {c.after}" if c.fact else f"{c.label}: {c.before or '–'} → {c.after or '–'}" for c in entry.changes[:4]]
    return "; ".join(parts) + (" …" if len(entry.changes) > 4 else "")
