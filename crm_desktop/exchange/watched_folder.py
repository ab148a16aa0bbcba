"""A folder whose files are imported as they come, by a mapping: each goes to `done` or `failed` afterwards, with a report beside it."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.exchange.bringing_in import plan_file
from crm_desktop.exchange.endings import READABLE
from crm_desktop.exchange.importing import run_import
from crm_desktop.exchange.plan import Plan
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.reasons import reasons
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.wrong_rows import write_wrong_rows
from crm_desktop.held_files import replace_patiently
from crm_desktop.progress import Progress
from crm_desktop.words import _

_log = logging.getLogger(__name__)

DONE, FAILED = "done", "failed"
_SETTLED = 1.0  # seconds in which a file must not have grown: another program may still be writing it
_REPORTED = 200  # wrong rows told one by one
_OWN = ("~$", ".")  # what programs put beside a file while it is open

Before = Callable[[int], None]
"""Called with the number of records before anything is written: makes the backup."""


@dataclass(frozen=True)
class Dropped:
    """What became of one file."""

    file: str
    ok: bool
    words: str
    created: int = 0
    changed: int = 0
    wrong: int = 0


def waiting(folder: Path) -> list[Path]:
    """The files in the folder that can be imported, the oldest first."""
    try:
        found = [p for p in folder.iterdir() if p.suffix.casefold() in READABLE and not p.name.startswith(_OWN)]
        return sorted((p for p in found if p.is_file()), key=lambda p: p.stat().st_mtime)
    except OSError:  # pulled out or switched off
        return []


def settled(path: Path) -> bool:
    """Whether a file is not being written any more."""
    try:
        before = path.stat()
        if time.time() - before.st_mtime > _SETTLED:
            return True
        time.sleep(_SETTLED / 2)
        after = path.stat()
    except OSError:
        return False
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and after.st_size > 0


def bring_in_dropped(
    app: Application, path: Path, recipe: Recipe, before: Before | None = None, progress: Progress | None = None
) -> Dropped:
    """Import one file and put it away. A file with wrong rows goes to `failed`; what was right in it has come in all the same, unless
    the mapping says all or nothing. Raises Cancelled.
    """
    plan: Plan | None = None
    try:
        _look, plan = plan_file(app, read_workbook(path, progress=progress), path, recipe, progress)
        count = plan.count("create") + plan.count("change")
        if before is not None and count:
            before(count)
        result = run_import(app, plan, progress)
        words = _("Created {created}, changed {changed}, unchanged {same}, wrong {wrong}.").format(
            created=result.created, changed=result.changed, same=result.unchanged, wrong=result.wrong
        )
        words = "\n".join([words, *result.failed])
        told = Dropped(path.name, not result.wrong and not result.failed, words, result.created, result.changed, result.wrong)
    except Told as error:
        told = Dropped(path.name, False, f"{error.message}\n{error.advice}".strip(), wrong=plan.count("wrong") if plan else 0)
    _put_away(app, path, told, plan)
    return told


def _put_away(app: Application, path: Path, told: Dropped, plan: Plan | None) -> None:
    folder = path.parent / (DONE if told.ok else FAILED)
    stamp = f"{dt.datetime.now(dt.UTC).astimezone():%Y-%m-%d %H%M%S}"
    name = f"{stamp} {path.stem}"
    try:
        folder.mkdir(exist_ok=True)
        replace_patiently(path, folder / f"{name}{path.suffix}")
        lines = [told.file, told.words]
        if plan is not None:
            kind = app.type(plan.type)
            lines += plan.notes
            lines += [
                _("Row {rows} ({record}): {problem}").format(
                    rows=", ".join(map(str, p.rows[:5])), record=p.label, problem=reasons(kind, p)
                )
                for p in plan.wrong()[:_REPORTED]
            ]
            if plan.count("wrong"):
                write_wrong_rows(app, plan, folder / f"{name} {_('Left out')}.xlsx")
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="\r\n")
    except (OSError, Told) as error:
        _log.warning("The file %s cannot be put away: %s", path, error)
