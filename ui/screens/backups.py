"""The backups of this company, wherever they lie: what there is, how good it is, and everything that can be done with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from backups.catalogue import Backup
from backups.claims import STATION
from backups.concerns import Concern, TargetState
from backups.overview import Overview
from crm_desktop.words import _
from ui import backup_words as words
from ui import icons, theme
from ui.backup_actions import BackupActions
from ui.backup_finding import all_on_one_disk
from ui.backup_news import RESTORE, ConcernsBand, button_words
from ui.screens.backup_places import PlacesStrip
from ui.screens.restore import progress_text
from ui.shell import Shell
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label
from ui.widgets.panels import Banner, Card, EmptyState, ScreenHead
from ui.widgets.plain_table import PlainColumn, PlainTable


@dataclass(frozen=True)
class Entry:
    """One file in the list, and the place it lies in."""

    backup: Backup
    place: TargetState

    @property
    def is_last_good(self) -> bool:
        """Whether it is the last good one there: it is never deleted."""
        good = self.place.last_good
        return good is not None and good.path == self.backup.path


class BackupsScreen(QWidget):
    """Worries at the top, then the places, then every backup."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell, self._news = shell, shell.backup_news
        self.title, self.icon, self.tab_key = _("Backups"), "shield_checkmark", "screen:backups"
        self.actions_of_list = BackupActions(shell, self)
        self.number, self.next = Label("", "dim"), Label("", "dim")
        self.now = primary(_("Back up now"), "shield_checkmark", partial(self._news.wanted.emit, "hand"))
        self.table = PlainTable(_columns(), several=True, name=self.title)
        self.band = ConcernsBand(self._news, self._act_on, button_words)
        self.places = PlacesStrip()
        text = _("All backups lie on the disk that holds the data: if it breaks, they are lost together. Add a drive or another PC.")
        self.one_disk = Banner(text, "amber", _("Places and times…"), self.set_up, closable=True)
        self.one_disk.hide()
        self.work = _Work(self._news.task.stop if self._news.task else _nothing)
        self.nothing = EmptyState(
            "shield_checkmark",
            _("No backup yet"),
            _("A backup is one file that holds everything: customers, orders, files, settings, people. It is restored for trial as soon "
              "as it is made, so that you know it is good. Keep one on another drive, too."),
            primary(_("Make the first backup"), "shield_checkmark", partial(self._news.wanted.emit, "hand")),
            Button(_("Places and times…"), "settings", clicked=self.set_up),
        )  # fmt: skip
        self.buttons: dict[str, Button] = {}
        self._one_disk = False
        self._lay_out()
        self._connect()
        self._show_work()
        if self._news.overview is not None:
            self._show()
        self.refresh()

    # For the window

    def close_request(self) -> bool:
        """Nothing is typed here; work under way goes on."""
        return True

    def refresh(self) -> None:
        """Look at the places again."""
        self._news.wanted.emit("look")

    def set_up(self) -> None:
        """Where and when backups are made."""
        self._shell.open_screen("backup-setup")

    def selected(self) -> list[Entry]:
        """What is selected, from top to bottom."""
        return self.table.selected()

    # How it looks

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        upper = QVBoxLayout()
        edge = theme.size("page")
        upper.setContentsMargins(edge, 0, edge, theme.size("gap"))
        upper.setSpacing(theme.size("gap"))
        upper.addWidget(self.band)
        upper.addWidget(self.one_disk)
        upper.addWidget(self.work)
        upper.addWidget(self.places)
        column.addLayout(upper)
        self._tools = self._list_tools()
        column.addWidget(self._tools)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._empty = QWidget()
        for part in (self._empty, self.table, self.nothing):
            self._stack.addWidget(part)
        column.addWidget(holder, 1)
        self._tools.hide()

    def _head(self) -> QWidget:
        head = ScreenHead(self.title)
        row = head.row
        row.addWidget(self.number)
        row.addStretch(1)
        row.addWidget(self.next)
        row.addSpacing(theme.size("gap"))
        self.restore_button = Button(_("Restore…"), "arrow_undo", clicked=self._restore_any)
        self.restore_button.setVisible(self._shell.app.actor.may(RESTORE))
        row.addWidget(self.restore_button)
        row.addWidget(Button(_("Places and times…"), "settings", clicked=self.set_up))
        row.addWidget(self.now)
        return head

    def _list_tools(self) -> QWidget:
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(theme.current().px(12), 0, theme.size("page"), theme.current().px(4))
        row.setSpacing(2)
        for key, icon, text, do in self._offered():
            button = Button(text, icon, kind="flat", clicked=do)
            row.addWidget(button)
            self.buttons[key] = button
        row.addStretch(1)
        return tools

    def _offered(self) -> list[tuple[str, str, str, Callable[[], object]]]:
        actions = self.actions_of_list
        found: list[tuple[str, str, str, Callable[[], object]]] = [
            ("look", "eye", _("Look into it…"), self._look_into),
            ("restore", "arrow_undo", _("Restore…"), self._restore),
            ("verify", "checkmark_circle", _("Verify"), lambda: actions.verify(self.selected())),
            ("copy", "copy", _("Copy to…"), lambda: actions.copy(self.selected())),
            ("keep", "pin", _("Keep"), lambda: actions.keep(self.selected())),
            ("folder", "folder_open", _("Open folder"), lambda: actions.open_folder(self.selected())),
            ("delete", "delete", _("Delete…"), lambda: actions.delete(self.selected())),
        ]
        may = self._shell.app.actor.may(RESTORE)
        return [offer for offer in found if may or offer[0] not in ("look", "restore")]

    def _connect(self) -> None:
        self._news.changed.connect(self._show)
        self._news.working.connect(self._show_work)
        self._shell.tasks.changed.connect(self._progressed)
        self.table.chosen.connect(lambda _row: self._selection_changed())
        self.table.opened.connect(lambda _row: self._look_into())
        self.table.delete_wanted.connect(lambda: self.actions_of_list.delete(self.selected()))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.setFocusProxy(self.table)

    def _show(self) -> None:
        found = self._news.overview
        if found is None:
            return
        entries = [Entry(b, place) for place in found.targets for b in place.backups]
        entries.sort(key=lambda e: (e.backup.made_at, e.place.target.id == "main"), reverse=True)
        selected = {e.backup.path for e in self.selected()}
        if entries != self.table.items.rows:
            known = {e.backup.path for e in self.table.items.rows}
            top = self.table.verticalScrollBar().value()
            self.table.show_rows(entries)  # the cursor is on the first one
            if entries and entries[0].backup.path in known:  # one that has just been made stays chosen
                self.table.select_row_of(lambda e: e.backup.path in selected)
                self.table.verticalScrollBar().setValue(top)
        self._stack.setCurrentWidget(self.table if entries else self.nothing)
        self._tools.setVisible(bool(entries))
        self.places.show_places(found.targets, found.past.copies)
        self.places.setVisible(bool(entries) or len(found.targets) > 1)
        self.number.setText(f"{len(entries):,}" if entries else "")
        self.next.setText(_next_words(found))
        work = partial(all_on_one_disk, self._shell.app.data, found.targets)
        self._shell.tasks.run(work, partial(self._tell_of_disk, bool(entries)), lambda _error: None, owner=self)
        self._selection_changed()

    def _tell_of_disk(self, any_backup: bool, one_disk: bool) -> None:
        told = any_backup and one_disk
        if told != self._one_disk:  # once closed, it stays closed while nothing is another way
            self._one_disk = told
            self.one_disk.setVisible(told)

    def _selection_changed(self) -> None:
        chosen = self.selected()
        one = chosen[0] if len(chosen) == 1 else None
        readable = one is not None and one.backup.header is not None
        able = {
            "look": readable, "restore": readable, "verify": bool(chosen), "copy": bool(chosen), "keep": bool(chosen),
            "folder": one is not None, "delete": any(not e.is_last_good for e in chosen),
        }  # fmt: skip
        for key, button in self.buttons.items():
            button.setEnabled(able[key])
        kept = bool(chosen) and all(e.backup.keep for e in chosen)
        self.buttons["keep"].setText(_("Keep no longer") if kept else _("Keep"))
        last = any(e.is_last_good for e in chosen)
        self.buttons["delete"].setToolTip(_("The last good backup of a place is never deleted.") if last else "")

    def _show_work(self) -> None:
        task = self._news.task
        self.now.setEnabled(task is None)
        self.work.setVisible(task is not None)
        self.work.stop = task.stop if task is not None else _nothing
        self._progressed()

    def _progressed(self) -> None:
        if (task := self._news.task) is not None:
            self.work.show_progress(task.title, progress_text(task), task.percent)

    # What the person does

    def _menu(self, where: QPoint) -> None:
        if not self.table.selected():
            return
        menu = QMenu(self)
        for key, icon, _text, do in self._offered():
            button = self.buttons[key]
            action = QAction(icons.icon(icon), button.text(), menu)
            action.setEnabled(button.isEnabled())
            action.triggered.connect(lambda _on=False, do=do: do())
            menu.addAction(action)
        menu.exec(self.table.viewport().mapToGlobal(where))
        menu.deleteLater()

    def _act_on(self, concern: Concern) -> None:
        if concern.key in ("none", "old", "failed"):
            self._news.wanted.emit("hand")
        else:
            self.set_up()

    def _look_into(self) -> None:
        chosen = self.selected()
        if len(chosen) == 1 and chosen[0].backup.header is not None and self._shell.app.actor.may(RESTORE):
            self._shell.open_backup(chosen[0].backup.path, "look")

    def _restore(self) -> None:
        chosen = self.selected()
        if len(chosen) == 1:
            self._shell.open_backup(chosen[0].backup.path, "restore")

    def _restore_any(self) -> None:
        self._shell.open_backup(None, "restore")


