"""Customers out to .xlsx and in again, against the bare reader, the bare writer and the bare insert."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.companies import COMPANY, plain_connection
from benchmarks.measuring import Row, peak_memory, short, time_of
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import write_worksheet

from crm_desktop.application import Application
from crm_desktop.exchange.exporting import export_list
from crm_desktop.exchange.importing import plan_import, run_import
from crm_desktop.exchange.mapping import recogniser
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.tables import choose_sheet, find_table
from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import count
from crm_desktop.services.opening import database_path, open_folder

COLUMNS = (
    "number", "name", "level", "status", "industry", "source", "next_follow_up", "phone", "mobile", "region", "city", "address",
    "credit_limit", "credit_days", "tags",
)  # fmt: skip


def import_file(app: Application, file: Path) -> int:
    """What the import screen and the command do."""
    recognise = recogniser(app.type("customers"))
    table = find_table(choose_sheet(read_workbook(file), None, recognise), recognise)
    return run_import(app, plan_import(app, "customers", table)).created


def plain_export(raw: sqlite3.Connection, file: Path) -> None:
    """The query and the writer, nothing between them."""
    cursor = raw.execute(f"SELECT {', '.join(COLUMNS)} FROM customer ORDER BY id")

    def records() -> Iterator[dict[str, Any]]:
        for row in cursor:
            yield dict(zip(COLUMNS, row, strict=True))

    write_worksheet(records(), str(file), sheet_name="plain")


def plain_import(file: Path, target: Path) -> tuple[float, float]:
    """Milliseconds of reading all cells, and of inserting them into a table of as many columns."""
    rows: list[list[Any]] = []
    read = time_of(lambda: rows.extend(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()))
    raw = plain_connection(target)
    width = len(rows[0])
    raw.execute(f"CREATE TABLE plain (id INTEGER PRIMARY KEY, {', '.join(f'c{n}' for n in range(width))})")
    texts = [[v if isinstance(v, str | int | float) else str(v) for v in row] for row in rows[1:]]

    def insert() -> None:
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(
            f"INSERT INTO plain ({', '.join(f'c{n}' for n in range(width))}) VALUES ({', '.join('?' * width)})", texts
        )
        raw.execute("COMMIT")

    took = time_of(insert)
    raw.close()
    return read, took


def measure(app: Application, size: int) -> list[Row]:
    """Rows of the table for 100,000 customers, or all of a smaller company."""
    number = count(app, ListQuery("customers"), cap=None).number
    if number > 150_000:
        return []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        folder = Path(made)
        file = folder / "customers.xlsx"
        with peak_memory() as exporting:
            ours = time_of(lambda: export_list(app, ListQuery("customers", COLUMNS, order=("number",)), file))
        raw = plain_connection(database_path(app.data))
        plain = time_of(lambda: plain_export(raw, folder / "plain.xlsx"))
        raw.close()
        read, insert = plain_import(file, folder / "plain.db")
        fresh = open_folder(folder / "fresh", create=COMPANY)
        with peak_memory() as importing:
            began = time.perf_counter()
            created = import_file(fresh, file)
            took = (time.perf_counter() - began) * 1000
        fresh.close()
        assert created == number, f"{created} of {number} came in"
    quick = number > 20_000
    styled = "" if quick else "; so few rows get the slower, styled writer; the plain one is the quick one"
    kept = "with number, pinyin, search entry, checks and history of each"
    export_row = Row(
        f"export {number:,} customers × {len(COLUMNS)} cells to .xlsx", size, short(ours), short(plain), ours / plain,
        "× 1.3" if quick else "", ours / plain <= 1.3 if quick else None, f"{exporting.megabytes:.0f} MB{styled}",
    )  # fmt: skip
    import_row = Row(
        f"import {number:,} customers from .xlsx into an empty database", size, short(took), short(read + insert),
        took / (read + insert), "× 5, 500 MB", took / (read + insert) <= 5 and importing.megabytes <= 500,
        f"{importing.megabytes:.0f} MB; {kept}; read {short(read)}, insert {short(insert)}",
    )  # fmt: skip
    return [export_row, import_row]
