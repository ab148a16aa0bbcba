"""What the canvas shows: the PDF the printer would get, and where on it every band, element and column stands.

Where things stand is asked of the engine itself: the template is laid out a second time with a hidden line across each band and
each element, and the places of those lines are the answer, moves and growth included. This module brings reportlab along and
is imported by the work that draws, not by the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crm_desktop.printing.evaluate import Reader
from crm_desktop.printing.layout import lay_out
from crm_desktop.printing.marks import LineMark, PageMarks, Problem, Problems
from crm_desktop.printing.render_pdf import PdfWriter
from crm_desktop.printing.styles import Styles
from crm_desktop.printing.table_rows import TableRows
from crm_desktop.printing.template import (
    LineElement,
    Margins,
    Page,
    Section,
    Table,
    TableBand,
    TableElement,
    Template,
)
from ui.designer.arranging import Box
from ui.designer.edits import elements_in, holds_elements
from ui.designer.places import Drawn, Place, Sheet

_BAND, _ELEMENT = "\x01", "\x02"  # no id of a template can begin with these
_PARKED_GAP = 6.0
_MOST_SHOWN = 40  # pages


@dataclass(frozen=True)
class _Found:
    """The lines found on one page."""

    page: int
    kind: str
    id: str
    box: Box


def draw(template: Template, context: Mapping[str, Any]) -> Drawn:
    """The document, and where everything of the template stands on it. Raises what a document without end raises."""
    problems = Problems()
    pages = lay_out(template, context, problems)
    writer = PdfWriter(template.title_in(template.language))
    for page in pages:
        writer.add(page)
    places = _places(template, context)
    seen = {mark.element for page in pages for mark in page.marks}
    shown = {place.id for place in places if place.kind == "band"}
    missing = [band for band in template.bands if band.id not in shown]
    sheets = [Sheet(page.width, page.height) for page in pages[:_MOST_SHOWN]]
    if missing:
        parked, parked_places = _park(replace(template, bands=tuple(missing)), context, len(sheets))
        writer.add(parked)
        sheets.append(Sheet(parked.width, parked.height, parked=True))
        places = [place for place in places if place.page < len(sheets) - 1] + parked_places
    quiet = frozenset(_all_ids(template) - seen)
    return Drawn(writer.finish(), tuple(sheets), tuple(places), quiet, problems.all(), len(pages))


def drawn_pdf(template: Template, context: Mapping[str, Any]) -> tuple[bytes, tuple[Problem, ...]]:
    """Only the document, as it would be printed."""
    problems = Problems()
    writer = PdfWriter(template.title_in(template.language))
    for page in lay_out(template, context, problems):
        writer.add(page)
    return writer.finish(), problems.all()


def _all_ids(template: Template) -> set[str]:
    ids: set[str] = set()
    for band in template.bands:
        ids |= {element.id for element in elements_in(band)}
    return ids


def _places(template: Template, context: Mapping[str, Any]) -> list[Place]:
    probed = replace(template, bands=tuple(map(_probed, template.bands)))
    pages = lay_out(probed, context, Problems())
    lines = [found for number, page in enumerate(pages) for found in _lines_of(number, page)]
    tables = {band.id: band.table for band in template.bands if isinstance(band, TableBand)}
    places = _in_bands(lines)
    for number, page in enumerate(pages):
        for band_id, table in tables.items():
            box = _table_box(page, band_id)
            if box is not None:
                places += _table_places(template, context, table, band_id, band_id, number, box)
    tables_inside = {
        element.id: element.table
        for band in template.bands
        for element in elements_in(band)
        if isinstance(element, TableElement)
    }
    for place in [p for p in places if p.id in tables_inside]:
        table = tables_inside[place.id]
        columns = _table_places(template, context, table, place.id, place.band, place.page, place.box)
        places += [column for column in columns if column.kind != "band"]
    return places


def _probed(band: Any) -> Any:
    if isinstance(band, TableBand):
        return replace(band, table=replace(band.table, lines="grid"))
    if not holds_elements(band):
        return band
    probes: list[Any] = [_probe(_BAND + band.id, 0.0, 0.0, 0.0, band.height)]
    probes += [_probe(_ELEMENT + e.id, e.x, e.y, e.width, e.height) for e in band.elements]
    return replace(band, elements=(*band.elements, *probes))


def _probe(id_: str, x: float, y: float, width: float, height: float) -> LineElement:
    return LineElement(id=id_, x=x, y=y, width=width, height=height)


def _lines_of(number: int, page: PageMarks) -> list[_Found]:
    found = []
    for mark in page.marks:
        if isinstance(mark, LineMark) and mark.element[:1] in (_BAND, _ELEMENT):
            kind = "band" if mark.element[0] == _BAND else "element"
            box = Box(mark.x1, min(mark.y1, mark.y2), mark.x2 - mark.x1, abs(mark.y2 - mark.y1))
            found.append(_Found(number, kind, mark.element[1:], box))
    return found


def _in_bands(lines: list[_Found]) -> list[Place]:
    """Elements follow the line of their band."""
    places: list[Place] = []
    band = ""
    for found in lines:
        if found.kind == "band":
            band = found.id
        places.append(Place(found.id, found.kind, band, found.page, found.box))
    return places


def _table_box(page: PageMarks, band_id: str) -> Box | None:
    lines = [mark for mark in page.marks if isinstance(mark, LineMark) and mark.element == band_id]
    if not lines:
        return None
    left, right = min(m.x1 for m in lines), max(m.x2 for m in lines)
    top, bottom = min(m.y1 for m in lines), max(m.y2 for m in lines)
    return Box(left, top, right - left, bottom - top)


def _table_places(
    template: Template, context: Mapping[str, Any], table: Table, owner: str, band: str, page: int, box: Box
) -> list[Place]:
    """The table and each of its columns that is printed, from the top of the table to its end."""
    problems = Problems()
    data = {"labels": {}, "page": None, "pages": None, "line": None, "row": None, **context}
    rows = TableRows(table, owner, Reader(data, template.language, problems), Styles(template, problems), data)
    places = [Place(owner, "band", band, page, box)]
    places += [
        Place(shown.column.id, "column", band, page, Box(box.x + shown.x, box.y, shown.width, box.height))
        for shown in rows.columns
    ]
    return places


def _park(template: Template, context: Mapping[str, Any], number: int) -> tuple[PageMarks, list[Place]]:
    """Bands that this record does not print, one below the other on a sheet of their own."""
    bands: list[Any] = []
    for band in template.bands:
        if bands:
            bands.append(Section(id=f"gap{len(bands)}", height=_PARKED_GAP))
        if isinstance(band, TableBand):
            bands.append(replace(band, visible_when=""))
        else:
            elements = tuple(replace(element, visible_when="") for element in elements_in(band))
            bands.append(Section(id=band.id, height=getattr(band, "height", 5.0), elements=elements))
    width = template.page.dimensions()[0]
    margins = Margins(left=template.page.margins.left, right=template.page.margins.right, top=_PARKED_GAP, bottom=_PARKED_GAP)
    loose = replace(template, bands=tuple(bands), page=Page(size="custom", width=width, height=1_200.0, margins=margins))
    places = [place for place in _places(loose, context) if place.page == 0 and not place.id.startswith("gap")]
    page = lay_out(loose, context, Problems())[0]
    low = max((place.box.bottom for place in places), default=20.0) + _PARKED_GAP
    page.height = low
    return page, [replace(place, page=number) for place in places]
