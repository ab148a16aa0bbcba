"""A file as a person meets it before an import: its sheets, the rows in it, and which column seems to mean which field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.exchange.cells import Sheet, Workbook, text_of
from crm_desktop.exchange.headings import FAMILY, FILES, GIVEN, LINE, NUMBER, child_label, number_label
from crm_desktop.exchange.mapping import (
    ColumnMap,
    guess_mapping,
    mapping_from_facts,
    recogniser,
    recogniser_of_lines,
    taken_from_files,
)
from crm_desktop.exchange.ready_mappings import applied, fitting
from crm_desktop.exchange.recipe import Recipe, called
from crm_desktop.exchange.related_columns import child_fields, is_child
from crm_desktop.exchange.reshape import reshaped, with_lines
from crm_desktop.exchange.tables import Table, choose_sheet, find_table, table_below
from crm_desktop.records.record_type import RecordType
from crm_desktop.services.import_mappings import learned
from crm_desktop.words import _


@dataclass(frozen=True)
class Target:
    """What a column can be matched to."""

    key: str
    label: str
    required: bool = False


@dataclass
class FirstLook:
    """A sheet laid out for an import as records of `type`."""

    path: Path
    book: Workbook
    type: str
    table: Table
    mapping: ColumnMap


def importable(app: Application) -> list[RecordType]:
    """The record types whose records this person may import; set-up tables are typed."""
    return [t for t in app.types.values() if t.area != "setup" and app.actor.may(f"{t.key}.import")]


def lay_out(app: Application, path: Path, book: Workbook, recipe: Recipe, heading_row: int = 0) -> FirstLook:
    """A file as a recipe wants it: its sheet, its lines on another sheet, its columns split and joined, and what they go to.

    What the recipe does not say is guessed, learned from earlier imports, or told by a mapping that comes with the program.
    """
    found = look(app, path, book, recipe.type, recipe.sheet, heading_row)
    kind = app.type(found.type)
    table = found.table
    if recipe.lines_sheet and kind.lines:
        lines = find_table(choose_sheet(book, recipe.lines_sheet, recogniser_of_lines(kind)), recogniser(kind))
        table = with_lines(table, lines, recogniser(kind), recogniser_of_lines(kind), recipe.lines_key)
    table = reshaped(table, recipe)
    if any(name in recipe.columns for name in called(table.headings)):
        found.mapping = mapping_from_facts(kind, table, recipe.columns)
    elif table is not found.table:
        found.mapping = _matched(app, kind, table)
    found.table = table
    return found


def _matched(app: Application, kind: RecordType, table: Table) -> ColumnMap:
    """What the columns go to: as a mapping for the program says that wrote the file, as learned, or as the headings suggest."""
    for ready in fitting(table.headings):
        if ready.recipe.type == kind.key:
            return mapping_from_facts(kind, table, applied(ready, called(table.headings)))
    return guess_mapping(kind, table, recogniser(kind), learned(app, kind.key).get("columns", {}))


def look(
    app: Application, path: Path, book: Workbook, type_key: str = "", sheet_name: str = "", heading_row: int = 0
) -> FirstLook:
    """Lay out a file. What is not given is guessed: the type, the sheet, the row with the headings (counted from 1).

    Raises Told for a file without rows.
    """
    kind = app.type(type_key) if type_key else _likely_type(app, book)
    known = recogniser(kind)
    sheet = choose_sheet(book, sheet_name, known)
    if heading_row:
        table = table_below(sheet, min(heading_row, len(sheet.rows)) - 1)
    else:
        table = _table_in(app, sheet, kind)
    return FirstLook(path, book, kind.key, table, _matched(app, kind, table))


def _table_in(app: Application, sheet: Sheet, kind: RecordType) -> Table:
    """The table whose headings are known; else the first row counts as headings, for the person to match."""
    try:
        return find_table(sheet, recogniser(kind))
    except Told:
        first = next((at for at, row in enumerate(sheet.rows) if any(c is not None for c in row)), None)
        if first is None:
            raise
        return table_below(sheet, first)


def _likely_type(app: Application, book: Workbook) -> RecordType:
    """The type that knows the most headings of the file."""
    kinds = importable(app)
    if not kinds:
        raise Told(_("You have no permission to import."))

    likely = {r.recipe.type for s in book.sheets for row in s.rows[:3] for r in fitting(map(text_of, row))}
    for kind in kinds:
        if kind.key in likely:  # the headings of another program, which a mapping knows
            return kind

    def known_headings(kind: RecordType) -> int:
        recognise = recogniser(kind)
        counts = [0]
        for sheet in book.sheets:
            try:
                table = find_table(sheet, recognise)
            except Told:
                continue
            targets = guess_mapping(kind, table, recognise).columns.values()
            counts.append(sum(not is_child(kind, t) and t != FILES for t in targets))
        return max(counts)

    return max(kinds, key=known_headings)


def targets(app: Application, kind: RecordType) -> list[Target]:
    """Everything a column can be matched to, in the order of the form."""
    found: list[Target] = []
    for name, about in kind.visible(app.actor).items():
        if about.kind == "image" or not taken_from_files(about):
            continue
        found.append(Target(name, _(about.label), about.required and begins_empty(kind, name)))
        other = app.types.get(about.target) if about.kind == "reference" else None
        if other is not None and other.number:
            found.append(Target(name + NUMBER, number_label(kind, about.label)))
        if name == "name" and kind.person:
            found += [Target(FAMILY, _("Family name")), Target(GIVEN, _("Given name"))]
    if kind.lines:
        for name, about in kind.visible_lines(app.actor).items():
            if name != "position" and about.kind != "image" and taken_from_files(about):
                found.append(Target(LINE + name, f"{_(kind.lines.title)}: {_(about.label)}"))
    found += [
        Target(target, child_label(child, about.label))
        for target, child, about in child_fields(kind)
        if app.actor.may(f"{child.key}.add")
    ]
    if app.actor.may(f"{kind.key}.change"):
        found.append(Target(FILES, _("Files (paths)")))
    return found


def begins_empty(kind: RecordType, name: str) -> bool:
    """Whether nothing but the file fills a field."""
    column: Any = kind.model.__table__.c.get(name)
    return column is None or column.default is None or (column.default.is_scalar and column.default.arg == "")
