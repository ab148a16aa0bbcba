"""Work leaves the GUI thread and its answer comes back, once, to whoever is still there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from crm_desktop.progress import Progress
from ui.tasks import Tasks


class Listener(QObject):
    """Keeps what it is told, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []
        self.threads: list[QThread] = []

    def done(self, answer: object) -> None:
        self.answers.append(answer)
        self.threads.append(QThread.currentThread())


@pytest.fixture
def errors() -> list[BaseException]:
    return []


@pytest.fixture
def tasks(qtbot: QtBot, errors: list[BaseException]) -> Iterator[Tasks]:
    made = Tasks(errors.append)
    yield made
    made.close()


def test_work_runs_elsewhere_and_the_answer_arrives_here(qtbot: QtBot, tasks: Tasks) -> None:
    listener = Listener()
    tasks.run(threading.current_thread, listener.done)
    qtbot.waitUntil(lambda: bool(listener.answers))
    assert listener.answers[0] is not threading.main_thread()
    assert listener.threads == [QThread.currentThread()]


def test_an_error_goes_to_its_own_listener_or_to_the_common_one(
    qtbot: QtBot, tasks: Tasks, errors: list[BaseException]
) -> None:
    own: list[BaseException] = []
    tasks.run(lambda: 1 / 0, failed=own.append)
    tasks.run(lambda: [][1])
    qtbot.waitUntil(lambda: bool(own and errors))
    assert [type(e) for e in own + errors] == [ZeroDivisionError, IndexError]


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_answer_for_a_widget_that_is_gone_is_dropped(
    qtbot: QtBot, tasks: Tasks, errors: list[BaseException], wrapped: bool
) -> None:
    listener, go = Listener(), threading.Event()
    answers = listener.answers
    tasks.run(lambda: go.wait(5), partial(listener.done) if wrapped else listener.done)
    listener.deleteLater()
    qtbot.wait(20)
    go.set()
    qtbot.waitUntil(lambda: tasks.idle)
    assert (answers, errors) == ([], [])


def test_slow_work_shows_how_far_it_is_and_stops_when_asked(qtbot: QtBot, tasks: Tasks) -> None:
    told: list[str] = []
    halfway = threading.Event()

    def work(progress: Progress) -> None:
        progress.report(1, 2, "products.xlsx")
        halfway.set()
        while True:
            progress.check_cancelled()

    task = tasks.run(
        work, lambda _a: told.append("done"), title="Import", slow=True, cancelled=lambda: told.append("stopped")
    )
    qtbot.waitUntil(halfway.is_set)
    assert [(t.title, t.percent, t.text) for t in tasks.under_way] == [("Import", 50, "products.xlsx")]
    task.stop()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["stopped"]
    assert tasks.under_way == []


def test_slow_work_does_not_hold_up_quick_work(qtbot: QtBot, tasks: Tasks) -> None:
    go, listener = threading.Event(), Listener()
    for _number in range(6):
        tasks.run(lambda: go.wait(10), slow=True)
    tasks.run(lambda: "quick", listener.done)
    qtbot.waitUntil(lambda: listener.answers == ["quick"])
    go.set()


def test_closing_waits_for_what_runs_and_never_begins_the_rest(qtbot: QtBot) -> None:
    tasks, ran = Tasks(lambda error: None), []
    begun, go = threading.Event(), threading.Event()

    def first() -> None:
        begun.set()
        go.wait(5)
        ran.append("first")

    tasks.run(first, slow=True)
    begun.wait(5)
    tasks.run(lambda: go.wait(5), slow=True)
    tasks.run(lambda: ran.append("never"), slow=True)
    threading.Timer(0.1, go.set).start()
    tasks.close()
    assert ran == ["first"]
    assert tasks.run(lambda: ran.append("too late")).cancel
    qtbot.wait(20)
    assert ran == ["first"]
