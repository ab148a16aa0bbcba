"""Small charts of a list: bars, a curve, or a pie, as the same marks that everything else on the page is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

from crm_desktop.printing.formats import show_number
from crm_desktop.printing.marks import POINT, BoxMark, LineMark, Mark, ShapeMark, TextMark
from crm_desktop.printing.styles import Style

COLORS = ("#1f4e79", "#2a9d8f", "#e9a23b", "#c0392b", "#7b5ea7", "#5b8c5a", "#3d85c6", "#8d6e63")
MOST_POINTS = 60
_GREY = "#c9d1da"
Box = tuple[float, float, float, float]
Points = Sequence[tuple[str, Decimal]]


def chart(element: str, kind: str, points: Points, title: str, values: bool, colors: Sequence[str], style: Style, box: Box) -> list[Mark]:
    """The marks of a chart in a box (x, y, width, height)."""
    x, y, width, height = box
    marks: list[Mark] = []
    points = points[:MOST_POINTS]
    if title:
        size = style.size * 1.1
        marks.append(_text(element, title, style, size, x + width / 2, y + size * POINT, "center", width))
        y, height = y + size * POINT * 1.6, height - size * POINT * 1.6
    if not points or width < 8 or height < 8:
        return marks
    inks = tuple(colors) or COLORS
    if kind == "pie":
        return marks + _pie(element, points, values, inks, style, (x, y, width, height))
    return marks + _axes(element, kind, points, values, inks, style, (x, y, width, height))


def _axes(element: str, kind: str, points: Points, values: bool, inks: Sequence[str], style: Style, box: Box) -> list[Mark]:
    x, y, width, height = box
    line = style.size * POINT * 1.4
    low, high, step = _scale(min(Decimal(0), *(v for _l, v in points)), max(Decimal(0), *(v for _l, v in points)))
    ticks = [low + step * n for n in range(int((high - low) / step) + 1)]
    left = max(style.face.width(show_number(t, None), style.size) for t in ticks) * POINT + 1.5
    plot_x, plot_w, plot_h = x + left, width - left, height - line - 0.5
    top = y + (line * 0.8 if values else 0)
    plot_h -= top - y

    def at(value: Decimal) -> float:
        return top + plot_h * float((high - value) / (high - low))

    marks: list[Mark] = []
    for tick in ticks:
        marks.append(LineMark(element, plot_x, at(tick), plot_x + plot_w, at(tick), 0.1, style.color if tick == 0 else _GREY))
        beside = at(tick) + style.size * POINT * 0.35
        marks.append(_text(element, show_number(tick, None), style, style.size, plot_x - 1, beside, "right", left))
    room = plot_w / len(points)
    every = max(1, math.ceil(style.size * POINT * 2.2 / room))
    middles = [plot_x + room * (n + 0.5) for n in range(len(points))]
    if kind == "line":
        marks.append(ShapeMark(element, tuple((m, at(v)) for m, (_l, v) in zip(middles, points, strict=True)), "", inks[0], 0.5, False))
    for number, (middle, (label, value)) in enumerate(zip(middles, points, strict=True)):
        tall = at(value)
        if kind == "bar":
            wide = room * 0.62
            marks.append(BoxMark(element, middle - wide / 2, min(tall, at(Decimal(0))), wide, abs(at(Decimal(0)) - tall), inks[0]))
        else:
            marks.append(BoxMark(element, middle - 0.6, tall - 0.6, 1.2, 1.2, inks[0], radius=0.6))
        if number % every == 0:
            marks.append(_text(element, label, style, style.size, middle, y + height - line * 0.3, "center", room * every * 0.96))
            if values:
                up = min(tall, at(Decimal(0))) - 0.8
                marks.append(_text(element, show_number(value, None), style, style.size * 0.9, middle, up, "center", room * every))
    return marks


def _pie(element: str, points: Points, values: bool, inks: Sequence[str], style: Style, box: Box) -> list[Mark]:
    x, y, width, height = box
    total = sum((v for _l, v in points if v > 0), Decimal(0))
    if not total:
        return []
    radius = min(height, width * 0.55) / 2 - 0.5
    middle = (x + radius + 0.5, y + height / 2)
    marks: list[Mark] = []
    turn, line = -90.0, style.size * POINT * 1.5
    left = x + 2 * radius + 4
    row = y + max((height - line * len(points)) / 2, 0)
    for number, (label, value) in enumerate(points):
        share = float(max(value, Decimal(0)) / total)
        ink = inks[number % len(inks)]
        if share:
            marks.append(ShapeMark(element, _slice(middle, radius, turn, share * 360), ink, "#ffffff", 0.2))
        turn += share * 360
        if row + line <= y + height + 0.01:
            marks.append(BoxMark(element, left, row + line * 0.22, line * 0.5, line * 0.5, ink))
            said = f"{label}  {share * 100:.1f}%" if values else label
            words = left + line * 0.8
            marks.append(_text(element, said, style, style.size, words, row + line * 0.72, "left", x + width - words))
            row += line
    return marks


def _slice(middle: tuple[float, float], radius: float, start: float, degrees: float) -> tuple[tuple[float, float], ...]:
    steps = max(int(degrees / 4), 1)
    turns = [math.radians(start + degrees * n / steps) for n in range(steps + 1)]
    edge = tuple((middle[0] + radius * math.cos(a), middle[1] + radius * math.sin(a)) for a in turns)
    return edge if degrees > 359.9 else (middle, *edge)


def _scale(low: Decimal, high: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Where an axis begins and ends, and its steps: ones, twos or fives."""
    if low == high:
        high = low + 1
    rough = (high - low) / 4
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough)
    bottom = (low / step).to_integral_value(rounding="ROUND_FLOOR") * step
    return bottom, (high / step).to_integral_value(rounding="ROUND_CEILING") * step, step


def _text(element: str, text: str, style: Style, size: float, x: float, y: float, align: str, room: float) -> TextMark:
    wide = style.face.width(text, size) * POINT
    while wide > room and len(text) > 1:
        text = text.rstrip("…")[:-1] + "…"
        wide = style.face.width(text, size) * POINT
        if text == "…":
            break
    left = x - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * wide
    return TextMark(element, left, y, text, style.face.name, size, style.color, wide)
