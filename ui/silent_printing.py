"""Printing without a window, for scripts: a PDF on a printer of this PC."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinterInfo

from crm_desktop.errors import Missing
from crm_desktop.printing.preview import page_count
from crm_desktop.words import _
from ui.printer_paper import Handling, paint_pages, printer_for


def print_silently(pdf: bytes, printer: str, copies: int = 1, title: str = "CRM Desktop") -> None:
    """Print every page, copy by copy. Raises Missing where this PC has no such printer."""
    held = QGuiApplication.instance() or QGuiApplication([])  # Qt finds printers only with an application around
    assert held is not None
    known = [info.printerName() for info in QPrinterInfo.availablePrinters()]
    if printer not in known:
        names = ", ".join(known)
        advice = _("Known are: {keys}.").format(keys=names) if names else _("No printer is set up here.")
        raise Missing(_("This PC has no printer “{name}”.").format(name=printer), advice)
    pages = list(range(page_count(pdf)))
    paint_pages(printer_for(printer, title, Handling()), pdf, pages * copies)
