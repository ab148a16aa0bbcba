"""The recycle bin: what was deleted, by whom, when and from which PC, and the way back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from crm_desktop.changes import Change
from crm_desktop.services.deleting import restore_batch
from crm_desktop.services.recycling import Deleted, deleted_values, deletions
from crm_desktop.words import _, ngettext
from ui import theme
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label, SectionHeader, separator
from ui.widgets.panels import EmptyState, ScreenHead
from ui.widgets.plain_table import PlainColumn, PlainTable

_AFTER_CHANGES = 400  # milliseconds of quiet before the bin is read again
_DETAILS = 340  # pixels
_LISTED = 40  # of what went along, by name


class RecycleBin(QWidget):
    """What was deleted at the left, what it was at the right."""

    _changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self.title, self.icon, self.tab_key = _("Recycle bin"), "bin_recycle", "screen:recycle-bin"
        self._all: list[Deleted] = []
        self._ticket = 0
        self.search = SearchEdit(_("Search in the recycle bin"))
        self.number = Label("", "dim")
        self.restore_button = primary(_("Restore"), "arrow_undo", self.restore)
        self.table = PlainTable(self._columns(), several=True, name=self.title)
        self.nothing = EmptyState(
            "bin_recycle",
            _("The recycle bin is empty"),
            _("What is deleted comes here, with its lines and files, and can be brought back at any time."),
        )
        clear = Button(_("Clear the search"), clicked=self.search.clear)
        self.no_match = EmptyState("search", _("Nothing matches"), _("Nothing deleted fits the search."), clear)
        self._details = _Details(shell)
        self._lay_out()
        self.search.searched.connect(lambda _text: self._filter())
        self.search.left_down.connect(self.table.setFocus)
        self.table.chosen.connect(lambda _row: self._selection_changed())
        self.table.opened.connect(lambda _row: self.restore())
        self._later = QTimer(self, singleShot=True, interval=_AFTER_CHANGES)
        self._later.timeout.connect(self.refresh)
        self._changed.connect(self._later.start)
        stop = shell.app.changes.listen(self._record_changed)
        self.destroyed.connect(lambda: stop())
        self.setFocusProxy(self.table)
        self._selection_changed()
        self.refresh()

    # For the window

    def close_request(self) -> bool:
        """Nothing is typed here."""
        return True

    def refresh(self) -> None:
        """Read the bin again."""
        self._shell.tasks.run(partial(deletions, self._shell.app), self._show)

    def _record_changed(self, change: Change) -> None:  # on the thread that saved
        if not change.ids:  # a deletion names none
            self._changed.emit()

    # How it looks

    def _columns(self) -> list[PlainColumn]:
        types = self._shell.app.types
        return [
            PlainColumn(_("What"), _title, icon=lambda d: types[d.type].icon),
            PlainColumn(_("Type"), lambda d: _(types[d.type].title), 12, quiet=True),
            PlainColumn(_("Deleted at"), lambda d: f"{d.at.astimezone():%Y-%m-%d %H:%M}", 16, quiet=True),
            PlainColumn(_("By"), lambda d: d.who, 12, quiet=True),
            PlainColumn(_("PC"), lambda d: d.station, 14, quiet=True),
        ]

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        for part in (self.table, self.nothing, self.no_match):
            self._stack.addWidget(part)
        column.addWidget(holder, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(self._details)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([1000, theme.current().px(_DETAILS)])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.split)

    def _head(self) -> QWidget:
        head = ScreenHead(self.title)
        row = head.row
        row.addWidget(self.number)
        row.addStretch(1)
        self.search.setMinimumWidth(theme.current().px(130))
        self.search.setMaximumWidth(theme.current().px(260))
        row.addWidget(self.search, 2)
        row.addWidget(self.restore_button)
        return head

    def _show(self, found: list[Deleted]) -> None:
        self._all = found
        self._filter()

    def _filter(self) -> None:
        text = self.search.text().strip()
        rows = [d for d in self._all if d.mentions(text)]
        kept = {d.batch for d in self.table.selected()}
        self.table.show_rows(rows)
        self.table.select_row_of(lambda d: d.batch in kept)
        self._stack.setCurrentWidget(self.table if rows else self.no_match if self._all else self.nothing)
        self.number.setText(f"{len(rows):,}" if rows else "")
        self.search.setVisible(bool(self._all))
        self.restore_button.setVisible(bool(self._all))
        self._details.setVisible(bool(rows))
        self._selection_changed()

    def _selection_changed(self) -> None:
        selected = self.table.selected()
        count = len(selected)
        self.restore_button.setEnabled(count > 0)
        self.restore_button.setText(_("Restore") if count < 2 else _("Restore {count}").format(count=count))
        self._details.show_deleted(self.table.current() if count else None)

    # What the person does

    def restore(self) -> None:
        """Bring the selected deletions back, each with what went along."""
        chosen = self.table.selected()
        if chosen:
            self.restore_button.setEnabled(False)
            work = partial(_restore, self._shell, [d.batch for d in chosen], self.tab_key)
            self._shell.tasks.run(work, partial(self._restored, chosen), self._failed, owner=self)

    def _restored(self, chosen: list[Deleted], ids: dict[str, list[int]]) -> None:
        count = sum(map(len, ids.values()))
        if len(chosen) == 1:
            text = _("Restored: {label}").format(label=_title(chosen[0]))
        else:
            text = ngettext("{count} record restored", "{count} records restored", count).format(count=count)
        first = chosen[0].type
        if len(chosen) == 1 and len(ids.get(first, ())) == 1:
            self._shell.notices.say(text, _("Open"), partial(self._shell.open_record, first, ids[first][0]))
        else:
            self._shell.notices.say(text, _("Open the list"), partial(self._shell.open_list, first))
        self.refresh()

    def _failed(self, error: BaseException) -> None:
        self._shell.notices.error(error)
        self.refresh()


class _Details(QWidget):
    """What a deleted record held, and what comes back together with it."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._ticket = 0
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        self.setMinimumWidth(theme.current().px(220))

    def show_deleted(self, deleted: Deleted | None) -> None:
        self._ticket += 1
        ticket = self._ticket
        if deleted is None:
            self._area.setWidget(QWidget())
            return
        self._shell.tasks.run(
            partial(deleted_values, self._shell.app, deleted.entry_id),
            lambda values: self._fill(deleted, values) if ticket == self._ticket else None,
            lambda _error: None,  # it was brought back a moment ago; the list is about to say so
            owner=self,
        )

    def _fill(self, deleted: Deleted, values: list[tuple[str, str]]) -> None:
        page = QWidget()
        page.setProperty("scrolled", "true")
        column = QVBoxLayout(page)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("gap"))
        column.addWidget(Label(deleted.label, "heading", wrap=True))
        kind = self._shell.app.type(deleted.type)
        who = f"{deleted.at.astimezone():%Y-%m-%d %H:%M} · {deleted.who}"
        column.addWidget(Label(f"{_(kind.title)} · {who}", "small", wrap=True))
        column.addSpacing(theme.size("gap"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.size("margin"))
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (label, text) in enumerate(values):
            top = Qt.AlignmentFlag.AlignTop
            grid.addWidget(Label(label, "dim"), row, 0, top)
            grid.addWidget(Label(text, wrap=True), row, 1, top)
        column.addLayout(grid)
        if deleted.also:
            self._add_others(column, deleted)
        column.addStretch(1)
        self._area.setWidget(page)

    def _add_others(self, column: QVBoxLayout, deleted: Deleted) -> None:
        column.addSpacing(theme.size("gap"))
        column.addWidget(separator())
        types = self._shell.app.types
        counted = (f"{_(types[key].plural)}: {n:,}" for key, n in deleted.also_counted().items())
        column.addWidget(SectionHeader(_("Comes back with it")))
        if len(deleted.also) > 1:
            column.addWidget(Label(", ".join(counted), "small", wrap=True))
        for type_key, label in deleted.also[:_LISTED]:
            column.addWidget(Label(f"{_(types[type_key].title)} · {label}", "dim", wrap=True))
        if len(deleted.also) > _LISTED:
            column.addWidget(Label(_("and {count} more").format(count=f"{len(deleted.also) - _LISTED:,}"), "faint"))


def _title(deleted: Deleted) -> str:
    count = len(deleted.also)
    more = ngettext("and {count} more", "and {count} more", count).format(count=f"{count:,}")
    return f"{deleted.label} {more}" if count else deleted.label


def _restore(shell: Shell, batches: list[str], origin: str) -> dict[str, list[int]]:
    """Bring several deletions back, the latest first: nothing can be deleted while others point to it, so it went after them."""
    found: dict[str, list[int]] = {}
    for batch in batches:
        for key, ids in restore_batch(shell.app, batch, origin).items():
            found.setdefault(key, []).extend(ids)
    return found
