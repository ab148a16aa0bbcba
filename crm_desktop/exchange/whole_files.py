"""Files that appear under their name only when they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_desktop.errors import Unavailable
from crm_desktop.words import _


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; it takes the name when everything went well. Raises Unavailable."""
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield beside
        beside.replace(path)
    except PermissionError as error:
        raise Unavailable(
            _("“{file}” cannot be written.").format(file=path),
            _("Close it in the other program if it is open there, or choose another folder."),
        ) from error
    except OSError as error:
        raise Unavailable(
            _("“{file}” cannot be written: {reason}").format(file=path, reason=error.strerror or error)
        ) from error
    finally:
        if beside.exists():
            beside.unlink()
