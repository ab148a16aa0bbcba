"""The habits around single backups: where they go, what is remembered of a trial, what comes before a restore."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from backups import passphrase as passphrase_store
from backups import running
from backups.catalogue import mark_verified
from backups.create import backup_of_file
from backups.framing import Unusable, WrongPassphrase
from backups.restore import Checked, restore_folder, restore_into, verify
from backups.targets import main_target
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.folders import settings_file
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.server_roles import as_owner, follow
from crm_desktop.words import _
from db import errors as fault

log = logging.getLogger(__name__)


def backup_folder(data: Path, settings: s.Settings) -> Path:
    """Where this PC's backups go: the folder that was set, else one beside the data."""
    return Path(main_target(settings, data).path)


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
    file: Path,
    data: Path,
    folder: Path,
    passphrase: str | None = None,
    progress: Progress | None = None,
    who: str = "",
) -> Path | None:
    """Restore a data folder, after a backup of what is there into `folder`; gives that backup. who: for the log.

    None: there was nothing, or no backup could be made of it because it is damaged, of a newer version, or to be encrypted without a
    passphrase; it lies copied beside the new database then.
    """
    progress = progress or Unwatched()
    kept: list[Path] = []

    def keep(database: Path) -> bool:
        progress.report(0, None, _("Keeping what is here now"))
        try:
            secret = _secret_of(data)
            kept.append(backup_of_file(database, data, folder, progress, secret).path)
        except (fault.DatabaseFault, Unusable, Refused) as error:
            log.warning("The present database cannot be backed up: %s", type(error).__name__)
            return False
        return True

    restore_folder(file, data, passphrase, progress, keep, who)
    return kept[0] if kept else None


def _secret_of(data: Path) -> str | None:
    """The passphrase for what is kept of a data folder, if its backups are encrypted. Raises Refused where none is stored."""
    settings = s.Settings({s.Scope.PC: s.FileStorage(settings_file(data))})
    return passphrase_store.needed(data, main_target(settings, data).encrypt)


def replace_open(
    app: Application, settings: s.Settings, file: Path, passphrase: str | None = None, progress: Progress | None = None
) -> Path:
    """Restore into the open database, such as a server's, after a backup of what is there; gives that backup.

    Raises as running.back_up and restore.restore_into, Refused without the right to restore.
    """
    app.actor.require("program.restore")
    progress = progress or Unwatched()
    progress.report(0, None, _("Keeping what is here now"))
    kept = running.back_up(app, settings, "restore", progress).backup.path
    with as_owner(app) as engine:
        restore_into(file, engine, app.data, passphrase, progress, app.actor.name, app.uid)
    follow(app)
    return kept


def size_text(size: int) -> str:
    """A file's size as people read it."""
    if size < 1 << 20:
        return f"{max(1, size >> 10):,} KB"
    return f"{size / (1 << 20):,.1f} MB"
