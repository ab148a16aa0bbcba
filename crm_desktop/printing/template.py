"""A print template: what stands where on the paper, as data. This is the door to the whole model.

Everything is in millimetres from the upper left corner of its band; ids are stable so that a designer, the history and
the list of problems can name an element; expressions are kept as the text the person wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm_desktop.printing.band_kinds import (
    BAND,
    Band,
    Detail,
    GroupFoot,
    GroupHead,
    NoData,
    PageFoot,
    PageHead,
    ReportFoot,
    ReportHead,
    Section,
    TableBand,
)
from crm_desktop.printing.element_kinds import (
    BarcodeElement,
    ChartElement,
    CheckBoxElement,
    Column,
    Element,
    ExpressionElement,
    FieldElement,
    Heading,
    LineElement,
    PageNumberElement,
    PictureElement,
    RectangleElement,
    RichTextElement,
    SealElement,
    SumRow,
    Table,
    TableElement,
    TextElement,
)
from crm_desktop.printing.format_rules import Choice, Flag, Items, Names, Number, Struct, Text, entry
from crm_desktop.printing.looks import (
    EXPRESSION,
    FORMATS,
    LARGEST_FILE,
    MOST_ELEMENTS,
    Border,
    Format,
    StyleEntry,
    StyleUse,
)

__all__ = [
    "FORMAT",
    "FORMATS",
    "LARGEST_FILE",
    "MOST_ELEMENTS",
    "PAPERS",
    "TURNED",
    "VERSION",
    "Band",
    "BarcodeElement",
    "Border",
    "ChartElement",
    "CheckBoxElement",
    "Column",
    "Detail",
    "Element",
    "ExpressionElement",
    "FieldElement",
    "Format",
    "GroupFoot",
    "GroupHead",
    "Heading",
    "LabelSheet",
    "LineElement",
    "Margins",
    "NoData",
    "Page",
    "PageFoot",
    "PageHead",
    "PageNumberElement",
    "PictureElement",
    "RectangleElement",
    "ReportFoot",
    "ReportHead",
    "RichTextElement",
    "SealElement",
    "Section",
    "StyleEntry",
    "StyleUse",
    "SumRow",
    "Table",
    "TableBand",
    "TableElement",
    "Template",
    "TextElement",
]

FORMAT = "crm-desktop/print-template"
VERSION = 1

PAPERS: dict[str, tuple[float, float]] = {
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "A6": (105, 148),
    "B5": (176, 250),
    "Letter": (215.9, 279.4),
    "241x280": (241, 280),
    "241x140": (241, 140),
    "241x93": (241, 93.3),
    "roll80": (80, 297),
    "roll58": (58, 210),
    "envelope_dl": (220, 110),
    "envelope_zl": (230, 120),
    "envelope_c5": (229, 162),
}
"""Width and height of the papers with a name: sheets, continuous forms (whole, half, third), rolls of receipts, envelopes."""

TURNED = frozenset({"A3", "A4", "A5", "A6", "B5", "Letter"})
"""The papers that lie on their side in landscape; the others are given as they lie."""


@dataclass(frozen=True, kw_only=True)
class Margins:
    """The unprinted edge, in millimetres."""

    left: float = entry(Number(0, 200), 15.0)
    top: float = entry(Number(0, 200), 12.0)
    right: float = entry(Number(0, 200), 15.0)
    bottom: float = entry(Number(0, 200), 12.0)


@dataclass(frozen=True, kw_only=True)
class LabelSheet:
    """How labels lie on their paper; the page is then one label. `repeat` is an expression: how many of one record,
    such as `record.quantity`."""

    size: str = entry(Choice(*PAPERS, "custom"), "A4")
    width: float | None = entry(Number(20, 1_200), None)
    height: float | None = entry(Number(15, 1_200), None)
    columns: int = entry(Number(1, 50, whole=True), 1)
    rows: int = entry(Number(1, 100, whole=True), 1)
    left: float = entry(Number(0, 500), 0.0)
    top: float = entry(Number(0, 500), 0.0)
    gap_x: float = entry(Number(0, 200), 0.0)
    gap_y: float = entry(Number(0, 200), 0.0)
    down_first: bool = entry(Flag(), False)
    repeat: str = entry(EXPRESSION, "")

    def dimensions(self) -> tuple[float, float]:
        """Width and height of the paper."""
        return PAPERS.get(self.size, (self.width or 210.0, self.height or 297.0))


@dataclass(frozen=True, kw_only=True)
class Page:
    """The paper. `background` names a picture that a designer shows below and that is never printed. With `roll` the page
    is as long as what stands on it; with `sheet` the page is a label."""

    size: str = entry(Choice(*PAPERS, "custom"), "A4")
    width: float | None = entry(Number(20, 1_200), None)
    height: float | None = entry(Number(15, 1_200), None)
    orientation: str = entry(Choice("portrait", "landscape"), "portrait")
    margins: Margins = entry(Struct(Margins), Margins())
    background: str = entry(Text(80), "")
    roll: bool = entry(Flag(), False)
    sheet: LabelSheet | None = entry(Struct(LabelSheet), None)

    def dimensions(self) -> tuple[float, float]:
        """Width and height as the paper lies."""
        width, height = PAPERS.get(self.size, (self.width or 210.0, self.height or 297.0))
        if self.orientation == "landscape" and self.size in TURNED:
            return height, width
        return width, height


@dataclass(frozen=True, kw_only=True)
class Template:
    """One printable form. `captions`: each document is printed once for each of them, which is `print.copy` (联次)."""

    name: str = entry(Text(80, r"[A-Za-z0-9][A-Za-z0-9_.-]*"))
    title: Mapping[str, str] = entry(Names(Text(80), 20))
    record_type: str = entry(Text(60), "")
    language: str = entry(Text(12, r"[A-Za-z_]*"), "")
    page: Page = entry(Struct(Page), Page())
    styles: Mapping[str, StyleEntry] = entry(Names(Struct(StyleEntry), 200), {})
    captions: tuple[str, ...] = entry(Items(Text(40), 20), ())
    bands: tuple[Band, ...] = entry(Items(BAND, 200))
    pictures: Mapping[str, str] = entry(Names(Text(LARGEST_FILE), 100), {})

    def paper(self) -> tuple[float, float]:
        """Width and height of what lies in the printer: the page, or the sheet its labels are on."""
        return self.page.sheet.dimensions() if self.page.sheet is not None else self.page.dimensions()

    def title_in(self, language: str) -> str:
        """The title in a language, else in any."""
        return self.title.get(language) or next(iter(self.title.values()), self.name)
