"""Where backups may lie on this PC: in the folders set up for them, beside the data, and on every drive that is plugged in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backups import drives
from backups.archive import SUFFIX
from backups.catalogue import Backup, list_backups
from backups.concerns import TargetState
from backups.targets import FOLDER, folder_of, targets_of
from crm_desktop.settings import Settings
from crm_desktop.words import _

_FOLDERS_LOOKED_INTO = 60  # of a stick: more are nobody's places for backups


@dataclass(frozen=True)
class Found:
    """A backup, and the name of the place it lies in."""

    backup: Backup
    where: str


def find_backups(data: Path, settings: Settings) -> list[Found]:
    """Every backup within reach, the newest first. Called on a worker: a shared folder may take its time."""
    found: dict[Path, Found] = {}
    plugged_in = drives.connected()
    places: list[tuple[str, Path]] = []
    for target in targets_of(settings, data):
        folder = folder_of(target, plugged_in)
        if folder is not None:
            places.append((target.name, folder))
    places.append((_("Beside the data"), data / "backups"))
    for drive in plugged_in:
        if drive.removable:
            places += [(drive.label or str(drive.root), folder) for folder in _on_drive(drive.root)]
    for where, folder in places:
        for backup in list_backups(folder):
            found.setdefault(backup.path, Found(backup, where))
    return sorted(found.values(), key=lambda f: f.backup.made_at, reverse=True)


def _on_drive(root: Path) -> Iterable[Path]:
    """The drive itself and the folders right below it that hold backups."""
    try:
        below = sorted(p for p in root.iterdir() if p.is_dir())[:_FOLDERS_LOOKED_INTO]
    except OSError:
        below = []
    return [folder for folder in (root, *below) if _holds_backups(folder)]


def _holds_backups(folder: Path) -> bool:
    try:
        return any(file.suffix.casefold() == SUFFIX for file in folder.iterdir())
    except OSError:
        return False


def all_on_one_disk(data: Path, places: Sequence[TargetState]) -> bool:
    """Whether one broken disk would take the data and every backup of them. A place that is not there now lies elsewhere."""
    used = [place for place in places if place.target.active]
    if any(place.target.kind != FOLDER or place.folder is None for place in used):
        return False
    here = _disk_of(data)
    return here is not None and all(_disk_of(place.folder) == here for place in used if place.folder is not None)


def _disk_of(folder: Path) -> int | None:
    """The number of the disk a folder is on, or would be on once it is made."""
    for place in (folder, *folder.parents):
        try:
            return place.stat().st_dev
        except OSError:
            continue
    return None
