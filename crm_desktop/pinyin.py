"""How Chinese is read: full readings to sort by, initials to search by.

pypinyin knows words (重庆 is chong qing) but reads some surnames as ordinary words (单 is shan, not dan), so a name's first
character is looked up among the surnames first.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

# Surnames whose reading differs from the everyday one, from the surname tables of 《现代汉语词典》.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao", "翟": "zhai", "覃": "qin",
    "缪": "miao", "尉": "wei", "尹": "yin", "宓": "mi", "牟": "mu", "佘": "she", "冼": "xian", "谌": "chen", "逄": "pang", "乜": "nie",
    "员": "yun", "秘": "bi", "折": "she", "种": "chong", "洗": "xian", "黑": "he", "繁": "po", "召": "shao", "祭": "zhai", "燕": "yan",
    "任": "ren", "华": "hua", "纪": "ji", "过": "guo", "应": "ying", "宁": "ning", "万": "wan", "葛": "ge", "卜": "bu", "柏": "bai",
    "乐": "yue", "车": "che", "晟": "cheng", "郇": "xun", "荀": "xun", "郗": "xi", "那": "na", "褚": "chu", "臧": "zang", "訾": "zi",
}  # fmt: skip


_CHINESE = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_TAIL = 12  # characters
_FIRST = re.compile(f"[{_CHINESE}]")
_RUNS = re.compile(f"[{_CHINESE}]+|[^{_CHINESE}]+")


@lru_cache(maxsize=1)
def _engine() -> Any:
    # Loaded on first use: its tables cost 0.2 s, which the first window must not wait for.
    return importlib.import_module("pypinyin")


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def has_chinese(text: str) -> bool:
    """Whether any character is a Chinese one."""
    return not text.isascii() and _FIRST.search(text) is not None


@lru_cache(maxsize=65536)
def _word(word: str) -> tuple[str, ...]:
    """The reading of one word; a company's name is made of the same few thousand words again and again."""
    engine = _engine()
    return tuple(engine.lazy_pinyin(word, style=engine.Style.NORMAL, errors=lambda run: [run], v_to_u=False))


@lru_cache(maxsize=1)
def _cutter() -> Any:
    # The very cutter that pypinyin uses; it is asked here so that the readings of its words can be kept.
    return importlib.import_module("pypinyin.seg.mmseg")


def _chinese(run: str) -> tuple[str, ...]:
    """The readings of Chinese characters that follow each other, word by word from the front."""
    found: list[str] = []
    while len(run) > _TAIL:
        word = _first_word(run)
        found += _word(word)
        run = run[len(word) :]
    return (*found, *_tail(run))


def _first_word(run: str) -> str:
    word: str = next(_cutter().seg.cut(run))
    return word


@lru_cache(maxsize=16384)
def _tail(run: str) -> tuple[str, ...]:
    """The readings of the last few characters: half of all companies end in 贸易有限公司 or the like."""
    if not run:
        return ()
    word = _first_word(run)
    if len(word) == 1 and run in _cutter().p_set:  # the beginning of a longer word: the cutter takes it apart then
        return tuple(reading for character in run for reading in _word(character))
    return _word(word) + _tail(run[len(word) :])


class _Read(NamedTuple):
    """A text as it is read."""

    folded: str
    readings: tuple[str, ...]
    initials: str


# A record's name is read for its initials, its search text and its sort key; imports do so a thousand records at a time.
@lru_cache(maxsize=4096)
def _read(text: str, person: bool) -> _Read:
    folded = _plain(text)
    if not has_chinese(folded):
        return _Read(folded, (folded,) if folded else (), "")
    found: list[str] = []
    letters: list[str] = []
    for run in _RUNS.findall(folded):
        if has_chinese(run[0]):
            words = _chinese(run)
            found += words
            letters += [reading[:1] for reading in words]
        else:
            found.append(run)
            letters.append("".join(filter(str.isalnum, run)))
    if person and folded[0] in SURNAMES:
        found[0] = SURNAMES[folded[0]]
        letters[0] = found[0][:1]
    return _Read(folded, tuple(found), "".join(letters))


def readings(text: str, person: bool = False) -> list[str]:
    """The reading of each character without tones; runs of other characters stay together, folded.

    person: the text is a person's name, so its first character is read as a surname.
    """
    return list(_read(text, person).readings)


def initials(text: str, person: bool = False) -> str:
    """广州华远ABC → gzhyabc. Latin letters and digits stay, everything else is left out; '' for a text without Chinese."""
    return _read(text, person).initials if has_chinese(text) else ""


def sort_key(text: str, person: bool = False) -> str:
    """What to sort `text` by: readings, then the text itself so that equal readings keep one order on both engines."""
    read = _read(text, person)
    return " ".join(read.readings)[:120] + "\x01" + read.folded[:60]


def full(text: str, person: bool = False) -> str:
    """All readings in one word: guangzhouhuayuan."""
    return "".join(readings(text, person))
