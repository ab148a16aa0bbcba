"""Which field a column heading means, in Chinese or English, as people, Excel lists and other programs write it.

Every field answers to its own label in each language and to its name; what else it is called stands in synonyms.py.
Headings are compared without case, spaces, brackets and signs: `CustomerName`, `customer_name` and `Customer name *` are one.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches

from crm_desktop.exchange.related_columns import child_fields
from crm_desktop.exchange.synonyms import FAMILY, GIVEN, OWN, SYNONYMS
from crm_desktop.records.record_type import RecordType
from crm_desktop.words import LANGUAGES, _, translated

__all__ = [
    "FAMILY", "FILES", "GIVEN", "LINE", "NUMBER", "child_label", "folded", "known_headings", "line_label", "meaning", "number_label",
]  # fmt: skip

LINE = "lines."
"""What stands before the name of a line's field."""

NUMBER = ".number"
"""What stands after the name of a reference that is given by the other record's number."""

FILES = "files"
"""The target of a column with paths of files that are to be kept with the record."""

_FILE_WORDS = ("附件", "文件", "附件路径", "files", "attachments", "file path")
_BRACKETS = re.compile(r"[\(（\[【][^\)）\]】]*[\)）\]】]")
_CLOSE_ENOUGH = 0.87


def folded(heading: str) -> str:
    """What of a heading counts when two are compared."""
    if heading.isascii() and heading.isalnum():
        return heading.lower()
    text = unicodedata.normalize("NFKC", heading)
    plain = _BRACKETS.sub("", text) or text
    return "".join(c for c in plain.casefold() if c.isalnum() or c == "%")


def line_label(kind: RecordType, name: str) -> str:
    """The heading of a line's field, unlike those of the document it stands beside. In the person's language."""
    assert kind.lines is not None
    label = _(kind.lines.fields[name].label)
    doubled = label in {_(f.label) for f in kind.fields.values()}
    return f"{_(kind.lines.title)}: {label}" if doubled else label


def number_label(kind: RecordType, label: str) -> str:
    """The heading of the column with the number of the record a reference points to."""
    return _("{field} number").format(field=_(label))


def child_label(child: RecordType, label: str) -> str:
    """The heading of a field of the record that stands beside, in the person's language."""
    return f"{_(child.title)}: {_(label)}"


def known_headings(kind: RecordType, lines_only: bool = False) -> dict[str, str]:
    """Folded heading → what it means: a field, `lines.field`, `reference.number`, `contacts.field`, or one of two halves of a name.

    lines_only: of a sheet that holds nothing but lines.
    """
    known: dict[str, str] = {}
    own = SYNONYMS.get(kind.key, {}) | {n: w for n, w in OWN.items() if n in kind.fields}
    if lines_only and kind.lines:
        for name, about in kind.lines.fields.items():
            for word in (*_labels(about.label), name):
                known.setdefault(folded(word), LINE + name)
        for target, words in own.items():
            known |= {folded(w): target for w in words.split() if target.startswith(LINE) and folded(w) not in known}
        return known
    for name, about in kind.fields.items():
        if about.kind == "image":
            continue
        for word in _labels(about.label):
            known.setdefault(folded(word), name)
    if kind.lines:
        title = _labels(kind.lines.title)
        for name, about in kind.lines.fields.items():
            for word in _labels(about.label):
                known.setdefault(folded(word), LINE + name)
                known |= {folded(f"{t}: {word}"): LINE + name for t in title}
    for target, words in own.items():
        for word in words.split():
            known.setdefault(folded(word), target)
    for name, about in kind.fields.items():
        known.setdefault(folded(name), name)
        if about.kind == "reference":
            numbers = [
                translated("{field} number", code).format(field=translated(about.label, code)) for code in LANGUAGES
            ]
            known |= {folded(n): name + NUMBER for n in numbers}
    for target, child, about in child_fields(kind):
        for words, label in zip(_labels(child.title), _labels(about.label), strict=True):
            known.setdefault(folded(f"{words}: {label}"), target)
    for word in _FILE_WORDS:
        known.setdefault(folded(word), FILES)
    return known


def _labels(label: str) -> list[str]:
    return [label, *(translated(label, code) for code in LANGUAGES)]


def meaning(heading: str, known: dict[str, str]) -> str:
    """The target a heading means, '' for none. Small misspellings are forgiven in longer words."""
    text = folded(heading)
    if not text:
        return ""
    if text in known:
        return known[text]
    text = text.replace("%", "")  # it tells `Discount` from `Discount %`, and else says nothing
    if text in known:
        return known[text]
    if len(text) < 5:
        return ""
    close = get_close_matches(text, known, n=1, cutoff=_CLOSE_ENOUGH)
    # `CategoryID` is no misspelt `Category`: it holds the numbers of another program.
    return known[close[0]] if close and close[0].endswith("id") == text.endswith("id") else ""
