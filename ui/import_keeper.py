"""Imports what is dropped into watched folders while the window is open, with the rights of whoever is at work.

A file that comes is told of by the system, on shared folders of other PCs by looking now and then. One at a time is imported, in the
background, and a short notice says what came of it. What the person at work may not import waits for somebody who may.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from crm_desktop.application import Application
from crm_desktop.errors import Away, NotSaved, Told
from crm_desktop.exchange.dropping import Settling, give_back_left, is_table, mark_of
from crm_desktop.exchange.watched_settings import Watched, watched_folders
from crm_desktop.progress import Progress
from crm_desktop.settings import IMPORT_FOLDERS, Settings
from crm_desktop.words import _
from ui.backup_before import IMPORT, keep_before
from ui.backup_watch import FolderWatch
from ui.list_output import open_file
from ui.main_window import MainWindow
from ui.screens.import_file import counts_words

log = logging.getLogger(__name__)
_EVERY = 10_000  # milliseconds between two looks where no system tells of what comes
_SOON = 1_000  # the same while a file is there that was not whole yet
_AGAIN = 60  # seconds until what could not begin is tried again
_Mark = tuple[Path, tuple[int, int] | None]


class ImportKeeper(QObject):
    """Watches over the folders of one window."""

    changed = Signal()
    """A file was imported, or could not be."""

    def __init__(self, window: MainWindow, settling: Settling | None = None) -> None:
        super().__init__(window)
        self._window, self._settling = window, settling or Settling()
        self._busy = False
        self._left: dict[_Mark, float] = {}  # files that stayed where they are, and when they are tried again
        self._told: set[str] = set()  # folders that cannot be imported from: told once
        self._timer = QTimer(self, interval=_EVERY)
        self._timer.timeout.connect(self.look)
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self.look)
        self._watch = FolderWatch(window.tasks, self, is_table, _EVERY / 1000)
        self._watch.changed.connect(self.look)
        window.closed.connect(self._watch.close)
        window.closed.connect(window.settings.listen(self._set))
        self.begin()

    def begin(self) -> None:
        """Watch what is to be watched by now."""
        folders = [w.path for w in watched_folders(self._window.settings) if w.active]
        self._left.clear()
        self._told.clear()
        self._watch.follow(folders)
        if folders:
            self._timer.start()
            self.look()
        else:
            self._timer.stop()
            self._soon.stop()

    def look(self) -> None:
        """See whether there is a file to import."""
        app, now = self._window.app, time.monotonic()
        folders = [w for w in watched_folders(self._window.settings) if w.active and app.actor.may(f"{w.type}.import")]
        if self._busy or not folders or self._window.tasks.closed or app.read_only or (app.watch is not None and app.watch.away):
            return
        self._busy = True
        self._left = {mark: until for mark, until in self._left.items() if until > now}
        work = partial(_ready, self._settling, folders, frozenset(self._left))
        self._window.tasks.run(work, self._seen, self._unseen, owner=self)

    def _set(self, names: frozenset[str]) -> None:
        if IMPORT_FOLDERS.name in names:
            self.begin()

    def _unseen(self, error: BaseException) -> None:
        self._busy = False
        log.warning("The watched folders cannot be looked at: %s", type(error).__name__)

    def _seen(self, found: tuple[Sequence[tuple[Watched, Path]], bool]) -> None:
        self._busy = False
        ready, growing = found
        if ready:
            self._import(*ready[0])
        elif growing:
            self._soon.start()

    # One file

    def _import(self, watched: Watched, path: Path) -> None:
        window, mark = self._window, (path, mark_of(path))
        self._busy = True
        window.tasks.run(
            partial(_bring_in, window.app, window.settings, watched, path),
            partial(self._imported, mark),
            partial(self._not_imported, watched, mark),
            title=_("Importing {name}").format(name=path.name),
            slow=True,
            owner=self,
            cancelled=partial(self._leave, mark, math.inf),
        )

    def _imported(self, mark: _Mark, told: Any) -> None:
        if told is None:  # taken by another PC, or open in another program
            self._leave(mark, _EVERY / 1000)
            return
        self._say(told)
        self._leave(mark, 0 if told.report is not None else math.inf)

    def _not_imported(self, watched: Watched, mark: _Mark, error: BaseException) -> None:
        away = isinstance(error, Away | NotSaved)
        if not isinstance(error, Told):
            self._window.notices.error(error)
        elif not away and watched.id not in self._told:  # the mapping is gone, or the right to import
            self._told.add(watched.id)
            words = _("Nothing is imported from “{folder}”: {problem}").format(folder=watched.path.name, problem=error.message)
            self._window.notices.say(words, _("Show"), partial(self._window.open_screen, "import"), "warning")
        self._leave(mark, _AGAIN if isinstance(error, Told) else math.inf)

    def _leave(self, mark: _Mark, seconds: float) -> None:
        """Go on with the next file; this one waits, if it is still there."""
        self._busy = False
        self._left[mark] = time.monotonic() + seconds
        self.changed.emit()
        self.look()

    def _say(self, told: Any) -> None:
        window, what = self._window, _(self._window.app.type(told.type).plural)
        show = partial(open_file, told.report) if told.report is not None else partial(window.open_screen, "import")
        if told.ok:
            words = _("{name} was imported: {things}, {counts}")
            counts = counts_words(told.created, told.changed)
            show = partial(window.open_list, told.type)
            window.notices.say(words.format(name=told.file, things=what, counts=counts), _("Show"), show, "checkmark_circle")
        elif told.created or told.changed:
            words = _("{name} was imported but for {count} wrong rows")
            window.notices.say(words.format(name=told.file, count=f"{told.wrong:,}"), _("Report"), show, "warning")
        else:
            words = _("{name} could not be imported: {problem}")
            problem = told.words.partition("\n")[0]
            window.notices.say(words.format(name=told.file, problem=problem), _("Report"), show, "warning")


def _ready(settling: Settling, folders: Sequence[Watched], left: frozenset[_Mark]) -> tuple[list[tuple[Watched, Path]], bool]:
    """What can be imported, and whether there is more that is not whole yet. On a worker: another PC may take its time to answer."""
    ready: list[tuple[Watched, Path]] = []
    growing = False
    for watched in folders:
        give_back_left(watched.path)
        whole, others = settling.look(watched.path)
        ready += [(watched, path) for path in whole if (path, mark_of(path)) not in left]
        growing |= bool(others)
    return ready, growing


def _bring_in(app: Application, settings: Settings, watched: Watched, path: Path, progress: Progress) -> Any:
    """Import a file, on a worker: gives what became of it, None where another PC was quicker. Raises Told, Cancelled."""
    recipe = watched.recipe(app)
    before = partial(_keep, app, settings, progress)
    importing: Any = import_module("crm_desktop.exchange.watched_folder")
    return importing.bring_in_dropped(app, path, recipe, before, progress)


def _keep(app: Application, settings: Settings, progress: Progress, count: int) -> None:
    keep_before(app, settings, IMPORT, count, progress)
