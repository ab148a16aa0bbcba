"""The words of a template file as people say them, for the lists of the property panel."""

from __future__ import annotations

from collections.abc import Mapping

from crm_desktop.words import N_, _
from ui.designer.band_names import ON_PAGES

_WORDS: Mapping[str, Mapping[str, str]] = {
    "overflow": {
        "wrap": N_("Next line"), "grow": N_("The box grows"), "shrink": N_("Smaller letters"), "clip": N_("Cut off"),
    },
    "how": {
        "auto": N_("By the field"), "text": N_("Text"), "number": N_("Plain number"), "money": N_("Amount"), "percent": N_("Percent"),
        "date": N_("Date"), "datetime": N_("Date and time"), "time": N_("Time"), "yes_no": N_("Yes or no"),
        "chinese_words": N_("Amount in Chinese words"), "english_words": N_("Amount in English words"),
    },
    "fit": {"contain": N_("Whole picture"), "stretch": N_("Fill the box")},
    "lines": {"grid": N_("Grid"), "rows": N_("Between rows"), "outer": N_("Around"), "none": N_("None")},
    "on": ON_PAGES,
    "order": {"as_it_comes": N_("as the rows come"), "rising": N_("rising"), "falling": N_("falling")},
    "at": {"flow": N_("Behind the text"), "bottom": N_("At the foot of the page")},
    "orientation": {"portrait": N_("Upright"), "landscape": N_("Sideways")},
    "chart": {"bar": N_("Bars"), "line": N_("Curve"), "pie": N_("Pie")},
    "symbology": {
        "code128": "Code 128", "code39": "Code 39", "ean13": "EAN-13", "ean8": "EAN-8", "itf": "ITF", "qr": N_("QR code"),
        "datamatrix": "Data Matrix",
    },
    "size": {
        "A3": "A3", "A4": "A4", "A5": "A5", "A6": "A6", "B5": "B5", "Letter": "Letter", "241x280": N_("241 × 280 mm, whole form"),
        "241x140": N_("241 × 140 mm, half form"), "241x93": N_("241 × 93 mm, third of a form"), "roll80": N_("Roll of 80 mm"),
        "roll58": N_("Roll of 58 mm"), "envelope_dl": N_("Envelope DL"), "envelope_zl": N_("Envelope ZL"), "envelope_c5": N_("Envelope C5"),
        "custom": N_("A size of your own"),
    },
}  # fmt: skip


def words_of(name: str, choices: tuple[str, ...]) -> dict[str, str]:
    """What is offered for an entry: value → words."""
    known = _WORDS.get(name, {})
    return {value: _(known[value]) if value in known else value for value in choices}
