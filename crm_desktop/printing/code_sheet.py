"""The sheet of recovery codes: one page for an owner, to be printed and put away where no PC is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crm_desktop.printing.rendering import render
from crm_desktop.printing.template import (
    Border,
    Element,
    LineElement,
    Margins,
    Page,
    RectangleElement,
    ReportHead,
    StyleEntry,
    Template,
    TextElement,
)
from crm_desktop.words import N_, translated

_WIDTH = 170.0
_STYLES = {
    "default": StyleEntry(size=10.5, color="#1a1f26", valign="top", line_height=1.4),
    "title": StyleEntry(size=20, bold=True, color="#1f4e79", valign="middle", overflow="shrink"),
    "label": StyleEntry(size=9, color="#5b6673", valign="top"),
    "value": StyleEntry(size=12, bold=True, overflow="shrink"),
    "code": StyleEntry(size=14, bold=True, valign="middle"),
    "warning": StyleEntry(size=10.5, bold=True, color="#a4262c", line_height=1.4),
    "heading": StyleEntry(size=12, bold=True, color="#1f4e79", border=Border(bottom=0.2, color="#c9d1da")),
}
_TITLE = N_("Recovery codes for signing in")
_WARNING = N_(
    "Whoever has one of these codes can sign in as this owner. Put the sheet where no stranger finds it, away from the PC, best in a safe."
)
_STEPS = (
    N_("Start CRM Desktop, type your sign-in name and choose “I forgot my password”."),
    N_("Type one of the codes; capital letters and dashes do not matter. There is no letter l, o, i and no digit 0 or 1 in them."),
    N_("Choose a new password. Cross the code out: each is good once."),
    N_("When few are left, have new ones made; those on this sheet are good for nothing then."),
)


def code_sheet(company: str, person: str, codes: Sequence[str], day: dt.date, language: str) -> bytes:
    """The sheet as PDF, one page of A4, in a language of the program."""

    def words(text: str) -> str:
        return _literal(translated(text, language))

    def text(id_: str, y: float, height: float, content: str, style: str = "default", x: float = 0.0, width: float = _WIDTH) -> TextElement:
        return TextElement(id=id_, x=x, y=y, width=width, height=height, text=content, style=style)

    rows = (len(codes) + 1) // 2
    below = 60 + rows * 11 + 8
    cells: list[Element] = []
    for at, code in enumerate(codes):
        x, y = (at // rows) * (_WIDTH / 2), 58 + (at % rows) * 11
        cells.append(RectangleElement(id=f"box{at}", x=x + 8, y=y + 3, width=4, height=4, line_width=0.3))
        cells.append(text(f"code{at}", y, 10, _literal(code), "code", x + 16, _WIDTH / 2 - 18))
    elements: list[Element] = [
        text("title", 0, 12, words(_TITLE), "title"),
        LineElement(id="rule", x=0, y=13, width=_WIDTH, height=0, line_width=0.5, style=StyleEntry(color="#1f4e79")),
        text("company_label", 18, 5, words(N_("Company")), "label"),
        text("company", 23, 7, _literal(company), "value"),
        text("person_label", 33, 5, words(N_("Owner")), "label", width=_WIDTH / 2),
        text("person", 38, 7, _literal(person), "value", width=_WIDTH / 2),
        text("day_label", 33, 5, words(N_("Printed on")), "label", _WIDTH / 2, _WIDTH / 2),
        text("day", 38, 7, f"{day:%Y-%m-%d}", "value", _WIDTH / 2, _WIDTH / 2),
        RectangleElement(id="frame", x=0, y=54, width=_WIDTH, height=rows * 11 + 8, line_width=0.5, radius=2),
        *cells,
        text("warning", below, 14, words(_WARNING), "warning"),
        text("how", below + 20, 8, words(N_("How to use them")), "heading"),
        *(text(f"step{n}", below + 19 + n * 13, 12, f"{n}. {words(step)}") for n, step in enumerate(_STEPS, 1)),
    ]
    template = Template(
        name="code-sheet", title={language: translated(_TITLE, language)}, language=language,
        page=Page(margins=Margins(left=20, right=20, top=18, bottom=12)), styles=_STYLES,
        bands=(ReportHead(id="sheet", height=below + 80, elements=tuple(elements)),),
    )  # fmt: skip
    return render(template, {}).pdf


def _literal(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
