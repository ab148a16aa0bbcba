"""Bar codes as rectangles, so that paper and screen show the same bars."""

from __future__ import annotations

from typing import Any

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.eanbc import Ean13BarcodeWidget
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Rect

from crm_desktop.words import _

Bars = tuple[tuple[float, float, float, float], ...]
LONGEST = {"code128": 60, "qr": 1_000}


def bars(symbology: str, value: str, x: float, y: float, width: float, height: float) -> Bars:
    """The dark rectangles of a code that fills a box. Raises ValueError with words when the value does not fit the code."""
    if not value:
        return ()
    if symbology != "ean13" and len(value) > LONGEST[symbology]:
        raise ValueError(_("too long for a bar code"))
    if symbology == "qr":
        return _qr(value, x, y, min(width, height))
    if symbology == "ean13":
        return _ean13(value, x, y, width, height)
    return _code128(value, x, y, width, height)


def _code128(value: str, x: float, y: float, width: float, height: float) -> Bars:
    if not all(" " <= letter <= "~" for letter in value):
        raise ValueError(_("Code 128 holds letters, digits and signs of the keyboard only"))
    code = Code128(value, barWidth=1, quiet=0)
    code.validate()
    code.encode()
    code.decompose()
    modules = [(letter.isupper(), ord(letter.lower()) - ord("a") + 1) for letter in code.decomposed]
    return _stripes(modules, x, y, width, height)


def _stripes(runs: list[tuple[bool, int]], x: float, y: float, width: float, height: float) -> Bars:
    """Alternating (dark, modules) runs, stretched to the width."""
    unit = width / sum(modules for _dark, modules in runs)
    found = []
    for dark, modules in runs:
        if dark:
            found.append((x, y, modules * unit, height))
        x += modules * unit
    return tuple(found)


def _ean13(value: str, x: float, y: float, width: float, height: float) -> Bars:
    digits = value.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (12, 13):
        raise ValueError(_("EAN-13 needs 12 or 13 digits"))
    check = str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits[:12])) % 10)
    if len(digits) == 13 and digits[12] != check:
        raise ValueError(_("the check digit of this EAN-13 is wrong; it should be {digit}").format(digit=check))
    widget = Ean13BarcodeWidget(digits[:12] + check, barWidth=1, quiet=0, humanReadable=0)
    return _scaled(_rectangles(widget.draw()), x, y, width, height)


def _qr(value: str, x: float, y: float, side: float) -> Bars:
    widget = QrCodeWidget(value, barLevel="M", barBorder=0)
    return _scaled(_rectangles(widget.draw()), x, y, side, side)


def _rectangles(group: Any) -> list[tuple[float, float, float, float]]:
    found = []
    for shape in group.contents:
        if isinstance(shape, Rect):
            if shape.fillColor is not None and shape.width and shape.height:
                found.append((shape.x, shape.y, shape.width, shape.height))
        elif hasattr(shape, "contents"):
            found += _rectangles(shape)
    return found


def _scaled(found: list[tuple[float, float, float, float]], x: float, y: float, width: float, height: float) -> Bars:
    """Move and stretch rectangles, drawn from the lower left, so that they fill the box."""
    left, low = min(item[0] for item in found), min(item[1] for item in found)
    right = max(item[0] + item[2] for item in found)
    high = max(item[1] + item[3] for item in found)
    across, down = width / (right - left), height / (high - low)
    return tuple(
        (x + (bx - left) * across, y + (high - by - bh) * down, bw * across, bh * down) for bx, by, bw, bh in found
    )
