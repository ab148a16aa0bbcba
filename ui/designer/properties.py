"""What can be said of each thing on the paper, in the order the panel shows it, and how an entry is read and written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crm_desktop.printing.format_rules import Choice, Flag, Number, Rule, rules_of
from crm_desktop.printing.looks import Border, Format, StyleEntry
from crm_desktop.printing.template import Heading, Margins, Page, SumRow, Table, Template
from crm_desktop.words import N_
from ui.designer import edits

OWN, STYLE, FORMAT, BORDER, TABLE, HEADING, SUM, PAGE, MARGINS, TEMPLATE = (
    "own", "style", "format", "border", "table", "heading", "sum", "page", "margins", "template",
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
        Section(N_("Pre-printed form"), ((Prop(N_("Picture"), "background", PAGE, "background"),),)),
        Section(
            N_("Template"),
            ((Prop(N_("Name"), "title", TEMPLATE, "title"),), (Prop(N_("Language"), "language", TEMPLATE, "language"),)),
        ),
    ),
}
"""The sections of each kind; bands are `band:KIND`, and "" is the page."""


def kind_of(template: Template, spots: Mapping[str, edits.Spot], id_: str) -> str:
    """The key of a thing in `SECTIONS`."""
    spot = spots[id_]
    if spot.kind == "column":
        return "column"
    kind: str = edits.thing(template, spot).kind
    return f"band:{kind}" if spot.kind == "band" else kind


def common(kinds: Iterable[str]) -> list[Section]:
    """The sections and entries that all of these kinds have."""
    first, *others = list(dict.fromkeys(kinds))
    known = [{p for section in SECTIONS[kind] for row in section.rows for p in row} for kind in others]
    found = []
    for section in SECTIONS[first]:
        rows = tuple(kept for row in section.rows if (kept := tuple(p for p in row if all(p in k for k in known))))
        if rows:
            found.append(replace(section, rows=rows))
    return found


def rule_of(prop: Prop, thing: Any) -> Rule | None:
    """The rule of the template file behind an entry: its bounds, its choices."""
    shapes: dict[str, Any] = {
        OWN: type(thing), STYLE: StyleEntry, FORMAT: Format, BORDER: Border, TABLE: Table, HEADING: Heading, PAGE: Page,
        MARGINS: Margins, TEMPLATE: Template,
    }  # fmt: skip
    shape = shapes.get(prop.where)
    return rules_of(shape).get(prop.name) if shape is not None else None


def editor_kind(prop: Prop, thing: Any) -> str:
    """Which editor an entry gets: what it asks for, else by its rule."""
    if prop.look:
        return prop.look
    rule = rule_of(prop, thing)
    if prop.where == SUM:
        return "sum"
    return {Number: "number", Flag: "flag", Choice: "choice"}.get(type(rule), "text")  # type: ignore[arg-type]


def read(prop: Prop, thing: Any, template: Template) -> Any:
    """The value of an entry."""
    match prop.where:
        case "style":
            return edits.look(template, thing.style)[prop.name]
        case "format":
            return getattr(_format(template, thing), prop.name)
        case "border":
            return getattr(edits.look(template, thing.style)["border"] or Border(), prop.name)
        case "table":
            return getattr(thing.table, prop.name)
        case "heading":
            return getattr(thing.table.heading or Heading(), prop.name)
        case "sum":
            row = getattr(thing.table, prop.name)
            return None if row is None else row.label
        case "page":
            return getattr(template.page, prop.name)
        case "margins":
            return getattr(template.page.margins, prop.name)
        case "template":
            return getattr(template, prop.name)
    return getattr(thing, prop.name)


def write(prop: Prop, template: Template, ids: Iterable[str], value: Any) -> Template:
    """The template with another value of an entry of these things."""
    match prop.where:
        case "style":
            return edits.style(template, ids, **{prop.name: value})
        case "format":
            return _each_style(template, ids, "format", lambda thing: replace(_format(template, thing), **{prop.name: value}))
        case "border":
            return _each_style(
                template,
                ids,
                "border",
                lambda thing: replace(edits.look(template, thing.style)["border"] or Border(), **{prop.name: value}),
            )
        case "table" | "heading" | "sum":
            return edits.change(template, ids, lambda thing: replace(thing, table=_table(thing.table, prop, value)))
        case "page":
            return replace(template, page=_page(template.page, prop.name, value))
        case "margins":
            return replace(template, page=replace(template.page, margins=replace(template.page.margins, **{prop.name: value})))
        case "template":
            return replace(template, **{prop.name: value})
    return edits.with_entries(template, ids, **{prop.name: value})


def _each_style(template: Template, ids: Iterable[str], name: str, made: Any) -> Template:
    return edits.change(template, ids, lambda thing: replace(thing, style=edits.restyled(thing.style, {name: made(thing)})))


def _format(template: Template, thing: Any) -> Format:
    given = edits.look(template, thing.style)["format"]
    return given if isinstance(given, Format) else Format(how=given)


def _table(table: Table, prop: Prop, value: Any) -> Table:
    if prop.where == HEADING:
        return replace(table, heading=replace(table.heading or Heading(), **{prop.name: value}))
    if prop.where == SUM:
        old: SumRow = getattr(table, prop.name) or SumRow(style=StyleEntry(bold=True, padding=1.2))
        entries: dict[str, Any] = {prop.name: None if value is None else replace(old, label=value)}
        return replace(table, **entries)
    if prop.look == "has_heading":
        return replace(table, heading=(table.heading or Heading(height=8.0)) if value else None)
    return replace(table, **{prop.name: value})


def _page(page: Page, name: str, value: Any) -> Page:
    """Another paper keeps the margins where they leave room; a paper of one's own starts with the size it had."""
    if name == "size" and value == "custom":
        width, height = page.dimensions()
        return replace(page, size=value, width=width, height=height, orientation="portrait")
    if name in ("width", "height") and page.size != "custom":
        width, height = page.dimensions()
        return replace(page, **{"size": "custom", "width": width, "height": height, "orientation": "portrait", name: value})
    new = replace(page, **{name: value})
    width, height = new.dimensions()
    m = new.margins
    if width - m.left - m.right < 20 or height - m.top - m.bottom < 20:
        m = Margins(left=5.0, right=5.0, top=5.0, bottom=5.0)
    return replace(new, margins=m)
