"""The way in: a template and plain data become a PDF, with the list of what a person should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm_desktop.errors import Cancelled
from crm_desktop.printing.evaluate import FAULT, Reader
from crm_desktop.printing.labels import Sheets
from crm_desktop.printing.layout import Kept, lay_out
from crm_desktop.printing.marks import PageMarks, Problem, Problems
from crm_desktop.printing.render_pdf import PdfWriter
from crm_desktop.printing.template import Template

MOST_LABELS = 5_000
"""Of one record: a wrong figure must not use up a roll."""


@dataclass(frozen=True)
class Rendered:
    """A finished PDF."""

    pdf: bytes
    pages: int
    problems: tuple[Problem, ...]


def render(template: Template, context: Mapping[str, Any], first_label: int = 1) -> Rendered:
    """One document as PDF. Faults in elements are reported in `problems`, and the rest is printed."""
    return render_many([(template, context)], first_label=first_label)


def render_many(
    documents: Iterable[tuple[Template, Mapping[str, Any]]],
    progress: Callable[[int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    first_label: int = 1,
) -> Rendered:
    """Many documents as one PDF, each with its own page numbers. Raises Cancelled when `cancelled` says so.

    `documents` may be a generator: only one document is held at a time. `progress` is told how many are done. first_label: on which
    label of the first sheet labels begin.
    """
    problems = Problems()
    writer: PdfWriter | None = None
    shared: dict[int, Kept] = {}
    sheets: dict[int, Sheets] = {}
    for done, (template, context) in enumerate(documents, 1):
        if cancelled is not None and cancelled():
            raise Cancelled
        if writer is None:
            writer = PdfWriter(template.title_in(template.language))
        if id(template) not in shared:  # Kept holds the template, so its id stays its own
            shared[id(template)] = Kept(template, problems)
            if template.page.sheet is not None:
                sheets[id(template)] = Sheets(template.page.sheet, first_label, writer.add)
        take = sheets[id(template)].add if template.page.sheet is not None else writer.add
        for page in pages_of(template, context, problems, shared[id(template)]):
            if cancelled is not None and cancelled():
                raise Cancelled
            take(page)
        if progress is not None:
            progress(done)
    if writer is None:
        raise ValueError("nothing to print")
    for begun in sheets.values():
        begun.finish()
    if not writer.pages:  # labels of which none was wanted
        writer.add(PageMarks(*template.page.dimensions()))
    return Rendered(writer.finish(), writer.pages, problems.all())


def pages_of(template: Template, context: Mapping[str, Any], problems: Problems, kept: Kept) -> Iterator[PageMarks]:
    """The pages of one document: once for each caption, and as often as its labels are wanted."""
    for caption in template.captions or ("",):
        own = {**context, "print": {**(context.get("print") or {}), "copy": caption}} if caption else context
        pages = lay_out(template, own, problems, kept)
        for _copy in range(_wanted(template, own, problems)):
            yield from pages


def _wanted(template: Template, context: Mapping[str, Any], problems: Problems) -> int:
    sheet = template.page.sheet
    if sheet is None or not sheet.repeat.strip():
        return 1
    value = Reader(context, template.language, problems).value(sheet.repeat, "page.sheet.repeat", context)
    if value is FAULT or not isinstance(value, (int, Decimal)):
        return 1
    return min(max(int(value), 0), MOST_LABELS)
