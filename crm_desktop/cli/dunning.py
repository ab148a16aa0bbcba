"""crm-desktop dunning: who is late and due for a reminder, and the letters."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.below import Add
from crm_desktop.cli.console import ConsoleProgress, complain, say, say_json, say_table
from crm_desktop.cli.opening import opened
from crm_desktop.cli.records import found_ids
from crm_desktop.errors import Refused
from crm_desktop.words import _, language, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.services.dunning import Letter, Noted


def add_dunning(add: Add) -> None:
    """The words of `dunning`."""
    command = add("dunning", _("reminders of what is overdue: list who is due for one, and write the letters"))
    command.add_argument("number", metavar="NUMBER", nargs="*", help=_("only these customers, due for a reminder or not"))
    command.add_argument("--output", metavar="FILE.pdf", type=Path, help=_("write the letters to a PDF file"))
    command.add_argument("--note", action="store_true", help=_("note that they were written: what is due in them is raised by one level"))
    command.add_argument("--json", action="store_true", help=_("answer in JSON"))


def dunning(arguments: argparse.Namespace) -> int:
    """List the letters that are due, or those to the customers named; write and note them. 1: something could not be noted."""
    from crm_desktop.services.dunning import Noted

    if arguments.note and arguments.output is None:
        raise Refused(_("Only letters that are written can be noted."), _("Say with --output where to."))
    with opened(arguments) as app:
        found = _letters(app, arguments.number)
        noted = Noted(0, ())
        if arguments.output is not None:
            if not found:
                raise Refused(_("There is nothing to print."), _("Nobody is due for a reminder."))
            noted = _write(app, found, arguments.output, note=arguments.note)
        if arguments.json:
            say_json({"letters": [_facts(letter) for letter in found], "noted": noted.raised, "not_noted": list(noted.refused)})
        else:
            _tell(found, arguments, noted)
    for words in noted.refused:
        complain(words)
    return 1 if noted.refused else 0


def _letters(app: Application, numbers: list[str]) -> list[Letter]:
    from crm_desktop.services.accounts import currencies_of
    from crm_desktop.services.dunning import letters

    if not numbers:
        return letters(app)
    ids = dict.fromkeys(id_ for number in numbers for id_ in found_ids(app, "customers", number))
    return letters(app, [(id_, currency) for id_ in ids for currency in (None, *(c for c, _code in currencies_of(app, id_)))])


def _write(app: Application, found: list[Letter], path: Path, *, note: bool) -> Noted:
    from crm_desktop.exchange.whole_files import whole_file
    from crm_desktop.printing.letters import reminder_letters
    from crm_desktop.services.dunning import Noted, note_letters

    progress = ConsoleProgress()
    try:
        made = reminder_letters(app, found, language(), lambda done: progress.report(done, len(found)))
    finally:
        progress.end()
    for problem in made.problems:
        complain(f"{problem.element}: {problem.message}")
    with whole_file(path) as target:
        target.write_bytes(made.pdf)
    return note_letters(app, found) if note else Noted(0, ())


def _facts(letter: Letter) -> dict[str, Any]:
    return {
        "customer": letter.customer.label, "id": letter.customer.id, "currency": letter.currency, "overdue": str(letter.overdue),
        "stands": letter.stands, "letter": letter.level if letter.due else 0,
        "reminded_on": letter.reminded.isoformat() if letter.reminded else None,
        "receivables": [{"number": i.number, "days": i.days, "open": str(i.open), "level": i.level} for i in letter.items],
    }  # fmt: skip


def _tell(found: list[Letter], arguments: argparse.Namespace, noted: Noted) -> None:
    rows = [
        [letter.customer.label, letter.currency, f"{letter.overdue:,.2f}", str(max(i.days for i in letter.items)), str(letter.stands),
         letter.reminded.isoformat() if letter.reminded else "", str(letter.level) if letter.due else ""]
        for letter in found
    ]  # fmt: skip
    headings = [_("Customer"), _("Currency"), _("Overdue"), _("Days late"), _("Dunning level"), _("Last reminder"), _("Letter due")]
    say_table(headings, rows, [False, False, True, True, True, False, True])
    say()
    say(ngettext("{count} letter.", "{count} letters.", len(found)).format(count=f"{len(found):,}"))
    if arguments.output is not None:
        say(_("Printed to {file}.").format(file=arguments.output))
    if noted.raised:
        words = ngettext("{count} receivable was raised by one level.", "{count} receivables were raised by one level.", noted.raised)
        say(words.format(count=f"{noted.raised:,}"))
