"""A list summed up by one of its fields: a sheet of its own beside the rows, with totals and a chart that Excel draws itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, PieChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.exchange.export_columns import Column, cell_maker, exported_columns
from crm_desktop.exchange.grouping import Grouping, summable
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.exchange.workbook_files import sheet_title, write_rows
from crm_desktop.filters import ListQuery
from crm_desktop.kinds import show
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events
from crm_desktop.services.listing import count, iterate
from crm_desktop.words import _

_MOST_ROWS = 100_000
_CHARTED = 15  # groups; more make no picture
_PIE_UP_TO = 6


def export_grouped(
    app: Application, query: ListQuery, path: Path, grouping: Grouping, progress: Progress | None = None
) -> int:
    """Write the list and its sums by group as a workbook; gives the number of rows of the list. Raises Told, Cancelled."""
    kind, progress = app.type(query.type), progress or Unwatched()
    app.actor.require(f"{kind.key}.export")
    visible = kind.visible(app.actor)
    wanted = (grouping.field, *grouping.sums)
    if path.suffix.casefold() != ".xlsx" or any(n not in visible for n in wanted):
        raise Refused(_("Sums with a chart are written as .xlsx, of fields of the list."))
    total = count(app, query, cap=None, operation="export").number
    if total > _MOST_ROWS:
        raise Refused(_("A workbook with a chart holds {count} rows at most.").format(count=f"{_MOST_ROWS:,}"))
    names = tuple(dict.fromkeys((*(query.columns or kind.columns), *wanted)))
    names = tuple(n for n in names if n in visible)
    columns = [c for c in exported_columns(app, kind, names) if "." not in c.path]
    makers = [cell_maker(app, c) for c in columns]
    places = [names.index(c.path) for c in columns]
    sums = grouping.sums or tuple(summable(kind, names))
    groups: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * (len(sums) + 1))
    book = Workbook()
    sheet: Any = book.active
    sheet.title = sheet_title(_("By {field}").format(field=_(visible[grouping.field].label)))

    def rows() -> Any:
        at, of = names.index(grouping.field), [names.index(n) for n in sums]
        done = 0
        for chunk in iterate(app, replace(query, columns=names), operation="export"):
            progress.check_cancelled()
            progress.report(done, total, _("Writing"))
            for row in chunk:
                name = show(row[at], visible[grouping.field], app.options) or _("(empty)")
                figures = groups[name]
                figures[0] += 1
                for place, column in enumerate(of, 1):
                    figures[place] += Decimal(row[column] or 0)
                yield [make(row[p]) for make, p in zip(makers, places, strict=True)]
            done += len(chunk)

    with whole_file(path) as target:
        written = write_rows(book.create_sheet(sheet_title(_(kind.plural))), columns, rows())
        labels = [_("Number of records"), *(_(visible[n].label) for n in sums)]
        formats = ["#,##0", *(_format(columns, n) for n in sums)]
        _write_groups(sheet, _(visible[grouping.field].label), labels, formats, groups)
        book.save(target)
    facts = {"type": kind.key, "file": path.name, "count": written, "group": grouping.field}
    events.record(app, "export", path.name, facts)
    return written


def _format(columns: Sequence[Column], name: str) -> str:
    return next((c.format for c in columns if c.path == name), "General")


def _write_groups(
    sheet: Any, title: str, labels: Sequence[str], formats: Sequence[str], groups: dict[str, list[Decimal]]
) -> None:
    sheet.append([title, *labels])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
        cell.alignment = Alignment(vertical="center")
        cell.data_type = "s"
    measure = 1 if len(labels) > 1 else 0
    ordered = sorted(groups.items(), key=lambda g: -g[1][measure])
    for name, figures in ordered:
        sheet.append([name, *figures])
        sheet.cell(sheet.max_row, 1).data_type = "s"
        for at, number_format in enumerate(formats, 2):
            sheet.cell(sheet.max_row, at).number_format = number_format
    last = sheet.max_row
    sheet.cell(last + 1, 1).value = _("Total")
    for at, number_format in enumerate(formats, 2):
        letter = get_column_letter(at)
        cell = sheet.cell(last + 1, at)
        cell.value = f"=SUM({letter}2:{letter}{last})" if last > 1 else 0
        cell.number_format = number_format
    for cell in sheet[last + 1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for at in range(1, len(labels) + 2):
        sheet.column_dimensions[get_column_letter(at)].width = 26 if at == 1 else 16
    if last > 1:
        sheet.add_chart(_chart(sheet, measure + 2, min(last, _CHARTED + 1)), f"{get_column_letter(len(labels) + 3)}2")


def _chart(sheet: Any, column: int, last: int) -> Any:
    """Bars, or a pie for a handful of groups without anything negative."""
    values = [sheet.cell(row, column).value for row in range(2, last + 1)]
    chart: Any = PieChart() if len(values) <= _PIE_UP_TO and min(values) >= 0 else BarChart()
    chart.add_data(Reference(sheet, min_col=column, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    chart.title = str(sheet.cell(1, column).value)
    chart.width, chart.height = 20, 11  # cm
    if isinstance(chart, BarChart):
        chart.type, chart.legend = "bar" if len(values) > _PIE_UP_TO else "col", None
        chart.x_axis.delete = chart.y_axis.delete = False
        if chart.type == "bar":
            chart.x_axis.scaling.orientation = "maxMin"
    else:
        chart.dataLabels = DataLabelList()
        chart.dataLabels.showPercent = True
    return chart

