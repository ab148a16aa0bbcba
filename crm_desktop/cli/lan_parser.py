"""The words of `lan`: sharing the data with the office, and joining it."""

from __future__ import annotations

import argparse
from pathlib import Path

from crm_desktop.cli.below import Add, Data, commands_below
from crm_desktop.words import _


def add_lan(add: Add, data: Data) -> None:
    """`lan` with all that stands below it. data: adds the options every command has."""
    group = add("lan", _("share the data with the office, or join it"))
    below = commands_below(group, data)
    share = below("share", _("make this PC the host: its data move into a database server that the office reaches"))
    _making(share)
    below("status", _("say whether this PC shares or has joined, and whether the host answers"))
    below("start", _("start the host's database server, if it does not run"))
    below("stop", _("stop sharing, with all data back on this PC alone; on a PC that has joined: leave the office"))
    join = below("join", _("join the office whose host is at an address; without one, list the hosts that answer"))
    join.add_argument("host", metavar="HOST[:PORT]", nargs="?", default="", help=_("such as 192.168.1.10"))
    joined = below("join-file", _("join the office by the join file that the host wrote"))
    joined.add_argument("file", metavar="FILE", type=Path)
    writer = below("write-join-file", _("write the join file on the host"))
    writer.add_argument("file", metavar="FILE", type=Path)
    move = below("move-here", _("make this PC the host in place of the one that is it now"))
    _making(move)
    below("clear-away", _("on the PC that was the host: end its server of before, once all the others have followed"))
    below("upgrade", _("bring the host's data into the newest PostgreSQL of this PC"))
    owner = below("owner-password", _("give an owner who lost the password a one-time one: on the host, or as the server's administrator"))
    owner.add_argument("name", metavar="NAME", help=_("the owner's sign-in name"))
    there = _("a server that stands by itself: postgresql://ADMINISTRATOR@HOST:PORT/DATABASE; the password is asked for")
    owner.add_argument("--url", metavar="URL", default="", help=there)
    use = below("use", _("use a PostgreSQL server that stands already, or a database that was set up on it"))
    use.add_argument("url", metavar="URL", help=_("postgresql://ADMINISTRATOR@HOST:PORT/DATABASE; the password is asked for"))


def _making(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", metavar="N", type=_port, default=0, help=_("the port of the server; without it, 15432"))
    where = _("where the server keeps the data; without it, beside those of this PC")
    parser.add_argument("--folder", metavar="DIR", type=Path, default=None, help=where)
    parser.add_argument("--network", metavar="ADDRESS/BITS", nargs="+", default=[], help=_("offer it here only, such as 192.168.1.10/24"))
    parser.add_argument("--join-file", metavar="FILE", type=Path, default=None, help=_("also write the join file"))


def _port(text: str) -> int:
    number = int(text)
    if not 1024 <= number < 65536:
        raise ValueError(text)
    return number
