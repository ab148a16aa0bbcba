"""Filling a new database with the sample company, in the background, with its progress in the status bar."""

from __future__ import annotations

from crm_desktop.progress import Progress
from crm_desktop.sample.company import load_sample_company
from crm_desktop.words import _
from ui.shell import Shell


def fill_with_sample(shell: Shell) -> None:
    """Load the sample company and show its customers when it is there."""

    def work(progress: Progress) -> None:
        load_sample_company(shell.app, progress)

    def done(_nothing: None) -> None:
        shell.notices.say(_("The sample company is ready."), icon="checkmark")
        shell.open_list("customers")

    shell.tasks.run(work, done, title=_("Making the sample company"), slow=True, owner=None)
