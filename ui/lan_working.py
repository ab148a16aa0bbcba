"""The small window that stands while the data move or the office is asked, since the program's own is closed or not there yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from crm_desktop.progress import Cancelled
from crm_desktop.words import _
from ui import icons, theme
from ui.tasks import Task, Tasks
from ui.widgets.buttons import Button
from ui.widgets.labels import Label


class Working(QWidget):
    """Does one piece of work on another thread. work: as for Tasks.run."""

    ended = Signal(object, object)
    """What the work gave, and the error (None when it went well)."""

    def __init__(self, title: str, words: str, work: Callable[..., Any]) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(_("CRM Desktop"))
        self.setWindowIcon(icons.app_icon())
        self._title, self._work = title, work
        self._task: Task | None = None
        self._ended = False
        self.tasks = Tasks(self._failed, self)
        self.tasks.changed.connect(self._progressed)
        self.bar, self.text = QProgressBar(), Label("", "dim")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.stop_button = Button(_("Stop"), clicked=self.stop)
        column = QVBoxLayout(self)
        edge = theme.current().px(36)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.size("margin"))
        column.addWidget(Label(title, "hero"))
        column.addWidget(Label(words, "dim", wrap=True))
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.stop_button)
        column.addLayout(row)
        column.addStretch(1)
        self.resize(theme.current().px(560), theme.current().px(250))

    def start(self) -> None:
        """Begin; `ended` comes in any case."""
        self._task = self.tasks.run(
            self._work, self._done, self._failed, title=self._title, slow=True, owner=self, cancelled=self._stopped
        )

    def stop(self) -> None:
        """Stop at the next step; nothing is changed then."""
        if self._task is not None:
            self.stop_button.setEnabled(False)
            self._task.stop()

    def _done(self, given: Any) -> None:
        self._end(given, None)

    def _failed(self, error: BaseException) -> None:
        self._end(None, error)

    def _stopped(self) -> None:
        self._end(None, Cancelled())

    def _end(self, given: Any, error: BaseException | None) -> None:
        self._ended = True
        self.tasks.close()
        self.ended.emit(given, error)

    def _progressed(self) -> None:
        if (task := self._task) is None:
            return
        percent = task.percent
        self.bar.setRange(0, 0 if percent is None else 100)
        if percent is not None:
            self.bar.setValue(percent)
        rows = f"{task.done:,}" if task.done else ""
        self.text.setText(f"{task.text} {rows}".strip())

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window's cross stops the work; it goes once that has ended."""
        if not self._ended:
            event.ignore()
            self.stop()