class _Work(Card):
    """What the keeper is doing, and the button that stops it."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__(plate=True, margin=10)
        self.stop = stop
        self._title, self._text, self._bar = Label("", "strong"), Label("", "small"), QProgressBar()
        self._bar.setTextVisible(False)
        self.cancel = Button(_("Stop"), clicked=self._stop)
        row = QHBoxLayout()
        row.setSpacing(theme.size("margin"))
        row.addWidget(self._title)
        row.addWidget(self._bar, 1)
        row.addWidget(self._text)
        row.addWidget(self.cancel)
        self.body.addLayout(row)

    def show_progress(self, title: str, text: str, percent: int | None) -> None:
        """How far it is."""
        self._title.setText(title)
        self._text.setText(text)
        self._bar.setRange(0, 0 if percent is None else 100)
        if percent is not None:
            self._bar.setValue(percent)

    def _stop(self) -> None:
        self.stop()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.cancel.setEnabled(True)


def _nothing() -> None:
    """Nothing is under way."""


def _next_words(found: Overview) -> str:
    if found.next_due is None:
        if found.running_pc not in ("", STATION):
            return _("“{pc}” makes the backups").format(pc=found.running_pc)
        return _("None is made by itself")
    return _("Next: {when}").format(when=words.moment(found.next_due))


def _columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("Made at"), lambda e: words.made(e.backup), 15),
        PlainColumn(_("Reason"), lambda e: words.reason(e.backup), 14),
        PlainColumn(_("State"), lambda e: words.state(e.backup), 13, lambda e: words.state_tone(e.backup)),
        PlainColumn(_("Size"), lambda e: words.size(e.backup), 9, right=True),
        PlainColumn(_("Rows"), lambda e: words.rows(e.backup), 9, quiet=True, right=True),
        PlainColumn(
            _("Encrypted"), lambda e: _("yes") if words.encrypted(e.backup) else "", 8,
            icon=lambda e: "lock_closed" if words.encrypted(e.backup) else "", quiet=True,
        ),
        PlainColumn(
            _("Kept"), lambda e: _("yes") if e.backup.keep else "", 6, icon=lambda e: "pin" if e.backup.keep else "", quiet=True
        ),
        PlainColumn(_("Place"), lambda e: e.place.target.name, 14),
        PlainColumn(_("PC"), lambda e: e.backup.header.station if e.backup.header else "", 11, quiet=True),
        PlainColumn(_("File"), lambda e: e.backup.path.name, quiet=True),
    ]  # fmt: skip


