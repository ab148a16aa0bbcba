"""The desk: pages as they will be printed, with handles above them.

Only handles, frames and guides are drawn here, in one go, so that dragging stays smooth however much stands on the page.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)

from crm_desktop.words import _
from ui.designer import gestures
from ui.designer.arranging import Box
from ui.designer.document import Document
from ui.designer.drawer import Drawer
from ui.designer.dropping import Drops
from ui.designer.guides import Guides
from ui.designer.overlay import Overlay
from ui.designer.pages import GUTTER, ZOOMS, Pages
from ui.designer.places import Drawn, Place

__all__ = ["GUTTER", "ZOOMS", "Canvas"]


class Canvas(Pages):
    """Shows a document and lets hands move what stands on it."""

    edit_wanted = Signal(str)
    menu_wanted = Signal(QPoint)
    key_pressed = Signal(QKeyEvent)
    pointed = Signal(object)
    """Where the mouse is on the page: (x, y) in millimetres, None off the page."""
    dropped = Signal(object, str, object)
    """What was dropped (a `Carried`), the band, and the place in it as (x, y)."""

    def __init__(self, document: Document, drawer: Drawer) -> None:
        self.document = document
        self.guides = Guides()
        self.grid, self.snap, self.frames, self.show_grid = 1.0, True, False, False
        self.moving: dict[str, Box] = {}
        """Boxes (on the page) of what is being moved, or was moved and is not drawn anew yet."""
        self.hover = ""
        self.gesture: gestures.Gesture | None = None
        super().__init__(drawer)
        self._overlay = Overlay(self)
        self._drops = Drops(self)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Paper"))
        self.setAccessibleDescription(_("Tab goes from one element to the next, the arrow keys move it."))
        document.selected.connect(self._selection_changed)
        document.changed.connect(self.moving.clear)

    def show_drawn(self, drawn: Drawn) -> None:
        """A new drawing: what was moved by hand stands where it is drawn now."""
        if self.gesture is None and self.drawer.idle:
            self.moving.clear()
            self._overlay.clear()
        super().show_drawn(drawn)

    # Where things stand

    def place(self, id_: str) -> Place | None:
        """Where a thing stands: on the page worked on, else first."""
        if found := self.drawn.place(id_):
            if found.page != self.page:
                here = (place for place in self.drawn.places if place.id == id_ and place.page == self.page)
                return next(here, found)
            return found
        return None

    def box(self, id_: str) -> Box | None:
        """Its box on its page, where it was moved to if it is not drawn yet."""
        if id_ in self.moving:
            return self.moving[id_]
        place = self.place(id_)
        return place.box if place else None

    def boxes(self, ids: Iterable[str] | None = None) -> dict[str, Box]:
        """The boxes of the selected elements."""
        wanted = self.document.elements if ids is None else ids
        return {id_: box for id_ in wanted if (box := self.box(id_)) is not None}

    def element_at(self, page: int, x: float, y: float) -> str:
        """The element on top at a point of a page; "" for none. A line is as thick as a finger."""
        slack = 3 / self._scale
        found = ""
        for place in self.drawn.places:
            if place.page == page and place.kind == "element" and place.id in self.document.spots:
                box = self.moving.get(place.id, place.box)
                thin = slack if min(box.width, box.height) < 2 * slack else 0.0
                if box.contains(x, y, thin):
                    found = self._smaller(found, place.id, box)
        return found

    def _smaller(self, before: str, now: str, box: Box) -> str:
        """A frame around others does not hide them: what lies above counts, unless it is a rectangle around the other."""
        if not before:
            return now
        old = self.box(before)
        frame = getattr(self.document.thing(now), "kind", "") == "rectangle"
        return before if frame and old is not None and old.width * old.height < box.width * box.height else now

    def column_at(self, page: int, x: float, y: float) -> str:
        """The column of a table at a point."""
        for place in self.drawn.places:
            if place.page == page and place.kind == "column" and place.box.contains(x, y):
                return place.id
        return ""

    def band_at(self, page: int, y: float) -> Place | None:
        """The band at a height of a page."""
        for place in self.drawn.places:
            here = place.page == page and place.kind == "band" and place.id in self.document.spots
            if here and place.box.y - 0.01 <= y <= place.box.bottom + 0.01:
                return place
        return None

    def reveal(self, id_: str) -> None:
        """Select something and bring it into sight."""
        self.document.select([id_])
        if place := self.place(id_):
            self.show_box(place.page, place.box)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.RightButton:
            gestures.pick_for_menu(self, event.position())
            return
        self.gesture = gestures.begin(self, event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        page, x, y = self.on_page(event.position())
        self.pointed.emit((x, y) if self.pages and self.pages[page].paper.contains(x, y) else None)
        if self.gesture is not None:
            self.gesture.move(event.position(), event.modifiers())
        else:
            gestures.hover(self, event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.end(event.position(), event.modifiers())
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        page, x, y = self.on_page(event.position())
        if found := self.element_at(page, x, y) or self.column_at(page, x, y):
            self.document.select([found])
            self.edit_wanted.emit(found)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def cancel_gesture(self) -> bool:
        """Esc while dragging: everything stays where it was."""
        if self.gesture is None:
            return False
        self.gesture = None
        self.moving.clear()
        self._overlay.clear()
        self.viewport().update()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.cancel_gesture():
            return
        event.ignore()
        self.key_pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks over the elements; past the last one it leaves the paper."""
        order = [p.id for p in self.drawn.places if p.kind == "element" and p is self.drawn.place(p.id)]
        now = self.document.selection[-1] if self.document.selection else ""
        at = order.index(now) + (1 if forward else -1) if now in order else (0 if forward else len(order) - 1)
        if not 0 <= at < len(order):
            self.document.select([])
            return super().focusNextPrevChild(forward)
        self.reveal(order[at])
        return True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.over(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.over(event)

    def dragLeaveEvent(self, event: object) -> None:
        self._overlay.clear()
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.take(event)

    # Painting

    @property
    def overlay(self) -> Overlay:
        """What is drawn above the pages."""
        return self._overlay

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        self._overlay.paint(painter)
        painter.restore()

    def _selection_changed(self) -> None:
        names = [self.document.thing(i) for i in self.document.selection[-1:]]
        self.setAccessibleDescription(", ".join(f"{getattr(n, 'kind', '')} {n.id}" for n in names))
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(900, 700)
