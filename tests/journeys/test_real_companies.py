"""Two real companies come in from workbooks through the commands, to the cent, and go out and come back the same."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sample_folders import sample

from crm_desktop.__main__ import main
from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.listing import count, fetch_ids, totals
from crm_desktop.services.opening import open_folder
from crm_desktop.services.saving import open_record

CENT = Decimal("0.01")
Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's data folder; it must succeed. Gives its JSON."""

    def command(*words: object) -> dict[str, Any]:
        capsys.readouterr()
        assert main(["--data", str(data_folder), "--language", "en", *map(str, words), "--json"]) == 0
        facts: dict[str, Any] = json.loads(capsys.readouterr().out)
        return facts

    return command


def workbook(path: Path, rows: sqlite3.Cursor, dates: tuple[str, ...] = ()) -> Path:
    """The rows of a query, with the names of its columns as headings, as people get them from a database."""
    book = openpyxl.Workbook()
    names = [column[0] for column in rows.description]
    book.active.append(names)
    for row in rows:
        book.active.append(
            [dt.datetime.fromisoformat(v) if n in dates and v else v for n, v in zip(names, row, strict=True)]
        )
    book.save(path)
    return path


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


def line_amounts(rows: list[tuple[Any, ...]]) -> list[Decimal]:
    """Price × quantity less discount, as SQLite's own numbers say, rounded to the cent on each line."""
    return [(exact(p) * exact(q) * (1 - exact(d))).quantize(CENT, ROUND_HALF_UP) for p, q, d in rows]


def contents(app: Application) -> list[Any]:
    """All orders with their lines, without ids and times."""
    found = []
    for id_ in fetch_ids(app, ListQuery("sales-orders", order=("number",))):
        draft = open_record(app, "sales-orders", id_)
        head = (
            draft.values[n]
            for n in ("number", "order_date", "delivery_date", "delivery_address", "freight", "net", "total")
        )
        lines = [
            tuple(x.values[n] for n in ("code", "name", "quantity", "price", "discount", "amount")) for x in draft.lines
        ]
        found.append((*head, draft.values["customer_id"].label, lines))
    return found


def there_and_back(run: Run, data_folder: Path, tmp_path: Path) -> None:
    """Export everything, import it into an empty company, and into the same one."""
    files = {key: tmp_path / f"out-{key}.xlsx" for key in ("customers", "products", "sales-orders")}
    for key, path in files.items():
        run("export", key, path)
        again = run("import", key, path, "--create-missing")
        assert (again["created"], again["changed"], again["wrong"]) == (0, 0, 0)
    other = tmp_path / "other"
    assert main(["--data", str(other), "--language", "en", "new"]) == 0
    for key, path in files.items():
        assert main(["--data", str(other), "--language", "en", "import", key, str(path), "--create-missing"]) == 0
    first, second = open_folder(data_folder), open_folder(other)
    try:
        assert contents(second) == contents(first)
    finally:
        first.close()
        second.close()


@pytest.mark.slow
def test_northwind(run: Run, data_folder: Path, tmp_path: Path) -> None:
    source = sqlite3.connect(sample("northwind/northwind_classic.sqlite"))
    files = {
        "customers": workbook(tmp_path / "客户.xlsx", source.execute("SELECT * FROM Customers")),
        "products": workbook(
            tmp_path / "p.xlsx",
            source.execute("SELECT p.*, CategoryName FROM Products p JOIN Categories USING (CategoryID)"),
        ),
        "sales-orders": workbook(
            tmp_path / "o.xlsx",
            source.execute(
                "SELECT OrderID, CustomerID, OrderDate, RequiredDate, ShippedDate, Freight, ShipAddress, ProductID, d.UnitPrice,"
                ' Quantity, Discount FROM Orders JOIN "Order Details" d USING (OrderID) ORDER BY OrderID'
            ),
            ("OrderDate", "RequiredDate", "ShippedDate"),
        ),
    }
    for key, number in (("customers", 93), ("products", 77), ("sales-orders", 830)):
        planned = run("import", key, files[key], "--create-missing", "--dry-run")
        assert (planned["created"], planned["wrong"], planned["batch"]) == (number, 0, "")
        assert run("import", key, files[key], "--create-missing")["created"] == number
        again = run("import", key, files[key], "--create-missing")
        assert (again["created"], again["changed"], again["unchanged"], again["wrong"]) == (0, 0, number, 0)
    rows = source.execute('SELECT UnitPrice, Quantity, Discount FROM "Order Details"').fetchall()
    freight = sum(exact(f) for (f,) in source.execute("SELECT Freight FROM Orders"))
    app = open_folder(data_folder)
    try:
        assert [count(app, ListQuery(key)).number for key in files] == [93, 77, 830]
        sums = totals(app, ListQuery("sales-orders"), ["net", "total"])
        assert sums["net"] == sum(line_amounts(rows)) == Decimal("1265793.29")  # each line rounded to the cent
        assert sums["total"] == sums["net"] + freight
        drafts = [open_record(app, "sales-orders", i) for i in fetch_ids(app, ListQuery("sales-orders"))]
        lines = [line.values for draft in drafts for line in draft.lines]
        assert len(lines) == 2155
        assert all(line["product_id"] is not None for line in lines)
        unrounded = sum((x["quantity"] * x["price"] * (100 - x["discount"]) / 100 for x in lines), Decimal(0))
        assert unrounded.quantize(CENT, ROUND_HALF_UP) == Decimal("1265793.04")
    finally:
        app.close()
        source.close()
    there_and_back(run, data_folder, tmp_path)


@pytest.mark.slow
def test_chinook(run: Run, data_folder: Path, tmp_path: Path) -> None:
    source = sqlite3.connect(sample("chinook/Chinook_Sqlite.sqlite"))
    files = {
        "customers": workbook(tmp_path / "c.xlsx", source.execute("SELECT * FROM Customer")),
        "products": workbook(
            tmp_path / "t.xlsx",
            source.execute(
                "SELECT TrackId, t.Name AS Track, g.Name AS Genre, Composer, UnitPrice FROM Track t JOIN Genre g USING (GenreId)"
            ),
        ),
        "sales-orders": workbook(
            tmp_path / "i.xlsx",
            source.execute(
                "SELECT InvoiceId, CustomerId, InvoiceDate, BillingAddress, TrackId, l.UnitPrice, Quantity, Total"
                " FROM Invoice JOIN InvoiceLine l USING (InvoiceId) ORDER BY InvoiceLineId"
            ),
        ),
    }
    for key, number in (("customers", 59), ("products", 3503), ("sales-orders", 412)):
        assert run("import", key, files[key], "--create-missing")["created"] == number
        again = run("import", key, files[key], "--create-missing")
        assert (again["created"], again["changed"], again["unchanged"], again["wrong"]) == (0, 0, number, 0)
    app = open_folder(data_folder)
    try:
        assert totals(app, ListQuery("sales-orders"), ["total"])["total"] == Decimal("2328.60")
        by_number = {}
        for id_ in fetch_ids(app, ListQuery("sales-orders")):
            draft = open_record(app, "sales-orders", id_)
            by_number[int(draft.values["number"])] = (draft.values["total"], len(draft.lines))
        totals_there = source.execute(
            "SELECT InvoiceId, Total, count(*) FROM Invoice JOIN InvoiceLine USING (InvoiceId) GROUP BY 1"
        )
        assert by_number == {number: (exact(total).quantize(CENT), lines) for number, total, lines in totals_there}
    finally:
        app.close()
        source.close()
    there_and_back(run, data_folder, tmp_path)
