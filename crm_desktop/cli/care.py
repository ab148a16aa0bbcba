"""crm-desktop check and tour, and the window itself."""

from __future__ import annotations

import argparse
import gc
import os
from pathlib import Path

from crm_desktop.cli.console import ConsoleProgress, complain, say, say_json
from crm_desktop.cli.opening import data_of, opened
from crm_desktop.system_check import complaint, display_platform
from crm_desktop.words import _, language


def check(arguments: argparse.Namespace) -> int:
    """Check everything, repair what can be repaired. 0: nothing is wrong any more."""
    from crm_desktop.services.checking import check_database

    progress = ConsoleProgress()
    with opened(arguments) as app:
        try:
            findings = check_database(app, progress)
        finally:
            progress.end()
    sound = all(f.sound for f in findings)
    if arguments.json:
        say_json({"sound": sound, "checks": [f.to_facts() for f in findings]})
        return 0 if sound else 1
    for finding in findings:
        mark = _("repaired") if finding.sound and finding.repaired else _("good") if finding.sound else _("WRONG")
        say(f"{finding.title}: {mark}" + (f" – {finding.detail}" if finding.detail else ""))
    return 0 if sound else 1


def tour(arguments: argparse.Namespace) -> int:
    """The window offscreen, as pictures."""
    platform = os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if reason := complaint(platform):
        complain(reason)
        return 1
    from ui.tour import run_tour

    return int(run_tour(arguments.output, language(), arguments.theme))


def window(arguments: argparse.Namespace) -> int:
    """Open the window."""
    if reason := complaint(display_platform()):
        complain(reason)
        return 1
    # All that is made until the window stands, stays: looking through it for garbage again and again took a fifth of the start.
    gc.disable()
    from ui.app import run_window

    # Told apart from the working folder now: it may be another one by the time the file is opened.
    opened = Path(arguments.opened).resolve() if arguments.opened else None
    return int(run_window(data_of(arguments), arguments.language, opened, safe=arguments.safe))
