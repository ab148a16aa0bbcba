"""What can be dropped on the paper: a field or a list out of the tree, and picture files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QDropEvent

from ui.designer import edits
from ui.designer.arranging import Box
from ui.designer.places import Place
from ui.designer.surface import Surface

FIELD = "application/x-crm-template-field"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp")


@dataclass(frozen=True)
class Carried:
    """What is being dragged in. kind: `field` (path is what a template calls it), `list`, `picture` (path is a file),
    or the kind of an element."""

    kind: str
    path: str
    label: str = ""
    how: str = ""
    """The kind of the field's value, such as money."""


def packed(carried: Carried) -> QMimeData:
    """As the system carries it."""
    data = QMimeData()
    data.setData(FIELD, json.dumps([carried.kind, carried.path, carried.label, carried.how]).encode("utf-8"))
    return data


def unpacked(data: QMimeData) -> list[Carried]:
    """What came; nothing when it is of no use here."""
    if data.hasFormat(FIELD):
        try:
            parts = json.loads(bytes(data.data(FIELD).data()).decode("utf-8"))
            return [Carried(*map(str, parts))]
        except (ValueError, TypeError):
            return []
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
    return [Carried("picture", str(file), file.name) for file in files if file.suffix.lower() in _PICTURES]


class Drops:
    """Takes what is dropped on a canvas."""

    def __init__(self, canvas: Surface) -> None:
        self._canvas = canvas

    def over(self, event: QDropEvent) -> None:
        """Show where it would go."""
        canvas = self._canvas
        target = self._target(event.position()) if unpacked(event.mimeData()) else None
        canvas.overlay.drop = None
        if target is None:
            event.ignore()
        else:
            place, _x, _y = target
            canvas.page = place.page
            canvas.overlay.drop = Box(0, place.box.y, canvas.pages[place.page].sheet.width, place.box.height)
            event.acceptProposedAction()
        canvas.viewport().update()

    def take(self, event: QDropEvent) -> None:
        """It was let go."""
        canvas = self._canvas
        canvas.overlay.clear()
        target = self._target(event.position())
        if target is not None:
            place, x, y = target
            canvas.page = place.page
            for carried in unpacked(event.mimeData()):
                canvas.dropped.emit(carried, place.id, (x, y))
            event.acceptProposedAction()
            canvas.setFocus()
        canvas.viewport().update()

    def _target(self, point: QPointF) -> tuple[Place, float, float] | None:
        canvas = self._canvas
        if not canvas.pages:
            return None
        page, x, y = canvas.on_page(point)
        place = canvas.band_at(page, y)
        if place is None or not canvas.pages[page].paper.contains(x, y):
            return None
        if not edits.holds_elements(canvas.document.thing(place.id)) and canvas.document.thing(place.id).kind != "table":
            return None
        left = canvas.document.template.page.margins.left
        return place, x - left, y - place.box.y
