"""crm-desktop import, import-template, import-watch and export."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.conditions import where_of
from crm_desktop.cli.console import ConsoleProgress, complain, say, say_json
from crm_desktop.cli.exchange_parser import EXISTING, FIELD_VALUE, UNDO
from crm_desktop.cli.opening import opened
from crm_desktop.errors import Missing, Told
from crm_desktop.words import _, language, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.exchange.plan import Plan, Planned
    from crm_desktop.exchange.recipe import Recipe
    from crm_desktop.progress import Progress

_SHOWN = 50  # wrong rows told one by one
_LOOK_AGAIN = 1.0  # seconds between two looks at a watched folder


def import_file(arguments: argparse.Namespace) -> int:
    """Import a file. 0: every row came in or was there already; 1: some are wrong, the rest came in."""
    from crm_desktop.exchange.bringing_in import plan_file, remember
    from crm_desktop.exchange.importing import run_import
    from crm_desktop.exchange.reading import read_workbook
    from crm_desktop.exchange.wrong_rows import write_wrong_rows
    from crm_desktop.services.import_mappings import keep_mapping

    if arguments.type == UNDO:
        return _undo(arguments)
    progress = ConsoleProgress()
    with opened(arguments) as app:
        recipe = _recipe(app, arguments)
        batch = ""
        try:
            book = read_workbook(arguments.file, progress=progress)
            look, plan = plan_file(app, book, arguments.file, recipe, progress)
            if arguments.errors is not None and plan.count("wrong"):
                write_wrong_rows(app, plan, arguments.errors)
            if not arguments.dry_run:
                records = plan.count("create") + plan.count("change")
                if not arguments.no_backup and not (recipe.all_or_nothing and plan.count("wrong")):
                    _backup(app, records, progress)
                batch = run_import(app, plan, progress).batch
                remember(app, plan)
            if arguments.keep_map:
                recipe.columns = look.mapping.to_facts(look.table.headings)
                keep_mapping(app, plan.type, arguments.keep_map, recipe.to_facts())
        finally:
            progress.end()
        if arguments.json:
            say_json(_facts(app, plan, book.found, batch))
        else:
            _tell(app, plan, book.found, arguments.dry_run)
            if batch and (plan.count("create") or plan.count("change")):
                say(_("Taken back with: crm-desktop import undo {id}").format(id=batch))
    return 1 if plan.count("wrong") else 0


def _backup(app: Application, records: int, progress: Progress) -> None:
    from backups.before import IMPORT, safety_backup
    from crm_desktop.cli.backup_care import settings_here

    safety_backup(app, settings_here(app.data), IMPORT, records, progress)


def _recipe(app: Application, arguments: argparse.Namespace) -> Recipe:
    """The mapping that is named, with what the command says besides."""
    from crm_desktop.exchange.bringing_in import recipe_by_name
    from crm_desktop.exchange.mapping import field_of
    from crm_desktop.exchange.recipe import EVERY, Recipe

    kind = app.type(arguments.type)
    recipe = recipe_by_name(app, arguments.map, kind.key) if arguments.map else Recipe()
    recipe.type = kind.key
    recipe.sheet = arguments.sheet or recipe.sheet
    recipe.lines_sheet = arguments.lines_sheet or recipe.lines_sheet
    recipe.key = arguments.key or recipe.key
    if arguments.existing:
        recipe.existing = EXISTING[arguments.existing]
    if recipe.existing == "ask":
        recipe.existing = "skip"
    if arguments.dates:
        recipe.dates = recipe.dates | {EVERY: arguments.dates}
    recipe.create_missing |= arguments.create_missing
    recipe.new_choices |= arguments.create_missing
    recipe.all_or_nothing |= arguments.all_or_nothing
    for given in arguments.set:
        name, equals, text = given.partition("=")
        if not equals:
            raise Told(_("“{text}” is not like {example}.").format(text=given, example=FIELD_VALUE))
        field_of(kind, name)
        recipe.fixed[name] = text
    return recipe


def _undo(arguments: argparse.Namespace) -> int:
    """Take an import back. 0: it is as before; an error says why not."""
    from crm_desktop.services.undo_import import undo_import

    progress = ConsoleProgress()
    with opened(arguments) as app:
        try:
            undone = undo_import(app, str(arguments.file), progress)
        finally:
            progress.end()
    if arguments.json:
        say_json({"removed": undone.removed, "changed_back": undone.changed_back, "batch": undone.batch})
    else:
        say(_("Removed {removed}, changed back {changed}.").format(removed=undone.removed, changed=undone.changed_back))
    return 0


def write_template(arguments: argparse.Namespace) -> int:
    """Write an empty workbook to fill in."""
    from crm_desktop.exchange.template_workbooks import write_template as write

    with opened(arguments) as app:
        write(app, arguments.type, arguments.file)
    say(_("Written: {name}").format(name=arguments.file))
    return 0


def watch_folder(arguments: argparse.Namespace) -> int:
    """Import what is dropped into a folder. 1: a file was not imported whole (with --once)."""
    from crm_desktop.exchange.bringing_in import recipe_by_name
    from crm_desktop.exchange.dropping import Settling, give_back_left, mark_of, waiting
    from crm_desktop.exchange.watched_folder import bring_in_dropped

    folder: Path = arguments.folder
    if not folder.is_dir():
        raise Missing(_("There is no folder “{folder}”.").format(folder=folder))
    progress, settling = ConsoleProgress(), Settling()
    failed = False
    tried: set[tuple[Any, ...]] = set()  # a file that could not be put away is not imported again and again
    with opened(arguments) as app:
        recipe = recipe_by_name(app, arguments.map, "")
        app.type(recipe.type)
        while True:
            give_back_left(folder)
            for path in settling.look(folder)[0]:
                if (mark := (path.name, mark_of(path))) in tried:
                    continue
                tried.add(mark)
                try:
                    told = bring_in_dropped(app, path, recipe, lambda n: _backup(app, n, progress), progress)
                finally:
                    progress.end()
                if told is not None:
                    failed |= not told.ok
                    (say if told.ok else complain)(f"{told.file}: {told.words}")
            if arguments.once and all((p.name, mark_of(p)) in tried for p in waiting(folder)):
                return 1 if failed else 0
            time.sleep(_LOOK_AGAIN)


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
        "held": [{"rows": p.rows, "label": p.label, "reasons": p.held} for p in plan.records if p.held],
        "new_choices": plan.new_choices,
        "new_customers": len(plan.missing),
        "unknown": [
            {"field": u.target, "text": u.text, "count": u.count, "suggestions": u.suggestions} for u in plan.unknown.values()
        ],
        "dates_to_tell": {q.heading: q.example for q in plan.questions},
        "notes": plan.notes,
        "batch": batch,
    }


def _named(app: Application, plan: Plan, item: Planned) -> dict[str, str]:
    """The problems of a record by the label of the field."""
    from crm_desktop.exchange.headings import child_label
    from crm_desktop.exchange.related_columns import child_fields

    kind = app.type(plan.type)
    labels = {n: _(f.label) for n, f in kind.fields.items()}
    lines = {f"lines.{n}": _(f.label) for n, f in kind.lines.fields.items()} if kind.lines else {}
    beside = {t: child_label(child, f.label) for t, child, f in child_fields(kind)}
    return {
        (labels | lines | beside).get(name.partition(".")[0] if name not in lines | beside else name, name): words
        for name, words in item.problems.items()
    }


def _tell(app: Application, plan: Plan, found: dict[str, str], dry: bool) -> None:
    say(_("Sheet “{sheet}”, headings in row {row}.").format(sheet=plan.sheet, row=plan.table.heading_row))
    if found.get("encoding"):
        say(_("Encoding {encoding}, delimiter {delimiter}.").format(**found))
    for note in plan.notes:
        say(note)
    for question in plan.questions:
        words = _("“{heading}”: {example} can be read in two ways; say which with --dates day or --dates month.")
        say(words.format(heading=question.heading, example=question.example))
    for unknown in [u for u in plan.unknown.values() if u.suggestions][:_SHOWN]:
        words = _("“{text}” is not known; did you mean {names}?")
        say(words.format(text=unknown.text, names=_(" or ").join(f"“{n}”" for n in unknown.suggestions)))
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
    """Export a list to a file, or one record into a workbook of the office."""
    from crm_desktop.exchange.exporting import export_list
    from crm_desktop.exchange.grouped import export_grouped
    from crm_desktop.exchange.grouping import Grouping
    from crm_desktop.filters import ListQuery

    if arguments.template is not None:
        return _fill_form(arguments)
    progress = ConsoleProgress()
    with opened(arguments) as app:
        where = where_of(app, arguments.type, arguments.where)
        query = ListQuery(arguments.type, tuple(arguments.columns), where=where, search=arguments.search)
        try:
            if arguments.group:
                grouping = Grouping(arguments.group, tuple(arguments.sum))
                count = export_grouped(app, query, arguments.file, grouping, progress)
            else:
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


def _fill_form(arguments: argparse.Namespace) -> int:
    from crm_desktop.printing.excel_forms import fill_form
    from crm_desktop.services.saving import find_ids

    with opened(arguments) as app:
        ids = find_ids(app, arguments.type, arguments.number) if arguments.number else []
        if len(ids) != 1:
            kind = _(app.type(arguments.type).title).lower()
            raise Missing(
                _("There is no {type} “{text}”.").format(type=kind, text=arguments.number)
                if not ids
                else _("There are {count} records called “{text}”; their number is needed.").format(
                    count=len(ids), text=arguments.number
                )
            )
        filled = fill_form(app, arguments.type, ids[0], arguments.template, arguments.file, language())
    for words in filled.warnings:
        complain(words)
    if arguments.json:
        say_json({"type": arguments.type, "file": str(arguments.file), "warnings": filled.warnings})
    else:
        say(_("Written: {name}").format(name=arguments.file))
    return 0


EXCHANGE = {"import": import_file, "export": export_file, "import-template": write_template, "import-watch": watch_folder}
"""The commands that bring tables in and out."""
