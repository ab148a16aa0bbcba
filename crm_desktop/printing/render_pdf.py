"""Pages of marks written as PDF: subset TrueType fonts, text that can be searched and copied, nothing left unembedded."""

from __future__ import annotations

import io
import math
import threading
from functools import lru_cache

from reportlab import rl_config
from reportlab.lib.rl_accel import escapePDF
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from crm_desktop.printing.fonts import face
from crm_desktop.printing.marks import (
    SLANT,
    BarsMark,
    BoxMark,
    LineMark,
    Mark,
    PageMarks,
    PictureMark,
    ShapeMark,
    TextMark,
)

_POINTS = 72 / 25.4
# Streams stay binary: as ASCII they take a quarter more room and most of the time of a page.
rl_config.useA85 = 0
_ESCAPED = {code: escapePDF(bytes([code])) for code in range(256)}
_saving = threading.Lock()  # a font face builds its subset from one open position in its file


class _Canvas(Canvas):  # type: ignore[misc]
    """reportlab's canvas, with the escaping of text done for whole runs instead of letter by letter."""

    def _escape(self, text: bytes | str) -> str:
        plain = text.decode("latin-1") if isinstance(text, bytes) else text
        return plain.translate(_ESCAPED)


class PdfWriter:
    """Takes pages one by one, so that a batch of a thousand documents never holds more marks than one page."""

    def __init__(self, title: str = "", author: str = "") -> None:
        self._file = io.BytesIO()
        first = face("NotoSansSC").name
        self._canvas = _Canvas(self._file, pagesize=(595, 842), initialFontName=first, initialFontSize=9)
        self._canvas.setTitle(title or " ")
        self._canvas.setAuthor(author or " ")
        self._canvas.setCreator("CRM Desktop")
        self._canvas.setSubject(" ")
        self._pictures: dict[bytes, ImageReader] = {}
        self.pages = 0

    def add(self, page: PageMarks) -> None:
        """Write one page."""
        canvas = self._canvas
        canvas.setPageSize((page.width * _POINTS, page.height * _POINTS))
        _Painter(canvas, page.height, self._pictures).paint(page.marks)
        canvas.showPage()
        self.pages += 1

    def finish(self) -> bytes:
        """The whole file."""
        with _saving:
            self._canvas.save()
        return self._file.getvalue()


