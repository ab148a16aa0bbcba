"""crm-desktop list and show."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from crm_desktop.cli.conditions import where_of
from crm_desktop.cli.console import draft_facts, padded, plain, say, say_json, say_table, width
from crm_desktop.cli.opening import opened
from crm_desktop.errors import Missing
from crm_desktop.words import _, ngettext

if TYPE_CHECKING:
    from crm_desktop.application import Application
    from crm_desktop.draft import Draft
    from crm_desktop.records.record_type import RecordType


def list_records(arguments: argparse.Namespace) -> int:
    """A list, as the window shows it at first."""
    from crm_desktop.filters import ListQuery
    from crm_desktop.kinds import KINDS, show
    from crm_desktop.services.listing import count, fetch_page, iterate

    with opened(arguments) as app:
        kind = app.type(arguments.type)
        columns = tuple(n for n in kind.columns if n in kind.visible(app.actor))
        query = ListQuery(arguments.type, columns, where_of(app, arguments.type, arguments.where), arguments.search)
        limit = arguments.limit
        rows = (
            fetch_page(app, query, size=limit).rows
            if limit
            else [row for chunk in iterate(app, query) for row in chunk]
        )
        if arguments.json:
            say_json([{**{n: plain(v) for n, v in zip(columns, row, strict=False)}, "id": row[-1]} for row in rows])
            return 0
        fields = [kind.fields[n] for n in columns]
        cells = [[show(v, f, app.options) for v, f in zip(row, fields, strict=False)] for row in rows]
        say_table([_(f.label) for f in fields], cells, [KINDS[f.kind].align == "right" for f in fields])
        total = count(app, query, cap=None).number
        say()
        if total > len(rows):
            say(_("{shown} of {total} shown.").format(shown=len(rows), total=f"{total:,}"))
        else:
            say(ngettext("{count} record.", "{count} records.", total).format(count=f"{total:,}"))
    return 0


def found_ids(app: Application, type_key: str, number: str) -> list[int]:
    """The records with this number. Raises Missing."""
    from crm_desktop.services.saving import find_ids

    ids = find_ids(app, type_key, number)
    if not ids:
        kind = app.type(type_key)
        raise Missing(_("There is no {type} “{text}”.").format(type=_(kind.title).lower(), text=number))
    return ids


def show_record(arguments: argparse.Namespace) -> int:
    """One record; all of them, when several customers share its number."""
    from crm_desktop.services.saving import open_record

    with opened(arguments) as app:
        kind = app.type(arguments.type)
        drafts = [open_record(app, kind.key, id_) for id_ in found_ids(app, kind.key, arguments.number)]
        if arguments.json:
            facts = [draft_facts(draft, kind.number) for draft in drafts]
            say_json(facts[0] if len(facts) == 1 else facts)
            return 0
        for at, draft in enumerate(drafts):
            if at:
                say()
            _say_record(app, kind, draft)
    return 0


def _say_record(app: Application, kind: RecordType, draft: Draft) -> None:
    from crm_desktop.kinds import KINDS, show

    say(f"{_(kind.title)} {kind.label_of(draft.values)}")
    filled = {n: v for n, v in draft.values.items() if v not in (None, "", ())}
    labels = {n: _(kind.fields[n].label) for n in kind.fields if n in filled}
    widest = max((width(label) for label in labels.values()), default=0)
    for name, label in labels.items():
        text = show(filled[name], kind.fields[name], app.options)
        say(f"  {padded(label, widest)}  {text}".replace("\n", "\n" + " " * (widest + 4)))
    if kind.lines and draft.lines:
        used = [
            n for n in kind.lines.fields if n != "position" and any(_worth(line.values.get(n)) for line in draft.lines)
        ]
        fields = [kind.lines.fields[n] for n in used]
        say()
        rows = [
            [show(line.values.get(n), f, app.options) for n, f in zip(used, fields, strict=True)]
            for line in draft.lines
        ]
        say_table([_(f.label) for f in fields], rows, [KINDS[f.kind].align == "right" for f in fields])


def _worth(value: Any) -> bool:
    """Whether a column with this value is worth its place."""
    return value not in (None, "", (), 0)
