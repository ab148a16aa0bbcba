"""Elements of a band measured and turned into marks; a band's block knows its height before it is painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from crm_desktop.printing.charts import chart
from crm_desktop.printing.evaluate import FAULT, Data, Reader, needs_pages
from crm_desktop.printing.marks import BarsMark, BoxMark, LineMark, Mark, PictureMark, Problems
from crm_desktop.printing.pictures import Pictures
from crm_desktop.printing.rich_text import place_rich, set_rich
from crm_desktop.printing.seals import seal
from crm_desktop.printing.styles import Style, Styles
from crm_desktop.printing.template import (
    BarcodeElement,
    ChartElement,
    CheckBoxElement,
    Element,
    ExpressionElement,
    FieldElement,
    LineElement,
    PageNumberElement,
    PictureElement,
    RectangleElement,
    RichTextElement,
    SealElement,
    TableElement,
    TextElement,
)
from crm_desktop.printing.text_fit import fit, place, place_turned, upright
from crm_desktop.words import _

SEAL_INK = "#c8102e"
"""The red of a seal whose style names no colour of its own."""

SQUARE = ("qr", "datamatrix")

Draw = Callable[[float, float, float, list[Mark]], None]
"""Paints one element: x, y, height, marks to add to."""

DrawTable = Callable[[TableElement, Data, float, float, list[Mark]], None]


@dataclass
class Piece:
    """One element of a block: where it stands, how much higher than planned it became, how it is painted."""

    element: Element
    extra: float
    draw: Draw
    late: bool = False
    shift: float = 0.0
    stretch: float = 0.0


@dataclass
class Block:
    """The elements of a band for one set of data."""

    height: float
    data: Data
    pieces: list[Piece] = field(default_factory=list)


class ElementPainter:
    """Measures and paints elements for one document."""

    def __init__(self, reader: Reader, styles: Styles, pictures: Pictures, problems: Problems) -> None:
        self.reader, self.styles, self._pictures, self._problems = reader, styles, pictures, problems
        self.draw_table: DrawTable | None = None

    def block(self, elements: tuple[Element, ...], height: float, data: Data, numbered: bool = False) -> Block:
        """Measure the elements of a band. `numbered` says that the data know `page` and `pages`."""
        block = Block(height, data)
        for element in elements:
            late = not numbered and _speaks_of_pages(element)
            if late or self.reader.holds(element.visible_when, element.id, data):
                block.pieces.append(self._late_piece(element) if late else self._piece(element, data))
        if any(piece.extra > 0 for piece in block.pieces):
            _make_room(block)
        return block

    def draw(
        self, block: Block, x: float, y: float, marks: list[Mark], late: Callable[[Piece, float, float], None]
    ) -> None:
        """Paint a block with its upper left corner at (x, y); pieces that need the page count are handed to `late`."""
        for piece in block.pieces:
            left, top = x + piece.element.x, y + piece.element.y + piece.shift
            if piece.late:
                late(piece, left, top)
            else:
                piece.draw(left, top, piece.element.height + piece.extra + piece.stretch, marks)

    def draw_late(self, element: Element, data: Data, x: float, y: float, marks: list[Mark]) -> None:
        """Paint an element whose data now know the page count."""
        if self.reader.holds(element.visible_when, element.id, data):
            self._piece(element, data).draw(x, y, element.height, marks)

    def _late_piece(self, element: Element) -> Piece:
        return Piece(element, 0.0, lambda x, y, height, marks: None, late=True)

    def _piece(self, element: Element, data: Data) -> Piece:
        style = self.styles.of(element.style, element.id)
        match element:
            case TextElement() if element.angle:
                return self._turned(element, self.reader.mixed(element.text, style, element.id, data), style)
            case RichTextElement():
                return self._rich(element, style, data)
            case SealElement():
                return self._seal(element, style, data)
            case ChartElement():
                return self._chart(element, style, data)
            case TextElement() | PageNumberElement():
                return self._text(element, self.reader.mixed(element.text, style, element.id, data), style)
            case FieldElement():
                value = self.reader.value(element.field, element.id, data)
                return self._text(element, self.reader.shown(value, style, element.id), style)
            case ExpressionElement():
                value = self.reader.value(element.expression, element.id, data)
                return self._text(element, self.reader.shown(value, style, element.id), style)
            case CheckBoxElement():
                return self._check_box(element, style, data)
            case LineElement():
                return Piece(element, 0.0, _line(element, style))
            case RectangleElement():
                return Piece(element, 0.0, _rectangle(element, style))
            case PictureElement():
                return self._picture(element, data)
            case BarcodeElement():
                return self._barcode(element, style, data)
            case TableElement():
                return self._table(element, data)
        raise AssertionError(type(element).__name__)

    def _text(self, element: Element, text: str, style: Style) -> Piece:
        inner = max(element.width - 2 * style.padding, 0.5)
        fitted = fit(text, style, inner, max(element.height - 2 * style.padding, 0.1))
        extra = 0.0
        if style.overflow == "grow":
            extra = max(fitted.height + 2 * style.padding - element.height, 0.0)
        if fitted.clipped:
            self.reader.note_clipped(element.id, text)

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            place(fitted, style, element.id, x, y, element.width, height, marks)

        return Piece(element, extra if extra > 0.01 else 0.0, draw)

    def _turned(self, element: TextElement, text: str, style: Style) -> Piece:
        width, height = (element.height, element.width) if upright(element.angle) else (element.width, element.height)
        still = replace(style, overflow="wrap") if style.overflow == "grow" else style
        fitted = fit(text, still, max(width - 2 * style.padding, 0.5), max(height - 2 * style.padding, 0.1))
        if fitted.clipped:
            self.reader.note_clipped(element.id, text)

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            place_turned(fitted, still, element.id, (x, y, element.width, height), element.angle, marks)

        return Piece(element, 0.0, draw)

    def _rich(self, element: RichTextElement, style: Style, data: Data) -> Piece:
        def filled(text: str, look: Style) -> str:
            return self.reader.mixed(text, look, element.id, data)

        inner = max(element.width - 2 * style.padding, 0.5)
        text = set_rich(element.text, style, inner, max(element.height - 2 * style.padding, 0.1), filled)
        extra = max(text.height + 2 * style.padding - element.height, 0.0) if style.overflow == "grow" else 0.0
        if text.clipped:
            self.reader.note_clipped(element.id, element.text)

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            place_rich(text, style, element.id, x, y, element.width, height, marks)

        return Piece(element, extra if extra > 0.01 else 0.0, draw)

    def _seal(self, element: SealElement, style: Style, data: Data) -> Piece:
        try:
            content = self._picture_content(element, data)
            wide, high = self._pictures.size(content) if content else (0, 0)
        except ValueError as fault:
            self._problems.add("picture", element.id, str(fault))
            content, wide, high = b"", 0, 0
        text = self.reader.mixed(element.text, style, element.id, data)
        caption = self.reader.mixed(element.caption, style, element.id, data)
        drawn = style if style.color != self.styles.of(None, element.id).color else replace(style, color=SEAL_INK)

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            if content and wide and high:
                scale = min(element.width / wide, height / high)
                left, top = x + (element.width - wide * scale) / 2, y + (height - high * scale) / 2
                marks.append(PictureMark(element.id, left, top, wide * scale, high * scale, content, element.opacity))
            elif text and min(element.width, height) > 4:
                marks += seal(element.id, text, caption, drawn, (x, y, element.width, height), element.opacity)

        return Piece(element, 0.0, draw)

    def _chart(self, element: ChartElement, style: Style, data: Data) -> Piece:
        points = []
        for number, row in enumerate(self.reader.rows(element.over, element.id, data), 1):
            inside = {**data, "line": row, "row": number}
            value = self.reader.value(element.value, element.id, inside)
            if value is not None and not isinstance(value, (int, Decimal)):
                if value is not FAULT:
                    self._problems.add("expression", element.id, _("“{source}” is not a number").format(source=element.value))
                continue
            label = self.reader.shown(self.reader.value(element.label, element.id, inside), style, element.id)
            points.append((label, Decimal(value or 0)))
        title = self.reader.mixed(element.title, style, element.id, data)

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            box = (x, y, element.width, height)
            marks += chart(element.id, element.chart, points, title, element.show_values, element.colors, style, box)

        return Piece(element, 0.0, draw)

    def _check_box(self, element: CheckBoxElement, style: Style, data: Data) -> Piece:
        value = self.reader.value(element.checked, element.id, data)
        checked = value is not FAULT and bool(value)
        text = self.reader.mixed(element.text, style, element.id, data)
        side = min(element.height, style.size * 0.36)
        fitted = fit(text, style, max(element.width - side - 1.5, 0.5), element.height)

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            top = y + (height - side) / 2
            marks.append(BoxMark(element.id, x, top, side, side, "", style.color, 0.2))
            if checked:
                corner = (x + side * 0.42, top + side * 0.78)
                marks.append(LineMark(element.id, x + side * 0.18, top + side * 0.5, *corner, 0.35, style.color))
                marks.append(LineMark(element.id, *corner, x + side * 0.84, top + side * 0.2, 0.35, style.color))
            place(fitted, style, element.id, x + side + 1.5, y, max(element.width - side - 1.5, 0.5), height, marks)

        return Piece(element, 0.0, draw)

    def _picture(self, element: PictureElement, data: Data) -> Piece:
        try:
            content = self._picture_content(element, data)
            wide, high = self._pictures.size(content) if content else (0, 0)
        except ValueError as fault:
            self._problems.add("picture", element.id, str(fault))
            content = b""

        def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
            if not content or not element.width or not element.height:
                return
            width = element.width
            if element.fit == "contain":
                scale = min(element.width / wide, element.height / high)
                width, height = wide * scale, high * scale
                x += {"left": 0.0, "center": 0.5, "right": 1.0}[element.align] * (element.width - width)
                y += (element.height - height) / 2
            marks.append(PictureMark(element.id, x, y, width, height, content))

        return Piece(element, 0.0, draw)

    def _picture_content(self, element: PictureElement | SealElement, data: Data) -> bytes:
        if element.picture:
            return self._pictures.named(element.picture)
        value = self.reader.value(element.field, element.id, data) if element.field else None
        if value is None or value is FAULT or value == "":
            return b""
        if not isinstance(value, bytes):
            raise ValueError(_("“{name}” is not a picture").format(name=element.field))
        return value

    def _barcode(self, element: BarcodeElement, style: Style, data: Data) -> Piece:
        value = self.reader.value(element.value, element.id, data)
        text = "" if value is FAULT else self.reader.shown(value, style, element.id)
        room = style.size * 0.45 if element.show_text and element.symbology not in SQUARE else 0.0
        height = max(element.height - room, 0.1)
        try:
            dark = _barcodes().bars(element.symbology, text, 0, 0, max(element.width, 0.1), height)
        except ValueError as fault:
            self._problems.add("barcode", element.id, f"{text[:40]}: {fault}")
            dark = ()
        fitted = fit(text if room and dark else "", style, element.width, room)

        def draw(x: float, y: float, _height: float, marks: list[Mark]) -> None:
            if dark:
                moved = tuple((bx + x, by + y, bw, bh) for bx, by, bw, bh in dark)
                marks.append(BarsMark(element.id, moved, style.color))
            place(fitted, style, element.id, x, y + height, element.width, room, marks)

        return Piece(element, 0.0, draw)

    def _table(self, element: TableElement, data: Data) -> Piece:
        def draw(x: float, y: float, _height: float, marks: list[Mark]) -> None:
            assert self.draw_table is not None
            self.draw_table(element, data, x, y, marks)

        return Piece(element, 0.0, draw)


@cache
def _barcodes() -> _BarcodeModule:
    # reportlab's bar codes bring all of its page layout along: 150 ms that most forms never need.
    module: Any = import_module("crm_desktop.printing.barcodes")
    return cast("_BarcodeModule", module)


class _BarcodeModule(Protocol):
    def bars(
        self, symbology: str, value: str, x: float, y: float, width: float, height: float
    ) -> tuple[tuple[float, float, float, float], ...]: ...


def _line(element: LineElement, style: Style) -> Draw:
    def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
        first, second = (y + height, y) if element.rising else (y, y + height)
        marks.append(
            LineMark(element.id, x, first, x + element.width, second, element.line_width, style.color, element.dash)
        )

    return draw


def _rectangle(element: RectangleElement, style: Style) -> Draw:
    def draw(x: float, y: float, height: float, marks: list[Mark]) -> None:
        line = style.color if element.line_width else ""
        radius = min(element.radius, element.width / 2, height / 2)
        if line or style.fill:
            marks.append(BoxMark(element.id, x, y, element.width, height, style.fill, line, element.line_width, radius))

    return draw


def _speaks_of_pages(element: Element) -> bool:
    sources: list[tuple[Any, bool]] = [(element.visible_when, False)]
    match element:
        case TextElement() | PageNumberElement() | CheckBoxElement() | RichTextElement():
            sources.append((element.text, True))
        case ExpressionElement():
            sources.append((element.expression, False))
        case FieldElement():
            sources.append((element.field, False))
        case BarcodeElement():
            sources.append((element.value, False))
    return any("page" in source or "页" in source for source, _mixed in sources) and any(
        needs_pages(source, mixed) for source, mixed in sources if source
    )


def _make_room(block: Block) -> None:
    """Move what stands below a grown element down, and let boxes and lines around it grow with it."""
    placed: list[Piece] = []
    for piece in sorted(block.pieces, key=lambda item: item.element.y):
        above = (p for p in placed if p.element.y + p.element.height <= piece.element.y + 0.01)
        piece.shift = max((p.shift + p.extra + p.stretch for p in above), default=0.0)
        placed.append(piece)
    for piece in block.pieces:
        if isinstance(piece.element, (RectangleElement, LineElement)) and piece.element.height > 0:
            low = piece.element.y + piece.element.height
            inside = (
                p.shift + p.extra
                for p in block.pieces
                if p is not piece
                and piece.element.y <= p.element.y + 0.01
                and p.element.y + p.element.height <= low + 0.01
            )
            piece.stretch = max(max(inside, default=0.0) - piece.shift, 0.0)
    block.height += max(piece.shift + piece.extra + piece.stretch for piece in block.pieces)
