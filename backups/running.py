"""A backup as this PC makes it: into the main target, tried, copied to the others that are there, old ones let go by each one's rules.

What goes wrong with one target never spoils another: it is told, and the warnings (backups/concerns.py) keep on telling it.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from backups import claims, drives, passphrase, schedule
from backups.catalogue import Backup, last_good, list_backups, mark_verified, of_company
from backups.create import company_name, copy_backup, create_backup, locked_copy
from backups.restore import verify
from backups.retention import make_room, thin_out
from backups.runs import Runs
from backups.targets import DRIVE, Target, folder_of, targets_of
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Refused, Told, Unavailable
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.events import record_if_possible
from crm_desktop.services.server_roles import as_reader
from crm_desktop.words import _

log = logging.getLogger(__name__)
_MB = 1 << 20


@dataclass(frozen=True)
class Copy:
    """What a target got. problem, advice: why it got nothing, in words; safe_to_remove: all of it has reached the drive."""

    target: Target
    path: Path | None = None
    problem: str = ""
    advice: str = ""
    safe_to_remove: bool = False


@dataclass(frozen=True)
class Run:
    """A backup and its copies; removed: old ones that went by the rules."""

    backup: Backup
    copies: tuple[Copy, ...] = ()
    removed: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Due:
    """What the clock brought: a run and its reason, or why there was none."""

    reason: str = ""
    run: Run | None = None
    why_not: str = ""


def back_up(
    app: Application,
    settings: s.Settings,
    reason: str,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
    found: Sequence[drives.Drive] | None = None,
) -> Run:
    """Make a backup and its copies. Where the main target cannot take it, the first other one that can does.

    found: the connected drives, when they are known already. Raises what kept the main target, when no target took it; Refused for
    one by hand without the right; Cancelled.
    """
    if reason == "hand":
        app.actor.require("program.backup")
    return _Running(app, settings, progress or Unwatched(), now, found).run(reason)


def copy_to(
    app: Application,
    settings: s.Settings,
    target: Target,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
    found: Sequence[drives.Drive] | None = None,
) -> Copy:
    """Bring one target up to date with the last good backup, as when its drive was plugged in. Raises Cancelled."""
    return _Running(app, settings, progress or Unwatched(), now, found).bring_up_to_date(target)


def run_due(
    app: Application,
    settings: s.Settings,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
    found: Sequence[drives.Drive] | None = None,
) -> Due:
    """Make the backup that is due by the clock, if one is and it is this PC's turn. Raises as `back_up`; the attempt is noted."""
    now, plan, runs = now or dt.datetime.now().astimezone(), schedule.plan_of(settings), Runs(app.data)
    with claims.turn(app.engine, app.data) as mine:
        if not mine:
            return Due(why_not=_("A backup is being made already."))
        past = replace(runs.read(), good=newest(app, settings, now, found))
        reason = schedule.due(plan, past, now)
        if not reason:
            return Due(why_not=_("No backup is due."))
        if why_not := claims.why_not_this_pc(app):
            return Due(why_not=why_not)
        runs.note(tried=now)
        return Due(reason, back_up(app, settings, reason, progress, now, found))


def newest(
    app: Application, settings: s.Settings, now: dt.datetime, found: Sequence[drives.Drive] | None = None
) -> dt.datetime | None:
    """The moment of the last good backup in any target that is there; those from the future are none."""
    company = company_name(app.engine)
    places = _places(targets_of(settings, app.data), found)
    good = [
        last_good(b for b in of_company(list_backups(p), company) if schedule.known(b.made_at, now)) for _t, p in places
    ]
    return max((b.made_at for b in good if b), default=None)


def _places(targets: Sequence[Target], found: Sequence[drives.Drive] | None) -> list[tuple[Target, Path]]:
    if found is None and any(t.kind == DRIVE and t.active for t in targets):
        found = drives.connected()
    places = [(t, folder_of(t, found or ())) for t in targets if t.active]
    return [(t, folder) for t, folder in places if folder is not None]


