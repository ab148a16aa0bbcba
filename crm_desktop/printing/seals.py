"""A round seal, drawn where there is no picture of one: a ring, the name of the company around a star, what it is for below."""

from __future__ import annotations

import math

from crm_desktop.printing.marks import POINT, Mark, ShapeMark, TextMark
from crm_desktop.printing.styles import Style

_CORNERS = 72
_WIDEST = 256.0  # degrees of the ring that letters may take


def seal(
    element: str, text: str, caption: str, style: Style, box: tuple[float, float, float, float], opacity: float
) -> list[Mark]:
    """The marks of a seal that fills the smaller side of a box (x, y, width, height)."""
    x, y, width, height = box
    radius = min(width, height) / 2
    middle = (x + width / 2, y + height / 2)
    ink = style.color
    rim = max(radius * 0.055, 0.25)
    marks: list[Mark] = [ShapeMark(element, _ring(middle, radius - rim / 2), "", ink, rim, True, opacity)]
    marks.append(ShapeMark(element, _star(middle, radius * 0.3), ink, "", 0.0, True, opacity))
    marks += _around(element, text.strip(), style, middle, radius, opacity)
    marks += _below(element, caption.strip(), style, middle, radius, opacity)
    return marks


def _ring(middle: tuple[float, float], radius: float) -> tuple[tuple[float, float], ...]:
    turns = (2 * math.pi * n / _CORNERS for n in range(_CORNERS))
    return tuple((middle[0] + radius * math.cos(a), middle[1] + radius * math.sin(a)) for a in turns)


def _star(middle: tuple[float, float], radius: float) -> tuple[tuple[float, float], ...]:
    points = []
    for n in range(10):
        reach = radius if n % 2 == 0 else radius * 0.382
        turn = math.radians(-90 + 36 * n)
        points.append((middle[0] + reach * math.cos(turn), middle[1] + reach * math.sin(turn)))
    return tuple(points)


def _around(
    element: str, text: str, style: Style, middle: tuple[float, float], radius: float, opacity: float
) -> list[Mark]:
    """Letters along the ring, upright to its middle."""
    letters = [letter for letter in text if not letter.isspace()] if any(ord(c) > 0x2E7F for c in text) else list(text)
    if not letters:
        return []
    size = radius * 0.27 / POINT
    inner = radius * 0.64  # of the base line
    widths = [max(style.face.width(letter, size) * POINT, radius * 0.06) for letter in letters]
    steps = [math.degrees(wide * 1.18 / inner) for wide in widths]
    if sum(steps) > _WIDEST:
        squeeze = _WIDEST / sum(steps)
        size, steps, widths = size * max(squeeze, 0.35), [s * squeeze for s in steps], [w * squeeze for w in widths]
    turn = 90 + sum(steps) / 2
    marks: list[Mark] = []
    for letter, wide, step in zip(letters, widths, steps, strict=True):
        turn -= step / 2
        angle = turn - 90
        at = math.radians(turn)
        along = math.radians(angle)
        x = middle[0] + inner * math.cos(at) - wide / 2 * math.cos(along)
        y = middle[1] - inner * math.sin(at) + wide / 2 * math.sin(along)
        marks.append(TextMark(element, x, y, letter, style.face.name, size, style.color, wide, False, angle, False, opacity))
        turn -= step / 2
    return marks


def _below(
    element: str, caption: str, style: Style, middle: tuple[float, float], radius: float, opacity: float
) -> list[Mark]:
    if not caption:
        return []
    size = radius * 0.22 / POINT
    wide = style.face.width(caption, size) * POINT
    if wide > radius * 1.05:
        size *= radius * 1.05 / wide
        wide = radius * 1.05
    x, y = middle[0] - wide / 2, middle[1] + radius * 0.62
    return [TextMark(element, x, y, caption, style.face.name, size, style.color, wide, False, 0.0, False, opacity)]
