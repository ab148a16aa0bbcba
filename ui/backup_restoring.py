"""A backup takes the place of what is open: the small window that stands meanwhile, since the program's own is closed.

Until the last moment it can be stopped; whatever goes wrong, the state before is there again when the program opens its window.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from backups import keeping
from backups.targets import folder_of, targets_of
from crm_desktop.application import Application
from crm_desktop.progress import Cancelled, Progress
from crm_desktop.settings import Settings
from crm_desktop.words import _
from ui import icons, theme
from ui.screens.restore import RestoreWish, progress_text
from ui.tasks import Task, Tasks
from ui.widgets.buttons import Button
from ui.widgets.labels import Label


class Restoring(QWidget):
    """Restores in the background. app: what was open; its window is closed already. None: nothing was."""

    ended = Signal(object, object)
    """The backup of the state before (None where there was none), and the error (None when it went well)."""

    def __init__(self, wish: RestoreWish, data: Path, settings: Settings, app: Application | None) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(_("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        self._wish, self._data, self._settings, self._app = wish, data, settings, app
        self._task: Task | None = None
        self._ended = False
        self.tasks = Tasks(self._failed, self)
        self.tasks.changed.connect(self._progressed)
        self._bar, self._text = QProgressBar(), Label("", "dim")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self.stop_button = Button(_("Stop"), clicked=self.stop)
        column = QVBoxLayout(self)
        edge = theme.current().px(36)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(_("Restoring…"), "hero"))
        words = _("First what is here now is backed up, then the backup is read and tried, and only then it takes its place.")
        column.addWidget(Label(words, "dim", wrap=True))
        column.addWidget(self._bar)
        column.addWidget(self._text)
        column.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignRight)
        column.addStretch(1)
        self.setFixedWidth(theme.current().px(560))

    def start(self) -> None:
        """Begin; `ended` comes in any case."""
        self._task = self.tasks.run(
            self._work, self._done, self._failed, title=_("Restoring"), slow=True, owner=self, cancelled=self._stopped
        )

    def stop(self) -> None:
        """Stop at the next step; nothing is changed then."""
        if self._task is not None:
            self.stop_button.setEnabled(False)
            self._task.stop()

    def _work(self, progress: Progress) -> Path | None:  # on a worker
        wish, app = self._wish, self._app
        if app is not None and app.engine.dialect.name != "sqlite":  # nobody replaces the file of a server
            return keeping.replace_open(app, self._settings, wish.file, wish.passphrase, progress)
        folder = folder_of(targets_of(self._settings, self._data)[0]) or self._data / "backups"
        who = app.actor.name if app is not None else ""
        if app is not None:
            app.close()
        return keeping.restore_keeping(wish.file, self._data, folder, wish.passphrase, progress, who)

    def _done(self, kept: Path | None) -> None:
        self._end(kept, None)

    def _failed(self, error: BaseException) -> None:
        self._end(None, error)

    def _stopped(self) -> None:
        self._end(None, Cancelled())

    def _end(self, kept: Path | None, error: BaseException | None) -> None:
        self._ended = True
        self.tasks.close()
        self.ended.emit(kept, error)

    def _progressed(self) -> None:
        if (task := self._task) is None:
            return
        percent = task.percent
        self._bar.setRange(0, 0 if percent is None else 100)
        if percent is not None:
            self._bar.setValue(percent)
        self._text.setText(progress_text(task))

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window's cross stops the work; it goes once that has ended."""
        if not self._ended:
            event.ignore()
            self.stop()
