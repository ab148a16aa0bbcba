"""The habits around backups: where they go, when the next is due, what is deleted after one, what comes before a restore."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from sqlalchemy import Engine

from backups.catalogue import Backup, last_good, list_backups, mark_verified, of_company
from backups.create import backup_of_file, company_name, create_backup
from backups.framing import Unusable, WrongPassphrase
from backups.restore import Checked, restore_folder, verify
from backups.retention import Rules, thin_out
from backups.targets import main_target
from crm_desktop import settings as s
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _
from db import errors as fault

log = logging.getLogger(__name__)
_OLD = dt.timedelta(days=3)
"""Older than this, the window warns."""
_CLOCKS_DIFFER = dt.timedelta(minutes=5)


def backup_folder(data: Path, settings: s.Settings) -> Path:
    """Where this PC's backups go: the folder that was set, else one beside the data."""
    return Path(main_target(settings, data).path)


def rules_of(settings: s.Settings) -> Rules:
    """How many are kept, as it was set."""
    return main_target(settings, Path()).rules


def newest_good(engine: Engine, folder: Path, now: dt.datetime) -> Backup | None:
    """The last good backup of this company in a folder; one from the future, made before the clock was put back, is none."""
    found = of_company(list_backups(folder), company_name(engine))
    return last_good(b for b in found if b.made_at <= now + _CLOCKS_DIFFER)


def _age(last: dt.datetime | None, now: dt.datetime) -> dt.timedelta | None:
    """How old; None where there is none, or only one from the future."""
    return None if last is None or last - now > _CLOCKS_DIFFER else now - last


def due_today(last: dt.datetime | None, now: dt.datetime, hour: int) -> bool:
    """Whether the day's backup is due: its hour has come (in `now`'s time zone), and there was none since.

    A day on which the PC was off or asleep at that hour is made up for, once.
    """
    at = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if at > now:
        at -= dt.timedelta(days=1)
    age = _age(last, now)
    return age is None or now - age < at


def warns(last: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether the last good backup is so old that a person must be told."""
    age = _age(last, now)
    return age is None or age > _OLD


def back_up(engine: Engine, data: Path, settings: s.Settings, reason: str, progress: Progress | None = None) -> Backup:
    """Make a backup where this PC's go, then let go of old ones by the rules."""
    folder = backup_folder(data, settings)
    made = create_backup(engine, data, folder, reason=reason, progress=progress)
    thin_out(folder, company_name(engine), rules_of(settings), dt.datetime.now().astimezone())
    return made


def verify_and_mark(file: Path, data: Path, passphrase: str | None = None, progress: Progress | None = None) -> Checked:
    """Try a backup and remember how it went. Raises as backups.restore.fill."""
    try:
        checked = verify(file, data, passphrase, progress)
    except WrongPassphrase:
        raise  # which says nothing about the file
    except Unusable:
        _mark(file, None)
        raise
    _mark(file, dt.datetime.now(dt.UTC))
    return checked


def _mark(file: Path, at: dt.datetime | None) -> None:
    try:
        mark_verified(file, at)
    except OSError as error:  # a stick that may only be read is no less good for it
        log.warning("The mark of a backup cannot be kept: %s", type(error).__name__)


def restore_keeping(
    file: Path, data: Path, folder: Path, passphrase: str | None = None, progress: Progress | None = None
) -> Path | None:
    """Restore a data folder, after a backup of what is there into `folder`; gives that backup.

    None: there was nothing, or no backup could be made of it because it is damaged or of a newer version; it lies copied beside the
    new database then.
    """
    progress = progress or Unwatched()
    kept: list[Path] = []

    def keep(database: Path) -> bool:
        progress.report(0, None, _("Keeping what is here now"))
        try:
            kept.append(backup_of_file(database, data, folder, progress).path)
        except (fault.DatabaseFault, Unusable) as error:
            log.warning("The present database cannot be backed up: %s", type(error).__name__)
            return False
        return True

    restore_folder(file, data, passphrase, progress, keep)
    return kept[0] if kept else None


def size_text(size: int) -> str:
    """A file's size as people read it."""
    if size < 1 << 20:
        return f"{max(1, size >> 10):,} KB"
    return f"{size / (1 << 20):,.1f} MB"
