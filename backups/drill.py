"""The monthly drill: some of the old backups are restored for trial again, those first whose last trial is longest ago.

Disks forget and sticks wear out without a word; a backup that was good when it was made is only known to be good when it is tried.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from backups import drives, passphrase, schedule
from backups.catalogue import Backup, list_backups, of_company
from backups.create import company_name
from backups.framing import Unusable, WrongPassphrase
from backups.keeping import verify_and_mark
from backups.runs import Past, Runs
from backups.targets import folder_of, targets_of
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _

log = logging.getLogger(__name__)
EVERY = dt.timedelta(days=30)
_RECENT = dt.timedelta(days=25)
"""One that was tried within this time need not be tried again."""
SAMPLE = 3


@dataclass(frozen=True)
class Drilled:
    """One backup that was tried again; problem: what is wrong with it, in words, "" when it is good."""

    backup: Backup
    problem: str = ""


def due(plan: schedule.Plan, past: Past, now: dt.datetime) -> bool:
    """Whether the month's drill is due."""
    last = schedule.known(past.drilled, now)
    return plan.drill and (last is None or now - last >= EVERY)


def choose(backups: Sequence[Backup], now: dt.datetime, most: int = SAMPLE) -> list[Backup]:
    """Those to be tried: never tried or tried longest ago first; those found bad already are left alone."""
    waiting = [
        b for b in backups if b.header and not b.failed and (b.verified_at is None or now - b.verified_at > _RECENT)
    ]
    return sorted(waiting, key=lambda b: (b.verified_at is not None, b.verified_at or b.made_at, b.path.name))[:most]


def drill(
    app: Application,
    settings: s.Settings,
    progress: Progress | None = None,
    now: dt.datetime | None = None,
    found: Sequence[drives.Drive] | None = None,
    most: int = SAMPLE,
) -> list[Drilled]:
    """Try a sample of the old backups of all targets that are there; each one's mark says how it went. Raises Cancelled."""
    progress, now = progress or Unwatched(), now or dt.datetime.now().astimezone()
    company, found = company_name(app.engine), drives.connected() if found is None else found
    folders = [folder_of(t, found) for t in targets_of(settings, app.data) if t.active]
    backups = [b for folder in folders if folder for b in of_company(list_backups(folder), company)]
    done: list[Drilled] = []
    for backup in choose(backups, now, most):
        progress.report(len(done), most, _("Trying {file}").format(file=backup.path.name))
        try:
            verify_and_mark(backup.path, app.data, _secret(app, backup), progress)
        except WrongPassphrase:
            log.info("An encrypted backup was left out of the drill: its passphrase is not stored here")
            continue
        except Unavailable as error:
            log.warning("A backup cannot be tried now: %s", type(error).__name__)
            continue
        except Unusable as error:
            done.append(Drilled(backup, error.message))
            continue
        done.append(Drilled(backup))
    Runs(app.data).note(drilled=now)
    return done


def _secret(app: Application, backup: Backup) -> str | None:
    return passphrase.stored(app.data) if backup.header and backup.header.encryption else None
