"""Pages of a drawing below each other, looked at from near or far. A scene unit is a millimetre.

What stands on the pages is the picture the engine made, put on the screen dot by dot at the zoom it was made for.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from ui import theme
from ui.designer.arranging import Box
from ui.designer.drawer import Drawer
from ui.designer.page_item import PageItem
from ui.designer.places import EMPTY, Drawn

GUTTER = 104  # pixels beside the page, for the names of bands
ZOOMS = (25, 400)  # percent
_BETWEEN = 9.0  # millimetres between two pages


class Pages(QGraphicsView):
    """Shows drawings; knows which pixel of the window is which millimetre of which page."""

    zoomed = Signal(float)
    moved = Signal()
    """The pages lie elsewhere in the window: rulers follow."""

    def __init__(self, drawer: Drawer) -> None:
        super().__init__()
        self.drawer = drawer
        self.drawn: Drawn = EMPTY
        self.pages: list[PageItem] = []
        self.page = 0
        """The page worked on: where the last thing was clicked."""
        self._scale = 96 / 25.4
        self._first = True
        self.setScene(QGraphicsScene(self))
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.horizontalScrollBar().valueChanged.connect(lambda _at: self._scrolled())
        self.verticalScrollBar().valueChanged.connect(lambda _at: self._scrolled())
        self._apply_zoom()
        drawer.drawn.connect(self.show_drawn)
        drawer.pictured.connect(self._picture_came)

    def show_drawn(self, drawn: Drawn) -> None:
        """A new drawing: its pages, and where everything stands now."""
        self.drawn = drawn
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

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, theme.colour("hover"))

    def crop(self, page: int, box: Box) -> QImage:
        """The part of a page's picture inside a box, to be carried along while dragging."""
        item = self.pages[page]
        if item.picture.isNull() or not box.width or not box.height:
            return QImage()
        factor = item.picture.width() / item.sheet.width
        return item.picture.copy(QRectF(box.x * factor, box.y * factor, box.width * factor, box.height * factor).toAlignedRect())
