"""What is painted on a page: a flat list of simple marks in millimetres from the upper left corner of the paper.

The PDF writer and a designer's screen paint the same marks; `element` says which element of the template a mark is of (of a
table: the column, or the band where it is of none), and `row` which row of the list it was printed for, from 1, or 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

POINT = 25.4 / 72
"""A typographic point in millimetres."""


class TextMark(NamedTuple):
    """One run of text; `y` is its base line, `size` in points. It is turned by `angle` degrees, counter-clockwise, around the
    beginning of its base line; with `slant` upright letters lean by `SLANT`."""

    element: str
    x: float
    y: float
    text: str
    font: str
    size: float
    color: str
    width: float
    underline: bool = False
    angle: float = 0.0
    slant: bool = False
    opacity: float = 1.0
    row: int = 0


class LineMark(NamedTuple):
    """A straight line."""

    element: str
    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    color: str
    dash: float = 0.0
    row: int = 0


class BoxMark(NamedTuple):
    """A rectangle: filled when `fill` is a colour, outlined when `line` is one."""

    element: str
    x: float
    y: float
    width: float
    height: float
    fill: str
    line: str = ""
    line_width: float = 0.0
    radius: float = 0.0
    row: int = 0


class PictureMark(NamedTuple):
    """A picture, drawn from its own bytes."""

    element: str
    x: float
    y: float
    width: float
    height: float
    content: bytes
    opacity: float = 1.0
    row: int = 0


class BarsMark(NamedTuple):
    """The dark parts of a bar code, as rectangles (x, y, width, height)."""

    element: str
    bars: tuple[tuple[float, float, float, float], ...]
    color: str
    row: int = 0


class ShapeMark(NamedTuple):
    """A polygon, or with `closed` off a line of several pieces: filled when `fill` is a colour, drawn when `line` is one."""

    element: str
    points: tuple[tuple[float, float], ...]
    fill: str
    line: str = ""
    line_width: float = 0.0
    closed: bool = True
    opacity: float = 1.0
    row: int = 0


Mark = TextMark | LineMark | BoxMark | PictureMark | BarsMark | ShapeMark

SLANT = 0.21
"""How far slanting letters lean: to the right, in parts of their height."""


@dataclass
class PageMarks:
    """One page of paper and what stands on it, in painting order."""

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Problem:
    """Something a person should look at before the paper goes out. `kind` is one of `PROBLEM_KINDS`."""

    kind: str
    element: str
    message: str


PROBLEM_KINDS = (
    "missing_glyph",
    "clipped",
    "unknown_field",
    "expression",
    "picture",
    "barcode",
    "font",
    "off_paper",
    "style",
    "structure",
)
MOST_PROBLEMS = 200


class Problems:
    """Collects problems, each once, and not without end."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, kind: str, element: str, message: str) -> None:
        """Note a problem, once per element and message."""
        if len(self._found) < MOST_PROBLEMS:
            self._found.setdefault(Problem(kind, element, message))

    def all(self) -> tuple[Problem, ...]:
        """Everything noted, in order."""
        return tuple(self._found)
