"""Every change a person can make to a template, as functions from one template to the next.

Templates are values that never change, so a step of undo is the template before it, and nothing here knows a window.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from crm_desktop.printing.inks import INK
from crm_desktop.printing.template import (
    Band,
    Column,
    Element,
    StyleEntry,
    TableBand,
    TableElement,
    Template,
)

LEAST = 0.5
"""Millimetres: an element can be made no narrower or lower by hand, unless it is a line."""


@dataclass(frozen=True)
class Spot:
    """Where something stands: a band, an element of a band, or a column of a table in either."""

    kind: str
    band: int
    element: int = -1
    column: int = -1


def index(template: Template) -> dict[str, Spot]:
    """The spot of every band, element and column by its id."""
    found: dict[str, Spot] = {}
    for at, band in enumerate(template.bands):
        found[band.id] = Spot("band", at)
        if isinstance(band, TableBand):
            found |= {column.id: Spot("column", at, -1, n) for n, column in enumerate(band.table.columns)}
        for number, element in enumerate(elements_in(band)):
            found[element.id] = Spot("element", at, number)
            if isinstance(element, TableElement):
                found |= {column.id: Spot("column", at, number, n) for n, column in enumerate(element.table.columns)}
    return found


def elements_in(band: Band) -> tuple[Element, ...]:
    """The elements of a band; a table has none."""
    return getattr(band, "elements", ())


def holds_elements(band: Band) -> bool:
    """Whether elements can be put into this band."""
    return hasattr(band, "elements")


def thing(template: Template, spot: Spot) -> Any:
    """The band, element or column at a spot."""
    band = template.bands[spot.band]
    if spot.kind == "band":
        return band
    owner: Any = elements_in(band)[spot.element] if spot.element >= 0 else band
    return owner if spot.kind == "element" else owner.table.columns[spot.column]


def change(template: Template, ids: Iterable[str], how: Callable[[Any], Any]) -> Template:
    """Replace each of these bands, elements or columns by what `how` makes of it."""
    wanted = set(ids)

    def band(old: Any) -> Any:
        new = how(old) if old.id in wanted else old
        if isinstance(new, TableBand):
            return _with_columns(new, wanted, how)
        if not holds_elements(new):
            return new
        elements = tuple(_with_columns(how(e) if e.id in wanted else e, wanted, how) for e in new.elements)
        same = all(a is b for a, b in zip(elements, new.elements, strict=True))
        return new if same else replace(new, elements=elements)

    bands = tuple(map(band, template.bands))
    return template if all(a is b for a, b in zip(bands, template.bands, strict=True)) else replace(template, bands=bands)


def _with_columns(owner: Any, wanted: set[str], how: Callable[[Any], Any]) -> Any:
    table = getattr(owner, "table", None)
    if table is None or not any(column.id in wanted for column in table.columns):
        return owner
    columns = tuple(how(column) if column.id in wanted else column for column in table.columns)
    return replace(owner, table=replace(table, columns=columns))


def with_entries(template: Template, ids: Iterable[str], **entries: Any) -> Template:
    """Set entries of every one of these that has them."""

    def how(old: Any) -> Any:
        known = {name for name in entries if hasattr(old, name)}
        return replace(old, **{name: entries[name] for name in known}) if known else old

    return change(template, ids, how)


def fresh_id(taken: Iterable[str], stem: str) -> str:
    """An id that nothing has yet."""
    names, number = set(taken), 1
    while f"{stem}{number}" in names:
        number += 1
    return f"{stem}{number}"


# Elements


def add(template: Template, band: int, elements: Sequence[Element]) -> Template:
    """Put elements on top of a band, which grows where they reach below it."""
    old: Any = template.bands[band]
    low = max((element.y + element.height for element in elements), default=0.0)
    new = replace(old, elements=(*old.elements, *elements), height=max(old.height, round(low, 2)))
    return _with_band(template, band, new)


def remove(template: Template, ids: Iterable[str]) -> Template:
    """Take elements, columns and bands away; a table keeps its last column."""
    gone = set(ids)

    def columns(owner: Any) -> Any:
        table = getattr(owner, "table", None)
        if table is None:
            return owner
        left = tuple(column for column in table.columns if column.id not in gone) or table.columns[:1]
        return owner if len(left) == len(table.columns) else replace(owner, table=replace(table, columns=left))

    bands: list[Any] = []
    band: Any
    for band in template.bands:
        if band.id in gone:
            continue
        if holds_elements(band):
            kept = tuple(columns(element) for element in elements_in(band) if element.id not in gone)
            bands.append(replace(band, elements=kept))
        else:
            bands.append(columns(band))
    return replace(template, bands=tuple(bands))


def to_band(template: Template, moves: Mapping[str, tuple[int, float]]) -> Template:
    """Move elements into other bands: id → number of the band and the new y in it."""
    spots = index(template)
    for id_, (target, y) in moves.items():
        spot = spots[id_]
        element = replace(thing(template, spot), y=y)
        if spot.band == target:
            template = change(template, [id_], partial(_instead, element))
            continue
        template = remove(template, [id_])
        template = add(template, target, [element])
        spots = index(template)
    return template


def _instead(new: Any, _old: Any) -> Any:
    return new


def restack(template: Template, ids: Iterable[str], where: str) -> Template:
    """Change what lies above what within the band: `front`, `back`, `up`, `down`."""
    wanted = set(ids)

    def order(elements: tuple[Element, ...]) -> tuple[Element, ...]:
        moved = tuple(e for e in elements if e.id in wanted)
        others = tuple(e for e in elements if e.id not in wanted)
        if where == "front":
            return others + moved
        if where == "back":
            return moved + others
        items = list(elements)
        walk = range(len(items) - 2, -1, -1) if where == "up" else range(1, len(items))
        step = 1 if where == "up" else -1
        for at in walk:
            if items[at].id in wanted and items[at + step].id not in wanted:
                items[at], items[at + step] = items[at + step], items[at]
        return tuple(items)

    def sorted_band(band: Any) -> Any:
        return replace(band, elements=order(elements_in(band))) if holds_elements(band) else band

    return replace(template, bands=tuple(map(sorted_band, template.bands)))


# Bands and columns


def add_band(template: Template, at: int, band: Band) -> Template:
    """Put a band before the one that is number `at`."""
    return replace(template, bands=(*template.bands[:at], band, *template.bands[at:]))


def around_list(template: Template, band: Any, near: int) -> tuple[int, Any]:
    """Where a group head, a group foot or the words of an empty list belong, and the band fitted to that list.

    The list is the one at `near`, else the nearest behind it, else the last there is.
    """
    lists = [n for n, each in enumerate(template.bands) if each.kind in ("detail", "table")]  # type: ignore[attr-defined]
    if not lists:
        return len(template.bands), band
    at = next((n for n in lists if n >= near), lists[-1])
    owner: Any = template.bands[at]
    over = owner.over if owner.kind == "detail" else owner.table.over
    if band.kind == "group_head":
        return at, band
    if band.kind == "no_data":
        return at + 1, replace(band, over=over)
    heads: list[str] = []
    while at - len(heads) > 0 and template.bands[at - len(heads) - 1].kind == "group_head":  # type: ignore[attr-defined]
        heads.append(template.bands[at - len(heads) - 1].id)
    feet = {each.group for each in template.bands if each.kind == "group_foot"}  # type: ignore[attr-defined]
    missing = [head for head in heads if head not in feet]
    behind = at + 1
    while behind < len(template.bands) and template.bands[behind].kind == "group_foot":  # type: ignore[attr-defined]
        behind += 1
    return behind, replace(band, group=(missing or heads or [band.group])[0])


def move_band(template: Template, band: int, by: int) -> Template:
    """Let a band change places with its neighbour."""
    to = band + by
    if not 0 <= to < len(template.bands):
        return template
    bands = list(template.bands)
    bands[band], bands[to] = bands[to], bands[band]
    return replace(template, bands=tuple(bands))


def _with_band(template: Template, at: int, band: Any) -> Template:
    return replace(template, bands=(*template.bands[:at], band, *template.bands[at + 1 :]))


def least_height(band: Any) -> float:
    """How low a band may be made: its elements must stay in it."""
    return max((element.y + element.height for element in elements_in(band)), default=0.0)


def resize_column(template: Template, column_id: str, width: float) -> Template:
    """Make a column wider or narrower at the cost of the next one, or of the table where it is the last."""
    spot = index(template)[column_id]
    band: Any = template.bands[spot.band]
    owner: Any = elements_in(band)[spot.element] if spot.element >= 0 else band
    columns = owner.table.columns
    here = columns[spot.column]
    width = max(2.0, width)
    sizes = {column_id: width}
    if spot.column + 1 < len(columns):
        after = columns[spot.column + 1]
        width = min(width, here.width + after.width - 2.0)
        sizes = {column_id: width, after.id: here.width + after.width - width}
    return change(template, sizes, lambda column: replace(column, width=round(sizes[column.id], 2)))


def move_column(template: Template, column_id: str, by: int) -> Template:
    """Let a column change places with its neighbour."""
    spot = index(template)[column_id]
    band: Any = template.bands[spot.band]
    owner: Any = elements_in(band)[spot.element] if spot.element >= 0 else band
    columns = list(owner.table.columns)
    to = spot.column + by
    if not 0 <= to < len(columns):
        return template
    columns[spot.column], columns[to] = columns[to], columns[spot.column]
    return with_entries(template, [owner.id], table=replace(owner.table, columns=tuple(columns)))


def add_columns(template: Template, owner_id: str, columns: Sequence[Column]) -> Template:
    """Put columns at the end of a table."""
    owner = thing(template, index(template)[owner_id])
    table = replace(owner.table, columns=(*owner.table.columns, *columns))
    return with_entries(template, [owner_id], table=table)


# Looks


BASIC: Mapping[str, Any] = {
    "font": "sans", "size": 9.0, "bold": False, "italic": False, "underline": False, "color": INK, "fill": "", "align": "left",
    "valign": "middle", "padding": 0.0, "line_height": 1.35, "overflow": "wrap", "max_lines": 0, "border": None, "format": "auto",
}  # fmt: skip
"""How something looks of which nothing is said."""


def look(template: Template, use: Any) -> dict[str, Any]:
    """The full look of something with this `style`: the basic look, the style “default”, the one it names, its own entries."""
    found = dict(BASIC)
    layers: list[StyleEntry | None] = [template.styles.get("default")]
    if isinstance(use, StyleEntry):
        layers += [template.styles.get(use.base) if use.base else None, use]
    elif use and use != "default":
        layers.append(template.styles.get(use))
    for layer in layers:
        if layer is not None:
            given = {item.name: getattr(layer, item.name) for item in dataclasses.fields(layer) if item.name != "base"}
            found |= {name: value for name, value in given.items() if value is not None}
    return found


def restyled(use: Any, entries: Mapping[str, Any]) -> StyleEntry:
    """The style with entries of its own above what it had."""
    if isinstance(use, StyleEntry):
        return replace(use, **entries)
    base = use if use and use != "default" else None
    return StyleEntry(base=base, **entries)


def style(template: Template, ids: Iterable[str], **entries: Any) -> Template:
    """Change the look of elements and columns, without touching the named style they rest on."""
    return change(template, ids, lambda old: replace(old, style=restyled(old.style, entries)) if hasattr(old, "style") else old)
