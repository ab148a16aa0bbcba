"""crm-desktop print: records to a PDF file or on a printer, in one run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.conditions import where_of
from crm_desktop.cli.console import ConsoleProgress, complain, say
from crm_desktop.cli.opening import opened
from crm_desktop.cli.records import found_ids
from crm_desktop.errors import Refused
from crm_desktop.system_check import complaint
from crm_desktop.words import _, language, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.services.accounts import AccountSpan

MOST_COPIES = 999


def print_records(arguments: argparse.Namespace) -> int:
    """Records one behind the other; where several customers share a number, each of them."""
    from crm_desktop.printing import printing

    if not 1 <= arguments.copies <= MOST_COPIES:
        raise Refused(_("Between 1 and {most} copies can be printed.").format(most=MOST_COPIES))
    progress = ConsoleProgress()
    with opened(arguments) as app:
        ids = _wanted(app, arguments)
        say_done = ngettext("{count} record", "{count} records", len(ids)).format(count=f"{len(ids):,}")
        try:
            made = printing.print_records(
                app, arguments.type, ids, arguments.template or None, language(),
                lambda done: progress.report(done, len(ids)), printer=arguments.printer, first_label=arguments.first_label,
                account=_account(app, arguments),
            )  # fmt: skip
        finally:
            progress.end()
        for problem in made.problems:
            complain(f"{problem.element}: {problem.message}")
        facts: dict[str, Any] = {"count": len(ids)} if len(ids) > 1 else {}
        if arguments.output is not None:
            _write(arguments.output, made.pdf)
            facts["file"] = arguments.output.name
            said = _("Printed to {file}.").format(file=arguments.output)
        else:
            if not _print(made.pdf, arguments.printer, arguments.copies):
                return 1
            facts |= {"printer": arguments.printer, "copies": arguments.copies, "pages": made.pages}
            said = _("{records} sent to {printer}.").format(records=say_done, printer=arguments.printer)
        printing.note_all(app, arguments.type, ids, facts)
    say(said)
    return 0


def _account(app: Application, arguments: argparse.Namespace) -> AccountSpan:
    from crm_desktop.services.accounts import AccountSpan, currency_by_code

    currency = currency_by_code(app, arguments.currency) if arguments.currency else None
    return AccountSpan(arguments.since, arguments.until, currency)


def _wanted(app: Application, arguments: argparse.Namespace) -> list[int]:
    from crm_desktop.filters import ListQuery
    from crm_desktop.services.listing import fetch_ids

    ids = [id_ for number in arguments.number for id_ in found_ids(app, arguments.type, number)]
    if arguments.where:
        query = ListQuery(arguments.type, where=where_of(app, arguments.type, arguments.where))
        chosen = fetch_ids(app, query)
        ids = [id_ for id_ in ids if id_ in set(chosen)] if arguments.number else chosen
    if not ids:
        raise Refused(_("There is nothing to print."), _("Name the records by their numbers, or with --where."))
    return list(dict.fromkeys(ids))


def _write(path: Path, pdf: bytes) -> None:
    from crm_desktop.exchange.whole_files import whole_file

    with whole_file(path) as target:
        target.write_bytes(pdf)


def _print(pdf: bytes, printer: str, copies: int) -> bool:
    """On a printer of this PC, without a window."""
    platform = os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if reason := complaint(platform):
        complain(reason)
        return False
    from ui.silent_printing import print_silently

    print_silently(pdf, printer, copies)
    return True
