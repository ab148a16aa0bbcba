"""Bringing back what a backup holds: first into a scratch database, which is checked; only then it takes the present one's place.

Whatever goes wrong on the way, the present state stays as it was. It is kept as a backup of its own before it is replaced.
"""

from __future__ import annotations

import datetime as dt
import logging
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from backups.archive import Header, Manifest, Reader, open_backup, read_summary
from backups.framing import Unusable, damaged
from backups.scratch import flush_file, flush_folder, scratch_folder
from crm_desktop.actor import Actor
from crm_desktop.errors import Refused, Unavailable
from crm_desktop.held_files import replace_patiently, unlink_patiently
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events
from crm_desktop.services.opening import bring_up_to_date, database_path
from crm_desktop.words import _
from db import errors as fault
from db import history, schema, standstill, transfer
from db.bare_tables import bare_tables
from db.engine import open_engine, open_scratch, reading, settle, sqlite_url, writing
from db.integrity import broken_references, damage
from db.lines import Block, replace_all

log = logging.getLogger(__name__)
_LEAST_FREE = 100 << 20  # bytes: less, and the system itself begins to fail
Keep = Callable[[Path], bool]


@dataclass(frozen=True)
class Checked:
    """What a backup turned out to hold, every byte of it read and tried."""

    header: Header
    manifest: Manifest


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Whatever the engine has against the rows of a backup, in words."""
    try:
        yield
    except fault.DiskFull as error:
        raise _full() from error
    except (fault.DatabaseFault, transfer.Unfit, SQLAlchemyError) as error:
        log.warning("A backup cannot be restored: %s", type(error).__name__)
        raise damaged(str(error) if isinstance(error, transfer.Unfit) else path.name) from error


def _full() -> Unavailable:
    return Unavailable(_("The disk is full."), _("Nothing was changed. Free some space and try again."))


def fill(
    backup: Path,
    target: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
    *,
    searchable: bool = True,
) -> Checked:
    """Make a SQLite database at `target` out of a backup, of this program's version, and check it through.

    searchable: with its search indexes, which nobody needs for a mere trial.

    Raises Unusable with the reason, Unavailable for the disk, Cancelled. `target` is worth nothing then.
    """
    progress = progress or Unwatched()
    engine = open_scratch(target, references=False)
    try:
        with _reasons(backup), open_backup(backup, passphrase) as reader:
            if not schema.knows(reader.header.schema):
                raise Unusable(
                    _("This backup was made by a newer version of the program ({version}).").format(
                        version=reader.header.program
                    ),
                    _("Nothing was changed. Update the program, then restore again."),
                )
            schema.create_at(engine, reader.header.schema)
            steps = _Steps(progress, backup)
            older = reader.header.schema != schema.head()
            shapes = _load(engine, reader, target, steps, quick_to_read=searchable or older)
            _check(engine, shapes, reader, steps)
            engine.dispose()
            engine = open_scratch(target)
            if older:
                bring_up_to_date(engine)
                if broken_references(engine):
                    raise damaged("references")
            if searchable:
                with writing(engine) as session:
                    transfer.rebuild_search(session.connection())
            if damage(engine):
                raise damaged("database")
            return Checked(reader.header, reader.manifest)
    finally:
        engine.dispose()


class _Steps:
    """How far it is: every row is written, then read back. How many there are, an encrypted backup tells only in the end."""

    def __init__(self, progress: Progress, backup: Path) -> None:
        manifest = read_summary(backup)[1]
        self._progress, self._done = progress, 0
        self._total = 2 * sum(manifest.rows.values()) if manifest else None

    def add(self, rows: int) -> None:
        """So many more are done. Raises Cancelled."""
        self._done += rows
        self._progress.report(self._done, self._total)
        self._progress.check_cancelled()


def _load(engine: Engine, reader: Reader, target: Path, steps: _Steps, quick_to_read: bool) -> list[transfer.Shape]:
    found = []
    with writing(engine) as session:
        connection = session.connection()
        wanted = transfer.columns_of(connection)
        with bare_tables(connection, all_indexes=quick_to_read):
            for head, blocks in reader.tables():
                shape = head.shape
                if wanted.get(shape.name) != set(shape.names):
                    raise damaged("tables")
                connection.exec_driver_sql(f'DELETE FROM "{shape.name}"')  # what a step of the versions put there
                reader.header.layout.write(connection, shape, _watched(blocks, target, steps), head.last_id)
                found.append(shape)
        if {shape.name for shape in found} != set(wanted):
            raise damaged("tables")
    return found


def _watched(blocks: Iterator[Block], target: Path, steps: _Steps) -> Iterator[Block]:
    for lines, count in blocks:
        if shutil.disk_usage(target.parent).free < _LEAST_FREE:
            raise _full()
        yield lines, count
        steps.add(count)


def _check(engine: Engine, shapes: list[transfer.Shape], reader: Reader, steps: _Steps) -> None:
    """Read every row back from the database and compare: numbers, and the sum over all values of each table."""
    layout, wanted = reader.header.layout, reader.manifest
    with reading(engine) as connection:
        for shape in shapes:
            tally = reader.tally()
            for _lines, count in tally.counted(layout.read_again(connection, shape)):
                steps.add(count)
            if tally.rows != wanted.rows[shape.name] or tally.sum != wanted.sums[shape.name]:
                raise damaged(shape.name)
    if broken_references(engine):
        raise damaged("references")


class _Copying:
    """How far the last step is; until its end it can be stopped, and nothing is changed then."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total = progress, total
        self._done: dict[str, int] = {}

    def tell(self, table: str, rows: int) -> None:
        """So many rows of a table are copied."""
        self._done[table] = rows
        self._progress.report(sum(self._done.values()), self._total)
        self._progress.check_cancelled()


