"""The words of `log`."""

from __future__ import annotations

import argparse
from pathlib import Path

from crm_desktop.cli.below import Add, Data
from crm_desktop.cli.values import count, day
from crm_desktop.words import _


def add_log(add: Add, data: Data) -> None:
    """`log` with its filters, and what stands below it. data: adds the options every command has."""
    log = add("log", _("tell what happened: changes, sign-ins, exports and more, newest first; verify and archive the log"))
    log.add_argument("--record", metavar=("TYPE", "NUMBER"), nargs=2, help=_("only what happened to this record"))
    log.add_argument("--user", metavar="NAME", default="", help=_("only what this person did"))
    log.add_argument("--since", metavar="DATE", type=day, help=_("only from this day on, such as 2026-03-31"))
    log.add_argument("--until", metavar="DATE", type=day, help=_("only up to this day"))
    log.add_argument("--action", metavar="NAME", default="", help=_("only this action, such as change, delete or export"))
    log.add_argument("--field", metavar="NAME", default="", help=_("only where this field was changed; lines for the lines"))
    log.add_argument("--limit", metavar="N", type=count, default=50, help=_("at most so many (50); 0 is all"))
    log.add_argument("--json", action="store_true", help=_("answer in JSON"))
    below = log.add_subparsers(dest="step", metavar=_("COMMAND"), parser_class=type(log))
    for name, text in (
        ("verify", _("make sure that nobody changed or removed entries afterwards")),
        ("archive", _("move old entries into a file")),
    ):
        command = below.add_parser(name, help=text, description=text)
        data(command, argparse.SUPPRESS)
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_("answer in JSON"))
        if name == "verify":
            command.add_argument(
                "file", metavar="FILE", type=Path, nargs="?", help=_("an archived log file; without it, the database's log")
            )
            command.add_argument(
                "--backup", metavar="FILE", type=Path, help=_("make sure that the log still has what it had in this backup, too")
            )
            command.add_argument(
                "--passphrase-stdin", action="store_true", help=_("read the passphrase of an encrypted one from standard input")
            )
        else:
            command.add_argument(
                "--before", metavar="DATE", type=day, required=True, help=_("entries from before this day")
            )
            command.add_argument("--to", metavar="DIR", type=Path, help=_("the folder; without it, beside the data"))

