"""A drive has its backup: it may be pulled out, and the system lets go of it where somebody says so."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from backups import drives
from backups.ejecting import can_eject, eject
from crm_desktop.words import _
from ui.shell import Shell


def say_removable(shell: Shell, name: str, place: Path | None, owner: QObject) -> None:
    """Say so, with a button. place: the drive, or a file on it."""
    words = _("The backup is on “{name}”. The drive can be removed now.").format(name=name)
    if place is None or not can_eject():
        shell.notices.say(words, icon="checkmark_circle")
        return

    def gone(_none: None) -> None:
        shell.notices.say(_("“{name}” can be unplugged.").format(name=name), icon="checkmark_circle")

    def let_go() -> None:
        shell.tasks.run(partial(_let_go, place), gone, owner=owner)

    shell.notices.say(words, _("Eject"), let_go, "checkmark_circle")


def _let_go(place: Path) -> None:  # on a worker
    mounts = [m for m in drives.mounted() if place == m.root or m.root in place.parents]
    # Never a disk of this PC itself: large USB disks are fixed ones to Windows, but they bear their id.
    roots = [m.root for m in mounts if m.removable or (m.root / drives.ID_FILE).is_file()]
    if roots:
        eject(max(roots, key=lambda root: len(root.parts)))
