"""Setup programs of newer versions, wherever they lie: found, checked by their checksum, fetched, started.

They come from a stick or a shared folder, where anybody may have put them. So one is run only from a copy of this PC whose checksum is
the one that was promised: by SHA256SUMS beside it, and in an office by what its administrator has offered (services/updates.py).
"""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import crm_desktop
from crm_desktop.errors import Missing, Refused, Unavailable
from crm_desktop.folders import PORTABLE, program_folder
from crm_desktop.held_files import remove_patiently, replace_patiently
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _

log = logging.getLogger(__name__)
SUMS = "SHA256SUMS"
UNINSTALLER = "uninstall.exe"
_NAME = re.compile(r"CRM-Desktop-(\d{1,4}(?:\.\d{1,4}){1,3})-(host-)?setup\.exe", re.IGNORECASE)
_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_LARGEST_SUMS = 1 << 20
_PART = 1 << 20


@dataclass(frozen=True)
class Installer:
    """A setup program. sha256: what it has to be; host: it brings PostgreSQL along."""

    file: Path
    version: str
    sha256: str
    host: bool = False


def numbers(version: str) -> tuple[int, ...]:
    """A version for comparing: 1.10 comes after 1.9, and 1.2 is 1.2.0."""
    found = [int(digits) for digits in re.findall(r"\d+", version)]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def is_newer(version: str, than: str = "") -> bool:
    """Whether a version comes after another; without one, after this program's."""
    return numbers(version) > numbers(than or crm_desktop.__version__)


def named(file: Path) -> Installer | None:
    """What the name of a file says, without a checksum; None where it is no setup program's."""
    found = _NAME.fullmatch(file.name)
    return Installer(file, found[1], "", bool(found[2])) if found else None


def _newest_first(found: Iterable[Installer]) -> list[Installer]:
    """Of one version the plain one first: a host's brings PostgreSQL along, which most PCs do not need."""
    return sorted(found, key=lambda each: (numbers(each.version), not each.host), reverse=True)


def in_folder(folder: Path) -> list[Installer]:
    """The setup programs of a folder whose checksum is promised there, the newest first. They are not read: that takes a while."""
    try:
        sums = _sums(folder)
        files = [file for file in folder.iterdir() if file.name.casefold() in sums and file.is_file()] if sums else []
    except OSError:  # the stick was pulled out, the other PC is off
        return []
    found = [replace(each, sha256=sums[each.file.name.casefold()]) for each in map(named, files) if each]
    return _newest_first(found)


def on_drives(roots: Iterable[Path]) -> list[Installer]:
    """Those on drives: in the top folder, or in one of the program's name."""
    found = [each for root in roots for folder in (root, root / "CRM Desktop") for each in in_folder(folder)]
    return _newest_first(found)


def look_at(file: Path, progress: Progress | None = None) -> Installer:
    """Check one as a whole. Raises Missing, Refused."""
    made = named(file)
    if made is None:
        words = _("A setup program is called like CRM-Desktop-1.2.3-setup.exe.")
        raise Refused(_("{file} is no setup program of CRM Desktop.").format(file=file.name), words)
    promised = next((i.sha256 for i in in_folder(file.parent) if i.file.name.casefold() == file.name.casefold()), "")
    if not promised:
        advice = _("Copy the file {name} that belongs to it into the same folder.").format(name=SUMS)
        raise Missing(_("There is no checksum for {file}.").format(file=file.name), advice)
    for _part in _read(replace(made, sha256=promised), progress or Unwatched()):
        pass
    return replace(made, sha256=promised)


def take(installer: Installer, folder: Path, progress: Progress | None = None) -> Path:
    """Copy one into a folder of this PC, which then holds no other; what is copied is what was checked. Raises Refused, Unavailable."""
    target = folder / installer.file.name
    part = folder / f"{target.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if installer.file.resolve() == target.resolve():
            look_at(target, progress)
            return target
        with part.open("wb") as file:
            for content in _read(installer, progress or Unwatched()):
                file.write(content)
        replace_patiently(part, target)
        (folder / SUMS).write_text(f"{installer.sha256}  {target.name}\n", encoding="utf-8", newline="\n")
    except OSError as error:
        words = _("The setup program cannot be copied to {folder}.").format(folder=folder)
        raise Unavailable(words, _("Check whether there is room on the disk.")) from error
    finally:
        remove_patiently(part)
    for other in folder.iterdir():
        if named(other) and other != target:
            remove_patiently(other)
    return target


def can_run() -> bool:
    """Whether this program was installed by a setup program, so that another one can take its place."""
    place = program_folder()
    installed = (place / UNINSTALLER).is_file() and not (place / PORTABLE).exists()
    return sys.platform == "win32" and bool(getattr(sys, "frozen", False)) and installed


def command(setup: Path, place: Path) -> str:
    """The line that puts it over this program. /D= is the last word and takes the rest of the line as it stands, without quotes."""
    return f'{subprocess.list2cmdline([str(setup)])} /UPDATE /D={place}'


def start(setup: Path) -> None:
    """Run it, for a program that ends at once: it waits for that. Raises Unavailable."""
    try:
        subprocess.Popen(command(setup, program_folder()), close_fds=True, cwd=setup.parent)
    except OSError as error:
        raise Unavailable(_("{file} cannot be started.").format(file=setup.name), str(error)) from error
    log.info("%s was started", setup.name)


def forget(folder: Path) -> None:
    """Delete what was fetched for an update that has happened."""
    if folder.is_dir() and not any(is_newer(each.version) for each in in_folder(folder)):
        shutil.rmtree(folder, ignore_errors=True)


def _read(installer: Installer, progress: Progress) -> Iterator[bytes]:
    """Its content in parts. Raises Refused at the end where it is not what was promised, Unavailable where it cannot be read."""
    digest = hashlib.sha256()
    try:
        size = installer.file.stat().st_size
        with installer.file.open("rb") as file:
            while part := file.read(_PART):
                progress.check_cancelled()
                digest.update(part)
                yield part
                progress.report(file.tell(), size, _("Checking the setup program"))
    except OSError as error:
        raise Unavailable(_("{file} cannot be read.").format(file=installer.file)) from error
    if digest.hexdigest() != installer.sha256:
        log.warning("%s has another checksum than promised", installer.file.name)
        advice = _("It was damaged on the way, or somebody changed it. It is not run. Copy it anew from where it came.")
        raise Refused(_("{file} is not what its checksum says.").format(file=installer.file.name), advice)


def _sums(folder: Path) -> dict[str, str]:
    """The checksums of a folder, by names without regard to case."""
    file = folder / SUMS
    if not file.is_file() or file.stat().st_size > _LARGEST_SUMS:
        return {}
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return {found[2].casefold(): found[1] for line in lines if (found := _SUM.fullmatch(line.strip()))}
