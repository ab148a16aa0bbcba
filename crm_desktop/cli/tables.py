"""crm-desktop import and export."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.conditions import where_of
from crm_desktop.cli.console import ConsoleProgress, complain, say, say_json
from crm_desktop.cli.opening import opened
from crm_desktop.words import _, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.exchange.plan import Plan, Planned

_SHOWN = 50  # wrong rows told one by one


def import_file(arguments: argparse.Namespace) -> int:
    """Import a file. 0: every row came in or was there already; 1: some are wrong, the rest came in."""
    from backups.before import IMPORT, safety_backup
    from crm_desktop.cli.backup_care import settings_here
    from crm_desktop.exchange.importing import plan_import, run_import
    from crm_desktop.exchange.mapping import recogniser
    from crm_desktop.exchange.reading import read_workbook
    from crm_desktop.exchange.tables import choose_sheet, find_table

    progress = ConsoleProgress()
    with opened(arguments) as app:
        try:
            recognise = recogniser(app.type(arguments.type))
            book = read_workbook(arguments.file, progress=progress)
            table = find_table(choose_sheet(book, arguments.sheet, recognise), recognise)
            plan = plan_import(app, arguments.type, table, create_missing=arguments.create_missing, progress=progress)
            plan.file = arguments.file.name
            records = plan.count("create") + plan.count("change")
            if not arguments.dry_run and not arguments.no_backup:
                safety_backup(app, settings_here(app.data), IMPORT, records, progress)
            batch = "" if arguments.dry_run else run_import(app, plan, progress).batch
        finally:
            progress.end()
        if arguments.json:
            say_json(_facts(app, plan, book.found, batch))
        else:
            _tell(app, plan, book.found, arguments.dry_run)
    return 1 if plan.count("wrong") else 0


def _facts(app: Application, plan: Plan, found: dict[str, str], batch: str) -> dict[str, Any]:
    return {
        "type": plan.type,
        "sheet": plan.sheet,
        "heading_row": plan.table.heading_row,
        "columns": plan.mapping.to_facts(plan.table.headings),
        "ignored": plan.mapping.ignored,
        "found": found,
        "created": plan.count("create"),
        "changed": plan.count("change"),
        "unchanged": plan.count("same"),
        "wrong": plan.count("wrong"),
        "problems": [{"rows": p.rows, "label": p.label, "problems": _named(app, plan, p)} for p in plan.wrong()],
        "new_choices": plan.new_choices,
        "new_customers": len(plan.missing),
        "notes": plan.notes,
        "batch": batch,
    }


def _named(app: Application, plan: Plan, item: Planned) -> dict[str, str]:
    """The problems of a record by the label of the field."""
    kind = app.type(plan.type)
    labels = {n: _(f.label) for n, f in kind.fields.items()}
    lines = {f"lines.{n}": _(f.label) for n, f in kind.lines.fields.items()} if kind.lines else {}
    return {
        (labels | lines).get(name.partition(".")[0] if name not in lines else name, name): words
        for name, words in item.problems.items()
    }


def _tell(app: Application, plan: Plan, found: dict[str, str], dry: bool) -> None:
    say(_("Sheet “{sheet}”, headings in row {row}.").format(sheet=plan.sheet, row=plan.table.heading_row))
    if found:
        say(_("Encoding {encoding}, delimiter {delimiter}.").format(**found))
    for note in plan.notes:
        say(note)
    for item in plan.wrong()[:_SHOWN]:
        rows = ", ".join(map(str, item.rows[:5])) + (" …" if len(item.rows) > 5 else "")
        for label, words in _named(app, plan, item).items():
            about = f"{label}: {words}" if label else words
            complain(_("Row {rows} ({record}): {problem}").format(rows=rows, record=item.label, problem=about))
    if plan.count("wrong") > _SHOWN:
        complain(_("… and {count} more.").format(count=plan.count("wrong") - _SHOWN))
    counts = {
        "created": plan.count("create"),
        "changed": plan.count("change"),
        "same": plan.count("same"),
        "wrong": plan.count("wrong"),
    }
    if dry:
        say(
            _("Would create {created}, change {changed}; unchanged {same}, wrong {wrong}. Nothing was written.").format(
                **counts
            )
        )
    else:
        say(_("Created {created}, changed {changed}, unchanged {same}, wrong {wrong}.").format(**counts))


def export_file(arguments: argparse.Namespace) -> int:
    """Export a list to a file."""
    from crm_desktop.exchange.exporting import export_list
    from crm_desktop.filters import ListQuery

    progress = ConsoleProgress()
    with opened(arguments) as app:
        query = ListQuery(arguments.type, where=where_of(app, arguments.type, arguments.where), search=arguments.search)
        try:
            count = export_list(app, query, arguments.file, progress)
        finally:
            progress.end()
    if arguments.json:
        say_json({"type": arguments.type, "file": str(arguments.file), "rows": count})
    else:
        say(
            ngettext("{count} row written to {file}.", "{count} rows written to {file}.", count).format(
                count=count, file=arguments.file
            )
        )
    return 0
