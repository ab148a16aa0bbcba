"""What people call the parts of a template: bands, kinds of elements, and a short name for each thing on the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_desktop.words import N_, _

BANDS: Mapping[str, str] = {
    "report_head": N_("Title"),
    "page_head": N_("Page head"),
    "section": N_("Free section"),
    "group_head": N_("Group head"),
    "detail": N_("Repeated for each line"),
    "table": N_("Table"),
    "group_foot": N_("Group foot"),
    "no_data": N_("Where there are no lines"),
    "report_foot": N_("End of the document"),
    "page_foot": N_("Page foot"),
}
ON_PAGES: Mapping[str, str] = {
    "every": N_("every page"),
    "first": N_("first page"),
    "not_first": N_("from the second page"),
    "middle": N_("middle pages"),
    "not_last": N_("all but the last page"),
    "last": N_("last page"),
}
ELEMENTS: Mapping[str, tuple[str, str]] = {
    "text": (N_("Text"), "text_t"),
    "rich_text": (N_("Text with marked words"), "document_text"),
    "field": (N_("Field"), "tag"),
    "expression": (N_("Calculation"), "math_formula"),
    "page_number": (N_("Page number"), "number_symbol"),
    "line": (N_("Line"), "line_horizontal_1"),
    "rectangle": (N_("Box"), "rectangle_landscape"),
    "picture": (N_("Picture"), "image"),
    "seal": (N_("Seal"), "certificate"),
    "barcode": (N_("Barcode"), "barcode_scanner"),
    "check_box": (N_("Check box"), "checkbox_checked"),
    "table": (N_("Small table"), "document_table"),
    "chart": (N_("Chart"), "data_bar_vertical"),
}
"""Kind → what people call it, and its icon."""

_TONES = {
    "report_head": "green", "report_foot": "green", "page_head": "accent", "page_foot": "accent", "table": "amber", "detail": "amber",
    "no_data": "amber", "group_head": "violet", "group_foot": "violet", "section": "grey",
}  # fmt: skip
_LONGEST = 34


def band_colour(kind: str) -> str:
    """The tone of a kind of band."""
    return _TONES.get(kind, "grey")


def band_title(band: Any) -> str:
    """What a band is called; with the pages it is on where that is not every page."""
    words = _(BANDS.get(band.kind, band.kind))
    on = getattr(band, "on", "every")
    return f"{words} · {_(ON_PAGES[on])}" if on != "every" else words


def kind_title(kind: str) -> str:
    """What a kind of element is called."""
    return _(ELEMENTS[kind][0]) if kind in ELEMENTS else kind


def kind_icon(kind: str) -> str:
    return ELEMENTS[kind][1] if kind in ELEMENTS else "document"


def short_name(thing: Any) -> str:
    """What a thing says or shows, in one line; else its kind."""
    for name in ("text", "field", "expression", "value", "checked", "title", "picture"):
        said = getattr(thing, name, "")
        if isinstance(said, str) and said.strip():
            line = " ".join(said.split())
            return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return kind_title(getattr(thing, "kind", ""))
