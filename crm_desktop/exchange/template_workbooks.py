"""Empty workbooks to fill in and import: the headings of a record type, drop-down lists where only some words do, notes, an example.

The headings are those an import knows, in the language of the person; the second sheet says what each column takes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from crm_desktop.application import Application
from crm_desktop.exchange.export_columns import Column, exported_columns
from crm_desktop.exchange.first_look import begins_empty
from crm_desktop.exchange.headings import child_label
from crm_desktop.exchange.mapping import taken_from_files
from crm_desktop.exchange.related_columns import child_fields
from crm_desktop.exchange.values import OPEN
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.exchange.workbook_files import sheet_title
from crm_desktop.kinds import show
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import _
from db.fields import Field

_ROWS = 2000  # that have drop-down lists and formats
_HEAD, _NEEDED = PatternFill("solid", fgColor="E8EDF3"), PatternFill("solid", fgColor="FCE9C9")
_NOTE_SIZE = (90, 260)  # pixels
_BESIDE = 12  # columns of contacts that are offered


def template_columns(app: Application, kind: RecordType) -> list[Column]:
    """The columns of the workbook: what a person may fill in, and the contact beside a customer."""
    own = {n for n, f in kind.fields.items() if taken_from_files(f) and (f.section != "Record" or n == "owner_id")}
    lines = {n for n, f in kind.lines.fields.items() if taken_from_files(f)} if kind.lines else set[str]()
    columns = [c for c in exported_columns(app, kind) if c.path.partition(".")[0] in (lines if c.in_line else own)]
    beside = [c for c in child_fields(kind) if app.actor.may(f"{c[1].key}.add")][:_BESIDE]
    return columns + [Column(child_label(child, about.label), target, about) for target, child, about in beside]


def write_template(app: Application, type_key: str, path: Path) -> None:
    """Write the workbook. Raises Told."""
    kind = app.type(type_key)
    app.actor.require(f"{kind.key}.import")
    columns = template_columns(app, kind)
    book = Workbook()
    sheet: Any = book.active
    sheet.title = sheet_title(_(kind.plural))
    sheet.freeze_panes = "A2"
    notes, lists = book.create_sheet(sheet_title(_("What goes where"))), book.create_sheet(sheet_title(_("Choices")))
    lists.sheet_state = "hidden"
    _explain(notes, [], heads=(_("Column"), _("Needed"), _("What it takes")))
    for at, column in enumerate(columns, 1):
        letter = get_column_letter(at)
        needed = _needed(kind, column)
        _head(sheet.cell(1, at), column.heading, needed)
        words = _takes(app, kind, column)
        comment = Comment(words, "CRM Desktop")
        comment.height, comment.width = _NOTE_SIZE
        sheet.cell(1, at).comment = comment
        sheet.column_dimensions[letter].width = column.width
        if column.format != "General":
            for row in range(2, min(_ROWS, 200) + 2):
                sheet.cell(row, at).number_format = column.format
        _offer(app, sheet, lists, at, column)
        _explain(notes, [column.heading, _("Yes") if needed else "", words])
    notes.freeze_panes = "A2"
    for letter, width in (("A", 28), ("B", 10), ("C", 90)):
        notes.column_dimensions[letter].width = width
    with whole_file(path) as target:
        book.save(target)


def _head(cell: Any, text: str, needed: bool) -> None:
    cell.value, cell.data_type = text, "s"
    cell.font, cell.fill = Font(bold=True), _NEEDED if needed else _HEAD
    cell.alignment = Alignment(vertical="center")


def _explain(sheet: Any, words: list[str], heads: tuple[str, ...] = ()) -> None:
    if heads:
        for at, text in enumerate(heads, 1):
            _head(sheet.cell(1, at), text, needed=False)
        return
    sheet.append(words)
    for cell in sheet[sheet.max_row]:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if isinstance(cell.value, str):
            cell.data_type = "s"


def _needed(kind: RecordType, column: Column) -> bool:
    if column.in_line or "." in column.path:
        return False
    return (column.about.required and begins_empty(kind, column.path)) or bool(kind.lines and column.path == kind.number)


def _choices(app: Application, about: Field) -> list[str]:
    if about.kind in ("option", "state"):
        return [c.shown() for c in app.options.choices(about.options) if c.active]
    return [show(True, about, app.options), show(False, about, app.options)] if about.kind == "yes_no" else []


def _offer(app: Application, sheet: Any, lists: Any, at: int, column: Column) -> None:
    """A drop-down list below the heading. Words of lists that may grow are offered, and others taken all the same."""
    choices = _choices(app, column.about)
    if not choices:
        return
    place = lists.max_column + 1 if lists.max_row > 1 or lists.cell(1, 1).value else 1
    for row, text in enumerate(choices, 1):
        lists.cell(row, place).value = text
        lists.cell(row, place).data_type = "s"
    letter = get_column_letter(place)
    rule = DataValidation("list", formula1=f"'{lists.title}'!${letter}$1:${letter}${len(choices)}", allow_blank=True)
    strict = column.about.options not in OPEN
    rule.errorStyle, rule.showErrorMessage = ("stop" if strict else "warning"), True
    rule.error = _("Please choose from the list.")[:255]
    rule.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{_ROWS + 1}")
    sheet.add_data_validation(rule)


def _takes(app: Application, kind: RecordType, column: Column) -> str:
    """What a column takes, in words."""
    about = column.about
    parts = [_(about.help)] if about.help else []
    if column.path == kind.number and kind.lines and not column.in_line:
        parts.append(_("Rows with the same number are the lines of one document."))
    if choices := _choices(app, about):
        parts.append(", ".join(choices))
    elif about.kind == "reference":
        target = _(app.type(about.target).title).lower()
        words = _("The number of the {type}.") if "." in column.path else _("The name or number of a {type} that is there.")
        parts.append(words.format(type=target))
    else:
        parts.append(
            {
                "date": _("A date, such as 2026-11-24."),
                "datetime": _("A date with time, such as 2026-11-24 15:30."),
                "percent": _("Percent: 13 is 13 %."),
                "phone": _("A telephone number; as text, so that no digit is lost."),
                "code": _("Letters and digits; as text, so that no zero is lost."),
                "email": _("An e-mail address."),
                "url": _("A web address."),
                "tags": _("Words, with commas between them."),
                "integer": _("A whole number."),
            }.get(about.kind, _("A number.") if column.format not in ("@",) else _("Text."))
        )
    return "\n".join(parts)
