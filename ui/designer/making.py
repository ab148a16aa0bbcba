"""New things with sensible measures: elements of every kind, tables out of lists, bands."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImage

from crm_desktop.errors import Told
from crm_desktop.printing import template as t
from crm_desktop.printing.inks import HEADING
from crm_desktop.words import N_, _, translated
from ui.designer import edits
from ui.designer.dropping import Carried

_LEFT = ("text", "long_text", "reference", "option", "state")
_FORMATS = {
    "money": "money", "price": "money", "quantity": "number", "decimal": "number", "integer": "number", "percent": "percent",
    "date": "date", "datetime": "datetime", "yes_no": "yes_no",
}  # fmt: skip
RIGHT = frozenset({"money", "price", "quantity", "decimal", "integer", "percent"})
SUMMED = frozenset({"money", "quantity"})
_COLUMN_WIDTHS = {"money": 24.0, "price": 22.0, "quantity": 18.0, "percent": 15.0, "date": 22.0, "integer": 14.0, "yes_no": 12.0}
LARGEST_PICTURE = 1_500_000  # bytes: a template has at most four megabytes, in which a picture takes a third more


class NotAPicture(Told):
    """A file that cannot be put into a template as a picture."""


def format_of(kind: str) -> str:
    """The format that fits a kind of field."""
    return _FORMATS.get(kind, "auto")


def element(kind: str, id_: str, x: float, y: float, language: str) -> t.Element:
    """A new element of a kind, ready to be filled."""
    at: dict[str, Any] = {"id": id_, "x": round(x, 2), "y": round(y, 2)}
    words = lambda text: translated(text, language)  # noqa: E731
    made: dict[str, t.Element] = {
        "text": t.TextElement(**at, width=40, height=6, text=words(N_("Text"))),
        "rich_text": t.RichTextElement(**at, width=60, height=12, text=words(N_("Text with <b>bold</b> words"))),
        "field": t.FieldElement(**at, width=40, height=6, field="record.number"),
        "expression": t.ExpressionElement(**at, width=40, height=6, expression="record.number"),
        "page_number": t.PageNumberElement(**at, width=40, height=5, text=words(N_("Page {page} of {pages}"))),
        "line": t.LineElement(**at, width=60, height=0),
        "rectangle": t.RectangleElement(**at, width=60, height=20),
        "picture": t.PictureElement(**at, width=30, height=20, field="company.logo"),
        "seal": t.SealElement(**at, width=40, height=40, field="company.seal", text="{company.name}", caption=words(N_("Contract seal"))),
        "barcode": t.BarcodeElement(**at, width=50, height=12, value="record.number"),
        "check_box": t.CheckBoxElement(**at, width=40, height=6, checked="true", text=words(N_("Text"))),
        "chart": t.ChartElement(**at, width=80, height=50, over="lines", label="line.name", value="line.amount"),
    }
    if kind == "table":
        columns = tuple(
            t.Column(id=f"{id_}_c{n}", title=words(title), width=width, value=value)
            for n, (title, width, value) in enumerate(((N_("Name"), 40.0, "line.name"), (N_("Amount"), 25.0, "line.amount")))
        )
        return t.TableElement(**at, width=65, height=30, table=t.Table(over="lines", columns=columns))
    return made[kind]


def bound(carried: Carried, id_: str, x: float, y: float) -> t.Element:
    """A field dragged onto the paper: a box bound to it."""
    at: dict[str, Any] = {"id": id_, "x": round(x, 2), "y": round(y, 2)}
    if carried.how == "image":
        return t.PictureElement(**at, width=30, height=20, field=carried.path)
    how = format_of(carried.how)
    style = t.StyleEntry(
        align="right" if carried.how in RIGHT else None,
        format=how if how != "auto" else None,
        overflow="grow" if carried.how in _LEFT else "shrink",
    )
    return t.FieldElement(**at, width=30.0 if carried.how in RIGHT else 50.0, height=6, field=carried.path, style=style)


def column(carried: Carried, id_: str) -> t.Column:
    """A field of a list as a column."""
    how = format_of(carried.how)
    style: t.StyleUse = "default"
    if carried.how in RIGHT or how != "auto":
        style = t.StyleEntry(align="right" if carried.how in RIGHT else None, format=how if how != "auto" else None, padding=1.2)
    else:
        style = t.StyleEntry(padding=1.2)
    width = _COLUMN_WIDTHS.get(carried.how, 30.0)
    return t.Column(
        id=id_, title=carried.label, width=width, value=carried.path, style=style, sum=carried.how in SUMMED,
        stretch=carried.how in ("text", "long_text"), hide_when_empty=carried.how == "long_text",
    )  # fmt: skip


def table_of(over: str, fields: Sequence[Carried], taken: Iterable[str], width: float, language: str) -> t.TableBand:
    """A finished table of a list: a number, its fields as columns that fill the page, the sum at the end."""
    names = set(taken)
    id_ = edits.fresh_id(names, "table")
    first = t.Column(
        id=f"{id_}_no", title=translated(N_("No."), language), width=10.0, value="row", style=t.StyleEntry(align="center", padding=1)
    )
    columns = [first, *(column(field, f"{id_}_c{n}") for n, field in enumerate(fields, 1))]
    columns = _fitted(columns, width)
    heading = t.Heading(height=8.0, style=t.StyleEntry(bold=True, padding=1.2, fill=HEADING))
    total = t.SumRow(label=translated(N_("Total"), language), style=t.StyleEntry(bold=True, padding=1.2))
    summed = any(each.sum for each in columns)
    made = t.Table(over=over, columns=tuple(columns), heading=heading, row_height=7.0, total=total if summed else None)
    return t.TableBand(id=id_, table=made)


def _fitted(columns: list[t.Column], width: float) -> list[t.Column]:
    """As many as fit at a readable width, together as wide as the page."""
    kept: list[t.Column] = []
    for each in columns:
        if sum(c.width for c in kept) + min(each.width, 20.0) > width:
            break
        kept.append(each)
    factor = width / sum(c.width for c in kept)
    return [replace(c, width=round(c.width * factor, 2)) for c in kept]


def band(kind: str, id_: str) -> Any:
    """A new, empty band."""
    makers: dict[str, Any] = {
        "report_head": lambda: t.ReportHead(id=id_, height=20.0),
        "page_head": lambda: t.PageHead(id=id_, height=12.0),
        "page_foot": lambda: t.PageFoot(id=id_, height=12.0),
        "section": lambda: t.Section(id=id_, height=15.0),
        "group_head": lambda: t.GroupHead(id=id_, height=8.0, by="line.code", order="rising"),
        "group_foot": lambda: t.GroupFoot(id=id_, height=8.0, group="group_head1"),
        "detail": lambda: t.Detail(id=id_, over="lines", height=8.0),
        "no_data": lambda: t.NoData(id=id_, over="lines", height=8.0),
        "report_foot": lambda: t.ReportFoot(id=id_, height=25.0),
    }
    return makers[kind]()


def picture_of(path: Path) -> tuple[str, str, float]:
    """A picture file as (name, base64 text, height for a width of one). Raises NotAPicture."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise NotAPicture(_("“{name}” cannot be read.").format(name=path.name), fault.strerror or "") from fault
    if len(content) > LARGEST_PICTURE:
        raise NotAPicture(
            _("“{name}” is too large for a template.").format(name=path.name),
            _("Make it smaller first: at most {size} KB.").format(size=LARGEST_PICTURE // 1000),
        )
    image = QImage.fromData(content)
    if image.isNull() or not image.width():
        raise NotAPicture(_("“{name}” is no picture that can be printed.").format(name=path.name), _("Use PNG or JPEG."))
    stem = "".join(letter for letter in path.stem if letter.isalnum() or letter in "_.-")[:60] or "picture"
    return stem, base64.b64encode(content).decode("ascii"), image.height() / image.width()
