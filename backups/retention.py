"""Which old backups may go: pure rules over what there is, and the deleting.

The last ones stay, then one a day, one a week and one a month. The last good one never goes, nor one a person marked, nor one that
was never tried by this program, nor one that seems to come from the future.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from backups.catalogue import Backup, last_good, list_backups, of_company
from crm_desktop.held_files import unlink_patiently

log = logging.getLogger(__name__)
_LEAST_FOR_ROOM = 3
"""So many good ones stay, however full the disk is."""


@dataclass(frozen=True)
class Rules:
    """How many to keep: of the last ones, of days, of weeks, of months."""

    last: int = 7
    days: int = 30
    weeks: int = 12
    months: int = 24


Period = Callable[[dt.datetime], object]
_PERIODS: tuple[Callable[[Rules], tuple[int, Period]], ...] = (
    lambda rules: (rules.days, lambda at: at.date()),
    lambda rules: (rules.weeks, lambda at: at.isocalendar()[:2]),
    lambda rules: (rules.months, lambda at: (at.year, at.month)),
)


def to_remove(backups: Sequence[Backup], rules: Rules, now: dt.datetime) -> list[Backup]:
    """Those that no rule keeps, the oldest first. Days are those of `now`'s time zone."""
    good = sorted((b for b in backups if b.good and b.made_at <= now), key=lambda b: b.made_at, reverse=True)
    kept = {b.path for b in good[: max(rules.last, 0)]} | {b.path for b in backups if b.keep}
    newest = last_good(backups)
    kept |= {b.path for b in (newest, *good[:1]) if b is not None}
    for periods in _PERIODS:
        number, period = periods(rules)
        kept |= _one_each(good, number, period, now)
    return [b for b in reversed(good) if b.path not in kept]


def _one_each(good: Sequence[Backup], number: int, period: Period, now: dt.datetime) -> set[Path]:
    """The newest of each of the last `number` periods that have any."""
    found: dict[object, Path] = {}
    for backup in good:
        key = period(backup.made_at.astimezone(now.tzinfo))
        if key not in found and len(found) < number:
            found[key] = backup.path
    return set(found.values())


def to_make_room(backups: Sequence[Backup], missing: int, now: dt.datetime) -> list[Backup]:
    """The oldest that go, beyond the rules, so that `missing` bytes get free. None, where all of them would not be enough."""
    good = sorted((b for b in backups if b.good and b.made_at <= now), key=lambda b: b.made_at)
    may_go = [b for b in good[: max(0, len(good) - _LEAST_FOR_ROOM)] if not b.keep]
    if missing <= 0 or sum(b.size for b in may_go) < missing:
        return []
    going = []
    for backup in may_go:
        if missing <= 0:
            break
        going.append(backup)
        missing -= backup.size
    return going


def thin_out(folder: Path, company: str, rules: Rules, now: dt.datetime) -> list[Path]:
    """Delete what the rules let go of one company's backups in a folder; gives what went."""
    return _delete(to_remove(of_company(list_backups(folder), company), rules, now))


def make_room(folder: Path, company: str, wanted: int, now: dt.datetime) -> list[Path]:
    """Delete the oldest of one company's backups until the disk has `wanted` free bytes, if it can be had so; gives what went."""
    try:
        missing = wanted - shutil.disk_usage(folder).free
    except OSError:
        return []
    return _delete(to_make_room(of_company(list_backups(folder), company), missing, now))


def _delete(backups: Sequence[Backup]) -> list[Path]:
    gone = []
    for backup in backups:
        try:
            unlink_patiently(backup.path)
        except OSError as error:
            log.warning("An old backup cannot be deleted: %s", type(error).__name__)
            continue
        gone.append(backup.path)
    return gone
