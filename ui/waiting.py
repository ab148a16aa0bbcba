"""Work that goes on elsewhere, waited for in place while the window stays alive."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QObject, QTimer, SignalInstance


def wait_for(owner: QObject, finished: SignalInstance, begin: Callable[[], object]) -> bool:
    """Begin something and come back when `finished` tells how it ended: what that says."""
    loop, well = QEventLoop(owner), [False]

    def ended(said: bool) -> None:
        well[0] = said
        loop.quit()

    finished.connect(ended)
    QTimer.singleShot(0, owner, begin)
    loop.exec()
    finished.disconnect(ended)
    return well[0]
