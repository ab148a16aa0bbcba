"""What a password must be like, after NIST SP 800-63B (section 5.1.1.2): long, and none of those that are guessed first.

Any characters will do, Chinese and spaces among them; none are demanded, and no password grows old by itself. What is typed is
normalised (NFKC), so that full-width letters of an input method and letters composed in two ways count as the same. Revision 4
of that paper advises 15 characters where a password stands alone: a company sets that for itself.
"""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from crm_desktop.resources import resource
from crm_desktop.words import _

LEAST, MOST = 8, 256
"""Characters a password has at least, unless the company wants more, and at most."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another on paper
_SHORTEST_NEAR = 3  # letters of a name that a password must not consist of
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "qazwsxedcrfvtgb", "1qaz2wsx3edc4rfv")
_LEET = str.maketrans("@4310$5!7", "aaeiossit")
_DATE = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")


class Strength(IntEnum):
    """How long a password withstands guessing, roughly."""

    WEAK = 1
    FAIR = 2
    GOOD = 3
    STRONG = 4


def normalised(password: str) -> str:
    """The password as it is hashed and compared."""
    return unicodedata.normalize("NFKC", password)


def problem(password: str, least: int = LEAST, near: Iterable[str] = ()) -> str:
    """What is wrong with a new password, in words; "" when nothing is. near: names it must not be made of."""
    text = normalised(password)
    if len(text) < max(least, LEAST):
        return _("At least {count} characters, please; a few words in a row are easy to keep in mind.").format(
            count=max(least, LEAST)
        )
    if len(text) > MOST:
        return _("At most {count} characters, please.").format(count=MOST)
    if is_common(text):
        return _("Too many people use this or something like it, so it is guessed first. Please choose another.")
    if _is_near(text, near):
        return _("This is made of your name or the company's, so it is guessed early. Please choose another.")
    return ""


def is_common(password: str) -> bool:
    """Whether it is one of those that are guessed first, or one of them with a few digits or signs around it."""
    text = normalised(password).casefold()
    if len(set(text)) <= 2 or _in_a_row(text) or _repeats(text):
        return True
    return any(form in _common() or form.translate(_LEET) in _common() or _DATE.fullmatch(form) for form in _forms(text))


def strength(password: str, near: Iterable[str] = ()) -> Strength:
    """A hint while one is typed; it forbids nothing."""
    text = normalised(password)
    if len(text) < LEAST or is_common(text) or _is_near(text, near):
        return Strength.WEAK
    bits = _bits(text)
    return Strength.FAIR if bits < 45 else Strength.GOOD if bits < 65 else Strength.STRONG


def one_time_password() -> str:
    """A password that an administrator hands over once: 12 characters, 59 bits."""
    return grouped(3)


def recovery_code() -> str:
    """A code for an owner's sheet: 16 characters, 79 bits."""
    return grouped(4)


def grouped(groups: int) -> str:
    """Random small letters and digits, four by four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _at in range(4)) for _group in range(groups))


def plain_code(code: str) -> str:
    """A recovery code as it is compared: however somebody typed it from paper."""
    return re.sub(r"[^a-z0-9]", "", normalised(code).lower())


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = resource("passwords/common.txt").read_text(encoding="utf-8").split("\n")
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))


def _forms(text: str) -> Sequence[str]:
    """The text itself, and what is left without the few digits and signs that people put around a word."""
    bare = re.sub(r"^[\d\W_]{0,4}(?=\w)|[\d\W_]{1,6}$", "", text)
    letters = "".join(c for c in text if c.isalnum())
    return [form for form in (text, letters, bare) if len(form) >= 3]


def _in_a_row(text: str) -> bool:
    """Whether it runs along the alphabet, the digits or a row of keys, forwards or backwards."""
    return any(text in row + row or text in (row + row)[::-1] for row in _ROWS)


def _repeats(text: str) -> bool:
    """Whether it is one short piece again and again."""
    return any(len(text) % size == 0 and text == text[:size] * (len(text) // size) for size in range(1, min(4, len(text) // 2) + 1))


def _is_near(text: str, names: Iterable[str]) -> bool:
    """Whether little is left without the names."""
    rest = text.casefold()
    found = False
    for name in sorted({p for n in names for p in _pieces(n)}, key=len, reverse=True):
        found = found or name in rest
        rest = rest.replace(name, "")
    return found and len(re.sub(r"[\d\W_]", "", rest)) < 4 and len(rest) < LEAST


def _pieces(name: str) -> set[str]:
    folded = normalised(name).casefold()
    pieces = {folded.replace(" ", ""), *re.split(r"[\s,.;@，。（）()-]+", folded)}
    # Two Chinese characters make a name; two Latin letters make nothing.
    return {p for p in pieces if len(p) >= _SHORTEST_NEAR or (len(p) == 2 and not p.isascii())}


def _bits(text: str) -> float:
    """A rough measure of guessing: characters by the size of their alphabet, less for what goes on as one expects."""
    sizes = {"digit": 10, "letter": 26, "capital": 26, "other": 33, "wide": 2500}
    kinds = {_kind(c) for c in text}
    each = math.log2(sum(sizes[k] for k in kinds))
    expected = sum(1 for a, b in pairwise(text) if abs(ord(a) - ord(b)) <= 1)
    return (len(text) - 0.8 * expected) * min(each, 11.0)


def _kind(character: str) -> str:
    if not character.isascii():
        return "wide"
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "capital" if character.isupper() else "letter"
    return "other"
