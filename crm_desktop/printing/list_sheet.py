"""Any list as pages: a heading, the columns as they are shown, and the sums; made from the query, with no template kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.filters import ListQuery
from crm_desktop.kinds import KINDS, show
from crm_desktop.printing.rendering import Rendered, render
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_file import load_template
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.records.record_type import Field, RecordType
from crm_desktop.services.listing import count, iterate, totals
from crm_desktop.words import _, language, ngettext

MOST_ROWS = 20_000
_WIDE = 273.0  # millimetres of a landscape A4 page inside its margins
_INK, _GREY, _LINE, _GROUND = "#1a1f26", "#5b6673", "#c9d1da", "#f3f6f9"
_STYLES: dict[str, dict[str, Any]] = {
    "default": {"size": 8.5, "color": _INK, "overflow": "shrink"},
    "title": {"size": 15, "bold": True, "overflow": "shrink"},
    "note": {"size": 8, "color": _GREY, "align": "right", "overflow": "shrink"},
    "heading": {"size": 8, "bold": True, "fill": _GROUND, "padding": 1.2, "overflow": "wrap"},
    "heading_right": {"size": 8, "bold": True, "fill": _GROUND, "padding": 1.2, "align": "right", "overflow": "wrap"},
    "cell": {"size": 8, "padding": 1.2, "line_height": 1.25, "overflow": "wrap"},
    "cell_right": {"size": 8, "padding": 1.2, "align": "right", "overflow": "shrink"},
    "sum": {"size": 8.5, "bold": True, "align": "right", "overflow": "shrink"},
}


def write_list(app: Application, query: ListQuery, path: Path, progress: Progress | None = None) -> int:
    """Write the list of `query` to a PDF file; gives the number of pages. Raises Refused where it is too long to print."""
    made = list_pdf(app, query, progress)
    with whole_file(path) as part:
        part.write_bytes(made.pdf)
    return made.pages


def list_pdf(app: Application, query: ListQuery, progress: Progress | None = None) -> Rendered:
    """The list of `query` as PDF, on landscape A4."""
    kind, progress = app.type(query.type), progress or Unwatched()
    app.actor.require(f"{kind.key}.print")
    visible = kind.visible(app.actor)
    names = tuple(n for n in query.columns or kind.columns if n in visible)
    query = ListQuery(query.type, names, query.where, query.search, query.order)
    number = count(app, query, cap=None).number
    if number > MOST_ROWS:
        advice = _("Narrow the list with filters, or export it for Excel.")
        raise Refused(_("{count} rows are too many to print.").format(count=f"{number:,}"), advice)
    fields = [visible[n] for n in names]
    rows: list[dict[str, str]] = []
    for found in chain.from_iterable(iterate(app, query)):
        if len(rows) % 500 == 0:
            progress.check_cancelled()
            progress.report(len(rows), number)
        rows.append({f"c{at}": _text(app, f, value) for at, (f, value) in enumerate(zip(fields, found, strict=False))})
    summed = [f for f in fields if f.total]
    sums = totals(app, query, [f.name for f in summed]) if summed else {}
    words = "    ".join(f"{_(f.label)}: {show(sums[f.name], f, app.options)}" for f in summed)
    return render(_template(kind, fields), {"rows": rows, "count": _entries(number), "sums": words, "day": dt.date.today().isoformat()})


def _entries(number: int) -> str:
    return ngettext("{count} entry", "{count} entries", number).format(count=f"{number:,}")


def _text(app: Application, about: Field, value: Any) -> str:
    if about.kind == "yes_no":
        return "✓" if value else ""
    return " ".join(show(value, about, app.options).split())


def _template(kind: RecordType, fields: Sequence[Field]) -> Template:
    """A template for these columns; their widths share the page as the list's own widths do."""
    wished = [max(f.width or 12, 6) for f in fields]
    columns = [
        {
            "id": f"c{at}",
            "title": _(f.label).replace("{", "(").replace("}", ")"),
            "width": round(_WIDE * wide / sum(wished), 2),
            "value": f"line.c{at}",
            "style": "cell_right" if KINDS[f.kind].align == "right" else "cell",
            "title_style": "heading_right" if KINDS[f.kind].align == "right" else "heading",
        }
        for at, (f, wide) in enumerate(zip(fields, wished, strict=True))
    ]
    title = {"kind": "text", "id": "title", "x": 0, "y": 0, "width": 150, "height": 8, "style": "title", "text": _(kind.plural)}
    note = {"kind": "text", "id": "note", "x": 150, "y": 1, "width": _WIDE - 150, "height": 6, "style": "note", "text": "{count}   {day}"}
    page = {"kind": "page_number", "id": "page", "x": _WIDE - 60, "y": 1, "width": 60, "height": 5, "style": "note", "text": "{page} / {pages}"}
    sums = {"kind": "text", "id": "sums", "x": 0, "y": 2, "width": _WIDE, "height": 6, "style": "sum", "text": "{sums}"}
    table = {
        "over": "rows", "columns": columns, "lines": "rows", "line_color": _LINE, "row_height": 6,
        "heading": {"height": 7, "repeat": True, "style": "heading"},
    }  # fmt: skip
    facts = {
        "format": "crm-desktop/print-template", "version": 1, "name": "list", "title": {language(): _(kind.plural)},
        "language": language(), "page": {"orientation": "landscape", "margins": {"left": 12, "right": 12, "top": 10, "bottom": 8}},
        "styles": _STYLES,
        "bands": [
            {"kind": "page_head", "id": "head", "height": 11, "elements": [title, note]},
            {"kind": "table", "id": "rows", "table": table},
            {"kind": "report_foot", "id": "end", "height": 9, "elements": [sums]},
            {"kind": "page_foot", "id": "foot", "height": 7, "elements": [page]},
        ],
    }  # fmt: skip
    return load_template(json.dumps(facts))
