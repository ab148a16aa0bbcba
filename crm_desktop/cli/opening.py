"""What every command needs first: the language, the data folder, the open database."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crm_desktop.cli.console import can_ask, complain
from crm_desktop.errors import KeyNeeded, NotSignedIn, Refused, Told, Unavailable
from crm_desktop.folders import data_folder, settings_file
from crm_desktop.settings import FileStorage, Scope, Settings, language_in_use
from crm_desktop.words import _

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from crm_desktop.application import Application

VAULT = "CRM Desktop commands"
"""Where the credential store keeps the passwords of commands."""


def data_of(arguments: argparse.Namespace) -> Path:
    """The data folder a command works on."""
    given: Path | None = arguments.data
    return given.expanduser().resolve() if given is not None else data_folder()


def language_of(data: Path) -> str:
    """The language of the program on this PC, or of its system."""
    return language_in_use(Settings({Scope.PC: FileStorage(settings_file(data))}))


def name_of(arguments: argparse.Namespace) -> str:
    """Who gives a command; "" where it does not say."""
    return getattr(arguments, "as_user", None) or ""


@contextmanager
def opened(arguments: argparse.Namespace, *, unattended: bool = False) -> Iterator[Application]:
    """The database of a command, closed again in any case. Raises Missing where there is none, NotSignedIn where sign-in is on and
    the person is not let in.

    unattended: a planned backup, which no person gives: it may make backups, and nothing else.
    """
    from crm_desktop.lan.connection import HOST, kept
    from crm_desktop.services.sign_in_need import is_nobody

    data = data_of(arguments)
    office = kept(data)
    if office is None:
        app = open_here(arguments)
    else:
        from crm_desktop.lan.entering import open_as_host, open_office

        # A planned backup is given by nobody: on the host it is the server's administrator who reads.
        app = open_as_host(data, _before_upgrade(data)) if unattended and office.part == HOST else open_office(data)
    try:
        if is_nobody(app.actor):
            _let_in(app, arguments, unattended)
        if office is not None:
            _follow(app)
        yield app
    finally:
        app.close()


def open_here(arguments: argparse.Namespace) -> Application:
    """The database of this PC's data folder, for the caller to close. The key of an encrypted one comes from the credential store,
    from standard input where a command says so, or is typed. Raises as services/opening.py."""
    from crm_desktop.services import file_keys
    from crm_desktop.services.opening import open_folder

    data, user = data_of(arguments), name_of(arguments) or None
    given = getattr(arguments, "key_stdin", False)
    if given:
        file_keys.enter(data, line_of_input(), keep_it=False)
    try:
        return open_folder(data, user=user)
    except KeyNeeded as error:
        if given or not can_ask():
            advice = _("Enter it once with “crm-desktop encryption unlock”, or give it to this command with --key-stdin.")
            raise KeyNeeded(error.message, advice) from error
        complain(error.message)
    file_keys.enter(data, getpass.getpass(_("Recovery key: ")), keep_it=False)
    return open_folder(data, user=user)


def _follow(app: Application) -> None:
    """Raise where the office's data have moved to another PC: what is here must neither be read as if it were today's nor kept."""
    from crm_desktop.lan.relocating import followed

    if (office := followed(app)) is not None:
        words = _("The office's data have moved to {host}.").format(host=office.hosts[0])
        raise Unavailable(words, _("This PC goes there from now on. Please give the command again."))


def _before_upgrade(data: Path) -> Callable[[Engine], object]:
    """What keeps a server's database as it is before this program brings it up to date."""

    def keep(engine: Engine) -> None:
        from backups.before import migration_backup

        migration_backup(engine, data, Settings({Scope.PC: FileStorage(settings_file(data))}))

    return keep


def require(arguments: argparse.Namespace, grant: str) -> None:
    """Raise where there is a database that can be opened and the person of a command lacks a right in it."""
    try:
        with opened(arguments) as app:
            app.actor.require(grant)
    except (Refused, KeyNeeded):
        raise
    except Told:  # none, or one that is damaged: bringing a backup back is what helps
        return


def password_of(arguments: argparse.Namespace, name: str) -> str:
    """The password of the person who gives a command: from standard input, remembered, or typed."""
    from crm_desktop.services import vault

    if arguments.password_stdin:
        return line_of_input()
    if word := vault.read(VAULT, vault_name(data_of(arguments), name)):
        return word
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass.getpass(_("Password of {name}: ").format(name=name))
    raise NotSignedIn(
        _("The password of {name} is needed.").format(name=name),
        _("Give it on standard input with --password-stdin, or let this PC remember it: crm-desktop user remember."),
    )


def line_of_input() -> str:
    """One line of standard input."""
    return sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""


def vault_name(data: Path, name: str) -> str:
    """Under what the password of a person is remembered on this PC."""
    return f"{name.casefold()} {data}"


def _let_in(app: Application, arguments: argparse.Namespace, unattended: bool) -> None:
    from crm_desktop.actor import Actor
    from crm_desktop.rights import Rights
    from crm_desktop.services import signing_in
    from crm_desktop.services.server_logins import at_the_door

    name = name_of(arguments)
    if unattended and not name and at_the_door(app):
        raise NotSignedIn(
            _("The host makes the office's planned backups."),
            _("If this PC is to make them: let it remember a password (crm-desktop user remember), and add --user."),
        )
    if unattended and not name:
        app.actor = Actor(None, _("Planned backup"), rights=Rights.of("program.backup"), station=app.actor.station)
        return
    if not name:
        raise NotSignedIn(_("Sign-in is on: a command has to say who gives it."), _("Add --user with your sign-in name."))
    signing_in.sign_in(app, name, password_of(arguments, name))
