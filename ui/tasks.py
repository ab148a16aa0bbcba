"""The only way work leaves the GUI thread, and the only way its answer comes back.

The window never waits for a database, a file or a printer: it hands a plain function to `Tasks.run` and gets the answer
later, on its own thread. Quick work and slow work have threads of their own, so an import never holds up a search.
"""

from __future__ import annotations

import inspect
import logging
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from crm_desktop.progress import Cancelled

_log = logging.getLogger(__name__)
_QUICK_THREADS, _SLOW_THREADS = 4, 2
_TURN = 0.0005  # seconds a busy worker keeps the interpreter while the window wants it; Python's 5 ms made scrolling stutter
_BETWEEN_REPORTS = 0.05  # seconds: more often than the eye can follow only costs time


class Task:
    """One piece of work under way: its progress as the work sees it, its handle as the window sees it."""

    def __init__(self, title: str, told: Callable[[], None]) -> None:
        self.title, self.cancel = title, False
        self.done, self.total, self.text = 0, None, ""  # type: int, int | None, str
        self._told, self._last_told = told, 0.0

    @property
    def percent(self) -> int | None:
        """How far it is; None where nobody knows the end."""
        return min(100, self.done * 100 // self.total) if self.total else None

    def stop(self) -> None:
        """Ask the work to stop at its next step; a task that has not begun never begins."""
        self.cancel = True

    def report(self, done: int, total: int | None = None, text: str = "") -> None:
        self.done, self.total, self.text = done, total, text or self.text
        now = time.monotonic()
        if now - self._last_told >= _BETWEEN_REPORTS or done == total:
            self._last_told = now
            self._told()

    def check_cancelled(self) -> None:
        if self.cancel:
            raise Cancelled


class Tasks(QObject):
    """Runs work on a few threads and delivers every answer on the GUI thread."""

    changed = Signal()
    """The slow work under way, or how far it is, has changed: look at `under_way`."""
    _finished = Signal(object)

    def __init__(self, failed: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        """`failed` is told of every error whose starter did not ask for it."""
        super().__init__(parent)
        self._failed, self._closed = failed, False
        sys.setswitchinterval(_TURN)
        self._quick = ThreadPoolExecutor(_QUICK_THREADS, "quick")
        self._slow = ThreadPoolExecutor(_SLOW_THREADS, "slow")
        self._running: set[_Job] = set()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def under_way(self) -> list[Task]:
        """The slow work not finished yet, oldest first: what the status bar shows."""
        return [job.task for job in sorted(self._running, key=lambda job: job.started) if job.slow]

    @property
    def closed(self) -> bool:
        """Whether the window is closing: no more work is taken."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Whether nothing runs and no answer is waiting."""
        return not self._running

    def run(
        self,
        work: Callable[..., Any],
        done: Callable[[Any], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
        *,
        title: str = "",
        slow: bool = False,
        owner: QObject | None = None,
        cancelled: Callable[[], None] | None = None,
    ) -> Task:
        """Do `work` on another thread, then call `done` with its answer, or `failed` with its error, on the GUI thread.

        Work that has one parameter without a default gets a `Progress`. `slow` work is shown in the status bar under
        `title`, with a button that cancels it. The answer is dropped when `owner` (by default the widget whose method
        `done` is) is gone by then. Work that was stopped calls neither `done` nor `failed`, but `cancelled`.
        """
        task = Task(title, self.changed.emit)
        if self._closed:  # a timer of a screen may still fire while the window goes
            task.stop()
            return task
        job = _Job(task, work, done, failed or self._failed, cancelled, owner or _owner_of(done), slow)
        self._running.add(job)
        (self._slow if slow else self._quick).submit(self._do, job)
        if slow:
            self.changed.emit()
        return task

    def close(self) -> None:
        """Stop what can be stopped, wait for the rest, drop the answers."""
        self._closed = True
        for job in list(self._running):
            job.task.stop()
        self._quick.shutdown(wait=True)
        self._slow.shutdown(wait=True)
        self._running.clear()

    def _do(self, job: _Job) -> None:
        try:
            job.task.check_cancelled()
            job.answer = job.work(job.task) if _takes_progress(job.work) else job.work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the GUI thread must hear of it
            job.error = error
        if shiboken6.isValid(self):
            self._finished.emit(job)

    @Slot(object)
    def _deliver(self, job: _Job) -> None:
        self._running.discard(job)
        if job.slow:
            self.changed.emit()
        if self._closed or (job.owner is not None and not shiboken6.isValid(job.owner)):
            return
        if isinstance(job.error, Cancelled) or (job.error and job.task.cancel):
            if job.cancelled:
                job.cancelled()
        elif job.error:
            job.failed(job.error)
        elif job.done:
            job.done(job.answer)


class _Job:
    """What `run` was given, and what came of it."""

    def __init__(
        self,
        task: Task,
        work: Callable[..., Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[BaseException], None],
        cancelled: Callable[[], None] | None,
        owner: QObject | None,
        slow: bool,
    ) -> None:
        self.task, self.work, self.done, self.failed, self.cancelled = task, work, done, failed, cancelled
        self.owner, self.slow, self.started = owner, slow, time.monotonic()
        self.answer: Any = None
        self.error: BaseException | None = None


def _owner_of(done: Callable[[Any], None] | None) -> QObject | None:
    while isinstance(done, partial):
        done = done.func
    owner = getattr(done, "__self__", None)
    return owner if isinstance(owner, QObject) else None


def _takes_progress(work: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(work).parameters.values()
    except (TypeError, ValueError):  # some functions written in C do not tell
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.kind in positional and p.default is inspect.Parameter.empty for p in parameters)
