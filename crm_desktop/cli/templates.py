"""crm-desktop template: list, export, import, reset, check."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from crm_desktop.cli.console import say, say_json, say_table
from crm_desktop.cli.opening import opened
from crm_desktop.words import N_, _, language, ngettext

if TYPE_CHECKING:
    from crm_desktop.printing.template_store import Stored

_ORIGINS = {"shipped": N_("Came with the program"), "changed": N_("Changed"), "own": N_("Made here")}


def template(arguments: argparse.Namespace) -> int:
    """What stands below `template`."""
    steps = {"list": _list, "export": _export, "import": _import, "reset": _reset, "check": _check}
    return steps[arguments.step](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from crm_desktop.printing.template_store import all_templates

    with opened(arguments) as app:
        if arguments.type:
            app.type(arguments.type)
        found = all_templates(app, arguments.type or None)
        if arguments.json:
            say_json([_facts(each) for each in found])
            return 0
        rows = [
            [each.template.name, each.template.title_in(language()), each.template.record_type, _(_ORIGINS[each.origin])]
            for each in found
        ]
    say_table([_("Name"), _("Title"), _("Record type"), _("Origin")], rows, [False] * 4)
    say()
    say(ngettext("{count} template.", "{count} templates.", len(rows)).format(count=len(rows)))
    return 0


def _facts(stored: Stored) -> dict[str, object]:
    own = stored.template
    return {
        "name": own.name, "title": dict(own.title), "record_type": own.record_type, "language": own.language,
        "origin": stored.origin, "version": stored.number,
    }  # fmt: skip


def _export(arguments: argparse.Namespace) -> int:
    from crm_desktop.printing.template_store import find, write_file

    with opened(arguments) as app:
        write_file(find(app, arguments.name).template, arguments.file)
    say(_("Written to {file}.").format(file=arguments.file))
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from crm_desktop.printing.template_store import read_file, save

    taken = read_file(arguments.file)
    if arguments.name:
        taken = dataclasses.replace(taken, name=arguments.name)
    with opened(arguments) as app:
        stored = save(app, taken, arguments.note or _("From {file}").format(file=arguments.file.name))
    say(_("“{name}” is kept as version {number}.").format(name=taken.name, number=stored.number))
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    from crm_desktop.printing.template_store import find, original, remove

    with opened(arguments) as app:
        find(app, arguments.name)
        changed = remove(app, arguments.name)
    if not changed:
        say(_("“{name}” is as it came with the program.").format(name=arguments.name))
    elif original(arguments.name) is None:
        say(_("“{name}” is gone; its versions are kept.").format(name=arguments.name))
    else:
        say(_("“{name}” is as it came with the program again.").format(name=arguments.name))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from crm_desktop.printing.checking import check_template
    from crm_desktop.printing.template_store import read_file

    problems = check_template(read_file(arguments.file))
    if arguments.json:
        say_json([dataclasses.asdict(problem) for problem in problems])
    else:
        for problem in problems:
            say(f"{problem.element}: {problem.message}")
        words = ngettext("{count} fault.", "{count} faults.", len(problems)).format(count=len(problems))
        say(words if problems else _("Nothing is wrong with it."))
    return 1 if problems else 0
