"""How Chinese is read: full readings to sort by, initials to search by.

pypinyin knows words (重庆 is chong qing) but reads some surnames as ordinary words (单 is shan, not dan), so a name's first
character is looked up among the surnames first.
"""

from __future__ import annotations

import importlib
import unicodedata
from functools import lru_cache
from typing import Any

# Surnames whose reading differs from the everyday one, from the surname tables of 《现代汉语词典》.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao", "翟": "zhai", "覃": "qin",
    "缪": "miao", "尉": "wei", "尹": "yin", "宓": "mi", "牟": "mu", "佘": "she", "冼": "xian", "谌": "chen", "逄": "pang", "乜": "nie",
    "员": "yun", "秘": "bi", "折": "she", "种": "chong", "洗": "xian", "黑": "he", "繁": "po", "召": "shao", "祭": "zhai", "燕": "yan",
    "任": "ren", "华": "hua", "纪": "ji", "过": "guo", "应": "ying", "宁": "ning", "万": "wan", "葛": "ge", "卜": "bu", "柏": "bai",
    "乐": "yue", "车": "che", "晟": "cheng", "郇": "xun", "荀": "xun", "郗": "xi", "那": "na", "褚": "chu", "臧": "zang", "訾": "zi",
}  # fmt: skip


@lru_cache(maxsize=1)
def _engine() -> Any:
    # Loaded on first use: its tables cost 0.2 s, which the first window must not wait for.
    return importlib.import_module("pypinyin")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def has_chinese(text: str) -> bool:
    """Whether any character is a Chinese one."""
    return any("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff" for c in text)


def readings(text: str, person: bool = False) -> list[str]:
    """The reading of each character without tones; runs of other characters stay together, folded.

    person: the text is a person's name, so its first character is read as a surname.
    """
    folded = _plain(text)
    if not has_chinese(folded):
        return [folded] if folded else []
    engine = _engine()
    found: list[str] = engine.lazy_pinyin(folded, style=engine.Style.NORMAL, errors=lambda run: [run], v_to_u=False)
    if person and folded[0] in SURNAMES:
        found[0] = SURNAMES[folded[0]]
    return found


def initials(text: str, person: bool = False) -> str:
    """广州华远 → gzhy. Latin letters and digits stay; everything else is left out."""
    letters = []
    for reading, source in _aligned(text, person):
        letters.append(reading[:1] if has_chinese(source) else "".join(c for c in reading if c.isalnum()))
    return "".join(letters)


def _aligned(text: str, person: bool) -> list[tuple[str, str]]:
    """Each reading with the text it reads."""
    folded, at, result = _plain(text), 0, list[tuple[str, str]]()
    for reading in readings(text, person):
        if at < len(folded) and has_chinese(folded[at]):
            result.append((reading, folded[at]))
            at += 1
        else:
            result.append((reading, reading))
            at += len(reading)
    return result


def sort_key(text: str, person: bool = False) -> str:
    """What to sort `text` by: readings, then the text itself so that equal readings keep one order on both engines."""
    return " ".join(readings(text, person))[:120] + "\x01" + _plain(text)[:60]


def full(text: str, person: bool = False) -> str:
    """All readings in one word: guangzhouhuayuan."""
    return "".join(readings(text, person))
