"""Lining elements up: align, spread, same size. Boxes are on paper, so that elements of different bands line up as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def contains(self, x: float, y: float, slack: float = 0.0) -> bool:
        """Whether a point is inside, or at most `slack` beside it."""
        return self.x - slack <= x <= self.right + slack and self.y - slack <= y <= self.bottom + slack

    def touches(self, other: Box) -> bool:
        """Whether the two have something in common."""
        return self.x <= other.right and other.x <= self.right and self.y <= other.bottom and other.y <= self.bottom

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.width, self.height)


Boxes = Mapping[str, Box]


def bounds(boxes: Boxes) -> Box:
    """The smallest box around all."""
    left, top = min(b.x for b in boxes.values()), min(b.y for b in boxes.values())
    right, bottom = max(b.right for b in boxes.values()), max(b.bottom for b in boxes.values())
    return Box(left, top, right - left, bottom - top)


def aligned(boxes: Boxes, edge: str) -> dict[str, Box]:
    """All at the `left`, `center`, `right`, `top`, `middle` or `bottom` of what is around them."""
    whole = bounds(boxes)
    made = {}
    for name, box in boxes.items():
        x, y = {
            "left": (whole.x, box.y),
            "center": (whole.middle[0] - box.width / 2, box.y),
            "right": (whole.right - box.width, box.y),
            "top": (box.x, whole.y),
            "middle": (box.x, whole.middle[1] - box.height / 2),
            "bottom": (box.x, whole.bottom - box.height),
        }[edge]
        made[name] = Box(x, y, box.width, box.height)
    return made


def spread(boxes: Boxes, way: str) -> dict[str, Box]:
    """The same room between neighbours, `across` or `down`; the outermost stay."""
    across = way == "across"
    order = sorted(boxes.items(), key=lambda item: item[1].x if across else item[1].y)
    if len(order) < 3:
        return dict(boxes)
    whole = bounds(boxes)
    used = sum(box.width if across else box.height for _name, box in order)
    room = ((whole.width if across else whole.height) - used) / (len(order) - 1)
    at = whole.x if across else whole.y
    made = {}
    for name, box in order:
        made[name] = Box(at, box.y, box.width, box.height) if across else Box(box.x, at, box.width, box.height)
        at += (box.width if across else box.height) + room
    return made


def same_size(boxes: Boxes, model: str, what: str) -> dict[str, Box]:
    """The `width`, the `height` or `both` of the one called `model`."""
    like = boxes[model]
    return {
        name: Box(
            box.x,
            box.y,
            like.width if what in ("width", "both") else box.width,
            like.height if what in ("height", "both") else box.height,
        )
        for name, box in boxes.items()
    }


class Snap(NamedTuple):
    """What catching a place did: how far to move, and the lines to show (at, from, to) of each direction."""

    dx: float
    dy: float
    upright: tuple[float, ...] = ()
    level: tuple[float, ...] = ()


def caught(box: Box, upright: list[float], level: list[float], reach: float, grid: float, edges: str = "lcrtmb") -> Snap:
    """How far a box goes so that one of its edges or middles (`edges`: l c r, t m b) meets a line near by, else the grid."""
    across = {"l": box.x, "c": box.middle[0], "r": box.right}
    down = {"t": box.y, "m": box.middle[1], "b": box.bottom}
    dx, lines_x = _nearest([across[e] for e in "lcr" if e in edges], upright, reach)
    dy, lines_y = _nearest([down[e] for e in "tmb" if e in edges], level, reach)
    if not lines_x and grid:
        dx = _to_grid(box.right if "l" not in edges and "r" in edges else box.x, grid) if set("lr") & set(edges) else 0.0
    if not lines_y and grid:
        dy = _to_grid(box.bottom if "t" not in edges and "b" in edges else box.y, grid) if set("tb") & set(edges) else 0.0
    return Snap(dx, dy, lines_x, lines_y)


def _nearest(mine: list[float], lines: list[float], reach: float) -> tuple[float, tuple[float, ...]]:
    best = min(((line - at, line) for at in mine for line in lines), key=lambda pair: abs(pair[0]), default=(0.0, 0.0))
    if not mine or not lines or abs(best[0]) > reach:
        return 0.0, ()
    return best[0], tuple({line for at in mine for line in lines if abs(at + best[0] - line) < 0.01})


def _to_grid(at: float, grid: float) -> float:
    return round(at / grid) * grid - at
