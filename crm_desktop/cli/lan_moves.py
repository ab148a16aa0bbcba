"""crm-desktop lan stop, upgrade, move-here and use, by which all data move from one database to another, and owner-password."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crm_desktop.cli.console import ConsoleProgress, can_ask, say, say_json
from crm_desktop.cli.lan_saying import (
    backup_first,
    kept_here,
    making_of,
    own_password,
    shared_facts,
    tell_host_made,
    tell_joined,
    tell_owner,
    tell_words,
    words_of,
)
from crm_desktop.cli.opening import data_of, line_of_input, name_of, open_here
from crm_desktop.errors import NotSignedIn
from crm_desktop.words import _

if TYPE_CHECKING:
    from crm_desktop.application import Application


def stop_sharing_here(arguments: argparse.Namespace, data: Path) -> int:
    from crm_desktop.lan.ending import stop_sharing
    from crm_desktop.services.opening import database_path

    with _owner_at_work(arguments, data) as (app, word, progress):
        alone = stop_sharing(app, word, backup_first, progress)
    if arguments.json:
        facts = {"part": "alone", "rows": alone.rows, "kept_folder": str(alone.kept), "recovery_codes": list(alone.codes)}
        say_json(facts | {"first_passwords": words_of(alone.people)})
        return 0
    say(_("This PC works alone again; {rows} rows were moved and compared.").format(rows=f"{alone.rows:,}"))
    say(_("The database: {file}").format(file=database_path(data)))
    say(_("The server's files are kept in {folder}; delete them when you are sure.").format(folder=alone.kept))
    tell_words(alone.people)
    say()
    say(_("Your recovery codes, should you forget your password; keep them safe, they are shown only now:"))
    say("\n".join(alone.codes))
    return 0


def upgrade_here(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.upgrading import upgrade

    with _owner_at_work(arguments, data_of(arguments)) as (app, word, progress):
        done = upgrade(app, word, backup_first, progress)
    if arguments.json:
        say_json({"was": done.was, "now": done.now, "rows": done.rows, "kept_folder": str(done.kept)})
        return 0
    say(_("PostgreSQL {now} is in the place of {was}.").format(now=done.now, was=done.was))
    say(_("The server's files of before are kept in {folder}; delete them when you are sure.").format(folder=done.kept))
    return 0


def move_to_here(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.relocating import move_here
    from crm_desktop.services.credentials import sign_in_of

    data = data_of(arguments)
    with _owner_at_work(arguments, data) as (app, word, progress):
        owner = sign_in_of(app)
        shared = move_here(app, word, backup_first, making_of(arguments, data), progress, arguments.folder)
    tell_host_made(arguments, data, shared, owner)
    return 0


def use_server(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.joining import join
    from crm_desktop.lan.using import look_at, use
    from crm_desktop.services.credentials import sign_in_of

    data = data_of(arguments)
    target = look_at(arguments.url, _administrator(arguments))
    if target.there:
        tell_joined(arguments, join(data, target.office), "")
        return 0
    app = open_here(arguments)
    progress = ConsoleProgress()
    try:
        word, owner = own_password(app, arguments), sign_in_of(app)
        shared = use(app, word, target, backup_first, progress)
    finally:
        progress.end()
        app.close()
    if arguments.json:
        say_json(shared_facts(data, shared, owner))
        return 0
    say(_("The server keeps the data now; {rows} rows were moved and compared.").format(rows=f"{shared.rows:,}"))
    say(_("The file of before is kept: {file}").format(file=shared.kept))
    say(_("Encrypted on the network") if shared.connection.encrypted else _("Not encrypted on the network."))
    say(_("The others join by the same command, or by a join file."))
    tell_owner(owner)
    tell_words(shared.people)
    return 0


def give_owner_password(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.owners import on_host, on_server
    from crm_desktop.lan.using import look_at

    data = data_of(arguments)
    if arguments.url:
        issued = on_server(look_at(arguments.url, _administrator(arguments)), data, arguments.name)
    else:
        issued = on_host(data, arguments.name)
    if arguments.json:
        say_json({"name": issued.name, "sign_in": issued.sign_in, "one_time_password": issued.password})
        return 0
    say(_("One-time password of {name}, shown only now: {password}").format(name=issued.name, password=issued.password))
    say(_("It is good for seven days, and for nothing but choosing an own password at the first sign-in."))
    return 0


def _administrator(arguments: argparse.Namespace) -> str:
    """The password of the server's administrator: the first line of standard input, or typed; one inside the URL will do, too."""
    if arguments.password_stdin:
        return line_of_input()
    return getpass.getpass(_("Password of the server's administrator: ")) if can_ask() else ""


@contextmanager
def _owner_at_work(arguments: argparse.Namespace, data: Path) -> Iterator[tuple[Application, str, ConsoleProgress]]:
    """The office's database with the owner signed in, the password, and what shows how far it is."""
    from crm_desktop.cli.opening import password_of
    from crm_desktop.lan.entering import open_office
    from crm_desktop.services import signing_in

    kept_here(data)
    if not (name := name_of(arguments)):
        raise NotSignedIn(_("Sign-in is on: a command has to say who gives it."), _("Add --user with your sign-in name."))
    app, progress = open_office(data), ConsoleProgress()
    try:
        word = password_of(arguments, name)
        signing_in.sign_in(app, name, word)
        yield app, word, progress
    finally:
        progress.end()
        app.close()
