"""The backups of a folder: which there are, which were tried and found good, which a person wants kept.

The files speak for themselves; what is known beyond them (when one was tried, whether it is to be kept) stands in a small file beside
them. Without that file nothing is lost but the marks, and nothing is ever deleted for lack of them.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backups.archive import SUFFIX, Header, Manifest, read_summary
from backups.scratch import flush_file
from crm_desktop.errors import Told
from crm_desktop.held_files import remove_patiently, replace_patiently

log = logging.getLogger(__name__)
MARKS = "marks.json"


@dataclass(frozen=True)
class Backup:
    """One backup file. verified_at: when it was last restored for trial and found good, as it is on the disk now.

    failed: its last trial found it bad; problem: it cannot even be read, and why.
    """

    path: Path
    size: int
    header: Header | None = None
    manifest: Manifest | None = None
    verified_at: dt.datetime | None = None
    keep: bool = False
    problem: str = ""
    failed: bool = False

    @property
    def made_at(self) -> dt.datetime:
        """The moment it holds; of a file that cannot be read, the moment it was written."""
        if self.header:
            return self.header.made_at
        try:
            return dt.datetime.fromtimestamp(self.path.stat().st_mtime, dt.UTC)
        except OSError:
            return dt.datetime.fromtimestamp(0, dt.UTC)

    @property
    def good(self) -> bool:
        """Whether it was tried and nothing has changed since."""
        return self.verified_at is not None and self.header is not None


def list_backups(folder: Path) -> list[Backup]:
    """The backups of a folder, the newest first. A folder that is not there has none."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.casefold() == SUFFIX and file.is_file())
    except OSError:
        return []
    marks = _read(folder)
    found = [read_backup(file, marks.get(file.name)) for file in files]
    return sorted(found, key=lambda b: (b.made_at, _written(b.path), b.path.name), reverse=True)


def read_backup(file: Path, mark: dict[str, Any] | None = None) -> Backup:
    """What one file says of itself; its data are not looked at."""
    mark = mark or {}
    keep = mark.get("keep") is True
    try:
        status = file.stat()
        header, manifest = read_summary(file)
    except Told as error:
        return Backup(file, _size(file), keep=keep, problem=error.message)
    except OSError as error:
        return Backup(file, 0, keep=keep, problem=type(error).__name__)
    same = mark.get("size") == status.st_size and mark.get("written") == status.st_mtime_ns
    verified = _moment(mark.get("verified_at")) if same else None
    failed = same and "verified_at" in mark and verified is None
    return Backup(file, status.st_size, header, manifest, verified, keep, failed=failed)


def last_good(backups: Iterable[Backup]) -> Backup | None:
    """The newest that was tried."""
    return max((b for b in backups if b.good), key=lambda b: b.made_at, default=None)


def mark_verified(file: Path, at: dt.datetime | None) -> None:
    """Remember that a backup was tried and found good; None: it is good no more."""
    status = file.stat()
    facts = {"size": status.st_size, "written": status.st_mtime_ns, "verified_at": at.isoformat() if at else ""}
    _change(file, facts)


def mark_keep(file: Path, keep: bool) -> None:
    """Remember whether a backup is to be kept for ever."""
    _change(file, {"keep": keep})


def _change(file: Path, facts: dict[str, Any]) -> None:
    marks = _read(file.parent)
    marks[file.name] = marks.get(file.name, {}) | facts
    _write(file.parent, {name: mark for name, mark in marks.items() if (file.parent / name).exists()})


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        marks = json.loads((folder / MARKS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        log.warning("The marks of the backups cannot be read: %s", type(error).__name__)
        return {}
    return {k: v for k, v in marks.items() if isinstance(v, dict)} if isinstance(marks, dict) else {}


def _write(folder: Path, marks: dict[str, dict[str, Any]]) -> None:
    fresh = folder / f"{MARKS}.{os.getpid()}.new"
    try:
        fresh.write_text(json.dumps(marks, ensure_ascii=False, indent=1), encoding="utf-8")
        flush_file(fresh)
        replace_patiently(fresh, folder / MARKS)
    finally:
        remove_patiently(fresh)


def _moment(text: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC) if text else None
    except (TypeError, ValueError):
        return None


def _written(file: Path) -> int:
    """When the file was written, in nanoseconds: tells apart two backups of one second."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def of_company(backups: Sequence[Backup], company: str) -> list[Backup]:
    """Those of one company: a folder on a stick may hold several companies' backups."""
    return [b for b in backups if b.header is not None and b.header.company == company]
