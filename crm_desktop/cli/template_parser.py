"""The words of `template` and `print`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crm_desktop.cli.below import Add, Data
from crm_desktop.cli.values import day
from crm_desktop.words import _


def add_templates(add: Add, data: Data) -> None:
    """`template` with what stands below it. data: adds the options every command has."""
    template = add("template", _("print templates: list, export, import, reset and check them"))
    below = template.add_subparsers(dest="step", metavar=_("COMMAND"), required=True, parser_class=type(template))

    def step(name: str, text: str) -> argparse.ArgumentParser:
        made = below.add_parser(name, help=text, description=text)
        data(made, argparse.SUPPRESS)
        return made

    lister = step("list", _("list the print templates"))
    lister.add_argument("type", metavar="TYPE", nargs="?", default="", help=_("only those of this record type"))
    lister.add_argument("--json", action="store_true", help=_("answer in JSON"))
    writer = step("export", _("write a print template to a file"))
    writer.add_argument("name", metavar="NAME", help=_("its name, such as sales-order.en"))
    writer.add_argument("file", metavar="FILE", type=Path)
    reader = step("import", _("take in a print template from a file"))
    reader.add_argument("file", metavar="FILE", type=Path)
    reader.add_argument("--name", metavar="NAME", default="", help=_("keep it under this name instead of its own"))
    reader.add_argument("--note", metavar="TEXT", default="", help=_("what stands beside this version"))
    back = step("reset", _("bring a print template back to how it came with the program"))
    back.add_argument("name", metavar="NAME", help=_("its name, such as sales-order.en"))
    checker = step("check", _("look for faults in the file of a print template"))
    checker.add_argument("file", metavar="FILE", type=Path)
    checker.add_argument("--json", action="store_true", help=_("answer in JSON"))


def add_print(add: Add, takes_type: Callable[[Any], None], where: str) -> None:
    """`print`: to a file or to a printer."""
    printer = add("print", _("print records to a PDF file or on a printer"))
    takes_type(printer)
    printer.add_argument("number", metavar="NUMBER", nargs="*", help=_("their numbers or codes"))
    printer.add_argument("--where", metavar="FIELD=VALUE", nargs="+", action="extend", default=[], help=where)
    printer.add_argument("--template", metavar="NAME", default="", help=_("the print template; without it, the usual one"))
    printer.add_argument("--first-label", metavar="N", type=int, default=1, help=_("on which label of the first sheet to begin"))
    account = printer.add_argument_group(_("which part of a customer's account"))
    account.add_argument("--since", metavar="DATE", type=day, help=_("from this day on; without it, from the first of the year"))
    account.add_argument("--until", metavar="DATE", type=day, help=_("up to this day; without it, today"))
    account.add_argument("--currency", metavar="CODE", default="", help=_("in this currency; without it, in the company's own"))
    target = printer.add_mutually_exclusive_group(required=True)
    target.add_argument("--output", metavar="FILE.pdf", type=Path, help=_("write a PDF file"))
    target.add_argument("--printer", metavar="NAME", default="", help=_("print on this printer without asking anything"))
    printer.add_argument("--copies", metavar="N", type=int, default=1, help=_("so many copies on the printer"))
