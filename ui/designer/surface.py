"""The canvas as the parts that work on it know it: gestures, what is drawn above the pages, what is dropped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollBar, QWidget

from ui.designer.arranging import Box
from ui.designer.document import Document
from ui.designer.guides import Guides
from ui.designer.page_item import PageItem
from ui.designer.places import Drawn, Place


class Surface(Protocol):
    """Pages with things on them, in a window."""

    document: Document
    drawn: Drawn
    pages: list[PageItem]
    guides: Guides
    grid: float
    snap: bool
    frames: bool
    show_grid: bool
    page: int
    moving: dict[str, Box]
    hover: str
    gesture: Any
    dropped: Any

    @property
    def overlay(self) -> Any:
        """What is drawn above the pages."""

    @property
    def scale_factor(self) -> float:
        """Pixels per millimetre."""

    def in_sight(self) -> tuple[int, ...]:
        """The pages that are looked at."""

    def corner(self, page: int) -> tuple[float, float]:
        """The upper left corner of a page in pixels of the window."""

    def rect_of(self, page: int, box: Box) -> QRectF:
        """A box of a page in pixels of the window."""

    def on_page(self, point: QPointF | QPoint, page: int | None = None) -> tuple[int, float, float]:
        """A point of the window as page and millimetres."""

    def place(self, id_: str) -> Place | None:
        """Where a thing stands."""

    def box(self, id_: str) -> Box | None:
        """Its box on its page."""

    def boxes(self, ids: Iterable[str] | None = None) -> dict[str, Box]:
        """The boxes of the selected elements."""

    def element_at(self, page: int, x: float, y: float) -> str:
        """The element at a point."""

    def column_at(self, page: int, x: float, y: float) -> str:
        """The column at a point."""

    def band_at(self, page: int, y: float) -> Place | None:
        """The band at a height."""

    def crop(self, page: int, box: Box) -> QImage:
        """A part of the picture of a page."""

    def viewport(self) -> QWidget:
        """What is painted on."""

    def horizontalScrollBar(self) -> QScrollBar: ...

    def verticalScrollBar(self) -> QScrollBar: ...

    def setFocus(self) -> None: ...
