"""The words of the command line: which commands there are and what they take."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import crm_desktop
from crm_desktop.cli.approvals_parser import add_approvals
from crm_desktop.cli.backup_parser import add_backups
from crm_desktop.cli.console import complain
from crm_desktop.cli.dunning import add_dunning
from crm_desktop.cli.encryption_parser import add_encryption
from crm_desktop.cli.exchange_parser import add_exchange
from crm_desktop.cli.lan_parser import add_lan
from crm_desktop.cli.log_parser import add_log
from crm_desktop.cli.parser_words import in_our_words
from crm_desktop.cli.people_parser import add_people
from crm_desktop.cli.rights import add_rights
from crm_desktop.cli.template_parser import add_print, add_templates
from crm_desktop.cli.updating import add_update
from crm_desktop.cli.values import count
from crm_desktop.words import LANGUAGES, _

USAGE = 2
"""The exit code for a command line that makes no sense."""

Add = Callable[..., Any]


class _Parser(argparse.ArgumentParser):
    """argparse, saying its own few words in the person's language."""

    def error(self, message: str) -> NoReturn:
        complain(self.format_usage().rstrip())
        said = in_our_words(message)
        complain(_("{program}: this command line is not understood: {message}").format(program=self.prog, message=said))
        sys.exit(USAGE)

    def format_usage(self) -> str:
        return super().format_usage().replace("usage:", _("usage:"), 1)

    def format_help(self) -> str:
        text = super().format_help()
        for english, ours in (
            ("usage:", _("usage:")),
            ("positional arguments:", _("arguments:")),
            ("options:", _("options:")),
            ("show this help message and exit", _("show this help and stop")),
            ("show program's version number and exit", _("show the version and stop")),
        ):
            text = text.replace(english, ours)
        return text


def program_version() -> str:
    """The version that is installed, or that of the checkout."""
    try:
        return version("crm-desktop")
    except PackageNotFoundError:
        return crm_desktop.__version__


def _data(parser: argparse.ArgumentParser, default: Any, *, person: bool = True) -> None:
    """The options every command has. person: also who gives it; `log` means by --user whose entries it shows."""
    parser.add_argument(
        "--data", metavar="DIR", type=Path, default=default, help=_("the data folder; without it, the one of this PC")
    )
    parser.add_argument("--language", choices=list(LANGUAGES), default=default, help=_("the language of this command"))
    if person:
        who = _("who gives this command: a sign-in name; needed where sign-in is on")
        parser.add_argument("--user", metavar="NAME", dest="as_user", default=default, help=who)
    read = _("read the password of --user from standard input; without it, the remembered one is used")
    parser.add_argument("--password-stdin", action="store_true", default=default or False, help=read)
    key = _("read the recovery key of an encrypted database from standard input, before a password")
    parser.add_argument("--key-stdin", action="store_true", default=default or False, help=key)


COMMON_TYPES = ("customers", "contacts", "products", "sales-orders", "follow-ups", "tasks")


def _type(text: str) -> str:
    """The key of a record type."""
    # Loading the record types takes a moment that --help and --version need not wait for.
    from crm_desktop.records.registry import BUILT_IN

    keys = [t.key for t in BUILT_IN]
    if text not in keys:
        raise argparse.ArgumentTypeError(
            _("there is no record type “{key}”, only {keys}").format(key=text, keys=", ".join(keys))
        )
    return text


def _takes_type(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "type",
        metavar="TYPE",
        type=_type,
        help=_("{names} or another record type").format(names=", ".join(COMMON_TYPES)),
    )


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="crm-desktop", description=_("Customers, orders and print forms for small companies, without any network.")
    )
    _data(parser, None)
    parser.add_argument("--version", action="version", version=f"CRM Desktop {program_version()}")
    safe = _("start the window without the tabs, the size and the place it had")
    parser.add_argument("--safe", action="store_true", help=safe)
    commands = parser.add_subparsers(dest="command", metavar=_("COMMAND"), title=_("commands"), parser_class=_Parser)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        _data(command, argparse.SUPPRESS, person=name != "log")  # given before the command, it stays as it was
        return command

    _new(add)
    add_exchange(add, _takes_type, _type, _where())
    _records(add)
    add_print(add, _takes_type, _where())
    add_templates(add, _data)
    add_dunning(add)
    _care(add)
    add_backups(add, _data)
    add_encryption(add, _data)
    add_log(add, _data)
    add_rights(add, _data, _type)
    add_people(add, _data)
    add_approvals(add, _data)
    add_lan(add, _data)
    add_update(add, _data)
    return parser


def _new(add: Add) -> None:
    new = add("new", _("make a new database"))
    new.add_argument(
        "--sample",
        metavar="N",
        nargs="?",
        type=count,
        const=0,
        default=None,
        help=_("with the sample company; with N: a generated one of N customers"),
    )
    new.add_argument("--company", metavar="NAME", default="", help=_("the name of your company"))
    new.add_argument("--person", metavar="NAME", default="", help=_("your name"))


def _where() -> str:
    return _("only where it is so; also FIELD~TEXT (contains), FIELD>=VALUE, FIELD<=VALUE, FIELD!=VALUE")


def _records(add: Add) -> None:
    lister = add("list", _("list records"))
    _takes_type(lister)
    lister.add_argument("--search", metavar="TEXT", default="", help=_("only what this search finds"))
    lister.add_argument("--where", metavar="FIELD=VALUE", nargs="+", action="extend", default=[], help=_where())
    lister.add_argument("--limit", metavar="N", type=count, default=50, help=_("at most so many (50); 0 is all"))
    lister.add_argument("--json", action="store_true", help=_("answer in JSON"))
    shower = add("show", _("show one record with its lines"))
    _takes_type(shower)
    shower.add_argument("number", metavar="NUMBER", help=_("its number or code, or its name where it has none"))
    shower.add_argument("--json", action="store_true", help=_("answer in JSON"))


def _care(add: Add) -> None:
    check = add("check", _("check the database and repair what can be repaired"))
    check.add_argument("--json", action="store_true", help=_("answer in JSON"))
    tour = add("tour", _("show the window offscreen: pictures of every screen, and an order entered and printed"))
    tour.add_argument("--output", metavar="DIR", type=Path, required=True)
    tour.add_argument("--theme", choices=["light", "dark"], default="light")
    clean = add("clean-up", _("take back what this PC's system was told, before the program is removed; the data stay"))
    clean.add_argument("--host", action="store_true", help=_("also where this PC is the host of an office: its server ends"))
