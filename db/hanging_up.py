"""Letting go of a server that does not answer any more, on behalf of every thread that waits for it.

A driver waits for an answer for ever. Shutting its socket wakes whoever waits on Linux, but Windows tells nobody; so each line also
looks, ten times a second while it waits, whether somebody hung up.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary, ref


class Lines:
    """The connections of one engine to a server, as long as they live."""

    def __init__(self) -> None:
        self._hung_up: WeakKeyDictionary[Any, threading.Event] = WeakKeyDictionary()

    def add(self, line: Any, fault: type[Exception]) -> None:
        """Let this connection heed `hang_up`, and then raise a fault of this class."""
        hung_up = self._hung_up[line] = threading.Event()
        itself, wait = ref(line), type(line).wait  # no strong reference: a line must not keep itself alive

        def heed(answer: Generator[Any, Any, Any], *args: Any, **options: Any) -> Any:
            return wait(itself(), _until(hung_up, itself(), answer, fault), *args, **options)

        line.wait = heed

    def hang_up(self) -> None:
        """Whoever waits for a server on one of them, on whatever thread, is let go."""
        for line, hung_up in tuple(self._hung_up.items()):
            hung_up.set()
            try:
                ear = socket.fromfd(line.fileno(), socket.AF_INET, socket.SOCK_STREAM)
            except Exception:  # noqa: BLE001 - it is closed already
                continue
            with ear, suppress(OSError):
                ear.shutdown(socket.SHUT_RDWR)


def _until(hung_up: threading.Event, line: Any, answer: Generator[Any, Any, Any], fault: type[Exception]) -> Generator[Any, Any, Any]:
    """What the driver waits for, until somebody hangs up. The driver asks ten times a second for what to wait for."""
    try:
        wanted = next(answer)
        while True:
            ready = yield wanted
            if hung_up.is_set():
                line.pgconn.finish()  # this thread is the one that uses it
                raise fault("somebody hung up: the server did not answer")
            wanted = answer.send(ready)
    except StopIteration as end:
        return end.value
