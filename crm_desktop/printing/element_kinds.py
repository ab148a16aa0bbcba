"""The kinds of elements that can stand in a band, and what can be said of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from crm_desktop.printing.format_rules import Choice, Flag, Items, Number, OneKind, Struct, Text, entry
from crm_desktop.printing.looks import (
    COLOR,
    EXPRESSION,
    ID,
    MIXED,
    MOST_ELEMENTS,
    PLACE,
    SIZE,
    STYLE_USE,
    StyleUse,
)


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
    angle: float = entry(Number(-180, 180), 0.0)


@dataclass(frozen=True, kw_only=True)
class RichTextElement(Element):
    """Text with fields in braces in which words can be marked: `<b>`, `<i>`, `<u>`, `<color=#a4262c>`, `<size=12>`, each closed
    by `</b>` and so on; what stands in fields is never read as a mark."""

    kind: ClassVar[str] = "rich_text"
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
class SealElement(Element):
    """A seal on top of everything else of the page, transparent: a picture of the template, the picture of a field
    (company.seal), or, where there is none, a round seal drawn with `text` around a star and `caption` below it."""

    kind: ClassVar[str] = "seal"
    picture: str = entry(Text(80), "")
    field: str = entry(Text(200), "")
    text: str = entry(MIXED, "")
    caption: str = entry(MIXED, "")
    opacity: float = entry(Number(0.05, 1), 0.75)


@dataclass(frozen=True, kw_only=True)
class BarcodeElement(Element):
    """A bar code of the value of an expression."""

    kind: ClassVar[str] = "barcode"
    symbology: str = entry(Choice("code128", "code39", "ean13", "ean8", "itf", "qr", "datamatrix"), "code128")
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


@dataclass(frozen=True, kw_only=True)
class ChartElement(Element):
    """A chart of the rows of a list: for each row the text `label` and the number `value`."""

    kind: ClassVar[str] = "chart"
    chart: str = entry(Choice("bar", "line", "pie"), "bar")
    over: str = entry(Text(200, shortest=1))
    label: str = entry(EXPRESSION)
    value: str = entry(EXPRESSION)
    title: str = entry(MIXED, "")
    show_values: bool = entry(Flag(), True)
    colors: tuple[str, ...] = entry(Items(COLOR, 24), ())


ELEMENT = OneKind(
    TextElement, RichTextElement, FieldElement, ExpressionElement, PageNumberElement, LineElement, RectangleElement, PictureElement,
    SealElement, BarcodeElement, CheckBoxElement, TableElement, ChartElement,
)  # fmt: skip
ELEMENTS = Items(ELEMENT, MOST_ELEMENTS)
