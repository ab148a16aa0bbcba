"""How the backups stand, in one look: every target, what lies there, what to worry about, when the next is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backups import claims, drives, schedule
from backups.catalogue import Backup, last_good, list_backups, of_company
from backups.concerns import Concern, TargetState, concerns
from backups.create import company_name
from backups.runs import Past, Runs
from backups.targets import Target, folder_of, room, targets_of
from crm_desktop import settings as s
from crm_desktop.application import Application

_NOTED_EVERY = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Overview:
    """last_good: the newest in any target; next_due: None where none is made by the clock, or not by this PC.

    running_pc: the one that makes them by the clock, "" where none was chosen.
    """

    targets: tuple[TargetState, ...]
    last_good: Backup | None
    last_good_at: dt.datetime | None  # in an office, also one that another PC made
    next_due: dt.datetime | None
    running_pc: str
    concerns: tuple[Concern, ...]
    past: Past


def overview(
    app: Application,
    settings: s.Settings,
    now: dt.datetime | None = None,
    found: Sequence[drives.Drive] | None = None,
) -> Overview:
    """How the backups of this PC stand. Reads the heads of the files, not their data. found: the connected drives, when known."""
    now, company = now or dt.datetime.now().astimezone(), company_name(app.engine)
    found = drives.connected() if found is None else found
    states = tuple(_state(t, found, company, now) for t in targets_of(settings, app.data))
    runs, plan = Runs(app.data), schedule.plan_of(settings)
    _note_seen(runs, states, now)
    newest = max((state.last_good for state in states if state.last_good), key=lambda b: b.made_at, default=None)
    pc = claims.responsible_pc(app.engine)
    mine = pc in ("", claims.STATION)
    own = newest.made_at if newest else None
    at = max((m for m in (own, schedule.known(claims.told_by_others(app.engine), now)) if m), default=None)
    past = replace(runs.read(), good=own)
    worries = concerns(states, at, past, plan, now, settings.get(s.BACKUP_WARN_DAYS), app.data, mine)
    upcoming = schedule.next_due(plan, past, now) if mine else None
    return Overview(states, newest, at, upcoming, pc, tuple(worries), past)


def _note_seen(runs: Runs, states: Sequence[TargetState], now: dt.datetime) -> None:
    past = runs.read()
    known = past.seen
    here = [s.target.id for s in states if s.folder is not None]
    late = {id_: now for id_ in here if id_ not in known or abs(now - known[id_]) > _NOTED_EVERY}
    never = {s.target.id for s in states if s.folder is None and s.target.id not in known}
    missed = {id_: now for id_ in never if schedule.known(past.missed.get(id_), now) is None}
    if late or missed:
        runs.note(seen=late, missed=missed)


def _state(target: Target, found: Sequence[drives.Drive], company: str, now: dt.datetime) -> TargetState:
    folder = folder_of(target, found)
    if folder is None:
        return TargetState(target)
    backups = tuple(of_company_or_unknown(list_backups(folder), company))
    good = last_good(b for b in of_company(backups, company) if schedule.known(b.made_at, now))
    return TargetState(target, folder, room(folder), backups, good)


def of_company_or_unknown(backups: Sequence[Backup], company: str) -> list[Backup]:
    """Those of one company, and those that cannot be read: whose they are nobody knows, but somebody should see them."""
    return [b for b in backups if b.header is None or b.header.company == company]
