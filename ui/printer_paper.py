"""A PDF on a printer: the pages a person means, and each of them at the size of its paper, moved as the printer needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import QMarginsF, QPointF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from crm_desktop.printing.preview import page_rgb
from crm_desktop.words import N_, _

PRINT_DPI = 300
DUPLEX: tuple[tuple[str, str, QPrinter.DuplexMode], ...] = (
    ("none", N_("One side"), QPrinter.DuplexMode.DuplexNone),
    ("long", N_("Both sides, turned over the long edge"), QPrinter.DuplexMode.DuplexLongSide),
    ("short", N_("Both sides, turned over the short edge"), QPrinter.DuplexMode.DuplexShortSide),
)
TRAYS: tuple[tuple[str, str, QPrinter.PaperSource], ...] = (
    ("auto", N_("As the printer is set"), QPrinter.PaperSource.Auto),
    ("upper", N_("Upper tray"), QPrinter.PaperSource.Upper),
    ("middle", N_("Middle tray"), QPrinter.PaperSource.Middle),
    ("lower", N_("Lower tray"), QPrinter.PaperSource.Lower),
    ("manual", N_("By hand"), QPrinter.PaperSource.Manual),
    ("tractor", N_("Continuous paper"), QPrinter.PaperSource.Tractor),
    ("envelope", N_("Envelopes"), QPrinter.PaperSource.Envelope),
)
"""Key, words, and what Qt calls it."""


@dataclass(frozen=True)
class Handling:
    """How a printer takes the paper: sides, tray, and how far the print is moved to the right and down, in millimetres."""

    duplex: str = "none"
    tray: str = "auto"
    right: float = 0.0
    down: float = 0.0


def page_numbers(text: str, pages: int) -> list[int]:
    """The pages a person means by `1-3, 5` (from 0); all of them for nothing. Raises ValueError with words."""
    wanted: list[int] = []
    for part in re.split(r"[,，;；\s]+", text.strip()):
        if not part:
            continue
        found = re.fullmatch(r"(\d{1,6})(?:([-–~])(\d{1,6})?)?", part)
        first = int(found[1]) if found else 0
        last = (int(found[3] or pages) if found[2] else first) if found else 0
        if not 1 <= first <= last or first > pages:
            raise ValueError(_("There are {count} pages; write them like 1-3, 5.").format(count=pages))
        wanted += range(first - 1, min(last, pages))
    return wanted or list(range(pages))


def printer_for(name: str, title: str, handling: Handling) -> QPrinter:
    """A printer of this PC, set up."""
    printer = QPrinter(QPrinterInfo.printerInfo(name), QPrinter.PrinterMode.HighResolution)
    printer.setDocName(title)
    printer.setDuplex(next(mode for key, _words, mode in DUPLEX if key == handling.duplex))
    printer.setPaperSource(next(source for key, _words, source in TRAYS if key == handling.tray))
    return printer


def paint_pages(printer: QPrinter, pdf: bytes, pages: list[int], dpi: int = PRINT_DPI, moved: tuple[float, float] = (0, 0)) -> None:
    """Paint pages of a PDF on a printer, each at the size of its paper, `moved` to the right and down by millimetres.

    May run on another thread.
    """
    painter: QPainter | None = None
    printer.setResolution(dpi)
    printer.setFullPage(True)
    for number in pages:
        (width, height), content = page_rgb(pdf, number, dpi)
        _set_paper(printer, QSizeF(width / dpi * 25.4, height / dpi * 25.4))
        if painter is None:
            painter = QPainter(printer)
        else:
            printer.newPage()
        image = QImage(content, width, height, width * 3, QImage.Format.Format_RGB888)
        painter.drawImage(QPointF(moved[0] / 25.4 * dpi, moved[1] / 25.4 * dpi), image)
    if painter is not None:
        painter.end()


def _set_paper(printer: QPrinter, size: QSizeF) -> None:
    wide = size.width() > size.height()
    upright = size.transposed() if wide else size
    printer.setPageSize(QPageSize(upright, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.FuzzyMatch))
    printer.setPageOrientation(QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
