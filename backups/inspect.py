"""What a backup holds and how it differs from today, shown before anything is restored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from backups.archive import Header
from backups.restore import fill
from backups.scratch import scratch_folder
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.progress import Progress
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services.opening import database_path
from crm_desktop.services.server_roles import as_owner
from crm_desktop.words import _
from db import schema
from db.engine import open_engine, reading, sqlite_url
from db.errors import DatabaseFault

_Facts = dict[str, tuple[int, dt.datetime | None]]


@dataclass(frozen=True)
class Row:
    """One record type: how many in the backup and here (None: there is nothing here), and when one was last changed."""

    type: str
    title: str  # English
    there: int
    here: int | None
    newest_there: dt.datetime | None
    newest_here: dt.datetime | None

    @property
    def newest_text(self) -> str:
        return f"{self.newest_there.astimezone():%Y-%m-%d %H:%M}" if self.newest_there else ""


@dataclass(frozen=True)
class Difference:
    """A backup against today. The backup was restored for trial on the way, so it is good."""

    header: Header
    rows: list[Row]

    def to_facts(self) -> dict[str, Any]:
        def text(at: dt.datetime | None) -> str | None:
            return at.isoformat(timespec="seconds") if at else None

        return {
            "company": self.header.company,
            "made_at": text(self.header.made_at),
            "records": [
                {
                    "type": r.type, "in_backup": r.there, "today": r.here,
                    "newest_in_backup": text(r.newest_there), "newest_today": text(r.newest_here),
                }
                for r in self.rows
            ],
        }  # fmt: skip


def inspect_backup(
    backup: Path,
    data: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
    present: Engine | None = None,
) -> Difference:
    """Restore a backup for trial and count what is in it, beside what is in `present` or in the data folder's database.

    Raises as backups.restore.fill; nothing is changed.
    """
    try:
        with scratch_folder(data) as folder:
            trial = folder / "trial.db"
            header = fill(backup, trial, passphrase, progress, searchable=False).header
            there = _count_file(trial) or {}
    except OSError as error:
        raise Unavailable(_("The data folder cannot be written to.")) from error
    here = _count(present) if present is not None else _count_file(database_path(data))
    rows = []
    for kind in _types():
        number, newest = there.get(kind.key, (0, None))
        mine = here.get(kind.key) if here is not None else None
        if number or (mine and mine[0]):
            rows.append(Row(kind.key, kind.plural, number, mine and mine[0], newest, mine and mine[1]))
    return Difference(header, rows)


def inspect_beside(app: Application, backup: Path, passphrase: str | None = None, progress: Progress | None = None) -> Difference:
    """The same beside the open database, all of which counts, whatever the person at work sees of it.

    Raises as `inspect_backup`, Refused without the right to restore.
    """
    app.actor.require("program.restore")
    with as_owner(app) as engine:
        return inspect_backup(backup, app.data, passphrase, progress, engine)


def _types() -> Iterable[RecordType]:
    return sorted(BUILT_IN, key=lambda kind: kind.area == "setup")


def _count_file(database: Path) -> _Facts | None:
    """The counts of a SQLite file; None where there is none, or one this program cannot count."""
    if not database.exists():
        return None
    engine = open_engine(sqlite_url(database))
    try:
        return _count(engine) if schema.version(engine) == schema.head() else None
    except DatabaseFault:
        return None
    finally:
        engine.dispose()


def _count(engine: Engine) -> _Facts:
    found = {}
    with reading(engine) as connection:
        for kind in _types():
            table: Any = kind.model.__table__
            row = connection.execute(select(func.count(), func.max(table.c.updated_at)).select_from(table)).one()
            found[kind.key] = (int(row[0]), row[1])
    return found
