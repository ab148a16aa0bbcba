"""The print engine by itself, without a database: an order against bare reportlab drawing the very same text and lines.

python tests/benchmarks/bench_page_drawing.py
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks.measuring import Row, paired, peak_memory, short, time_of  # noqa: E402
from print_makers import order  # noqa: E402
from reportlab.pdfgen.canvas import Canvas  # noqa: E402

from crm_desktop.printing.layout import lay_out  # noqa: E402
from crm_desktop.printing.marks import BoxMark, LineMark, PageMarks, Problems, TextMark  # noqa: E402
from crm_desktop.printing.rendering import render, render_many  # noqa: E402
from crm_desktop.printing.shipped import shipped_templates  # noqa: E402

BATCH = 1_000
LINES = 12
POINTS = 72 / 25.4
FIRST = """
import sys, time
sys.path[:0] = [".", "tests"]
from print_makers import order
context = order(12)
began = time.perf_counter()
from crm_desktop.printing.rendering import render
from crm_desktop.printing.template_file import load_template
from crm_desktop.resources import resource
render(load_template(resource("templates/sales-order.zh_CN.json").read_bytes()), context)
print((time.perf_counter() - began) * 1000)
"""


def bare(pages: list[PageMarks], times: int = 1) -> bytes:
    """The same texts, lines and boxes, drawn by hand with reportlab alone."""
    target = io.BytesIO()
    canvas = Canvas(target, initialFontName="NotoSansSC")
    for page in pages * times:
        high = page.height * POINTS
        for mark in page.marks:
            if isinstance(mark, TextMark):
                canvas.setFont(mark.font, mark.size)
                canvas.setFillColor(mark.color)
                canvas.drawString(mark.x * POINTS, high - mark.y * POINTS, mark.text)
            elif isinstance(mark, LineMark):
                canvas.setLineWidth(mark.width * POINTS)
                canvas.setStrokeColor(mark.color)
                canvas.line(mark.x1 * POINTS, high - mark.y1 * POINTS, mark.x2 * POINTS, high - mark.y2 * POINTS)
            elif isinstance(mark, BoxMark):
                canvas.setFillColor(mark.fill or "#ffffff")
                y = high - (mark.y + mark.height) * POINTS
                wide, tall = mark.width * POINTS, mark.height * POINTS
                canvas.rect(mark.x * POINTS, y, wide, tall, bool(mark.line), bool(mark.fill))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def measure(batch: int = BATCH) -> list[Row]:
    """All rows of this file."""
    template, context = shipped_templates()["sales-order.zh_CN"], order(LINES)
    page = lay_out(template, context, Problems())
    long = order(300)
    long_pages = lay_out(template, long, Problems())
    warm, plain = paired(lambda: render(template, context), lambda: bare(page), 30, 3)
    many, many_plain = paired(lambda: render(template, long), lambda: bare(long_pages), 5, 1)
    first = _first()
    return [
        _row("one order page to PDF, warm", 1, warm.median, plain.median, "30 ms", warm.median <= 30),
        Row("the first order page after the start, with all imports", 1, short(first), "–", None, "300 ms", first <= 300,
            "a fresh process, best of three", first),
        _row(f"an order of 300 lines ({len(long_pages)} pages)", 300, many.median, many_plain.median, "", None),
        *_batch(template, context, page, batch),
    ]  # fmt: skip


def _batch(template: Any, context: dict[str, Any], page: list[PageMarks], batch: int) -> list[Row]:
    with peak_memory() as peak:
        ours = time_of(lambda: render_many((template, context) for _ in range(batch)))
    theirs = time_of(lambda: bare(page, batch))
    speed, plain_speed, ratio = batch / ours * 1000, batch / theirs * 1000, ours / theirs
    return [
        Row(f"{batch:,} one-page orders in one run, pages a second", batch, f"{speed:.0f}", f"{plain_speed:.0f}", ratio,
            "125 a second, × 4", speed >= 125 and ratio <= 4, "", ours),
        Row("memory that run takes", batch, f"{peak.megabytes:.0f} MB", "–", None, "250 MB", peak.megabytes <= 250),
    ]  # fmt: skip


def _row(work: str, size: int, ours: float, plain: float, goal: str, met: bool | None) -> Row:
    return Row(work, size, short(ours), short(plain), ours / plain, goal, met, "", ours)


def _first() -> float:
    """The first page in a process that has imported nothing of printing yet; the best of three starts."""
    found = []
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", FIRST], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
        )
        found.append(float(done.stdout))
    return min(found)


if __name__ == "__main__":
    for row in measure():
        print(row)
