"""The backup before the program ends, where it is set: with its progress, and with a way to leave without it at any moment."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout

from backups import running, schedule
from backups.running import Run
from crm_desktop.errors import Told
from crm_desktop.progress import Progress
from crm_desktop.words import _
from ui import theme
from ui.main_window import MainWindow
from ui.tasks import Task
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label


class BackupAtEnd:
    """What a window does before it closes for good."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def run(self) -> bool:
        """Make the backup if one is to be made now; False when the person would rather stay."""
        plan = schedule.plan_of(self._window.settings)
        # Windows gives a program seconds when the PC is shut down: no time to ask, and a backup cut off is none.
        if not plan.at_end or QGuiApplication.instance().isSavingSession():  # type: ignore[union-attr]
            return True
        dialog = EndDialog(self._window)
        dialog.begin()
        left = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        return left


class EndDialog(QDialog):
    """The progress; accepted: the program may end."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._task: Task | None = None
        self.setWindowTitle(_("Backup"))
        self.head, self.text = Label(_("One more backup before you go…"), "heading"), Label("", "dim", wrap=True)
        self.text.setText(_("The program closes by itself when it is done."))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self.stay = Button(_("Do not quit"), clicked=self.reject)
        self.skip = primary(_("Quit without a backup"), clicked=self.accept)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        for part in (self.head, self.text, self._bar):
            column.addWidget(part)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.stay)
        row.addWidget(self.skip)
        column.addLayout(row)
        self.setFixedWidth(theme.current().px(460))
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        window.tasks.changed.connect(self._progressed)

    def begin(self) -> None:
        """Start the backup."""
        app, settings = self._window.app, self._window.settings

        def work(progress: Progress) -> Run:
            return running.back_up(app, settings, "end", progress)

        self._task = self._window.tasks.run(work, self._made, self._failed, title=_("Backup"), slow=True, owner=self)

    def _made(self, run: Run) -> None:
        self._task = None
        safe = next((c for c in run.copies if c.safe_to_remove), None)
        failed = next((c for c in run.copies if c.problem), None)
        if failed is None and safe is None:
            self.accept()
            return
        self._bar.hide()
        if failed is not None:
            self.head.setText(_("The backup is ready, but not every copy."))
            text = _("“{name}” got no copy: {problem}").format(name=failed.target.name, problem=failed.problem)
            self.text.setText(f"{text} {failed.advice}".strip())
        elif safe is not None:
            self.head.setText(_("The backup is ready."))
            text = _("The backup is on “{name}”. The drive can be removed now.")
            self.text.setText(text.format(name=safe.target.name))
        self.skip.setText(_("Quit"))

    def _failed(self, error: BaseException) -> None:
        self._task = None
        self._bar.hide()
        self.head.setText(_("No backup could be made."))
        told = f"{error.message} {error.advice}" if isinstance(error, Told) else _("The program made a mistake.")
        self.text.setText(told.strip())

    def _progressed(self) -> None:
        if self._task is None or self._task.percent is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, 100)
            self._bar.setValue(self._task.percent)

    def done(self, result: int) -> None:
        """Whatever was pressed: nothing goes on behind it."""
        if self._task is not None:
            self._task.stop()
            self._task = None
        super().done(result)
