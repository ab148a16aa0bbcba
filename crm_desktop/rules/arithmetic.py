"""Small sums typed into a number field: `=3*12`, `1200/13`, `(5+7)*2.5`. Nothing but numbers, + - * / and brackets.

Read by hand and not by Python: what a person types into a form must never be able to do anything but add and multiply.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, DecimalException

_TOKEN = re.compile(r"\s*(\d+\.?\d*|\.\d+|[-+*/()])")
_LONGEST = 200


def looks_like_sum(text: str) -> bool:
    """Whether a text is meant to be worked out: it begins with `=`, or an operator stands behind its first character."""
    plain = _plain(text)
    return plain.startswith("=") or any(c in "+-*/" for c in plain.strip()[1:])


def evaluate(text: str) -> Decimal:
    """The value of a sum. Raises ValueError where it is none."""
    reader = _Reader(_tokens(_plain(text).strip().removeprefix("=")))
    try:
        value = reader.sum()
    except (DecimalException, RecursionError) as error:
        raise ValueError(text) from error
    if reader.at != len(reader.tokens) or not value.is_finite():
        raise ValueError(text)
    return value


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("×", "*").replace("÷", "/").replace(",", "")


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    text = text.strip()
    if len(text) > _LONGEST:
        raise ValueError(text)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(text)
        found.append(match.group(1))
        at = match.end()
    return found


class _Reader:
    """Reads a sum from left to right: products bind closer than sums."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self.at += 1
        return token

    def sum(self) -> Decimal:
        value = self.product()
        while self._next() in ("+", "-"):
            if self._take() == "+":
                value += self.product()
            else:
                value -= self.product()
        return value

    def product(self) -> Decimal:
        value = self.factor()
        while self._next() in ("*", "/"):
            if self._take() == "*":
                value *= self.factor()
            else:
                value /= self.factor()
        return value

    def factor(self) -> Decimal:
        token = self._take()
        if token == "-":
            return -self.factor()
        if token == "+":
            return self.factor()
        if token == "(":
            value = self.sum()
            if self._take() != ")":
                raise ValueError(token)
            return value
        if not token or token in "*/)":
            raise ValueError(token)
        return Decimal(token)
