"""Any list as pages, as it is filtered and ordered, in the columns shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from crm_desktop.application import Application
from crm_desktop.errors import Refused
from crm_desktop.exchange.whole_files import whole_file
from crm_desktop.filters import ListQuery
from crm_desktop.printing.context import for_list
from crm_desktop.printing.generic import list_template
from crm_desktop.printing.rendering import Rendered, render
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import events
from crm_desktop.services.listing import count, iterate
from crm_desktop.words import _, language

MOST_ROWS = 20_000
"""Some 600 pages: what is longer is meant for a file, not for paper."""


def write_list(app: Application, query: ListQuery, path: Path, progress: Progress | None = None) -> int:
    """Write the list of `query` to a PDF file; gives the number of pages. Raises Refused where it is too long to print."""
    made = list_pdf(app, query, progress)
    with whole_file(path) as part:
        part.write_bytes(made.pdf)
    events.record(app, "print", path.name, {"type": query.type, "file": path.name, "pages": made.pages})
    return made.pages


def list_pdf(app: Application, query: ListQuery, progress: Progress | None = None) -> Rendered:
    """The list of `query` as PDF, in the language of the person. Raises Refused where it is too long to print."""
    kind, progress = app.type(query.type), progress or Unwatched()
    visible = kind.visible(app.actor)
    names = tuple(n for n in query.columns or kind.columns if n in visible)
    query = replace(query, columns=names)
    number = count(app, query, cap=None, operation="print").number
    if number > MOST_ROWS:
        advice = _("Narrow the list with filters, or export it for Excel.")
        raise Refused(_("{count} rows are too many to print.").format(count=f"{number:,}"), advice)
    rows = _rows(app, query, number, progress)
    return render(list_template(kind, names, language()), for_list(app, query.type, rows, language()))


def _rows(app: Application, query: ListQuery, number: int, progress: Progress) -> Iterator[dict[str, Any]]:
    done = 0
    for chunk in iterate(app, query, operation="print"):
        progress.check_cancelled()
        progress.report(done, number)
        done += len(chunk)
        for row in chunk:
            yield dict(zip(query.columns, row, strict=False))
