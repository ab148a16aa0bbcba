"""Printing records of an open database: choose the template, read the record, write the PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crm_desktop.application import Application
from crm_desktop.printing.context import Context, for_records
from crm_desktop.printing.rendering import Rendered, render_many
from crm_desktop.printing.shipped import find_template
from crm_desktop.printing.template import Template
from crm_desktop.services import events


def note_printed(app: Application, type_key: str, record_id: int, label: str, facts: Mapping[str, Any]) -> None:
    """Let the history of a record tell that it was printed or saved as PDF; to show it on the screen is neither."""
    events.record(app, "print", label, facts, about=(type_key, record_id))


def print_to_pdf(app: Application, type_key: str, record_id: int, template: str | None, language: str) -> bytes:
    """One record as PDF. Raises Missing for an unknown template or record."""
    return print_records(app, type_key, [record_id], template, language).pdf


def print_records(
    app: Application,
    type_key: str,
    ids: Sequence[int],
    template: str | None,
    language: str,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """Several records as one PDF, each with its own page numbers, with what a person should look at."""
    chosen = find_template(app.type(type_key), template, language)

    def documents() -> Iterator[tuple[Template, Context]]:
        for context in for_records(app, type_key, ids, chosen.language or language):
            yield chosen, context

    return render_many(documents(), progress, cancelled)
