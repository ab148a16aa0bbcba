"""A record in a workbook of the office: cells with `{{field}}` are filled, and the row with the fields of lines is repeated.

Fields are called as on the screen or as in print templates: `{{客户.名称}}`, `{{customer.name}}`, `{{Number}}`. A cell that holds nothing
but one field takes its value as a number or a date, in the format the cell has. Formulas go on to reach all lines.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.cell import range_boundaries

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Told
from crm_desktop.exchange.headings import LINE, folded
from crm_desktop.exchange.synonyms import SYNONYMS
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.printing.context import COMPANY_FIELDS, Context, for_record, plain_name
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.print_log import note_printed
from crm_desktop.services.saving import open_record
from crm_desktop.words import LANGUAGES, _, translated
from db.fields import Field

_FIELD = re.compile(r"\{\{\s*(#?[^{}]+?)\s*\}\}")
_REFERENCE = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+)(?::(\$?[A-Z]{1,3}\$?)(\d+))?(?![\d(A-Za-z])")
_LARGEST, _UNPACKED = 20 * 2**20, 300 * 2**20  # bytes
_LINE_WORDS = ("line", "lines", "明细", "行")
_LONGEST = 32_767
_SHAPES = (b"<xdr:sp>", b"<xdr:sp ", b"<xdr:cxnSp", b"<v:shape ", b"<mc:AlternateContent")


@dataclass
class Filled:
    """What was written, and what a person should look at: names that mean nothing, shapes that are lost."""

    path: Path
    warnings: list[str] = field(default_factory=list)


def fill_form(app: Application, type_key: str, record_id: int, form: Path, path: Path, language: str) -> Filled:
    """Write a record into a copy of the workbook `form`. Raises Told."""
    kind = app.type(type_key)
    context = for_record(app, type_key, record_id, language)
    warnings = _lost_shapes(form)
    try:
        book = load_workbook(form)
    except FileNotFoundError:
        raise Missing(_("There is no file “{file}”.").format(file=form)) from None
    except Exception as error:
        raise Told(
            _("“{file}” is damaged or is not a workbook.").format(file=form.name),
            _("Open it in Excel or WPS and save it again as .xlsx."),
        ) from error
    names = _Names(app, kind, context)
    found = sum(_fill_sheet(sheet, names, context) for sheet in book.worksheets)
    if not found:
        raise Told(
            _("“{file}” has no cell to fill in.").format(file=form.name),
            _("Write the names of fields into its cells, such as {example}.").format(example="{{customer.name}}"),
        )
    warnings += [_("“{name}” means no field; it was left empty.").format(name=n) for n in names.unknown]
    with whole_file(path) as target:
        book.save(target)
    label = kind.label_of(open_record(app, type_key, record_id).values)
    note_printed(app, type_key, record_id, label, {"file": path.name, "template": form.name})
    return Filled(path, warnings)


def _lost_shapes(form: Path) -> list[str]:
    """Words for text boxes, seals and arrows drawn over the cells: writing the workbook again loses them."""
    try:
        if form.stat().st_size > _LARGEST:
            raise Told(_("“{file}” is too large for a form.").format(file=form.name))
        with zipfile.ZipFile(form) as packed:
            if sum(i.file_size for i in packed.infolist()) > _UNPACKED:
                raise Told(_("“{file}” is too large for a form.").format(file=form.name))
            names = [n for n in packed.namelist() if n.startswith("xl/drawings/") and n.endswith((".xml", ".vml"))]
            comments = any(n.startswith("xl/comments") for n in packed.namelist())
            drawn = [n for n in names if any(s in packed.read(n) for s in _SHAPES) and not (comments and n.endswith(".vml"))]
    except FileNotFoundError:
        raise Missing(_("There is no file “{file}”.").format(file=form)) from None
    except (OSError, zipfile.BadZipFile) as error:
        raise Told(
            _("“{file}” is damaged or is not a workbook.").format(file=form.name),
            _("Open it in Excel or WPS and save it again as .xlsx."),
        ) from error
    if not drawn:
        return []
    return [_("The form has shapes or text boxes; they are lost. Use pictures and cells instead.")]


class _Names:
    """Finds the value that a name in a form means."""

    def __init__(self, app: Application, kind: RecordType, context: Context) -> None:
        self.unknown: list[str] = []
        self._kind, self._context = kind, context
        self._own = _aliases(kind.fields, kind.key)
        self._of_lines = _aliases(kind.lines.fields, kind.key, LINE) if kind.lines else {}
        titles = {folded(w) for w in _words(kind.lines.title)} if kind.lines else set[str]()
        self._line_words = {*map(folded, _LINE_WORDS), *titles}
        self._parents = {alias: name for alias, name in self._own.items() if name in context["linked"]}
        self._of_parents = {
            plain_name(n): _aliases(app.type(f.target).fields, f.target)
            for n, f in kind.fields.items()
            if f.kind == "reference" and f.target in app.types
        }
        self._of_company = {folded(w): n for n, s in COMPANY_FIELDS.items() for w in (n, *_words(s.label))}

    def of_line(self, name: str) -> bool:
        """Whether a name speaks of a line."""
        if name.startswith("#"):
            return folded(name) in self._line_words
        head, dot, _rest = name.partition(".")
        return bool(dot) and folded(head) in self._line_words and self._kind.lines is not None

    def value(self, name: str, line: Mapping[str, Any] | None) -> Any:
        """What stands in place of a name; None for nothing."""
        if name.startswith("#"):
            return None
        head, dot, rest = name.partition(".")
        if dot and folded(head) in self._line_words:
            return self._in_line(rest, line, name)
        if dot:
            return self._linked(head, rest, name)
        if line is not None and folded(name) in self._of_lines:
            return line.get(self._of_lines[folded(name)])
        if folded(name) in self._own:
            return self._context["record"].get(self._own[folded(name)])
        return self._nothing(name)

    def _in_line(self, rest: str, line: Mapping[str, Any] | None, name: str) -> Any:
        own = self._of_lines.get(folded(rest))
        if own is None and folded(rest) in ("no", "序号", "row"):
            return line.get("#") if line else None
        return (line or {}).get(own) if own else self._nothing(name)

    def _linked(self, head: str, rest: str, name: str) -> Any:
        if folded(head) in ("record", folded(self._kind.title), *map(folded, _words(self._kind.title))):
            return self.value(rest, None)
        group = {"company": "company", "公司": "company", "本公司": "company", "print": "print", "打印": "print", "user": "user"}.get(
            head.casefold(), ""
        )
        if group:
            values = self._context[group]
            wanted = self._of_company.get(folded(rest), rest) if group == "company" else rest
            wanted = {"日期": "date", "时间": "time", "姓名": "name"}.get(wanted, wanted)
            return values.get(wanted) if wanted in values else self._nothing(name)
        parent = self._parents.get(folded(head), "")
        if not parent:
            return self._nothing(name)
        wanted = self._of_parents.get(parent, {}).get(folded(rest), "")
        return self._context["linked"].get(parent, {}).get(wanted) if wanted else self._nothing(name)

    def _nothing(self, name: str) -> None:
        if name not in self.unknown:
            self.unknown.append(name)


def _words(label: str) -> list[str]:
    return [label, *(translated(label, code) for code in LANGUAGES)]


def _aliases(fields: Mapping[str, Field], type_key: str, prefix: str = "") -> dict[str, str]:
    """Everything the fields may be called, folded → the name in the context: labels, names, and what an import knows."""
    found: dict[str, str] = {}
    synonyms = SYNONYMS.get(type_key, {})
    for name, about in fields.items():
        for word in (plain_name(name), name, *_words(about.label)):
            found.setdefault(folded(word), plain_name(name))
    for name in fields:
        for word in synonyms.get(prefix + name, "").split():
            found.setdefault(folded(word), plain_name(name))
    return found


def _named(value: Any) -> list[str]:
    return _FIELD.findall(value) if isinstance(value, str) else []


def _fill_sheet(sheet: Any, names: _Names, context: Context) -> int:
    rows = {c.row: True for c in _cells(sheet) if any(map(names.of_line, _named(c.value)))}
    filled = 0
    lines: list[dict[str, Any]] = [{**line, "#": at} for at, line in enumerate(context["lines"], 1)]
    for row in sorted(rows, reverse=True):
        _repeat(sheet, row, len(lines))
        for at, line in enumerate(lines or [{}]):
            filled += sum(_fill(cell, names, line) for cell in sheet[row + at])
    return filled + sum(_fill(cell, names, None) for cell in _cells(sheet))


def _cells(sheet: Any) -> Iterator[Cell]:
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, MergedCell):
                yield cell


def _fill(cell: Any, names: _Names, line: Mapping[str, Any] | None) -> int:
    found = [] if isinstance(cell, MergedCell) else _named(cell.value)
    if not found:
        return 0
    if _FIELD.fullmatch(cell.value.strip()):
        _put(cell, names.value(found[0], line))
    else:
        _put(cell, _FIELD.sub(lambda m: _text(names.value(m[1], line)), cell.value))
    return 1


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, dt.datetime):
        value = value.astimezone().replace(tzinfo=None, microsecond=0)
    elif not isinstance(value, int | Decimal | dt.date | bool | None):
        value = _text(value)
    if value == "":
        value = None
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with = is no formula
    elif isinstance(value, dt.date) and cell.number_format == "General":
        cell.number_format = "yyyy-mm-dd"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, dt.datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, tuple):
        return "、".join(map(_text, value))
    if isinstance(value, bytes):
        return ""
    return "".join(c for c in str(value) if c >= " " or c in "\n\t")[:_LONGEST]


def _repeat(sheet: Any, row: int, count: int) -> None:
    """Make room for `count` lines at a row, all looking as it does; what stands below moves down, and formulas go on to fit."""
    more = max(count, 1) - 1
    if not more:
        return
    merged = [str(r) for r in sheet.merged_cells.ranges]
    for spans in merged:
        sheet.unmerge_cells(spans)
    heights = {at: d.height for at, d in sheet.row_dimensions.items() if d.height is not None}
    sheet.insert_rows(row + 1, more)
    for at in sorted((a for a in heights if a > row), reverse=True):
        sheet.row_dimensions[at + more].height = heights[at]
    for at in range(row + 1, row + more + 1):
        sheet.row_dimensions[at].height = heights.get(row)
        for cell in sheet[row]:
            copied = sheet.cell(at, cell.column)
            copied.value, copied._style = _moved(cell.value, row, at - row), copy.copy(cell._style)
    for spans in merged:
        left, top, right, bottom = range_boundaries(spans)
        if top > row:
            top, bottom = top + more, bottom + more
        elif bottom > row:
            bottom += more
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        if top == bottom == row:
            for at in range(row + 1, row + more + 1):
                sheet.merge_cells(start_row=at, start_column=left, end_row=at, end_column=right)
    for cell in _cells(sheet):
        if isinstance(cell.value, str) and cell.value.startswith("=") and not row < cell.row <= row + more:
            cell.value = _stretched(cell.value, row, more)


def _moved(value: Any, row: int, by: int) -> Any:
    """A formula of the line's row as it stands in a row further down."""
    if not isinstance(value, str) or not value.startswith("="):
        return value

    def move(found: re.Match[str]) -> str:
        first = f"{found[1]}{int(found[2]) + by if int(found[2]) == row and not found[1].endswith('$') else found[2]}"
        if not found[3]:
            return first
        return f"{first}:{found[3]}{int(found[4]) + by if int(found[4]) == row and not found[3].endswith('$') else found[4]}"

    return _REFERENCE.sub(move, value)


def _stretched(formula: str, row: int, more: int) -> str:
    """A formula after `more` rows came in below `row`: ranges that held the row hold all lines, what was below it has moved."""

    def stretch(found: re.Match[str]) -> str:
        first, last = int(found[2]), int(found[4] or found[2])
        if not found[3]:
            return f"{found[1]}{first + more if first > row else first}"
        return f"{found[1]}{first + more if first > row else first}:{found[3]}{last + more if last >= row else last}"

    return _REFERENCE.sub(stretch, formula)
