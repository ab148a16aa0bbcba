"""Where the program is put together: reads the command line and hands over to the window or to one command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from crm_desktop.cli.console import complain, end_output, prepare_console, tell_error
from crm_desktop.cli.opening import data_of, language_of
from crm_desktop.cli.parser import build_parser
from crm_desktop.errors import NotSignedIn, Told
from crm_desktop.logging_setup import log_of_command
from crm_desktop.opened_files import file_among
from crm_desktop.words import LANGUAGES, _, use_language

if TYPE_CHECKING:
    import argparse

INTERRUPTED = 130
NOT_SIGNED_IN = 4
"""The exit code where sign-in is on and nobody was let in."""
_READ_APART = "--read-workbook"  # see crm_desktop/exchange/reading.py


def _command(name: str | None) -> Callable[[argparse.Namespace], int]:
    """The function of a command; its modules are loaded when it is asked for."""
    if name in ("import", "export", "import-template", "import-watch"):
        from crm_desktop.cli.tables import EXCHANGE

        return EXCHANGE[name]
    if name in ("list", "show"):
        from crm_desktop.cli.records import list_records, show_record

        return list_records if name == "list" else show_record
    if name == "print":
        from crm_desktop.cli.printing import print_records

        return print_records
    if name == "dunning":
        from crm_desktop.cli.dunning import dunning

        return dunning
    if name == "template":
        from crm_desktop.cli.templates import template

        return template
    if name == "new":
        from crm_desktop.cli.making import new

        return new
    if name in ("backup", "restore"):
        from crm_desktop.cli.backing_up import backup, restore

        return backup if name == "backup" else restore
    if name == "encryption":
        from crm_desktop.cli.encrypting import encryption

        return encryption
    if name == "user":
        from crm_desktop.cli.people import user

        return user
    if name == "rights":
        from crm_desktop.cli.rights import show_rights

        return show_rights
    if name == "approvals":
        from crm_desktop.cli.approvals import approvals

        return approvals
    if name == "lan":
        from crm_desktop.cli.lan import lan

        return lan
    if name == "clean-up":
        from crm_desktop.cli.cleaning_up import clean_up

        return clean_up
    if name == "update":
        from crm_desktop.cli.updating import update

        return update
    if name == "log":
        from crm_desktop.cli.log_reading import log

        return log
    from crm_desktop.cli.care import check, tour, window

    return {"check": check, "tour": tour}.get(name or "", window)


def _given_language(arguments: Sequence[str]) -> str:
    """The language asked for on the command line, needed before it is understood: its own messages speak it."""
    for at, word in enumerate(arguments):
        value = word.partition("=")[2] if word.startswith("--language=") else ""
        if word == "--language" and at + 1 < len(arguments):
            value = arguments[at + 1]
        if value in LANGUAGES:
            return value
    return ""


def _given_data(arguments: Sequence[str]) -> argparse.Namespace:
    """The data folder asked for, for the language that is set there."""
    import argparse

    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--data", type=str, default=None)
    try:
        given, _rest = parser.parse_known_args(arguments)
    except argparse.ArgumentError:
        given = argparse.Namespace(data=None)
    from pathlib import Path

    return argparse.Namespace(data=Path(given.data) if given.data else None)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments (those of the process when None); gives the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [_READ_APART]:
        from crm_desktop.exchange.reading_process import main as read_apart

        return read_apart(arguments[1:])
    prepare_console()
    code = _run(arguments)
    try:
        end_output()
    except Told as error:
        tell_error(error)
        return code or 1
    return code


def _run(arguments: list[str]) -> int:
    """Do what they say, and say what went wrong."""
    try:
        use_language(_given_language(arguments) or language_of(data_of(_given_data(arguments))))
        if opened := file_among(arguments):  # a double click on a backup, a join file or a template
            arguments.remove(opened)
        given = build_parser().parse_args(arguments)
        given.opened = opened
        if given.command is None:  # the window keeps a log of its own
            return _command(None)(given)
        with log_of_command(data_of(given) / "logs"):
            return _command(given.command)(given)
    except NotSignedIn as error:
        tell_error(error)
        return NOT_SIGNED_IN
    except Told as error:
        tell_error(error)
        return 1
    except SystemExit as stop:  # argparse has said what it had to say
        return stop.code if isinstance(stop.code, int) else 1
    except KeyboardInterrupt:
        complain(_("Stopped."))
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
