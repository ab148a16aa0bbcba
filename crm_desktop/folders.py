"""Where the data of this PC lies: in the user's own folder, or beside the program on a stick that is carried around."""

from __future__ import annotations

import sys
from pathlib import Path

from platformdirs import user_data_path

PORTABLE = "portable.txt"
"""A file of this name beside the program keeps the data beside the program, too."""

DATABASE = "crm.db"
SETTINGS_FILE = "settings.json"


def program_folder() -> Path:
    """The folder of the frozen program, or the checkout."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parent.parent


def data_folder(program: Path | None = None) -> Path:
    """The data folder when none is given. It is not made here. program: the folder to look for the portable mark in."""
    program = program or program_folder()
    if (program / PORTABLE).is_file():
        return program / "data"
    return user_data_path("CRM Desktop", appauthor=False, roaming=False)


def settings_file(data: Path) -> Path:
    """The settings of this PC."""
    return data / SETTINGS_FILE


def database_path(data: Path) -> Path:
    """The database file of a data folder."""
    return data / DATABASE


def is_portable(data: Path, program: Path | None = None) -> bool:
    """Whether a data folder is carried around beside its program, from PC to PC."""
    program = program or program_folder()
    return (program / PORTABLE).is_file() and data.resolve().is_relative_to(program.resolve())
