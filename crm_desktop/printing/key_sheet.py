"""The recovery sheet of an encrypted database: one page with its key, to be printed and put away where no PC is."""

from __future__ import annotations

import datetime as dt

from crm_desktop.printing.sheet import WIDTH, head, literal, sheet, text
from crm_desktop.printing.template import BarcodeElement, Element, RectangleElement, StyleEntry, TextElement
from crm_desktop.rules import recovery_keys
from crm_desktop.words import N_, translated

_STYLES = {
    "secret": StyleEntry(size=17, bold=True, valign="middle", overflow="shrink"),
    "line": StyleEntry(size=10, color="#5b6673", valign="middle", align="right"),
}
_TITLE = N_("Recovery sheet of the encrypted database")
_WARNING = N_(
    "Whoever has this key and the file can read everything in it. Without the key nobody can, the makers of the program neither."
    " Put this sheet where no stranger finds it, away from the PC, best in a safe."
)
_STEPS = (
    N_("Install CRM Desktop on the PC that has the file crm.db, and start it. It says that the key is missing."),
    N_("Type the four lines below each other, with or without dashes; capital or small letters do not matter."),
    N_("There is no letter I, L, O or U in it. The program says which line is mistyped."),
    N_("The PC keeps the key then, unless the program is on a stick: there it is asked for at each start."),
)
_BACKUPS = N_("Backups are not opened with this key. They have a passphrase and a recovery sheet of their own, or none.")
_COMMAND = "crm-desktop encryption unlock --key-stdin"


def key_sheet(company: str, secret: bytes, number: str, day: dt.date, language: str) -> bytes:
    """The sheet as PDF, one page of A4, in a language of the program. number: by which the key is told from others."""

    def words(text: str) -> str:
        return literal(translated(text, language))

    elements: list[Element] = [
        *head(_TITLE, company, language),
        text("day_label", 33, 5, words(N_("Printed on")), "label", width=60),
        text("day", 38, 7, f"{day:%Y-%m-%d}", "value", width=60),
        text("number_label", 33, 5, words(N_("Number of the key")), "label", x=85),
        text("number", 38, 7, number, "value", x=85),
        text("secret_label", 50, 5, words(N_("Recovery key")), "label"),
        RectangleElement(id="frame", x=0, y=56, width=WIDTH, height=46, line_width=0.5, radius=2),
    ]
    for at, line in enumerate(recovery_keys.lines_of(secret)):
        y = 59 + at * 10
        elements += [
            TextElement(id=f"line{at}", x=4, y=y, width=10, height=10, text=str(at + 1), style="line"),
            TextElement(id=f"secret{at}", x=22, y=y, width=WIDTH - 30, height=10, text=line, style="secret"),
        ]
    elements += [
        text("warning", 107, 18, words(_WARNING), "warning"),
        text("how", 129, 8, words(N_("How to open the database")), "heading"),
        *(
            text(f"step{number_}", 128 + number_ * 12, 11, f"{number_}. {words(step)}")
            for number_, step in enumerate(_STEPS, 1)
        ),
        text("backups", 190, 11, words(_BACKUPS), width=WIDTH - 40),
        text("command_label", 203, 5, words(N_("Or on the command line")), "label", width=WIDTH - 40),
        text("command", 208, 7, _COMMAND, width=WIDTH - 40),
        BarcodeElement(id="code", x=WIDTH - 34, y=190, width=34, height=34, symbology="qr", value="key"),
        text("code_text", 218, 8, words(N_("The square holds the same key, for a scanner.")), "label", width=WIDTH - 40),
    ]
    return sheet("key-sheet", _TITLE, language, 230, elements, _STYLES, {"key": recovery_keys.text_of(secret)})
