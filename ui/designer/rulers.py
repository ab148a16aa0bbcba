"""Rulers in millimetres along the canvas; a guide line is pulled out of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from crm_desktop.words import _
from ui import theme
from ui.designer.arranging import Box, bounds
from ui.designer.canvas import Canvas

THICK = 22  # pixels


class Ruler(QWidget):
    """One ruler. It counts from the corner of the page worked on and marks what is selected."""

    def __init__(self, canvas: Canvas, upright: bool) -> None:
        super().__init__()
        self._canvas, self._upright = canvas, upright
        self._at: float | None = None
        self._pulling = False
        thick = theme.current().px(THICK)
        self.setFixedWidth(thick) if upright else self.setFixedHeight(thick)
        self.setAccessibleName(_("Ruler"))
        self.setToolTip(_("Pull a guide line out of here"))
        self.setCursor(Qt.CursorShape.SplitHCursor if upright else Qt.CursorShape.SplitVCursor)
        canvas.moved.connect(self.update)
        canvas.document.selected.connect(self.update)
        canvas.pointed.connect(self._point)

    def _point(self, where: tuple[float, float] | None) -> None:
        self._at = None if where is None else where[1 if self._upright else 0]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("pane"))
        if not self._canvas.pages:
            return
        canvas, scale = self._canvas, self._canvas.scale_factor
        corner = canvas.rect_of(canvas.page, Box(0, 0, 0, 0)).topLeft()
        zero = corner.y() if self._upright else corner.x()
        long, thick = (self.height(), self.width()) if self._upright else (self.width(), self.height())
        self._mark_selection(painter, zero, scale, thick)
        step = next((s for s in (5, 10, 20, 50, 100) if s * scale >= 34), 200)
        painter.setFont(theme.current().font("font_tiny"))
        first = int(-zero / scale // step) * step
        small = step // 5 if step >= 5 else 1
        painter.setPen(theme.colour("faint"))
        for mm in range(first, int((long - zero) / scale) + step, small):
            at = zero + mm * scale
            size = 8 if mm % step == 0 else 4
            self._tick(painter, at, thick, size)
            if mm % step == 0:
                self._number(painter, at, thick, mm)
        if self._at is not None:
            painter.setPen(theme.colour("accent"))
            self._tick(painter, zero + self._at * scale, thick, thick)
        painter.setPen(theme.colour("line"))
        self._edge(painter, thick, long)

    def _mark_selection(self, painter: QPainter, zero: float, scale: float, thick: int) -> None:
        boxes = self._canvas.boxes()
        if boxes:
            whole = bounds(boxes)
            start, size = (whole.y, whole.height) if self._upright else (whole.x, whole.width)
            colour = theme.colour("accent_bg")
            bar = QRectF(0, zero + start * scale, thick, size * scale)
            painter.fillRect(bar if self._upright else QRectF(bar.y(), 0, bar.height(), thick), colour)

    def _tick(self, painter: QPainter, at: float, thick: int, size: int) -> None:
        if self._upright:
            painter.drawLine(QPointF(thick - size, at), QPointF(thick, at))
        else:
            painter.drawLine(QPointF(at, thick - size), QPointF(at, thick))

    def _edge(self, painter: QPainter, thick: int, long: int) -> None:
        if self._upright:
            painter.drawLine(thick - 1, 0, thick - 1, long)
        else:
            painter.drawLine(0, thick - 1, long, thick - 1)

    def _number(self, painter: QPainter, at: float, thick: int, mm: int) -> None:
        if self._upright:
            painter.save()
            painter.translate(thick - 10, at - 2)
            painter.rotate(-90)
            painter.drawText(QPointF(0, 0), str(mm))
            painter.restore()
        else:
            painter.drawText(QPointF(at + 2, thick - 10), str(mm))

    # Pulling a guide line out

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._canvas.pages:
            self._pulling = True
            self._canvas.guides.of(self._upright).append(-1.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pulling:
            there = self._canvas.viewport().mapFrom(self.window(), self.mapTo(self.window(), event.position().toPoint()))
            _page, x, y = self._canvas.on_page(QPointF(there), self._canvas.page)
            at = round((x if self._upright else y) * 2) / 2
            self._canvas.guides.of(self._upright)[-1] = at
            self._canvas.overlay.badge = f"{at:.1f} mm"
            self._canvas.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pulling:
            self._pulling = False
            lines = self._canvas.guides.of(self._upright)
            sheet = self._canvas.pages[self._canvas.page].sheet
            if not 0 < lines[-1] < (sheet.width if self._upright else sheet.height):
                lines.pop()
            self._canvas.overlay.clear()
            self._canvas.viewport().update()


class Desk(QWidget):
    """The canvas with its rulers."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        corner = QWidget()
        corner.setProperty("ground", "pane")
        self.top, self.side = Ruler(canvas, upright=False), Ruler(canvas, upright=True)
        grid.addWidget(corner, 0, 0)
        grid.addWidget(self.top, 0, 1)
        grid.addWidget(self.side, 1, 0)
        grid.addWidget(canvas, 1, 1)
