"""A print template: what stands where on the paper, as data.

Everything is in millimetres from the upper left corner of its band; ids are stable so that a designer, the history and
the list of problems can name an element; expressions are kept as the text the person wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from crm_desktop.printing.format_rules import Choice, Flag, Items, NameOr, Names, Number, OneKind, Struct, Text, entry

FORMAT = "crm-desktop/print-template"
VERSION = 1

LARGEST_FILE = 4 * 1024 * 1024
MOST_ELEMENTS = 2_000

PAPERS: dict[str, tuple[float, float]] = {
    "A3": (297, 420),
    "A4": (210, 297),
    "A5": (148, 210),
    "B5": (176, 250),
    "Letter": (215.9, 279.4),
    "241x280": (241, 280),
    "241x140": (241, 140),
    "241x93": (241, 93.3),
}
"""Width and height of the papers with a name; the three last are the continuous forms (whole, half, third)."""

ID = Text(60, r"[A-Za-z][A-Za-z0-9_.-]*")
COLOR = Text(7, r"#[0-9a-fA-F]{6}")
EXPRESSION = Text(1_000)
MIXED = Text(20_000)
PLACE = Number(-500, 2_000)
SIZE = Number(0, 2_000)


@dataclass(frozen=True)
class Border:
    """Lines around an element: their widths in millimetres, 0 for none."""

    left: float = entry(Number(0, 5), 0.0)
    top: float = entry(Number(0, 5), 0.0)
    right: float = entry(Number(0, 5), 0.0)
    bottom: float = entry(Number(0, 5), 0.0)
    color: str = entry(COLOR, "#000000")


FORMATS = (
    "auto",
    "text",
    "number",
    "money",
    "percent",
    "date",
    "datetime",
    "time",
    "yes_no",
    "chinese_words",
    "english_words",
)


@dataclass(frozen=True)
class Format:
    """How a value becomes text. Prefix and suffix are shown only with a value that is not empty."""

    how: str = entry(Choice(*FORMATS), "auto")
    digits: int | None = entry(Number(0, 8, whole=True), None)
    pattern: str = entry(Text(60), "")
    blank_zero: bool = entry(Flag(), False)
    prefix: str = entry(Text(40), "")
    suffix: str = entry(Text(40), "")


STYLE_NAME = Text(60, r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class StyleEntry:
    """The look of an element; what is left out comes from the style named in `base`, then from the style “default”."""

    base: str | None = entry(STYLE_NAME, None)
    font: str | None = entry(Text(60, shortest=1), None)
    size: float | None = entry(Number(3, 200), None)
    bold: bool | None = entry(Flag(), None)
    underline: bool | None = entry(Flag(), None)
    color: str | None = entry(COLOR, None)
    fill: str | None = entry(Text(7, r"(#[0-9a-fA-F]{6})?"), None)
    align: str | None = entry(Choice("left", "center", "right"), None)
    valign: str | None = entry(Choice("top", "middle", "bottom"), None)
    padding: float | None = entry(Number(0, 50), None)
    line_height: float | None = entry(Number(0.8, 5), None)
    overflow: str | None = entry(Choice("wrap", "shrink", "grow", "clip"), None)
    max_lines: int | None = entry(Number(0, 1_000, whole=True), None)
    border: Border | None = entry(Struct(Border), None)
    format: str | Format | None = entry(NameOr(Choice(*FORMATS), Struct(Format)), None)


StyleUse = str | StyleEntry
STYLE_USE = NameOr(STYLE_NAME, Struct(StyleEntry))


@dataclass(frozen=True, kw_only=True)
class Element:
    """What every element has: id, place, look, and when it is shown."""

    id: str = entry(ID)
    x: float = entry(PLACE)
    y: float = entry(PLACE)
    width: float = entry(SIZE)
    height: float = entry(SIZE)
    style: StyleUse = entry(STYLE_USE, "default")
    visible_when: str = entry(EXPRESSION, "")
    locked: bool = entry(Flag(), False)


@dataclass(frozen=True, kw_only=True)
class TextElement(Element):
    """Text with fields in braces: `Phone {customer.phone}`. Doubled braces stand for themselves."""

    kind: ClassVar[str] = "text"
    text: str = entry(MIXED)


@dataclass(frozen=True, kw_only=True)
class FieldElement(Element):
    """One field by its path: `customer.name`."""

    kind: ClassVar[str] = "field"
    field: str = entry(Text(200, shortest=1))


@dataclass(frozen=True, kw_only=True)
class ExpressionElement(Element):
    """The result of an expression: `record.total - record.paid`."""

    kind: ClassVar[str] = "expression"
    expression: str = entry(EXPRESSION)


@dataclass(frozen=True, kw_only=True)
class PageNumberElement(Element):
    """The page number; the text knows `page` and `pages`."""

    kind: ClassVar[str] = "page_number"
    text: str = entry(MIXED, "{page} / {pages}")


@dataclass(frozen=True, kw_only=True)
class LineElement(Element):
    """A straight line from (x, y) to (x + width, y + height); `rising` takes the other diagonal."""

    kind: ClassVar[str] = "line"
    line_width: float = entry(Number(0.05, 10), 0.2)
    dash: float = entry(Number(0, 20), 0.0)
    rising: bool = entry(Flag(), False)


@dataclass(frozen=True, kw_only=True)
class RectangleElement(Element):
    """A box; its fill comes from the style."""

    kind: ClassVar[str] = "rectangle"
    line_width: float = entry(Number(0, 10), 0.2)
    radius: float = entry(Number(0, 100), 0.0)


@dataclass(frozen=True, kw_only=True)
class PictureElement(Element):
    """A picture of the template (`picture` names it) or one that is a field (`field`: company.logo)."""

    kind: ClassVar[str] = "picture"
    picture: str = entry(Text(80), "")
    field: str = entry(Text(200), "")
    fit: str = entry(Choice("contain", "stretch"), "contain")
    align: str = entry(Choice("left", "center", "right"), "left")


@dataclass(frozen=True, kw_only=True)
class BarcodeElement(Element):
    """A bar code of the value of an expression."""

    kind: ClassVar[str] = "barcode"
    symbology: str = entry(Choice("code128", "ean13", "qr"), "code128")
    value: str = entry(EXPRESSION)
    show_text: bool = entry(Flag(), False)


@dataclass(frozen=True, kw_only=True)
class CheckBoxElement(Element):
    """A square, ticked when the expression is true, with words beside it."""

    kind: ClassVar[str] = "check_box"
    checked: str = entry(EXPRESSION)
    text: str = entry(MIXED, "")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table. A hidden column leaves its room to those that stretch."""

    id: str = entry(ID)
    title: str = entry(MIXED, "")
    width: float = entry(Number(1, 2_000))
    value: str = entry(EXPRESSION, "")
    style: StyleUse = entry(STYLE_USE, "default")
    title_style: StyleUse | None = entry(STYLE_USE, None)
    sum: bool = entry(Flag(), False)
    stretch: bool = entry(Flag(), False)
    visible_when: str = entry(EXPRESSION, "")
    hide_when_empty: bool = entry(Flag(), False)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The row of column titles."""

    height: float = entry(Number(1, 200), 7.0)
    repeat: bool = entry(Flag(), True)
    style: StyleUse = entry(STYLE_USE, "default")


@dataclass(frozen=True, kw_only=True)
class SumRow:
    """A row with the sums of the columns that have `sum`."""

    label: str = entry(MIXED, "")
    style: StyleUse = entry(STYLE_USE, "default")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list as a table: columns, heading, filler rows, sums of the page, sums carried over, and the total."""

    over: str = entry(Text(200, shortest=1))
    columns: tuple[Column, ...] = entry(Items(Struct(Column), 60))
    heading: Heading | None = entry(Struct(Heading), Heading())
    row_height: float = entry(Number(1, 200), 6.5)
    stripe: str = entry(Text(7, r"(#[0-9a-fA-F]{6})?"), "")
    lines: str = entry(Choice("grid", "rows", "outer", "none"), "grid")
    line_width: float = entry(Number(0.05, 3), 0.15)
    line_color: str = entry(COLOR, "#000000")
    min_rows: int = entry(Number(0, 200, whole=True), 0)
    rows_per_page: int = entry(Number(0, 200, whole=True), 0)
    fill_page: bool = entry(Flag(), False)
    empty_text: str = entry(MIXED, "")
    page_subtotal: SumRow | None = entry(Struct(SumRow), None)
    brought_forward: SumRow | None = entry(Struct(SumRow), None)
    carried_forward: SumRow | None = entry(Struct(SumRow), None)
    total: SumRow | None = entry(Struct(SumRow), None)


