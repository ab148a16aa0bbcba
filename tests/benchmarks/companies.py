"""Databases of generated companies for the benchmarks: made once per size and kept in a folder, since they take minutes."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.sample.generate import generate_company
from crm_desktop.services.opening import NewCompany, database_path, open_folder
from crm_desktop.words import use_language

COMPANY = NewCompany("示例贸易有限公司", "王敏", "zh_CN")
MADE = "generated.json"


def company(folder: Path, customers: int) -> Application:
    """The open company of this size; generated when the folder does not have it yet."""
    use_language("zh_CN")
    data = folder / str(customers)
    if not database_path(data).exists():
        app = open_folder(data, create=COMPANY)
        began = time.perf_counter()
        generate_company(app, customers)
        (data / MADE).write_text(json.dumps({"seconds": time.perf_counter() - began}), encoding="utf-8")
        app.close()
        settle(data)
    return open_folder(data)


def generating_seconds(folder: Path, customers: int) -> float | None:
    """How long generating this company took, when it was this program that did it."""
    told = folder / str(customers) / MADE
    return float(json.loads(told.read_text(encoding="utf-8"))["seconds"]) if told.exists() else None


def settle(data: Path) -> None:
    """Write the log of a database back into its file, so that the first reader does not pay for it."""
    raw = sqlite3.connect(database_path(data))
    try:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()


def plain_connection(file: Path) -> sqlite3.Connection:
    """The plain engine on the same file, set up as well as ours is."""
    raw = sqlite3.connect(file, isolation_level=None)
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY", "mmap_size=268435456",
    ):  # fmt: skip
        raw.execute(f"PRAGMA {pragma}")
    return raw
