"""Any file is read, or refused with a sentence: in time, with little memory, and never by a crash."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import psutil
import pytest
from sample_folders import sample

from crm_desktop.errors import Cancelled, Missing, Told
from crm_desktop.exchange.reading import Limits, Unreadable, read_workbook
from crm_desktop.progress import Unwatched


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_values_as_they_are(tmp_path: Path) -> None:
    moment = dt.datetime.fromisoformat("2026-03-04T05:06:07")
    path = workbook(
        tmp_path / "表.xlsx",
        [["名称", "a"], ["x ", 13800000000, 0.1, 1.5, moment, dt.date(2026, 1, 2), True, "007"], [], [None, "last"]],
    )
    sheet = read_workbook(path).sheets[0]
    assert sheet.rows[1] == [
        "x ",
        13800000000,
        Decimal("0.1"),
        Decimal("1.5"),
        moment,
        dt.date(2026, 1, 2),
        True,
        "007",
    ]
    assert sheet.rows[2] == []
    assert sheet.rows[3] == [None, "last"]


def test_rows_keep_their_numbers_below_an_empty_area(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["C5"] = "here"
    book.create_sheet("hidden").sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    first, second = read_workbook(tmp_path / "a.xlsx").sheets
    assert first.rows == [[], [], [], [], [None, None, "here"]]
    assert (second.name, second.hidden, second.rows) == ("hidden", True, [])


def test_what_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        read_workbook(tmp_path / "none.xlsx")
    for name, content in [
        ("a.xlsx", b"PK\x03\x04 not a zip"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"),
        ("a.pdf", b"%PDF"),
        ("e.csv", b""),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Unreadable) as error:
            read_workbook(tmp_path / name)
        assert name in error.value.message
    with pytest.raises(Told):
        read_workbook(tmp_path)


def test_a_text_table_that_is_called_xls(tmp_path: Path) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes("名称\t电话\n甲\t1\n".encode("gbk"))
    assert read_workbook(path).sheets[0].rows == [["名称", "电话"], ["甲", "1"]]


def bomb(path: Path, cells: str) -> Path:
    """A workbook of one kB with a sheet of these cells."""
    workbook(path, [["x"]])
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                start, end = data.index(b"<sheetData>"), data.index(b"</sheetData>")
                data = data[:start] + b"<sheetData>" + cells.encode() + data[end:]
            new.writestr(name, data)
    path.write_bytes(content.getvalue())
    return path


def test_a_small_file_that_wants_all_memory_is_refused(tmp_path: Path) -> None:
    path = bomb(
        tmp_path / "bomb.xlsx",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    )
    assert path.stat().st_size < 10_000
    started = time.monotonic()
    with pytest.raises(Unreadable) as error:
        read_workbook(path)
    assert "bomb.xlsx" in error.value.message
    assert time.monotonic() - started < 30


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["x"] * 50] * 3000)
    before = set(psutil.Process().children())
    with pytest.raises(Unreadable, match="too long"):
        read_workbook(path, Limits(seconds=0.01))
    assert set(psutil.Process().children()) <= before


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    class Stopped(Unwatched):
        cancel = True

        def check_cancelled(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_workbook(workbook(tmp_path / "a.xlsx", [["x"] * 50] * 3000), progress=Stopped())


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["excel_corpus", "messy", "zh_import_templates"])
def test_every_file_of_the_collections(folder: str) -> None:
    read = refused = 0
    for path in sorted(sample(folder).rglob("*")):
        if not path.is_file():
            continue
        started = time.monotonic()
        try:
            assert read_workbook(path).sheets is not None
            read += 1
        except Told as error:
            assert path.name in error.message
            refused += 1
        assert time.monotonic() - started < 30, path
    assert read > 0
    assert refused < read
