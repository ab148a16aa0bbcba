"""A network line between a program and a server of the tests, which can be slow, be cut, or go silent, and which counts round trips.

    with SlowLine(port) as line:
        line.delay = 0.02       # seconds each way half of it
        line.cut()              # both sides hear that the connection is gone
        line.hold()             # nothing passes any more, and nobody is told
        line.trips              # how often a client said something and then heard an answer

A round trip is counted when the direction turns from the server to the client; several statements that travel together are one.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

_PIECE = 65536
_TICK = 0.05


class SlowLine:
    """Listens on a port of its own and passes everything on to the port of the server."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.delay = 0.0
        self.open = True
        self.trips = 0
        self.before_server: Callable[[bytes], bool] | None = None
        """Looks at what a client says before the server gets it; True cuts the line there."""
        self.before_client: Callable[[bytes, bytes], bool] | None = None
        """Looks at what the server answers, and to what, before the client gets it; True cuts the line there."""
        self._held = threading.Event()
        self._pairs: set[_Pair] = set()
        self._ears = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._ears.getsockname()[1]
        self._ending = False
        self._thread = threading.Thread(target=self._serve, name="slow line", daemon=True)

    def __enter__(self) -> SlowLine:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ending = True
        self._thread.join(5)
        self._ears.close()
        self.cut()

    def through(self, url: str) -> str:
        """The address of a database as it is reached over this line."""
        return url.replace(f":{self._server_port}/", f":{self.port}/")

    def cut(self) -> None:
        """Close all connections there are."""
        for pair in tuple(self._pairs):
            pair.close()

    def go_away(self) -> None:
        """The server is gone: connections are closed, and new ones refused."""
        self.open = False
        self.cut()

    def come_back(self) -> None:
        """It is there again."""
        self.open = True
        self._held.clear()

    def hold(self) -> None:
        """Let nothing pass any more; the cable is out."""
        self._held.set()

    @property
    def held(self) -> bool:
        return self._held.is_set()

    def _serve(self) -> None:
        self._ears.settimeout(_TICK)
        while not self._ending:
            with suppress(TimeoutError):
                client, _address = self._ears.accept()
                if not self.open:
                    client.close()
                    continue
                pair = _Pair(self, client, socket.create_connection(("127.0.0.1", self._server_port)))
                self._pairs.add(pair)
                threading.Thread(target=pair.run, name="slow line pair", daemon=True).start()

    def forget(self, pair: _Pair) -> None:
        self._pairs.discard(pair)


class _Pair:
    """One connection of a client, and the one to the server behind it."""

    def __init__(self, line: SlowLine, client: socket.socket, server: socket.socket) -> None:
        self._line, self._client, self._server = line, client, server
        self._asked, self._asking = b"", False
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        for side in (self._client, self._server):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        try:
            self._pass()
        except (OSError, ValueError):
            pass
        finally:
            self._client.close()
            self._server.close()
            self._line.forget(self)

    def _pass(self) -> None:
        waiting: deque[tuple[float, socket.socket, bytes]] = deque()
        with selectors.DefaultSelector() as eyes:
            eyes.register(self._client, selectors.EVENT_READ)
            eyes.register(self._server, selectors.EVENT_READ)
            while True:
                until = max(0.0, waiting[0][0] - time.monotonic()) if waiting else _TICK
                if self._line.held:
                    time.sleep(_TICK)
                    continue
                for key, _events in eyes.select(until):
                    said = key.fileobj.recv(_PIECE)  # type: ignore[union-attr]
                    if not said or self._cut_here(key.fileobj is self._client, said):
                        return
                    other = self._server if key.fileobj is self._client else self._client
                    waiting.append((time.monotonic() + self._line.delay / 2, other, said))
                while waiting and waiting[0][0] <= time.monotonic():
                    _at, other, said = waiting.popleft()
                    other.sendall(said)

    def _cut_here(self, from_client: bool, said: bytes) -> bool:
        line = self._line
        if from_client:
            self._asked = said if not self._asking else self._asked + said
            self._asking = True
            return line.before_server is not None and line.before_server(said)
        if self._asking:
            self._asking = False
            line.trips += 1
        return line.before_client is not None and line.before_client(self._asked, said)
