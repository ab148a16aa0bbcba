"""Work on a hundred thousand records makes nothing that refers to itself, but Python looks through all of it again and again for such
things: a tenth to a quarter of the time, in which the window stands still as well.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_looking_for_circles() -> Iterator[None]:
    """Inside, memory is given back as usual, but circles are not looked for. Whoever finds it switched off leaves it so."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
