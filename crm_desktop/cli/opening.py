"""What every command needs first: the language, the data folder, the open database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crm_desktop.folders import data_folder, settings_file
from crm_desktop.settings import FileStorage, Scope, Settings, language_in_use

if TYPE_CHECKING:
    from crm_desktop.application import Application


def data_of(arguments: argparse.Namespace) -> Path:
    """The data folder a command works on."""
    given: Path | None = arguments.data
    return given.expanduser().resolve() if given is not None else data_folder()


def language_of(data: Path) -> str:
    """The language of the program on this PC, or of its system."""
    return language_in_use(Settings({Scope.PC: FileStorage(settings_file(data))}))


@contextmanager
def opened(arguments: argparse.Namespace) -> Iterator[Application]:
    """The database of a command, closed again in any case. Raises Missing where there is none."""
    from crm_desktop.services.opening import open_folder

    app = open_folder(data_of(arguments))
    try:
        yield app
    finally:
        app.close()
