"""Exporting any list, as it is filtered and ordered; documents one row per line. An export can be imported again without loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.exchange.card_export import export_cards
from crm_desktop.exchange.collecting import without_looking_for_circles
from crm_desktop.exchange.export_columns import Column, cell_maker, exported_columns
from crm_desktop.exchange.workbook_files import write_table
from crm_desktop.filters import ListQuery
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import RecordType
from crm_desktop.services import events
from crm_desktop.services.access import asking, reached
from crm_desktop.services.listing import count, fetch_ids, iterate
from crm_desktop.services.reading import read_records
from crm_desktop.words import _

_AT_ONCE = 500


@without_looking_for_circles()
def export_list(app: Application, query: ListQuery, path: Path, progress: Progress | None = None) -> int:
    """Write the records of `query` to a .xlsx, .csv or .vcf file; gives the number of rows. Raises Told, Cancelled.

    Without columns in the query all fields are written, and the lines of documents with them.
    """
    kind, progress = app.type(query.type), progress or Unwatched()
    app.actor.require(f"{kind.key}.export")
    if path.suffix.casefold() == ".vcf":
        return export_cards(app, query, path, progress)
    columns = exported_columns(app, kind, query.columns)
    with_lines = any(c.in_line for c in columns)
    total = count(app, query, cap=None, operation="export").number
    rows = _documents(app, kind, query, columns) if with_lines else _records(app, query, columns)
    # How many lines there are, only reading them tells; orders have a handful each.
    length = total * (4 if with_lines else 1)
    written = write_table(path, _(kind.plural), columns, _watched(rows, progress, total), length)
    events.record(app, "export", path.name, {"type": kind.key, "file": path.name, "count": written})
    return written


def _watched(rows: Iterator[list[Any]], progress: Progress, total: int) -> Iterator[list[Any]]:
    for done, row in enumerate(rows):
        if done % _AT_ONCE == 0:
            progress.check_cancelled()
            progress.report(min(done, total), total, _("Writing"))
        yield row


def _records(app: Application, query: ListQuery, columns: Sequence[Column]) -> Iterator[list[Any]]:
    fields = tuple(dict.fromkeys(_field_name(c) for c in columns))
    makers = [(c.path, cell_maker(app, c)) for c in columns]
    plain = [fields.index(path) for path, _make in makers if path in fields]
    for chunk in iterate(app, replace(query, columns=fields), operation="export"):
        if len(plain) == len(makers):  # column by column, which is three times as quick
            values = list(zip(*chunk, strict=True))
            cells = [map(make, values[at]) for at, (_path, make) in zip(plain, makers, strict=True)]
            yield from map(list, zip(*cells, strict=True))
            continue
        found = [dict(zip(fields, row, strict=False)) for row in chunk]
        _add_numbers(app, columns, found)
        for record in found:
            yield [make(record.get(path)) for path, make in makers]


def _documents(app: Application, kind: RecordType, query: ListQuery, columns: Sequence[Column]) -> Iterator[list[Any]]:
    """One row per line; a document without lines has one row of its own."""
    own = [(c.path, cell_maker(app, c)) for c in columns if not c.in_line]
    of_lines = [(c.path, cell_maker(app, c)) for c in columns if c.in_line]
    ids = fetch_ids(app, query, operation="export")
    for at in range(0, len(ids), _AT_ONCE):
        chunk = ids[at : at + _AT_ONCE]
        with asking(app) as connection:
            found = read_records(app, connection, kind, chunk, limited=True)
        drafts = [found[id_] for id_ in chunk if id_ in found]
        _add_numbers(app, [c for c in columns if not c.in_line], [d.values for d in drafts])
        _add_numbers(app, [c for c in columns if c.in_line], [line.values for d in drafts for line in d.lines])
        for draft in drafts:
            head = [make(draft.values.get(path)) for path, make in own]
            for line in draft.lines:
                yield head + [make(line.values.get(path)) for path, make in of_lines]
            if not draft.lines:
                yield head + [None] * len(of_lines)


def _field_name(column: Column) -> str:
    return column.path.partition(".")[0]


def _add_numbers(app: Application, columns: Sequence[Column], rows: Sequence[dict[str, Any]]) -> None:
    """Put the numbers of the records that references point to beside the references."""
    for column in columns:
        name, dot, number = column.path.partition(".")
        if not dot:
            continue
        target = app.type(column.about.target)
        ids = sorted({row[name].id for row in rows if isinstance(row.get(name), Ref)})
        with asking(app) as connection:
            ids = sorted(reached(app, connection, target, "see", ids))
            fields = {n: f for n, f in target.visible(app.actor).items() if n == number}
            found = read_records(app, connection, target, ids, fields) if fields else {}
        for row in rows:
            if isinstance(row.get(name), Ref) and row[name].id in found:
                row[column.path] = found[row[name].id].values[number]
