"""Templates made from a record type's declaration, so that every record and every list can be printed from the first day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_desktop.kinds import KINDS
from crm_desktop.printing.context import plain_name
from crm_desktop.printing.template import (
    Band,
    Border,
    Column,
    Element,
    Format,
    Heading,
    LineElement,
    Margins,
    Page,
    PageFoot,
    PageHead,
    PageNumberElement,
    ReportHead,
    Section,
    StyleEntry,
    SumRow,
    Table,
    TableBand,
    Template,
    TextElement,
)
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import LANGUAGES, translated
from db.fields import Field

_ACCENT, _GREY, _HAIR, _SOFT = "#1f4e79", "#5b6673", "#c9d1da", "#f3f6f9"
_CHARACTER = 1.9
"""About the width of a list character on paper, in millimetres."""

STYLES: Mapping[str, StyleEntry] = {
    "default": StyleEntry(size=9, color="#1a1f26"),
    "title": StyleEntry(size=16, bold=True, color=_ACCENT, overflow="shrink"),
    "company": StyleEntry(size=9, color=_GREY, align="right", overflow="shrink"),
    "section": StyleEntry(size=9.5, bold=True, color=_ACCENT, border=Border(bottom=0.2, color=_HAIR)),
    "label": StyleEntry(size=8, color=_GREY, valign="top", overflow="shrink"),
    "value": StyleEntry(size=9, valign="top", overflow="grow", line_height=1.25),
    "heading": StyleEntry(size=8.5, bold=True, color="#ffffff", fill=_ACCENT, padding=1.2, overflow="shrink"),
    "cell": StyleEntry(size=8.5, padding=1.2, line_height=1.25),
    "sums": StyleEntry(size=8.5, bold=True, padding=1.2, fill=_SOFT),
    "line": StyleEntry(color=_HAIR),
    "foot": StyleEntry(size=7.5, color=_GREY),
    "foot_right": StyleEntry(size=7.5, color=_GREY, align="right"),
}

_PAGE_TEXT = {"zh_CN": "第 {page} 页 / 共 {pages} 页", "en": "Page {page} of {pages}"}
_TOTAL = {"zh_CN": "合计", "en": "Total"}
_LEFT_OUT = ("long_text", "image")


def card_template(kind: RecordType, language: str) -> Template:
    """One record on A4: every field with its label in two columns by section, then the lines."""
    width = 180.0
    bands: list[Band] = [_card_head(kind, language, width)]
    for index, (section, fields) in enumerate(_sections(kind).items()):
        bands.append(_card_section(f"section{index}", translated(section, language), fields, language, width))
    if kind.lines is not None:
        bands.append(_lines_table(kind, language, width))
    bands.append(_foot(language, width))
    return _template("card", kind, kind.title, language, Page(), tuple(bands))


def list_template(kind: RecordType, columns: Sequence[str], language: str, landscape: bool | None = None) -> Template:
    """A list with these columns; it lies on its side when upright paper is too narrow."""
    fields = {name: kind.fields[name] for name in columns}
    wide = sum(_column_width(about) for about in fields.values()) + 9 > 190
    page = Page(
        orientation="landscape" if (wide if landscape is None else landscape) else "portrait",
        margins=Margins(left=10, right=10),
    )
    width = page.dimensions()[0] - 20
    head = PageHead(id="head", height=14, elements=_title(translated(kind.plural, language), width))
    table = _table("lines", fields, language, width)
    bands = (head, TableBand(id="rows", table=table), _foot(language, width, number=False))
    return _template("list", kind, kind.plural, language, page, bands)


def _template(name: str, kind: RecordType, title: str, language: str, page: Page, bands: tuple[Band, ...]) -> Template:
    titles = {code: translated(title, code) for code in LANGUAGES}
    return Template(
        name=name, title=titles, record_type=kind.key, language=language, page=page, styles=STYLES, bands=bands
    )


def _title(text: str, width: float) -> tuple[Element, ...]:
    return (
        TextElement(id="title", x=0, y=0, width=round(width * 0.62, 2), height=9, text=_literal(text), style="title"),
        TextElement(
            id="company",
            x=round(width * 0.62, 2),
            y=0,
            width=round(width * 0.38, 2),
            height=9,
            text="{company.name}",
            style="company",
        ),
        LineElement(
            id="head_rule", x=0, y=10.5, width=width, height=0, line_width=0.5, style=StyleEntry(color=_ACCENT)
        ),
    )


def _card_head(kind: RecordType, language: str, width: float) -> ReportHead:
    names = [plain_name(name) for name in kind.label]
    shown = ", ".join(f"text(record.{name})" for name in names)
    title = _literal(translated(kind.title, language)) + "　{join(' ', " + shown + ")}"
    title_elements = list(_title("", width))
    title_elements[0] = TextElement(
        id="title", x=0, y=0, width=round(width * 0.62, 2), height=9, text=title, style="title"
    )
    return ReportHead(id="head", height=14, elements=tuple(title_elements))


def _sections(kind: RecordType) -> dict[str, list[Field]]:
    sections: dict[str, list[Field]] = {}
    for about in kind.fields.values():
        if about.kind != "image":
            sections.setdefault(about.section, []).append(about)
    return sections


def _card_section(band: str, title: str, fields: list[Field], language: str, width: float) -> Section:
    elements: list[Element] = [
        TextElement(id=band + "_title", x=0, y=1, width=width, height=6, text=_literal(title), style="section")
    ]
    y, column, half = 9.0, 0, width / 2
    for about in fields:
        wide = about.kind == "long_text" or about.multiline
        if wide and column:
            y, column = y + 6, 0
        name = plain_name(about.name)
        x = column * half
        label = _literal(translated(about.label, language))
        elements.append(
            TextElement(id=f"{band}.{name}.label", x=x, y=y + 0.3, width=29, height=4.5, text=label, style="label")
        )
        value_width = (width if wide else half) - 32
        text = "{record." + name + _bar(about) + "}"
        elements.append(
            TextElement(id=f"{band}.{name}", x=x + 30, y=y, width=value_width, height=5, text=text, style="value")
        )
        if wide or column:
            y, column = y + 6, 0
        else:
            column = 1
    return Section(id=band, height=y + (6 if column else 0) + 1, elements=tuple(elements))


def _lines_table(kind: RecordType, language: str, width: float) -> TableBand:
    assert kind.lines is not None
    fields = {
        name: about
        for name, about in kind.lines.fields.items()
        if name != "position" and about.kind not in _LEFT_OUT and (about.width or not about.computed)
    }  # how a price came about is for the person who types, not for paper
    if "name" in fields:  # the line says in its own words what the reference to the product would say again
        fields = {name: about for name, about in fields.items() if about.kind != "reference"}
    return TableBand(id="lines", table=_table("lines", fields, language, width, hide_empty=True))


def _table(over: str, fields: Mapping[str, Field], language: str, width: float, hide_empty: bool = False) -> Table:
    shown = {name: about for name, about in fields.items() if about.kind not in _LEFT_OUT or about.width}
    widths = {name: _column_width(about) for name, about in shown.items()}
    factor = (width - 9) / (sum(widths.values()) or 1)
    crowded = factor < 0.8 or len(widths) > 10
    columns = [Column(id="row_number", title="#", width=9, value="row", style=StyleEntry(base="cell", align="center"))]
    for name, about in shown.items():
        columns.append(
            Column(
                id="column." + plain_name(name),
                title=_literal(translated(about.label, language)),
                width=max(round(widths[name] * factor, 2), 1),
                value="line." + plain_name(name),
                style=_cell_style(about, crowded),
                title_style=StyleEntry(size=7.5, padding=0.6) if crowded else None,
                sum=about.total,
                stretch=about.kind in ("text", "reference"),
                hide_when_empty=hide_empty,
            )
        )
    total = SumRow(label=_TOTAL.get(language, "Total"), style="sums") if any(column.sum for column in columns) else None
    return Table(
        over=over, columns=tuple(columns), heading=Heading(height=8, style="heading"), row_height=6.5,
        stripe="#f8fafc", lines="rows", line_width=0.12, line_color=_HAIR, total=total,
    )  # fmt: skip


def _foot(language: str, width: float, number: bool = True) -> PageFoot:
    left = "{company.name}" if number else "{company.name}　{print.date|date}"
    page = _PAGE_TEXT.get(language, _PAGE_TEXT["en"])
    return PageFoot(
        id="foot",
        height=8,
        elements=(
            LineElement(id="foot_rule", x=0, y=2, width=width, height=0, line_width=0.15, style="line"),
            TextElement(id="foot_left", x=0, y=3, width=round(width * 0.6, 2), height=5, text=left, style="foot"),
            PageNumberElement(
                id="foot_page",
                x=round(width * 0.6, 2),
                y=3,
                width=round(width * 0.4, 2),
                height=5,
                text=page,
                style="foot_right",
            ),
        ),
    )


def _column_width(about: Field) -> float:
    return max(about.width or min(max(about.max_length // 4, 10), 20), 5) * _CHARACTER


def _cell_style(about: Field, crowded: bool) -> StyleEntry:
    """Figures, dates and codes are never broken over lines: where the column is narrow they become smaller."""
    whole = about.kind not in ("text", "long_text", "reference", "tags", "option", "url")
    return StyleEntry(
        base="cell",
        size=7.5 if crowded else None,
        padding=0.9 if crowded else None,
        align=KINDS[about.kind].align,
        overflow="shrink" if whole else None,
        format=_format(about),
    )


def _format(about: Field) -> Format:
    match about.kind:
        case "money" | "price":
            return Format(how="money")
        case "percent":
            return Format(how="number", blank_zero=True)
        case "quantity" | "decimal":
            return Format(how="number")
        case _:
            return Format()


def _bar(about: Field) -> str:
    how = _format(about).how
    return "" if how == "auto" else f"|{how}"


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
