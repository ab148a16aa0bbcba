"""Where things stand on the paper, as the canvas knows it. Light: the window works with it without loading what draws."""

from __future__ import annotations

from dataclasses import dataclass, field

from crm_desktop.printing.marks import Problem
from ui.designer.arranging import Box


@dataclass(frozen=True)
class Place:
    """One thing on one page. kind: `band`, `element`, `column`; `band` is the band it stands in; the box is on the page."""

    id: str
    kind: str
    band: str
    page: int
    box: Box


@dataclass(frozen=True)
class Sheet:
    """One page on the table. The parked one holds the bands that this record does not print."""

    width: float
    height: float
    parked: bool = False


@dataclass(frozen=True)
class Drawn:
    """One drawing of the template. `quiet`: elements that leave nothing on the paper with this record; `pages`: how many
    are printed."""

    pdf: bytes
    sheets: tuple[Sheet, ...]
    places: tuple[Place, ...]
    quiet: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    pages: int = 0
    first: dict[str, Place] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        for place in self.places:
            self.first.setdefault(place.id, place)

    def place(self, id_: str) -> Place | None:
        """Where a thing stands first."""
        return self.first.get(id_)

    def on_page(self, page: int) -> list[Place]:
        """Everything on one page."""
        return [place for place in self.places if place.page == page]


EMPTY = Drawn(b"", (), ())
