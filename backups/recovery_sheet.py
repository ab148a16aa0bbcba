"""The recovery sheet: one page with the passphrase of the backups, to be printed and put away where no PC is."""

from __future__ import annotations

import datetime as dt

from crm_desktop.printing.sheet import WIDTH, head, literal, sheet, text
from crm_desktop.printing.template import BarcodeElement, Element, RectangleElement, StyleEntry, TextElement
from crm_desktop.words import N_, translated

_STYLES = {"secret": StyleEntry(size=19, bold=True, align="center", valign="middle", overflow="shrink", max_lines=3)}
_TITLE = N_("Recovery sheet for encrypted backups")
_WARNING = N_(
    "Without this passphrase nobody can read the backups, the makers of the program neither. Put this sheet where no stranger"
    " finds it, away from the PC and from the drives with the backups, best in a safe."
)
_STEPS = (
    N_("Install CRM Desktop on any PC and start it."),
    N_("Choose “Restore a backup” on the first screen, and the newest backup file from the drive."),
    N_(
        "Type the passphrase above, with its dashes. Small letters stay small; there is no letter l, o, i and no digit 0 or 1 in it."
    ),
    N_("See what is in the backup, and confirm. Everything is as it was when the backup was made."),
)
_COMMAND = "crm-desktop restore FILE --passphrase-stdin"


def recovery_sheet(company: str, passphrase: str, day: dt.date, language: str) -> bytes:
    """The sheet as PDF, one page of A4, in a language of the program."""

    def words(text: str) -> str:
        return literal(translated(text, language))

    steps = (
        _STEPS
        if _suggested(passphrase)
        else (*_STEPS[:2], N_("Type the passphrase above exactly as it stands."), _STEPS[3])
    )
    elements: list[Element] = [
        *head(_TITLE, company, language),
        text("day_label", 33, 5, words(N_("Printed on")), "label"),
        text("day", 38, 7, f"{day:%Y-%m-%d}", "value"),
        text("secret_label", 50, 5, words(N_("Passphrase")), "label"),
        RectangleElement(id="frame", x=0, y=56, width=WIDTH, height=26, line_width=0.5, radius=2),
        TextElement(id="secret", x=4, y=57, width=WIDTH - 8, height=24, text=literal(passphrase), style="secret"),
        text("warning", 87, 18, words(_WARNING), "warning"),
        text("how", 110, 8, words(N_("How to restore")), "heading"),
        *(
            text(f"step{number}", 114 + number * 12, 11, f"{number}. {words(step)}")
            for number, step in enumerate(steps, 1)
        ),
        text("command_label", 178, 5, words(N_("Or on the command line")), "label"),
        text("command", 183, 7, _COMMAND),
        BarcodeElement(id="code", x=WIDTH - 32, y=196, width=32, height=32, symbology="qr", value="passphrase"),
        text("code_text", 196, 12, words(N_("The square holds the same passphrase, for a scanner.")), "label"),
    ]
    return sheet("recovery-sheet", _TITLE, language, 232, elements, _STYLES, {"passphrase": passphrase})


def _suggested(passphrase: str) -> bool:
    """Whether it looks like one of backups/passphrase.py, so that the sheet may say which letters are not in it."""
    return "-" in passphrase and not set(passphrase) & set("l01oi") and passphrase == passphrase.lower()
