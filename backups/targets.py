"""Where backups go: the place where they are made, and those that get copies, each with rules of its own.

They are settings of this PC. A drive is found by its id (backups/drives.py), everything else by its path.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from backups import drives
from backups.retention import Rules
from crm_desktop import settings as s
from crm_desktop.errors import Refused
from crm_desktop.words import _

log = logging.getLogger(__name__)
MAIN = "main"
FOLDER, DRIVE, SHARE = "folder", "drive", "share"
KINDS = (FOLDER, DRIVE, SHARE)
_MOST = 20
_BESIDE = "backups"


@dataclass(frozen=True)
class Target:
    """One place for backups. See backups/__init__.py for what the fields mean."""

    id: str
    kind: str
    name: str
    path: str
    drive: str = ""
    volume: str = ""
    rules: Rules = field(default_factory=Rules)
    least_free: int = 0  # MB
    encrypt: bool = False
    on_plug: bool = True
    verify: bool = True
    active: bool = True

    def to_facts(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)


class Room(NamedTuple):
    """Bytes of a disk."""

    free: int
    total: int


def target_of(facts: Any) -> Target | None:
    """A target behind its JSON; None for what is none. What a later version added is left out."""
    if not isinstance(facts, Mapping):
        return None
    texts = {n: facts.get(n, "") for n in ("id", "kind", "name", "path", "drive", "volume")}
    flags = {n: facts.get(n, n != "encrypt") for n in ("encrypt", "on_plug", "verify", "active")}
    least, rules = facts.get("least_free", 0), facts.get("rules", {})
    sound = all(isinstance(v, str) for v in texts.values()) and all(isinstance(v, bool) for v in flags.values())
    if not sound or texts["kind"] not in KINDS or not texts["id"] or type(least) is not int or least < 0:
        return None
    numbers = asdict(Rules())
    if isinstance(rules, Mapping):
        numbers |= {n: v for n, v in rules.items() if n in numbers and type(v) is int and v >= 0}
    return Target(**texts, **flags, least_free=least, rules=Rules(**numbers))


def main_target(settings: s.Settings, data: Path) -> Target:
    """Where backups are made: the folder that was set, else one beside the data."""
    chosen = settings.get(s.BACKUP_FOLDER).strip()
    folder = Path(chosen).expanduser() if chosen else data / _BESIDE
    rules = Rules(*(settings.get(n) for n in (s.BACKUP_LAST, s.BACKUP_DAYS, s.BACKUP_WEEKS, s.BACKUP_MONTHS)))
    return Target(
        MAIN, FOLDER, _("This PC") if not chosen else folder.name or str(folder), str(folder), rules=rules,
        least_free=settings.get(s.BACKUP_LEAST_FREE), encrypt=settings.get(s.BACKUP_ENCRYPT),
    )  # fmt: skip


def targets_of(settings: s.Settings, data: Path) -> list[Target]:
    """All of this PC, the main one first."""
    found = [main_target(settings, data)]
    for facts in settings.get(s.BACKUP_TARGETS)[:_MOST]:
        target = target_of(facts)
        if target is None:
            log.warning("A place for backups cannot be read")
        elif target.id not in {t.id for t in found}:
            found.append(target)
    return found


def new_target(kind: str, name: str, path: str, drive: drives.Drive | None = None) -> Target:
    """A place for copies. A drive gets its id written; raises Unavailable where that cannot be."""
    if kind == DRIVE and drive is not None:
        id_ = drives.give_id(drive.root)
        return Target(uuid.uuid4().hex, kind, name or drive.label, path, id_, drive.volume)
    return Target(uuid.uuid4().hex, kind, name or Path(path).name or path, path)


def store_targets(settings: s.Settings, data: Path, targets: Sequence[Target]) -> None:
    """Keep them as the settings of this PC. Raises Refused for one that makes no sense; nothing is kept then."""
    main = next((t for t in targets if t.id == MAIN), None)
    others = [t for t in targets if t.id != MAIN]
    _check(targets)
    kept: dict[s.Setting[Any], Any] = {s.BACKUP_TARGETS: [t.to_facts() for t in others]}
    if main is not None:
        beside = Path(main.path) == data / _BESIDE  # by its name alone: the data folder may be moved
        kept[s.BACKUP_FOLDER] = "" if beside else main.path
        numbers = (s.BACKUP_LAST, s.BACKUP_DAYS, s.BACKUP_WEEKS, s.BACKUP_MONTHS)
        rules = (main.rules.last, main.rules.days, main.rules.weeks, main.rules.months)
        kept |= dict(zip(numbers, rules, strict=True))
        kept |= {s.BACKUP_ENCRYPT: main.encrypt, s.BACKUP_LEAST_FREE: main.least_free}
    for target in others:
        _make_folder(target)
    try:
        settings.set_many(kept)
    except ValueError as error:
        raise Refused(_("These rules cannot be kept."), _("Keep at least the last one, and at most 1,000.")) from error


def _make_folder(target: Target) -> None:
    """Make the folder of a new target. Where it cannot be made, the target is not connected, and the warnings say so."""
    folder = Path(target.path).expanduser()
    if target.kind == DRIVE:
        return
    try:
        if folder.parent.is_dir():
            folder.mkdir(exist_ok=True)
    except OSError as error:
        log.warning("The folder of a place for backups cannot be made: %s", type(error).__name__)


def _check(targets: Sequence[Target]) -> None:
    seen: set[tuple[str, str]] = set()
    for target in targets:
        if target.kind == DRIVE:
            sound = bool(target.drive or target.volume) and not Path(target.path).is_absolute() and _inside(target.path)
        else:
            sound = bool(target.path) and Path(target.path).expanduser().is_absolute()
        if not sound:
            raise Refused(
                _("“{name}” has no folder.").format(name=target.name), _("Choose a folder or a drive for the copies.")
            )
        key = (target.drive or target.volume, str(Path(target.path)).casefold())
        if key in seen:
            raise Refused(
                _("“{name}” is there already.").format(name=target.name), _("Two copies in one place are one.")
            )
        seen.add(key)
    if len(targets) > _MOST:
        raise Refused(_("At most {count} places can be kept.").format(count=_MOST))


def _inside(path: str) -> bool:
    return ".." not in Path(path).parts and not Path(path).drive


def folder_of(target: Target, found: Sequence[drives.Drive] | None = None) -> Path | None:
    """Where a target is now; None: its drive is not connected, or its folder's disk or PC is not there.

    found: the connected drives, when they are known already.
    """
    if target.kind != DRIVE:
        folder = Path(target.path).expanduser()
        try:
            # A folder that was there and is gone lies on a disk that is not mounted: made anew, it would lie on another one.
            return folder if folder.is_dir() or (target.id == MAIN and folder.parent.is_dir()) else None
        except OSError:
            return None
    drive = drives.find(target.drive, target.volume, drives.connected() if found is None else found)
    return drive.root / target.path if drive else None


def room(folder: Path) -> Room | None:
    """How much there is on the disk of a folder, which need not exist yet."""
    for place in (folder, *folder.parents):
        try:
            usage = shutil.disk_usage(place)
        except OSError:
            continue
        return Room(usage.free, usage.total)
    return None
