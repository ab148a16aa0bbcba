"""The words of `user`: people, their passwords, and from where they sign in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from crm_desktop.cli.below import Add, Data, commands_below
from crm_desktop.words import _


def add_people(add: Add, data: Data) -> None:
    """`user` with all that stands below it. data: adds the options every command has."""
    group = add("user", _("look after people: positions, passwords, limits of signing in"))
    below = commands_below(group, data)
    below("list", _("list the people, and how it stands with their sign-in"))
    adder = below("add", _("add a person; where sign-in is on, with a one-time password that is said once"))
    adder.add_argument("name", metavar="NAME", help=_("the full name"))
    adder.add_argument("--sign-in", metavar="NAME", default="", help=_("what the person types to sign in; without it, made of the name"))
    adder.add_argument("--position", metavar="POSITION", nargs="+", default=[], help=_("names or keys of positions"))
    adder.add_argument("--department", metavar="NAME", default="", help=_("the department"))
    for name, text in (
        ("disable", _("switch a person off, who can then no longer sign in")),
        ("enable", _("switch a person on again")),
        ("reset-password", _("give a person a one-time password, which is said once")),
        ("unlock", _("let a person sign in again after too many attempts failed")),
    ):
        _person(below(name, text))
    giver = below("hand-over", _("give the records of a person to one other, or to several in turn"))
    _person(giver)
    giver.add_argument("--to", metavar="NAME", nargs="+", required=True, help=_("who gets them"))
    giver.add_argument("--type", metavar="TYPE", default="", help=_("only records of this type"))
    giver.add_argument("--where", metavar="FIELD=VALUE", nargs="+", action="extend", default=[], help=_("only where it is so"))
    giver.add_argument("--alone", action="store_true", help=_("without what belongs to them, such as a customer's contacts"))
    giver.add_argument("--dry-run", action="store_true", help=_("only say what would change hands"))
    taker = below("take-back", _("give back what was handed over in one act"))
    taker.add_argument("batch", metavar="BATCH", help=_("the name that “user hand-over” gave"))
    setter = below("set-position", _("let a person hold these positions, and no others"))
    _person(setter)
    setter.add_argument("position", metavar="POSITION", nargs="+", help=_("names or keys of positions"))
    limits = below("limits", _("show, or change, from where and when a person may sign in"))
    _person(limits)
    limits.add_argument("--hours", metavar="TEXT", help=_("such as 1-5 08:00-18:00; 6 09:00-12:00, with 1 for Monday; empty: any"))
    limits.add_argument("--networks", metavar="TEXT", help=_("such as 192.168.1.0/24; empty: any"))
    limits.add_argument("--idle", metavar="MINUTES", type=int, help=_("lock the window after so many minutes; 0: as the company says"))
    limits.add_argument("--enrolled-only", action=argparse.BooleanOptionalAction, default=None, help=_("only on approved PCs"))
    pcs = below("pcs", _("list the PCs that asked to be approved; approve or refuse one"))
    pcs.add_argument("--approve", metavar="ID", type=int, help=_("let people sign in on it"))
    pcs.add_argument("--refuse", metavar="ID", type=int, help=_("let nobody sign in on it who may only use approved ones"))
    _own(below)


def _own(below: Callable[[str, str], argparse.ArgumentParser]) -> None:
    on = below("turn-on", _("turn sign-in on with a password for yourself, the owner; writes the sheet of recovery codes"))
    on.add_argument("--output", metavar="FILE.pdf", type=Path, help=_("the sheet; without it, the codes are said once"))
    below("turn-off", _("turn sign-in off: forgets all passwords"))
    codes = below("recovery-codes", _("make new recovery codes for yourself, the owner; those of before are good no more"))
    codes.add_argument("--output", metavar="FILE.pdf", type=Path, help=_("the sheet; without it, the codes are said once"))
    below("change-password", _("change your own password; the new one is asked for, or the next line of standard input"))
    below("remember", _("let this PC's credential store keep your password for commands"))
    below("forget", _("take it out of the credential store again"))


def _person(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_("the sign-in name, or the name"))
