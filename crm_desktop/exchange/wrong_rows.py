"""The rows an import left out, as a workbook: the columns of the file and the reason beside them, to correct and import again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from crm_desktop.application import Application
from crm_desktop.exchange.cells import Cell
from crm_desktop.exchange.plan import Plan
from crm_desktop.exchange.reasons import reasons
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.exchange.workbook_files import text_cell
from crm_desktop.words import _


def write_wrong_rows(app: Application, plan: Plan, path: Path) -> int:
    """Write the rows of all wrong records to a .xlsx file; gives how many. Raises Unavailable."""
    kind = app.type(plan.type)
    width = plan.table.own_width or len(plan.table.headings)
    by_number: dict[int, list[list[Cell]]] = defaultdict(list)
    for row in plan.table.rows:
        by_number[row.number].append(row.cells[:width])
    headings = [*plan.table.headings[:width], _("Why it was left out")]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Left out")[:31])
    sheet.freeze_panes = "A2"
    for at, heading in enumerate(headings, 1):
        last = at == len(headings)
        sheet.column_dimensions[get_column_letter(at)].width = 60 if last else max(12, min(36, len(heading) * 2 + 4))
    sheet.append([_head(sheet, heading) for heading in headings])
    count = 0
    with whole_file(path) as target:
        for item in plan.wrong():
            for cells in (c for number in dict.fromkeys(item.rows) for c in by_number[number]):
                padded = [*cells, *[None] * (width - len(cells))]
                sheet.append([_cell(sheet, value) for value in [*padded, reasons(kind, item)]])
                count += 1
        book.save(target)
    return count


def _head(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
    cell.alignment = Alignment(vertical="center")
    return cell


def _cell(sheet: Any, value: Cell) -> Any:
    if value is None:
        return None
    if isinstance(value, str):
        return text_cell(sheet, value)  # no formula, and the zeros of a number stay
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, dt.datetime):
        cell.number_format = "yyyy-mm-dd hh:mm:ss" if value.time() != dt.time() else "yyyy-mm-dd"
    elif isinstance(value, dt.date):
        cell.number_format = "yyyy-mm-dd"
    return cell
