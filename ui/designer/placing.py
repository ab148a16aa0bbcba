"""Boxes on the paper turned back into places in the template, and the lines that things snap to."""

from __future__ import annotations

from collections.abc import Mapping

from crm_desktop.printing.template import Template
from ui.designer import edits
from ui.designer.arranging import Box
from ui.designer.surface import Surface


def commit(
    canvas: Surface, name: str, old: Mapping[str, Box], new: Mapping[str, Box], *, other_band: bool = False, merge: str = ""
) -> None:
    """Make a step of boxes that went from `old` to `new`. With `other_band` an element belongs to the band it lies in then."""
    document = canvas.document
    changed = {id_: box for id_, box in new.items() if box != old[id_]}
    if not changed:
        canvas.moving.clear()
        return

    def how(template: Template) -> Template:
        moves: dict[str, tuple[int, float]] = {}
        for id_, box in changed.items():
            was, element = old[id_], edits.thing(template, document.spots[id_])
            x, y = element.x + box.x - was.x, element.y + box.y - was.y
            width, height = element.width + box.width - was.width, element.height + box.height - was.height
            template = edits.with_entries(
                template, [id_], x=round(x, 2), y=round(y, 2), width=round(max(width, 0), 2), height=round(max(height, 0), 2)
            )
            if other_band:
                moves[id_] = _band_below(canvas, id_, box, round(y, 2))
        return edits.to_band(template, moves) if moves else template

    document.do(name, how, merge=merge)
    canvas.moving.update(changed)


def _band_below(canvas: Surface, id_: str, box: Box, y: float) -> tuple[int, float]:
    """The band that the middle of a box lies in, and its y there."""
    document = canvas.document
    home = document.spots[id_].band
    place = canvas.place(id_)
    if place is None:
        return home, y
    target = canvas.band_at(place.page, box.middle[1])
    if target is None or target.id == place.band or not edits.holds_elements(document.thing(target.id)):
        return home, y
    return document.spots[target.id].band, round(box.y - target.box.y, 2)


def snap_lines(canvas: Surface, moving: set[str]) -> tuple[list[float], list[float]]:
    """Upright and level lines of the page worked on: margins, middle, guides, edges and middles of what stays."""
    template = canvas.document.template
    width, height = template.page.dimensions()
    margins = template.page.margins
    upright = {margins.left, width / 2, width - margins.right, *canvas.guides.upright}
    level = {margins.top, height - margins.bottom, *canvas.guides.level}
    pages = {place.page for id_ in moving if (place := canvas.place(id_)) is not None} or {canvas.page}
    for place in canvas.drawn.places:
        if place.page not in pages or place.id in moving:
            continue
        box = canvas.moving.get(place.id, place.box)
        if place.kind == "element":
            upright |= {box.x, box.middle[0], box.right}
            level |= {box.y, box.middle[1], box.bottom}
        elif place.kind == "band":
            level |= {box.y, box.bottom}
    return sorted(upright), sorted(level)