class _Running:
    """One run over the targets."""

    def __init__(
        self,
        app: Application,
        settings: s.Settings,
        progress: Progress,
        now: dt.datetime | None,
        found: Sequence[drives.Drive] | None,
    ) -> None:
        self._app, self._progress = app, progress
        self._now = now or dt.datetime.now().astimezone()
        self._targets = targets_of(settings, app.data)
        self._places = _places(self._targets, found)
        self._company = company_name(app.engine)
        self._runs = Runs(app.data)
        self._removed: list[Path] = []

    def run(self, reason: str) -> Run:
        try:
            backup, origin, failed = self._make(reason)
        except Told as error:
            if not isinstance(error, Cancelled):
                self._runs.note(failed=dt.datetime.now(dt.UTC), problem=error.message)
                record_if_possible(self._app, "backup_failed", "", {"reason": error.message})
            raise
        self._runs.note(good=backup.made_at, problem="")
        claims.tell_everybody(self._app.engine, backup.made_at)
        copies = [*failed]
        for target, folder in self._places:
            if target.id != origin.id and target.id not in {c.target.id for c in failed}:
                copies.append(self._copy(backup.path, origin, target, folder))
        for target, folder in self._places:
            self._removed += thin_out(folder, self._company, target.rules, self._now)
        self._note(origin, copies)
        facts = {"file": backup.path.name, "reason": reason, "copies": sum(1 for c in copies if c.path)}
        record_if_possible(self._app, "backup", backup.path.name, facts)
        return Run(backup, tuple(copies), tuple(self._removed))

    def bring_up_to_date(self, target: Target) -> Copy:
        folder = next((f for t, f in self._places if t.id == target.id), None)
        if folder is None:
            return Copy(target, problem=_("“{name}” is not connected.").format(name=target.name))
        newest: tuple[Backup, Target] | None = None
        for other, place in self._places:
            good = last_good(
                b for b in of_company(list_backups(place), self._company) if schedule.known(b.made_at, self._now)
            )
            if good and (newest is None or good.made_at > newest[0].made_at):
                newest = good, other
        if newest is None:
            return Copy(target, problem=_("There is no good backup yet that could be copied."))
        backup, origin = newest
        there = last_good(of_company(list_backups(folder), self._company))
        if there and there.made_at >= backup.made_at:
            self._note(target, [])
            return Copy(target, there.path, safe_to_remove=self._flushed(target, folder))
        copy = self._copy(backup.path, origin, target, folder)
        if copy.path:
            thin_out(folder, self._company, target.rules, self._now)
        self._note(None, [copy])
        return copy

    def _make(self, reason: str) -> tuple[Backup, Target, list[Copy]]:
        """Into the first target that takes it; gives those that did not, too."""
        failed: list[Copy] = []
        first: Told | None = None
        for target, folder in self._places:
            try:
                self._room(target, folder)
                secret = self._secret(target)
                with as_reader(self._app) as engine:
                    made = create_backup(
                        engine,
                        self._app.data,
                        folder,
                        passphrase=secret,
                        reason=reason,
                        progress=self._progress,
                        now=self._now,
                    )
            except Cancelled:
                raise
            except (Unavailable, Refused) as error:
                first = first or error
                failed.append(_failed(target, error))
                continue
            return made, target, failed
        raise first or Unavailable(
            _("The folder for backups is not there: {folder}").format(folder=self._targets[0].path),
            _("Connect its drive, or choose another folder."),
        )

    def _copy(self, backup: Path, origin: Target, target: Target, folder: Path) -> Copy:
        self._progress.report(0, None, _("Copying to {name}").format(name=target.name))
        try:
            self._room(target, folder, backup.stat().st_size)
            if target.encrypt == origin.encrypt:
                path = copy_backup(backup, folder, self._progress)
                if target.verify:
                    verify(path, self._app.data, self._secret(target), self._progress)
                mark_verified(path, dt.datetime.now(dt.UTC))  # the same bytes as those that were tried
            else:
                path = locked_copy(
                    backup, folder, self._app.data, passphrase=self._secret(origin),
                    new_passphrase=self._secret(target), progress=self._progress,
                )  # fmt: skip
            return Copy(target, path, safe_to_remove=self._flushed(target, folder))
        except Cancelled:
            raise
        except Told as error:
            log.warning("No copy for a target: %s", type(error).__name__)
            return _failed(target, error)
        except OSError as error:
            log.warning("No copy for a target: %s", type(error).__name__)
            return Copy(target, problem=_("No backup can be written to {folder}.").format(folder=folder))

    def _secret(self, target: Target) -> str | None:
        return passphrase.needed(self._app.data, target.encrypt)

    def _room(self, target: Target, folder: Path, size: int = 0) -> None:
        """Let old ones go where the disk gets full; the new one will be about as large as the last."""
        last = last_good(of_company(list_backups(folder), self._company))
        wanted = target.least_free * _MB + (size or (last.size * 5 // 4 if last else 0))
        self._removed += make_room(folder, self._company, wanted, self._now)

    def _flushed(self, target: Target, folder: Path) -> bool:
        if target.kind != DRIVE:
            return False
        try:
            drives.settle(folder)
        except OSError:
            return False
        return True

    def _note(self, origin: Target | None, copies: Sequence[Copy]) -> None:
        now = dt.datetime.now(dt.UTC)
        done = [c.target.id for c in copies if c.path] + ([origin.id] if origin else [])
        self._runs.note(copies=dict.fromkeys(done, now), seen={t.id: now for t, _folder in self._places})


def _failed(target: Target, error: Told) -> Copy:
    return Copy(target, problem=error.message, advice=error.advice)
