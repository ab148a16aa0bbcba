"""What nobody holds any more is destroyed on the thread of the window."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.collector import Collector


@pytest.fixture
def _as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()


class Circle:
    """Holds itself, and keeps the thread that destroys it."""

    threads: list[threading.Thread] = []  # noqa: RUF012 - of all

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        self.threads.append(threading.current_thread())


@pytest.mark.usefixtures("_as_it_was")
def test_garbage_of_a_worker_is_collected_by_the_window(qtbot: QtBot) -> None:
    Circle.threads.clear()
    gc.collect()
    gc.set_threshold(50, 2, 2)
    parent = QObject()
    Collector(parent).start()
    worker = threading.Thread(target=lambda: [Circle() for _n in range(2000)])
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: len(Circle.threads) == 2000)
    assert set(Circle.threads) == {threading.main_thread()}
