"""Pages of a PDF to look at: closer or from further away, page by page, with a line to search in.

The pictures are made from the PDF itself, only for the pages that are looked at, and at the zoom in use.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsScene, QGraphicsView, QHBoxLayout, QWidget

from crm_desktop.printing.inks import PAPER
from crm_desktop.printing.preview import find_text, page_rgb
from crm_desktop.words import _
from ui import theme
from ui.tasks import Tasks
from ui.widgets.buttons import Button, IconButton
from ui.widgets.inputs import SearchEdit
from ui.widgets.labels import Label

_BETWEEN, _EDGE = 8.0, 8.0  # millimetres
_LEAST, _MOST = 20, 500  # percent
_KEPT = 12  # pictures
Hit = tuple[int, list[tuple[float, float, float, float]]]


class PageItem(QGraphicsItem):
    """One page: paper, its picture, and what was found on it. A scene unit is a millimetre."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.wide, self.high = width, height
        self.picture = QImage()
        self.hits: list[QRectF] = []
        self.current: list[QRectF] = []

    def boundingRect(self) -> QRectF:
        return QRectF(-1, -1, self.wide + 3, self.high + 3)

    def paint(self, painter: QPainter, option: object, widget: QWidget | None = None) -> None:
        paper = QRectF(0, 0, self.wide, self.high)
        painter.fillRect(paper, QColor(PAPER))
        if not self.picture.isNull():
            self._paint_picture(painter, paper)
        for boxes, token, alpha in ((self.hits, "star", 90), (self.current, "red", 110)):
            ink = theme.colour(token)
            ink.setAlpha(alpha)
            for box in boxes:
                painter.fillRect(box.adjusted(-0.4, -0.4, 0.4, 0.4), ink)
        painter.setPen(theme.colour("line"))
        painter.drawRect(paper)

    def _paint_picture(self, painter: QPainter, paper: QRectF) -> None:
        """Dot by dot where the picture was made for this zoom."""
        size, scale = self.picture.deviceIndependentSize(), painter.transform().m11()
        if abs(size.width() - self.wide * scale) < 1.5:
            corner = painter.transform().map(paper.topLeft())
            painter.save()
            painter.resetTransform()
            painter.drawImage(corner.toPoint(), self.picture)
            painter.restore()
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(paper, self.picture)


