"""Sheets for the safe: one page of A4 with a secret on it and what to do with it, in the look that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_desktop.printing.rendering import render
from crm_desktop.printing.template import (
    Border,
    Element,
    LineElement,
    Margins,
    Page,
    ReportHead,
    StyleEntry,
    Template,
    TextElement,
)
from crm_desktop.words import N_, translated

WIDTH = 170.0
"""Millimetres between the margins."""

_STYLES = {
    "default": StyleEntry(size=10.5, color="#1a1f26", valign="top", line_height=1.4),
    "title": StyleEntry(size=20, bold=True, color="#1f4e79", valign="middle", overflow="shrink"),
    "label": StyleEntry(size=9, color="#5b6673", valign="top"),
    "value": StyleEntry(size=12, bold=True, overflow="shrink"),
    "warning": StyleEntry(size=10.5, bold=True, color="#a4262c", line_height=1.4),
    "heading": StyleEntry(size=12, bold=True, color="#1f4e79", border=Border(bottom=0.2, color="#c9d1da")),
}


def literal(text: str) -> str:
    """A text in which nothing is worked out."""
    return text.replace("{", "{{").replace("}", "}}")


def text(
    id_: str, y: float, height: float, content: str, style: str = "default", x: float = 0.0, width: float | None = None
) -> TextElement:
    """A text of the sheet; without a width it reaches to the right margin. Millimetres."""
    return TextElement(id=id_, x=x, y=y, width=WIDTH - x if width is None else width, height=height, text=content, style=style)


def head(title: str, company: str, language: str) -> list[Element]:
    """Title and company."""
    return [
        text("title", 0, 12, literal(translated(title, language)), "title"),
        LineElement(id="rule", x=0, y=13, width=WIDTH, height=0, line_width=0.5, style=StyleEntry(color="#1f4e79")),
        text("company_label", 18, 5, literal(translated(N_("Company"), language)), "label"),
        text("company", 23, 7, literal(company), "value"),
    ]


def sheet(
    name: str,
    title: str,
    language: str,
    height: float,
    elements: Sequence[Element],
    styles: Mapping[str, StyleEntry],
    values: Mapping[str, str],
) -> bytes:
    """The sheet as PDF. styles: those that only this sheet has; values: what barcodes on it hold."""
    template = Template(
        name=name, title={language: translated(title, language)}, language=language,
        page=Page(margins=Margins(left=20, right=20, top=18, bottom=12)), styles=_STYLES | dict(styles),
        bands=(ReportHead(id="sheet", height=height, elements=tuple(elements)),),
    )  # fmt: skip
    return render(template, dict(values)).pdf