@dataclass(frozen=True, kw_only=True)
class TableElement(Element):
    """A table of fixed size inside a band; it does not run over pages."""

    kind: ClassVar[str] = "table"
    table: Table = entry(Struct(Table))


ELEMENT = OneKind(
    TextElement, FieldElement, ExpressionElement, PageNumberElement, LineElement, RectangleElement, PictureElement,
    BarcodeElement, CheckBoxElement, TableElement,
    reserved=("rich_text", "chart", "seal"),
)  # fmt: skip
ELEMENTS = Items(ELEMENT, MOST_ELEMENTS)


@dataclass(frozen=True, kw_only=True)
class Band:
    """What every band has."""

    id: str = entry(ID)
    visible_when: str = entry(EXPRESSION, "")


@dataclass(frozen=True, kw_only=True)
class ReportHead(Band):
    """Once, at the top of the first page."""

    kind: ClassVar[str] = "report_head"
    height: float = entry(SIZE)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class _PageBand(Band):
    height: float = entry(SIZE)
    on: str = entry(Choice("every", "first", "not_first", "middle", "not_last", "last"), "every")
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class PageHead(_PageBand):
    """At the top of the pages that `on` names; several such bands stand below each other."""

    kind: ClassVar[str] = "page_head"


@dataclass(frozen=True, kw_only=True)
class PageFoot(_PageBand):
    """At the bottom of the pages that `on` names."""

    kind: ClassVar[str] = "page_foot"


