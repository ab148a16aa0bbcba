"""The restore wizard: choose a backup, see what is in it and how it differs from today, then decide. It changes nothing itself.

It stands over the window and over the welcome of a fresh PC alike; what was decided is told to the program, which carries it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from backups import passphrase
from backups.framing import WrongPassphrase
from backups.inspect import Difference, inspect_backup, inspect_beside
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.progress import Progress
from crm_desktop.settings import Settings
from crm_desktop.words import N_, _
from ui import theme
from ui.notices import Notices
from ui.screens.restore_choose import ChoosePage
from ui.screens.restore_look import EVERYTHING, LookPage
from ui.tasks import Task, Tasks
from ui.widgets.buttons import Button, primary
from ui.widgets.labels import Label

CHOOSE, READ, LOOK = range(3)
_STEPS = (N_("Backup"), N_("Trial"), N_("What to do"))


@dataclass(frozen=True)
class RestoreWish:
    """What the person decided. what: "everything", "look" or "records"."""

    file: Path
    passphrase: str | None
    what: str


class RestoreWizard(QDialog):
    """The wizard. app: what is open now, None on a fresh PC."""

    decided = Signal(object)
    """A `RestoreWish`."""

    def __init__(
        self, parent: QWidget, tasks: Tasks, notices: Notices, data: Path, settings: Settings, app: Application | None = None
    ) -> None:
        super().__init__(parent.window())
        self._tasks, self._notices, self._data, self._app = tasks, notices, data, app
        self._company = settings.get(s.COMPANY_NAME) if app else ""
        self._file: Path | None = None
        self._passphrase: str | None = None
        self._task: Task | None = None
        self.setWindowTitle(_("Restore a backup"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.choose = ChoosePage(tasks, data, settings)
        self.reading = _Reading(self._stop)
        self.look = LookPage(at_work=app is not None)
        self.pages = QStackedWidget()
        for page in (self.choose, self.reading, self.look):
            self.pages.addWidget(page)
        self._steps = [Label(f"{number}  {_(step)}", "step") for number, step in enumerate(_STEPS, 1)]
        self.back = Button(_("Back"), "arrow_left", clicked=lambda: self._go(CHOOSE))
        self.cancel = Button(_("Cancel"), clicked=self.reject)
        self.next = primary(_("See what is in it"), clicked=self.read)
        self._lay_out()
        self.choose.changed.connect(self._changed)
        self.choose.taken.connect(self.read)
        self.look.wanted.connect(self._decide)
        tasks.changed.connect(self._progressed)
        self._go(CHOOSE)

    def start_with(self, file: Path) -> None:
        """Begin with this file."""
        self.choose.choose(file)

    def read(self) -> None:
        """Restore the chosen backup for trial and compare."""
        backup = self.choose.backup
        if backup is None or backup.header is None or self._task is not None:
            return
        self._file, typed = backup.path, self.choose.passphrase.text
        secret, data = self.choose.needs_passphrase, self._data
        app = self._app

        def work(progress: Progress) -> tuple[str | None, Difference]:
            word = (typed or passphrase.stored(data)) if secret else None
            if app is not None:
                return word, inspect_beside(app, backup.path, word, progress)
            return word, inspect_backup(backup.path, data, word, progress)

        self._go(READ)
        self._task = self._tasks.run(
            work, self._compared, self._unreadable, title=_("Trying the backup"), slow=True, owner=self, cancelled=self._stopped
        )

    def _compared(self, found: tuple[str | None, Difference]) -> None:
        self._task = None
        self._passphrase, difference = found
        self.look.show_difference(difference, self._company)
        self._go(LOOK)

    def _unreadable(self, error: BaseException) -> None:
        self._stopped()
        if isinstance(error, WrongPassphrase):
            self.choose.tell(error.message)
        elif isinstance(error, Told):
            self.choose.problem.setText(f"{error.message} {error.advice}".strip())
            self.choose.problem.show()
        else:
            self._notices.error(error)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.stop()

    def _stopped(self) -> None:
        self._task = None
        self._go(CHOOSE)

    def _decide(self, what: str) -> None:
        if self._file is None or (what == EVERYTHING and not self._sure()):
            return
        wish = RestoreWish(self._file, self._passphrase, what)
        self.accept()
        self.decided.emit(wish)

    def _sure(self) -> bool:
        """Nothing needs asking where nothing is replaced."""
        if self._app is None:
            return True
        return self._notices.ask(
            _("Put the backup in the place of today's data?"),
            _("Today's data are backed up first, so this can be taken back. The program closes its window meanwhile and opens it again."),
            yes=_("Restore"),
            danger=True,
        )

    # How it looks

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(Label(_("Restore a backup"), "heading"))
        head.addStretch(1)
        for step in self._steps:
            head.addWidget(step, 0, Qt.AlignmentFlag.AlignVCenter)
        foot = QHBoxLayout()
        foot.setSpacing(theme.size("gap"))
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.next)
        column = QVBoxLayout(self)
        edge = theme.size("page")
        column.setContentsMargins(edge, edge, edge, theme.size("margin"))
        column.setSpacing(theme.size("margin"))
        column.addLayout(head)
        column.addWidget(self.pages, 1)
        column.addLayout(foot)
        worn, room = theme.current(), self.screen().availableGeometry()
        self.resize(min(worn.px(960), room.width() - 60), min(worn.px(660), room.height() - 80))

    def _go(self, page: int) -> None:
        self.pages.setCurrentIndex(page)
        for at, step in enumerate(self._steps):
            theme.restyle(step, state="now" if at == page else "past" if at < page else "next")
        self.back.setVisible(page == LOOK)
        self.next.setVisible(page == CHOOSE)
        self._changed()
        if page == CHOOSE:
            self.choose.table.setFocus()
        elif page == LOOK:
            self.look.table.setFocus()

    def _changed(self) -> None:
        backup = self.choose.backup
        self.next.setEnabled(backup is not None and backup.header is not None)

    def _progressed(self) -> None:
        if self._task is not None:
            self.reading.show_task(self._task)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.pages.currentIndex() == CHOOSE:
            self.read()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Esc and Cancel; a trial under way is stopped."""
        self._stop()
        super().reject()


class _Reading(QWidget):
    """The backup is being restored for trial."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__()
        self.bar, self._text = QProgressBar(), Label("", "dim")
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        column = QVBoxLayout(self)
        column.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Label(_("Restoring the backup for trial"), "heading"), 0, centre)
        column.addWidget(Label(_("Every byte of it is read and checked. Your data are not touched."), "dim"), 0, centre)
        column.addSpacing(theme.size("gap"))
        self.bar.setFixedWidth(theme.current().px(360))
        column.addWidget(self.bar, 0, centre)
        column.addWidget(self._text, 0, centre)
        column.addWidget(Button(_("Stop"), clicked=stop), 0, centre)
        column.addStretch(2)

    def show_task(self, task: Task) -> None:
        """How far it is."""
        percent = task.percent
        self.bar.setRange(0, 0 if percent is None else 100)
        if percent is not None:
            self.bar.setValue(percent)
        self._text.setText(progress_text(task))


def progress_text(task: Task) -> str:
    """How much is done, in words; nothing before the first step."""
    if task.percent is not None:
        return f"{task.percent} %"
    return _("{count} rows").format(count=f"{task.done:,}") if task.done else ""
