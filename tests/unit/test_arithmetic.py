"""Small sums typed into number fields: worked out exactly, and nothing but sums."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm_desktop.rules.arithmetic import evaluate, looks_like_sum


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=3*12", "36"), ("1200/4", "300"), ("=(5+7)*2.5", "30.0"), ("= -2 + 5", "3"), ("2-3-4", "-5"), ("0.1+0.2", "0.3"),
        ("=12×３", "36"), ("＝8÷2", "4"), ("=1,200*2", "2400"), ("=-(2+3)", "-5"), ("=.5*4", "2.0"), ("=2*-3", "-6"),
    ],
)  # fmt: skip
def test_a_sum_is_worked_out(text: str, value: str) -> None:
    assert looks_like_sum(text)
    assert evaluate(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["=", "=3*", "=*3", "=(3", "=3)", "=1/0", "=2**8", "=a+1", "=__import__('os')", "=1e9", "=" + "(" * 150, "=" + "1+" * 300 + "1"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        evaluate(text)


@pytest.mark.parametrize("text", ["12", "-3", "+4", "1,234.5", ""])
def test_a_plain_number_is_no_sum(text: str) -> None:
    assert not looks_like_sum(text)
