"""Reading a document number back: which period it belongs to and which running number it has, if it is one of ours."""

from __future__ import annotations

import re

_PART = re.compile(r"\{(yyyy|yy|mm|dd|n(?::[1-9])?)\}")
_PATTERNS = {"yyyy": r"(?P<yyyy>\d{4})", "yy": r"(?P<yy>\d{2})", "mm": r"(?P<mm>\d{2})", "dd": r"(?P<dd>\d{2})"}
_PERIODS = {"never": (), "year": ("y",), "month": ("y", "mm"), "day": ("y", "mm", "dd")}


def number_reader(pattern: str) -> re.Pattern[str] | None:
    """An expression for numbers of `pattern`; None when a part stands in it twice."""
    text, at, used = "", 0, set[str]()
    for part in _PART.finditer(pattern):
        name = "n" if part[1].startswith("n") else part[1]
        if name in used:
            return None
        used.add(name)
        text += re.escape(pattern[at : part.start()]) + _PATTERNS.get(name, r"(?P<n>\d{1,12})")
        at = part.end()
    return re.compile(text + re.escape(pattern[at:]))


def running_number(reader: re.Pattern[str], restart: str, number: str) -> tuple[str, int] | None:
    """(period, running number) of a number, see `period_of`; None when it does not fit the pattern."""
    found = reader.fullmatch(number)
    if not found:
        return None
    parts = found.groupdict()
    year = parts.get("yyyy") or (f"20{parts['yy']}" if parts.get("yy") else "")
    values = {"y": year, "mm": parts.get("mm") or "", "dd": parts.get("dd") or ""}
    return "".join(values[p] for p in _PERIODS[restart]), int(parts["n"])
