"""Printing records of an open database: choose the template, read the record, write the PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crm_desktop.application import Application
from crm_desktop.printing.context import WHOM, Context, for_records, together_of
from crm_desktop.printing.rendering import Rendered, render_many
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_store import Chooser, prints_lists
from crm_desktop.services.accounts import AccountSpan
from crm_desktop.services.print_log import note_all, note_printed

__all__ = ["note_all", "note_printed", "print_records", "print_to_pdf"]


def print_to_pdf(
    app: Application, type_key: str, record_id: int, template: str | None, language: str, account: AccountSpan | None = None
) -> bytes:
    """One record as PDF. Raises Missing for an unknown template or record."""
    return print_records(app, type_key, [record_id], template, language, account=account).pdf


def print_records(
    app: Application,
    type_key: str,
    ids: Sequence[int],
    template: str | None,
    language: str,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    printer: str = "",
    first_label: int = 1,
    account: AccountSpan | None = None,
) -> Rendered:
    """Several records as one PDF, each with its own page numbers, with what a person should look at.

    Without a template each record takes the usual one for its customer, its department, the printer and the language. first_label: on
    which label of the first sheet labels begin. account: which part of the accounts of customers, this year when None.
    """
    chooser = Chooser(app, app.type(type_key), language, template, printer)
    spoken = chooser.of().language or language

    def documents() -> Iterator[tuple[Template, Context]]:
        for context in for_records(app, type_key, ids, spoken, account):
            yield chooser.of(*context[WHOM]), context

    if template and prints_lists(chooser.of(), app.type(type_key)):
        together = together_of(for_records(app, type_key, ids, spoken, account), progress, cancelled)
        return render_many([(chooser.of(), together)], None, cancelled)
    return render_many(documents(), progress, cancelled, first_label=first_label)
