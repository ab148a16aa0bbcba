"""How backups are spoken of in the window: why one was made, how it stands, when it was made."""

from __future__ import annotations

import datetime as dt

from backups.catalogue import Backup
from backups.keeping import size_text
from crm_desktop.services.events import BACKUP_REASONS
from crm_desktop.words import _


def moment(at: dt.datetime | None) -> str:
    """A moment as people here read it; "" for none."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""


def made(backup: Backup) -> str:
    """When the backup was made."""
    return moment(backup.made_at)


def reason(backup: Backup) -> str:
    """Why it was made; a reason of a newer version stays as it is written."""
    told = backup.header.reason if backup.header else ""
    return _(BACKUP_REASONS[told]) if told in BACKUP_REASONS else told


def encrypted(backup: Backup) -> bool:
    """Whether it opens only with its passphrase."""
    return bool(backup.header and backup.header.encryption)


def state(backup: Backup) -> str:
    """Whether it was restored for trial and found good."""
    if backup.header is None:
        return _("Damaged")
    return _("Verified") if backup.good else _("Not verified")


def state_tone(backup: Backup) -> str:
    """The colour of that."""
    if backup.header is None:
        return "red"
    return "green" if backup.good else "amber"


def rows(backup: Backup) -> str:
    """How many rows it holds; "" where only the passphrase would tell."""
    return f"{sum(backup.manifest.rows.values()):,}" if backup.manifest else ""


def size(backup: Backup) -> str:
    """How large the file is."""
    return size_text(backup.size) if backup.size else ""


def space(amount: int) -> str:
    """Room on a disk, as people speak of it."""
    return f"{amount / (1 << 30):,.0f} GB" if amount >= 10 << 30 else size_text(amount)
