"""Generating a company, against the bare engine inserting the very same rows into the same tables without any search index."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.companies import COMPANY, plain_connection
from benchmarks.measuring import Row, peak_memory, short, time_of

from crm_desktop.sample.generate import generate_company
from crm_desktop.services.opening import database_path, open_folder

TABLES = ("customer", "contact", "product", "sales_order", "sales_order_line", "follow_up", "task")


def plain_insert(source: sqlite3.Connection, target: Path) -> float:
    """Milliseconds of inserting all rows, with the tables' own indexes kept up."""
    raw = plain_connection(target)
    raw.execute("PRAGMA foreign_keys=OFF")
    for kind in ("table", "index"):
        for (sql,) in source.execute("SELECT sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", (kind,)):
            if "fts" not in sql.lower() and "sqlite_" not in sql:
                raw.execute(sql)
    rows: dict[str, list[Any]] = {t: source.execute(f"SELECT * FROM {t}").fetchall() for t in TABLES}

    def insert() -> None:
        raw.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            raw.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(found[0]))})", found)
        raw.execute("COMMIT")

    took = time_of(insert)
    raw.close()
    return took


def measure(size: int) -> list[Row]:
    """Rows of the table about generating."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        folder = Path(made)
        app = open_folder(folder / "ours", create=COMPANY)
        with peak_memory() as memory:
            ours = time_of(lambda: generate_company(app, size))
        app.close()
        source = plain_connection(database_path(folder / "ours"))
        records = sum(source.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES)
        plain = plain_insert(source, folder / "plain.db")
        source.close()
    made_of = "names, pinyin, totals, amounts in words and search index"
    return [
        Row(
            f"generate a company of {size:,} customers", size, short(ours), short(plain), ours / plain, "× 5, 500 MB",
            ours <= 5 * plain and memory.megabytes <= 500,
            f"{records:,} rows in {len(TABLES)} tables with {made_of}; {memory.megabytes:.0f} MB",
        )
    ]  # fmt: skip
