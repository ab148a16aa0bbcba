"""The process in which workbooks are opened: apart, with a limit of memory, since a file of one kB can ask for eight GB.

It imports the reader and nothing else, so that it starts at once. What it finds goes to a file as a row of pickles, so that
neither side holds everything twice:
    {"sheets": [(name, hidden), ...]}, then per sheet lists of rows and an empty list at its end, then "end".
A refusal is {"refused": "password" | "damaged", "detail": text}.
"""

from __future__ import annotations

import datetime as dt
import pickle
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine

if sys.platform == "win32":
    from crm_desktop.exchange.windows_limits import limit_memory
else:
    from crm_desktop.exchange.posix_limits import limit_memory

ROWS_AT_ONCE = 2000


def _plain(value: Any) -> Any:
    """A cell as the other side wants it: whole numbers as int, times of day as text, nothing as None."""
    if value == "":
        return None
    kind = type(value)
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < 1e22 else value
    if kind is dt.time or kind is dt.timedelta:
        return str(value)
    return value


def _row(cells: list[Any]) -> list[Any]:
    row = [_plain(cell) for cell in cells]
    while row and row[-1] is None:
        row.pop()
    return row


def _rows(sheet: python_calamine.CalamineSheet) -> Iterator[list[Any]]:
    """All rows from the first of the sheet on; the reader leaves out the empty area above and to the left."""
    if sheet.start is None:
        return iter(())
    top, left = sheet.start
    return chain(([] for _ in range(top)), (_row([""] * left + cells) for cells in sheet.to_python()))


def _write_sheet(sheet: python_calamine.CalamineSheet, target: BinaryIO) -> None:
    rows: list[list[Any]] = []
    waiting = 0  # empty rows count only when another row follows
    for row in _rows(sheet):
        if not row:
            waiting += 1
            continue
        rows += [[] for _ in range(waiting)]
        waiting = 0
        rows.append(row)
        if len(rows) >= ROWS_AT_ONCE:
            pickle.dump(rows, target, pickle.HIGHEST_PROTOCOL)
            rows = []
    if rows:
        pickle.dump(rows, target, pickle.HIGHEST_PROTOCOL)
    pickle.dump([], target, pickle.HIGHEST_PROTOCOL)


def _read(source: Path, target: BinaryIO) -> None:
    with python_calamine.CalamineWorkbook.from_path(source) as book:
        sheets = [m for m in book.sheets_metadata if m.typ == python_calamine.SheetTypeEnum.WorkSheet]
        hidden = python_calamine.SheetVisibleEnum.Visible
        pickle.dump({"sheets": [(m.name, m.visible != hidden) for m in sheets]}, target)
        for about in sheets:
            _write_sheet(book.get_sheet_by_name(about.name), target)
        pickle.dump("end", target)


def main(arguments: list[str]) -> int:
    """arguments: the workbook, the file for the answer, the limit of memory in MB."""
    source, answer, megabytes = arguments
    limit_memory(int(megabytes) * 2**20)
    with Path(answer).open("wb") as target:
        try:
            _read(Path(source), target)
        except MemoryError:
            return 3
        except BaseException as error:  # noqa: BLE001 -- the reader reports its own panics by an exception of no known class
            reason = "password" if isinstance(error, python_calamine.PasswordError) else "damaged"
            pickle.dump({"refused": reason, "detail": str(error)}, target)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
