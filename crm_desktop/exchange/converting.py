"""From the rows of a table to incoming records: cells to values, names put together, rows of one document put under it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.exchange.headings import FAMILY, GIVEN, LINE, NUMBER
from crm_desktop.exchange.mapping import ColumnMap, field_of
from crm_desktop.exchange.plan import Incoming
from crm_desktop.exchange.tables import Table
from crm_desktop.exchange.values import ColumnReader
from crm_desktop.pinyin import has_chinese
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access
from crm_desktop.words import _


def _seen(app: Application, kind: RecordType, target: str) -> bool:
    """Whether this person may see the field that a column goes to; the parts of a name count as the name."""
    line, name = target.startswith(LINE), target.removeprefix(LINE).removesuffix(NUMBER)
    fields = (kind.lines.fields if kind.lines else {}) if line else kind.fields
    full = f"lines.{name}" if line else name
    return name not in fields or kind.access(app.actor, full) > Access.HIDDEN


def column_readers(
    app: Application, kind: RecordType, table: Table, mapping: ColumnMap
) -> tuple[list[tuple[int, str, ColumnReader]], list[str]]:
    """A reader for each column of the mapping, and what they found out. Columns of foreign codes leave the mapping."""
    readers, notes = [], []
    for index, target in list(mapping.columns.items()):
        cells = [row.cells[index] if index < len(row.cells) else None for row in table.rows]
        heading = table.headings[index]
        about = field_of(kind, target)
        may_add = app.actor.may("units.add" if about.options == "units" else "options.add")
        reader = ColumnReader(about, app.options, heading, cells, may_add)
        if not _seen(app, kind, target):
            notes.append(_("“{heading}”: you may not see this field, so it was left out.").format(heading=heading))
            del mapping.columns[index]
        elif reader.is_foreign_code(cells):
            notes.append(
                _("“{heading}”: holds numbers of another program instead of choices, so it was left out.").format(
                    heading=heading
                )
            )
            del mapping.columns[index]
        else:
            readers.append((index, target, reader))
            notes += reader.notes
    return readers, notes


def convert(kind: RecordType, table: Table, readers: list[tuple[int, str, ColumnReader]]) -> list[Incoming]:
    """One incoming record per row; the fields of a line stand in its one line."""
    columns = [(i, t, t.removeprefix(LINE), t.startswith(LINE), r.read) for i, t, r in readers]
    result = []
    for row in table.rows:
        record = Incoming([row.number], {})
        line: dict[str, Any] = {}
        cells, width = row.cells, len(row.cells)
        for index, target, name, in_line, read in columns:
            if index >= width or cells[index] is None:
                continue
            try:
                value = read(cells[index])
            except ValueError as error:
                record.problems[target] = str(error)
                continue
            if value is not None and value != "":
                (line if in_line else record.values)[name] = value
        if line:
            record.lines.append(line)
        if GIVEN in record.values or FAMILY in record.values:
            _join_name(record.values)
        if record.values or record.lines or record.problems:
            result.append(record)
    return result


def _join_name(values: dict[str, Any]) -> None:
    given, family = values.pop(GIVEN, ""), values.pop(FAMILY, "")
    if not values.get("name"):
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
    document.problems |= record.problems
    for name, value in record.values.items():
        if document.values.setdefault(name, value) != value:
            document.problems.setdefault(
                name,
                _("rows {first} and {second} of this document differ.").format(
                    first=document.rows[0], second=record.rows[0]
                ),
            )


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
