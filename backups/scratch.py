"""Room for databases that are only tried: beside the data, on the same disk, and cleared away even after the program was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from crm_desktop.services import file_keys

_FOLDER = "scratch"


@contextmanager
def scratch_folder(data: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards. What a killed program left is cleared away first.

    Where the database of `data` is encrypted, so is what is made here.
    """
    file_keys.recall(data)
    room = data / _FOLDER
    room.mkdir(parents=True, exist_ok=True)
    for left in room.iterdir():
        if owner_is_gone(left.name.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=room))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def owner_is_gone(number: str) -> bool:
    """Whether the process of this number runs no more; a name without a number belongs to nobody here."""
    return number.isdigit() and int(number) != os.getpid() and not psutil.pid_exists(int(number))


def flush_folder(folder: Path) -> None:
    """Bring a renaming to the disk. Windows does so by itself and cannot be asked."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_file(path: Path) -> None:
    """Bring a file's content to the disk."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
