"""Keeps the drawing of a template fresh: off the window's thread, never two at once, the newest wish wins."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from crm_desktop.printing.template import Template
from ui.designer.page_item import as_image
from ui.designer.places import Drawn
from ui.tasks import Tasks

_QUIET = 40  # milliseconds without a change before it is drawn again
_MOST_KEPT = 24  # pictures of pages


class Drawer(QObject):
    """Draws and tells. Pictures of pages are made for the zoom in use, those that are looked at first."""

    drawn = Signal(object)
    """A `Drawn`, with its first pages already painted."""
    pictured = Signal(int)
    """The picture of a page has come."""
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._wanted: tuple[Template, Mapping[str, Any]] | None = None
        self._busy = False
        self._serial = 0
        self._images: dict[tuple[int, int, int], QImage] = {}
        self._asked: set[tuple[int, int, int]] = set()
        self._now: Drawn | None = None
        self.dpi, self.ratio = 96.0, 1.0
        self.in_sight: tuple[int, ...] = (0,)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_QUIET)
        self._timer.timeout.connect(self._start)

    @property
    def idle(self) -> bool:
        """Whether the drawing shows the template as it is."""
        return not self._busy and self._wanted is None

    def want(self, template: Template, context: Mapping[str, Any]) -> None:
        """Draw this, soon."""
        self._wanted = (template, context)
        self._timer.start()

    def image(self, page: int) -> QImage:
        """The picture of a page at the zoom in use; an empty one until it has come."""
        key = (self._serial, page, round(self.dpi * 100))
        found = self._images.get(key)
        if found is None:
            self._ask(key)
        return found or QImage()

    def _ask(self, key: tuple[int, int, int]) -> None:
        if key in self._asked or self._now is None:
            return
        self._asked.add(key)
        work = partial(_picture, self._now.pdf, key[1], self.dpi)
        self._tasks.run(work, partial(self._came, key, self.ratio), self.failed.emit, owner=self)

    def _came(self, key: tuple[int, int, int], ratio: float, made: tuple[tuple[int, int], bytes]) -> None:
        self._keep(key, as_image(*made, ratio))
        if key[0] == self._serial:
            self.pictured.emit(key[1])

    def _keep(self, key: tuple[int, int, int], image: QImage) -> None:
        while len(self._images) >= _MOST_KEPT:
            self._images.pop(next(iter(self._images)))
        self._images[key] = image

    def _start(self) -> None:
        if self._busy or self._wanted is None:
            return
        (template, context), self._wanted = self._wanted, None
        self._busy = True
        work = partial(_draw, template, context, self.in_sight, self.dpi)
        self._tasks.run(work, partial(self._show, self.dpi, self.ratio), self._broke, owner=self)

    def _show(self, dpi: float, ratio: float, made: tuple[Drawn, dict[int, tuple[tuple[int, int], bytes]]]) -> None:
        self._now, pictures = made
        self._serial += 1
        self._images.clear()
        self._asked.clear()
        for page, picture in pictures.items():
            self._keep((self._serial, page, round(dpi * 100)), as_image(*picture, ratio))
        self._busy = False
        self.drawn.emit(self._now)
        if self._wanted is not None:
            self._start()

    def _broke(self, error: BaseException) -> None:
        self._busy = False
        self.failed.emit(error)
        if self._wanted is not None:
            self._start()


def _draw(
    template: Template, context: Mapping[str, Any], pages: tuple[int, ...], dpi: float
) -> tuple[Drawn, dict[int, tuple[tuple[int, int], bytes]]]:
    measure: Any = import_module("ui.designer.measure")  # draws with reportlab, which is slow to load
    drawn: Drawn = measure.draw(template, context)
    return drawn, {page: _picture(drawn.pdf, page, dpi) for page in pages if page < drawn.pages}


def _picture(pdf: bytes, page: int, dpi: float) -> tuple[tuple[int, int], bytes]:
    preview: Any = import_module("crm_desktop.printing.preview")
    made: tuple[tuple[int, int], bytes] = preview.page_rgb(pdf, page, dpi)
    return made
