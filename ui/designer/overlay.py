"""What lies above the pages: frames, handles, names of bands, guides, and what is being dragged. Drawn in pixels of the window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPen

from ui import theme
from ui.designer import edits
from ui.designer.arranging import Box, Snap, bounds
from ui.designer.band_names import band_colour, band_title
from ui.designer.places import Place
from ui.designer.surface import Surface

HANDLE = 8  # pixels
HANDLES = ("lt", "ct", "rt", "lm", "rm", "lb", "cb", "rb")


class Overlay:
    """Paints above a canvas. What gestures want to show is kept here."""

    def __init__(self, canvas: Surface) -> None:
        self._canvas = canvas
        self.snap: Snap | None = None
        self.rubber: QRectF | None = None
        self.carried: list[tuple[QImage, str]] = []
        self.drop: Box | None = None
        self.badge = ""
        self.band_line: tuple[int, float] | None = None
        self.column_line: tuple[int, float, Box] | None = None

    def clear(self) -> None:
        """Nothing is being dragged any more."""
        self.snap, self.rubber, self.drop, self.badge = None, None, None, ""
        self.band_line, self.column_line = None, None
        self.carried = []

    def paint(self, painter: QPainter) -> None:
        canvas = self._canvas
        seen = canvas.in_sight()
        if canvas.show_grid:
            self._grid(painter, seen)
        self._margins(painter, seen)
        self._bands(painter, seen)
        self._frames(painter, seen)
        self._carried(painter)
        self._table(painter)
        self._selection(painter)
        self._guides(painter, seen)
        self._hints(painter)

    # Paper

    def _grid(self, painter: QPainter, pages: Iterable[int]) -> None:
        canvas = self._canvas
        step = max(canvas.grid, 1.0)
        while step * canvas.scale_factor < 9:
            step *= 5
        colour = theme.colour("accent")
        colour.setAlpha(30)
        painter.setPen(QPen(colour, 1))
        for page in pages:
            paper = canvas.rect_of(page, _whole(canvas.pages[page].sheet))
            gap = step * canvas.scale_factor
            lines = [QLineF(x, paper.top(), x, paper.bottom()) for x in _steps(paper.left(), paper.right(), gap)]
            lines += [QLineF(paper.left(), y, paper.right(), y) for y in _steps(paper.top(), paper.bottom(), gap)]
            painter.drawLines(lines)

    def _margins(self, painter: QPainter, pages: Iterable[int]) -> None:
        canvas = self._canvas
        margins = canvas.document.template.page.margins
        colour = theme.colour("accent")
        colour.setAlpha(70)
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for page in pages:
            sheet = canvas.pages[page].sheet
            if not sheet.parked:
                inside = Box(
                    margins.left,
                    margins.top,
                    sheet.width - margins.left - margins.right,
                    sheet.height - margins.top - margins.bottom,
                )
                painter.drawRect(canvas.rect_of(page, inside))

    # Bands

    def _bands(self, painter: QPainter, pages: Iterable[int]) -> None:
        for page in pages:
            shown: set[str] = set()
            for place in self._canvas.drawn.places:
                if place.page == page and place.kind == "band" and place.id not in shown:
                    shown.add(place.id)
                    if place.id in self._canvas.document.spots:
                        self._band(painter, place)

    def _band(self, painter: QPainter, place: Place) -> None:
        canvas = self._canvas
        band = canvas.document.thing(place.id)
        strip = band_strip(canvas, place)
        chosen = place.id in canvas.document.selection
        tone = band_colour(band.kind)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(tone if chosen else f"{tone}_bg"))
        painter.drawRoundedRect(strip, 4, 4)
        ink = theme.colour(tone)
        painter.setBrush(ink)
        painter.drawRect(QRectF(strip.right() - 3, strip.top(), 3, strip.height()))
        painter.setPen(theme.colour("on_accent") if chosen else ink)
        painter.setFont(theme.current().font("font_tiny", bold=chosen))
        room = strip.adjusted(7, 1, -7, -1)
        if room.height() >= 10:
            words = painter.fontMetrics().elidedText(band_title(band), Qt.TextElideMode.ElideRight, int(room.width()))
            spot = Qt.AlignmentFlag.AlignVCenter if room.height() < 34 else Qt.AlignmentFlag.AlignTop
            painter.drawText(room.adjusted(0, 3 if room.height() >= 34 else 0, 0, 0), spot, words)
        ink.setAlpha(150 if chosen else 60)
        painter.setPen(QPen(ink, 1, Qt.PenStyle.SolidLine if chosen else Qt.PenStyle.DashLine))
        sheet = canvas.pages[place.page].sheet
        low = canvas.rect_of(place.page, Box(0, place.box.bottom, sheet.width, 0))
        painter.drawLine(low.topLeft(), low.topRight())
        if chosen:
            high = canvas.rect_of(place.page, Box(0, place.box.y, sheet.width, 0))
            painter.drawLine(high.topLeft(), high.topRight())
            grip = QRectF(strip.center().x() - 12, strip.bottom() - 3, 24, 5)
            painter.setBrush(theme.colour("pane"))
            painter.setPen(theme.colour(tone))
            if edits.holds_elements(band):
                painter.drawRoundedRect(grip, 2, 2)

    # Elements

    def _frames(self, painter: QPainter, pages: tuple[int, ...]) -> None:
        canvas = self._canvas
        ghosts: list[QRectF] = []
        frames: list[QRectF] = []
        scale, moving, quiet, all_frames = canvas.scale_factor, canvas.moving, canvas.drawn.quiet, canvas.frames
        corners = {page: canvas.corner(page) for page in pages}
        for place in canvas.drawn.places:  # plain arithmetic: this runs for everything on the page at each step of a drag
            if place.kind != "element" or place.page not in corners or not (all_frames or place.id in quiet):
                continue
            (left, top), box = corners[place.page], moving.get(place.id) or place.box
            rect = QRectF(left + box.x * scale, top + box.y * scale, box.width * scale, box.height * scale)
            (ghosts if place.id in quiet else frames).append(rect)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if ghosts:
            colour = theme.colour("violet")
            colour.setAlpha(75)
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DotLine))
            painter.drawRects(ghosts)
        if frames:
            colour = theme.colour("accent")
            colour.setAlpha(90)
            painter.setPen(QPen(colour, 1))
            painter.drawRects(frames)
        if canvas.hover and canvas.hover not in canvas.document.selection and canvas.gesture is None:
            self._hover(painter)

    def _hover(self, painter: QPainter) -> None:
        canvas = self._canvas
        box, place = canvas.box(canvas.hover), canvas.place(canvas.hover)
        if box is not None and place is not None and canvas.hover in canvas.document.spots:
            painter.setPen(QPen(theme.colour("accent"), 1))
            colour = theme.colour("accent")
            colour.setAlpha(22)
            painter.setBrush(colour)
            painter.drawRect(canvas.rect_of(place.page, box))

    def _carried(self, painter: QPainter) -> None:
        canvas = self._canvas
        painter.setOpacity(0.75)
        for image, id_ in self.carried:
            box, place = canvas.box(id_), canvas.place(id_)
            if box is not None and place is not None and not image.isNull():
                painter.drawImage(canvas.rect_of(place.page, box), image)
        painter.setOpacity(1.0)

    def _table(self, painter: QPainter) -> None:
        """The edges of the columns of the table that is worked on."""
        canvas = self._canvas
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in active_columns(canvas):
            box = canvas.rect_of(place.page, place.box)
            colour = theme.colour("accent")
            if place.id in canvas.document.selection:
                fill = theme.colour("accent")
                fill.setAlpha(28)
                painter.fillRect(box, fill)
                painter.setPen(QPen(colour, 1.5))
                painter.drawRect(box)
            colour.setAlpha(150)
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
            painter.drawLine(box.topRight(), box.bottomRight())
            painter.fillRect(QRectF(box.right() - 2, box.top() - 5, 4, 12), theme.colour("accent"))

    def _selection(self, painter: QPainter) -> None:
        canvas = self._canvas
        chosen = canvas.boxes()
        if not chosen:
            return
        accent = theme.colour("accent")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        main = canvas.document.elements[-1]
        for id_, box in chosen.items():
            place = canvas.place(id_)
            if place is None:
                continue
            locked = canvas.document.thing(id_).locked
            style = Qt.PenStyle.DashLine if locked else Qt.PenStyle.SolidLine
            painter.setPen(QPen(accent, 2 if id_ == main and len(chosen) > 1 else 1.2, style))
            painter.drawRect(canvas.rect_of(place.page, box))
        for handle in handles(canvas).values():
            painter.setPen(QPen(accent, 1.2))
            painter.setBrush(QBrush(theme.colour("on_accent") if not theme.current().dark else theme.colour("text")))
            painter.drawRoundedRect(handle, 2, 2)

    # Lines and words

    def _guides(self, painter: QPainter, pages: Iterable[int]) -> None:
        canvas = self._canvas
        painter.setPen(QPen(theme.colour("violet"), 1, Qt.PenStyle.DashLine))
        for page in pages:
            paper = canvas.rect_of(page, _whole(canvas.pages[page].sheet))
            for x in canvas.guides.upright:
                at = paper.left() + x * canvas.scale_factor
                painter.drawLine(QPointF(at, paper.top()), QPointF(at, paper.bottom()))
            for y in canvas.guides.level:
                at = paper.top() + y * canvas.scale_factor
                painter.drawLine(QPointF(paper.left(), at), QPointF(paper.right(), at))

    def _hints(self, painter: QPainter) -> None:
        canvas = self._canvas
        if canvas.page >= len(canvas.pages):
            return
        paper = canvas.rect_of(canvas.page, _whole(canvas.pages[canvas.page].sheet))
        if self.snap:
            painter.setPen(QPen(theme.colour("red"), 1))
            for x in self.snap.upright:
                at = paper.left() + x * canvas.scale_factor
                painter.drawLine(QPointF(at, paper.top()), QPointF(at, paper.bottom()))
            for y in self.snap.level:
                at = paper.top() + y * canvas.scale_factor
                painter.drawLine(QPointF(paper.left(), at), QPointF(paper.right(), at))
        painter.setPen(QPen(theme.colour("accent"), 2))
        if self.band_line:
            page, y = self.band_line
            line = canvas.rect_of(page, Box(0, y, canvas.pages[page].sheet.width, 0))
            painter.drawLine(line.topLeft(), line.topRight())
        if self.column_line:
            page, x, box = self.column_line
            edge = canvas.rect_of(page, Box(x, box.y, 0, box.height))
            painter.drawLine(edge.topLeft(), edge.bottomLeft())
        if self.drop is not None:
            colour = theme.colour("accent")
            colour.setAlpha(40)
            painter.setBrush(colour)
            painter.drawRect(canvas.rect_of(canvas.page, self.drop))
        if self.rubber is not None:
            colour = theme.colour("accent")
            colour.setAlpha(30)
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(colour)
            painter.drawRect(self.rubber)
        if self.badge:
            self._badge(painter, paper)

    def _badge(self, painter: QPainter, paper: QRectF) -> None:
        """Measures beside what is dragged."""
        canvas = self._canvas
        boxes = canvas.boxes()
        box = canvas.rect_of(canvas.page, bounds(boxes)) if boxes else paper
        painter.setFont(theme.current().font("font_tiny"))
        wide = painter.fontMetrics().horizontalAdvance(self.badge) + 14
        view = canvas.viewport().rect()
        x = min(max(box.left(), 4.0), view.width() - wide - 4.0)
        y = box.bottom() + 10 if box.bottom() + 34 < view.height() else box.top() - 32
        plate = QRectF(x, y, wide, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("toast"))
        painter.drawRoundedRect(plate, 5, 5)
        painter.setPen(theme.colour("on_toast"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.badge)


def _whole(sheet: Any) -> Box:
    return Box(0, 0, sheet.width, sheet.height)


def _steps(start: float, end: float, gap: float) -> list[float]:
    return [start + gap * n for n in range(int((end - start) / gap) + 1)]


def band_strip(canvas: Surface, place: Place) -> QRectF:
    """Where the name of a band stands: beside the page."""
    box = canvas.rect_of(place.page, place.box)
    left = canvas.rect_of(place.page, Box(0, place.box.y, 0, 0)).left()
    wide = theme.current().px(92)
    return QRectF(left - wide - 6, box.top() + 0.5, wide, max(box.height() - 1, 4.0))


def handles(canvas: Surface) -> dict[str, QRectF]:
    """The handles around what is selected; none around what is locked."""
    boxes = {i: b for i, b in canvas.boxes().items() if not canvas.document.thing(i).locked}
    if not boxes:
        return {}
    pages = {place.page for i in boxes if (place := canvas.place(i)) is not None}
    if len(pages) != 1:
        return {}
    box = canvas.rect_of(pages.pop(), bounds(boxes))
    xs = {"l": box.left(), "c": box.center().x(), "r": box.right()}
    ys = {"t": box.top(), "m": box.center().y(), "b": box.bottom()}
    half = HANDLE / 2
    wanted: tuple[str, ...] = HANDLES
    if box.height() < 3:
        wanted = ("lm", "rm")
    elif box.width() < 3:
        wanted = ("ct", "cb")
    return {name: QRectF(xs[name[0]] - half, ys[name[1]] - half, HANDLE, HANDLE) for name in wanted}


def active_columns(canvas: Surface) -> list[Place]:
    """The columns of the table that is selected, or one of whose columns is."""
    document = canvas.document
    owners = set()
    for id_ in document.selection:
        spot = document.spots[id_]
        if spot.kind == "column" or hasattr(document.thing(id_), "table"):
            owners.add((spot.band, spot.element))
    if not owners:
        return []
    found = []
    for place in canvas.drawn.places:
        spot_of = document.spots.get(place.id) if place.kind == "column" else None
        if spot_of is not None and (spot_of.band, spot_of.element) in owners:
            found.append(place)
    return found
