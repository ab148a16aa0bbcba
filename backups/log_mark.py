"""The place and digest at which the log's chain ended when a backup was made: what the log of today must still have there.

Somebody who can write to every table could make the whole chain anew, so that it is sound in itself; not those of the backups on other
disks. See docs/log.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backups.archive import open_backup
from crm_desktop.progress import Progress, Unwatched


def log_mark(backup: Path, passphrase: str | None = None, progress: Progress | None = None) -> tuple[int, str] | None:
    """The mark in a backup; None in one from before there was a chain. Reads the backup through; raises Unusable, Cancelled."""
    progress = progress or Unwatched()
    found: dict[str, Any] = {}
    with open_backup(backup, passphrase) as reader:
        for head, rows in reader.tables():
            progress.check_cancelled()
            progress.report(0, None, head.shape.name)
            if head.shape.name == "log_chain":
                names = head.shape.names
                found = next((f for row in rows if (f := dict(zip(names, row, strict=True)))["name"] == "head"), {})
    return (int(found["place"]), str(found["digest"])) if found else None
