"""Pages of a PDF as pictures, for the preview on screen and for printers that want dots."""

from __future__ import annotations

import io
import threading

import pypdfium2
from PIL import Image

from crm_desktop.errors import Missing
from crm_desktop.words import _

_lock = threading.Lock()  # PDFium is not safe to use from two threads at once
MOST_DPI, MOST_HITS = 1_200, 500


def page_count(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with _lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return len(document)
        finally:
            document.close()


def page_png(pdf: bytes, page: int, dpi: float = 96) -> bytes:
    """A page (counted from 0) as PNG."""
    size, content = page_rgb(pdf, page, dpi)
    target = io.BytesIO()
    Image.frombytes("RGB", size, content).save(target, format="PNG")
    return target.getvalue()


def page_rgb(pdf: bytes, page: int, dpi: float = 96) -> tuple[tuple[int, int], bytes]:
    """A page as (width, height) and three bytes per dot, rows from the top."""
    with _lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 0 <= page < len(document):
                raise Missing(_("There is no page {number}.").format(number=page + 1))
            scale = min(max(dpi, 10), MOST_DPI) / 72
            bitmap = document[page].render(scale=scale, rev_byteorder=True)
            picture = bitmap.to_pil().convert("RGB")
        finally:
            document.close()
    return picture.size, picture.tobytes()


def page_text(pdf: bytes, page: int) -> str:
    """The text of a page, as search and copy see it."""
    with _lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return str(document[page].get_textpage().get_text_range())
        finally:
            document.close()


def page_sizes(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of every page in millimetres."""
    with _lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [(w * 25.4 / 72, h * 25.4 / 72) for w, h in (document.get_page_size(n) for n in range(len(document)))]
        finally:
            document.close()


def find_text(pdf: bytes, text: str) -> list[tuple[int, list[tuple[float, float, float, float]]]]:
    """Where a text stands, in reading order: the page (from 0) and boxes as (x, y, width, height) in millimetres from above."""
    found: list[tuple[int, list[tuple[float, float, float, float]]]] = []
    if not text.strip():
        return found
    with _lock:
        document = pypdfium2.PdfDocument(pdf)
        try:
            for number in range(len(document)):
                page = document[number]
                words, high = page.get_textpage(), page.get_height()
                search = words.search(text)
                while (hit := search.get_next()) is not None and len(found) < MOST_HITS:
                    index, count = hit
                    boxes = [words.get_rect(n) for n in range(words.count_rects(index, count))]
                    found.append((number, [_from_above(box, high) for box in boxes]))
        finally:
            document.close()
    return found


def _from_above(box: tuple[float, float, float, float], high: float) -> tuple[float, float, float, float]:
    left, bottom, right, top = (side * 25.4 / 72 for side in box)
    return left, high * 25.4 / 72 - top, right - left, top - bottom
