"""Address cards (.vcf): read as a table with one row per card, and written from contacts and customers.

Versions 2.1, 3.0 and 4.0, with folded lines, quoted-printable texts and the Chinese encodings that telephones write.
"""

from __future__ import annotations

import datetime as dt
import quopri
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.errors import Told
from crm_desktop.exchange.cells import Cell, Sheet, Workbook
from crm_desktop.exchange.text_tables import LARGEST, decode
from crm_desktop.words import _

HEADINGS = (
    "Full name", "Family name", "Given name", "Company", "Department", "Job title", "Mobile", "Phone", "Fax", "E-mail", "Website",
    "Region", "City", "Address", "Birthday", "Categories", "Note", "vCard",
)  # fmt: skip
"""The headings of the table a file of cards is read as; the synonyms of every type know them."""

_LONGEST_LINE = 75  # bytes of a line that is written
_MOST_CARDS = 200_000
_DIGITS = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")


@dataclass(frozen=True)
class _Line:
    name: str
    parameters: frozenset[str]
    value: str


def read_cards(path: Path) -> Workbook:
    """The cards of a file as one sheet. Raises Told for what is none."""
    if path.stat().st_size > LARGEST:
        raise Told(_("“{file}” is too large to be a list.").format(file=path.name), _("Split it into several files."))
    text, encoding = decode(path.read_bytes(), path.name)
    rows: list[list[Cell]] = [list(HEADINGS)]
    for card in _cards(text):
        rows.append(_row(card))
        if len(rows) > _MOST_CARDS:
            raise Told(
                _("“{file}” is too large to be a list.").format(file=path.name), _("Split it into several files.")
            )
    if len(rows) == 1:
        raise Told(_("“{file}” holds no address cards.").format(file=path.name))
    return Workbook(path.name, [Sheet(path.stem, rows)], {"encoding": encoding, "delimiter": "vCard"})


def _unfolded(text: str) -> Iterator[str]:
    """The lines, those put together that were broken: by a space at the beginning, or by = at the end in quoted-printable."""
    whole = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line[:1] in (" ", "\t") and whole:
            whole += line[1:]
        elif whole.endswith("=") and "QUOTED-PRINTABLE" in whole.partition(":")[0].upper():
            whole = whole[:-1] + line
        else:
            if whole:
                yield whole
            whole = line
    if whole:
        yield whole


def _cards(text: str) -> Iterator[list[_Line]]:
    card: list[_Line] | None = None
    for raw in _unfolded(text):
        upper = raw.strip().upper()
        if upper == "BEGIN:VCARD":
            card = []
        elif upper == "END:VCARD":
            if card:
                yield card
            card = None
        elif card is not None and (line := _line(raw)) is not None:
            card.append(line)


def _line(raw: str) -> _Line | None:
    head, colon, value = raw.partition(":")
    if not colon:
        return None
    name, *rest = head.split(";")
    name = name.rpartition(".")[2].strip().upper()  # item1.TEL: a group before the name
    parameters = frozenset(p for part in rest for p in re.split(r"[=,]", part.strip().strip('"').upper()) if p)
    if "QUOTED-PRINTABLE" in parameters:
        data = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
        charset = next((p for p in rest if p.upper().startswith("CHARSET=")), "").partition("=")[2] or "utf-8"
        try:
            value = data.decode(charset, "replace")
        except LookupError:
            value = data.decode("utf-8", "replace")
    return _Line(name, parameters, value.strip())


def _parts(value: str) -> list[str]:
    """The parts of a value, which semicolons divide unless a backslash stands before them."""
    return [_plain(p) for p in re.split(r"(?<!\\);", value)]


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], text).strip()


def _row(card: list[_Line]) -> list[Cell]:
    found: dict[str, str] = {"vCard": "vCard"}
    for line in card:
        for heading, text in _facts(line):
            if text and heading not in found:
                found[heading] = text
            elif text and heading == "Mobile" and "Phone" not in found:
                found["Phone"] = text
    return [found.get(h) for h in HEADINGS]


def _facts(line: _Line) -> Iterator[tuple[str, str]]:
    value = line.value
    if line.name == "FN":
        yield "Full name", _plain(value)
    elif line.name == "N":
        parts = [*_parts(value), "", "", ""]
        yield "Family name", parts[0]
        yield "Given name", " ".join(p for p in parts[1:3] if p)
    elif line.name == "ORG":
        parts = [*_parts(value), ""]
        yield "Company", parts[0]
        yield "Department", parts[1]
    elif line.name == "TEL":
        kinds = line.parameters
        yield "Fax" if "FAX" in kinds else "Mobile" if kinds & {"CELL", "IPHONE"} else "Phone", value.removeprefix("tel:")
    elif line.name == "ADR":
        yield from _address(_parts(value))
    elif line.name == "BDAY":
        day = _DIGITS.match(value)
        yield "Birthday", "-".join(day.groups()) if day else ""
    else:
        simple = {"TITLE": "Job title", "EMAIL": "E-mail", "URL": "Website", "NOTE": "Note", "CATEGORIES": "Categories"}
        if line.name in simple:
            yield simple[line.name], _plain(value)


def _address(parts: list[str]) -> Iterator[tuple[str, str]]:
    _box, more, street, city, region, _code, country = [*parts, *[""] * 7][:7]
    yield "Address", " ".join(p for p in (street, more) if p)
    yield "City", city
    yield "Region", region or country


Fields = Mapping[str, str | dt.date | None]


def write_cards(cards: Iterable[Fields]) -> Iterator[str]:
    """The text of cards (version 3.0, which every telephone reads), piece by piece. Each card: heading → value."""
    for card in cards:
        yield "".join(f"{_folded(line)}\r\n" for line in _written(card))


def _written(card: Fields) -> Iterator[str]:
    def text(heading: str) -> str:
        value = card.get(heading)
        return _escaped(value.isoformat() if isinstance(value, dt.date) else value or "")

    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    name = text("Full name") or text("Company")
    yield f"N:{name};;;;"
    yield f"FN:{name}"
    for heading, begins in (
        ("Company", "ORG:"), ("Job title", "TITLE:"), ("Mobile", "TEL;TYPE=CELL:"), ("Phone", "TEL;TYPE=WORK:"),
        ("Fax", "TEL;TYPE=FAX:"), ("E-mail", "EMAIL;TYPE=INTERNET:"), ("Website", "URL:"), ("Birthday", "BDAY:"),
        ("Note", "NOTE:"),
    ):  # fmt: skip
        if value := text(heading):
            yield begins + value
    if any(text(h) for h in ("Address", "City", "Region")):
        yield f"ADR;TYPE=WORK:;;{text('Address')};{text('City')};{text('Region')};;"
    yield "END:VCARD"


def _escaped(text: str) -> str:
    for sign, written in (("\\", "\\\\"), ("\r\n", "\n"), ("\n", "\\n"), (",", "\\,"), (";", "\\;")):
        text = text.replace(sign, written)
    return "".join(c for c in text if c >= " ")


def _folded(line: str) -> str:
    """A line in pieces of 75 bytes, none of which divides a character."""
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _LONGEST_LINE:
            pieces.append(piece)
            piece, size = "", 1
        piece += character
        size += width
    return "\r\n ".join([*pieces, piece])
