"""What a person must be told about the backups, with what to do. Shown in the status bar and on the screen of the backups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backups import passphrase, schedule
from backups.catalogue import Backup
from backups.runs import Past
from backups.targets import DRIVE, FOLDER, MAIN, SHARE, Room, Target
from crm_desktop.words import _, ngettext

_MB = 1 << 20


@dataclass(frozen=True)
class Concern:
    """One worry. key: see backups/__init__.py; grave: it cannot be overlooked; target_id: "" where it is about all."""

    key: str
    text: str
    advice: str
    grave: bool = True
    target_id: str = ""


@dataclass(frozen=True)
class TargetState:
    """A target as it is now. folder: None where it is not connected; room: of its disk; backups: this company's, newest first."""

    target: Target
    folder: Path | None = None
    room: Room | None = None
    backups: tuple[Backup, ...] = ()
    last_good: Backup | None = None


def concerns(
    states: Sequence[TargetState],
    last_good: dt.datetime | None,
    past: Past,
    plan: schedule.Plan,
    now: dt.datetime,
    warn_days: int,
    data: Path,
    mine: bool = True,
) -> list[Concern]:
    """All of them, the grave ones first. mine: whether this PC makes the backups by the clock, as one alone always does."""
    found = [*_age(last_good, now, warn_days)]
    if mine:
        found += [*_failure(past, last_good, now), *_secret(states, data)]
    for state in states:
        if state.target.active:
            found += [*_missing(state, past, now, warn_days), *_full(state), *_spoilt(state)]
    return sorted(found, key=lambda c: not c.grave)


def _age(last: dt.datetime | None, now: dt.datetime, days: int) -> list[Concern]:
    if last is None:
        return [Concern("none", _("There is no good backup yet."), _("Make one now."))]
    age = (now - last).days
    if now - last <= dt.timedelta(days=days):
        return []
    text = ngettext("The last good backup is {count} day old.", "The last good backup is {count} days old.", age)
    return [Concern("old", text.format(count=age), _("Make one now, and see why none was made by itself."))]


def _failure(past: Past, last: dt.datetime | None, now: dt.datetime) -> list[Concern]:
    failed = schedule.known(past.failed, now)
    if failed is None or not past.problem or (last is not None and last > failed):
        return []
    when = f"{failed.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
    return [
        Concern(
            "failed",
            _("The backup of {when} failed: {problem}").format(when=when, problem=past.problem),
            _("Try again."),
        )
    ]


def _secret(states: Sequence[TargetState], data: Path) -> list[Concern]:
    if not any(s.target.encrypt and s.target.active for s in states) or passphrase.stored(data):
        return []
    text = passphrase.problem() or _("No passphrase is stored on this PC, so backups cannot be encrypted.")
    return [Concern("passphrase", text, _("Store the passphrase, or switch the encryption off."))]


def _missing(state: TargetState, past: Past, now: dt.datetime, days: int) -> list[Concern]:
    target = state.target
    if state.folder is not None:
        return []
    seen = schedule.known(past.seen.get(target.id), now)
    missed = schedule.known(past.missed.get(target.id), now)
    away = (now - (seen or missed or now)).days
    if seen and away < days:
        return []
    if away < days:  # it was never here, which is no alarm before there was time to bring it
        text = _("“{name}” is not connected.").format(name=target.name)
    else:
        text = ngettext(
            "“{name}” has not been connected for {count} day.",
            "“{name}” has not been connected for {count} days.",
            away,
        ).format(name=target.name, count=away)
    advice = {
        DRIVE: _("Plug the drive in."),
        FOLDER: _("Connect its disk, or choose another folder."),
        SHARE: _("Check whether the other PC is on and its folder shared."),
    }[target.kind]
    return [Concern("missing", text, advice, target.id == MAIN or away >= days, target.id)]


def _full(state: TargetState) -> list[Concern]:
    if state.folder is None or state.room is None:
        return []
    needed = state.last_good.size * 2 if state.last_good else 0
    if state.room.free >= max(needed, state.target.least_free * _MB):
        return []
    text = _("The disk of “{name}” is nearly full: {count} MB are free.").format(
        name=state.target.name, count=f"{state.room.free // _MB:,}"
    )
    return [
        Concern(
            "full", text, _("Free some space, or choose another folder."), state.room.free < needed, state.target.id
        )
    ]


def _spoilt(state: TargetState) -> list[Concern]:
    bad = [b for b in state.backups if b.failed or b.problem]
    if not bad:
        return []
    text = _("A backup on “{name}” is damaged: {file}.").format(name=state.target.name, file=bad[0].path.name)
    newer = state.last_good is not None and state.last_good.made_at > bad[0].made_at
    return [
        Concern(
            "verification", text, _("Delete it, and check that disk: others on it may be damaged, too."),
            not newer, state.target.id,
        )
    ]  # fmt: skip
