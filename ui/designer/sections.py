"""What can be said of each thing on the paper, in the order the panel shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm_desktop.words import N_

OWN, STYLE, FORMAT, BORDER, TABLE, HEADING, SUM, PAGE, MARGINS, TEMPLATE, SHEET = (
    "own", "style", "format", "border", "table", "heading", "sum", "page", "margins", "template", "sheet",
)  # fmt: skip


@dataclass(frozen=True)
class Prop:
    """One entry: what people call it, where it stands, its name there. `look` asks for a special editor."""

    label: str
    name: str
    where: str = OWN
    look: str = ""


@dataclass(frozen=True)
class Section:
    """Entries under one heading; entries in one row stand beside each other."""

    title: str
    rows: tuple[tuple[Prop, ...], ...]
    folded: bool = False


def _own(label: str, name: str, look: str = "") -> Prop:
    return Prop(label, name, OWN, look)


PLACE = Section(
    N_("Place"),
    (
        (_own(N_("Left"), "x"), _own(N_("Top"), "y")),
        (_own(N_("Width"), "width"), _own(N_("Height"), "height")),
        (_own(N_("Locked"), "locked"),),
    ),
)
_TEXT_STYLE = Section(
    N_("Text style"),
    (
        (Prop(N_("Style"), "style", OWN, "named_style"),),
        (Prop(N_("Font size"), "size", STYLE), Prop(N_("Colour"), "color", STYLE, "colour")),
        (
            Prop(N_("Bold"), "bold", STYLE, "toggle:text_bold"),
            Prop(N_("Italic"), "italic", STYLE, "toggle:text_italic"),
            Prop(N_("Underlined"), "underline", STYLE, "toggle:text_underline"),
        ),
        (Prop(N_("Across"), "align", STYLE, "align"), Prop(N_("Up and down"), "valign", STYLE, "valign")),
        (Prop(N_("If too long"), "overflow", STYLE),),
        (Prop(N_("Fill"), "fill", STYLE, "colour_none"), Prop(N_("Inner edge"), "padding", STYLE)),
        (Prop(N_("Line height"), "line_height", STYLE), Prop(N_("Most lines"), "max_lines", STYLE)),
    ),
)
_FORMATTING = Section(
    N_("How values are written"),
    (
        (Prop(N_("Format"), "how", FORMAT),),
        (Prop(N_("Decimals"), "digits", FORMAT), Prop(N_("Nothing for 0"), "blank_zero", FORMAT)),
        (Prop(N_("Before it"), "prefix", FORMAT), Prop(N_("Behind it"), "suffix", FORMAT)),
        (Prop(N_("Date pattern"), "pattern", FORMAT),),
    ),
    folded=True,
)
_BORDERS = Section(
    N_("Border"),
    (
        (Prop(N_("Left"), "left", BORDER), Prop(N_("Right"), "right", BORDER)),
        (Prop(N_("Top"), "top", BORDER), Prop(N_("Bottom"), "bottom", BORDER)),
        (Prop(N_("Colour"), "color", BORDER, "colour"),),
    ),
    folded=True,
)
_INK = Section(N_("Look"), ((Prop(N_("Style"), "style", OWN, "named_style"),), (Prop(N_("Colour"), "color", STYLE, "colour"),)))
_FILLED = Section(
    N_("Look"),
    (
        (Prop(N_("Style"), "style", OWN, "named_style"),),
        (Prop(N_("Line"), "color", STYLE, "colour"), Prop(N_("Fill"), "fill", STYLE, "colour_none")),
    ),
)
WHEN = Section(N_("Shown"), ((_own(N_("Only when"), "visible_when", "condition"),),))
_SAID = (_TEXT_STYLE, _BORDERS)
_VALUE = (_TEXT_STYLE, _FORMATTING, _BORDERS)


def _content(*rows: tuple[Prop, ...]) -> Section:
    return Section(N_("Content"), rows)


_TABLE = Section(
    N_("Table"),
    (
        (Prop(N_("Rows of"), "over", TABLE, "list"),),
        (Prop(N_("Row height"), "row_height", TABLE), Prop(N_("Ruled lines"), "lines", TABLE)),
        (Prop(N_("Line width"), "line_width", TABLE), Prop(N_("Colour"), "line_color", TABLE, "colour")),
        (Prop(N_("Stripes"), "stripe", TABLE, "colour_none"),),
        (Prop(N_("At least rows"), "min_rows", TABLE), Prop(N_("Rows per page"), "rows_per_page", TABLE)),
        (Prop(N_("Fill the page with rows"), "fill_page", TABLE),),
        (Prop(N_("Without rows"), "empty_text", TABLE, "text"),),
    ),
)
_HEADING = Section(
    N_("Heading"),
    (
        (Prop(N_("Show a heading"), "heading", TABLE, "has_heading"),),
        (Prop(N_("Height"), "height", HEADING),),
        (Prop(N_("Again on each page"), "repeat", HEADING),),
    ),
    folded=True,
)
_SUMS = Section(
    N_("Sums"),
    (
        (Prop(N_("Total"), "total", SUM),),
        (Prop(N_("Sum of the page"), "page_subtotal", SUM),),
        (Prop(N_("Brought forward"), "brought_forward", SUM),),
        (Prop(N_("Carried to the next page"), "carried_forward", SUM),),
    ),
    folded=True,
)
_BAND_HEIGHT = (_own(N_("Height"), "height"),)

SECTIONS: Mapping[str, tuple[Section, ...]] = {
    "text": (_content((_own(N_("Text"), "text", "mixed"),), (_own(N_("Turned by"), "angle"),)), *_SAID, PLACE, WHEN),
    "rich_text": (_content((_own(N_("Text"), "text", "mixed"),)), *_SAID, PLACE, WHEN),
    "field": (_content((_own(N_("Field"), "field", "path"),)), *_VALUE, PLACE, WHEN),
    "expression": (_content((_own(N_("Calculation"), "expression", "path"),)), *_VALUE, PLACE, WHEN),
    "page_number": (_content((_own(N_("Text"), "text", "mixed"),)), *_SAID, PLACE, WHEN),
    "line": (
        _content((_own(N_("Line width"), "line_width"), _own(N_("Dashes"), "dash")), (_own(N_("Rising"), "rising"),)), _INK, PLACE, WHEN
    ),
    "rectangle": (_content((_own(N_("Line width"), "line_width"), _own(N_("Corners"), "radius"))), _FILLED, PLACE, WHEN),
    "picture": (
        _content(
            (_own(N_("Picture"), "picture", "picture"),),
            (_own(N_("Or a field"), "field", "path"),),
            (_own(N_("Fit"), "fit"), _own(N_("Across"), "align", "align")),
        ),
        PLACE,
        WHEN,
    ),
    "seal": (
        _content(
            (_own(N_("Picture"), "picture", "picture"),),
            (_own(N_("Or a field"), "field", "path"),),
            (_own(N_("Text around"), "text", "text"),),
            (_own(N_("Text below"), "caption", "text"),),
            (_own(N_("Opacity"), "opacity"),),
        ),
        _INK,
        PLACE,
        WHEN,
    ),
    "barcode": (
        _content(
            (_own(N_("Value"), "value", "path"),), (_own(N_("Kind"), "symbology"),), (_own(N_("Show the value below"), "show_text"),)
        ),
        _TEXT_STYLE,
        PLACE,
        WHEN,
    ),
    "check_box": (
        _content((_own(N_("Ticked when"), "checked", "path"),), (_own(N_("Text"), "text", "mixed"),)), *_SAID, PLACE, WHEN
    ),
    "table": (_TABLE, _HEADING, _SUMS, PLACE, WHEN),
    "chart": (
        _content(
            (_own(N_("Kind"), "chart"),),
            (_own(N_("Rows of"), "over", "list"),),
            (_own(N_("Name of a row"), "label", "path"),),
            (_own(N_("Value"), "value", "path"),),
            (_own(N_("Title"), "title", "text"),),
            (_own(N_("Show values"), "show_values"),),
        ),
        _TEXT_STYLE,
        PLACE,
        WHEN,
    ),
    "column": (
        _content(
            (_own(N_("Title"), "title", "text"),),
            (_own(N_("Value"), "value", "path"),),
            (_own(N_("Width"), "width"), _own(N_("Sum"), "sum")),
            (_own(N_("Takes spare room"), "stretch"),),
            (_own(N_("Leave out when empty"), "hide_when_empty"),),
        ),
        *_VALUE,
        WHEN,
    ),
    "band:report_head": (Section(N_("Band"), (_BAND_HEIGHT,)), WHEN),
    "band:page_head": (Section(N_("Band"), (_BAND_HEIGHT, (_own(N_("On"), "on"),))), WHEN),
    "band:page_foot": (Section(N_("Band"), (_BAND_HEIGHT, (_own(N_("On"), "on"),))), WHEN),
    "band:section": (
        Section(
            N_("Band"),
            (
                _BAND_HEIGHT,
                (_own(N_("Begin on a new page"), "page_break_before"),),
                (_own(N_("Keep on one page"), "keep_together"),),
            ),
        ),
        WHEN,
    ),
    "band:group_head": (
        Section(
            N_("Band"),
            (
                (_own(N_("Group by"), "by", "path"),),
                (_own(N_("Order"), "order"),),
                _BAND_HEIGHT,
                (_own(N_("Again on each page"), "repeat"),),
                (_own(N_("Keep on one page"), "keep_together"),),
                (_own(N_("Begin on a new page"), "page_break_before"),),
            ),
        ),
        WHEN,
    ),
    "band:group_foot": (Section(N_("Band"), (_BAND_HEIGHT,)), WHEN),
    "band:no_data": (Section(N_("Band"), ((_own(N_("Rows of"), "over", "list"),), _BAND_HEIGHT)), WHEN),
    "band:detail": (
        Section(
            N_("Band"),
            (
                (_own(N_("Rows of"), "over", "list"),),
                (_own(N_("Height"), "height"), _own(N_("Stripes"), "stripe", "colour_none")),
                (_own(N_("At least rows"), "min_rows"),),
                (_own(N_("Fill the page with rows"), "fill_page"),),
                (_own(N_("Begin on a new page"), "page_break_before"),),
                (_own(N_("Each row on a page of its own"), "page_break_between"),),
            ),
        ),
        WHEN,
    ),
    "band:table": (
        _TABLE,
        _HEADING,
        _SUMS,
        Section(
            N_("Band"),
            (
                (_own(N_("Left"), "x"), _own(N_("Space below"), "space_after")),
                (_own(N_("Begin on a new page"), "page_break_before"),),
            ),
        ),
        WHEN,
    ),
    "band:report_foot": (
        Section(
            N_("Band"), (_BAND_HEIGHT, (_own(N_("Place"), "at"),), (_own(N_("Rows kept with it"), "keep_rows"),))
        ),
        WHEN,
    ),
    "": (
        Section(
            N_("Paper"),
            (
                (Prop(N_("Size"), "size", PAGE),),
                (Prop(N_("Width"), "width", PAGE), Prop(N_("Height"), "height", PAGE)),
                (Prop(N_("Direction"), "orientation", PAGE),),
                (Prop(N_("Roll: as long as needed"), "roll", PAGE),),
            ),
        ),
        Section(
            N_("Margins"),
            (
                (Prop(N_("Left"), "left", MARGINS), Prop(N_("Right"), "right", MARGINS)),
                (Prop(N_("Top"), "top", MARGINS), Prop(N_("Bottom"), "bottom", MARGINS)),
            ),
        ),
        Section(
            N_("Labels"),
            (
                (Prop(N_("Labels on a sheet or a roll"), "labels", SHEET, "flag"),),
                (Prop(N_("Sheet"), "size", SHEET),),
                (Prop(N_("Width"), "width", SHEET), Prop(N_("Height"), "height", SHEET)),
                (Prop(N_("Columns"), "columns", SHEET), Prop(N_("Rows"), "rows", SHEET)),
                (Prop(N_("From the left"), "left", SHEET), Prop(N_("From the top"), "top", SHEET)),
                (Prop(N_("Gap across"), "gap_x", SHEET), Prop(N_("Gap down"), "gap_y", SHEET)),
                (Prop(N_("Down before across"), "down_first", SHEET),),
                (Prop(N_("How many of each record"), "repeat", SHEET, "path"),),
            ),
            folded=True,
        ),
        Section(N_("Pre-printed form"), ((Prop(N_("Picture"), "background", PAGE, "background"),),)),
        Section(
            N_("Template"),
            (
                (Prop(N_("Name"), "title", TEMPLATE, "title"),),
                (Prop(N_("Language"), "language", TEMPLATE, "language"),),
                (Prop(N_("Copies, each with its name"), "captions", TEMPLATE, "captions"),),
            ),
        ),
    ),
}
"""The sections of each kind; bands are `band:KIND`, and "" is the page."""
