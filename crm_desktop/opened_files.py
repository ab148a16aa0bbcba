"""Files of the program's own that a double click opens: their endings, and the one among the words the program was started with.

The installer tells the system these endings (dev/installer/setup.nsi). They stand apart, since the program looks for such a file before
anything else is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

BACKUP, JOIN, TEMPLATE = ".crmbackup", ".crmjoin", ".crmtemplate"
OPENED = (BACKUP, JOIN, TEMPLATE)
_WITH_VALUE = ("--data", "--language", "--user")


def file_among(words: Sequence[str]) -> str:
    """The word that names such a file, where it is the only one besides options; "" where there is none or a command is given."""
    plain, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _WITH_VALUE
        else:
            plain.append(word)
    return plain[0] if len(plain) == 1 and Path(plain[0]).suffix.casefold() in OPENED else ""
