"""Files that another program holds: on Windows they can be neither replaced nor removed, often for a moment only.

A virus scanner looks at every file that was just written, a synchronising service at every file that changed, and both
let go soon. Excel keeps a file for as long as it shows it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)
"""Two seconds together: longer than a scanner takes, shorter than a person wonders."""

log = logging.getLogger(__name__)


def replace_patiently(fresh: Path, target: Path) -> None:
    """Let `fresh` take the place of `target`. PermissionError where another program holds one of them for long."""
    _patiently(lambda: fresh.replace(target))


def rename_patiently(fresh: Path, target: Path) -> None:
    """Give `fresh` another name. PermissionError where another program holds it for long."""
    _patiently(lambda: fresh.rename(target))


def unlink_patiently(path: Path) -> None:
    """Remove a file, if it is there. PermissionError where another program holds it for long."""
    _patiently(lambda: path.unlink(missing_ok=True))


def remove_patiently(path: Path) -> bool:
    """Remove what is only litter; says whether it is gone. What stays is logged, not raised."""
    try:
        unlink_patiently(path)
    except OSError as error:
        log.warning("A file stays behind: %s", type(error).__name__)
        return False
    return True


def read_patiently(path: Path) -> bytes:
    """The content of a file. PermissionError where another program holds it for long, FileNotFoundError."""
    found: list[bytes] = []
    _patiently(lambda: found.append(path.read_bytes()))
    return found[0]


def check_writable(path: Path) -> None:
    """Raise PermissionError where `path` exists and may not be written, because another program has it open for example."""
    if path.is_file():
        _patiently(lambda: path.open("r+b").close())


def _patiently(work: Callable[[], object]) -> None:
    for pause in _PAUSES:
        try:
            work()
        except PermissionError:
            time.sleep(pause)
        else:
            return
    work()
