"""The key of an encrypted database as people write it: four lines of four groups, each line with check characters of its own.

Sixty-four letters and digits are much to type from paper. A line that was mistyped is named, long before any file is tried. None of
the letters I, L, O and U is in it; who types one of the first three means a digit, and is understood.
"""

from __future__ import annotations

import hashlib
import unicodedata

from crm_desktop.words import _

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("OIL", "011")
LINES, GROUPS, _EACH = 4, 4, 4
_LINE, _TOLD = GROUPS * _EACH, 13
"""Characters of a line, and those of them that are not for checking. Four lines hold 260 bits, four more than the key."""
LENGTH = LINES * _LINE


def lines_of(secret: bytes) -> list[str]:
    """A key of 256 bits in lines, as they are printed."""
    number = int.from_bytes(secret, "big")
    told = "".join(_LETTERS[number >> 5 * at & 31] for at in reversed(range(LINES * _TOLD)))
    whole = [told[at * _TOLD :][:_TOLD] for at in range(LINES)]
    return [_grouped(line + _check(line, at)) for at, line in enumerate(whole)]


def text_of(secret: bytes) -> str:
    """The same in one line, for a scanner or the clipboard."""
    return "-".join(lines_of(secret))


def read(text: str) -> bytes:
    """The key that somebody typed, however it is spaced. Raises ValueError with words for the person."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum()).translate(_MEANT)
    lines = [plain[at * _LINE :][:_LINE] for at in range(LINES)]
    for number, line in enumerate(lines):
        if len(line) == _LINE and not _right(line, number):
            raise ValueError(_("Line {number} is mistyped: its letters and digits do not go together.").format(number=number + 1))
    if len(plain) != LENGTH:
        raise ValueError(
            _("A recovery key has {count} letters and digits; these are {typed}.").format(count=LENGTH, typed=len(plain))
        )
    number = 0
    for character in "".join(line[:_TOLD] for line in lines):
        number = number << 5 | _LETTERS.index(character)
    if number >> 256:
        raise ValueError(_("This is not a recovery key."))
    return number.to_bytes(32, "big")


def _right(line: str, number: int) -> bool:
    return set(line) <= set(_LETTERS) and line[_TOLD:] == _check(line[:_TOLD], number)


def _check(line: str, number: int) -> str:
    """Fifteen bits that depend on each character, its place and the line's number."""
    bits = int.from_bytes(hashlib.sha256(f"{number} {line}".encode("ascii")).digest()[:2], "big")
    return "".join(_LETTERS[bits >> 5 * at & 31] for at in reversed(range(_LINE - _TOLD)))


def _grouped(line: str) -> str:
    return "-".join(line[at : at + _EACH] for at in range(0, len(line), _EACH))
