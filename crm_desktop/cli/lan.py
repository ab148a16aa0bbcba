"""crm-desktop lan: sharing the data with the office and joining it, for scripts and administrators.

Passwords are never arguments: they come from standard input, one a line, or are typed.
"""

from __future__ import annotations

import argparse
import getpass
import ipaddress
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import ConsoleProgress, can_ask, say, say_json, say_table
from crm_desktop.cli.opening import data_of, line_of_input, name_of
from crm_desktop.errors import Invalid, Missing, NotSignedIn, Refused
from crm_desktop.words import _

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.lan.connection import Connection
    from crm_desktop.lan.hosting import Making, Shared
    from crm_desktop.lan.networks import Adapter


def lan(arguments: argparse.Namespace) -> int:
    """One of the commands below `lan`."""
    steps: dict[str, Callable[[argparse.Namespace], int]] = {
        "share": _share, "status": _status, "start": _start, "stop": _stop, "join": _join, "join-file": _join_file,
        "write-join-file": _write_join_file,
    }  # fmt: skip
    return steps[arguments.step](arguments)


# The host


def _share(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan import connection as ways
    from crm_desktop.lan.hosting import share
    from crm_desktop.services.opening import open_folder

    data = data_of(arguments)
    if ways.kept(data) is not None:
        raise Refused(_("This PC shares already, or has joined an office."), _("“crm-desktop lan status” tells of it."))
    made_of = _making(arguments, data)
    app = open_folder(data, user=name_of(arguments) or None)
    progress = ConsoleProgress()
    try:
        word = _own_password(app, arguments)
        shared = share(app, word, backup_first, made_of, progress, arguments.folder)
    finally:
        progress.end()
        app.close()
    if arguments.join_file:
        _write(data, arguments.join_file)
    if arguments.json:
        say_json(_shared_facts(data, shared))
    else:
        _tell_shared(data, shared)
    return 0


def backup_first(app: Application) -> None:
    """The verified backup before anything of this kind."""
    from backups.running import back_up
    from crm_desktop.services.settings_store import settings_of

    back_up(app, settings_of(app), "lan")


def _making(arguments: argparse.Namespace, data: Path) -> Making:
    from crm_desktop.lan.checks import look
    from crm_desktop.lan.cluster import PORT
    from crm_desktop.lan.hosting import making
    from crm_desktop.services.opening import database_path

    database = database_path(data)
    size = database.stat().st_size if database.exists() else 0
    port = arguments.port or PORT
    near = _near(arguments.network)
    return making(look(arguments.folder or data, size, port, near), data, port, fixed=near is not None)


def _near(texts: Sequence[str]) -> list[Adapter] | None:
    """The office's networks as somebody gave them; None: as the adapters say."""
    from crm_desktop.lan.networks import Adapter

    found = []
    for text in texts:
        try:
            interface = ipaddress.ip_interface(text)
        except ValueError as error:
            raise Invalid({"network": _("“{text}” is no address with its network, such as 192.168.1.10/24.").format(text=text)}) from error
        if interface.is_global or interface.network.prefixlen < (8 if interface.version == 4 else 32):
            raise Refused(_("{network} is no office network: the internet could reach it.").format(network=text))
        found.append(Adapter("", interface))
    return found or None


def _own_password(app: Application, arguments: argparse.Namespace) -> str:
    """The owner's password: the one there is, or a new one where sign-in is off."""
    from crm_desktop.cli.opening import password_of
    from crm_desktop.services import signing_in
    from crm_desktop.services.sign_in_need import is_nobody

    if is_nobody(app.actor):
        if not (name := name_of(arguments)):
            raise NotSignedIn(_("Sign-in is on: a command has to say who gives it."), _("Add --user with your sign-in name."))
        word = password_of(arguments, name)
        signing_in.sign_in(app, name, word)
        return word
    if arguments.password_stdin:
        return line_of_input()
    if not can_ask():
        raise NotSignedIn(_("You need a password from now on."), _("Give it on standard input with --password-stdin."))
    word = getpass.getpass(_("Choose a password for {name}: ").format(name=app.actor.name))
    if word != getpass.getpass(_("The same again: ")):
        raise Invalid({"password": _("The two are not the same.")})
    return word


def _shared_facts(data: Path, shared: Shared) -> dict[str, Any]:
    return {
        **_facts(data, shared.connection), "rows": shared.rows, "kept_file": str(shared.kept),
        "first_passwords": [{"sign_in": p.sign_in, "name": p.name, "password": p.password} for p in shared.people],
    }  # fmt: skip


def _tell_shared(data: Path, shared: Shared) -> None:
    from crm_desktop.lan.firewall import by_hand
    from crm_desktop.lan.waking import near_of

    say(_("This PC is the host now; {rows} rows were moved and compared.").format(rows=f"{shared.rows:,}"))
    say(_("The file of before is kept: {file}").format(file=shared.kept))
    _tell_way(data, shared.connection)
    if words := by_hand(shared.connection.port, [a.network for a in near_of(shared.connection)]):
        say(words)
    if shared.people:
        say()
        say(_("Passwords for the first sign-in, good for seven days and shown only now:"))
        say_table([_("Sign-in name"), _("Name"), _("Password")], [(p.sign_in, p.name, p.password) for p in shared.people])


def _tell_way(data: Path, office: Connection) -> None:
    from crm_desktop.lan.waking import digits

    say(_("The others join at: {address}").format(address=f"{office.hosts[0]}:{office.port}"))
    if compared := digits(data):
        say(_("Digits that their screens show: {digits}").format(digits=compared))
    say(_("Encrypted on the network") if office.encrypted else _("Not encrypted on the network."))
    if not office.encrypted:
        from crm_desktop.lan.checks import how_to_encrypt

        say(how_to_encrypt())


def _write_join_file(arguments: argparse.Namespace) -> int:
    file = _write(data_of(arguments), arguments.file)
    if arguments.json:
        say_json({"file": str(file)})
    else:
        say(_("The join file is ready: {file}").format(file=file))
    return 0


def _write(data: Path, file: Path) -> Path:
    from crm_desktop.lan.join_file import write_join_file

    target = file.expanduser().resolve()
    write_join_file(target, _kept(data))
    return target


def _start(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.waking import wake

    data = data_of(arguments)
    _kept(data)
    wake(data)
    return _status(arguments)


def _kept(data: Path) -> Connection:
    from crm_desktop.lan.connection import kept

    found = kept(data)
    if found is None:
        advice = _("“crm-desktop lan share” begins one, “crm-desktop lan join” joins.")
        raise Missing(_("This PC neither shares nor has joined an office."), advice)
    return found


# Joining


def _join(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.joining import join, office_at

    if not arguments.host:
        return _list_hosts(arguments)
    found = office_at(arguments.host)
    _tell_joined(arguments, join(data_of(arguments), found.connection), found.digits)
    return 0


def _list_hosts(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.announcing import discover

    hosts = discover()
    if arguments.json:
        say_json(
            [
                {"office": h.office, "address": h.address, "port": h.port, "digits": h.digits, "encrypted": bool(h.certificate)}
                for h in hosts
            ]
        )
        return 0
    if not hosts:
        say(_("No host answers. Is it switched on, with the program open, and in the same network? It can be joined by its address, too."))
        return 1
    rows = [(h.office, f"{h.address}:{h.port}", h.digits, _("yes") if h.certificate else _("no")) for h in hosts]
    say_table([_("Office"), _("Address"), _("Digits"), _("Encrypted")], rows)
    return 0


def _join_file(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.join_file import read_join_file
    from crm_desktop.lan.joining import join

    office = read_join_file(arguments.file.expanduser().resolve())
    _tell_joined(arguments, join(data_of(arguments), office), "")
    return 0


def _tell_joined(arguments: argparse.Namespace, office: Connection, digits: str) -> None:
    if arguments.json:
        say_json(_facts(data_of(arguments), office) | {"digits": digits})
        return
    say(_("Joined “{office}”. Sign in when the program starts.").format(office=office.office))
    if digits:
        say(_("Digits of the host: {digits}").format(digits=digits))
        say(_("They stand on the host's screen, too; if they differ, leave with “crm-desktop lan stop”."))
    say(_("Encrypted on the network") if office.encrypted else _("Not encrypted on the network."))


# Both


def _stop(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.connection import MEMBER
    from crm_desktop.lan.joining import leave

    data = data_of(arguments)
    if _kept(data).part == MEMBER:
        leave(data)
        if arguments.json:
            say_json({"part": "alone"})
        else:
            say(_("This PC works alone again."))
        return 0
    raise Refused("")


def _status(arguments: argparse.Namespace) -> int:
    """0: this PC works alone, or the office's database answers."""
    from crm_desktop.lan.connection import kept

    data = data_of(arguments)
    office = kept(data)
    if office is None:
        if arguments.json:
            say_json({"part": "alone"})
        else:
            say(_("This PC neither shares nor has joined an office."))
        return 0
    facts = _facts(data, office)
    if arguments.json:
        say_json(facts)
    else:
        part = _("This PC is the host of “{office}”.") if office.part == "host" else _("This PC has joined “{office}”.")
        say(part.format(office=office.office))
        say(_("The database answers.") if facts["answers"] else _("The database does not answer."))
        if office.part == "host":
            _tell_way(data, office)
        else:
            say(_("Encrypted on the network") if office.encrypted else _("Not encrypted on the network."))
    return 0 if facts["answers"] else 1


def _facts(data: Path, office: Connection) -> dict[str, Any]:
    from crm_desktop.lan.joining import answers
    from crm_desktop.lan.waking import digits

    facts: dict[str, Any] = {
        "part": office.part, "office": office.office, "hosts": list(office.hosts), "port": office.port, "database": office.database,
        "encrypted": office.encrypted, "answers": answers(office, data),
    }  # fmt: skip
    if office.part == "host":
        facts |= {"digits": digits(data), "folder": office.folder, "service": office.service}
    return facts
