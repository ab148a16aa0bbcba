"""crm-desktop encryption: turning the encryption of the database file on and off, its recovery sheet, and the key of this PC.

A key is never an argument, where other programs of the PC could read it: it comes from standard input, or is typed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import can_ask, say, say_json
from crm_desktop.cli.opening import data_of, line_of_input, opened
from crm_desktop.errors import Missing, Refused
from crm_desktop.words import _, language

if TYPE_CHECKING:
    from crm_desktop.application import Application


def encryption(arguments: argparse.Namespace) -> int:
    """One of the commands below `encryption`."""
    steps: dict[str, Callable[[argparse.Namespace], tuple[dict[str, Any], str]]] = {
        "status": _status, "on": _on, "off": _off, "recovery-sheet": _sheet, "unlock": _unlock, "forget": _forget,
    }  # fmt: skip
    facts, words = steps[arguments.step](arguments)
    if arguments.json:
        say_json(facts)
    else:
        say(words)
    return 0


def _status(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from crm_desktop.services.file_encryption import state

    with opened(arguments) as app:
        found = state(app)
    facts = {"server": found.on_server, "encrypted": found.encrypted, "key": found.number or None, "kept": found.kept}
    if found.on_server:
        return facts, _("These data lie on a server, not in a file of this PC.")
    if not found.encrypted:
        return facts, _("The database is not encrypted.")
    words = _("The database is encrypted with the key number {number}.").format(number=found.number)
    kept = _("This PC keeps the key.") if found.kept else _("This PC does not keep the key; it is asked for.")
    return facts, f"{words} {kept}"


def _on(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from crm_desktop.cli.backup_care import shown
    from crm_desktop.services import file_encryption, file_keys

    with opened(arguments) as app, shown() as progress:
        if file_encryption.state(app).encrypted:
            raise Refused(_("The database is encrypted already."))
        _require(app)
        if not file_keys.can_keep(app.data) and not can_ask() and not arguments.json:
            say(_("This PC has no place of its own for the key: each start asks for it."))
        key, data = file_keys.new_key(), app.data
        sheet = _write_sheet(app, arguments.sheet, key.secret, key.number)
        file_encryption.encrypt(app, key, _keeper(app, progress), progress)
        kept = file_keys.is_kept(data)
    words = _("The database is encrypted. Print the recovery sheet and put it away, then delete the file: {file}")
    return {"encrypted": True, "key": key.number, "sheet": str(sheet), "kept": kept}, words.format(file=sheet)


def _off(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from crm_desktop.cli.backup_care import shown
    from crm_desktop.services import file_encryption

    with opened(arguments) as app, shown() as progress:
        file_encryption.decrypt(app, _keeper(app, progress), progress)
    return {"encrypted": False}, _("The database is not encrypted any more.")


def _sheet(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from crm_desktop.services.file_encryption import key_to_print

    with opened(arguments) as app:
        key = key_to_print(app)
        sheet = _write_sheet(app, arguments.file, key.secret, key.number)
    words = _("Saved: {name}").format(name=sheet)
    return {"sheet": str(sheet), "key": key.number}, words


def _unlock(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from crm_desktop.services import file_keys

    if not arguments.key_stdin and not can_ask():
        raise Missing(_("The recovery key is needed."), _("Give it on standard input, with --key-stdin."))
    text = line_of_input() if arguments.key_stdin else getpass.getpass(_("Recovery key: "))
    key = file_keys.enter(data_of(arguments), text, keep_it=True)
    return {"kept": True, "key": key.number}, _("The key fits, and this PC keeps it.")


def _forget(arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    from crm_desktop.services import file_keys

    data = data_of(arguments)
    if not file_keys.is_kept(data):
        raise Missing(_("This PC keeps no key of this database."))
    with opened(arguments) as app:  # nobody locks others out of data that are not theirs to set up
        _require(app)
    file_keys.forget(data)
    return {"kept": False}, _("The key is kept on this PC no more; it is asked for from now on.")


def _require(app: Application) -> None:
    from crm_desktop.services.file_encryption import GRANTS

    for grant in GRANTS:
        app.actor.require(grant)


def _keeper(app: Application, progress: Any) -> Callable[[Application], object]:
    from backups.before import encryption_backup
    from crm_desktop.cli.backup_care import settings_here

    return lambda open_app: encryption_backup(open_app, settings_here(app.data), progress)


def _write_sheet(app: Application, file: Path, secret: bytes, number: str) -> Path:
    from crm_desktop import settings as s
    from crm_desktop.exchange.whole_files import whole_file
    from crm_desktop.printing.key_sheet import key_sheet
    from crm_desktop.services.credentials import company_settings

    target = file.expanduser().resolve()
    company = company_settings(app).get(s.COMPANY_NAME)
    with whole_file(target) as part:
        part.write_bytes(key_sheet(company, secret, number, dt.date.today(), language()))
    return target
