"""A page on the desk: paper, the picture of a pre-printed form below, and above it the page as the printer gets it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from crm_desktop.printing.inks import PAPER
from ui import theme
from ui.designer.places import Sheet

_SHADE = 26


class PageItem(QGraphicsItem):
    """Paints one page. A scene unit is a millimetre; the picture is put on the screen dot by dot where the zoom is its own."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet
        self.picture = QImage()
        self.background = QImage()

    def show_sheet(self, sheet: Sheet) -> None:
        """Another size of paper."""
        if sheet != self.sheet:
            self.prepareGeometryChange()
            self.sheet = sheet

    def boundingRect(self) -> QRectF:
        return QRectF(-2, -2, self.sheet.width + 5, self.sheet.height + 5)

    @property
    def paper(self) -> QRectF:
        """The paper in scene units."""
        return QRectF(0, 0, self.sheet.width, self.sheet.height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        shade = QColor(0, 0, 0, _SHADE)
        wide, high = self.sheet.width, self.sheet.height
        for step in (0.4, 0.8, 1.2):  # along two edges only: a blended rectangle as large as the page takes milliseconds
            painter.fillRect(QRectF(step, high, wide, step), shade)
            painter.fillRect(QRectF(wide, step, step, high - step), shade)
        painter.fillRect(self.paper, QColor(PAPER))
        if not self.background.isNull():
            painter.drawImage(self.paper, self.background)
        if not self.picture.isNull():
            self._paint_picture(painter)
        if self.sheet.parked:
            painter.setPen(theme.colour("edge"))
            painter.drawRect(self.paper)

    def _paint_picture(self, painter: QPainter) -> None:
        if not self.background.isNull():
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        corner = painter.transform().map(QPointF(0, 0))
        scale = painter.transform().m11()
        size = self.picture.deviceIndependentSize()
        if self.fits(scale):
            painter.save()
            painter.resetTransform()
            painter.drawImage(QPoint(round(corner.x()), round(corner.y())), self.picture)
            painter.restore()
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            whole = QRectF(0, 0, self.sheet.width, self.sheet.height)
            painter.drawImage(whole, self.picture, QRectF(0, 0, size.width(), size.height()))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)

    def fits(self, scale: float) -> bool:
        """Whether the picture was drawn for this zoom."""
        size = self.picture.deviceIndependentSize()
        return abs(size.width() - self.sheet.width * scale) < 1.5 and abs(size.height() - self.sheet.height * scale) < 1.5


def as_image(size: tuple[int, int], content: bytes, ratio: float) -> QImage:
    """Bytes of a page as a picture that is quick to paint."""
    width, height = size
    image = QImage(content, width, height, width * 3, QImage.Format.Format_RGB888)
    made = image.convertToFormat(QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(ratio)
    return made


def faint(content: bytes, size: QSize) -> QImage:
    """The picture of a pre-printed form, at most as large as needed."""
    image = QImage.fromData(content)
    if image.isNull() or image.width() <= size.width():
        return image
    return image.scaledToWidth(size.width(), Qt.TransformationMode.SmoothTransformation)
