"""A backup before something that changes much at once. Where none can be made, the person decides whether it happens all the same."""

from __future__ import annotations

from collections.abc import Callable

from backups.before import DELETE, IMPORT, MANY, safety_backup
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Told
from crm_desktop.progress import Progress
from crm_desktop.settings import Settings
from crm_desktop.words import _
from ui.notices import Notices

__all__ = ["DELETE", "IMPORT", "MANY", "NoBackup", "ask_without", "keep_before"]


class NoBackup(Told):
    """No backup could be made, so nothing was done yet."""


def keep_before(app: Application, settings: Settings, what: str, records: int, progress: Progress) -> None:
    """Make the backup, where the settings want one. Runs on a worker. Raises NoBackup with the reason, Cancelled."""
    try:
        safety_backup(app, settings, what, records, progress)
    except Cancelled:
        raise
    except Told as error:
        raise NoBackup(error.message, error.advice) from error


def ask_without(notices: Notices, error: NoBackup, go_on: Callable[[], object], words: str) -> bool:
    """Say that no backup could be made, and go on without one if the person wants it. words: on the button that does."""
    question = _("No backup could be made before this. Go on without one?")
    if notices.ask(question, f"{error.message} {error.advice}".strip(), yes=words, danger=True):
        go_on()
        return True
    return False
