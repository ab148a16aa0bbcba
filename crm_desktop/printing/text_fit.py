"""Breaking text into lines and fitting it into a box: wrap, shrink, grow or clip, with the rules for Chinese line breaks."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from crm_desktop.printing.fonts import Face
from crm_desktop.printing.marks import POINT, BoxMark, LineMark, Mark, TextMark
from crm_desktop.printing.styles import Style

SMALLEST = 4.5
_NOT_FIRST = "，。、；：？！）」』】》〉”’…—·,.;:?!)]}%％°"
_NOT_LAST = "（「『【《〈“‘([{¥￥$"
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
_WORDS = re.compile(
    rf"[{re.escape(_NOT_LAST)}]*(?:[{_WIDE}]|[^\s{_WIDE}{re.escape(_NOT_LAST)}]+)[{re.escape(_NOT_FIRST)}]*|\s|."
)


@dataclass(frozen=True)
class Fitted:
    """Text broken into lines at a size; heights and widths in millimetres."""

    lines: tuple[str, ...]
    size: float
    line_height: float
    clipped: bool = False

    @property
    def height(self) -> float:
        """The height of all lines."""
        return self.line_height * len(self.lines)


def fit(text: str, style: Style, width: float, height: float | None) -> Fitted:
    """The text set into a width and, unless it grows, a height (both inside the padding)."""
    size = style.size
    if not text:
        return Fitted((), size, _step(style, size))
    face, points = style.face, width / POINT
    if style.overflow == "shrink":
        return _shrink(text, style, points, height)
    if style.overflow == "clip":
        lines = text.split("\n")
        cut = [_cut(line, face, size, points) for line in lines]
        fitted = _limit(cut, style, size, points, height)
        return Fitted(fitted.lines, size, fitted.line_height, fitted.clipped or cut != lines)
    lines = break_lines(text, face, size, points)
    return _limit(lines, style, size, points, None if style.overflow == "grow" else height)


def break_lines(text: str, face: Face, size: float, width: float) -> list[str]:
    """The text in lines no wider than `width` points."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if face.width(paragraph, size) <= width + 0.01:
            lines.append(paragraph)
        else:
            lines += _wrap(paragraph, face, size, width)
    return lines


def place(
    fitted: Fitted,
    style: Style,
    element: str,
    x: float,
    y: float,
    width: float,
    height: float,
    marks: list[Mark],
    row: int = 0,
) -> None:
    """Add the marks of fitted text in a box with its upper left corner at (x, y), together with fill and borders."""
    if style.fill:
        marks.append(BoxMark(element, x, y, width, height, style.fill, row=row))
    if fitted.lines:
        _place_lines(fitted, style, element, x, y, width, height, marks, row)
    place_border(style, element, x, y, width, height, marks, row)


def place_turned(
    fitted: Fitted, style: Style, element: str, box: tuple[float, float, float, float], angle: float, marks: list[Mark]
) -> None:
    """The same with the text turned around the middle of its box (x, y, width, height); fill and borders stay as they are."""
    x, y, width, height = box
    middle_x, middle_y = x + width / 2, y + height / 2
    if upright(angle):
        width, height = height, width
    lines: list[Mark] = []
    if fitted.lines:
        _place_lines(fitted, style, element, middle_x - width / 2, middle_y - height / 2, width, height, lines, 0)
    turn = math.radians(angle)
    cos, sin = math.cos(turn), math.sin(turn)
    place_ground(style, element, *box, marks)
    for line in lines:
        assert isinstance(line, TextMark)
        dx, dy = line.x - middle_x, line.y - middle_y
        marks.append(line._replace(x=middle_x + dx * cos + dy * sin, y=middle_y - dx * sin + dy * cos, angle=angle))


def upright(angle: float) -> bool:
    """Whether a text turned so runs along the height of its box."""
    return 45 < abs(angle) < 135


def place_ground(style: Style, element: str, x: float, y: float, width: float, height: float, marks: list[Mark]) -> None:
    """Add fill and borders of a box."""
    if style.fill:
        marks.append(BoxMark(element, x, y, width, height, style.fill))
    place_border(style, element, x, y, width, height, marks)


def words_of(text: str) -> list[str]:
    """The parts of a text between which a line may end."""
    return _WORDS.findall(text)


