"""The table of docs/benchmarks.md."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Sequence

import PySide6
import sqlalchemy
from benchmarks.measuring import Row

_HEAD = """# Benchmarks

Measured by `tests/benchmarks/run.py`; every figure of ours stands beside one of the plain engine doing the same work in the same
run (`sqlite3`, the bare ORM, `python-calamine`, `rustpy-xlsxwriter`, the reportlab canvas), since machines differ. The ratio is what
counts. Data: the generated company, three orders for each customer, in a SQLite file. Goals are those the program was designed for.

To measure again, which takes some minutes for the smaller sizes:

    python tests/benchmarks/run.py --sizes 10000,100000 --folder DIR --write docs/benchmarks.md

Machine: 2 cores, Linux. {versions}
"""


def versions() -> str:
    """What was measured with."""
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, SQLAlchemy {sqlalchemy.__version__}, "
        f"PySide6 {PySide6.__version__}."
    )


def _line(row: Row) -> str:
    ratio = f"{row.ratio:.2f}" if row.ratio is not None else "–"
    verdict = {True: "met", False: "**missed**", None: ""}[row.met]
    return f"| {row.work} | {row.plain} | {row.ours} | {ratio} | {row.goal} | {verdict} | {row.why} |"


def text(rows: Sequence[Row], grown: Sequence[Row], notes: str) -> str:
    """The whole page."""
    parts = [_HEAD.format(versions=versions()), notes.strip() + "\n" if notes.strip() else ""]
    head = "| work | plain engine | ours | ratio | goal | | remarks |\n|---|--:|--:|--:|---|---|---|"
    for size in dict.fromkeys(r.size for r in rows):
        parts.append(f"## {size:,} customers\n\n{head}\n" + "\n".join(_line(r) for r in rows if r.size == size) + "\n")
    if grown:
        head = "| work | smaller | larger | ratio | goal | | |\n|---|--:|--:|--:|---|---|---|"
        parts.append(
            "## The same at any size\n\nNothing in daily use may cost more than three times as much in a larger company.\n\n"
            f"{head}\n" + "\n".join(_line(r) for r in grown) + "\n"
        )
    return "\n".join(p for p in parts if p)


def show(row: Row) -> None:
    """One line on the console."""
    ratio = f"× {row.ratio:.2f}" if row.ratio is not None else ""
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    sys.stdout.write(
        f"{row.size:>9,}  {row.work}: {row.ours} (plain {row.plain}) {ratio}  [{row.goal}] {verdict}  {row.why}\n"
    )
    sys.stdout.flush()
