"""The program that `bench_pauses` runs apart: the real window at work, and how long nothing moved in it at worst.

    python pausing.py DATA WORKBOOK

It works on DATA itself, so that is a copy. It prints one JSON object: work → [longest pause, longest own work of the window,
longest pause of an idle loop], in milliseconds. A timer of the event loop that asks to be called every two milliseconds tells
the pauses. Own work is processor time of the window's thread; the idle loop is that of a process that does nothing else meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QTableView

from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import fetch_ids
from ui.app import Program
from ui.list_model import RecordListModel
from ui.main_window import MainWindow
from ui.record_window import RecordWindow
from ui.screens.backups import BackupsScreen
from ui.screens.import_screen import ImportScreen

TICK = 2
TYPED = ("1", "13", "138", "1380", "广", "广州", "gz", "gzhy", "公司", "")
PATIENCE = 1800.0  # seconds


class Watch(QObject):
    """Notices when the event loop does not come round."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.begin()
        self._timer.start()

    def begin(self) -> None:
        """Forget what was seen."""
        self.longest = self.own = 0.0
        self._last = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        pause, own = ((new - old) * 1000 for new, old in zip(now, self._last, strict=True))
        self.longest, self.own, self._last = max(self.longest, pause - TICK), max(self.own, own), now


def wait(milliseconds: int) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def until(holds: Callable[[], bool], what: str) -> None:
    """Let the event loop run until something is so."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"waited in vain for {what}")
        wait(20)


class Walk:
    """The window, and what is done in it."""

    def __init__(self, qt: QApplication, data: Path, workbook: Path) -> None:
        self.program, self._workbook = Program(qt, data, "zh_CN"), workbook
        self.program.start()
        assert isinstance(self.program.window, MainWindow)
        self.window = self.program.window
        self.window.resize(1440, 900)
        self.window.open_list("customers")
        until(lambda: self._list() is not None and self.window.tasks.idle, "the list")
        wait(4000)  # until the start is over

    def _list(self) -> QTableView | None:
        for view in self.window.findChildren(QTableView):
            if isinstance(view.model(), RecordListModel) and view.model().rowCount() and view.isVisible():
                return view
        return None

    def _settle(self) -> None:
        until(lambda: self.window.tasks.idle, "the window to be at rest")

    def scroll(self) -> None:
        """By the wheel for some thousand rows, then by pages."""
        view = self._list()
        assert view is not None
        bar = view.verticalScrollBar()
        for step in [3] * 100 + [25] * 40:
            bar.setValue(bar.value() + step)
            wait(8)
        self._settle()

    def search(self) -> None:
        """As somebody types, one text after the other."""
        edit = self.window.tabs.current.list.search
        for text in TYPED:
            edit.setText(text)
            wait(350)
            self._settle()

    def open(self) -> None:
        """A record, and the screens for imports and backups."""
        (customer,) = fetch_ids(self.window.app, ListQuery("customers"), limit=1)
        self.window.open_screen("backups")
        self._settle()
        self.window.open_screen("import", type="customers")
        self._settle()
        self.window.open_record("customers", customer)
        until(lambda: isinstance(self.window.tabs.current, RecordWindow) and self.window.tasks.idle, "the customer")
        wait(200)

    def save(self) -> None:
        """Change a customer ten times."""
        screen = self.window.tabs.current
        assert isinstance(screen, RecordWindow)
        for turn in range(10):
            screen.editing.draft.values["note"] = f"{turn} {time.time()}"
            screen.editing.edited("note")
            wait(50)
            screen.save()
            until(lambda: not screen.unsaved and self.window.tasks.idle, "the customer to be saved")
            wait(50)

    def bring_in(self) -> None:
        """A workbook of customers, by the screen for it."""
        self.window.open_screen("import", type="customers", path=str(self._workbook))
        screen = self.window.tabs.current
        assert isinstance(screen, ImportScreen)
        until(lambda: screen.look is not None and screen.task is None, "the workbook to be read")
        screen.try_out()
        until(lambda: screen.plan is not None and screen.task is None, "the plan")
        screen.run(backup=False)
        until(lambda: screen.result is not None and screen.task is None, "the import")
        wait(500)

    def back_up(self) -> None:
        """By the button for it."""
        self.window.open_screen("backups")
        screen = self.window.tabs.current
        assert isinstance(screen, BackupsScreen)
        until(lambda: screen.now.isEnabled(), "the button of the backup")
        screen.now.click()
        until(lambda: bool(screen.table.items.rows) and self.window.tasks.idle, "the backup")


def idle() -> None:
    """What this machine alone keeps an event loop from: the longest pause since the last line of input, for each line."""
    qt, watch = QApplication([]), Watch()

    def answer() -> None:
        for _line in sys.stdin:
            print(watch.longest, flush=True)
            watch.longest = 0.0
        os._exit(0)

    threading.Thread(target=answer, daemon=True).start()
    qt.exec()


def main() -> None:
    """Walk and tell."""
    qt = QApplication([])
    other = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdin is not None and other.stdout is not None
    walk, watch = Walk(qt, Path(sys.argv[1]), Path(sys.argv[2])), Watch()
    found = {}
    for work in (walk.scroll, walk.search, walk.open, walk.save, walk.bring_in, walk.back_up):
        wait(200)
        other.stdin.write("\n")
        other.stdin.flush()
        other.stdout.readline()
        watch.begin()
        work()
        seen = watch.longest, watch.own
        other.stdin.write("\n")
        other.stdin.flush()
        found[work.__name__] = [*seen, float(other.stdout.readline())]
        print(work.__name__, found[work.__name__], file=sys.stderr, flush=True)
    print(json.dumps(found), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main() if len(sys.argv) > 1 else idle()
