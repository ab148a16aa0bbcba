"""Reading and writing template files: strict, versioned, bounded, with the place of every fault named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crm_desktop.printing.format_rules import Schema, Struct, TemplateError
from crm_desktop.printing.template import (
    FORMAT,
    LARGEST_FILE,
    MOST_ELEMENTS,
    VERSION,
    Element,
    LabelSheet,
    Table,
    TableBand,
    TableElement,
    Template,
)
from crm_desktop.words import _

_TEMPLATE = Struct(Template)


def load_template(text: str | bytes) -> Template:
    """The template in a file's text. Raises TemplateError, which names the place in the file and the reason."""
    if len(text) > LARGEST_FILE:
        raise TemplateError("", _("The print template is larger than {size} MB.").format(size=LARGEST_FILE >> 20))
    data = _parse(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise TemplateError("format", _("this is not a print template"))
    version = data.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise TemplateError("version", _("whole number expected"))
    if version > VERSION:
        raise TemplateError("version", _("made by a newer version of the program"))
    template: Template = _TEMPLATE.read({k: v for k, v in data.items() if k not in ("format", "version")}, "")
    _check_whole(template)
    return template


def dump_template(template: Template) -> str:
    """The template as the text of a file; what equals its default is left out."""
    data: dict[str, Any] = {"format": FORMAT, "version": VERSION} | _TEMPLATE.write(template)
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def json_schema() -> Schema:
    """The published schema of the format, made from the same rules that read it."""
    shared: dict[str, Schema] = {}
    _TEMPLATE.schema(shared)
    root = shared.pop("Template")
    root["properties"] = {"format": {"const": FORMAT}, "version": {"const": VERSION}} | root["properties"]
    root["required"] = ["format", "version", *root["required"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "CRM Desktop print template"}
    return head | root | {"$defs": dict(sorted(shared.items()))}


def elements_of(template: Template) -> Iterator[Element]:
    """Every element of every band."""
    for band in template.bands:
        yield from getattr(band, "elements", ())


def tables_of(template: Template) -> Iterator[Table]:
    """Every table, of bands and of elements."""
    for band in template.bands:
        if isinstance(band, TableBand):
            yield band.table
    for element in elements_of(template):
        if isinstance(element, TableElement):
            yield element.table


def _parse(text: str | bytes) -> object:
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise TemplateError("", _("The print template is not UTF-8 text.")) from fault
    try:
        parsed: object = json.loads(
            text.removeprefix("\ufeff"), object_pairs_hook=_no_doubles, parse_constant=_no_constant
        )
    except json.JSONDecodeError as fault:
        place = _("line {line}, column {column}").format(line=fault.lineno, column=fault.colno)
        raise TemplateError(place, _("not valid JSON")) from fault
    except RecursionError as fault:
        raise TemplateError("", _("The print template is nested too deeply.")) from fault
    except ValueError as fault:  # a number of thousands of digits
        raise TemplateError("", _("The print template holds a number that is too long.")) from fault
    return parsed


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        names = [name for name, _value in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise TemplateError(doubled[:60], _("stands twice in the same object"))
    return entries


def _no_constant(name: str) -> object:
    raise TemplateError(name, _("not valid JSON"))


def _check_whole(template: Template) -> None:
    """What no single entry can know: unique ids, known names, room on the paper, the number of elements."""
    page = template.page
    if page.size == "custom" and (page.width is None or page.height is None):
        raise TemplateError("page", _("a paper of custom size needs width and height"))
    width, height = page.dimensions()
    margins = page.margins
    if width - margins.left - margins.right < 5 or height - margins.top - margins.bottom < 5:
        raise TemplateError("page.margins", _("the margins leave no room on the paper"))
    if page.sheet is not None:
        _check_sheet(page.sheet, width, height)
    if not template.title:
        raise TemplateError("title", _("must not be empty"))
    for name, style in template.styles.items():
        if style.base is not None:
            raise TemplateError(f"styles.{name}.base", _("a named style rests on “default” only"))
    _check_ids(template)


def _check_sheet(sheet: LabelSheet, width: float, height: float) -> None:
    if sheet.size == "custom" and (sheet.width is None or sheet.height is None):
        raise TemplateError("page.sheet", _("a paper of custom size needs width and height"))
    wide, high = sheet.dimensions()
    across = sheet.left + sheet.columns * width + (sheet.columns - 1) * sheet.gap_x
    down = sheet.top + sheet.rows * height + (sheet.rows - 1) * sheet.gap_y
    if across > wide + 0.5 or down > high + 0.5:
        raise TemplateError("page.sheet", _("the labels do not fit on the sheet"))


def _check_ids(template: Template) -> None:
    seen: set[str] = set()
    count = 0
    for index, band in enumerate(template.bands):
        things: list[tuple[str, str]] = [(f"bands[{index}]", band.id)]
        if isinstance(band, TableBand):
            things += _column_ids(f"bands[{index}].table", band.table)
        for number, element in enumerate(getattr(band, "elements", ())):
            place = f"bands[{index}].elements[{number}]"
            things.append((place, element.id))
            if isinstance(element, TableElement):
                things += _column_ids(f"{place}.table", element.table)
        for place, name in things:
            if name in seen:
                raise TemplateError(f"{place}.id", _("“{name}” is used twice").format(name=name))
            seen.add(name)
        count += len(things)
        if count > MOST_ELEMENTS:
            raise TemplateError(f"bands[{index}]", _("more than {count} elements").format(count=MOST_ELEMENTS))


def _column_ids(place: str, table: Table) -> list[tuple[str, str]]:
    return [(f"{place}.columns[{number}]", column.id) for number, column in enumerate(table.columns)]
