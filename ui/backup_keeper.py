"""Backups by themselves while the window is open: those that are due, copies for drives that are plugged in, the monthly trial.

It keeps the status bar and the screens up to date, and never speaks louder than it must: what fails by the clock stays as a warning that
cannot be overlooked, but no dialog comes in the middle of somebody's work.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from backups import drill, drives, running, schedule
from backups.drill import Drilled
from backups.overview import Overview, overview
from backups.running import Copy, Due, Run
from backups.targets import DRIVE, Target, targets_of
from crm_desktop.errors import Away, Refused, Told
from crm_desktop.progress import Progress
from crm_desktop.services.faults import told
from crm_desktop.words import _
from ui.backup_ejecting import say_removable
from ui.backup_end import BackupAtEnd
from ui.backup_news import BACKUP
from ui.backup_watch import FolderWatch
from ui.backup_words import moment
from ui.main_window import MainWindow

log = logging.getLogger(__name__)
_FIRST, _EVERY = 20_000, 600_000  # milliseconds: not while the window is being made; then every ten minutes
_CLOCK, _DRIVES = 30_000, 5_000  # how often the time and the drives are looked at
_BACKUP_SETTINGS = "backup_"


class BackupKeeper(QObject):
    """Watches over the backups of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._news = window, window.backup_news
        self._looking, self._again = False, False
        self._offered: set[str] = set()
        self._arrivals: drives.Arrivals | None = None
        self._asking_drives = False
        window.status.set_backup(_("Backup: …"), clicked=lambda: window.open_screen("backups"))
        self._news.wanted.connect(self._wanted)
        self._timers = [
            self._timer(_EVERY, self.look), self._timer(_CLOCK, self.look_at_clock), self._timer(_DRIVES, self.look_for_drives),
        ]  # fmt: skip
        QTimer.singleShot(_FIRST, self, partial(self.look, self._run_due))
        self._watch = FolderWatch(window.tasks, self)
        self._watch.changed.connect(self.look)
        window.closed.connect(self._watch.close)
        self._stop_listening = window.settings.listen(self._set)
        window.closed.connect(self._stop_listening)
        window.last_work = BackupAtEnd(window).run
        self.look()

    def _timer(self, every: int, do: Callable[[], object]) -> QTimer:
        timer = QTimer(self, interval=every)
        timer.timeout.connect(lambda: do())
        timer.start()
        return timer

    @property
    def busy(self) -> bool:
        """Whether a backup is being made, copied or tried."""
        return self._news.task is not None

    @property
    def watched(self) -> frozenset[Path]:
        """The folders in which a change is seen at once."""
        return self._watch.folders

    # Looking

    def look(self, then: Callable[[], object] | None = None) -> None:
        """See how the backups stand, then show it."""
        if self._looking:
            self._again = True
            return
        self._looking = True
        work = partial(overview, self._window.app, self._window.settings)
        self._window.tasks.run(work, partial(self._seen, then), self._unseen, owner=self)

    def _seen(self, then: Callable[[], object] | None, found: Overview) -> None:
        self._looking = False
        self._show(found)
        self._news.take(found)
        # Not those on drives: a folder that is watched keeps Windows from letting go of a stick.
        watched = (p for p in found.targets if p.target.active and p.target.kind != DRIVE and p.backups)
        self._watch.follow(p.folder for p in watched if p.folder is not None)
        if then is not None:
            then()
        if self._again:
            self._again = False
            self.look()

    def _unseen(self, error: BaseException) -> None:
        self._looking = False
        log.warning("The backups cannot be looked at: %s", type(error).__name__)

    def _show(self, found: Overview) -> None:
        text = _("Last good backup: {when}").format(when=moment(found.last_good_at) or _("none yet"))
        grave = [c.text for c in found.concerns if c.grave]
        tip = "\n".join([*(c.text for c in found.concerns), _("Click to see the backups")])
        self._window.status.set_backup(f"⚠ {text}" if grave else text, tip, tone="red" if grave else "")

    def _set(self, names: frozenset[str]) -> None:
        if any(name.startswith(_BACKUP_SETTINGS) for name in names):
            self.look()

    def _wanted(self, what: str) -> None:
        if what == "hand":
            self.back_up_now()
        else:
            self.look()

    # By the clock

    def look_at_clock(self) -> None:
        """Make what is due by now."""
        found, now = self._news.overview, dt.datetime.now().astimezone()
        if found is None or self.busy:
            return
        if found.next_due is not None and found.next_due <= now:
            self._run_due()
        elif drill.due(schedule.plan_of(self._window.settings), found.past, now) and found.last_good is not None:
            self._drill()

    def _run_due(self) -> None:
        app, settings = self._window.app, self._window.settings
        found, now = self._news.overview, dt.datetime.now().astimezone()
        if found is None or found.next_due is None or found.next_due > now:
            return

        def work(progress: Progress) -> Due:
            return running.run_due(app, settings, progress)

        first = found.last_good_at is None
        self._work(work, partial(self._was_due, first), self._failed_by_clock, _("Backup"))

    def _was_due(self, first: bool, due: Due) -> None:
        if due.run is None or self._tell_copies(due.run.copies) or not first:
            return
        words = _("The first backup is ready and was restored for trial.")
        self._window.notices.say(words, _("Show"), partial(self._window.open_screen, "backups"), "checkmark_circle")

    def _failed_by_clock(self, error: BaseException) -> None:
        if isinstance(error, Away | Refused):  # the window says so already; who may not make one cannot help it either
            log.info("No backup by the clock: %s", type(error).__name__)
        elif isinstance(error, Told):
            self._window.notices.say(error.message, _("Show"), partial(self._window.open_screen, "backups"), "warning")
        else:
            self._window.notices.error(error)

    def _drill(self) -> None:
        app, settings = self._window.app, self._window.settings

        def work(progress: Progress) -> list[Drilled]:
            return drill.drill(app, settings, progress)

        self._work(work, lambda _done: None, self._failed_by_clock, _("Trying old backups"))

    # By hand

    def back_up_now(self) -> None:
        """A backup because a person wants one."""
        app, settings = self._window.app, self._window.settings

        def work(progress: Progress) -> Run:
            return running.back_up(app, settings, "hand", progress)

        self._work(work, self._made, self._window.notices.error, _("Backup"))

    def _made(self, run: Run) -> None:
        if not self._tell_copies(run.copies):
            self._window.notices.say(_("The backup is ready and was restored for trial."), icon="checkmark_circle")

    def _tell_copies(self, copies: tuple[Copy, ...]) -> bool:
        """Say what the drives and shares got, where it is worth saying."""
        failed = next((c for c in copies if c.problem), None)
        safe = next((c for c in copies if c.safe_to_remove), None)
        if failed is not None:
            text = _("The backup is ready, but “{name}” got no copy: {problem}")
            words = text.format(name=failed.target.name, problem=failed.problem)
            self._window.notices.say(words, _("Show"), partial(self._window.open_screen, "backups"), "warning")
        elif safe is not None:
            self._safe(safe)
        return failed is not None or safe is not None

    def _safe(self, copy: Copy) -> None:
        say_removable(self._window, copy.target.name, copy.path, self)

    # Drives

    def look_for_drives(self) -> None:
        """Ask which drives were plugged in. Off the GUI thread: a sleeping disk may take seconds to answer."""
        if self._asking_drives or not self._window.app.actor.may(BACKUP):
            return
        self._asking_drives = True
        work = self._arrivals.look if self._arrivals else self._first_look
        self._window.tasks.run(work, self._plugged_in, self._no_drives, owner=self)

    def _first_look(self) -> list[drives.Drive]:  # on a worker
        self._arrivals = drives.Arrivals()
        return []

    def _no_drives(self, error: BaseException) -> None:
        self._asking_drives = False
        log.warning("The drives cannot be looked at: %s", type(error).__name__)

    def _plugged_in(self, found: list[drives.Drive]) -> None:
        self._asking_drives = False
        for drive in found:
            self.plugged_in(drive)
        if found:
            self.look()

    def plugged_in(self, drive: drives.Drive) -> None:
        """A drive that is a place for backups gets its copy; another one that could be is offered once."""
        window = self._window
        known = [t for t in targets_of(window.settings, window.app.data) if t.kind == DRIVE and t.active]
        target = next((t for t in known if drives.find(t.drive, t.volume, [drive])), None)
        if target is not None:
            if target.on_plug:
                self.copy_to(target)
        elif drive.removable and str(drive.root) not in self._offered:
            self._offered.add(str(drive.root))
            text = _("The drive “{name}” was plugged in.").format(name=drive.label)
            use = partial(window.open_screen, "backup-setup", drive=str(drive.root))
            window.notices.say(text, _("Keep backups on it…"), use, "hard_drive")

    def copy_to(self, target: Target) -> None:
        """Bring a place up to date with the last good backup."""
        app, settings = self._window.app, self._window.settings

        def work(progress: Progress) -> Copy:
            return running.copy_to(app, settings, target, progress)

        title = _("Copying to {name}").format(name=target.name)
        self._work(work, self._copied, self._failed_by_clock, title)

    def _copied(self, copy: Copy) -> None:
        if copy.problem:
            text = _("“{name}” got no copy: {problem}").format(name=copy.target.name, problem=copy.problem)
            self._window.notices.say(text, _("Show"), partial(self._window.open_screen, "backups"), "warning")
        elif copy.safe_to_remove:
            self._safe(copy)

    # Work

    def _work(
        self, work: Callable[[Progress], Any], done: Callable[[Any], object], failed: Callable[[BaseException], object], title: str
    ) -> None:
        """One at a time, with its progress in the status bar and on the screen; the overview is read again afterwards."""
        if self.busy:
            return

        def in_words(progress: Progress) -> Any:  # a server that is away is no mistake of the program
            with told(self._window.app):
                return work(progress)

        def end(then: Callable[..., object] | None, *found: Any) -> None:
            self._news.work_on(None)
            if then is not None:
                then(*found)
            self.look()

        task = self._window.tasks.run(
            in_words, partial(end, done), partial(end, failed), title=title, slow=True, owner=self, cancelled=partial(end, None)
        )
        self._news.work_on(task)
