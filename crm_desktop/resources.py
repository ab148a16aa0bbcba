"""Where the data files that come with the program lie: fonts, translations, templates, icons.

A checkout keeps them beside the packages; a frozen build unpacks them into a folder that only `sys` can name.
"""

from __future__ import annotations

import sys
from pathlib import Path


def resources_folder() -> Path:
    """The folder `resources`, in a frozen build or in a checkout."""
    unpacked = getattr(sys, "_MEIPASS", None)
    if unpacked:
        return Path(unpacked) / "resources"
    return Path(__file__).resolve().parent.parent / "resources"


def resource(path: str) -> Path:
    """The full path of one shipped file, named with forward slashes: `resource("fonts/NotoSansSC_400Regular.ttf")`."""
    return resources_folder().joinpath(*path.split("/"))


def manual_folder() -> Path:
    """Where the manual lies, the same pages that are read in the checkout: `docs`, and the list of changes beside it."""
    return resources_folder().parent / "docs"
