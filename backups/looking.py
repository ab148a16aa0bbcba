"""Looking into a backup beside today's data: restored into a scratch database, opened as usual, and closed to every change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from backups.archive import Header
from backups.restore import fill
from backups.scratch import scratch_folder
from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.progress import Progress
from crm_desktop.records.registry import load_options, load_types
from crm_desktop.rights import ANY, Access, Holding, Reach, Rights
from crm_desktop.words import _
from db.engine import open_engine, settle, sqlite_url

log = logging.getLogger(__name__)
_READING = ("see", "print", "export", "log")


class Looked:
    """A backup that stands open. app: can be read like any other; header: what the backup says of itself; close it in the end."""

    def __init__(self, app: Application, header: Header, held: ExitStack) -> None:
        self.app, self.header, self._held = app, header, held

    def close(self) -> None:
        """Let go of it; the scratch database is deleted."""
        self._held.close()

    def __enter__(self) -> Looked:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def look_into(
    file: Path, data: Path, actor: Actor, passphrase: str | None = None, progress: Progress | None = None
) -> Looked:
    """Open a backup for reading, as `actor`, whose rights hold in it as well. Raises as backups.restore.fill; Refused without the
    right to restore."""
    actor.require("program.restore")
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch_folder(data))
        except OSError as error:
            raise Unavailable(_("The data folder cannot be written to.")) from error
        database = folder / "look.db"
        header = fill(file, database, passphrase, progress).header
        settle(database)
        engine = _closed_to_changes(database)
        stack.callback(engine.dispose)
        with Session(engine) as session:
            types = load_types(session)
            options = load_options(session, types.values())
        app = Application(engine, folder, reader(actor), types, options, read_only=True)
        return Looked(app, header, stack.pop_all())
    raise AssertionError("unreachable")


def _closed_to_changes(database: Path) -> Engine:
    engine = open_engine(sqlite_url(database))
    with engine.connect():
        pass  # the first connection settles how the file keeps its journal, which is a change

    @event.listens_for(engine, "connect")
    def close_to_changes(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")

    engine.dispose()
    return engine


def reader(actor: Actor) -> Actor:
    """The same person with nothing but the rights to read. They stay as they are, whatever positions stand in the backup."""
    held = actor.rights
    if held.everything:
        reaches: Mapping[tuple[str, str], Reach] = _only_reading({(ANY, ANY): Reach.ALL, ("program", "log"): Reach.ALL})
        rights = Rights((Holding("", reaches, {(ANY, ANY): Access.READ}),))
    else:
        rights = Rights(tuple(_reading(h) for h in held.holdings))
    return replace(actor, rights=rights, version=0)


def _reading(holding: Holding) -> Holding:
    fields = {key: min(access, Access.READ) for key, access in holding.fields.items()}
    # What is not said is open to be written where it is no secret; here it is open to be read.
    return replace(holding, reaches=_only_reading(holding.reaches), fields=fields)


def _only_reading(reaches: Mapping[tuple[str, str], Reach]) -> dict[tuple[str, str], Reach]:
    found: dict[tuple[str, str], Reach] = {}
    for (kind, operation), reach in reaches.items():
        if operation in _READING:
            found[kind, operation] = reach
        elif operation == ANY:
            for name in _READING:
                found.setdefault((kind, name), reaches.get((kind, name), reach))
            found[kind, ANY] = Reach.NONE
    return found
