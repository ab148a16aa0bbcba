"""The desk: pages as they will be printed, with handles above them. A scene unit is a millimetre.

What stands on the pages is the picture the engine made. Only handles, frames and guides are drawn here, in one go, so that
dragging stays smooth however much stands on the page.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from crm_desktop.words import _
from ui import theme
from ui.designer import gestures
from ui.designer.arranging import Box
from ui.designer.document import Document
from ui.designer.drawer import Drawer
from ui.designer.dropping import Drops
from ui.designer.guides import Guides
from ui.designer.overlay import Overlay
from ui.designer.page_item import PageItem
from ui.designer.places import EMPTY, Drawn, Place

GUTTER = 104  # pixels beside the page, for the names of bands
_BETWEEN = 9.0  # millimetres between two pages
ZOOMS = (25, 400)  # percent


class Canvas(QGraphicsView):
    """Shows a document and lets hands move what stands on it."""

    zoomed = Signal(float)
    moved = Signal()
    """The pages lie elsewhere in the window: rulers follow."""
    edit_wanted = Signal(str)
    menu_wanted = Signal(QPoint)
    key_pressed = Signal(QKeyEvent)
    pointed = Signal(object)
    """Where the mouse is on the page: (x, y) in millimetres, None off the page."""
    dropped = Signal(object, str, object)
    """What was dropped (a `Carried`), the band, and the place in it as (x, y)."""

    def __init__(self, document: Document, drawer: Drawer) -> None:
        super().__init__()
        self.document, self.drawer = document, drawer
        self.drawn: Drawn = EMPTY
        self.pages: list[PageItem] = []
        self.guides = Guides()
        self.grid, self.snap, self.frames, self.show_grid = 1.0, True, False, False
        self.page = 0
        """The page worked on: where the last thing was clicked."""
        self.moving: dict[str, Box] = {}
        """Boxes (on the page) of what is being moved, or was moved and is not drawn anew yet."""
        self.hover = ""
        self.gesture: gestures.Gesture | None = None
        self._overlay = Overlay(self)
        self._drops = Drops(self)
        self._scale = 96 / 25.4
        self._first = True
        self._set_up()
        document.selected.connect(self._selection_changed)
        document.changed.connect(self.moving.clear)
        drawer.drawn.connect(self.show_drawn)
        drawer.pictured.connect(self._picture_came)

    def _set_up(self) -> None:
        self.setScene(QGraphicsScene(self))
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Paper"))
        self.setAccessibleDescription(_("Tab goes from one element to the next, the arrow keys move it."))
        self.horizontalScrollBar().valueChanged.connect(lambda _at: self._scrolled())
        self.verticalScrollBar().valueChanged.connect(lambda _at: self._scrolled())
        self._apply_zoom()

    # Pages

    def show_drawn(self, drawn: Drawn) -> None:
        """A new drawing: its pages, and where everything stands now."""
        self.drawn = drawn
        if self.gesture is None and self.drawer.idle:
            self.moving.clear()
            self._overlay.clear()
        while len(self.pages) > len(drawn.sheets):
            self.scene().removeItem(self.pages.pop())
        top = 0.0
        for number, sheet in enumerate(drawn.sheets):
            if number >= len(self.pages):
                self.pages.append(PageItem(sheet))
                self.scene().addItem(self.pages[-1])
            item = self.pages[number]
            item.show_sheet(sheet)
            item.setPos(0, top)
            top += sheet.height + _BETWEEN
            self._show_picture(number, empty_too=item.sheet.parked)
        self.page = min(self.page, max(len(self.pages) - 1, 0))
        self._resize_scene()
        if self._first and self.pages:
            self._first = False
            self.fit_width()
        self.viewport().update()
        self.moved.emit()

    def set_background(self, image: QImage) -> None:
        """The picture of the pre-printed form, below every printed page."""
        for item in self.pages:
            item.background = QImage() if item.sheet.parked else image
        self.viewport().update()

    def _show_picture(self, number: int, empty_too: bool = False) -> None:
        if number in self.in_sight() or number == 0:
            image = self.drawer.image(number)
            if not image.isNull() or empty_too:
                self.pages[number].picture = image

    def _picture_came(self, number: int) -> None:
        if number < len(self.pages):
            self._show_picture(number)
            self.viewport().update()

    def in_sight(self) -> tuple[int, ...]:
        """The pages that are looked at."""
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        return tuple(n for n, item in enumerate(self.pages) if item.sceneBoundingRect().intersects(seen))

    def origin(self, page: int) -> QPointF:
        """The upper left corner of a page in the scene."""
        return self.pages[page].pos() if page < len(self.pages) else QPointF(0, 0)

    def page_at(self, scene: QPointF) -> int:
        """The page at a height of the scene: the nearest one."""
        for number, item in enumerate(self.pages):
            if scene.y() < item.pos().y() + item.sheet.height + _BETWEEN / 2:
                return number
        return max(len(self.pages) - 1, 0)

    def on_page(self, point: QPointF | QPoint, page: int | None = None) -> tuple[int, float, float]:
        """A point of the window as page and millimetres."""
        scene = self.mapToScene(point.toPoint() if isinstance(point, QPointF) else point)
        exact = QPointF(point) - QPointF(self.mapFromScene(scene))
        scene = QPointF(scene.x() + exact.x() / self._scale, scene.y() + exact.y() / self._scale)
        number = self.page_at(scene) if page is None else page
        corner = self.origin(number)
        return number, scene.x() - corner.x(), scene.y() - corner.y()

    def rect_of(self, page: int, box: Box) -> QRectF:
        """A box of a page in pixels of the window."""
        left, top = self.corner(page)
        scale = self._scale
        return QRectF(left + box.x * scale, top + box.y * scale, box.width * scale, box.height * scale)

    def corner(self, page: int) -> tuple[float, float]:
        """The upper left corner of a page in pixels of the window."""
        point = self.viewportTransform().map(self.origin(page))
        return point.x(), point.y()

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

    # Zoom

    @property
    def scale_factor(self) -> float:
        """Pixels of the window per millimetre."""
        return self._scale

    @property
    def percent(self) -> float:
        """The zoom; 100 is the size of the paper."""
        return self._scale * 25.4 / 96 * 100

    def zoom(self, percent: float, around: QPointF | None = None) -> None:
        """Look closer or from further away; the point under the mouse stays."""
        percent = min(max(percent, ZOOMS[0]), ZOOMS[1])
        if abs(percent - self.percent) < 0.01:
            return
        middle = around or QPointF(self.viewport().rect().center())
        page, x, y = self.on_page(middle)
        self._scale = percent / 100 * 96 / 25.4
        self._apply_zoom()
        there = self.rect_of(page, Box(x, y, 0, 0)).topLeft()
        self.horizontalScrollBar().setValue(round(self.horizontalScrollBar().value() + there.x() - middle.x()))
        self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() + there.y() - middle.y()))
        self.zoomed.emit(self.percent)

    def fit_width(self) -> None:
        """The whole width of the page."""
        if self.pages:
            bar = self.verticalScrollBar().sizeHint().width()
            room = self.width() - bar - self._gutter() - theme.current().px(24)
            self.zoom(room / self.pages[0].sheet.width * 25.4 / 96 * 100)
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().minimum())
            self.verticalScrollBar().setValue(self.verticalScrollBar().minimum())

    def fit_page(self) -> None:
        """The whole page."""
        if self.pages:
            sheet = self.pages[self.page].sheet
            wide = (self.width() - self._gutter() - 40) / sheet.width
            self.zoom(min(wide, (self.height() - 40) / sheet.height) * 25.4 / 96 * 100)
            self.show_box(self.page, Box(0, 0, sheet.width, sheet.height))

    def _gutter(self) -> int:
        return theme.current().px(GUTTER)

    def _apply_zoom(self) -> None:
        self.resetTransform()
        self.scale(self._scale, self._scale)
        ratio = self.devicePixelRatioF()
        self.drawer.dpi, self.drawer.ratio = self._scale * 25.4 * ratio, ratio
        self._resize_scene()
        self._refresh_pictures()

    def _refresh_pictures(self) -> None:
        self.drawer.in_sight = self.in_sight() or (0,)
        for number in self.in_sight():
            self._show_picture(number)
        self.viewport().update()
        self.moved.emit()

    def _resize_scene(self) -> None:
        wide = max((item.sheet.width for item in self.pages), default=210.0)
        low = max((item.pos().y() + item.sheet.height for item in self.pages), default=297.0)
        gutter, edge = self._gutter() / self._scale, theme.current().px(20) / self._scale
        whole = QRectF(-gutter, -edge, wide + gutter + edge, low + 2 * edge)
        room = self.viewport().width() / self._scale
        if whole.width() < room:
            spare = room - whole.width()
            whole.adjust(-spare / 2, 0, spare / 2, 0)
        self.scene().setSceneRect(whole)

    def show_box(self, page: int, box: Box) -> None:
        """Bring a part of a page into sight."""
        self.page = page
        corner = self.origin(page)
        self.ensureVisible(QRectF(corner.x() + box.x, corner.y() + box.y, box.width, box.height), 30, 30)

    def reveal(self, id_: str) -> None:
        """Select something and bring it into sight."""
        self.document.select([id_])
        if place := self.place(id_):
            self.show_box(place.page, place.box)

    def _scrolled(self) -> None:
        self._refresh_pictures()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._resize_scene()
        self._refresh_pictures()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(self.percent * 1.0015 ** event.angleDelta().y(), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

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

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, theme.colour("hover"))

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        self._overlay.paint(painter)
        painter.restore()

    def crop(self, page: int, box: Box) -> QImage:
        """The part of a page's picture inside a box, to be carried along while dragging."""
        item = self.pages[page]
        if item.picture.isNull() or not box.width or not box.height:
            return QImage()
        factor = item.picture.width() / item.sheet.width
        return item.picture.copy(QRectF(box.x * factor, box.y * factor, box.width * factor, box.height * factor).toAlignedRect())

    def _selection_changed(self) -> None:
        names = [self.document.thing(i) for i in self.document.selection[-1:]]
        self.setAccessibleDescription(", ".join(f"{getattr(n, 'kind', '')} {n.id}" for n in names))
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(900, 700)