class PageView(QGraphicsView):
    """The pages below each other."""

    zoomed = Signal(float)
    turned = Signal(int)
    """Another page (from 0) is in front."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._tasks = tasks
        self.pages: list[PageItem] = []
        self.pdf = b""
        self._percent, self._fit, self._serial, self._now = 100.0, "width", 0, -1
        self._asked: dict[int, float] = {}
        self.hits: list[Hit] = []
        self.hit = -1
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("ground", "bg")
        self.setAccessibleName(_("Preview"))
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.verticalScrollBar().valueChanged.connect(lambda _at: self._scrolled())
        self.horizontalScrollBar().valueChanged.connect(lambda _at: self._scrolled())

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """A frame while the keys turn the pages."""
        if self.hasFocus():
            painter.resetTransform()
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def show_pdf(self, pdf: bytes, sizes: Sequence[tuple[float, float]]) -> None:
        """Show these pages; the zoom and the place stay where they can."""
        self.pdf = pdf
        self._serial += 1
        self._asked.clear()
        self.hits, self.hit = [], -1
        self.scene().clear()
        self.pages = []
        top, wide = 0.0, max((w for w, _h in sizes), default=210.0)
        for number, (width, height) in enumerate(sizes):
            item = PageItem(width, height)
            item.setPos((wide - width) / 2, top)
            item.setToolTip(_("Page {number}").format(number=number + 1))
            self.scene().addItem(item)
            self.pages.append(item)
            top += height + _BETWEEN
        self.scene().setSceneRect(-_EDGE, -_EDGE, wide + 2 * _EDGE, top - _BETWEEN + 2 * _EDGE)
        self._apply()
        self._now = -1
        self._scrolled()

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        painter.fillRect(self.sceneRect().united(self.mapToScene(self.viewport().rect()).boundingRect()), theme.colour("hover"))

    # Zoom

    @property
    def percent(self) -> float:
        return self._percent

    def zoom(self, percent: float) -> None:
        """Closer or further away; 100 is the size of the paper."""
        self._fit = ""
        self._set(percent)

    def fit(self, what: str) -> None:
        """The whole `width` or the whole `page`, also when the window grows."""
        self._fit = what
        self._apply()

    def _apply(self) -> None:
        if not self._fit or not self.pages:
            self._set(self._percent)
            return
        wide = (self.viewport().width() - 4) / (max(p.wide for p in self.pages) + 2 * _EDGE)
        high = (self.viewport().height() - 4) / (max(p.high for p in self.pages) + 2 * _EDGE)
        self._set((wide if self._fit == "width" else min(wide, high)) * 25.4 / 96 * 100)

    def _set(self, percent: float) -> None:
        self._percent = min(max(percent, _LEAST), _MOST)
        scale = self._percent / 100 * 96 / 25.4
        self.resetTransform()
        self.scale(scale, scale)
        self.zoomed.emit(self._percent)
        self._scrolled()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(self._percent * 1.0015 ** event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._apply()

    # Pages

    @property
    def now(self) -> int:
        """The page in front."""
        return max(self._now, 0)

    def go_to(self, page: int) -> None:
        """Bring a page to the top."""
        if 0 <= page < len(self.pages):
            item = self.pages[page]
            top = self.mapFromScene(item.pos().x(), item.pos().y() - _EDGE / 2).y()
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + top)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        if Qt.Key(event.key()) in steps and len(self.pages) > 1:
            self.go_to(self.now + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _scrolled(self) -> None:
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        inside = [n for n, item in enumerate(self.pages) if item.sceneBoundingRect().intersects(seen)]
        for number in inside:
            self._ask(number)
        if inside:
            middle = seen.top() + seen.height() / 3
            now = min(inside, key=lambda n: abs(self.pages[n].pos().y() + self.pages[n].high / 2 - middle))
            now = next((n for n in inside if self.pages[n].pos().y() <= middle <= self.pages[n].pos().y() + self.pages[n].high), now)
            if now != self._now:
                self._now = now
                self.turned.emit(now)

    def _ask(self, number: int) -> None:
        dpi = self._percent / 100 * 96 * self.devicePixelRatioF()
        if self._asked.get(number) == dpi:
            return
        for far in sorted(self._asked, key=lambda n: abs(n - number))[_KEPT:]:
            self.pages[far].picture = QImage()
            del self._asked[far]
        self._asked[number] = dpi
        work = partial(page_rgb, self.pdf, number, dpi)
        self._tasks.run(work, partial(self._came, self._serial, number, dpi), owner=self)

    def _came(self, serial: int, number: int, dpi: float, made: tuple[tuple[int, int], bytes]) -> None:
        if serial == self._serial and self._asked.get(number) == dpi:
            (width, height), content = made
            image = QImage(content, width, height, width * 3, QImage.Format.Format_RGB888)
            self.pages[number].picture = image.convertToFormat(QImage.Format.Format_RGB32)
            self.pages[number].picture.setDevicePixelRatio(self.devicePixelRatioF())
            self.pages[number].update()

    # Search

    def show_hits(self, hits: list[Hit]) -> None:
        """Mark where a text stands and go to the first place from here on."""
        self.hits = hits
        for number, item in enumerate(self.pages):
            item.hits = [QRectF(*box) for page, boxes in hits if page == number for box in boxes]
        self.hit = next((n for n, (page, _boxes) in enumerate(hits) if page >= self.now), 0 if hits else -1)
        self.step(0)

    def step(self, by: int) -> None:
        """To the next place, or the one before."""
        for item in self.pages:
            item.current = []
        if self.hits:
            self.hit = (self.hit + by) % len(self.hits)
            page, boxes = self.hits[self.hit]
            self.pages[page].current = [QRectF(*box) for box in boxes]
            if boxes:
                there = QRectF(*boxes[0]).translated(self.pages[page].pos())
                self.ensureVisible(there, 40, 80)
        self.viewport().update()


class PageBar(QWidget):
    """Zoom, page and search for a view of pages."""

    def __init__(self, view: PageView, tasks: Tasks) -> None:
        super().__init__()
        self._view, self._tasks = view, tasks
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.size("gap"), 4, theme.size("gap"), 4)
        row.setSpacing(2)
        row.addWidget(IconButton("arrow_up", _("Page before"), lambda: view.go_to(view.now - 1)))
        row.addWidget(IconButton("arrow_down", _("Next page"), lambda: view.go_to(view.now + 1)))
        self.page = Label("", "dim")
        self.page.setMinimumWidth(theme.current().px(56))
        row.addWidget(self.page)
        row.addSpacing(theme.size("gap"))
        row.addWidget(IconButton("zoom_out", _("Smaller"), lambda: view.zoom(view.percent / 1.25), shortcut="Ctrl+-"))
        self.percent = Button("", kind="status", clicked=lambda: view.zoom(100), tip=_("The size of the paper"))
        row.addWidget(self.percent)
        row.addWidget(IconButton("zoom_in", _("Larger"), lambda: view.zoom(view.percent * 1.25), shortcut="Ctrl+="))
        row.addWidget(IconButton("auto_fit_width", _("Whole width"), lambda: view.fit("width"), shortcut="Ctrl+1"))
        row.addWidget(IconButton("zoom_fit", _("Whole page"), lambda: view.fit("page"), shortcut="Ctrl+0"))
        row.addStretch(1)
        self.found = Label("", "small")
        row.addWidget(self.found)
        self.search = SearchEdit(_("Search in the text"))
        self.search.setAccessibleName(_("Search in the text"))
        self.search.setFixedWidth(theme.current().px(190))
        row.addWidget(self.search)
        row.addWidget(IconButton("chevron_up", _("Found before"), lambda: self._step(-1), shortcut="Shift+F3"))
        row.addWidget(IconButton("chevron_down", _("Next found"), lambda: self._step(1), shortcut="F3"))
        view.zoomed.connect(lambda percent: self.percent.setText(f"{percent:.0f} %"))
        view.turned.connect(lambda _page: self._say_page())
        self.search.searched.connect(self._look)
        self.percent.setText(f"{view.percent:.0f} %")

    def _say_page(self) -> None:
        self.page.setText(f"{self._view.now + 1} / {len(self._view.pages)}")

    def _look(self, text: str) -> None:
        if not text.strip():
            self.found.setText("")
            self._view.show_hits([])
            return
        pdf = self._view.pdf
        self._tasks.run(partial(find_text, pdf, text), partial(self._show, pdf), owner=self)

    def _show(self, pdf: bytes, hits: list[Hit]) -> None:
        if pdf is self._view.pdf:
            self._view.show_hits(hits)
            self._say_found()

    def _step(self, by: int) -> None:
        self._view.step(by)
        self._say_found()

    def _say_found(self) -> None:
        count = len(self._view.hits)
        self.found.setText(f"{self._view.hit + 1} / {count}" if count else _("Not found"))
