"""Turns the expressions and mixed texts of a template into values and printable text, and notes what went wrong.

A fault never stops the page: it is reported with the element and the expression, and shows as `#?` on the paper.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from crm_desktop.printing.expressions import Budget, Expression, UnknownField, compile_expression
from crm_desktop.printing.fonts import Face, printable
from crm_desktop.printing.formats import AUTO, show
from crm_desktop.printing.functions import ExpressionError
from crm_desktop.printing.marks import Problems
from crm_desktop.printing.styles import Style
from crm_desktop.printing.template import FORMATS, Format
from crm_desktop.words import _

Data = Mapping[str, Any]
FAULT_TEXT = "#?"
LONGEST_MIXED = 100_000
_PAGE_NAMES = frozenset({"page", "pages"})
_MIXED = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


class _Fault:
    """Stands for a value that could not be found."""


FAULT: Final = _Fault()


@dataclass(frozen=True)
class _Hole:
    """The place of an expression in a mixed text."""

    source: str
    how: Format


class Reader:
    """Reads one document's data through the expressions of a template."""

    def __init__(self, data: Data, language: str, problems: Problems, budget: Budget | None = None) -> None:
        self.data, self.language, self.problems = data, language, problems
        self._budget = budget or Budget()

    def value(self, source: str, element: str, data: Data) -> Any:
        """The value of an expression, FAULT when it has none."""
        try:
            return compile_expression(source).evaluate(data, self._budget)
        except UnknownField as fault:
            self._fault("unknown_field", element, source, fault)
        except ExpressionError as fault:
            self._fault("expression", element, source, fault)
        return FAULT

    def holds(self, source: str, element: str, data: Data) -> bool:
        """Whether a condition holds. No condition holds always, and so does one that cannot be computed."""
        if not source.strip():
            return True
        value = self.value(source, element, data)
        return value is FAULT or bool(value)

    def rows(self, source: str, element: str, data: Data) -> tuple[Data, ...]:
        """The rows of a list; none for an absent list."""
        value = self.value(source, element, data)
        if value is None or value is FAULT:
            return ()
        if not isinstance(value, tuple) or not all(isinstance(row, Mapping) for row in value):
            self.problems.add("expression", element, _("“{source}” is not a list").format(source=source))
            return ()
        return value

    def shown(self, value: Any, style: Style, element: str) -> str:
        """The printable text of a value."""
        if value is FAULT:
            return FAULT_TEXT
        return self.printable(self._show(value, style.format, element), style.face, element)

    def mixed(self, source: str, style: Style, element: str, data: Data) -> str:
        """The printable text of a text with fields in braces."""
        if "{" not in source and "}" not in source:
            return self.printable(source, style.face, element)
        parts: list[str] = []
        for part in _parts(source):
            if isinstance(part, str):
                parts.append(part)
                continue
            value = self.value(part.source, element, data)
            parts.append(FAULT_TEXT if value is FAULT else self._show(value, part.how, element))
        return self.printable("".join(parts)[:LONGEST_MIXED], style.face, element)

    def printable(self, text: str, face: Face, element: str) -> str:
        """The text as the font can show it; what it lacks is reported."""

        def missing(letter: str) -> None:
            code = f"U+{ord(letter):04X}"
            seen = letter if not "\ud800" <= letter <= "\udfff" else "?"
            message = _("the font has no character “{letter}” ({code})").format(letter=seen, code=code)
            self.problems.add("missing_glyph", element, message)

        if "\n" not in text and "\r" not in text:
            return printable(text, face.known, missing)
        return "\n".join(printable(line, face.known, missing) for line in text.splitlines())

    def note_clipped(self, element: str, text: str) -> None:
        """Report a text that had to be cut off."""
        self.problems.add("clipped", element, _("the text is cut off: {text}").format(text=text[:60]))

    def _show(self, value: Any, how: Format, element: str) -> str:
        try:
            return show(value, how, self.language)
        except (ValueError, ArithmeticError) as fault:
            self.problems.add("expression", element, str(fault) or _("the value cannot be computed"))
            return FAULT_TEXT

    def _fault(self, kind: str, element: str, source: str, fault: Exception) -> None:
        message = _("in “{source}”: {reason}").format(source=source[:80], reason=fault)
        self.problems.add(kind, element, message)


@lru_cache(maxsize=4096)
def needs_pages(source: str, mixed: bool) -> bool:
    """Whether a text or an expression speaks of `page` or `pages`, which are known only at the end."""
    sources = expressions_in(source) if mixed else [source]
    return any(expression.names & _PAGE_NAMES for expression in map(_compiled, sources) if expression)


def expressions_in(source: str) -> list[str]:
    """The expressions in the braces of a mixed text."""
    return [part.source for part in _parts(source) if isinstance(part, _Hole)]


def _compiled(source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except ExpressionError:
        return None


@lru_cache(maxsize=4096)
def _parts(source: str) -> tuple[str | _Hole, ...]:
    parts: list[str | _Hole] = []
    position = 0
    for found in _MIXED.finditer(source):
        if found.start() > position:
            parts.append(source[position : found.start()])
        position = found.end()
        if found.group() in ("{{", "}}"):
            parts.append(found.group()[0])
        else:
            parts.append(_hole(found.group(1)))
    if position < len(source):
        parts.append(source[position:])
    return tuple(parts)


def _hole(inside: str) -> _Hole:
    """`record.total|money`: an expression and, after a bar, one of the formats or a date pattern."""
    expression, bar, how = inside.rpartition("|")
    how = how.strip()
    if bar and how in FORMATS:
        return _Hole(expression.strip(), Format(how=how))
    if bar and any(part in how for part in ("YY", "MM", "DD", "hh")):
        return _Hole(expression.strip(), Format(how="date", pattern=how[:60]))
    return _Hole(inside.strip(), AUTO)
