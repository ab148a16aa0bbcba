"""The sheet of recovery codes: one page for an owner, to be printed and put away where no PC is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crm_desktop.printing.sheet import WIDTH, head, literal, sheet, text
from crm_desktop.printing.template import Element, RectangleElement, StyleEntry
from crm_desktop.words import N_, translated

_STYLES = {"code": StyleEntry(size=14, bold=True, valign="middle")}
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
        return literal(translated(text, language))

    rows = (len(codes) + 1) // 2
    below = 60 + rows * 11 + 8
    cells: list[Element] = []
    for at, code in enumerate(codes):
        x, y = (at // rows) * (WIDTH / 2), 58 + (at % rows) * 11
        cells.append(RectangleElement(id=f"box{at}", x=x + 8, y=y + 3, width=4, height=4, line_width=0.3))
        cells.append(text(f"code{at}", y, 10, literal(code), "code", x + 16, WIDTH / 2 - 18))
    elements: list[Element] = [
        *head(_TITLE, company, language),
        text("person_label", 33, 5, words(N_("Company owner")), "label", width=WIDTH / 2),
        text("person", 38, 7, literal(person), "value", width=WIDTH / 2),
        text("day_label", 33, 5, words(N_("Printed on")), "label", WIDTH / 2, WIDTH / 2),
        text("day", 38, 7, f"{day:%Y-%m-%d}", "value", WIDTH / 2, WIDTH / 2),
        RectangleElement(id="frame", x=0, y=54, width=WIDTH, height=rows * 11 + 8, line_width=0.5, radius=2),
        *cells,
        text("warning", below, 14, words(_WARNING), "warning"),
        text("how", below + 20, 8, words(N_("How to use them")), "heading"),
        *(text(f"step{n}", below + 19 + n * 13, 12, f"{n}. {words(step)}") for n, step in enumerate(_STEPS, 1)),
    ]
    return sheet("code-sheet", _TITLE, language, below + 80, elements, _STYLES, {})
