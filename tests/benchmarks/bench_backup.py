"""A whole backup, against SQLite's own copy of the file; and how long somebody who saves meanwhile ever waits for it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.companies import plain_connection
from benchmarks.measuring import Row, Times, short, time_of

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import database_path
from crm_desktop.services.saving import open_record, save

ALONE = 10.0  # seconds
BACKUP = """
import json, sys, time
from pathlib import Path
from backups.create import create_backup
from crm_desktop.progress import Unwatched
from db.engine import open_engine, sqlite_url

class Stages(Unwatched):
    read_out = 0.0
    def report(self, done, total=None, text=""):
        if text and total is None and not self.read_out:
            self.read_out = time.perf_counter()

data, folder = map(Path, sys.argv[1:])
stages, began = Stages(), time.perf_counter()
made = create_backup(open_engine(sqlite_url(data / "crm.db")), folder, folder, progress=stages)
ended = time.perf_counter()
print(json.dumps([stages.read_out - began, ended - stages.read_out, made.size]))
"""


def plain_copy(database: Path, target: Path) -> None:
    """SQLite's own backup, brought to the disk."""
    source, copy = sqlite3.connect(database), sqlite3.connect(target)
    source.backup(copy)
    copy.close()
    source.close()
    with target.open("r+b") as file:
        os.fsync(file.fileno())


@dataclass
class Waits:
    """Milliseconds of saves, one every twentieth of a second, and of getting the right to write, asked for just before each."""

    saves: Times = field(default_factory=Times)
    locks: Times = field(default_factory=Times)


def waits(app: Application, until: float, running: subprocess.Popen[str] | None = None) -> Waits:
    """Those of so many seconds, or of as long as a program runs."""
    (id_,) = fetch_ids(app, ListQuery("customers"), limit=1)
    draft, found = open_record(app, "customers", id_), Waits()
    note, began = draft.values["note"], time.perf_counter()
    with closing(plain_connection(database_path(app.data))) as plain:
        while (running.poll() is None) if running else (time.perf_counter() - began < until):
            found.locks.all.append(time_of(lambda: plain.execute("BEGIN IMMEDIATE")))
            plain.execute("ROLLBACK")
            draft.values["note"] = f"{note} {time.perf_counter()}"
            before = time.perf_counter()
            draft = save(app, draft)
            found.saves.all.append((time.perf_counter() - before) * 1000)
            time.sleep(0.05)
    draft.values["note"] = note
    save(app, draft)
    return found


def measure(app: Application, size: int) -> list[Row]:
    """Rows of the table."""
    database = database_path(app.data)
    megabytes = database.stat().st_size / (1 << 20)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True, dir=app.data.parent) as made:
        folder = Path(made)
        plain = time_of(lambda: plain_copy(database, folder / "plain.db"))
        (folder / "plain.db").unlink()
        alone = waits(app, ALONE)
        words = [sys.executable, "-c", BACKUP, str(app.data), str(folder)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
            beside = waits(app, 0, running)
            assert running.stdout is not None
            read_out, trial, packed = json.loads(running.stdout.read())
    return rows(size, megabytes, plain, read_out * 1000, trial * 1000, packed / (1 << 20), alone, beside)


def rows(
    size: int, megabytes: float, plain: float, read_out: float, trial: float, packed: float, alone: Waits, beside: Waits
) -> list[Row]:
    """The figures in words; times in milliseconds."""
    speed, copied = megabytes / read_out * 1000, megabytes / plain * 1000
    return [
        Row(
            f"backup of a file of {megabytes:,.0f} MB, read out and packed", size, f"{speed:.0f} MB/s", f"{copied:.0f} MB/s",
            read_out / plain, "× 2", read_out <= plain * 2, f"{short(read_out)}; {packed:,.0f} MB in the end",
        ),
        Row("its trial: restored and compared value for value", size, short(trial)),
        _slowest("the longest wait for the right to write meanwhile", size, alone.locks, beside.locks),
        _slowest("the longest save meanwhile", size, alone.saves, beside.saves),
    ]  # fmt: skip


def _slowest(work: str, size: int, alone: Times, beside: Times) -> Row:
    longest, usual = beside.at(1), alone.at(1)
    why = f"of {len(beside.all)}: median {short(beside.median)}, p99 {short(beside.at(0.99))}; plain: without a backup, of {len(alone.all)}"
    return Row(work, size, short(longest), short(usual), longest / usual, "100 ms", longest <= 100, why)
