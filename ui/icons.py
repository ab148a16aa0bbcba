"""Icons: drawn from the SVG files at the moment they are painted, in a colour of the theme.

An icon made once follows a change of theme and any screen's scale by itself, so nobody has to keep track of icons.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from crm_desktop.resources import resource
from ui import theme

_log = logging.getLogger(__name__)
_FALLBACK = "document"


def icon(name: str, token: str = "dim", *, filled: bool = False, active: str = "") -> QIcon:
    """The icon `name` in the colour `token`; checked, it is drawn filled in the colour `active` (default: accent)."""
    return QIcon(_Engine(name, token, filled, active or "accent"))


def pixmap(name: str, token: str = "dim", size: int = 0, *, filled: bool = False, ratio: float = 1.0) -> QPixmap:
    """A picture of `size` (default: the icon size) in device-independent pixels, for a screen of `ratio`."""
    side = size or theme.size("icon")
    made = _drawn(name, theme.current().css(token), filled, QSize(round(side * ratio), round(side * ratio)))
    made.setDevicePixelRatio(ratio)
    return made


def app_icon() -> QIcon:
    """The icon of the program itself."""
    made = QIcon()
    for path in ("icons/app.svg", "icons/app.png"):
        made.addFile(str(resource(path)))
    return made


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Every icon there is."""
    return frozenset(p.name.removesuffix("_regular.svg") for p in resource("icons").glob("*_regular.svg"))


@lru_cache(maxsize=512)
def _source(name: str, filled: bool) -> str:
    if name not in names():
        _log.warning("No icon is called %s", name)
        name = _FALLBACK
    path = resource(f"icons/{name}_{'filled' if filled else 'regular'}.svg")
    return path.read_text(encoding="utf-8")


def _drawn(name: str, colour: str, filled: bool, size: QSize) -> QPixmap:
    if size.isEmpty():  # of a button that a layout leaves no room yet
        return QPixmap()
    key = f"crm:{name}:{colour}:{filled}:{size.width()}x{size.height()}"
    picture = QPixmap()
    if QPixmapCache.find(key, picture):
        return QPixmap(picture)
    picture = QPixmap(size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    svg = _source(name, filled).replace("<svg ", f'<svg fill="{colour}" ', 1)
    QSvgRenderer(svg.encode("utf-8")).render(painter)
    painter.end()
    QPixmapCache.insert(key, picture)
    return QPixmap(picture)


class _Engine(QIconEngine):
    """Asks the theme for its colour each time it paints."""

    def __init__(self, name: str, token: str, filled: bool, active: str) -> None:
        super().__init__()
        self._name, self._token, self._filled, self._active = name, token, filled, active
        self._copies: list[_Engine] = []  # Qt takes a copy without keeping its Python half alive

    def clone(self) -> QIconEngine:
        copy = _Engine(self._name, self._token, self._filled, self._active)
        self._copies.append(copy)
        return copy

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        checked = state == QIcon.State.On
        token = "disabled" if mode == QIcon.Mode.Disabled else self._active if checked else self._token
        return _drawn(self._name, theme.current().css(token), self._filled or checked, size)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatio() if painter.device() else 1.0
        side = min(rect.width(), rect.height())
        picture = self.pixmap(QSize(round(side * ratio), round(side * ratio)), mode, state)
        picture.setDevicePixelRatio(ratio)
        corner = QPoint(rect.x() + (rect.width() - side) // 2, rect.y() + (rect.height() - side) // 2)
        painter.drawPixmap(corner, picture)
