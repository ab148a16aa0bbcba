"""Turning the encryption of the database file on and off.

A backup that was tried comes first. Then the file is copied into its other form, beside it; the copy is checked, compared and flushed, and
takes the file's place in one step. Whenever the program is killed, the one or the other stands there whole. The key is known to the
credential store before that step, where there is one.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Refused, Unavailable
from crm_desktop.folders import database_path
from crm_desktop.held_files import remove_patiently, replace_patiently
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events, file_keys, file_leftovers
from crm_desktop.words import _
from db import cipher, history, recoding
from db import errors as fault
from db.cipher import RING, Key
from db.engine import is_sqlite, open_engine, settle, sqlite_url, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crm_desktop.actor import Actor

log = logging.getLogger(__name__)
Keep = Callable[[Application], object]
"""Makes a verified backup of what is open; raises Told where it cannot."""
GRANTS = ("program.settings", "program.backup")


@dataclass(frozen=True)
class State:
    """How it stands. on_server: there is no file here; number: of the key, "" where it is plain; kept: this PC has the key; able: this PC
    could keep one; copies: in the clear beside it, which go when it is encrypted."""

    on_server: bool = False
    number: str = ""
    kept: bool = False
    able: bool = False
    copies: int = 0

    @property
    def encrypted(self) -> bool:
        return bool(self.number)


def allowed(actor: Actor) -> bool:
    """Whether somebody may turn it on and off, and read the key."""
    return all(actor.may(grant) for grant in GRANTS)


def state(app: Application) -> State:
    """How it stands with the open database."""
    if not is_sqlite(app.engine):
        return State(on_server=True)
    key = current(app)
    kept = key is not None and file_keys.is_kept(app.data)
    return State(
        False, key.number if key else "", kept, file_keys.can_keep(app.data), len(file_leftovers.copies(app.data))
    )


def current(app: Application) -> Key | None:
    """The key of the open database; None where it is plain."""
    if not is_sqlite(app.engine) or cipher.is_plain(database_path(app.data)):
        return None
    return RING.of(app.data)


def key_to_print(app: Application) -> Key:
    """The key of the open database, for the recovery sheet. Raises Refused without the right, and where it is not encrypted."""
    _allow(app)
    key = current(app)
    if key is None:
        raise Refused(_("The database is not encrypted."))
    events.record(app, "encryption", key.number, {"method": "recovery sheet"})
    return key


def encrypt(app: Application, key: Key, keep: Keep, progress: Progress | None = None) -> None:
    """Encrypt the database with a key whose recovery sheet is printed. `app` is closed on the way.

    Raises Told; everything is as before then. Where this PC keeps no keys, the recovery key is asked for at each start.
    """
    _allow(app)
    if current(app) is not None:
        raise Refused(_("The database is encrypted already."))
    _switch(app, None, key, keep, progress or Unwatched())


def decrypt(app: Application, keep: Keep, progress: Progress | None = None) -> None:
    """Put the database in the clear again. `app` is closed on the way. Raises Told; everything is as before then."""
    _allow(app)
    key = current(app)
    if key is None:
        raise Refused(_("The database is not encrypted."))
    _switch(app, key, None, keep, progress or Unwatched())


def _allow(app: Application) -> None:
    for grant in GRANTS:
        app.actor.require(grant)
    if not is_sqlite(app.engine):
        raise Refused(
            _("These data lie on a server, not in a file of this PC."), _("Encrypt the disk of the server's PC (BitLocker, LUKS).")
        )


def _switch(app: Application, old: Key | None, new: Key | None, keep: Keep, progress: Progress) -> None:
    data, actor = app.data, app.actor
    progress.report(0, None, _("Making a backup"))
    keep(app)
    progress.check_cancelled()
    app.close()
    database, part, mark = database_path(data), file_leftovers.part_of(data), file_leftovers.mark_of(data)
    with _told(data):
        settle(database)  # with the driver of the others in this process, whose locks the one below would not see
        _room(database)
        mark.touch()
        try:
            _remake(database, old, part, new, actor, progress)
        finally:
            file_leftovers.remove_with_journals(part)
            if cipher.is_plain(database):
                remove_patiently(mark)
    if new is None:
        with suppress(Unavailable):  # a key that stays in the credential store opens nothing any more
            file_keys.forget(data)
    else:
        RING.put(data, new)
        file_leftovers.clear(data)
        remove_patiently(mark)
    log.info("The database file is %s now", "encrypted" if new else "in the clear")


def _remake(database: Path, old: Key | None, part: Path, new: Key | None, actor: Actor, progress: Progress) -> None:
    file_leftovers.remove_with_journals(part)
    words = _("Encrypting the database") if new else _("Decrypting the database")
    with recoding.recoded(database, old, part, new, _going(progress, part, database.stat().st_size, words)):
        _enter_in_log(part, new, actor)
        progress.report(0, None, _("Checking what was written"))
        recoding.check(part, new)
        _flush(part)
        progress.check_cancelled()
        if new is not None and file_keys.can_keep(database.parent):
            file_keys.keep(database.parent, new)  # before the file that needs it
        if os.name != "nt":  # nobody gets at the file until another stands in its place
            replace_patiently(part, database)
    if os.name == "nt":  # there an open file cannot be replaced, and whoever opened it meanwhile keeps it from being so
        replace_patiently(part, database)
    _flush_folder(database.parent)


def _going(progress: Progress, part: Path, size: int, words: str) -> Callable[[], bool]:
    def going() -> bool:
        try:
            progress.report(part.stat().st_size if part.exists() else 0, size, words)
            progress.check_cancelled()
        except Cancelled:
            return False
        return True

    return going


def _enter_in_log(part: Path, key: Key | None, actor: Actor) -> None:
    """The log of the new file tells what was done: in the old one nobody would read it any more."""
    with _known(part, key):
        engine = open_engine(sqlite_url(part))
        try:
            made = events.entry(actor, "encryption", key.number if key else "", {"after": "on" if key else "off"})
            with writing(engine) as session:
                history.append(session.connection(), [made])
        finally:
            engine.dispose()
        settle(part)  # nothing of it may be left in a journal beside


@contextmanager
def _known(part: Path, key: Key | None) -> Iterator[None]:
    """Let an engine open the new file with its key, and leave what is known of the folder as it was."""
    before = RING.of(part.parent)
    if key is not None:
        RING.put(part.parent, key)
    try:
        yield
    finally:
        if before is not None:
            RING.put(part.parent, before)
        else:
            RING.drop(part.parent)


def _room(database: Path) -> None:
    """Raise Unavailable where the other form of the file would not fit beside it."""
    need = int(database.stat().st_size * 1.1) + (20 << 20)
    if shutil.disk_usage(database.parent).free < need:
        raise Unavailable(
            _("There is not enough free space beside the database."), _("Nothing was changed. Free some space and try again.")
        )


def _flush(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # it does so by itself and cannot be asked
        return
    with suppress(OSError):  # the file stands there already
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _told(data: Path) -> Iterator[None]:
    unchanged = _("Nothing was changed.")
    try:
        yield
    except fault.Busy as error:
        raise Refused(
            _("The database is in use."), _("Nothing was changed. Close the program on this PC, then try again.")
        ) from error
    except fault.Interrupted as error:
        raise Cancelled from error
    except fault.DiskFull as error:
        raise Unavailable(_("The disk is full."), _("Nothing was changed. Free some space and try again.")) from error
    except fault.DatabaseFault as error:
        log.warning("The database file was not switched: %s", type(error).__name__)
        raise Unavailable(_("The database on this PC cannot be read."), _("“crm-desktop check” tells more.")) from error
    except OSError as error:
        raise Unavailable(_("The data folder cannot be written to."), unchanged) from error
