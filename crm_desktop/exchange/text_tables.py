"""Tables in plain text (.csv, .tsv, .txt): their encoding, delimiter and quotes are found out, and told."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

from charset_normalizer import from_bytes

from crm_desktop.errors import Told
from crm_desktop.exchange.cells import Cell, Sheet, Workbook
from crm_desktop.words import _

LARGEST = 256 * 2**20  # bytes
_SAMPLE = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";", "|", "，")
_LONGEST_CELL = 1024 * 1024

APOSTROPHE = "'"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins like a formula stands behind an apostrophe in a table, or Excel would compute it."""


def read_text_table(path: Path) -> Workbook:
    """The one sheet of a text table. Raises Told when it is no text."""
    if path.stat().st_size > LARGEST:
        raise Told(_("“{file}” is too large to be a list.").format(file=path.name), _("Split it into several files."))
    text, encoding = decode(path.read_bytes(), path.name)
    first, rest = _separator_line(text)
    delimiter = first or find_delimiter(rest)
    rows = _parse(rest, delimiter, path.name)
    names = {"\t": _("tab"), ",": ",", ";": ";", "|": "|", "，": "，"}
    return Workbook(
        path.name, [Sheet(path.stem, rows)], {"encoding": encoding, "delimiter": names.get(delimiter, delimiter)}
    )


def _separator_line(text: str) -> tuple[str, str]:
    """Excel writes `sep=;` as a first line to tell itself the delimiter."""
    line, _newline, rest = text.partition("\n")
    line = line.strip()
    return (line[4], rest) if len(line) == 5 and line.casefold().startswith("sep=") else ("", text)


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text of `data` and the encoding it was in. Raises Told for what is no text at all."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding.removesuffix("-sig")
    sample = data[:_SAMPLE]
    if sample.count(0) > len(sample) // 5:
        return _wide(data, name)
    for encoding in ("utf-8", "gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or _plausible(text[:_SAMPLE], encoding):
            return text, encoding
    return _guessed(data)


def _wide(data: bytes, name: str) -> tuple[str, str]:
    """UTF-16 without its mark: every other byte of plain letters is nothing."""
    encoding = "utf-16-le" if data[1:400:2].count(0) > data[:400:2].count(0) else "utf-16-be"
    text = data.decode(encoding, "replace")
    if "\ufffd" in text[:1000] or text[:1000].count("\0") > 2:
        raise Told(_("“{file}” is not a table of text.").format(file=name))
    return text, encoding


def _plausible(text: str, encoding: str) -> bool:
    """Whether the characters beyond ASCII are ones that people write in this encoding; almost any bytes decode as some Chinese."""
    beyond = [c for c in text if ord(c) > 127]
    if not beyond:
        return True
    common = 0
    for character in beyond:
        code = character.encode("gb2312" if encoding == "gb18030" else "big5", "ignore")
        # The first plane of either standard holds the characters in daily use; the rows before it are punctuation.
        common += code[:1] <= (b"\xd7" if encoding == "gb18030" else b"\xc6") if len(code) == 2 else 0
    return common >= 0.7 * len(beyond)


def _guessed(data: bytes) -> tuple[str, str]:
    best = from_bytes(data[:_SAMPLE], cp_exclusion=["utf_7"]).best()
    for encoding in (best.encoding if best else "", "gb18030", "cp1252"):
        try:
            if encoding:
                return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1"), "latin-1"


def find_delimiter(text: str) -> str:
    """The character that cuts most lines into the same number of cells; a comma where nothing does."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, chosen = (0.0, 0), ","
    for delimiter in _DELIMITERS:
        try:
            rows = [r for r in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(r)][:200]
        except csv.Error:
            continue
        widths = Counter(len(r) for r in rows if len(r) > 1)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = (count / len(rows), width)
        if score > best:
            best, chosen = score, delimiter
    return chosen


def _parse(text: str, delimiter: str, name: str) -> list[list[Cell]]:
    csv.field_size_limit(_LONGEST_CELL)
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            row: list[Cell] = [_cell(cell) for cell in cells]
            while row and row[-1] is None:
                row.pop()
            rows.append(row)
    except csv.Error as error:
        advice = _("A quotation mark that is not closed is the usual cause.")
        raise Told(
            _("“{file}”, line {line}: the cells cannot be told apart.").format(file=name, line=reader.line_num), advice
        ) from error
    return rows


def _cell(text: str) -> str | None:
    if text.startswith(APOSTROPHE) and text[1:].startswith((*FORMULA_STARTS, APOSTROPHE)):
        text = text[1:]
    return text.replace("\0", "") or None
