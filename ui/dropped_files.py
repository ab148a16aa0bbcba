"""A table from another program, dropped anywhere on the window, begins an import."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from crm_desktop.exchange.endings import READABLE
from ui.shell import Shell


def dropped_table(data: QMimeData) -> Path | None:
    """The file among what is dragged that an import can read; None when there is none."""
    paths = (Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())
    return next((p for p in paths if p.suffix.casefold() in READABLE), None)


class DropToImport(QObject):
    """Watches the window for files that no part of it takes for itself."""

    def __init__(self, window: QWidget, shell: Shell) -> None:
        super().__init__(window)
        self._shell = shell
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent):  # a drag enter event is a drop event as well
            if dropped_table(event.mimeData()) is not None:
                event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            path = dropped_table(event.mimeData())
            if path is not None:
                event.acceptProposedAction()
                self._shell.open_screen("import", path=str(path))
            return True
        return False
