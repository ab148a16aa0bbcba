"""A dialog that nobody answers would hold a test for ever, since Qt's own loop hears no time limit of pytest.

The watch looks once a second. A dialog that has stood open for a minute is closed, and the test fails with its words.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QWidget

LIMIT = 60.0


@contextmanager
def no_dialog_left_open(limit: float = LIMIT) -> Iterator[None]:
    """AssertionError at the end when a modal dialog had to be closed; limit in seconds."""
    closed: list[str] = []
    seen: tuple[QWidget | None, float] = (None, 0.0)

    def look() -> None:
        nonlocal seen
        dialog = QApplication.activeModalWidget()
        if dialog is not seen[0]:
            seen = (dialog, time.monotonic())
        elif dialog is not None and time.monotonic() - seen[1] > limit:
            closed.append(_words(dialog))
            dialog.done(0) if isinstance(dialog, QDialog) else dialog.close()

    timer = QTimer(interval=min(1000, int(limit * 500)))
    timer.timeout.connect(look)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
    if closed:
        raise AssertionError(f"a dialog was left open: {', '.join(closed)}")


def _words(dialog: QWidget) -> str:
    if isinstance(dialog, QMessageBox):
        return f"{dialog.text()} {dialog.informativeText()}".strip()
    return f"{type(dialog).__name__} {dialog.windowTitle()}: " + " | ".join(label.text() for label in dialog.findChildren(QLabel)[:5])