@dataclass(frozen=True, kw_only=True)
class Section(Band):
    """Once, in the flow of the page; grows with its text."""

    kind: ClassVar[str] = "section"
    height: float = entry(SIZE)
    page_break_before: bool = entry(Flag(), False)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class Detail(Band):
    """Once for each row of a list; the row is `line`, its number `row`."""

    kind: ClassVar[str] = "detail"
    over: str = entry(Text(200, shortest=1))
    height: float = entry(SIZE)
    page_break_before: bool = entry(Flag(), False)
    page_break_between: bool = entry(Flag(), False)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


@dataclass(frozen=True, kw_only=True)
class TableBand(Band):
    """A list as a table that runs over as many pages as it needs."""

    kind: ClassVar[str] = "table"
    x: float = entry(PLACE, 0.0)
    space_after: float = entry(Number(0, 200), 0.0)
    page_break_before: bool = entry(Flag(), False)
    table: Table = entry(Struct(Table))


@dataclass(frozen=True, kw_only=True)
class ReportFoot(Band):
    """Once, after everything else; kept whole, together with the last `keep_rows` rows of the table before it."""

    kind: ClassVar[str] = "report_foot"
    height: float = entry(SIZE)
    at: str = entry(Choice("flow", "bottom"), "flow")
    keep_rows: int = entry(Number(0, 20, whole=True), 1)
    elements: tuple[Element, ...] = entry(ELEMENTS, ())


BAND = OneKind(
    ReportHead, PageHead, PageFoot, Section, Detail, TableBand, ReportFoot,
    reserved=("group_head", "group_foot", "no_data"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Margins:
    """The unprinted edge, in millimetres."""

    left: float = entry(Number(0, 200), 15.0)
    top: float = entry(Number(0, 200), 12.0)
    right: float = entry(Number(0, 200), 15.0)
    bottom: float = entry(Number(0, 200), 12.0)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The paper. `background` names a picture that a designer shows below and that is never printed."""

    size: str = entry(Choice(*PAPERS, "custom"), "A4")
    width: float | None = entry(Number(20, 1_200), None)
    height: float | None = entry(Number(15, 1_200), None)
    orientation: str = entry(Choice("portrait", "landscape"), "portrait")
    margins: Margins = entry(Struct(Margins), Margins())
    background: str = entry(Text(80), "")

    def dimensions(self) -> tuple[float, float]:
        """Width and height as the paper lies."""
        width, height = PAPERS.get(self.size, (self.width or 210.0, self.height or 297.0))
        if self.orientation == "landscape" and self.size in ("A3", "A4", "A5", "B5", "Letter"):
            return height, width
        return width, height


@dataclass(frozen=True, kw_only=True)
class Template:
    """One printable form."""

    name: str = entry(Text(80, r"[A-Za-z0-9][A-Za-z0-9_.-]*"))
    title: Mapping[str, str] = entry(Names(Text(80), 20))
    record_type: str = entry(Text(60), "")
    language: str = entry(Text(12, r"[A-Za-z_]*"), "")
    page: Page = entry(Struct(Page), Page())
    styles: Mapping[str, StyleEntry] = entry(Names(Struct(StyleEntry), 200), {})
    bands: tuple[Band, ...] = entry(Items(BAND, 200))
    pictures: Mapping[str, str] = entry(Names(Text(LARGEST_FILE), 100), {})

    def title_in(self, language: str) -> str:
        """The title in a language, else in any."""
        return self.title.get(language) or next(iter(self.title.values()), self.name)
