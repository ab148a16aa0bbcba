"""A folder whose files are imported as they come, by a mapping: each goes to `done` or `failed` afterwards, with a report beside it.

A file is taken by giving it another name in the same folder: of several programs and PCs that watch it, one can do that, and the others
find it gone. What a program had taken when it died is given back by the next one that looks.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.errors import Away, Cancelled, NotSaved, Told
from crm_desktop.exchange.bringing_in import plan_file
from crm_desktop.exchange.cells import Workbook
from crm_desktop.exchange.dropping import give_back, take
from crm_desktop.exchange.importing import run_import
from crm_desktop.exchange.plan import Plan, Result
from crm_desktop.exchange.reading import read_workbook
from crm_desktop.exchange.reasons import reasons
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.wrong_rows import write_wrong_rows
from crm_desktop.held_files import rename_patiently
from crm_desktop.progress import Progress
from crm_desktop.services.events import record_if_possible
from crm_desktop.words import _

_log = logging.getLogger(__name__)

DONE, FAILED = "done", "failed"
_REPORTED = 200  # wrong rows told one by one
_LONGEST = 60  # characters of a file's name in those of its report and its wrong rows

Before = Callable[[int], None]
"""Called with the number of records before anything is written: makes the backup."""


@dataclass(frozen=True)
class Dropped:
    """What became of one file. report: where it is told, if it could be written."""

    file: str
    type: str
    ok: bool
    words: str
    created: int = 0
    changed: int = 0
    wrong: int = 0
    report: Path | None = None


@dataclass
class _Taken:
    """A file at work: under the name it was taken by, and under its own."""

    path: Path
    home: Path

    @property
    def folder(self) -> Path:
        return self.home.parent


def bring_in_dropped(
    app: Application, path: Path, recipe: Recipe, before: Before | None = None, progress: Progress | None = None
) -> Dropped | None:
    """Import one file and put it away; None where somebody else took it, or another program has it open.

    A file with wrong rows goes to `failed`; what was right in it has come in all the same, unless the mapping says all or nothing.
    Raises Refused for a person who may not import such records, Away and NotSaved where the database does not answer, and Cancelled:
    the file lies there as before then.
    """
    app.actor.require(f"{app.type(recipe.type).key}.import")
    under = take(path)
    if under is None:
        return None
    taken = _Taken(under, path)
    try:
        return _bring_in(app, taken, recipe, before, progress)
    except BaseException:
        give_back(taken.path, taken.home)
        raise


def _bring_in(app: Application, taken: _Taken, recipe: Recipe, before: Before | None, progress: Progress | None) -> Dropped:
    plan: Plan | None = None
    name = taken.home.name
    try:
        _look, plan = plan_file(app, _read(taken, progress), taken.path, recipe, progress)
        plan.file, plan.dropped = name, str(taken.folder)
        count = plan.count("create") + plan.count("change")
        if before is not None and count:
            before(count)
        result = run_import(app, plan, progress)
        words = "\n".join([_counts(result), *result.notes, *result.failed])
        told = Dropped(name, recipe.type, not result.wrong and not result.failed, words, result.created, result.changed, result.wrong)
    except (Away, NotSaved, Cancelled):
        raise
    except Told as error:
        words = f"{error.message}\n{error.advice}".strip().replace(taken.path.name, name)
        told = Dropped(name, recipe.type, False, words, wrong=plan.count("wrong") if plan else 0)
        facts = {"type": recipe.type, "file": name, "folder": str(taken.folder), "reason": error.message.replace(taken.path.name, name)}
        record_if_possible(app, "import_failed", name, facts)
    return _put_away(app, taken, told, plan)


def _read(taken: _Taken, progress: Progress | None) -> Workbook:
    """The file, with the sheets that are called like it under its own name."""
    book = read_workbook(taken.path, progress=progress)
    for sheet in book.sheets:
        if sheet.name == taken.path.stem:
            sheet.name = taken.home.stem
    return book


def _counts(result: Result) -> str:
    words = _("Created {created}, changed {changed}, unchanged {same}, wrong {wrong}.").format(
        created=result.created, changed=result.changed, same=result.unchanged, wrong=result.wrong
    )
    if result.left:
        words += " " + _("Left as they are, since nobody was there to be asked: {count}.").format(count=result.left)
    return words


def _put_away(app: Application, taken: _Taken, told: Dropped, plan: Plan | None) -> Dropped:
    """Move the file and write its report. Where that cannot be, the file gets its own name back and stays."""
    folder = taken.folder / (DONE if told.ok else FAILED)
    stamp = f"{dt.datetime.now(dt.UTC).astimezone():%Y-%m-%d %H%M%S}"
    try:
        folder.mkdir(exist_ok=True)
        name = _free(folder, f"{stamp} {taken.home.stem[:_LONGEST]}", taken.home.suffix)
        rename_patiently(taken.path, folder / f"{name}{taken.home.suffix}")
    except OSError as error:
        _log.warning("The file %s cannot be put away: %s", told.file, error)
        give_back(taken.path, taken.home)
        return told
    report = folder / f"{name}.txt"
    try:
        report.write_text("\n".join(_lines(app, told, plan)) + "\n", encoding="utf-8-sig", newline="\r\n")
        if plan is not None and plan.count("wrong"):
            write_wrong_rows(app, plan, folder / f"{name} {_('Left out')}.xlsx")
    except (OSError, Told) as error:
        _log.warning("There is no whole report on %s: %s", told.file, error)
    return Dropped(**{**told.__dict__, "report": report if report.exists() else None})


def _free(folder: Path, name: str, suffix: str) -> str:
    """The name, with a number behind it where another file was put away under it in the same second."""
    made, at = name, 1
    while os.path.lexists(folder / f"{made}{suffix}") or os.path.lexists(folder / f"{made}.txt"):
        at += 1
        made = f"{name} ({at})"
    return made


def _lines(app: Application, told: Dropped, plan: Plan | None) -> list[str]:
    lines = [told.file, _("Imported by {person} at {station}.").format(person=app.actor.name, station=app.actor.station), told.words]
    if plan is None:
        return lines
    kind = app.type(plan.type)
    return [
        *lines,
        *plan.notes,
        *(
            _("Row {rows} ({record}): {problem}").format(
                rows=", ".join(map(str, p.rows[:5])), record=p.label, problem=reasons(kind, p)
            )
            for p in plan.wrong()[:_REPORTED]
        ),
    ]
