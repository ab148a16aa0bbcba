"""Making a backup: written beside, flushed, restored for trial, and only then given a backup's name.

It is read from one consistent picture of the database, while people go on working; nobody waits for it.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import logging
import os
import platform
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from backups.archive import SUFFIX, Header, Manifest, Writer, open_backup
from backups.catalogue import Backup, mark_verified, read_backup
from backups.framing import damaged
from backups.restore import verify
from backups.scratch import flush_file, flush_folder, owner_is_gone
from crm_desktop import settings
from crm_desktop.errors import Unavailable
from crm_desktop.held_files import remove_patiently, rename_patiently
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _
from db import schema, transfer
from db.engine import open_engine, reading, sqlite_url
from db.lines import Block, read_lines
from db.models.system import Setting

log = logging.getLogger(__name__)
PART = ".part"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_STATION = re.sub(r"[^\w-]+", "-", platform.node()) or "pc"


def company_name(engine: Engine) -> str:
    """The company whose data these are, as its settings name it."""
    table: Any = Setting.__table__
    query = select(table.c.value).where(table.c.user_id == 0, table.c.key == settings.COMPANY_NAME.name)
    with reading(engine) as connection:
        found = connection.execute(query).scalar()
    try:
        name = json.loads(found) if found else ""
    except ValueError:
        name = ""
    return name if isinstance(name, str) else ""


def program_version() -> str:
    """The version that is installed, or "" in a checkout."""
    try:
        return version("crm-desktop")
    except PackageNotFoundError:
        return ""


def create_backup(
    engine: Engine,
    data: Path,
    folder: Path,
    *,
    passphrase: str | None = None,
    reason: str = "hand",
    progress: Progress | None = None,
    now: dt.datetime | None = None,
) -> Backup:
    """Back the database up into `folder`; `data` gives room for the trial. reason: hand, end, daily, restore.

    Raises Unavailable for the disk, Unusable when the trial failed, Cancelled. Nothing but whole and tried backups is left.
    """
    progress, now = progress or Unwatched(), now or dt.datetime.now(dt.UTC)
    company = company_name(engine)
    header = Header(now, company, program_version(), schema.version(engine) or schema.head(), reason, platform.node())
    made: list[Manifest] = []

    def write(part: Path) -> None:
        made.append(_write(engine, part, header, passphrase, progress))

    def sound(part: Path) -> None:
        progress.report(0, None, _("Trying the backup"))
        if verify(part, data, passphrase, progress).manifest != made[0]:
            raise damaged("manifest")

    target = _placed(folder, _name(company, now), write, sound)
    log.info("Backup made: %d rows, %d bytes", sum(made[0].rows.values()), target.stat().st_size)
    return read_backup(
        target, {"size": target.stat().st_size, "written": target.stat().st_mtime_ns, "verified_at": now.isoformat()}
    )


def backup_of_file(
    database: Path, data: Path, folder: Path, progress: Progress | None = None, passphrase: str | None = None
) -> Backup:
    """Back up a SQLite database that nobody has open, as before it is replaced."""
    engine = open_engine(sqlite_url(database))
    try:
        return create_backup(engine, data, folder, passphrase=passphrase, reason="restore", progress=progress)
    finally:
        engine.dispose()


def _write(engine: Engine, part: Path, header: Header, passphrase: str | None, progress: Progress) -> Manifest:
    with reading(engine) as connection, part.open("wb") as file, ExitStack() as stack:
        # A database of an older version is backed up as it is, before it is migrated.
        shapes = transfer.shapes() if header.schema == schema.head() else transfer.shapes_found(connection)
        total, done = sum(transfer.counts(connection, shapes).values()), 0
        writer = stack.enter_context(closing(Writer(file, header, passphrase)))

        def watched(shape: transfer.Shape) -> Iterator[Block]:
            nonlocal done
            for lines, count in read_lines(connection, shape):
                yield lines, count
                done += count
                progress.report(done, total)  # how tables are called is nothing to people
                progress.check_cancelled()

        for shape in shapes:
            writer.table(shape, watched(shape), transfer.last_id(connection, shape))
        made = writer.finish()
        file.flush()
    return made


def _name(company: str, now: dt.datetime) -> str:
    """Company and moment, as a person looks for it on a stick."""
    plain = _NOT_IN_NAMES.sub(" ", company).strip(" .")[:60]
    return f"{plain or 'CRM'} {now.astimezone():%Y-%m-%d %H-%M-%S}"


def _bear_name(part: Path, folder: Path, name: str) -> Path:
    """Give a finished file a name that no other has: nothing is ever overwritten."""
    for number in range(1, 1000):
        target = folder / (f"{name}{SUFFIX}" if number == 1 else f"{name} ({number}){SUFFIX}")
        if not target.exists():
            rename_patiently(part, target)
            return target
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder / name))


def _clear_parts(folder: Path) -> None:
    """Remove what a program that was killed on this PC had begun."""
    for left in folder.glob(f"*{PART}"):
        station, _dash, number = left.name.removesuffix(PART).rpartition(".")[2].rpartition("-")
        if station == _STATION and owner_is_gone(number):
            remove_patiently(left)


def copy_backup(backup: Path, folder: Path, progress: Progress | None = None) -> Path:
    """Copy a backup to another folder or stick: under its own name only once it is whole and the same, byte for byte."""
    progress = progress or Unwatched()

    def write(part: Path) -> None:
        total = backup.stat().st_size
        with backup.open("rb") as source, part.open("wb") as target:
            while content := source.read(1 << 20):
                target.write(content)
                progress.report(target.tell(), total, backup.name)
                progress.check_cancelled()

    def same(part: Path) -> None:
        if not _same(backup, part):
            raise damaged(part.name)

    return _placed(folder, backup.name.removesuffix(SUFFIX), write, same, mark=False)


def locked_copy(
    backup: Path,
    folder: Path,
    data: Path,
    *,
    passphrase: str | None = None,
    new_passphrase: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Copy a backup under another passphrase, or encrypt a plain one on its way to a stick; the copy is restored for trial.

    passphrase: that of `backup`; new_passphrase: that of the copy, None leaves it plain. `data` gives room for the trial.
    """
    progress = progress or Unwatched()
    manifests: list[Manifest] = []

    def write(part: Path) -> None:
        with open_backup(backup, passphrase) as source, part.open("wb") as target:
            with closing(Writer(target, source.header, new_passphrase)) as writer:
                for head, blocks in source.tables():
                    writer.table(head.shape, _watched(blocks, progress), head.last_id)
                manifests.append(writer.finish())
            if manifests[0] != source.manifest:
                raise damaged(backup.name)
            target.flush()

    def sound(part: Path) -> None:
        progress.report(0, None, _("Trying the backup"))
        if verify(part, data, new_passphrase, progress).manifest != manifests[0]:
            raise damaged("manifest")

    return _placed(folder, backup.name.removesuffix(SUFFIX), write, sound)


