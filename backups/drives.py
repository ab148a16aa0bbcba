"""Sticks and disks that come and go. One is known by its own id, whatever letter or folder the system gives it today.

The id stands in a small file on the drive, since that works on every system; the serial number of the volume helps where somebody
deleted the file, or copied it to another stick along with everything else.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from backups.scratch import flush_file, flush_folder
from crm_desktop.errors import Unavailable
from crm_desktop.held_files import remove_patiently, replace_patiently
from crm_desktop.words import _

log = logging.getLogger(__name__)
ID_FILE = "crm-desktop-drive.json"
_LONGEST = 4096  # bytes of an id file that are read


@dataclass(frozen=True)
class Mount:
    """A drive as the system names it. removable: the system says so; large USB disks are fixed ones to Windows."""

    root: Path
    device: str = ""
    removable: bool = False


@dataclass(frozen=True)
class Drive:
    """A connected drive. id: the one this program gave it, or ""; volume: the one it was formatted with, or "". Sizes in bytes."""

    root: Path
    id: str
    volume: str
    label: str
    free: int
    total: int
    removable: bool


Mounts = Callable[[], Iterable[Mount]]


def mounted() -> list[Mount]:
    """The drives the system has now."""
    found = []
    for part in psutil.disk_partitions(all=False):
        options = set(part.opts.split(","))
        if not part.fstype or "cdrom" in options or not Path(part.mountpoint).is_dir():
            continue
        removable = "removable" in options or _removable_device(part.device)
        found.append(Mount(Path(part.mountpoint), part.device, removable))
    return found


def connected(mounts: Mounts = mounted) -> list[Drive]:
    """The drives that can be read now."""
    found = []
    for mount in mounts():
        try:
            usage = shutil.disk_usage(mount.root)
        except OSError:
            continue  # pulled out at this moment, or an empty card reader
        volume, label = _volume(mount)
        name = label or mount.root.name or str(mount.root)
        found.append(Drive(mount.root, _id_on(mount.root), volume, name, usage.free, usage.total, mount.removable))
    return found


def find(id_: str, volume: str, drives: Sequence[Drive]) -> Drive | None:
    """The drive that was given this id, among those connected."""
    same = [d for d in drives if id_ and d.id == id_]
    exact = next((d for d in same if volume and d.volume == volume), None)
    lost = next((d for d in drives if volume and d.volume == volume and not d.id), None)
    return exact or (same[0] if same else lost)


def give_id(root: Path, id_: str = "") -> str:
    """Write the id of a drive, unless it has one; gives the one it has then. Raises Unavailable where it cannot be written."""
    if known := _id_on(root):
        return known
    made = id_ or uuid.uuid4().hex
    note = "CRM Desktop knows this drive by this file. / CRM Desktop 通过此文件识别本磁盘。"
    fresh = root / f"{ID_FILE}.new"
    try:
        fresh.write_text(json.dumps({"id": made, "note": note}, ensure_ascii=False), encoding="utf-8")
        flush_file(fresh)
        replace_patiently(fresh, root / ID_FILE)
        flush_folder(root)
    except OSError as error:
        remove_patiently(fresh)
        raise Unavailable(
            _("The drive {folder} cannot be written to.").format(folder=root),
            _("Check whether it is connected and not write-protected."),
        ) from error
    return made


def settle(folder: Path) -> None:
    """Bring everything to the disk, so that a stick can be pulled out. Windows writes to sticks at once, files are flushed singly."""
    flush_folder(folder)
    if sys.platform != "win32":
        os.sync()


class Arrivals:
    """Tells which drives came since it was asked last; those that are there at first are none."""

    def __init__(self, mounts: Mounts = mounted) -> None:
        self._mounts = mounts
        self._known = {(m.root, m.device) for m in mounts()}

    def look(self) -> list[Drive]:
        """The drives that were plugged in. Quick: nothing is read from those that were there."""
        now = {(m.root, m.device): m for m in self._mounts()}
        new = [mount for key, mount in now.items() if key not in self._known]
        self._known = set(now)
        return connected(lambda: new) if new else []


def _id_on(root: Path) -> str:
    try:
        with (root / ID_FILE).open("rb") as file:
            facts = json.loads(file.read(_LONGEST).decode("utf-8"))
    except (OSError, ValueError):
        return ""
    found = facts.get("id") if isinstance(facts, dict) else None
    return found if isinstance(found, str) and found.isalnum() and len(found) <= 64 else ""


def _removable_device(device: str) -> bool:
    if sys.platform != "linux":
        return False
    name = Path(device).name
    try:
        block = Path("/sys/class/block", name).resolve()
        for place in (block, block.parent):
            if (place / "removable").is_file():
                return (place / "removable").read_text(encoding="ascii").strip() == "1" or "/usb" in str(block)
    except OSError:
        pass
    return False


def _volume(mount: Mount) -> tuple[str, str]:
    """The number and the name a volume was formatted with, each "" where the system does not say."""
    if sys.platform == "win32":
        return _windows_volume(mount.root)
    return _linked("/dev/disk/by-uuid", mount.device), _linked("/dev/disk/by-label", mount.device)


def _linked(folder: str, device: str) -> str:
    """Which name in a folder of links leads to a device."""
    try:
        wanted = Path(device).resolve()
        for link in Path(folder).iterdir():
            if link.resolve() == wanted:
                return link.name.replace("\\x20", " ")
    except OSError:
        pass
    return ""


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def _windows_volume(root: Path) -> tuple[str, str]:
        serial, name = wintypes.DWORD(), ctypes.create_unicode_buffer(261)
        known = ctypes.windll.kernel32.GetVolumeInformationW(
            str(root), name, len(name), ctypes.byref(serial), None, None, None, 0
        )
        return (f"{serial.value:08X}", name.value) if known else ("", "")

else:

    def _windows_volume(root: Path) -> tuple[str, str]:
        return "", ""
