"""The log as a table in a file: one row for each field that was changed, so that a workbook can filter and sort it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.exchange.export_columns import Column
from crm_desktop.exchange.workbook_files import write_table
from crm_desktop.local_time import to_local
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events
from crm_desktop.services.history import Entry
from crm_desktop.services.log import SEE, LogQuery, walk_log
from crm_desktop.services.log_words import action_words
from crm_desktop.words import N_, _
from db.fields import Field

_COLUMNS = (
    (N_("Time"), "at", "datetime", 20),
    (N_("Who"), "who", "text", 14),
    (N_("PC"), "station", "text", 16),
    (N_("Action"), "action", "text", 20),
    (N_("Type"), "type", "text", 14),
    (N_("Record"), "label", "text", 28),
    (N_("Field"), "field", "text", 20),
    (N_("Before"), "before", "text", 28),
    (N_("After"), "after", "text", 28),
)
_MANY = 1_000_000


def export_log(app: Application, query: LogQuery, path: Path, progress: Progress | None = None) -> int:
    """Write the entries of a query to a .xlsx or .csv file; gives the number of rows. Raises Told, Cancelled."""
    app.actor.require(SEE)
    columns = [Column(_(label), name, Field(label, kind, width=width)) for label, name, kind, width in _COLUMNS]
    count = write_table(path, _("Log"), columns, _rows(app, query, progress or Unwatched()), _MANY)
    events.record(app, "export", path.name, {"file": path.name, "count": count, "type": "log"})
    return count


def _rows(app: Application, query: LogQuery, progress: Progress) -> Iterator[list[Any]]:
    done = 0
    for entries in walk_log(app, query):
        for entry in entries:
            yield from _of(app, entry)
        done += len(entries)
        progress.report(done, None, _("Writing"))
        progress.check_cancelled()


def _of(app: Application, entry: Entry) -> Iterator[list[Any]]:
    kind = app.types.get(entry.type)
    words = action_words(kind, entry.action)[0]
    begins = [to_local(entry.at).replace(tzinfo=None), entry.who, entry.station, words, _(kind.title) if kind else "", entry.label]
    for change in entry.changes:
        yield [*begins, change.label, change.before, change.after]
    if not entry.changes:
        yield [*begins, "", "", ""]
