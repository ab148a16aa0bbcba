"""Writing tables to files: .xlsx with types, widths, a frozen heading and a filter, or .csv that Excel opens as it is meant.

Up to some thousand rows go through openpyxl; longer lists through a writer that is ten times as fast. Texts stay texts in both:
what begins with `=` is no formula, and a telephone number keeps its zeros. A file appears under its name only when it is whole.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from rustpy_xlsxwriter import Format, write_worksheet

from crm_desktop.errors import Refused
from crm_desktop.exchange.export_columns import Column
from crm_desktop.exchange.text_tables import APOSTROPHE, FORMULA_STARTS
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.kinds import clean
from crm_desktop.words import _

STYLED_ROWS = 3_000
"""Longer lists are written by the quick writer."""

LONGEST_SHEET = 1_048_575
LONGEST_TEXT = 32_767  # characters in a cell of Excel

Rows = Iterable[list[Any]]

_DANGEROUS = (*FORMULA_STARTS, APOSTROPHE)


def write_table(path: Path, title: str, columns: list[Column], rows: Rows, length: int) -> int:
    """Write rows below the headings of `columns`; gives the number of rows. The ending of `path` says which kind of file."""
    ending = path.suffix.casefold()
    if ending not in (".xlsx", ".csv"):
        raise Refused(_("“{file}”: lists are written as .xlsx or .csv.").format(file=path.name))
    if ending == ".xlsx" and length > LONGEST_SHEET:
        raise Refused(
            _("A sheet holds {count} rows at most.").format(count=LONGEST_SHEET), _("Write a .csv file, or fewer rows.")
        )
    with whole_file(path) as target:
        if ending == ".csv":
            return _write_csv(target, columns, rows)
        if length <= STYLED_ROWS:
            return _write_styled(target, title, columns, rows)
        return _write_quickly(target, title, columns, rows)


# Workbooks write characters as _x0041_; a text that looks so has its first sign written so. The quick writer does this by itself.
_ESCAPES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def sheet_title(title: str) -> str:
    """A title as the name of a sheet: Excel takes 31 characters, and some not at all."""
    return "".join(c for c in title if c not in "[]:*?/\\")[:31] or "1"


def _write_styled(path: Path, title: str, columns: list[Column], rows: Rows) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(title))
    count = write_rows(sheet, columns, rows)
    book.save(path)
    return count


def write_rows(sheet: Any, columns: list[Column], rows: Rows) -> int:
    """Fill an empty sheet: headings, rows with their formats, widths, a frozen heading and a filter; gives the number of rows."""
    sheet.freeze_panes = "A2"
    for at, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    heads = []
    for column in columns:
        head = WriteOnlyCell(sheet, column.heading)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
        head.alignment = Alignment(vertical="center")
        heads.append(head)
    sheet.append(heads)
    formats = [column.format for column in columns]
    count = 0
    try:
        for row in rows:
            sheet.append(
                [_styled(sheet, value, number_format) for value, number_format in zip(row, formats, strict=True)]
            )
            count += 1
    except BaseException:
        if hasattr(sheet, "close"):
            sheet.close()  # its file beside would stay open
        raise
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    return count


def _styled(sheet: Any, value: Any, number_format: str) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    return cell


def text_cell(sheet: Any, text: str) -> Any:
    """A cell that holds nothing but this text."""
    cell = WriteOnlyCell(sheet, _ESCAPES.sub("_x005F_", _printable(text)))
    cell.data_type = "s"  # openpyxl would take "=1+1" for a formula
    cell.number_format = "@"
    return cell


def _write_quickly(path: Path, title: str, columns: list[Column], rows: Rows) -> int:
    count = 0

    def records() -> Iterator[dict[str, Any]]:
        nonlocal count
        for row in rows:
            count += 1
            # Nearly every text can be printed as it is, and asking that costs less than calling a function.
            cells = [
                (value if value.isprintable() and len(value) <= LONGEST_TEXT else _printable(value))
                if type(value) is str
                else float(value)
                if type(value) is Decimal
                else value
                for value in row
            ]
            yield dict(zip(heads, cells, strict=True))

    heads = [column.heading for column in columns]
    formats = {c.heading: Format().set_num_format(c.format) for c in columns if c.format != "General"}
    write_worksheet(
        records(), str(path), sheet_name=sheet_title(title), freeze_row=1, bold_headers=True, autofilter=True,
        column_widths={c.heading: float(c.width) for c in columns}, column_formats=formats,
    )  # fmt: skip
    return count


def _printable(text: str) -> str:
    """Text that a workbook can hold: no control characters, and not longer than a cell."""
    kept = "".join(c for c in text if c >= " " or c in "\n\t") if any(c < " " for c in text) else text
    return kept[:LONGEST_TEXT]


def _write_csv(path: Path, columns: list[Column], rows: Rows) -> int:
    count = 0
    # The mark lets Excel see that it is UTF-8; without it, Chinese comes out as garbage there.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.heading for column in columns])
        for row in rows:
            writer.writerow([_in_csv(value) for value in row])
            count += 1
    return count


def _in_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, str):
        # Excel computes a text that begins like a formula; behind an apostrophe it lets it be, and so do we on the way back.
        return APOSTROPHE + value if value.startswith(_DANGEROUS) and not _is_number(value) else value
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _is_number(text: str) -> bool:
    """Whether text beginning with a sign is a plain number, such as a telephone number +86 13800000000."""
    return clean(text).lstrip("+-").replace(" ", "").replace("-", "").replace(".", "").isdecimal()
