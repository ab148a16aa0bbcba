"""Sales orders to PDF, one and a thousand, against a page drawn straight onto the canvas of the same library."""

from __future__ import annotations

import io
import subprocess
import sys
import time

from benchmarks.measuring import Row, paired, peak_memory, short
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.printing.printing import print_records, print_to_pdf
from crm_desktop.resources import resources_folder
from crm_desktop.services.listing import fetch_ids

FIRST = """
import sys, time
from pathlib import Path
from crm_desktop.services.opening import open_folder
from crm_desktop.printing.printing import print_to_pdf
app = open_folder(Path(sys.argv[1]))
began = time.perf_counter()
print_to_pdf(app, "sales-orders", int(sys.argv[2]), None, "zh_CN")
print(time.perf_counter() - began)
app.close()
"""


def plain_page(font: str) -> bytes:
    """About as many words as an order has, at fixed places."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    canvas.setFont(font, 9)
    for line in range(30):
        for column in range(6):
            canvas.drawString(40 + column * 90, 780 - line * 22, f"示例文字 {line} {column}")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def measure(app: Application, size: int, batch: int = 1000) -> list[Row]:
    """All rows of the table about printing."""
    # The oldest are those of the generated company; the benchmark of saving adds longer ones.
    ids = fetch_ids(app, ListQuery("sales-orders", order=("created_at",)), limit=batch)
    font = next((resources_folder() / "fonts").glob("*Regular*.ttf"))
    pdfmetrics.registerFont(TTFont("Plain", str(font)))
    one = subprocess.run(
        [sys.executable, "-c", FIRST, str(app.data), str(ids[0])], capture_output=True, text=True, check=True, encoding="utf-8"
    )  # fmt: skip
    first = float(one.stdout) * 1000
    warm, plain = paired(
        lambda: print_to_pdf(app, "sales-orders", ids[0], None, "zh_CN"), lambda: plain_page("Plain"), 20, 2
    )
    with peak_memory() as memory:
        began = time.perf_counter()
        pages = print_records(app, "sales-orders", ids, None, "zh_CN").pages
        seconds = time.perf_counter() - began
    return [
        Row("one order to PDF, in a fresh process", size, short(first), "–", None, "300 ms", first <= 300, "with loading the font", first),
        Row("one order to PDF, warm, median", size, short(warm.median), short(plain.median), warm.median / plain.median, "30 ms",
            warm.median <= 30, "plain: a canvas page of about as many words", warm.median, flat=True),
        Row(f"{len(ids):,} orders to one PDF", size, short(seconds * 1000), "–", None, "125 pages a second, 250 MB",
            pages / seconds >= 125 and memory.megabytes <= 250, f"{pages / seconds:.0f} pages a second, {memory.megabytes:.0f} MB",
            seconds * 1000, flat=True),
    ]  # fmt: skip
