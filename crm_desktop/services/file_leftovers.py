"""What is left in the clear when a database was encrypted: its old journals and the copies aside that the program made.

A mark beside the database says that they have to go, so that a program that was killed in between clears them at its next start. Files
that people made, and backups, are left alone.
"""

from __future__ import annotations

import logging
from pathlib import Path

from crm_desktop.folders import database_path
from crm_desktop.held_files import remove_patiently
from db import cipher

log = logging.getLogger(__name__)
_JOURNALS = ("-wal", "-shm", "-journal")


def mark_of(data: Path) -> Path:
    """The file that says so."""
    file = database_path(data)
    return file.with_name(f"{file.name}.encrypting")


def part_of(data: Path) -> Path:
    """Where the other form of the database is made; it does not bear a database's name."""
    file = database_path(data)
    return file.with_name(f"{file.name}.part")


def copies(data: Path) -> list[Path]:
    """The copies in the clear that the program made beside the database: before changes, updates, restores, and of the sample."""
    file = database_path(data)
    found = [p for p in data.glob(f"{file.stem}-*{file.suffix}") if cipher.is_plain(p)]
    return sorted(found)


def finish(data: Path) -> None:
    """Clear away what a program that was killed did not come to: all that is in the clear beside an encrypted database."""
    mark = mark_of(data)
    if not mark.exists():
        return
    remove_with_journals(part_of(data))
    if not cipher.is_plain(database_path(data)):
        clear(data)
    remove_patiently(mark)


def clear(data: Path) -> bool:
    """Remove those copies; says whether all are gone."""
    left = [path for path in copies(data) if not remove_with_journals(path)]
    return not left


def remove_with_journals(path: Path) -> bool:
    """Remove a database file and what SQLite keeps beside it."""
    files = [path, *(path.with_name(path.name + ending) for ending in _JOURNALS)]
    left = [file for file in files if file.exists() and not remove_patiently(file)]
    return not left
