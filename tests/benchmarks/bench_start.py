"""From nothing to a painted list of customers, and the memory then held, against a plain window that shows a hundred rows."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import Row, Times, short

PROGRAM = Path(__file__).with_name("starting.py")


def once(which: str, data: Path, compiled: Path) -> tuple[float, float]:
    """Milliseconds and megabytes of one start. compiled: where Python keeps compiled modules, as an installed program has them."""
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    done = subprocess.run(
        [sys.executable, str(PROGRAM), which, str(data)], capture_output=True, text=True, check=True, timeout=120, encoding="utf-8",
        env=environment,
    )  # fmt: skip
    time, memory = done.stdout.split()[-2:]
    return float(time), float(memory)


def measure(data: Path, size: int, runs: int = 7) -> list[Row]:
    """All rows of the table about starting."""
    times = {which: Times() for which in ("ours", "plain", "bare")}
    memory = 0.0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as compiled:
        for at in range(runs + 1):
            for which, found in times.items():
                took, held = once(which, data, Path(compiled))
                if at:  # the first one reads the programs from the disk and compiles them
                    found.all.append(took)
                    memory = max(memory, held) if which == "ours" else memory
    ours, plain = times["ours"].median, times["plain"].median
    return [
        Row("start to a painted list of customers, median", size, short(ours), short(plain), ours / plain, "× 1.5", ours <= 1.5 * plain,
            f"plain: SQLAlchemy, our tables and 100 rows in a table view; an empty window {short(times['bare'].median)}", ours, flat=True),
        Row("memory with that list open", size, f"{memory:.0f} MB", "–", None, "350 MB", memory <= 350, "", memory, flat=True),
    ]  # fmt: skip
