"""Text in which words are marked: bold, leaning, underlined, coloured, larger. Broken into lines like any other text.

The marks are read before the fields are filled in, so what stands in a field is never taken for a mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from crm_desktop.printing.marks import POINT, Mark, TextMark
from crm_desktop.printing.styles import Style
from crm_desktop.printing.text_fit import SMALLEST, place_ground, words_of

_MARK = re.compile(r"\{\{|\}\}|\{[^{}]*\}|<(/?)(b|i|u|color|size)(?:=(#[0-9a-fA-F]{6}|\d{1,3}(?:\.\d)?))?>")
_STEP = 0.94


@dataclass(frozen=True)
class Run:
    """Letters of one look."""

    text: str
    style: Style
    scale: float = 1.0

    @property
    def size(self) -> float:
        """Points."""
        return max(self.style.size * self.scale, SMALLEST)

    @property
    def width(self) -> float:
        """Points."""
        return self.style.face.width(self.text, self.size)


@dataclass(frozen=True)
class RichLine:
    """Runs beside each other; millimetres."""

    runs: tuple[Run, ...]
    height: float

    @property
    def width(self) -> float:
        return sum(run.width for run in self.runs) * POINT


@dataclass(frozen=True)
class RichText:
    """Lines below each other."""

    lines: tuple[RichLine, ...]
    clipped: bool = False

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)


def parse(source: str, style: Style) -> list[tuple[str, Style]]:
    """The pieces of a marked text, fields still in braces, each with its look. A mark that is never closed holds to the end."""
    pieces: list[tuple[str, Style]] = []
    open_: list[tuple[str, Style]] = [("", style)]
    start = 0
    for found in _MARK.finditer(source):
        name, closing, value = found[2], bool(found[1]), bool(found[3])
        if name is None or value != (name in ("color", "size") and not closing):
            continue
        if found.start() > start:
            pieces.append((source[start : found.start()], open_[-1][1]))
        start = found.end()
        if closing:
            if any(each == name for each, _look in open_):
                while open_.pop()[0] != name:
                    pass
        else:
            open_.append((name, _look(open_[-1][1], name, found[3] or "")))
    if start < len(source):
        pieces.append((source[start:], open_[-1][1]))
    return pieces


def _look(style: Style, name: str, value: str) -> Style:
    match name:
        case "b":
            return replace(style, bold=True)
        case "i":
            return replace(style, italic=True)
        case "u":
            return replace(style, underline=True)
        case "color" if value.startswith("#"):
            return replace(style, color=value)
        case "size" if value and not value.startswith("#"):
            return replace(style, size=min(max(float(value), 3.0), 200.0))
    return style


def set_rich(source: str, style: Style, width: float, height: float, filled: Callable[[str, Style], str]) -> RichText:
    """The text set into a box (inside its padding). `filled` puts the fields in."""
    runs = [Run(filled(text, look), look) for text, look in parse(source, style)]
    runs = [run for run in runs if run.text]
    scale = 1.0
    while True:
        lines = _broken([replace(run, scale=scale) for run in runs], width, style)
        made = RichText(tuple(lines))
        fits = made.height <= height + 0.01
        if style.overflow == "grow" or fits or (style.overflow == "shrink" and style.size * scale <= SMALLEST):
            break
        if style.overflow != "shrink":
            break
        scale *= _STEP
    return made if style.overflow == "grow" else _limited(made, height)


def place_rich(
    text: RichText, style: Style, element: str, x: float, y: float, width: float, height: float, marks: list[Mark]
) -> None:
    """Add the marks of a text in a box with its upper left corner at (x, y)."""
    place_ground(style, element, x, y, width, height, marks)
    top = y + style.padding
    if style.valign == "middle":
        top = y + (height - text.height) / 2
    elif style.valign == "bottom":
        top = y + height - style.padding - text.height
    for line in text.lines:
        left = x + style.padding
        if style.align == "right":
            left = x + width - style.padding - line.width
        elif style.align == "center":
            left = x + (width - line.width) / 2
        largest = max((run.size for run in line.runs), default=0.0)
        base = top + line.height / 2 + largest * POINT * 0.38
        for run in line.runs:
            wide = run.width * POINT
            look = run.style
            if run.text.strip():
                marks.append(
                    TextMark(
                        element, left, base, run.text, look.face.name, run.size, look.color, wide, look.underline, 0.0, look.italic
                    )
                )
            left += wide
        top += line.height


def _limited(text: RichText, height: float) -> RichText:
    kept: list[RichLine] = []
    used = 0.0
    for line in text.lines:
        # As with plain text: what must fit is the letters, not the space between lines.
        if kept and used + line.height * 0.8 > height + 0.01:
            break
        kept.append(line)
        used += line.height
    return RichText(tuple(kept), len(kept) < len(text.lines))


def _broken(runs: list[Run], width: float, style: Style) -> list[RichLine]:
    lines: list[RichLine] = []
    line: list[Run] = []
    filled, room = 0.0, width / POINT + 0.01

    def turn() -> None:
        nonlocal line, filled
        if line and line[-1].text.endswith(" "):
            line[-1] = replace(line[-1], text=line[-1].text.rstrip())
        largest = max((run.size for run in line), default=style.size)
        lines.append(RichLine(tuple(line), largest * style.line_height * POINT))
        line, filled = [], 0.0

    for run in runs:
        for number, paragraph in enumerate(run.text.split("\n")):
            if number:
                turn()
            for word in words_of(paragraph):
                wide = run.style.face.width(word, run.size)
                if filled + wide > room and line and not word.isspace():
                    turn()
                if word.isspace() and not line:
                    continue
                if line and line[-1].style is run.style:
                    line[-1] = replace(line[-1], text=line[-1].text + word)
                else:
                    line.append(replace(run, text=word))
                filled += wide
    if line or not lines:
        turn()
    return lines
