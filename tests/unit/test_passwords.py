"""What is accepted as a password, and what is not."""

from __future__ import annotations

import pytest

from crm_desktop.rules import passwords
from crm_desktop.rules.passwords import Strength, is_common, normalised, problem, strength

NAMES = ("Lin Xiao", "linxiao", "Baichuan Trading Co., Ltd.", "百川贸易")


@pytest.mark.parametrize(
    "word",
    [
        "password", "Passw0rd", "P@ssword1", "password!!", "12345678", "123456789", "87654321", "11111111", "abababab", "qwertyui",
        "asdfghjkl", "5201314520", "woaini1314", "Woaini520", "admin888", "1qaz2wsx", "19900101", "abcdefgh", "aaaaaaa1", "iloveyou2024",
        "１２３４５６７８", "zhang123456",
    ],
)  # fmt: skip
def test_those_that_are_guessed_first_are_refused(word: str) -> None:
    assert is_common(word)
    assert problem(word)
    assert strength(word) is Strength.WEAK


@pytest.mark.parametrize(
    "word",
    [
        "correct horse battery", "我家的狗叫小黑豆", "月亮在山上慢慢升起", "tall-Boats drift", "9f3kz81m", "dunkelblau&Regen",
        "    x y z tea pot", "密码要长一点才好",
    ],
)  # fmt: skip
def test_any_characters_do(word: str) -> None:
    assert problem(word, near=NAMES) == ""


def test_length() -> None:
    assert "8" in problem("k7Qz!vw")
    assert problem("k7Qz!vwx") == ""
    assert "12" in problem("k7Qz!vwxyu", 12)
    assert "8" in problem("k7Qz!vw", 4)  # a company cannot want less
    assert problem("tea and " * 30 + "x", 8) == ""
    assert problem("tea and " * 33, 8) != ""


@pytest.mark.parametrize("word", ["linxiao2024", "LinXiao!!", "百川贸易2024!", "Baichuan1", "xiao-lin-99", "baichuantrading"])
def test_names_are_refused(word: str) -> None:
    assert problem(word, near=NAMES)


def test_a_name_inside_something_longer_is_no_matter() -> None:
    assert problem("linxiao paddles on thursdays", near=NAMES) == ""


def test_one_text_typed_in_two_ways_is_one_password() -> None:
    assert normalised("Ｔｅａ　ｐｏｔ１") == "Tea pot1"
    assert normalised("cafe\u0301") == normalised("caf\u00e9")


def test_strength_grows_with_length() -> None:
    words = ["tulip", "tulip9fz", "tulip9fz-harb", "tulip9fz-harbour-kettle"]
    grades = [strength(word) for word in words]
    assert grades == sorted(grades)
    assert grades[0] is Strength.WEAK
    assert grades[-1] is Strength.STRONG
    assert strength("我家的狗叫小黑豆") >= Strength.GOOD


def test_codes_are_random_and_read_from_paper_in_any_way() -> None:
    codes = {passwords.recovery_code() for _at in range(50)}
    assert len(codes) == 50
    code = codes.pop()
    assert len(passwords.plain_code(code)) == 16
    assert passwords.plain_code(code.upper().replace("-", " ")) == passwords.plain_code(code)
    assert problem(passwords.one_time_password()) == ""
