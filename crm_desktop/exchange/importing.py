"""Importing a table: first a plan of what would happen, record by record, then the doing, in one transaction.

Rules: an empty cell never empties a field. Records are known by number or code, else by name (see comparing.py), so that the same
file imported twice changes nothing. New choices are added to lists that people keep. Wrong records stay out; the rest comes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change as Changed
from crm_desktop.draft import Ref
from crm_desktop.errors import Refused, Told
from crm_desktop.exchange.attached import find_files, keep_files
from crm_desktop.exchange.beside import plan_beside, write_beside
from crm_desktop.exchange.building import Builder, drafts_of
from crm_desktop.exchange.catching_up import compare_again, known_customers, leave_known_choices, nothing_happened
from crm_desktop.exchange.collecting import without_looking_for_circles
from crm_desktop.exchange.comparing import Comparer, apply_rule, laid_over
from crm_desktop.exchange.consent import asked_about, held_entries, held_words, hold_back, hold_waiting, with_customers
from crm_desktop.exchange.converting import (
    column_readers,
    convert,
    doubled_numbers,
    note_questions,
    under_documents,
    under_owners,
    with_fixed,
    with_meant,
)
from crm_desktop.exchange.headings import FAMILY, GIVEN, LINE, NUMBER
from crm_desktop.exchange.mapping import ColumnMap, field_of, mapping_of, recogniser
from crm_desktop.exchange.order_lines import is_of_orders, link_to_orders
from crm_desktop.exchange.plan import Plan, Planned, Result
from crm_desktop.exchange.recipe import Recipe
from crm_desktop.exchange.related_columns import children
from crm_desktop.exchange.resolving import Resolver
from crm_desktop.exchange.states import leave_out_nothing, note_kept, note_running, note_states
from crm_desktop.exchange.suggesting import suggest_meanings
from crm_desktop.exchange.tables import Table
from crm_desktop.exchange.values import NewChoice
from crm_desktop.options import Choice, Options
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.documents import ZERO
from crm_desktop.records.linked import LINKED
from crm_desktop.records.record_type import RecordType
from crm_desktop.records.registry import load_options
from crm_desktop.rules.number_reading import number_reader, running_number
from crm_desktop.services import events
from crm_desktop.services.access import gone
from crm_desktop.services.approvals.beforehand import Guards
from crm_desktop.services.chain import hooks
from crm_desktop.services.faults import told
from crm_desktop.services.reading import read_records
from crm_desktop.services.saving import derive, new_draft, new_line, save_within
from crm_desktop.services.validating import Checker
from crm_desktop.words import _
from db import history
from db.bulk import indexed_afterwards, one_at_a_time
from db.engine import reading, writing
from db.models.office import NumberSequence
from db.types import new_uid

_AT_ONCE = 1000


@without_looking_for_circles()
def plan_import(
    app: Application,
    type_key: str,
    table: Table,
    mapping: ColumnMap | None = None,
    *,
    create_missing: bool = False,
    recipe: Recipe | None = None,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Plan:
    """What importing `table` would do; nothing is written. Raises Told when the columns that are needed are not there.

    create_missing: customers that orders or contacts name and nobody knows are created. recipe: what else the person wants (without
    one, new choices are added); its columns count where no mapping is given, and splitting and joining have been done by then (see
    reshape.py). folder: where the file lies; paths in it count from there.
    """
    kind, progress = app.type(type_key), progress or Unwatched()
    app.actor.require(f"{kind.key}.import")
    recipe = recipe or Recipe(kind.key, new_choices=True)
    create_missing = create_missing or recipe.create_missing
    mapping = mapping or mapping_of(kind, table, recipe, recogniser(kind))
    mapping = replace(mapping, columns=dict(mapping.columns))  # what follows adds to it and takes away
    table = with_fixed(kind, table, mapping, recipe)
    plan = Plan(kind.key, table.sheet, mapping, table, notes=list(table.notes), recipe=recipe, folder=folder)
    _note_by_values(kind, plan)
    if mapping.ignored:
        plan.notes.append(
            _("Columns left out, since they mean no field: {headings}.").format(headings=", ".join(mapping.ignored))
        )
    meant = with_meant(table, mapping, recipe)
    readers = column_readers(app, kind, meant, plan)
    _require_columns(kind, plan)
    records = convert(kind, meant, readers)
    note_questions(app, kind, readers, plan)
    progress.check_cancelled()
    with told(app), reading(app.engine) as connection:
        Resolver(app, connection, plan, create_missing).resolve(kind, records)
        if kind.lines:
            records = under_documents(kind, records)
            if is_of_orders(kind):
                link_to_orders(app, connection, kind, records)
            plan.notes += doubled_numbers(kind, records)
        elif any(r.beside for r in records):
            records = under_owners(records, kind.number)
        progress.check_cancelled()
        comparer = Comparer(app, connection, kind, _key(kind, plan))
        plan.records, plan.candidates = comparer.compare(records), comparer.candidates
        apply_rule(kind, plan.records, recipe)
        plan.entries = history.written(connection)
        _collect_choices(kind, plan)
        inside = replace(app, options=_with_choices(app.options, plan))
        _check(inside, connection, kind, plan, progress)
        leave_out_nothing(kind, plan)
        note_states(inside, kind, plan)
        plan_beside(inside, connection, kind, plan)
        suggest_meanings(app, connection, kind, plan)
        guards = Guards(connection, kind)
    _hold_back(inside, kind, plan, guards)
    note_kept(inside, kind, plan)
    note_running(kind, plan)
    find_files(plan)
    return plan


def _hold_back(app: Application, kind: RecordType, plan: Plan, guards: Guards) -> None:
    """Find out what needs approval, as if it was written; told in the plan, and left out of it."""
    items, stated = asked_about(guards, plan.records), [p for p in plan.records if p.state]
    if not items and not stated:
        return
    with told(app), writing(app.engine) as session:
        inner = session.begin_nested()
        _add_choices(session, app, plan, "")
        drafts = with_customers(session, app, plan, drafts_of(session, app, kind, items))
        hold_back(session, app, kind, items, drafts, guards)
        hold_waiting(session, app, kind, stated, guards)
        inner.rollback()
    plan.notes += held_words(kind, [p for p in plan.records if p.held])


def _key(kind: RecordType, plan: Plan) -> list[str]:
    """The fields the person wants records to be known by. Raises Told for one that has no column."""
    for name in plan.recipe.key:
        if name not in kind.fields or not plan.mapping.has(name, name + NUMBER):
            label = _(kind.fields[name].label) if name in kind.fields else name
            raise Told(_("Records are to be known by {field}, and no column goes there.").format(field=label))
    return plan.recipe.key


def _note_by_values(kind: RecordType, plan: Plan) -> None:
    for index in plan.mapping.by_values:
        if target := plan.mapping.columns.get(index):
            plan.notes.append(
                _("“{heading}”: taken for {field} by what stands in it.").format(
                    heading=plan.table.headings[index], field=_(field_of(kind, target).label)
                )
            )


def _require_columns(kind: RecordType, plan: Plan) -> None:
    """The fields that no record can be without, and that nothing fills by itself, need a column or a fixed value."""
    table: Any = kind.model.__table__
    missing = []
    followed = {own for n, f in kind.fields.items() if f.required and plan.mapping.has(n, n + NUMBER) for own in f.copies}
    with_lines = any(target.startswith(LINE) for target in plan.mapping.columns.values())
    for name, about in kind.fields.items():
        needed = about.required and not about.custom and name not in followed
        needed &= about.custom or _is_empty(table.c[name].default, plan.mapping.has(kind.number))
        needed |= with_lines and name == kind.number  # rows of one order are put together by it
        named = (name, name + NUMBER, GIVEN, FAMILY) if name == "name" else (name, name + NUMBER)
        if needed and not plan.mapping.has(*named):
            missing.append(_(about.label))
    if missing:
        seen = ", ".join(h for h in plan.table.headings if h)
        raise Told(
            _("Sheet “{sheet}” has no column for {fields}.").format(sheet=plan.sheet, fields=", ".join(missing)),
            _("Its headings are: {headings}.").format(headings=seen),
        )


def _is_empty(default: Any, numbered: bool) -> bool:
    """Whether nothing fills a field. Texts begin empty, which only does for records that are known by their number already."""
    return default is None or (default.is_scalar and default.arg in ("", ZERO) and not numbered)


def _collect_choices(kind: RecordType, plan: Plan) -> None:
    options = {n: f.options for n, f in kind.fields.items() if f.kind == "option"}
    for item in plan.records:
        if item.action == "wrong":
            continue
        for name, list_key in options.items():
            value = item.incoming.values.get(name)
            if isinstance(value, NewChoice) and value not in plan.new_choices.setdefault(list_key, []):
                plan.new_choices[list_key].append(str(value))
    plan.new_choices = {k: v for k, v in plan.new_choices.items() if v}
    for list_key, texts in plan.new_choices.items():
        name = next(_(f.label) for f in kind.fields.values() if f.options == list_key)
        plan.notes.append(_("New choices for {field}: {texts}.").format(field=name, texts=", ".join(texts)))


def _with_choices(options: Options, plan: Plan) -> Options:
    """The options as they will be when the new choices are there."""
    return options.with_more({key: [Choice(text, text) for text in texts] for key, texts in plan.new_choices.items()})


def _check(app: Application, connection: Any, kind: RecordType, plan: Plan, progress: Progress) -> None:
    """Let the rules of the record type look at every record that would be written."""
    builder = Builder(app, kind)
    for at, item in enumerate(plan.records):
        if item.action == "create":
            draft = builder.draft(item.incoming)
            if kind.lines:  # rules over amounts need them computed
                derive(app, draft)
            _note_problems(item, builder.problems(item.incoming, draft))
        if at % _AT_ONCE == 0:
            progress.report(at, len(plan.records), _("Checking"))
            progress.check_cancelled()
    _check_changes(app, connection, kind, [p for p in plan.records if p.action == "change"])


def _check_changes(app: Application, connection: Any, kind: RecordType, changing: list[Planned]) -> None:
    checker = Checker(app, kind)
    for chunk in _chunks(changing):
        existing = read_records(app, connection, kind, [p.id for p in chunk if p.id is not None])
        for item in chunk:
            before = existing[item.id or 0]
            draft = laid_over(before, item.incoming, lambda: new_line(kind))
            if kind.lines:
                derive(app, draft, before)
            _note_problems(item, checker.problems(draft, before))


def _note_problems(item: Planned, found: Mapping[str, str]) -> None:
    if found:
        item.action = "wrong"
        item.problems.update(found)


def _chunks(items: list[Planned]) -> Iterator[list[Planned]]:
    for at in range(0, len(items), _AT_ONCE):
        yield items[at : at + _AT_ONCE]


@without_looking_for_circles()
def run_import(app: Application, plan: Plan, progress: Progress | None = None) -> Result:
    """Write everything of the plan that is not wrong, all or none, as one batch of the history. Raises Told, Cancelled."""
    kind, progress, batch = app.type(plan.type), progress or Unwatched(), new_uid()
    app.actor.require(f"{kind.key}.import")
    if plan.recipe.all_or_nothing and plan.count("wrong"):
        raise Refused(
            _("Nothing was imported: some rows are wrong, and all or none were to come in."),
            _("Correct the rows, or let the good ones come in."),
        )
    with told(app), writing(app.engine) as session:
        app_inside, sound = _prepare(session, app, kind, plan, batch)
        guards = Guards(session, kind)
        if asked := asked_about(guards, [p for p in plan.records if p.action != "ask"]):
            hold_back(session, app_inside, kind, asked, drafts_of(session, app_inside, kind, asked), guards)
        new = [p for p in plan.records if p.action == "create"]
        changing = [p for p in plan.records if p.action == "change"]
        done, total = 0, len(new) + len(changing)
        besides = {related.type for related in children(kind)}
        build = Builder(app_inside, kind).draft
        with indexed_afterwards(session.connection(), kind.model.__table__, 0 if kind.key in LINKED else len(new)):
            for chunk in _chunks(new):
                drafts = [build(p.incoming) for p in chunk]
                saved = save_within(session, app_inside, drafts, "import", batch, sound=sound)
                hooks.begin_imported(session, app_inside, kind, saved, batch)
                for item, draft in zip(chunk, saved, strict=True):
                    item.id = draft.id
                done += len(chunk)
                progress.report(done, total, _("Importing"))
                progress.check_cancelled()
        for chunk in _chunks(changing):
            existing = read_records(app_inside, session, kind, [p.id for p in chunk if p.id is not None])
            for item in chunk:
                if item.id not in existing:
                    raise gone()
                done += 1
                if not set(item.changes) - besides:
                    continue  # it stays as it is, and only something beside it is new
                draft = laid_over(existing[item.id], item.incoming, lambda: new_line(kind))
                draft.version = item.version
                save_within(session, app_inside, [draft], "import", batch)
            progress.report(done, total, _("Importing"))
            progress.check_cancelled()
        history.append(session.connection(), held_entries(app_inside, kind, [*new, *changing]))
        touched = write_beside(session, app_inside, kind, plan, batch)
        _move_sequence_on(session, kind, new)
        options = load_options(session, app.types.values()) if plan.new_choices else app.options
        facts = {"type": plan.type, "file": plan.file, "added": len(new), "changed": len(changing), "batch": batch}
        facts |= {"folder": plan.dropped} if plan.dropped else {}
        events.record(app, "import", plan.file or plan.sheet, facts | {"skipped": plan.count("wrong")}, session=session)
    app.options = options
    _tell(app, plan, touched)
    failed = keep_files(app, plan, progress)
    unchanged, wrong, left = plan.count("same"), plan.count("wrong"), plan.count("ask")
    return Result(len(new), len(changing), unchanged, wrong, batch, tuple(failed), left, tuple(held_words(kind, plan.records)))


def _prepare(session: Session, app: Application, kind: RecordType, plan: Plan, batch: str) -> tuple[Application, bool]:
    """Take the lock, bring the plan up to date and add what its records need; gives the application as it is with that, and whether what
    the plan found sound is so still.
    """
    one_at_a_time(session.connection(), "import")
    if up_to_date := nothing_happened(session, plan):
        app_inside = app
    else:
        app_inside = replace(app, options=load_options(session, app.types.values()))
        leave_known_choices(plan, app_inside.options)
    app_inside = _add_choices(session, app_inside, plan, batch)
    _add_missing(session, app_inside, plan, batch)
    if not up_to_date:
        _check_changes(app_inside, session, kind, compare_again(app_inside, session, kind, plan))
    return app_inside, up_to_date and not kind.lines


def _tell(app: Application, plan: Plan, touched: set[str]) -> None:
    keys = [
        plan.type,
        *touched,
        *(["customers"] if plan.missing else []),
        *(["options", "units"] if plan.new_choices else []),
    ]
    for key in keys:
        app.changes.tell(Changed(key, frozenset(), app.actor.name, "import"))


def _add_choices(session: Session, app: Application, plan: Plan, batch: str) -> Application:
    """Add the new choices to their lists; gives the application as it is with them, until the commit says it is so."""
    for list_key, texts in plan.new_choices.items():
        start = len(app.options.choices(list_key))
        if list_key == "units":
            drafts = [new_draft(app, "units", {"name": t}) for t in texts]
        else:
            drafts = [
                new_draft(app, "options", {"list_key": list_key, "code": t, "label": t, "position": start + at})
                for at, t in enumerate(texts)
            ]
        save_within(session, app, drafts, "import", batch)
    return replace(app, options=_with_choices(app.options, plan))


def _add_missing(session: Session, app: Application, plan: Plan, batch: str) -> None:
    """Create the customers that stand-ins were given for, and put the real references in their place."""
    if not plan.missing:
        return
    used = {p.incoming.values.get("customer_id") for p in plan.records if p.action == "create"}
    wanted = [ref for ref in plan.missing if ref in used]
    real = known_customers(app, session, plan, wanted)
    wanted = [ref for ref in wanted if ref not in real]
    saved = save_within(session, app, [new_draft(app, "customers", plan.missing[r]) for r in wanted], "import", batch)
    real |= {ref: Ref(int(draft.id or 0), ref.label) for ref, draft in zip(wanted, saved, strict=True)}
    for item in plan.records:
        customer = item.incoming.values.get("customer_id")
        if customer in real:
            item.incoming.values["customer_id"] = real[customer]


def _move_sequence_on(session: Session, kind: RecordType, new: list[Planned]) -> None:
    """Numbers that came with the file and look like ours are taken: the sequence goes on behind them."""
    if not kind.sequence:
        return
    table: Any = NumberSequence.__table__
    row = session.execute(
        select(table.c.pattern, table.c.restart, table.c.period, table.c.last).where(table.c.key == kind.sequence)
    ).first()
    reader = number_reader(row.pattern) if row else None
    if row is None or reader is None:
        return
    numbers = (str(p.incoming.values.get(kind.number) or "") for p in new)
    seen = [found for n in numbers if (found := running_number(reader, row.restart, n))]
    latest = max([*seen, (row.period, row.last)])
    if latest != (row.period, row.last):
        session.execute(
            update(table)
            .where(table.c.key == kind.sequence)
            .values(period=latest[0], last=latest[1], version=table.c.version + 1)
        )
