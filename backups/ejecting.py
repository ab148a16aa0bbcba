"""Letting go of a stick, so that it can be pulled out: what the system's own "Safely remove" does.

Windows: the verb "Eject" of the drive, as the Explorer has it (learn.microsoft.com/windows/win32/shell/folderitem-invokeverb; the
folder 17 is "This PC"). Linux: udisks, which lets go of sticks without an administrator (its manual: udisksctl.1).
Everything was flushed to the drive before; where the system does not let go, pulling it out loses nothing either.
"""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from backups.drives import Mount, Mounts, mounted
from crm_desktop.errors import Unavailable
from crm_desktop.lan.calling import quiet
from crm_desktop.words import _

log = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds for the system to let go
_EVERY = 0.2

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def can_eject(windows: bool = sys.platform == "win32") -> bool:
    """Whether this system has what it takes."""
    return windows or shutil.which("udisksctl") is not None


def eject(
    root: Path,
    run: Run = quiet,
    mounts: Mounts = mounted,
    windows: bool = sys.platform == "win32",
    patience: float = _PATIENCE,
) -> None:
    """Let go of the drive at `root`. Raises Unavailable where the system does not, as while a file on it is open."""
    mount = next((m for m in mounts() if m.root == root), None)
    if mount is None:
        return  # it was pulled out meanwhile
    for command in _commands(mount, windows):
        try:
            done = run(command)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _held(root) from error
        if done.returncode:
            log.info("%s: %d", command[0], done.returncode)
            raise _held(root)
    end = time.monotonic() + patience
    while any(m.root == root for m in mounts()):
        if time.monotonic() > end:
            raise _held(root)
        time.sleep(_EVERY)


def _commands(mount: Mount, windows: bool) -> list[list[str]]:
    if not windows:
        return [["udisksctl", "unmount", "--no-user-interaction", "--block-device", mount.device]]
    drive = str(mount.root).rstrip("\\/").replace("'", "''")
    words = f"(New-Object -ComObject Shell.Application).Namespace(17).ParseName('{drive}').InvokeVerb('Eject')"
    # The verb ends with the program that asked for it, so it gets a moment.
    return [["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", f"{words}; Start-Sleep -Seconds 2"]]


def _held(root: Path) -> Unavailable:
    return Unavailable(
        _("The system does not let go of the drive {folder}.").format(folder=root),
        _("The backup on it is whole and flushed. Close the files on it, then remove it as usual."),
    )
