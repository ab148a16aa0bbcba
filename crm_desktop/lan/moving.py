"""Moving all data from one database to another, and proving that they arrived: numbers of rows, and a sum over every value.

Used when an office begins, ends, moves to another PC, or gets a newer PostgreSQL: it is always the same copy.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from crm_desktop.errors import Unavailable
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _
from db import errors as fault
from db import schema, transfer
from db.engine import reading
from db.integrity import broken_references

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sum:
    """What a table holds: its number of rows, and a number that every value of every row has part in."""

    rows: int
    total: int


def sums(engine: Engine, progress: Progress | None = None) -> dict[str, Sum]:
    """The sums of all tables; equal data give equal sums on every engine. Raises Cancelled."""
    progress = progress or Unwatched()
    with reading(engine) as connection:
        found = {}
        for shape in transfer.shapes():
            rows = total = 0
            for part in transfer.read_rows(connection, shape):
                progress.check_cancelled()
                rows += len(part)
                # A sum has no order: servers may order texts in their own way.
                total += sum(_number(row) for row in part)
                progress.report(rows, None, _("Comparing"))
            found[shape.name] = Sum(rows, total % (1 << 256))
        return found


def _number(row: list[Any]) -> int:
    text = json.dumps([_plain(value) for value in row], sort_keys=True, ensure_ascii=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, str):
        return value.replace("\0", "")  # no engine brings it back, see db/transfer.py
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return {_plain(k): _plain(v) for k, v in value.items()} if isinstance(value, dict) else value


def move(source: Engine, target: Engine, progress: Progress | None = None) -> dict[str, Sum]:
    """Make this program's tables in an empty database and fill them from another; gives the sums, which are equal in both.

    Raises Unavailable where anything did not arrive as it was, Cancelled. `target` is worth nothing then; `source` is only read.
    """
    progress = progress or Unwatched()
    try:
        schema.create(target)
        transfer.copy_database(source, target, lambda _table, rows: _tell(progress, rows))
        before, after = sums(source, progress), sums(target, progress)
        if before != after:
            wrong = sorted(name for name in before if before[name] != after.get(name))
            log.error("Not equal after moving: %s", ", ".join(wrong))
            raise _not_whole()
        if broken_references(target):
            raise _not_whole()
    except fault.DiskFull as error:
        raise Unavailable(_("The disk is full."), _("Nothing was changed. Free some space and try again.")) from error
    except (fault.DatabaseFault, transfer.Unfit) as error:
        log.warning("Moving failed: %s", type(error).__name__)
        raise _not_whole() from error
    return after


def _tell(progress: Progress, rows: int) -> None:
    progress.report(rows, None, _("Copying"))
    progress.check_cancelled()


def _not_whole() -> Unavailable:
    return Unavailable(
        _("The data did not all arrive in the new database."),
        _("Nothing was changed: everything is where it was. “crm-desktop check” looks for what is wrong with it."),
    )
