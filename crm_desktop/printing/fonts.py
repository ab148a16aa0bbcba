"""The fonts of documents: the shipped Noto Sans SC, its widths, and which characters it has.

Widths are the plain advance widths of the font file, without kerning, because that is what the PDF shows; a designer that
switches kerning off measures the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from crm_desktop.resources import resource

SANS = "sans"
FILES = {
    "NotoSansSC": "fonts/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold": "fonts/NotoSansSC_700Bold.ttf",
}
FAMILIES = {SANS: ("NotoSansSC", "NotoSansSC-Bold")}
"""Regular and bold face of every font a template may name."""

FALLBACK = "□"
_SILENT: dict[int, str | None] = dict.fromkeys(
    [
        *range(0x20),
        0x7F,
        *range(0x80, 0xA0),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        0x2060,
        0xFE0E,
        0xFE0F,
        0xFEFF,
    ]
)
"""Characters that are never seen: control characters, joiners, variation selectors, byte order marks."""
_SILENT[0x09] = " "
_SILENT[0xA0] = " "

_lock = threading.Lock()
_loaded: dict[str, Face] = {}  # a font file is read once in the life of the program


class Face:
    """One face: its name in the PDF, widths and characters."""

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        font = TTFont(name, str(resource(path)))
        pdfmetrics.registerFont(font)
        widths = font.face.charWidths
        self._missing_width: float = font.face.defaultWidth
        self._widths: dict[str, float] = {chr(code): width for code, width in widths.items() if code < 0x3000}
        self._all_widths: dict[int, float] = widths
        self.known: frozenset[str] = frozenset(map(chr, font.face.charToGlyph))
        self.ascent: float = font.face.ascent / 1000
        self.descent: float = font.face.descent / 1000

    def width(self, text: str, size: float) -> float:
        """Width in points."""
        near = self._widths
        total = 0.0
        for letter in text:
            width = near.get(letter)
            if width is None:
                width = near[letter] = self._all_widths.get(ord(letter), self._missing_width)
            total += width
        return total * size * 0.001


def face(name: str) -> Face:
    """A face by its name, read from its file when first asked for."""
    loaded = _loaded.get(name)
    if loaded is None:
        with _lock:
            loaded = _loaded.get(name) or Face(name, FILES[name])
            _loaded[name] = loaded
    return loaded


def printable(text: str, has: frozenset[str], missing: Callable[[str], None]) -> str:
    """The text with unseen characters taken out and characters the font lacks shown as □ and reported."""
    if has.issuperset(text) and text.isprintable() and "\xa0" not in text:
        return text
    text = text.translate(_SILENT)
    if has.issuperset(text):
        return text
    for letter in sorted(set(text) - has):
        missing(letter)
    return "".join(letter if letter in has else FALLBACK for letter in text)
