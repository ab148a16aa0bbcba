"""The first page of a restore: which backup. Those within reach are listed; any other file can be chosen or dropped."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from backups.archive import SUFFIX
from backups.catalogue import Backup, read_backup
from crm_desktop.settings import Settings
from crm_desktop.words import _
from ui import backup_words as words
from ui import theme
from ui.backup_finding import Found, find_backups
from ui.backup_passphrase import PassphraseEdit
from ui.tasks import Tasks
from ui.widgets.buttons import Button
from ui.widgets.inputs import Spinner
from ui.widgets.labels import Label
from ui.widgets.panels import EmptyState
from ui.widgets.plain_table import PlainColumn, PlainTable


class ChoosePage(QWidget):
    """The list, the way to another file, and the passphrase where one is needed."""

    changed = Signal()
    """Another backup, or another passphrase."""
    taken = Signal()
    """A double-click or Enter: go on with it."""

    def __init__(self, tasks: Tasks, data: Path, settings: Settings) -> None:
        super().__init__()
        self._tasks, self._data, self._settings = tasks, data, settings
        self._files: list[Found] = []
        self.table = PlainTable(_columns(), name=_("Backups"))
        self.nothing = EmptyState(
            "hard_drive",
            _("No backup was found on this PC"),
            _("Plug in the USB drive that has it, or choose the file. It ends in {ending}.").format(ending=SUFFIX),
            Button(_("Choose a file…"), "folder_open", clicked=self.choose_file),
            Button(_("Look again"), "arrow_sync", clicked=self.refresh),
        )
        self._searching = QWidget()
        self.passphrase = PassphraseEdit(_("Passphrase"))
        self.problem = Label("", "error", wrap=True)
        self.setAcceptDrops(True)
        self._lay_out()
        self.table.chosen.connect(lambda _row: self._chosen())
        self.table.opened.connect(lambda _row: self.taken.emit())
        self.passphrase.line.textChanged.connect(lambda _text: self._typed())
        self.passphrase.line.returnPressed.connect(self.taken)
        self.refresh()

    @property
    def backup(self) -> Backup | None:
        """The one that is chosen."""
        row = self.table.current()
        return row.backup if row else None

    @property
    def needs_passphrase(self) -> bool:
        """Whether it opens only with a passphrase."""
        return self.backup is not None and words.encrypted(self.backup)

    def refresh(self) -> None:
        """Look for backups again."""
        self._stack.setCurrentWidget(self._searching)
        self._tasks.run(partial(find_backups, self._data, self._settings), self._show, owner=self)

    def choose(self, file: Path) -> None:
        """Take this file, wherever it lies."""
        self._tasks.run(partial(read_backup, file), self._add, owner=self)

    def choose_file(self) -> None:
        """Ask for a file."""
        kinds = _("Backups") + f" (*{SUFFIX})"
        path, _kind = QFileDialog.getOpenFileName(self, _("Choose a backup"), "", kinds)
        if path:
            self.choose(Path(path))

    def tell(self, text: str) -> None:
        """What is wrong with the passphrase."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        theme.restyle(self.passphrase.line, problem=bool(text))
        if text:
            self.passphrase.line.setFocus()
            self.passphrase.line.selectAll()

    def _lay_out(self) -> None:
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        looking = QHBoxLayout(self._searching)
        looking.addStretch(1)
        looking.addWidget(Spinner())
        looking.addWidget(Label(_("Looking for backups…"), "dim"))
        looking.addStretch(1)
        for part in (self._searching, self.table, self.nothing):
            self._stack.addWidget(part)
        below = QHBoxLayout()
        below.setSpacing(theme.size("gap"))
        self.file_button = Button(_("Choose another file…"), "folder_open", kind="flat", clicked=self.choose_file)
        below.addWidget(self.file_button)
        below.addWidget(Button(_("Look again"), "arrow_sync", kind="flat", clicked=self.refresh))
        below.addStretch(1)
        self._secret = QWidget()
        secret = QHBoxLayout(self._secret)
        secret.setContentsMargins(0, 0, 0, 0)
        secret.setSpacing(theme.size("gap"))
        secret.addWidget(Label(_("This backup is encrypted. Its passphrase:")))
        self.passphrase.setMinimumWidth(theme.current().px(280))
        secret.addWidget(self.passphrase)
        secret.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.size("gap"))
        column.addWidget(holder, 1)
        column.addLayout(below)
        column.addWidget(self._secret)
        column.addWidget(self.problem)
        self._secret.hide()
        self.problem.hide()

    def _show(self, found: list[Found]) -> None:
        chosen = [f for f in self._files if f.backup.path not in {other.backup.path for other in found}]
        before = self.backup
        rows = [*chosen, *found]
        self.table.show_rows(rows)
        if before:
            self.table.select_row_of(lambda f: f.backup.path == before.path)
        self._stack.setCurrentWidget(self.table if rows else self.nothing)
        self._chosen()

    def _add(self, backup: Backup) -> None:
        rows = [f for f in self.table.items.rows if f.backup.path != backup.path]
        self._files = [Found(backup, str(backup.path.parent)), *(f for f in self._files if f.backup.path != backup.path)]
        self.table.show_rows([self._files[0], *rows])
        self._stack.setCurrentWidget(self.table)
        self.table.setFocus()
        self._chosen()

    def _chosen(self) -> None:
        self._secret.setVisible(self.needs_passphrase)
        self._typed()

    def _typed(self) -> None:
        backup = self.backup
        self.tell("")
        if backup is not None and backup.header is None:
            self.problem.setText(backup.problem or _("This file cannot be read."))
            self.problem.show()
        self.changed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if file := _dropped(event):
            event.acceptProposedAction()
            self.choose(file)


def _dropped(event: QDropEvent) -> Path | None:
    files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 and files[0].suffix.casefold() == SUFFIX else None


def _columns() -> list[PlainColumn]:
    return [
        PlainColumn(_("Made at"), lambda f: words.made(f.backup), 14),
        PlainColumn(_("Company"), lambda f: f.backup.header.company if f.backup.header else f.backup.path.name),
        PlainColumn(_("Reason"), lambda f: words.reason(f.backup), 12, quiet=True),
        PlainColumn(_("Size"), lambda f: words.size(f.backup), 7, quiet=True, right=True),
        PlainColumn(
            _("State"), lambda f: words.state(f.backup), 11, lambda f: words.state_tone(f.backup),
            lambda f: "lock_closed" if words.encrypted(f.backup) else "",
        ),
        PlainColumn(_("Where"), lambda f: f.where, 12, quiet=True),
    ]  # fmt: skip
