"""crm-desktop update: newer versions of the program, from a shared folder or a stick."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from crm_desktop.cli.below import Add, Data, commands_below
from crm_desktop.cli.console import ConsoleProgress, say, say_json
from crm_desktop.cli.opening import opened
from crm_desktop.words import _


def add_update(add: Add, data: Data) -> None:
    """`update` and what stands below it. data: adds the options every command has."""
    below = commands_below(add("update", _("newer versions of the program, without the internet")), data)
    check = below("check", _("say whether there is a newer version: what the office offers, or what lies on a drive"))
    check.add_argument("--folder", metavar="DIR", type=Path, nargs="+", default=[], help=_("look into these folders as well"))
    offer = below("offer", _("check a setup program and offer it to every PC of the office"))
    offer.add_argument("file", metavar="FILE", type=Path, help=_("the setup program, with its SHA256SUMS beside it"))
    below("withdraw", _("offer nothing any more"))


def update(arguments: argparse.Namespace) -> int:
    """One of the commands below `update`."""
    return {"check": _check, "offer": _offer, "withdraw": _withdraw}[arguments.step](arguments)


def _check(arguments: argparse.Namespace) -> int:
    """0 whether or not there is one: a script reads the JSON."""
    import crm_desktop
    from backups import drives
    from crm_desktop.services import updates

    with opened(arguments) as app:
        removable = [drive.root for drive in drives.connected() if drive.removable]
        found = updates.check(app, [*arguments.folder, *removable])
    facts: dict[str, Any] = {"version": crm_desktop.__version__, "newer": found.version if found else ""}
    if found is not None:
        facts |= {"file": str(found.installer.file) if found.installer else "", "offered_by": found.by}
    if arguments.json:
        say_json(facts)
    elif found is None:
        say(_("Version {version} is the newest that is known here.").format(version=crm_desktop.__version__))
    else:
        say(_("There is version {version}; this is {own}.").format(version=found.version, own=crm_desktop.__version__))
        say(facts["file"] or _("Its setup program cannot be reached now; it should be in {place}.").format(place=found.place or "–"))
    return 0


def _offer(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import updates

    progress = ConsoleProgress()
    with opened(arguments) as app:
        try:
            made = updates.offer(app, arguments.file, progress)
        finally:
            progress.end()
    if arguments.json:
        say_json({"version": made.version, "file": str(made.file), "sha256": made.sha256})
    else:
        say(_("Version {version} is offered. It lies in {file}.").format(version=made.version, file=made.file))
    return 0


def _withdraw(arguments: argparse.Namespace) -> int:
    from crm_desktop.services import updates

    with opened(arguments) as app:
        version = updates.withdraw(app)
    if arguments.json:
        say_json({"version": version})
    else:
        say(_("Version {version} is offered no more.").format(version=version) if version else _("Nothing was offered."))
    return 0
