"""What a hand does on the canvas between pressing and letting go: pick, move, resize, band heights, columns, guides, look around."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent

from crm_desktop.words import _
from ui.designer import edits
from ui.designer.arranging import Box, bounds, caught
from ui.designer.overlay import active_columns, band_strip, handles
from ui.designer.places import Place
from ui.designer.placing import commit, snap_lines
from ui.designer.surface import Surface

_START, _REACH, _GRIP = 4, 5, 5  # pixels: before a drag begins, to catch a line, beside an edge
_ADD = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_CURSORS = {
    "lt": Qt.CursorShape.SizeFDiagCursor, "rb": Qt.CursorShape.SizeFDiagCursor, "rt": Qt.CursorShape.SizeBDiagCursor,
    "lb": Qt.CursorShape.SizeBDiagCursor, "ct": Qt.CursorShape.SizeVerCursor, "cb": Qt.CursorShape.SizeVerCursor,
    "lm": Qt.CursorShape.SizeHorCursor, "rm": Qt.CursorShape.SizeHorCursor,
}  # fmt: skip


class Gesture:
    """Nothing but picking: pressing did all there is to do."""

    def __init__(self, canvas: Surface, start: QPointF) -> None:
        self.canvas, self.start = canvas, QPointF(start)
        self.under_way = False

    def move(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The mouse is elsewhere now."""
        if not self.under_way and (point - self.start).manhattanLength() >= _START:
            self.under_way = True
            self.begun()
        if self.under_way:
            self.drag(point, keys)
            self.canvas.viewport().update()

    def begun(self) -> None:
        """The drag begins."""

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """One step of the drag."""

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The button is up."""

    def way(self, point: QPointF) -> tuple[float, float]:
        """How far from the start, in millimetres."""
        scale = self.canvas.scale_factor
        return (point.x() - self.start.x()) / scale, (point.y() - self.start.y()) / scale


def begin(canvas: Surface, event: QMouseEvent) -> Gesture:
    """What pressing here begins."""
    point, keys = event.position(), event.modifiers()
    if event.button() == Qt.MouseButton.MiddleButton:
        return Pan(canvas, point)
    for name, box in handles(canvas).items():
        if box.adjusted(-2, -2, 2, 2).contains(point):
            return Resize(canvas, point, name)
    if edge := _column_edge(canvas, point):
        return ColumnWidth(canvas, point, edge)
    page, x, y = canvas.on_page(point)
    guide = canvas.guides.near(x, y, 3 / canvas.scale_factor)
    if guide is not None and not canvas.element_at(page, x, y):
        return GuideMove(canvas, point, *guide)
    canvas.page = page
    if band := _strip_at(canvas, point):
        return _band_pressed(canvas, point, band)
    if found := canvas.element_at(page, x, y):
        return _element_pressed(canvas, point, found, keys)
    if column := canvas.column_at(page, x, y):
        canvas.document.select([*canvas.document.selection, column] if keys & _ADD else [column])
        return Gesture(canvas, point)
    return Rubber(canvas, point, bool(keys & _ADD))


def _element_pressed(canvas: Surface, point: QPointF, found: str, keys: Qt.KeyboardModifier) -> Gesture:
    document = canvas.document
    chosen = document.selection
    if keys & _ADD:
        document.select([i for i in chosen if i != found] if found in chosen else [*chosen, found])
        return Gesture(canvas, point)
    if found not in chosen:
        document.select([found])
    elif chosen == (found,) and hasattr(document.thing(found), "table"):
        page, x, y = canvas.on_page(point)
        return Move(canvas, point, after=canvas.column_at(page, x, y))
    return Move(canvas, point, after=found if len(chosen) > 1 else "")


def _band_pressed(canvas: Surface, point: QPointF, band: Place) -> Gesture:
    canvas.document.select([band.id])
    near = abs(point.y() - band_strip(canvas, band).bottom()) <= _GRIP
    if near and edits.holds_elements(canvas.document.thing(band.id)):
        return BandHeight(canvas, point, band)
    return Gesture(canvas, point)


def _strip_at(canvas: Surface, point: QPointF) -> Place | None:
    found = None
    for place in canvas.drawn.places:
        if place.kind == "band" and place.id in canvas.document.spots:
            strip = band_strip(canvas, place).adjusted(0, 0, 4, 3)
            if strip.contains(point):
                if abs(point.y() - strip.bottom() + 3) <= _GRIP:
                    return place
                found = found or place
    return found


def _column_edge(canvas: Surface, point: QPointF) -> Place | None:
    for place in active_columns(canvas):
        box = canvas.rect_of(place.page, place.box)
        if abs(point.x() - box.right()) <= 4 and box.top() - 6 <= point.y() <= box.bottom():
            return place
    return None


def pick_for_menu(canvas: Surface, point: QPointF) -> None:
    """The right button selects what is under it, unless that is selected already."""
    page, x, y = canvas.on_page(point)
    canvas.page = page
    band = _strip_at(canvas, point)
    found = band.id if band else canvas.element_at(page, x, y) or canvas.column_at(page, x, y)
    if found not in canvas.document.selection:
        canvas.document.select([found] if found else [])


def hover(canvas: Surface, point: QPointF) -> None:
    """What would be picked here, and the cursor that says what dragging would do."""
    page, x, y = canvas.on_page(point)
    found = canvas.element_at(page, x, y) or canvas.column_at(page, x, y)
    shape = Qt.CursorShape.ArrowCursor
    for name, box in handles(canvas).items():
        if box.adjusted(-2, -2, 2, 2).contains(point):
            shape = _CURSORS[name]
            break
    else:
        band = _strip_at(canvas, point)
        if _column_edge(canvas, point):
            shape = Qt.CursorShape.SplitHCursor
        elif band is not None:
            near = abs(point.y() - band_strip(canvas, band).bottom()) <= _GRIP
            shape = Qt.CursorShape.SplitVCursor if near else Qt.CursorShape.PointingHandCursor
        elif found and found in canvas.document.elements:
            shape = Qt.CursorShape.SizeAllCursor
    if canvas.viewport().cursor().shape() != shape:
        canvas.viewport().setCursor(shape)
    if found != canvas.hover:
        canvas.hover = found
        canvas.viewport().update()


class Pan(Gesture):
    """The middle button pushes the desk."""

    def __init__(self, canvas: Surface, start: QPointF) -> None:
        super().__init__(canvas, start)
        self._from = canvas.horizontalScrollBar().value(), canvas.verticalScrollBar().value()

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        way = point - self.start
        self.canvas.horizontalScrollBar().setValue(round(self._from[0] - way.x()))
        self.canvas.verticalScrollBar().setValue(round(self._from[1] - way.y()))


class Move(Gesture):
    """Carries the selected elements along. `after`: what a press without a drag selects."""

    def __init__(self, canvas: Surface, start: QPointF, after: str) -> None:
        super().__init__(canvas, start)
        self._after = after
        self._boxes: dict[str, Box] = {}
        self._lines: tuple[list[float], list[float]] = [], []

    def begun(self) -> None:
        canvas = self.canvas
        self._boxes = {i: b for i, b in canvas.boxes().items() if not canvas.document.thing(i).locked}
        self._lines = snap_lines(canvas, set(self._boxes))
        canvas.overlay.carried = [
            (canvas.crop(place.page, box), id_)
            for id_, box in list(self._boxes.items())[:60]
            if (place := canvas.place(id_)) is not None
        ]

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        if not self._boxes:
            return
        dx, dy = self.way(point)
        if keys & Qt.KeyboardModifier.ShiftModifier:
            dx, dy = (dx, 0.0) if abs(dx) > abs(dy) else (0.0, dy)
        whole = bounds(self._boxes).moved(dx, dy)
        canvas.overlay.snap = None
        if canvas.snap and not keys & Qt.KeyboardModifier.AltModifier:
            snap = caught(whole, *self._lines, _REACH / canvas.scale_factor, canvas.grid)
            dx, dy = dx + snap.dx, dy + snap.dy
            canvas.overlay.snap = snap
        canvas.moving.update({id_: box.moved(dx, dy) for id_, box in self._boxes.items()})
        whole = bounds(self._boxes).moved(dx, dy)
        canvas.overlay.badge = f"{whole.x:.1f}, {whole.y:.1f} mm"

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        canvas.overlay.snap, canvas.overlay.badge = None, ""
        if not self.under_way:
            if self._after:
                canvas.document.select([self._after])
        elif self._boxes:
            new = {id_: canvas.moving[id_] for id_ in self._boxes if id_ in canvas.moving}
            commit(canvas, _("Move"), self._boxes, new, other_band=True)
        if not canvas.moving:
            canvas.overlay.clear()  # else the carried pictures stay until the page is drawn anew


class Resize(Gesture):
    """Pulls a handle; several elements grow in proportion."""

    def __init__(self, canvas: Surface, start: QPointF, handle: str) -> None:
        super().__init__(canvas, start)
        self._handle = handle
        self._boxes = {i: b for i, b in canvas.boxes().items() if not canvas.document.thing(i).locked}
        self._lines = snap_lines(canvas, set(self._boxes))

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        dx, dy = self.way(point)
        old = bounds(self._boxes)
        new = self._pulled(old, dx, dy)
        canvas.overlay.snap = None
        if canvas.snap and not keys & Qt.KeyboardModifier.AltModifier:
            edges = self._handle.replace("c", "").replace("m", "")
            snap = caught(new, *self._lines, _REACH / canvas.scale_factor, canvas.grid, edges)
            new = self._pulled(old, dx + snap.dx, dy + snap.dy)
            canvas.overlay.snap = snap
        canvas.moving.update({id_: _scaled(box, old, new) for id_, box in self._boxes.items()})
        canvas.overlay.badge = f"{new.width:.1f} × {new.height:.1f} mm"

    def _pulled(self, box: Box, dx: float, dy: float) -> Box:
        left, top, right, bottom = box.x, box.y, box.right, box.bottom
        flat, slim = box.height < edits.LEAST, box.width < edits.LEAST
        least_x, least_y = (0.0 if slim else edits.LEAST), (0.0 if flat else edits.LEAST)
        if "l" in self._handle:
            left = min(left + dx, right - least_x)
        if "r" in self._handle:
            right = max(right + dx, left + least_x)
        if "t" in self._handle:
            top = min(top + dy, bottom - least_y)
        if "b" in self._handle:
            bottom = max(bottom + dy, top + least_y)
        return Box(left, top, right - left, bottom - top)

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        if self.under_way:
            new = {id_: canvas.moving[id_] for id_ in self._boxes if id_ in canvas.moving}
            commit(canvas, _("Resize"), self._boxes, new)
        canvas.overlay.clear()


def _scaled(box: Box, old: Box, new: Box) -> Box:
    across = new.width / old.width if old.width else 1.0
    down = new.height / old.height if old.height else 1.0
    return Box(
        new.x + (box.x - old.x) * across, new.y + (box.y - old.y) * down, box.width * across, box.height * down
    )


class BandHeight(Gesture):
    """Pulls the lower edge of a band."""

    def __init__(self, canvas: Surface, start: QPointF, place: Place) -> None:
        super().__init__(canvas, start)
        self._place = place
        self._band = canvas.document.thing(place.id)
        self._height = self._band.height

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        height = self._band.height + self.way(point)[1]
        if canvas.snap and not keys & Qt.KeyboardModifier.AltModifier and canvas.grid:
            height = round(height / canvas.grid) * canvas.grid
        self._height = round(max(height, edits.least_height(self._band), 0.0), 2)
        canvas.overlay.band_line = self._place.page, self._place.box.bottom + self._height - self._band.height
        canvas.overlay.badge = f"{self._height:.1f} mm"

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        if self.under_way:
            id_, height = self._place.id, self._height
            self.canvas.document.do(_("Height of the band"), lambda t: edits.with_entries(t, [id_], height=height))
        self.canvas.overlay.clear()


class ColumnWidth(Gesture):
    """Pulls the right edge of a column."""

    def __init__(self, canvas: Surface, start: QPointF, place: Place) -> None:
        super().__init__(canvas, start)
        self._place = place
        self._column = canvas.document.thing(place.id)
        self._factor = self._column.width / place.box.width if place.box.width else 1.0
        self._width = self._column.width

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        shown = self._place.box.width + self.way(point)[0]
        if canvas.snap and not keys & Qt.KeyboardModifier.AltModifier and canvas.grid:
            shown = round(shown / canvas.grid) * canvas.grid
        shown = max(shown, 2.0)
        self._width = shown * self._factor
        canvas.overlay.column_line = self._place.page, self._place.box.x + shown, self._place.box
        canvas.overlay.badge = f"{shown:.1f} mm"

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        if self.under_way:
            id_, width = self._place.id, self._width
            self.canvas.document.do(_("Width of the column"), lambda t: edits.resize_column(t, id_, width))
        self.canvas.overlay.clear()


class GuideMove(Gesture):
    """Carries a guide line along; off the paper it is gone."""

    def __init__(self, canvas: Surface, start: QPointF, upright: bool, number: int) -> None:
        super().__init__(canvas, start)
        self._lines, self._upright, self._number = canvas.guides.of(upright), upright, number

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        _page, x, y = self.canvas.on_page(point)
        at = x if self._upright else y
        self._lines[self._number] = round(at * 2) / 2
        self.canvas.overlay.badge = f"{self._lines[self._number]:.1f} mm"

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        page, _x, _y = self.canvas.on_page(point)
        sheet = self.canvas.pages[page].sheet if self.canvas.pages else None
        most = (sheet.width if self._upright else sheet.height) if sheet else 0.0
        if not 0 < self._lines[self._number] < most:
            del self._lines[self._number]
        self.canvas.overlay.clear()


class Rubber(Gesture):
    """A rectangle around what shall be selected."""

    def __init__(self, canvas: Surface, start: QPointF, more: bool) -> None:
        super().__init__(canvas, start)
        self._kept = canvas.document.selection if more else ()
        if not more:
            canvas.document.select([])

    def drag(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        self.canvas.overlay.rubber = QRectF(self.start, point).normalized()

    def end(self, point: QPointF, keys: Qt.KeyboardModifier) -> None:
        canvas = self.canvas
        if self.under_way:
            page, x1, y1 = canvas.on_page(self.start)
            _page, x2, y2 = canvas.on_page(point, page)
            area = Box(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
            found = [
                place.id
                for place in canvas.drawn.on_page(page)
                if place.kind == "element" and canvas.moving.get(place.id, place.box).touches(area)
            ]
            canvas.document.select([*self._kept, *found])
        canvas.overlay.clear()
