"""A backup before something that changes much at once: an import, the deletion of many records.

A large database would keep a person waiting for minutes, so it is copied as it is, at the speed of the disk, beside the data; the last
two such copies stay. A smaller one gets a real backup. Within the hour of a good one nothing more is made.
"""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from sqlalchemy import Engine

from backups import claims, passphrase, running, schedule
from backups.create import create_backup
from backups.targets import main_target
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.held_files import remove_patiently
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.opening import database_path
from crm_desktop.words import _
from db.engine import copy_file, is_sqlite
from db.errors import DatabaseFault

log = logging.getLogger(__name__)
IMPORT, DELETE = "import", "delete"
MANY = 20
"""A deletion of fewer records is nothing that the recycle bin could not bring back."""

LARGE = 60 << 20
"""Bytes of a database from which on it is copied as it is."""

_RECENT = dt.timedelta(hours=1)
_KEPT = 2
_COPY = "-before-change-"


def wanted(settings: s.Settings, what: str, records: int) -> bool:
    """Whether the settings of this PC want one before this."""
    plan = schedule.plan_of(settings)
    if what == DELETE:
        return plan.before_delete and records >= MANY
    return plan.before_import and records > 0


def safety_backup(
    app: Application,
    settings: s.Settings,
    what: str,
    records: int,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> Path | None:
    """Make one, if it is wanted and there is none of this hour; gives the file. Raises as running.back_up.

    what: "import" or "delete"; records: how many it is about.
    """
    progress, now = progress or Unwatched(), now or dt.datetime.now().astimezone()
    if not wanted(settings, what, records):
        return None
    progress.report(0, None, _("Keeping what is here now"))
    database = database_path(app.data)
    large = is_sqlite(app.engine) and database.exists() and database.stat().st_size >= LARGE
    last = running.newest(app, settings, now)
    if large:
        last = max((m for m in (last, *map(_written, _copies(database))) if m and m <= now), default=None)
    if last is not None and now - last < _RECENT:
        return None
    return _copy(database, now) if large else running.back_up(app, settings, what, progress, now).backup.path


def migration_backup(engine: Engine, data: Path, settings: s.Settings, progress: Progress | None = None) -> Path:
    """Back a server's database of an older version up as it is, before it is migrated: for open_url(before_upgrade=…).

    Raises as create.create_backup, and the migration does not happen then. A file on one PC is copied aside by the migration itself.
    """
    place = main_target(settings, data)
    secret = passphrase.needed(data, place.encrypt)
    made = create_backup(engine, data, Path(place.path), passphrase=secret, reason="migration", progress=progress)
    return made.path


def _copies(database: Path) -> list[Path]:
    """Those made so far, the oldest first."""
    return sorted(database.parent.glob(f"{database.stem}{_COPY}*{database.suffix}"), key=_written)


def _written(file: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)


def _copy(database: Path, now: dt.datetime) -> Path:
    target = database.with_name(f"{database.stem}{_COPY}{now:%Y%m%d-%H%M%S}{database.suffix}")
    try:
        copy_file(database, target)
    except (OSError, DatabaseFault) as error:
        raise Unavailable(
            _("The database cannot be copied."), _("Nothing was changed. Check the free space of the disk.")
        ) from error
    for old in _copies(database)[:-_KEPT]:
        remove_patiently(old)
    log.info("The database was copied aside")
    return target


def lan_backup(app: Application, settings: s.Settings, progress: Progress | None = None) -> Path:
    """Make one before the data move from one database to another; there is no change without it. Raises as running.back_up."""
    made = running.back_up(app, settings, "lan", progress).backup
    claims.tell_everybody(app.engine, made.made_at, moving=True)
    return made.path


def encryption_backup(app: Application, settings: s.Settings, progress: Progress | None = None) -> Path:
    """Make one before the database file is encrypted or decrypted; there is no change without it. Raises as running.back_up."""
    return running.back_up(app, settings, "encryption", progress).backup.path