class _Painter:
    """Paints the marks of one page; colours and widths are written only when they change."""

    def __init__(self, canvas: Canvas, height: float, pictures: dict[bytes, ImageReader]) -> None:
        self._canvas, self._height, self._pictures = canvas, height * _POINTS, pictures
        self._fill, self._stroke, self._line_width, self._dash, self._opacity = "", "", -1.0, 0.0, 1.0

    def paint(self, marks: list[Mark]) -> None:
        index, count = 0, len(marks)
        while index < count:
            mark = marks[index]
            if isinstance(mark, TextMark):
                end = index + 1
                while end < count and isinstance(other := marks[end], TextMark) and other.opacity == mark.opacity:
                    end += 1
                self._texts(marks[index:end])
                index = end
                continue
            if isinstance(mark, LineMark):
                self._line(mark)
            elif isinstance(mark, BoxMark):
                self._box(mark)
            elif isinstance(mark, BarsMark):
                self._bars(mark)
            elif isinstance(mark, ShapeMark):
                self._shape(mark)
            else:
                self._picture(mark)
            index += 1

    def _texts(self, marks: list[Mark]) -> None:
        canvas, height = self._canvas, self._height
        self._see_through(marks[0].opacity)  # type: ignore[union-attr]
        run = canvas.beginText()
        font, size, underlined = "", 0.0, []
        for mark in marks:
            assert isinstance(mark, TextMark)
            if mark.color != self._fill:
                run.setFillColorRGB(*_rgb(mark.color))
                self._fill = mark.color
            if mark.font != font or mark.size != size:
                font, size = mark.font, mark.size
                run.setFont(font, size)
            x, y = mark.x * _POINTS, height - mark.y * _POINTS
            if mark.angle or mark.slant:
                run.setTextTransform(*_turned(mark.angle, SLANT if mark.slant else 0.0), x, y)
            else:
                run.setTextOrigin(x, y)
            run.textOut(mark.text)
            if mark.underline:
                underlined.append(mark)
        canvas.drawText(run)
        for mark in underlined:
            self._line(underline(mark))

    def _see_through(self, opacity: float) -> None:
        if opacity != self._opacity:
            self._canvas.setFillAlpha(opacity)
            self._canvas.setStrokeAlpha(opacity)
            self._opacity = opacity

    def _pen(self, color: str, width: float, dash: float = 0.0) -> None:
        canvas = self._canvas
        if color != self._stroke:
            canvas.setStrokeColorRGB(*_rgb(color))
            self._stroke = color
        if width != self._line_width:
            canvas.setLineWidth(width * _POINTS)
            self._line_width = width
        if dash != self._dash:
            canvas.setDash([dash * _POINTS] if dash else [])
            self._dash = dash

    def _brush(self, color: str) -> None:
        if color != self._fill:
            self._canvas.setFillColorRGB(*_rgb(color))
            self._fill = color

    def _line(self, mark: LineMark) -> None:
        self._see_through(1.0)
        self._pen(mark.color, mark.width, mark.dash)
        height = self._height
        self._canvas.line(mark.x1 * _POINTS, height - mark.y1 * _POINTS, mark.x2 * _POINTS, height - mark.y2 * _POINTS)

    def _box(self, mark: BoxMark) -> None:
        self._see_through(1.0)
        if mark.fill:
            self._brush(mark.fill)
        if mark.line:
            self._pen(mark.line, mark.line_width)
        x, y = mark.x * _POINTS, self._height - (mark.y + mark.height) * _POINTS
        width, height = mark.width * _POINTS, mark.height * _POINTS
        if mark.radius:
            self._canvas.roundRect(x, y, width, height, mark.radius * _POINTS, bool(mark.line), bool(mark.fill))
        else:
            self._canvas.rect(x, y, width, height, bool(mark.line), bool(mark.fill))

    def _bars(self, mark: BarsMark) -> None:
        self._see_through(1.0)
        self._brush(mark.color)
        path = self._canvas.beginPath()
        for x, y, width, height in mark.bars:
            path.rect(x * _POINTS, self._height - (y + height) * _POINTS, width * _POINTS, height * _POINTS)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def _shape(self, mark: ShapeMark) -> None:
        self._see_through(mark.opacity)
        if mark.fill:
            self._brush(mark.fill)
        if mark.line:
            self._pen(mark.line, mark.line_width)
        path = self._canvas.beginPath()
        for index, (x, y) in enumerate(mark.points):
            (path.lineTo if index else path.moveTo)(x * _POINTS, self._height - y * _POINTS)
        if mark.closed:
            path.close()
        self._canvas.drawPath(path, stroke=bool(mark.line), fill=bool(mark.fill))

    def _picture(self, mark: PictureMark) -> None:
        self._see_through(mark.opacity)
        reader = self._pictures.get(mark.content)
        if reader is None:
            reader = self._pictures[mark.content] = ImageReader(io.BytesIO(mark.content))
        y = self._height - (mark.y + mark.height) * _POINTS
        self._canvas.drawImage(reader, mark.x * _POINTS, y, mark.width * _POINTS, mark.height * _POINTS, mask="auto")


def underline(mark: TextMark) -> LineMark:
    """The line below an underlined text, turned with it."""
    down, turn = mark.size * 0.05, math.radians(mark.angle)
    x, y = mark.x + down * math.sin(turn), mark.y + down * math.cos(turn)
    end = x + mark.width * math.cos(turn), y - mark.width * math.sin(turn)
    return LineMark(mark.element, x, y, *end, mark.size * 0.02, mark.color, row=mark.row)


@lru_cache(maxsize=64)
def _turned(angle: float, slant: float) -> tuple[float, float, float, float]:
    """The matrix that turns text and lets it lean."""
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    return cos, sin, slant * cos - sin, slant * sin + cos


@lru_cache(maxsize=256)
def _rgb(color: str) -> tuple[float, float, float]:
    return int(color[1:3], 16) / 255, int(color[3:5], 16) / 255, int(color[5:7], 16) / 255
