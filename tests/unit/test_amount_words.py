"""Amounts in words: the central bank's examples, the English form, and that no amount is lost on the way."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_desktop.rules.amount_words import chinese_words, english_words

CHINESE = {
    "0": "零元整",
    "0.05": "伍分",
    "0.30": "叁角整",
    "0.35": "叁角伍分",
    "10": "壹拾元整",
    "100.05": "壹佰元零伍分",
    "325.04": "叁佰贰拾伍元零肆分",
    "1286400": "壹佰贰拾捌万陆仟肆佰元整",
    "100000001": "壹亿零壹元整",
    "20030.40": "贰万零叁拾元肆角整",
    "10001": "壹万零壹元整",
    "100100": "壹拾万零壹佰元整",
    "6007.14": "陆仟零柒元壹角肆分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "1000000000000": "壹万亿元整",
    "107000.53": "壹拾万零柒仟元伍角叁分",
    "300000000.10": "叁亿元壹角整",
    "1010000": "壹佰零壹万元整",
    "1000010000": "壹拾亿零壹万元整",
    "100005000": "壹亿零伍仟元整",
    "-12.30": "负壹拾贰元叁角整",
    "99.995": "壹佰元整",
    "9999999999999999.99": "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}

ENGLISH = {
    "0": "SAY RMB ZERO ONLY",
    "0.05": "SAY RMB ZERO AND 05/100 ONLY",
    "13": "SAY RMB THIRTEEN ONLY",
    "120.50": "SAY RMB ONE HUNDRED AND TWENTY AND 50/100 ONLY",
    "1021": "SAY RMB ONE THOUSAND AND TWENTY-ONE ONLY",
    "1286400": "SAY RMB ONE MILLION TWO HUNDRED AND EIGHTY-SIX THOUSAND FOUR HUNDRED ONLY",
    "1000000": "SAY RMB ONE MILLION ONLY",
    "2000000000.01": "SAY RMB TWO BILLION AND 01/100 ONLY",
    "-7.10": "SAY RMB MINUS SEVEN AND 10/100 ONLY",
}


@pytest.mark.parametrize(("amount", "words"), CHINESE.items())
def test_chinese_words(amount: str, words: str) -> None:
    assert chinese_words(Decimal(amount)) == words


@pytest.mark.parametrize(("amount", "words"), ENGLISH.items())
def test_english_words(amount: str, words: str) -> None:
    assert english_words(Decimal(amount)) == words


def test_another_currency() -> None:
    assert english_words(Decimal("5.5"), "US dollars") == "SAY US DOLLARS FIVE AND 50/100 ONLY"


@pytest.mark.parametrize("amount", ["10000000000000000", "9999999999999999.999", "NaN", "Infinity"])
def test_amounts_without_words_are_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="too large"):
        chinese_words(Decimal(amount))


def read_chinese(words: str) -> Decimal:
    """Read capital numerals back, by place value."""
    digits = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
    places = {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = 0
    cents = 0
    for letter in words.removeprefix("负"):
        if letter in digits:
            digit = digits[letter]
        elif letter in places:
            section, digit = section + digit * places[letter], 0
        elif letter == "万":
            section, digit = (section + digit) * 10_000, 0
        elif letter == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif letter == "元":
            total, section, digit = total + section + digit, 0, 0
        elif letter in "角分":
            cents, digit = cents + digit * (10 if letter == "角" else 1), 0
    amount = Decimal(total) + Decimal(cents) / 100
    return -amount if words.startswith("负") else amount


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_every_amount_can_be_read_back(amount: Decimal) -> None:
    words = chinese_words(amount)
    assert read_chinese(words) == amount
    assert "零零" not in words
    assert words.endswith(("整", "分"))
