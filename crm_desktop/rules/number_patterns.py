"""How document numbers look: `SO{yyyy}{mm}{dd}-{n:3}` becomes SO20261124-007."""

from __future__ import annotations

import datetime as dt
import re

from crm_desktop.words import _

_PART = re.compile(r"\{(yyyy|yy|mm|dd|n(?::([1-9]))?)\}")
_PERIODS = {"never": (), "year": ("yy",), "month": ("yy", "mm"), "day": ("yy", "mm", "dd")}


def pattern_problem(pattern: str, restart: str) -> str:
    """Words for what is wrong with a pattern, '' when it is sound.

    A sequence that starts again every month must show year and month, or two months would give the same number.
    """
    left = _PART.sub("", pattern)
    if "{" in left or "}" in left:
        return _("Only {yyyy}, {yy}, {mm}, {dd} and {n:4} may stand in braces.")
    if len([p for p in _PART.finditer(pattern) if p.group(1).startswith("n")]) != 1:
        return _("The pattern needs the running number {n:4} once.")
    missing = [p for p in _PERIODS[restart] if f"{{{p}}}" not in pattern and not (p == "yy" and "{yyyy}" in pattern)]
    return _("A sequence that starts again must show its period, or numbers would repeat.") if missing else ""


def period_of(restart: str, day: dt.date) -> str:
    """The period a number given on `day` belongs to; a new period starts again at 1."""
    return {"never": "", "year": f"{day:%Y}", "month": f"{day:%Y%m}", "day": f"{day:%Y%m%d}"}[restart]


def number_text(pattern: str, day: dt.date, running: int) -> str:
    """The number's text."""

    def part(found: re.Match[str]) -> str:
        name = found.group(1)
        if name.startswith("n"):
            return f"{running:0{found.group(2) or 1}d}"
        return f"{day:%Y%m%d}"[{"yyyy": slice(0, 4), "yy": slice(2, 4), "mm": slice(4, 6), "dd": slice(6, 8)}[name]]

    return _PART.sub(part, pattern)
