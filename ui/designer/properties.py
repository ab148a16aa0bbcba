"""How an entry of the property panel is read from a template and written into the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from crm_desktop.printing.format_rules import Choice, Flag, Number, Rule, rules_of
from crm_desktop.printing.looks import Border, Format, StyleEntry
from crm_desktop.printing.template import Heading, LabelSheet, Margins, Page, SumRow, Table, Template
from ui.designer import edits
from ui.designer.sections import (
    BORDER,
    FORMAT,
    HEADING,
    MARGINS,
    OWN,
    PAGE,
    SECTIONS,
    SHEET,
    STYLE,
    SUM,
    TABLE,
    TEMPLATE,
    Prop,
    Section,
)


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
        MARGINS: Margins, TEMPLATE: Template, SHEET: LabelSheet,
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
        case "page" | "sheet" if prop.name in ("width", "height"):
            paper = template.page if prop.where == PAGE else template.page.sheet or LabelSheet()
            return paper.dimensions()[prop.name == "height"]
        case "page":
            return getattr(template.page, prop.name)
        case "margins":
            return getattr(template.page.margins, prop.name)
        case "sheet":
            sheet = template.page.sheet
            return sheet is not None if prop.name == "labels" else getattr(sheet or LabelSheet(), prop.name)
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
        case "sheet":
            return replace(template, page=_sheet(template.page, prop.name, value))
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


def _sheet(page: Page, name: str, value: Any) -> Page:
    """Labels begin as three times eight on A4; on a paper of one's own as one on a roll."""
    if name == "labels":
        if not value:
            return replace(page, sheet=None)
        label = replace(page, size="custom", width=70.0, height=36.0, orientation="portrait", roll=False)
        label = replace(label, margins=Margins(left=3.0, right=3.0, top=3.0, bottom=3.0))
        return replace(label, sheet=LabelSheet(columns=3, rows=8, top=4.5))
    sheet = page.sheet or LabelSheet()
    entries: dict[str, Any] = {name: value}
    if name == "size" and value == "custom":
        entries |= {"width": sheet.dimensions()[0], "height": sheet.dimensions()[1]}
    elif name in ("width", "height") and sheet.size != "custom":
        wide, high = sheet.dimensions()
        entries = {"size": "custom", "width": wide, "height": high} | entries
    return replace(page, sheet=replace(sheet, **entries))
