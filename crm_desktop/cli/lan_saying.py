"""What the commands below `lan` ask and say alike."""

from __future__ import annotations

import argparse
import getpass
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import can_ask, say, say_json, say_table
from crm_desktop.cli.opening import data_of, line_of_input, name_of
from crm_desktop.errors import Invalid, Missing, NotSignedIn, Refused
from crm_desktop.words import _

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.lan.connection import Connection
    from crm_desktop.lan.hosting import Making, Shared
    from crm_desktop.lan.networks import Adapter
    from crm_desktop.services.server_roles import Issued


def kept_here(data: Path) -> Connection:
    from crm_desktop.lan.connection import kept

    found = kept(data)
    if found is None:
        advice = _("“crm-desktop lan share” begins one, “crm-desktop lan join” joins.")
        raise Missing(_("This PC neither shares nor has joined an office."), advice)
    return found


def own_password(app: Application, arguments: argparse.Namespace) -> str:
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


def backup_first(app: Application) -> None:
    """The verified backup before anything of this kind."""
    from backups.before import lan_backup
    from crm_desktop.services.settings_store import settings_of

    lan_backup(app, settings_of(app))


def making_of(arguments: argparse.Namespace, data: Path) -> Making:
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


def write_file(data: Path, file: Path) -> Path:
    from crm_desktop.lan.join_file import write_join_file

    target = file.expanduser().resolve()
    write_join_file(target, kept_here(data))
    return target


def facts_of(data: Path, office: Connection) -> dict[str, Any]:
    from crm_desktop.lan.joining import answers
    from crm_desktop.lan.waking import digits

    facts: dict[str, Any] = {
        "part": office.part, "office": office.office, "hosts": list(office.hosts), "port": office.port, "database": office.database,
        "encrypted": office.encrypted, "answers": answers(office, data),
    }  # fmt: skip
    if office.part == "host":
        facts |= {"digits": digits(data), "folder": office.folder, "service": office.service}
    return facts


def shared_facts(data: Path, shared: Shared, owner: str) -> dict[str, Any]:
    return {
        **facts_of(data, shared.connection), "rows": shared.rows, "kept_file": str(shared.kept or ""),
        "first_passwords": words_of(shared.people), "owner": owner,
    }  # fmt: skip


def words_of(people: Sequence[Issued]) -> list[dict[str, str]]:
    return [{"sign_in": p.sign_in, "name": p.name, "password": p.password} for p in people]


def tell_words(people: Sequence[Issued]) -> None:
    if people:
        say()
        say(_("Passwords for the first sign-in, good for seven days and shown only now:"))
        say_table([_("Sign-in name"), _("Full name"), _("Password")], [(p.sign_in, p.name, p.password) for p in people])


def tell_host_made(arguments: argparse.Namespace, data: Path, shared: Shared, owner: str) -> None:
    """Write the join file where one is wanted, and tell of the host that was made. owner: the sign-in name of whoever did it."""
    if arguments.join_file:
        write_file(data, arguments.join_file)
    if arguments.json:
        say_json(shared_facts(data, shared, owner))
    else:
        _tell_shared(data, shared)
        tell_owner(owner)


def _tell_shared(data: Path, shared: Shared) -> None:
    from crm_desktop.lan.firewall import by_hand
    from crm_desktop.lan.waking import near_of

    say(_("This PC is the host now; {rows} rows were moved and compared.").format(rows=f"{shared.rows:,}"))
    if shared.kept is not None:
        say(_("The file of before is kept: {file}").format(file=shared.kept))
    tell_way(data, shared.connection)
    if words := by_hand(shared.connection.port, [a.network for a in near_of(shared.connection)]):
        say(words)
    tell_words(shared.people)


def tell_owner(sign_in: str) -> None:
    """The name that the owner has to type from now on: no list of people is shown before the sign-in."""
    say(_("Your sign-in name: {name}").format(name=sign_in))


def tell_way(data: Path, office: Connection) -> None:
    from crm_desktop.lan.waking import digits

    say(_("The others join at: {address}").format(address=f"{office.hosts[0]}:{office.port}"))
    if compared := digits(data):
        say(_("Digits that their screens show: {digits}").format(digits=compared))
    say(_("Encrypted on the network") if office.encrypted else _("Not encrypted on the network."))
    if not office.encrypted:
        from crm_desktop.lan.checks import how_to_encrypt

        say(how_to_encrypt())


def tell_joined(arguments: argparse.Namespace, office: Connection, digits: str) -> None:
    if arguments.json:
        say_json(facts_of(data_of(arguments), office) | {"digits": digits})
        return
    say(_("Joined “{office}”. Sign in when the program starts.").format(office=office.office))
    if digits:
        say(_("Digits of the host: {digits}").format(digits=digits))
        say(_("They stand on the host's screen, too; if they differ, leave with “crm-desktop lan stop”."))
    say(_("Encrypted on the network") if office.encrypted else _("Not encrypted on the network."))
