"""When two names or telephone numbers mean the same: what is left of them once everything is taken away that people write or leave out."""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_FORMS = ("股份有限公司", "有限责任公司", "有限公司", "分公司", "公司", "集团")
_WORDS = frozenset({"incorporated", "corporation", "limited", "company", "gmbh", "inc", "llc", "ltd", "corp", "co"})
_CORE = 2  # characters that must be left of a name before a form may be taken off it
_LOCAL = 8  # digits that two numbers must share at their ends: country and area codes are written or not


def core_words(name: str) -> list[str]:
    """The words of a company's name without its legal form, place in brackets and signs, in one case: what to search for."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    words = _SIGNS.sub(" ", _BRACKETS.sub("", folded)).split() or _SIGNS.sub(" ", folded).split()
    while len(words) > 1 and words[-1] in _WORDS:
        words.pop()
    if words:
        before = sum(map(len, words[:-1]))
        while form := next((f for f in _FORMS if words[-1].endswith(f) and before + len(words[-1]) - len(f) >= _CORE), ""):
            words[-1] = words[-1][: -len(form)]
    return [w for w in words if w]


def core_name(name: str) -> str:
    """The same as one word: 广州市（天河）万通有限公司 → 广州市万通."""
    return "".join(core_words(name))


def same_name(one: str, other: str) -> bool:
    """Whether two names are of one company."""
    core = core_name(one)
    return bool(core) and core == core_name(other)


def digits(number: str) -> str:
    """The digits of a telephone number, without an extension."""
    main = re.split(r"(?i)ext|转|#|x", unicodedata.normalize("NFKC", number), maxsplit=1)[0]
    return re.sub(r"\D", "", main)


def same_phone(one: str, other: str) -> bool:
    """Whether two telephone numbers reach the same line."""
    first, second = digits(one), digits(other)
    shorter = min(len(first), len(second))
    return shorter >= _LOCAL and first[-shorter:] == second[-shorter:]
