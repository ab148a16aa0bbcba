"""From the rows of a table to incoming records: cells to values, names put together, rows of one document put under it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.exchange.cells import is_blank, text_of
from crm_desktop.exchange.headings import FAMILY, FILES, GIVEN, LINE, NUMBER
from crm_desktop.exchange.mapping import ColumnMap, field_of
from crm_desktop.exchange.plan import DateQuestion, Incoming, Plan
from crm_desktop.exchange.recipe import EVERY, Recipe
from crm_desktop.exchange.related_columns import child_type, is_child
from crm_desktop.exchange.tables import Row, Table
from crm_desktop.exchange.values import OPEN, ColumnReader
from crm_desktop.pinyin import has_chinese
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access
from crm_desktop.words import _


def _seen(app: Application, kind: RecordType, target: str) -> bool:
    """Whether this person may see the field that a column goes to; the parts of a name count as the name."""
    child = child_type(kind, target)
    if child is not None:
        return app.actor.may(f"{child.key}.add") and child.access(app.actor, target.partition(".")[2]) > Access.HIDDEN
    line, name = target.startswith(LINE), target.removeprefix(LINE).removesuffix(NUMBER)
    fields = (kind.lines.fields if kind.lines else {}) if line else kind.fields
    full = f"lines.{name}" if line else name
    return name not in fields or kind.access(app.actor, full) > Access.HIDDEN


def with_fixed(kind: RecordType, table: Table, mapping: ColumnMap, recipe: Recipe) -> Table:
    """The table with a column for each fixed value; where the file has a column of its own, what is empty there is filled."""
    if not recipe.fixed:
        return table
    width = len(table.headings)
    headings, rows = (
        list(table.headings),
        [Row(r.number, [*r.cells, *[None] * (width - len(r.cells))]) for r in table.rows],
    )
    for target, text in recipe.fixed.items():
        at = mapping.index(target)
        if at is None:
            at = len(headings)
            headings.append(_(field_of(kind, target).label))
            mapping.columns[at] = target
            for row in rows:
                row.cells.append(text)
            continue
        for row in rows:
            if is_blank(row.cells[at]):
                row.cells[at] = text
    return Table(table.sheet, table.heading_row, headings, rows, list(table.notes), table.own_width or width)


def with_meant(table: Table, mapping: ColumnMap, recipe: Recipe) -> Table:
    """The table with the texts that the person said stand for others."""
    columns = [(at, words) for at, target in mapping.columns.items() if (words := recipe.words.get(target))]
    if not columns:
        return table
    rows = []
    for row in table.rows:
        cells = list(row.cells)
        for at, words in columns:
            if at < len(cells) and (text := text_of(cells[at])) in words:
                cells[at] = words[text] or None
        rows.append(Row(row.number, cells))
    return Table(table.sheet, table.heading_row, table.headings, rows, table.notes, table.own_width)


def column_readers(app: Application, kind: RecordType, table: Table, plan: Plan) -> list[tuple[int, str, ColumnReader]]:
    """A reader for each column of the mapping; what they found out is noted. Columns of foreign codes leave the mapping."""
    readers = []
    mapping, recipe = plan.mapping, plan.recipe
    columns = table.columns()
    for index, target in list(mapping.columns.items()):
        cells = columns[index] if index < len(columns) else ()
        heading = table.headings[index]
        about = field_of(kind, target)
        may_add = app.actor.may("units.add" if about.options == "units" else "options.add")
        order = recipe.dates.get(target) or recipe.dates.get(EVERY, "")
        new = None if recipe.new_choices else recipe.new.get(target, [])
        reader = ColumnReader(about, app.options, heading, cells, may_add, new=new, order=order)
        if not _seen(app, kind, target):
            plan.notes.append(_("“{heading}”: you may not see this field, so it was left out.").format(heading=heading))
            del mapping.columns[index]
        elif reader.is_foreign_code(cells):
            plan.notes.append(
                _("“{heading}”: holds numbers of another program instead of choices, so it was left out.").format(
                    heading=heading
                )
            )
            del mapping.columns[index]
        else:
            readers.append((index, target, reader))
            plan.notes += reader.notes
    return readers


def note_questions(
    app: Application, kind: RecordType, readers: list[tuple[int, str, ColumnReader]], plan: Plan
) -> None:
    """Put down what only the person can tell: the order of dates, and the choices that are not known."""
    for _index, target, reader in readers:
        if reader.unclear:
            plan.questions.append(DateQuestion(target, reader.heading, reader.unclear))
        list_key = field_of(kind, target).options
        may_add = app.actor.may("units.add" if list_key == "units" else "options.add") and list_key in OPEN
        for text, count in reader.unknown.items():
            plan.note_unknown(target, text, may_be_new=may_add)
            plan.unknown[target, text].count = count


def convert(kind: RecordType, table: Table, readers: list[tuple[int, str, ColumnReader]]) -> list[Incoming]:
    """One incoming record per row; the fields of a line stand in its one line. Read column by column, which is twice as quick."""
    beside = {t for _i, t, _r in readers if is_child(kind, t)}
    problems: dict[int, dict[str, str]] = defaultdict(dict)
    own, lines, others, paths = _Across(), _Across(), _Across(), _Across()
    columns = table.columns()
    for index, target, reader in readers:
        if index >= len(columns):  # headings without a single cell below
            continue
        values, wrong = reader.read_all(columns[index])
        for at, words in wrong.items():
            problems[at][target] = words
        if target in beside:
            others.add(target, values)
        elif target == FILES:
            paths.add(target, values)
        elif target.startswith(LINE):
            lines.add(target.removeprefix(LINE), values)
        else:
            own.add(target, values)
    named = any(target in (GIVEN, FAMILY) for _i, target, _r in readers)
    result = []
    count = len(table.rows)
    rows = zip(table.rows, own.rows(count), lines.rows(count), others.rows(count), paths.rows(count), strict=True)
    for at, (row, fields, line, other, files) in enumerate(rows):
        record = Incoming([row.number], fields)
        if line:
            record.lines.append(line)
        if other:
            record.beside.append(other)
        for text in files.values():
            record.files += _paths(text)
        if named:
            _join_name(fields)
        if at in problems:
            record.problems = problems[at]
        if fields or line or other or at in problems:
            result.append(record)
    return result


class _Across:
    """Columns, and the rows across them: of each what is filled, by name."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._columns: list[list[Any]] = []

    def add(self, name: str, values: list[Any]) -> None:
        self._names.append(name)
        self._columns.append(values)

    def rows(self, count: int) -> Iterator[dict[str, Any]]:
        """As many as there are, empty ones where there is no column."""
        names = self._names
        if not names:
            return ({} for _at in range(count))
        return (
            {n: v for n, v in zip(names, values, strict=True) if v is not None}
            for values in zip(*self._columns, strict=True)
        )


