"""How names are read: surnames, words, mixed scripts, and texts nobody expects."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from pypinyin import lazy_pinyin

from crm_desktop.pinyin import SURNAMES, full, has_chinese, initials, readings, sort_key

# Surnames as 《现代汉语词典》 reads them, written down apart from the program's own table.
READ_AS = {"单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou", "朴": "piao", "翟": "zhai",
           "任": "ren", "华": "hua", "葛": "ge", "宁": "ning", "乐": "yue", "万": "wan", "尉": "wei", "缪": "miao"}  # fmt: skip


@pytest.mark.parametrize("surname", READ_AS)
def test_surnames_are_read_as_surnames(surname: str) -> None:
    assert readings(f"{surname}晓明", person=True)[0] == READ_AS[surname]
    assert initials(f"{surname}晓明", person=True) == READ_AS[surname][0] + "xm"


def test_a_surname_counts_in_a_person_only() -> None:
    assert initials("单晓明", person=True) == "sxm"
    assert initials("单轨铁路") == "dgtl"
    assert initials("重庆长安") == "cqca"


@pytest.mark.parametrize(
    ("text", "letters"),
    [("广州华远ABC有限公司", "gzhyabcyxgs"), ("ABC", ""), ("", ""), ("3M中国", "3mzg"), ("（广州）", "gz"), ("𠮷野家", None),
     ("ＡＢＣ广州", "abcgz"),     ("〇一", None), ("广州 🌏 华远", "gzhy"), ("\u200b广州", None), ("广\n州", "gz")],
)  # fmt: skip
def test_initials(text: str, letters: str | None) -> None:
    found = initials(text)
    assert letters is None or found == letters
    assert found == found.casefold()


@settings(max_examples=300, deadline=None)
@given(some.text(max_size=20) | some.text("广州华远重庆单曾ABC１２ -（）𠮷〇㐂", max_size=12), some.booleans())
def test_any_text_is_read_without_losing_a_character(text: str, person: bool) -> None:
    found = readings(text, person)
    assert all(found)
    for made in (initials(text, person), full(text, person), sort_key(text, person)):
        assert made == made.casefold() or not has_chinese(text)
    assert all(c.isalnum() or has_chinese(c) for c in initials(text, person))
    if not has_chinese(text):
        assert initials(text, person) == ""
    assert sort_key(text, person).count("\x01") >= 1


def test_chinese_sorts_by_its_readings_and_equal_readings_keep_one_order() -> None:
    names = ["中山", "安徽", "北京", "阿里", "Zebra", "apple", "北经", "１号"]
    assert sorted(names, key=sort_key) == ["１号", "阿里", "安徽", "apple", "北京", "北经", "Zebra", "中山"]
    assert sort_key("北京") != sort_key("北经")


def test_every_surname_of_the_table_is_one_syllable() -> None:
    for character, reading in SURNAMES.items():
        assert len(character) == 1
        assert reading.isascii() and reading.isalpha() and reading.islower()


@settings(max_examples=300, deadline=None)
@given(some.text("一不三中丰乱之乎也义云五井人仁从会传位何作你便信做儿元先光入公共关其兵内再", min_size=1, max_size=30))
@example("一不做")
@example("三人行必有我师焉择其善者")
def test_a_name_is_read_word_by_word_as_the_dictionary_has_it(text: str) -> None:
    assert readings(text) == lazy_pinyin(text, v_to_u=False)
