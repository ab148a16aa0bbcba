"""Commands that stand below a command, such as `backup create`: one way to lay them out for all of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from crm_desktop.words import _

Add = Callable[..., argparse.ArgumentParser]
Data = Callable[[argparse.ArgumentParser, Any], None]
Below = Callable[[str, str], argparse.ArgumentParser]


def commands_below(parser: argparse.ArgumentParser, data: Data, name: str = "step") -> Below:
    """below(word, text) adds one command, which answers in JSON where that is asked for.

    data: adds the options every command has. name: under which the word stands in what was parsed.
    """
    commands = parser.add_subparsers(dest=name, metavar=_("COMMAND"), required=True, parser_class=type(parser))

    def below(word: str, text: str) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(word, help=text, description=text)
        data(command, argparse.SUPPRESS)
        command.add_argument("--json", action="store_true", help=_("answer in JSON"))
        return command

    return below
