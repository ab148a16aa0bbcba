"""Names and numbers that mean the same."""

from __future__ import annotations

import pytest

from crm_desktop.rules.duplicates import core_name, same_name, same_phone


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("广州万通贸易有限公司", "广州万通贸易"),
        ("广州万通贸易（天河）有限公司", "广州万通贸易有限责任公司"),
        ("ABC Trading Co., Ltd.", "abc trading"),
        ("ＡＢＣ　Ｔｒａｄｉｎｇ", "ABC Trading Limited"),
        ("上海 东方 股份有限公司", "上海东方"),
    ],
)
def test_one_company_under_two_names(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("广州万通", "广州万达"), ("", ""), ("有限公司", "股份有限公司"), ("Coco", "Co"), ("中国公司", "美国公司")]
)
def test_two_companies(one: str, other: str) -> None:
    assert not same_name(one, other)


def test_a_name_that_is_nothing_but_its_form_stays() -> None:
    assert core_name("公司") == "公司"
    assert core_name("(天河)") == "天河"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("020-8765 4321", "87654321", True),
        ("+86 138 0013 8000", "13800138000", True),
        ("020-87654321 转 12", "020 87654321", True),
        ("13800138000", "13800138001", False),
        ("4321", "87654321", False),
        ("", "", False),
    ],
)
def test_telephone_numbers(one: str, other: str, same: bool) -> None:
    assert same_phone(one, other) is same