def _watched(blocks: Iterator[Block], progress: Progress) -> Iterator[Block]:
    for block in blocks:
        progress.check_cancelled()
        yield block


def _placed(
    folder: Path, name: str, write: Callable[[Path], None], check: Callable[[Path], None], mark: bool = True
) -> Path:
    """Write a file beside, flush it, check it, and only then give it a backup's name. mark: as tried and found good."""
    with _disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _clear_parts(folder)
        part = folder / f"{name}{SUFFIX}.{_STATION}-{os.getpid()}{PART}"
        try:
            write(part)
            flush_file(part)
            check(part)
            target = _bear_name(part, folder, name)
        finally:
            remove_patiently(part)
        flush_folder(folder)
        if mark:
            mark_verified(target, dt.datetime.now(dt.UTC))
    return target


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as a, other.open("rb") as b:
        while content := a.read(1 << 20):
            if content != b.read(1 << 20):
                return False
    return True


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """What a disk has against it, in words."""
    try:
        yield
    except OSError as error:
        log.warning("No backup: %s", errno.errorcode.get(error.errno or 0, type(error).__name__))
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        message = (
            _("There is no room for the backup in {folder}.") if full else _("No backup can be written to {folder}.")
        )
        raise Unavailable(
            message.format(folder=folder),
            _(
                "Your data and the earlier backups are untouched. Check the drive and its free space, or choose another folder."
            ),
        ) from error
