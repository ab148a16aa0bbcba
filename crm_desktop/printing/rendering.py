"""The way in: a template and plain data become a PDF, with the list of what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_desktop.errors import Cancelled
from crm_desktop.printing.layout import Kept, lay_out
from crm_desktop.printing.marks import Problem, Problems
from crm_desktop.printing.render_pdf import PdfWriter
from crm_desktop.printing.template import Template


@dataclass(frozen=True)
class Rendered:
    """A finished PDF."""

    pdf: bytes
    pages: int
    problems: tuple[Problem, ...]


def render(template: Template, context: Mapping[str, Any]) -> Rendered:
    """One document as PDF. Faults in elements are reported in `problems`, and the rest is printed."""
    return render_many([(template, context)])


def render_many(
    documents: Iterable[tuple[Template, Mapping[str, Any]]],
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Rendered:
    """Many documents as one PDF, each with its own page numbers. Raises Cancelled when `cancelled` says so.

    `documents` may be a generator: only one document is held at a time. `progress` is told how many are done.
    """
    problems = Problems()
    writer: PdfWriter | None = None
    shared: dict[int, Kept] = {}
    for done, (template, context) in enumerate(documents, 1):
        if cancelled is not None and cancelled():
            raise Cancelled
        if writer is None:
            writer = PdfWriter(template.title_in(template.language))
        if id(template) not in shared:  # Kept holds the template, so its id stays its own
            shared[id(template)] = Kept(template, problems)
        for page in lay_out(template, context, problems, shared[id(template)]):
            writer.add(page)
        if progress is not None:
            progress(done)
    if writer is None:
        raise ValueError("nothing to print")
    return Rendered(writer.finish(), writer.pages, problems.all())
