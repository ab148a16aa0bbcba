"""How long the window ever stands still while somebody works in it, against an event loop that has nothing to do."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Row, short
from rustpy_xlsxwriter import write_worksheet

from crm_desktop.application import Application
from crm_desktop.services.opening import database_path

PROGRAM = Path(__file__).with_name("pausing.py")
GOAL = 50.0
WORK = {
    "scroll": "scrolling",
    "search": "searching",
    "open": "opening a record and two screens",
    "save": "saving",
    "bring_in": "importing",
    "back_up": "backing up",
}
ROWS = 10_000


def newcomers() -> Iterator[dict[str, object]]:
    """Customers nobody knows yet."""
    for number in range(ROWS):
        yield {
            "名称": f"新来第{number}贸易有限公司",
            "手机": f"{13_100_000_000 + number}",
            "城市": "广州",
            "地址": f"体育西路 {number} 号",
            "信用额度": 5000,
        }


def copy_of(app: Application, folder: Path) -> None:
    """The company's database, whole, in a folder of its own."""
    source, target = sqlite3.connect(database_path(app.data)), sqlite3.connect(database_path(folder))
    source.backup(target)
    target.close()
    source.close()


def measure(app: Application, size: int) -> list[Row]:
    """One row for each kind of work. Opening has no goal of its own: it is a step between two screens."""
    if size > 150_000:
        return []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        folder = Path(made)
        workbook = folder / "customers.xlsx"
        write_worksheet(newcomers(), str(workbook), sheet_name="S")
        (folder / "company").mkdir()
        copy_of(app, folder / "company")
        environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        done = subprocess.run(
            [sys.executable, str(PROGRAM), str(folder / "company"), str(workbook)],
            stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8", env=environment,
        )  # fmt: skip
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return [_row(name, size, *found[name]) for name in WORK]


def _row(name: str, size: int, longest: float, own: float, idle: float) -> Row:
    told = f"own work of the window's thread: {short(own)} at most"
    told += f"; {ROWS:,} new customers" if name == "bring_in" else ""
    goal = "" if name == "open" else f"{GOAL:.0f} ms"
    return Row(
        f"longest pause of the window while {WORK[name]}", size, short(longest), short(idle), None, goal,
        longest <= GOAL if goal else None, told, longest,
    )  # fmt: skip