def _paths(text: str) -> list[str]:
    """The paths in a cell: one a line, or parted by semicolons."""
    return [p.strip().strip('"') for p in re.split(r"[;；\n|]", text) if p.strip()]


def _join_name(values: dict[str, Any]) -> None:
    given, family = values.pop(GIVEN, ""), values.pop(FAMILY, "")
    if (given or family) and not values.get("name"):
        values["name"] = family + given if has_chinese(family + given) else f"{given} {family}".strip()


def under_documents(kind: RecordType, records: Iterable[Incoming]) -> list[Incoming]:
    """Rows of one document put together: those of one number and customer. A row that names neither continues the one above."""
    found: dict[tuple[str, Any], Incoming] = {}
    above: Incoming | None = None
    for record in records:
        number, customer = record.values.get(kind.number), record.values.get("customer_id")
        if not number and customer is None and above is not None:
            _append(above, record)
            continue
        key = (number or "", customer)
        if number and key in found:
            _append(found[key], record)
            above = found[key]
            continue
        above = record
        if number:
            found[key] = record
        else:
            found["", id(record)] = record
    return list(found.values())


def _append(document: Incoming, record: Incoming) -> None:
    """Add a row to its document; what it says of the document itself must not contradict."""
    document.rows += record.rows
    document.lines += record.lines
    document.beside += record.beside
    document.files += [f for f in record.files if f not in document.files]
    document.problems |= record.problems
    for name, value in record.values.items():
        if document.values.setdefault(name, value) != value:
            document.problems.setdefault(
                name,
                _("rows {first} and {second} of this document differ.").format(
                    first=document.rows[0], second=record.rows[0]
                ),
            )


def under_owners(records: Iterable[Incoming], number: str) -> list[Incoming]:
    """Rows that say the same of their record and differ in what belongs to it put together: a customer with several contacts.

    A row that says nothing of the record, or only its number or its name as above, continues the one above.
    """
    result: list[Incoming] = []
    first: dict[Any, Incoming] = {}
    for record in records:
        if not record.beside:
            result.append(record)
            continue
        named = {n: v for n in (number, "name") if n and (v := record.values.get(n))}
        above = first.get(tuple(sorted(named.items()))) if named else (result[-1] if result else None)
        fits = above is not None and all(above.values.get(n) == v for n, v in record.values.items())
        if above is not None and fits:
            _append(above, record)
            continue
        result.append(record)
        if named:
            first.setdefault(tuple(sorted(named.items())), record)
    return result


def doubled_numbers(kind: RecordType, records: Iterable[Incoming]) -> list[str]:
    """Words for the numbers that several customers share: they are several documents."""
    customers: dict[str, list[str]] = {}
    for record in records:
        number, customer = record.values.get(kind.number), record.values.get("customer_id")
        if number and isinstance(customer, Ref):
            customers.setdefault(number, []).append(customer.label)
    return [
        _("The number {number} stands for {count} documents: {customers}.").format(
            number=n, count=len(c), customers=", ".join(c)
        )
        for n, c in customers.items()
        if len(c) > 1
    ]
