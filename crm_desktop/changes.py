"""Which records changed, told to whoever shows them: screens refresh from this and not from themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """What one commit changed. ids empty: many or unknown, reload everything of the type."""

    type: str
    ids: frozenset[int] = frozenset()
    who: str = ""
    origin: str = ""  # the screen that asked for it, so that it can leave itself out
    elsewhere: bool = False  # another program did it


class Changes:
    """A list of listeners. They are called in the thread that saved; the window hands over to its own thread."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` for every change from now on; the answer stops it again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, change: Change) -> None:
        """Tell everybody. A listener that fails is logged and does not undo what is already committed."""
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:
                log.exception("a listener failed")
