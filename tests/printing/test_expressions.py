"""Expressions: what they can do, and everything they cannot."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_desktop.printing.expressions import Budget, UnknownField, compile_expression
from crm_desktop.printing.functions import FUNCTIONS, ExpressionError
from crm_desktop.resources import resources_folder


class Secret:
    """Something that must never be looked into."""

    session = "SECRET"


DATA: dict[str, Any] = {
    "record": {
        "total": Decimal("1286400.00"), "单价（元）": Decimal("12.5"), "数量": 3, "secret": Secret(),
        "date": dt.date(2026, 11, 24), "due": dt.date(2026, 12, 4), "note": "", "paid": None,
    },
    "customer": {"name": "华远", "address": None},
    "contact": {},
    "lines": ({"amount": Decimal(2)}, {"amount": Decimal(3)}, {"amount": None}),
    "line": {"quantity": Decimal(4)},
    "row": 2,
    "labels": {"customer": {"name": "名称"}, "record": {"total": "合计"}},
}  # fmt: skip

GOOD: dict[str, Any] = {
    "record.total * 0.13": Decimal("167232"),
    "[单价（元）] * record.数量": Decimal("37.5"),
    "客户.名称": "华远",
    "[合计] - 400": Decimal(1286000),
    "如果（单据.合计＞1000，'大单'，'小单'）": "大单",
    "IF(record.note = '', 'none', record.note)": "none",
    "iif(record.total <> 0, 1, 1 / 0)": 1,
    "'大写：' + 大写(record.total)": "大写：壹佰贰拾捌万陆仟肆佰元整",
    "english_words(120.5)": "SAY RMB ONE HUNDRED AND TWENTY AND 50/100 ONLY",
    "sum(lines, 'amount')": Decimal(5),
    "求和(明细, 'amount') / 计数(lines)": Decimal(5) / 3,
    "max(lines, 'amount')": Decimal(3),
    "record.due - record.date": 10,
    "date(record.date + 7, 'YYYY年M月D日')": "2026年12月1日",
    "contact.phone": None,
    "empty(contact.phone) and not empty(customer.name)": True,
    "record.paid + 1": 1,
    "record.total - record.paid": Decimal(1286400),
    "join(' / ', customer.name, customer.address, 'x')": "华远 / x",
    "round(2.345, 2)": Decimal("2.35"),
    "money(1234.5)": "1,234.50",
    "0.1 + 0.2 = 0.3": True,
    "row % 2 = 0": True,
    "2 ** 10": 1024,
    "'华' in customer.name": True,
    "left('abc', 2) + right('abc', 1)": "abc",
}

BAD = [
    "", "1 +", "客户.名称.upper()", "record.secret.session", "customer.__class__", "customer.name.__class__", "().__class__",
    "(1).__class__", "[x for x in (1, 2)]", "9 ** 9 ** 9", "'a' * 99999999", "大写.__globals__", "sum.__globals__", "不存在 + 1",
    "record.total / 0", "lambda: 1", "f'{record}'", "__import__('os')", "open('x')", "eval('1')", "getattr(record, 'x')", "record['total']",
    "lines[0]", "(record := 1)", "{'a': 1}", "{1, 2}", "1e400", "1" * 60, "10 ** 41", "sum(lines, 'nothing')", "sum(1)",
    "record.total.real",
    "left('a')", "max()" * 2, "-" * 400 + "1", "(" * 900, "not " * 300 + "1", "b'x'", "...", "1j", "*lines", "sum(*lines)", "sum(a=1)",
    "date('x')", "chr(65)", "'x'.format(1)", "~1", "1 << 9999", "1 @ 2", "record.secret + 1", "is_none is None", "x; y", "import os",
    "\x00",
    "record.date * 2",
    "record.date + 99999999", "大写(10 ** 17)", "text(record.secret)", "join('', lines, record)", "yield 1", "await x",
    "print(1)",
    "percent('x')",
]  # fmt: skip


def value(text: str) -> Any:
    return compile_expression(text).evaluate(DATA, Budget())


@pytest.mark.parametrize("text", GOOD)
def test_value(text: str) -> None:
    assert value(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_refused_with_words(text: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        value(text)
    assert str(refused.value)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(UnknownField, match=r"customer\.fax"):
        value("customer.fax")


def test_text_cannot_grow_without_end() -> None:
    data = {"record": {"note": "x" * 19_000}}
    with pytest.raises(ExpressionError, match="too long"):
        compile_expression("record.note + record.note").evaluate(data, Budget())


def test_work_over_long_lists_is_bounded() -> None:
    data = {"lines": tuple({"amount": Decimal(1)} for _ in range(20_000))}
    expression = compile_expression(" + ".join(["sum(lines, 'amount')"] * 15))
    budget, started = Budget(), time.perf_counter()
    with pytest.raises(ExpressionError, match="too much work"):
        for _ in range(1_000):
            expression.evaluate(data, budget)
    assert time.perf_counter() - started < 20


def test_every_function_is_documented() -> None:
    manual = (resources_folder().parent / "docs" / "print-templates.md").read_text(encoding="utf-8")
    missing = [name for name in FUNCTIONS if f"`{name}" not in manual and f"{name}`" not in manual]
    assert missing == []


@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(["record", ".", "total", "(", ")", "sum", ",", "'a'", "+", "9", "**", "[", "]", "if", " "])
    ).map("".join)
)
def test_any_text_is_a_value_or_an_error_with_words(text: str) -> None:
    try:
        value(text)
    except ExpressionError as fault:
        assert str(fault)
