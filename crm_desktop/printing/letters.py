"""Reminders to customers as one PDF: each with the template of its level, in its own currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crm_desktop.application import Application
from crm_desktop.printing.context import Context, for_records
from crm_desktop.printing.rendering import Rendered, render_many
from crm_desktop.printing.template import Template
from crm_desktop.printing.template_store import Chooser
from crm_desktop.services.accounts import AccountSpan
from crm_desktop.services.dunning import Letter


def reminder_letters(
    app: Application,
    written: Sequence[Letter],
    language: str,
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """The letters one behind the other, as they are before anything of them is noted. Raises Refused without the right to print."""
    kind = app.type("customers")
    templates = {level: Chooser(app, kind, language, f"reminder-{level}").of() for level in {letter.level for letter in written}}

    def documents() -> Iterator[tuple[Template, Context]]:
        for letter in written:
            template = templates[letter.level]
            span = AccountSpan(currency=letter.currency_id)
            for context in for_records(app, "customers", [letter.customer.id], template.language or language, span):
                yield template, context

    return render_many(documents(), progress, cancelled)
