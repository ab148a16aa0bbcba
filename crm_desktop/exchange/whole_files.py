"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_desktop.errors import Unavailable
from crm_desktop.held_files import check_writable, remove_patiently, replace_patiently
from crm_desktop.words import _

_LONGEST = 48  # of the name beside: the name and more would not fit where the name just does
_LONG = 240  # characters of a path; Windows counts to 260, and the name beside may be longer than the name


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; it takes the name when everything went well. Raises Unavailable."""
    named, path = path, _any_length(path)
    beside = path.with_name(f".{path.name[-_LONGEST:]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_writable(path)  # now, not after the work of minutes
        yield beside
        replace_patiently(beside, path)
    except PermissionError as error:
        raise _not_allowed(named) from error
    except OSError as error:
        raise Unavailable(
            _("“{file}” cannot be written: {reason}").format(file=named, reason=error.strerror or error)
        ) from error
    finally:
        remove_patiently(beside)


def _any_length(path: Path) -> Path:
    """`path`, on Windows in the spelling for which its limit of 260 characters does not hold."""
    if sys.platform == "win32" and len(str(path)) >= _LONG:
        whole = str(path.absolute())
        if whole.startswith("\\\\?\\"):
            return path
        return Path(f"\\\\?\\UNC{whole[1:]}" if whole.startswith("\\\\") else f"\\\\?\\{whole}")
    return path


def _not_allowed(path: Path) -> Unavailable:
    """Why a file may not be written, as far as can be seen: Windows says the same of all three."""
    try:
        mode = path.stat().st_mode
    except OSError:
        mode = 0
    if mode and not mode & stat.S_IWRITE:
        return Unavailable(
            _("“{file}” is write-protected.").format(file=path),
            _("Choose another name, or take the protection away in the properties of the file."),
        )
    if sys.platform == "win32" and stat.S_ISREG(mode):
        return Unavailable(
            _("“{file}” is open in another program.").format(file=path),
            _("Close it there and try again, or choose another name."),
        )
    return Unavailable(
        _("“{file}” cannot be written.").format(file=path),
        _("Close it in the other program if it is open there, or choose another folder."),
    )
