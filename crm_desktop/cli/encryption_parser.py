"""The words of `encryption`: the database file of this PC, encrypted or not."""

from __future__ import annotations

from pathlib import Path

from crm_desktop.cli.below import Add, Data, commands_below
from crm_desktop.words import _


def add_encryption(add: Add, data: Data) -> None:
    """The command with all that stands below it. data: adds the options every command has."""
    below = commands_below(add("encryption", _("encrypt the database file of this PC, and unlock it on another")), data)
    below("status", _("say whether the database is encrypted, and whether this PC has its key"))
    on = below("on", _("encrypt the database: a backup is made first, and the recovery sheet is written before anything is changed"))
    on.add_argument("--sheet", metavar="FILE.pdf", type=Path, required=True, help=_("where to write the recovery sheet"))
    below("off", _("put the database in the clear again; a backup is made first"))
    sheet = below("recovery-sheet", _("write the recovery sheet to print and put away"))
    sheet.add_argument("file", metavar="FILE.pdf", type=Path)
    below("unlock", _("let this PC keep the key: it is asked for, or read from standard input with --key-stdin"))
    below("forget", _("take the key out of the credential store of this PC; it is asked for from then on"))
