"""The words of `backup` and `restore`: there are as many of them as of all other commands."""

from __future__ import annotations

import argparse
from pathlib import Path

from crm_desktop.cli.below import Add, Below, Data, commands_below
from crm_desktop.words import _


def add_backups(add: Add, data: Data) -> None:
    """Both commands with all that stands below them. data: adds the options every command has."""
    backup = add("backup", _("back everything up into one file, list backups, try one, and care for them"))
    below = commands_below(backup, data, "action")
    create = below("create", _("make a backup and restore it for trial"))
    create.add_argument("--to", metavar="DIR", type=Path, help=_("the folder; without it, the one that is set"))
    create.add_argument(
        "--encrypt", action="store_true", help=_("encrypt it; the passphrase is asked for, or read from standard input")
    )
    lister = below("list", _("list the backups of a folder"))
    lister.add_argument("--to", metavar="DIR", type=Path, help=_("the folder; without it, the one that is set"))
    _one_backup(below("verify", _("read a backup through and restore it for trial")))
    for name, text in (
        ("keep", _("mark a backup, so that it is never deleted")),
        ("unkeep", _("take that mark away")),
    ):
        below(name, text).add_argument("file", metavar="FILE", type=Path)
    below("run-due", _("make the backup that is due, if one is; for the system's task scheduler"))
    below("status", _("say how the backups stand, and what to worry about"))
    below("drill", _("restore some of the old backups for trial, those first whose last trial is longest ago"))
    _schedule(commands_below(below("schedule", _("when backups are made by themselves")), data))
    _targets(commands_below(below("targets", _("the places that get copies")), data))
    _passphrase(commands_below(below("passphrase", _("the passphrase of encrypted backups on this PC")), data))
    _restore(add("restore", _("bring back what a backup holds, in place of what is here")))


def _schedule(below: Below) -> None:
    below("show", _("say when"))
    change = below("set", _("change it; what is not given stays as it is"))
    daily = change.add_mutually_exclusive_group()
    daily.add_argument("--at", metavar="TIME", nargs="+", help=_("every day at these times, such as 12:30 18:00"))
    daily.add_argument("--never", action="store_true", help=_("not every day"))
    change.add_argument("--every", metavar="HOURS", type=int, help=_("also every so many hours; 0: not"))
    for name, text in (
        ("--at-end", _("when the program ends")),
        ("--before-import", _("before an import")),
        ("--before-delete", _("before many records are deleted")),
        ("--drill", _("try old backups again every month")),
    ):
        change.add_argument(name, action=argparse.BooleanOptionalAction, default=None, help=text)
    below("install", _("let the system's task scheduler make them while the program is shut"))
    below("remove", _("let it make none any more"))


def _targets(below: Below) -> None:
    below("list", _("list them"))
    adder = below("add", _("add a folder, a shared folder of another PC, or a drive"))
    adder.add_argument("path", metavar="DIR", type=Path, help=_("the folder; a folder on the drive with --drive"))
    adder.add_argument(
        "--drive", action="store_true", help=_("the drive is known by its own id, whatever letter it gets")
    )
    adder.add_argument("--name", metavar="NAME", default="", help=_("what it is called"))
    adder.add_argument("--encrypt", action="store_true", help=_("encrypt the copies there"))
    setter = below("set", _("change its rules; what is not given stays as it is"))
    setter.add_argument("name", metavar="NAME")
    for name, text in (
        ("--last", _("so many of the last ones are kept")),
        ("--days", _("then one a day for so many days")),
        ("--weeks", _("then one a week for so many weeks")),
        ("--months", _("then one a month for so many months")),
        ("--free", _("so many MB of the disk are left free; the oldest go for it")),
    ):
        setter.add_argument(name, metavar="N", type=int, help=text)
    for name, text in (
        ("--encrypt", _("encrypt the copies there")),
        ("--trial", _("restore every copy for trial")),
        ("--on-plug", _("copy as soon as the drive is plugged in")),
        ("--active", _("it is in use")),
    ):
        setter.add_argument(name, action=argparse.BooleanOptionalAction, default=None, help=text)
    remover = below("remove", _("give it no copies any more; those that lie there stay"))
    remover.add_argument("name", metavar="NAME")


def _passphrase(below: Below) -> None:
    storer = below("store", _("keep it in the credential store; it is asked for, or read from standard input"))
    storer.add_argument("--suggest", action="store_true", help=_("make a strong one, and say it once"))
    below("forget", _("take it out of the credential store"))
    sheet = below("sheet", _("write the recovery sheet to print and put away"))
    sheet.add_argument("--output", metavar="FILE.pdf", type=Path, required=True)


def _restore(restore: argparse.ArgumentParser) -> None:
    restore.add_argument("--json", action="store_true", help=_("answer in JSON"))
    restore.add_argument(
        "--inspect", action="store_true", help=_("say what is in it and how it differs from today, and change nothing")
    )
    restore.add_argument(
        "--record",
        metavar=("TYPE", "NUMBER"),
        nargs=2,
        help=_("bring back this one record with what belongs to it, only"),
    )
    _one_backup(restore)


def _one_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--passphrase-stdin", action="store_true", help=_("read the passphrase of an encrypted one from standard input")
    )
