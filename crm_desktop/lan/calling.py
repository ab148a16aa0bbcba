"""Calling other programs: without a console window, without the settings of another PostgreSQL, and never as root.

PostgreSQL refuses to run as root. A host that was started as root (a container, a test) runs it under another account, which then
owns the data as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_desktop.errors import Unavailable
from crm_desktop.words import _

if sys.platform == "win32":
    import ctypes

    _FLAGS = subprocess.CREATE_NO_WINDOW
else:
    import pwd

    _FLAGS = 0

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]
_ACCOUNTS = ("crm-desktop", "postgres", "nobody")
_NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """Whom the server runs as; None for both: the person who shares."""

    uid: int | None = None
    gid: int | None = None

    @property
    def other(self) -> bool:
        """Whether it is another account than that of this process."""
        return self.uid is not None

    def own(self, path: Path) -> None:
        """Give it a file or folder."""
        if sys.platform != "win32" and self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, folder: Path) -> bool:
        """Whether it can get into a folder through all those above."""
        return not self.other or all(f.stat().st_mode & 0o001 for f in (folder, *folder.parents))


def server_account() -> Account:
    """The account for the server on this PC."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return Account()
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(_NOBODY, _NOBODY)


def quiet(command: Sequence[str], timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a program of the system to its end. Raises OSError, subprocess.TimeoutExpired."""
    return subprocess.run(
        list(command),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        creationflags=_FLAGS,
    )


def run_as(account: Account, command: Sequence[str], folder: Path, said: Path, timeout: float) -> int:
    """Run one of PostgreSQL's programs in `folder` and write what it says to a file: a server that it starts would keep a pipe open
    for ever. Raises OSError, subprocess.TimeoutExpired."""
    who: dict[str, Any] = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.other else {}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with said.open("wb") as output:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=environment | {"LC_ALL": "C", "LC_MESSAGES": "C"},
            timeout=timeout,
            check=False,
            creationflags=_FLAGS,
            **who,
        )
    return done.returncode


def path_for(path: Path, speaks: Callable[[str], bool] | None = None, short: Callable[[str], str] | None = None) -> str:
    """A path as PostgreSQL's programs understand it.

    On Windows they read what they are given in the code page of the system, and a folder such as C:\\Users\\王 has no name in that of an
    English Windows; its short name (learn.microsoft.com/windows/win32/fileio/naming-a-file) has one everywhere. Raises Unavailable where
    the disk keeps no short names.
    """
    speaks, short = speaks or _in_code_page, short or _short_name
    if speaks(str(path)):
        return str(path)
    there = next(
        (f for f in (path, *path.parents) if f.exists()), path
    )  # what is still to be made has no short name yet
    found = str(Path(short(str(there))) / path.relative_to(there))
    if not speaks(found):
        raise Unavailable(
            _("PostgreSQL cannot read the name of the folder {folder}.").format(folder=path),
            _("Choose a folder whose name has Latin letters only, such as {folder}.").format(folder="D:\\CRM"),
        )
    return found


def _in_code_page(text: str) -> bool:
    if sys.platform == "win32":
        try:
            text.encode("mbcs", "strict")
        except UnicodeEncodeError:
            return False
    return True


def _short_name(text: str) -> str:
    if sys.platform == "win32":
        buffer = ctypes.create_unicode_buffer(32768)
        if ctypes.windll.kernel32.GetShortPathNameW(text, buffer, len(buffer)):
            return buffer.value
    return text


def copy_programs(root: Path, target: Path) -> Path:
    """Copy PostgreSQL's programs to where the account can reach them; gives the folder that takes the place of `root`."""
    # A wheel keeps the libraries beside its package, and the programs look for them there.
    package = root.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
        shutil.copytree(root, target / package.name / root.name)
        return target / package.name / root.name
    shutil.copytree(root, target / root.name)
    return target / root.name
