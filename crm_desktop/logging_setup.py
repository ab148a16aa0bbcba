"""The log file: what the program did and what went wrong, for whoever helps later.

Nothing of the company's data is written at INFO or above; names of record types, counts and durations are. Writing
happens on a thread of its own, so a slow disk never holds up the window.
"""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import platform
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import crm_desktop

LOG_NAME = "crm-desktop.log"
CRASH_NAME = "crash.log"
_SIZE, _KEPT = 2_000_000, 5
_AGAIN = 60.0  # seconds until a file that another window holds is tried again
_FORM = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
log = logging.getLogger(__name__)


class SharedLogFile(logging.handlers.RotatingFileHandler):
    """A log file that several windows of one data folder write to.

    On Windows a file cannot be renamed while another window has it open: logging goes on in the file as it is, and it is
    put aside as soon as that can be done. Elsewhere it can be renamed under the other's hands, who must follow then.
    """

    _not_before = 0.0

    def shouldRollover(self, record: logging.LogRecord) -> bool:
        """Whether the file is full and may be put aside."""
        if self._was_put_aside():
            self._let_go()
        return time.monotonic() >= self._not_before and bool(super().shouldRollover(record))

    def doRollover(self) -> None:
        """Put the file aside and let the older ones move up; where somebody holds one of them, later."""
        self._let_go()
        current, aside = Path(self.baseFilename), Path(f"{self.baseFilename}.{os.getpid()}")
        try:
            current.rename(aside)  # before any older one moves: each try that fails later would drop the oldest
        except OSError:
            self._not_before = time.monotonic() + _AGAIN
            return
        try:
            for number in range(self.backupCount - 1, 0, -1):
                with suppress(FileNotFoundError):
                    Path(f"{self.baseFilename}.{number}").replace(f"{self.baseFilename}.{number + 1}")
            aside.replace(f"{self.baseFilename}.1")
        except OSError:
            self._not_before = time.monotonic() + _AGAIN
            with suppress(OSError):
                aside.rename(current)

    def _was_put_aside(self) -> bool:
        """Whether another window has put the file aside that this one writes to; on Windows it cannot."""
        if self.stream is None or sys.platform == "win32":
            return False
        try:
            return not os.path.samestat(os.fstat(self.stream.fileno()), Path(self.baseFilename).stat())
        except FileNotFoundError:
            return True

    def _let_go(self) -> None:
        if self.stream:
            self.stream.close()
        self.stream = None  # it is opened again when there is something to write


class Logging:
    """The running log of one data folder; close it last."""

    def __init__(self, folder: Path, level: int = logging.INFO) -> None:
        """Write into `folder`, making it where needed. A folder that cannot be written to leaves the program without a
        log rather than without a start."""
        self.folder: Path | None = folder
        self._handlers: list[logging.Handler] = []
        self._listener: logging.handlers.QueueListener | None = None
        self._crash_file = None
        root = logging.getLogger()
        root.setLevel(level)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = SharedLogFile(folder / LOG_NAME, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True)
            self._crash_file = (folder / CRASH_NAME).open("a", encoding="utf-8")
        except OSError as error:
            self.folder = None
            log.warning("No log file: %s", error.strerror)
            return
        file.setFormatter(logging.Formatter(_FORM))
        waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        feeder = logging.handlers.QueueHandler(waiting)
        self._listener = logging.handlers.QueueListener(waiting, file)
        self._listener.start()
        root.addHandler(feeder)
        self._handlers = [feeder, file]
        faulthandler.enable(self._crash_file)
        python, system = platform.python_version(), platform.system()
        log.info("CRM Desktop %s on Python %s, %s", crm_desktop.__version__, python, system)

    def close(self) -> None:
        """Write what is waiting and let go of the files."""
        if self._listener:
            self._listener.stop()
            self._listener = None
        for handler in self._handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
        self._handlers.clear()
        if self._crash_file:
            faulthandler.disable()
            self._crash_file.close()
            self._crash_file = None


@contextmanager
def log_of_command(folder: Path) -> Iterator[None]:
    """Let a command write into the running log in `folder`, where there is one, instead of between its own words."""
    handler: logging.Handler = logging.NullHandler()
    if folder.is_dir():
        handler = SharedLogFile(folder / LOG_NAME, maxBytes=_SIZE, backupCount=_KEPT, encoding="utf-8", delay=True)
        handler.setFormatter(logging.Formatter(_FORM))
        handler.handleError = lambda record: None  # type: ignore[method-assign]  # a full disk: the command tells of it itself
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def watch_uncaught(tell: Callable[[BaseException], None] | None = None) -> None:
    """Log every exception nobody caught, on any thread, and `tell` of it, beside Python's own way of dealing with it."""
    before, thread_before = sys.excepthook, threading.excepthook

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.critical("Not caught", exc_info=(kind, error, trace))
            if tell:
                tell(error)
        before(kind, error, trace)

    def uncaught_in_thread(hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None:
            log.critical("Not caught in a thread", exc_info=(hook.exc_type, hook.exc_value, hook.exc_traceback))
            if tell:
                tell(hook.exc_value)
        thread_before(hook)

    sys.excepthook, threading.excepthook = uncaught, uncaught_in_thread
