"""The benchmarks themselves, on a small company: they run, compare equal results and keep the goals that do not depend on size.

Deselected by default, since a busy machine makes any figure a matter of luck: python start.py test -m benchmark
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks import (
    bench_accounts,
    bench_backup,
    bench_exchange,
    bench_generating,
    bench_lists,
    bench_pauses,
    bench_printing,
    bench_saving,
    bench_search,
    bench_start,
)
from benchmarks.bench_lists import Window
from benchmarks.companies import company
from benchmarks.measuring import Row, growth
from benchmarks.table import text
from PySide6.QtWidgets import QApplication

from crm_desktop.application import Application

SIZE = 2_000

pytestmark = [pytest.mark.benchmark, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    opened = company(tmp_path_factory.mktemp("companies"), SIZE)
    yield opened
    opened.close()


@pytest.fixture
def window(app: Application, qapp: QApplication) -> Iterator[Window]:
    made = Window(app, qapp.processEvents)
    yield made
    made.close()


def kept(rows: list[Row]) -> bool:
    """Whether every goal is met with much to spare for a busy machine."""
    return all(row.figure < 500 for row in rows if row.flat)


def test_lists(app: Application, window: Window) -> None:
    assert kept(bench_lists.measure(app, SIZE, window, runs=2))


def test_searching_finds_what_like_finds(app: Application, window: Window) -> None:
    assert kept(bench_search.measure(app, SIZE, window, runs=2))


def test_saving(app: Application) -> None:
    assert kept(bench_saving.measure(app, SIZE, runs=10))


def test_printing(app: Application) -> None:
    rows = bench_printing.measure(app, SIZE, batch=20)
    assert len(rows) == 3


def test_exchange_brings_every_customer_back(app: Application) -> None:
    assert len(bench_exchange.measure(app, SIZE)) == 2


def test_generating() -> None:
    assert bench_generating.measure(SIZE)[0].ratio is not None


def test_starting(app: Application) -> None:
    rows = bench_start.measure(app.data, SIZE, runs=1)
    assert rows[1].met, rows[1]


def test_pauses(app: Application) -> None:
    rows = bench_pauses.measure(app, SIZE)
    assert [row.figure > 0 for row in rows] == [True] * len(bench_pauses.WORK)


def test_the_page_names_every_row() -> None:
    rows = [Row("walk", size, "1 ms", figure=float(size), flat=True) for size in (1, 10)]
    grown = growth(rows)
    assert [row.met for row in grown] == [False]
    page = text(rows, grown, "Some words.")
    assert page.count("| walk") == 3
    assert Path(__file__).parents[2].name not in page


def test_backing_up(app: Application) -> None:
    assert [row.size for row in bench_backup.measure(app, SIZE)] == [SIZE] * 4


def test_accounts(tmp_path: Path) -> None:
    rows = bench_accounts.measure(tmp_path, 200)
    assert kept(rows)
    assert [row.met for row in rows] == [True] * 3