def verify(backup: Path, data: Path, passphrase: str | None = None, progress: Progress | None = None) -> Checked:
    """Read a backup through and restore it for trial. Raises Unusable with what is wrong."""
    with _disk(), scratch_folder(data) as folder:
        return fill(backup, folder / "trial.db", passphrase, progress, searchable=False)


def restore_folder(
    backup: Path,
    data: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
    keep: Keep | None = None,
    who: str = "",
) -> Checked:
    """Put a backup in the place of a data folder's database, which nobody may have open; its log tells that `who` did.

    keep: makes a backup of the present database before it goes, given its file, and says whether it could; without one the file is
    copied aside, byte by byte. Raises as `fill`, and Refused while the database is in use.
    """
    database = database_path(data)
    with _disk(), scratch_folder(data) as folder:
        _alone(database)
        fresh = folder / database.name
        checked = fill(backup, fresh, passphrase, progress)
        _tell_log(fresh, backup, checked, who)
        settle(fresh)
        flush_file(fresh)
        if database.exists() and not (_alone(database) and keep is not None and keep(database)):
            _put_aside(database)
        (progress or Unwatched()).check_cancelled()
        if _alone(database):
            _no_journal(database)
        replace_patiently(fresh, database)
        flush_folder(data)
    return checked


def _tell_log(database: Path, backup: Path, checked: Checked, who: str) -> None:
    """Let the log of what was restored tell that it was, and from which backup: all that came later is gone from it."""
    engine = open_engine(sqlite_url(database))
    try:
        facts = {"file": backup.name, "at": checked.header.made_at, "count": sum(checked.manifest.rows.values())}
        entry = events.entry(Actor(None, who, station=platform.node()), "restore", backup.name, facts)
        with writing(engine) as session:
            history.append(session.connection(), [entry])
    finally:
        engine.dispose()


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            _("The data folder cannot be written to."),
            _("Nothing was changed. Check the disk, its free space and the folder's permissions."),
        ) from error


def _alone(database: Path) -> bool:
    """Make sure nobody uses the database, and bring it into one file; False when it is damaged. Raises Refused."""
    if not database.exists():
        return True
    try:
        settle(database)
    except fault.Busy as error:
        raise Refused(
            _("The database is in use."), _("Nothing was changed. Close the program on this PC, then restore again.")
        ) from error
    except fault.DatabaseFault:
        log.warning("The present database is damaged")
        return False
    return True


def _no_journal(database: Path) -> None:
    """A journal that stayed beside would be played into the new database."""
    for ending in ("-wal", "-shm", "-journal"):
        unlink_patiently(database.with_name(database.name + ending))


def _put_aside(database: Path) -> None:
    """Copy a database with its journals, byte by byte, for whoever may still get something out of it."""
    now = f"{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}"
    for file in (database, *(database.with_name(database.name + e) for e in ("-wal", "-shm", "-journal"))):
        if file.exists():
            shutil.copy2(file, file.with_name(f"{database.stem}-before-restore-{now}{file.name[len(database.stem) :]}"))
    _no_journal(database)


def restore_into(
    backup: Path,
    engine: Engine,
    data: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
    who: str = "",
    program: str = "",
) -> Checked:
    """Replace everything in an open database of this program's version, on either engine, in one transaction; its log tells that
    `who` did. program: its uid; the others on a server are told to stand still meanwhile (db/standstill.py).

    `data` gives room for the trial. Raises as `fill`, Refused while somebody else does the same.
    """
    progress = progress or Unwatched()
    with _disk(), scratch_folder(data) as folder:
        trial = folder / "trial.db"
        checked = fill(backup, trial, passphrase, progress)
        _tell_log(trial, backup, checked, who)
        source = open_engine(sqlite_url(trial))
        steps = _Copying(progress, sum(checked.manifest.rows.values()))
        try:
            with standstill.declared(engine, program, who):
                replace_all(source, engine, steps.tell)
        except fault.Busy as error:
            raise Refused(
                _("The office's data are in use just now."),
                _(
                    "Nothing was changed. Wait until others are done with imports, backups or restoring, then try again."
                ),
            ) from error
        except (fault.DatabaseFault, transfer.Unfit) as error:
            raise Unavailable(
                _("The database did not take what the backup holds."), _("Nothing was changed. Please try again.")
            ) from error
        finally:
            source.dispose()
    return checked
