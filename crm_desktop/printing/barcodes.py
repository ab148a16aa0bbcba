"""Bar codes as rectangles, so that paper and screen show the same bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportlab.graphics.barcode.code39 import Standard39
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.common import I2of5
from reportlab.graphics.barcode.eanbc import Ean8BarcodeWidget, Ean13BarcodeWidget
from reportlab.graphics.barcode.ecc200datamatrix import ECC200DataMatrix
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Rect

from crm_desktop.words import _

Bars = tuple[tuple[float, float, float, float], ...]
LONGEST = {"code128": 60, "code39": 40, "itf": 40, "qr": 1_000, "datamatrix": 150}
_CODE39 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-. $/+%")
_EAN = {"ean13": 13, "ean8": 8}
_WIDE = 2.5  # modules of a wide bar of the codes that know narrow and wide ones only


def bars(symbology: str, value: str, x: float, y: float, width: float, height: float) -> Bars:
    """The dark rectangles of a code that fills a box. Raises ValueError with words when the value does not fit the code."""
    if not value:
        return ()
    if symbology not in _EAN and len(value) > LONGEST[symbology]:
        raise ValueError(_("too long for a bar code"))
    match symbology:
        case "qr":
            return _qr(value, x, y, min(width, height))
        case "datamatrix":
            return _datamatrix(value, x, y, min(width, height))
        case "ean13" | "ean8":
            return _ean(value, _EAN[symbology], x, y, width, height)
        case "code39" | "itf":
            return _narrow_and_wide(symbology, value, x, y, width, height)
    return _code128(value, x, y, width, height)


def _narrow_and_wide(symbology: str, value: str, x: float, y: float, width: float, height: float) -> Bars:
    if symbology == "code39":
        value = value.upper()
        if not all(letter in _CODE39 for letter in value):
            raise ValueError(_("Code 39 holds capital letters, digits and - . $ / + % only"))
        code: Any = Standard39(value, barWidth=1, quiet=0, checksum=0)
    else:
        value = value.strip()
        if not value.isascii() or not value.isdigit():
            raise ValueError(_("ITF holds digits only"))
        code = I2of5(value if len(value) % 2 == 0 else f"0{value}", barWidth=1, quiet=0, checksum=0, bearers=0)
    code.validate()
    code.encode()
    code.decompose()
    runs = [(letter in "bB", _WIDE if letter in "BS" else 1.0) for letter in code.decomposed]
    return _stripes(runs, x, y, width, height)


def _code128(value: str, x: float, y: float, width: float, height: float) -> Bars:
    if not all(" " <= letter <= "~" for letter in value):
        raise ValueError(_("Code 128 holds letters, digits and signs of the keyboard only"))
    code = Code128(value, barWidth=1, quiet=0)
    code.validate()
    code.encode()
    code.decompose()
    modules = [(letter.isupper(), ord(letter.lower()) - ord("a") + 1) for letter in code.decomposed]
    return _stripes(modules, x, y, width, height)


def _stripes(runs: Sequence[tuple[bool, float]], x: float, y: float, width: float, height: float) -> Bars:
    """Alternating (dark, modules) runs, stretched to the width."""
    unit = width / sum(modules for _dark, modules in runs)
    found = []
    for dark, modules in runs:
        if dark:
            found.append((x, y, modules * unit, height))
        x += modules * unit
    return tuple(found)


def _ean(value: str, length: int, x: float, y: float, width: float, height: float) -> Bars:
    digits = value.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) not in (length - 1, length):
        raise ValueError(_("EAN-{length} needs {less} or {length} digits").format(length=length, less=length - 1))
    own = digits[: length - 1]
    check = str(-sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(own))) % 10)
    if len(digits) == length and digits[-1] != check:
        raise ValueError(_("the check digit of this EAN-{length} is wrong; it should be {digit}").format(length=length, digit=check))
    maker = Ean13BarcodeWidget if length == 13 else Ean8BarcodeWidget
    widget = maker(own + check, barWidth=1, quiet=0, humanReadable=0)
    return _scaled(_rectangles(widget.draw()), x, y, width, height)


def _datamatrix(value: str, x: float, y: float, side: float) -> Bars:
    if not all(" " <= letter <= "~" for letter in value):
        raise ValueError(_("Data Matrix holds letters, digits and signs of the keyboard only"))
    code = ECC200DataMatrix(value)
    code.validate()
    rows = list(reversed(code.encode()))
    unit = side / len(rows)
    return tuple(
        (x + at * unit, y + down * unit, unit, unit) for down, row in enumerate(rows) for at, dark in enumerate(row) if dark
    )


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
