"""Files that a table names by their paths: looked for in the trial, kept with their records when the import is done."""

from __future__ import annotations

from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.errors import Told
from crm_desktop.exchange.headings import FILES
from crm_desktop.exchange.plan import Plan
from crm_desktop.progress import Progress
from crm_desktop.services.files import LARGEST, attach, list_files
from crm_desktop.words import _


def _path(plan: Plan, name: str) -> Path:
    """A path as the table gives it; relative ones count from the folder of the table."""
    return plan.folder / name if plan.folder is not None else Path(name)


def find_files(plan: Plan) -> None:
    """Say of every record which of its files is not there or too large."""
    for item in plan.records:
        for name in item.incoming.files:
            try:
                size = _path(plan, name).stat().st_size
            except (OSError, ValueError):
                size = -1
            if 0 <= size <= LARGEST:
                continue
            item.action = "wrong"
            words = _("There is no file “{file}”.") if size < 0 else _("“{file}” is too large to be kept.")
            item.problems[FILES] = words.format(file=name)


def keep_files(app: Application, plan: Plan, progress: Progress) -> list[str]:
    """Attach the files of the records that came in or were there already; gives words for each that could not be kept.

    A file of the same name and size that the record has already is not kept twice.
    """
    failed = []
    holders = [p for p in plan.records if p.incoming.files and p.id is not None and p.action in ("create", "change", "same")]
    for done, item in enumerate(holders):
        progress.report(done, len(holders), _("Keeping files"))
        try:
            known = {(f.name, f.size) for f in list_files(app, plan.type, int(item.id or 0))}
            for name in item.incoming.files:
                path = _path(plan, name)
                if (path.name, path.stat().st_size) not in known:
                    attach(app, plan.type, int(item.id or 0), path.name, path.read_bytes())
        except (OSError, Told) as error:
            failed.append(f"{item.label}: {error}")
    return failed
