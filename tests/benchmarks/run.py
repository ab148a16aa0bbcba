"""Measures the program against the plain engines in one run, and writes the table of docs/benchmarks.md.

    python tests/benchmarks/run.py --sizes 10000,100000,1000000 --folder DIR --write docs/benchmarks.md

The generated companies are kept in DIR; a second run with the same DIR takes them as they are. Figures are kept there too, so that
parts and sizes can be measured one by one (--only, --sizes) and still make one table.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks import (  # noqa: E402
    bench_accounts,
    bench_backup,
    bench_exchange,
    bench_generating,
    bench_lists,
    bench_pauses,
    bench_printing,
    bench_rights,
    bench_saving,
    bench_search,
    bench_start,
)
from benchmarks.bench_lists import Window  # noqa: E402
from benchmarks.companies import company  # noqa: E402
from benchmarks.measuring import Row, growth  # noqa: E402
from benchmarks.table import show, text  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

LARGEST_GENERATED = 100_000
"""Generating a million customers again just to time it would take a quarter of an hour."""

PARTS = ("start", "lists", "search", "saving", "printing", "exchange", "generating", "backup", "rights", "pauses", "accounts")


def measure(folder: Path, size: int, part: str, qt: QApplication) -> list[Row]:
    """The rows of one part at one size."""
    if part == "generating":
        return bench_generating.measure(size) if size <= LARGEST_GENERATED else []
    if part == "accounts":  # in a company of its own
        return bench_accounts.measure(folder, size) if size <= LARGEST_GENERATED else []
    app = company(folder, size)
    window = Window(app, qt.processEvents)
    work: dict[str, Callable[[], list[Row]]] = {
        "start": lambda: bench_start.measure(app.data, size),
        "lists": lambda: bench_lists.measure(app, size, window),
        "search": lambda: bench_search.measure(app, size, window),
        "saving": lambda: bench_saving.measure(app, size),
        "printing": lambda: bench_printing.measure(app, size),
        "exchange": lambda: bench_exchange.measure(app, size),
        "backup": lambda: bench_backup.measure(app, size),
        "rights": lambda: bench_rights.measure(app, size),
        "pauses": lambda: bench_pauses.measure(app, size),
    }
    try:
        return work[part]()
    finally:
        window.close()
        app.close()


def run(folder: Path, sizes: list[int], parts: list[str]) -> list[Row]:
    """Measure; figures taken earlier are replaced where they are taken again."""
    qt = QApplication.instance() or QApplication([])
    assert isinstance(qt, QApplication)
    kept = folder / "figures.json"
    figures: dict[str, list[dict[str, object]]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    for size in sizes:
        for part in parts:
            rows = measure(folder, size, part, qt)
            for row in rows:
                show(row)
            figures[f"{size:>9} {PARTS.index(part)} {part}"] = [asdict(r) for r in rows]
            kept.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    return [Row(**facts) for key in sorted(figures) for facts in figures[key]]  # type: ignore[arg-type]


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000", help="numbers of customers")
    parser.add_argument(
        "--only",
        default=",".join(PARTS),
        help="the parts to measure; “nothing” only writes the table of the figures kept",
    )
    parser.add_argument("--folder", type=Path, help="where companies and figures are kept")
    parser.add_argument("--notes", type=Path, help="a text that goes above the tables")
    parser.add_argument("--write", type=Path, help="the page to write")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        sizes = [int(s) for s in given.sizes.split(",") if s]
        rows = run(folder, sizes, [p for p in given.only.split(",") if p and p != "nothing"])
    grown = growth(rows)
    for row in grown:
        show(row)
    if given.write:
        notes = given.notes.read_text(encoding="utf-8") if given.notes else ""
        given.write.write_text(text(rows, grown, notes), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
