"""crm-desktop rights show: what a person may do, and why."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.console import say, say_json, say_table
from crm_desktop.cli.opening import opened
from crm_desktop.errors import Missing
from crm_desktop.words import _

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.services.explaining import Answer, Explanation

_LONGEST_REASON = 120
_OVERVIEW = ("see", "add", "change", "delete", "share", "export", "print")


def add_rights(add: Callable[..., Any], data: Callable[..., None], type_of: Callable[[str], str]) -> None:
    """The words of the command. data: adds the options every command has; type_of: reads the key of a record type."""
    text = _("show what a person may do, and why")
    command = add("rights", text)
    steps = command.add_subparsers(dest="step", required=True, metavar=_("COMMAND"), parser_class=type(command))
    shower = steps.add_parser("show", help=text, description=text)
    data(shower, argparse.SUPPRESS)
    shower.add_argument("user", metavar="USER", help=_("the sign-in name, or the name"))
    shower.add_argument("type", metavar="TYPE", nargs="?", type=type_of, help=_("a record type; without it, all of them"))
    shower.add_argument("number", metavar="NUMBER", nargs="?", default="", help=_("a record: its number or code, or its name"))
    shower.add_argument("--json", action="store_true", help=_("answer in JSON"))


def show_rights(arguments: argparse.Namespace) -> int:
    """How far each operation reaches, by type; of one type, or one record, every operation with its reason."""
    from crm_desktop.services.explaining import explain, find_user

    with opened(arguments) as app:
        user = find_user(app, arguments.user)
        if not arguments.type:
            return _say_overview(app, user, arguments.json)
        record = _record(app, arguments.type, arguments.number) if arguments.number else None
        found = explain(app, user, arguments.type, record)
        if arguments.json:
            say_json(_facts(found))
        else:
            _say_explanation(app, found)
    return 0


def _record(app: Application, type_key: str, number: str) -> int:
    from crm_desktop.services.saving import find_ids

    ids = find_ids(app, type_key, number)
    if not ids:
        raise Missing(_("There is no {type} “{text}”.").format(type=_(app.type(type_key).title).lower(), text=number))
    return ids[0]


def _say_overview(app: Application, user: int, as_json: bool) -> int:
    from crm_desktop.rights import OPERATIONS, REACHES
    from crm_desktop.services.explaining import explain, overview

    whole = explain(app, user, next(iter(app.types)))
    reaches = overview(app, user, _OVERVIEW)
    if as_json:
        facts = {"user": whole.user, "active": whole.active, "positions": list(whole.positions)}
        facts["types"] = {key: {n: r.name.lower() for n, r in found.items()} for key, found in reaches}
        facts["program"] = {a.operation: a.reach.name.lower() for a in whole.program}
        say_json(facts)
        return 0
    _say_person(whole)
    rows = [[_(app.type(key).plural), *(_(REACHES[found[n]]) if found[n] else "–" for n in _OVERVIEW)] for key, found in reaches]
    say_table([_("Records"), *(_(OPERATIONS[n]) for n in _OVERVIEW)], rows)
    say()
    say_table([_("Program"), _("Reach")], [[a.label, a.reach_words] for a in whole.program])
    return 0


def _say_person(found: Explanation) -> None:
    say(found.user if found.active else _("{name} (switched off)").format(name=found.user))
    say(_("Positions: {names}").format(names=", ".join(found.positions) or _("none")))
    say()


def _say_explanation(app: Application, found: Explanation) -> None:
    kind = app.type(found.type)
    _say_person(found)
    say(f"{_(kind.title)} {found.record}" if found.record else _(kind.plural))
    headings = [_("Operation"), _("Allowed") if found.record else _("Reach"), _("Why")]
    say_table(headings, [_row(a) for a in found.operations], longest=_LONGEST_REASON)
    say()
    fields = [[f.label, f.access_words, ", ".join(f.positions)] for f in found.fields]
    say_table([_("Field"), _("Access"), _("Through")], fields)


def _row(answer: Answer) -> list[str]:
    first = answer.reach_words if answer.allowed is None else _("yes") if answer.allowed else _("no")
    return [answer.label, first, answer.why or ", ".join(answer.positions)]


def _facts(found: Explanation) -> dict[str, Any]:
    return {
        "user": found.user,
        "active": found.active,
        "positions": list(found.positions),
        "type": found.type,
        "record": found.record,
        "operations": [
            {"name": a.operation, "reach": a.reach.name.lower(), "positions": list(a.positions), "allowed": a.allowed, "why": a.why}
            for a in found.operations
        ],
        "fields": [{"name": f.name, "access": f.access.name.lower(), "positions": list(f.positions)} for f in found.fields],
        "program": {a.operation: a.reach.name.lower() for a in found.program},
    }
