"""How things of a template look: colours, borders, formats of values, styles; and the rules that entries of all kinds share."""

from __future__ import annotations

from dataclasses import dataclass

from crm_desktop.printing.format_rules import Choice, Flag, NameOr, Number, Struct, Text, entry

LARGEST_FILE = 4 * 1024 * 1024
MOST_ELEMENTS = 2_000

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
    italic: bool | None = entry(Flag(), None)
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
