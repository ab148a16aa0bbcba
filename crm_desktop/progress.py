"""What slow work says of itself while it runs, and how it is told to stop.

Work is a plain function. Where it takes long it takes a `Progress`, reports to it and asks it between two steps whether
to go on. The window, the command line and the tests each bring their own; the work knows none of them.
"""

from __future__ import annotations

from typing import Protocol

from crm_desktop.errors import Cancelled

__all__ = ["Cancelled", "Progress", "Unwatched"]


class Progress(Protocol):
    """Told by the work, shown by whoever started it."""

    @property
    def cancel(self) -> bool:
        """True once the work should stop."""

    def report(self, done: int, total: int | None = None, text: str = "") -> None:
        """`done` of `total` steps are finished (None: nobody knows how many there are); `text` says what goes on."""

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if the work should stop."""


class Unwatched:
    """Progress nobody looks at and nobody stops: for commands without a terminal, and for short work."""

    cancel = False

    def report(self, done: int, total: int | None = None, text: str = "") -> None:
        """Nobody looks."""

    def check_cancelled(self) -> None:
        """Nobody stops it."""
