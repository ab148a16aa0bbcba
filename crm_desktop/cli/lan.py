"""crm-desktop lan: sharing the data with the office and joining it, for scripts and administrators.

Passwords are never arguments: they come from standard input, one a line, or are typed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from crm_desktop.cli.console import ConsoleProgress, say, say_json, say_table
from crm_desktop.cli.lan_moves import give_owner_password, move_to_here, stop_sharing_here, upgrade_here, use_server
from crm_desktop.cli.lan_saying import (
    backup_first,
    facts_of,
    kept_here,
    making_of,
    own_password,
    tell_host_made,
    tell_joined,
    tell_way,
    write_file,
)
from crm_desktop.cli.opening import data_of, open_here
from crm_desktop.errors import Refused
from crm_desktop.words import _


def lan(arguments: argparse.Namespace) -> int:
    """One of the commands below `lan`."""
    steps: dict[str, Callable[[argparse.Namespace], int]] = {
        "share": _share, "status": _status, "start": _start, "stop": _stop, "join": _join, "join-file": _join_file,
        "write-join-file": _write_join_file, "move-here": move_to_here, "upgrade": upgrade_here, "use": use_server,
        "clear-away": _clear_away, "owner-password": give_owner_password,
    }  # fmt: skip
    return steps[arguments.step](arguments)


def _share(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan import connection as ways
    from crm_desktop.lan.hosting import share
    from crm_desktop.services.credentials import sign_in_of

    data = data_of(arguments)
    if ways.kept(data) is not None:
        raise Refused(_("This PC shares already, or has joined an office."), _("“crm-desktop lan status” tells of it."))
    made_of = making_of(arguments, data)
    app = open_here(arguments)
    progress = ConsoleProgress()
    try:
        word, owner = own_password(app, arguments), sign_in_of(app)
        shared = share(app, word, backup_first, made_of, progress, arguments.folder)
    finally:
        progress.end()
        app.close()
    tell_host_made(arguments, data, shared, owner)
    return 0


def _write_join_file(arguments: argparse.Namespace) -> int:
    file = write_file(data_of(arguments), arguments.file)
    if arguments.json:
        say_json({"file": str(file)})
    else:
        say(_("The join file is ready: {file}").format(file=file))
    return 0


def _start(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.waking import wake

    data = data_of(arguments)
    kept_here(data)
    wake(data)
    return _status(arguments)


def _join(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.joining import join, office_at

    if not arguments.host:
        return _list_hosts(arguments)
    found = office_at(arguments.host)
    tell_joined(arguments, join(data_of(arguments), found.connection), found.digits)
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
    say_table([_("Name of the office"), _("Address"), _("Digits"), _("Encrypted")], rows)
    return 0


def _join_file(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.join_file import read_join_file
    from crm_desktop.lan.joining import join

    office = read_join_file(arguments.file.expanduser().resolve())
    tell_joined(arguments, join(data_of(arguments), office), "")
    return 0


def _stop(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.connection import MEMBER
    from crm_desktop.lan.joining import leave

    data = data_of(arguments)
    if kept_here(data).part == MEMBER:
        leave(data)
        if arguments.json:
            say_json({"part": "alone"})
        else:
            say(_("This PC works alone again."))
        return 0
    return stop_sharing_here(arguments, data)


def _clear_away(arguments: argparse.Namespace) -> int:
    from crm_desktop.lan.relocating import clear_away

    data = data_of(arguments)
    kept_here(data)
    kept = clear_away(data)
    if arguments.json:
        say_json({"kept_folder": str(kept)})
    else:
        say(_("The server's files of before are kept in {folder}; delete them when you are sure.").format(folder=kept))
    return 0


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
    facts = facts_of(data, office)
    if arguments.json:
        say_json(facts)
    else:
        part = _("This PC is the host of “{office}”.") if office.part == "host" else _("This PC has joined “{office}”.")
        say(part.format(office=office.office))
        say(_("The database answers.") if facts["answers"] else _("The database does not answer."))
        if office.part == "host":
            tell_way(data, office)
        else:
            say(_("Encrypted on the network") if office.encrypted else _("Not encrypted on the network."))
    return 0 if facts["answers"] else 1
