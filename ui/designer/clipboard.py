"""Elements as text on the clipboard: from one template into another, with the styles and pictures they need."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crm_desktop.printing.element_kinds import ELEMENT
from crm_desktop.printing.format_rules import Struct, TemplateError
from crm_desktop.printing.looks import StyleEntry
from crm_desktop.printing.template import Element, Template
from ui.designer import edits

FORMAT = "crm-desktop/print-elements"
_STYLE = Struct(StyleEntry)


def copied(template: Template, ids: Sequence[str]) -> str:
    """These elements as text, in the order they lie above each other."""
    wanted = set(ids)
    elements: list[Any] = [e for band in template.bands for e in edits.elements_in(band) if e.id in wanted]
    names = {name for element in elements for name in _styles_of(element)}
    pictures = {e.picture for e in elements if getattr(e, "picture", "")}
    facts = {
        "format": FORMAT,
        "elements": [ELEMENT.write(element) for element in elements],
        "styles": {name: _STYLE.write(template.styles[name]) for name in sorted(names) if name in template.styles},
        "pictures": {name: template.pictures[name] for name in sorted(pictures) if name in template.pictures},
    }
    return json.dumps(facts, ensure_ascii=False, indent=1)


def pasted(template: Template, text: str, band: int, by: tuple[float, float]) -> tuple[Template, list[str]]:
    """The template with the copied elements in a band, a little aside, and their new ids; nothing where the text is none."""
    try:
        facts = json.loads(text)
        if not isinstance(facts, dict) or facts.get("format") != FORMAT:
            return template, []
        elements: list[Element] = [ELEMENT.read(e, f"elements[{n}]") for n, e in enumerate(facts.get("elements", []))]
        styles = {str(name): _STYLE.read(entry, name) for name, entry in dict(facts.get("styles", {})).items()}
        pictures = {str(name): str(content) for name, content in dict(facts.get("pictures", {})).items()}
    except (ValueError, TypeError, TemplateError, RecursionError):
        return template, []
    renamed = _renamed(template, pictures)
    taken = set(edits.index(template))
    placed: list[Any] = []
    for element in elements:
        made = _with_fresh_ids(element, taken)
        if getattr(made, "picture", ""):
            made = replace(made, picture=renamed.get(made.picture, made.picture))  # type: ignore[attr-defined,call-arg]
        placed.append(replace(made, x=round(made.x + by[0], 2), y=round(made.y + by[1], 2), locked=False))
    template = replace(
        template,
        styles={**styles, **template.styles},
        pictures={**template.pictures, **{renamed[name]: content for name, content in pictures.items()}},
    )
    return edits.add(template, band, placed), [element.id for element in placed]


def _styles_of(element: Any) -> set[str]:
    uses = [element.style]
    table = getattr(element, "table", None)
    if table is not None:
        uses += [use for column in table.columns for use in (column.style, column.title_style)]
        uses += [table.heading.style] if table.heading else []
    names = {use if isinstance(use, str) else use.base for use in uses if use is not None}
    return {name for name in names if name}


def _renamed(template: Template, pictures: dict[str, str]) -> dict[str, str]:
    """The name of each picture in this template: another one where the name is taken by another picture."""
    names: dict[str, str] = {}
    for name, content in pictures.items():
        taken = template.pictures.get(name, content) != content
        names[name] = edits.fresh_id({*template.pictures, *names.values()}, f"{name}_") if taken else name
    return names


def _with_fresh_ids(element: Element, taken: set[str]) -> Element:
    id_ = element.id if element.id not in taken else edits.fresh_id(taken, element.id.rstrip("0123456789") or "element")
    taken.add(id_)
    made: Any = replace(element, id=id_)
    if hasattr(made, "table"):
        columns = []
        for column in made.table.columns:
            own = column.id if column.id not in taken else edits.fresh_id(taken, column.id.rstrip("0123456789") or "column")
            taken.add(own)
            columns.append(replace(column, id=own))
        made = replace(made, table=replace(made.table, columns=tuple(columns)))
    result: Element = made
    return result
