"""The place and digest at which the log's chain ended when a backup was made: what the log of today must still have there.

Somebody who can write to every table could make the whole chain anew, so that it is sound in itself; not those of the backups on other
disks. See docs/log.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backups.archive import Reader, TableHead, open_backup
from backups.framing import damaged
from crm_desktop.progress import Progress, Unwatched
from db.lines import Block


def log_mark(backup: Path, passphrase: str | None = None, progress: Progress | None = None) -> tuple[int, str] | None:
    """The mark in a backup; None in one from before there was a chain. Reads the backup through; raises Unusable, Cancelled."""
    progress = progress or Unwatched()
    found: dict[str, Any] = {}
    with open_backup(backup, passphrase) as reader:
        for head, blocks in reader.tables():
            progress.check_cancelled()
            progress.report(0, None, head.shape.name)
            for block in blocks if head.shape.name == "log_chain" else ():
                facts = (dict(zip(head.shape.names, row, strict=True)) for row in _rows(reader, head, block))
                found = next((f for f in facts if f["name"] == "head"), found)
    return (int(found["place"]), str(found["digest"])) if found else None


def _rows(reader: Reader, head: TableHead, block: Block) -> list[list[Any]]:
    try:
        return reader.header.layout.rows(head.shape, block)
    except ValueError as error:
        raise damaged("log_chain") from error