def _place_lines(
    fitted: Fitted,
    style: Style,
    element: str,
    x: float,
    y: float,
    width: float,
    height: float,
    marks: list[Mark],
    row: int,
) -> None:
    face, size, padding = style.face, fitted.size, style.padding
    step = fitted.line_height
    top = y + padding
    if style.valign == "middle":
        top = y + (height - fitted.height) / 2
    elif style.valign == "bottom":
        top = y + height - padding - fitted.height
    # The em box stands in the middle of its line; Chinese glyphs fill it from 0.88 above to 0.12 below the base line.
    baseline = top + step / 2 + size * POINT * 0.38
    for line in fitted.lines:
        text = line.rstrip()
        if text:
            wide = face.width(text, size) * POINT
            left = x + padding
            if style.align == "right":
                left = x + width - padding - wide
            elif style.align == "center":
                left = x + (width - wide) / 2
            marks.append(
                TextMark(
                    element, left, baseline, text, face.name, size, style.color, wide, style.underline, 0.0, style.italic, 1.0, row
                )
            )
        baseline += step


def place_border(
    style: Style, element: str, x: float, y: float, width: float, height: float, marks: list[Mark], row: int = 0
) -> None:
    """Add the lines around a box that its style asks for."""
    border = style.border
    right, bottom = x + width, y + height
    for line_width, x1, y1, x2, y2 in (
        (border.top, x, y, right, y),
        (border.bottom, x, bottom, right, bottom),
        (border.left, x, y, x, bottom),
        (border.right, right, y, right, bottom),
    ):
        if line_width:
            marks.append(LineMark(element, x1, y1, x2, y2, line_width, border.color, row=row))


def _step(style: Style, size: float) -> float:
    return size * style.line_height * POINT


def _limit(lines: list[str], style: Style, size: float, width: float, height: float | None) -> Fitted:
    step = _step(style, size)
    most = style.max_lines or len(lines)
    if height is not None:
        # A line may be a little taller than its box: what must fit is the letters, not the space between lines.
        most = min(most, max(int((height + step - size * POINT * 1.05) / step), 1))
    if len(lines) <= most:
        return Fitted(tuple(lines), size, step)
    last = _cut(lines[most - 1] + "…", style.face, size, width, always=True)
    return Fitted((*lines[: most - 1], last), size, step, clipped=True)


def _shrink(text: str, style: Style, width: float, height: float | None) -> Fitted:
    size = style.size
    while True:
        lines = text.split("\n")
        room = height is None or len(lines) * _step(style, size) <= max(height, _step(style, size)) + 0.01
        if room and all(style.face.width(line, size) <= width + 0.01 for line in lines):
            return Fitted(tuple(lines), size, _step(style, size))
        wrapped = break_lines(text, style.face, size, width)
        whole = all(style.face.width(word, size) <= width + 0.01 for word in _WORDS.findall(text))
        if whole and height is not None and len(wrapped) * _step(style, size) <= height + 0.01:
            return Fitted(tuple(wrapped), size, _step(style, size))
        if size <= SMALLEST:
            return _limit(wrapped, style, size, width, height)
        size = max(size * 0.94, SMALLEST)


def _cut(line: str, face: Face, size: float, width: float, always: bool = False) -> str:
    if face.width(line, size) <= width + 0.01:
        return line
    kept = line.rstrip("…") if always else line
    low, high = 0, len(kept)
    while low < high:
        middle = (low + high + 1) // 2
        if face.width(kept[:middle] + "…", size) <= width + 0.01:
            low = middle
        else:
            high = middle - 1
    return kept[:low].rstrip() + "…"


def _wrap(paragraph: str, face: Face, size: float, width: float) -> list[str]:
    lines: list[str] = []
    line, filled = "", 0.0
    for word in _WORDS.findall(paragraph):
        wide = face.width(word, size)
        if filled + (0.0 if word.isspace() else wide) <= width + 0.01:
            line, filled = line + word, filled + wide
            continue
        if line.strip():
            lines.append(line)
        line, filled = word.lstrip(), wide
        while filled > width and len(line) > 1:
            fits = _letters_that_fit(line, face, size, width)
            lines.append(line[:fits])
            line = line[fits:]
            filled = face.width(line, size)
    if line.strip() or not lines:
        lines.append(line)
    return lines


def _letters_that_fit(word: str, face: Face, size: float, width: float) -> int:
    total = 0.0
    for index, letter in enumerate(word):
        total += face.width(letter, size)
        if total > width:
            return max(index, 1)
    return len(word)
