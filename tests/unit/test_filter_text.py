"""What people type into the filter line, and the same in words again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crm_desktop.draft import Ref
from crm_desktop.filters import AllOf, AnyOf, Condition, Filter, Not
from crm_desktop.options import Choice, Options
from crm_desktop.records.record_type import Field
from crm_desktop.words import use_language
from ui.filter_text import describe, fields_in, parse_filter, short

OPTIONS = Options({"levels": (Choice("a", "Gold"), Choice("b", "Silver"), Choice("c", "Bronze"))})
TEXT, MONEY = Field("Name", name="name"), Field("Total", "money", name="total")
COUNT, DAY = Field("Days", "integer", name="days"), Field("Due", "date", name="due")
LEVEL = Field("Level", "option", options="levels", name="level")
OWNER, TAGS = Field("Owner", "reference", target="users", name="owner_id"), Field("Tags", "tags", name="tags")


def name_of(_type: str, id_: int) -> str:
    return {1: "Lin Xiao", 2: "Wang Fang"}.get(id_, "?")


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("广州", TEXT, Condition("name", "contains", "广州")),
        ("=广州", TEXT, Condition("name", "is", "广州")),
        ("广州*", TEXT, Condition("name", "starts", "广州")),
        ("!广州", TEXT, Not(Condition("name", "contains", "广州"))),
        ("a|b", TEXT, AnyOf((Condition("name", "contains", "a"), Condition("name", "contains", "b")))),
        ("=", TEXT, Condition("name", "empty")),
        ("*", TEXT, Condition("name", "filled")),
        (">=100", MONEY, Condition("total", "at_least", Decimal("100.00"))),
        ("≥ 1,000.5", MONEY, Condition("total", "at_least", Decimal("1000.50"))),
        ("<= 5", COUNT, Condition("days", "at_most", 5)),
        (">5", COUNT, AllOf((Condition("days", "at_least", 5), Not(Condition("days", "is", 5))))),
        ("100..200", MONEY, Condition("total", "between", (Decimal("100.00"), Decimal("200.00")))),
        ("200-100", MONEY, Condition("total", "between", (Decimal("100.00"), Decimal("200.00")))),
        ("-5", COUNT, Condition("days", "is", -5)),
        ("100至200", COUNT, Condition("days", "between", (100, 200))),
        ("1.2万", MONEY, Condition("total", "is", Decimal(12000))),
        ("３０", COUNT, Condition("days", "is", 30)),
        ("2026-11-24", DAY, Condition("due", "is", dt.date(2026, 11, 24))),
        ("2026-11", DAY, Condition("due", "between", (dt.date(2026, 11, 1), dt.date(2026, 11, 30)))),
        ("2026年", DAY, Condition("due", "between", (dt.date(2026, 1, 1), dt.date(2026, 12, 31)))),
        ("2026-02~2026-03", DAY, Condition("due", "between", (dt.date(2026, 2, 1), dt.date(2026, 3, 31)))),
        (">2026-11", DAY, Condition("due", "at_least", dt.date(2026, 12, 1))),
        ("<= 2026-11", DAY, Condition("due", "at_most", dt.date(2026, 11, 30))),
        ("7天内", DAY, Condition("due", "period", "next_7_days")),
        ("7 天内", DAY, Condition("due", "period", "next_7_days")),
        ("This month", DAY, Condition("due", "period", "this_month")),
        ("本月", DAY, Condition("due", "period", "this_month")),
        ("Gold, 白银", LEVEL, None),
        ("Gold、silver", LEVEL, Condition("level", "any_of", ("a", "b"))),
        ("vip", TAGS, Condition("tags", "has", "vip")),
        ("   ", TEXT, None),
    ],
)
def test_typed_text_becomes_a_condition(text: str, field: Field, expected: Filter | None) -> None:
    if text == "Gold, 白银":
        with pytest.raises(ValueError, match="白银"):
            parse_filter(text, field, OPTIONS)
    else:
        assert parse_filter(text, field, OPTIONS) == expected


@pytest.mark.parametrize(
    ("text", "field"), [("many", MONEY), ("2026-13-01", DAY), ("soon", DAY), ("x", OWNER), (">= ", COUNT)]
)
def test_nonsense_is_refused_with_words(text: str, field: Field) -> None:
    with pytest.raises(ValueError, match=r"\w{4}"):
        parse_filter(text, field, OPTIONS)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    "part",
    [
        Condition("name", "contains", "abc"),
        Condition("name", "is", "abc"),
        Condition("name", "starts", "abc"),
        Condition("name", "empty"),
        Condition("name", "filled"),
        Not(Condition("name", "contains", "abc")),
        Condition("total", "between", (Decimal("100.00"), Decimal("250.50"))),
        Condition("total", "at_least", Decimal("100000.00")),
        Condition("days", "at_most", 7),
        AllOf((Condition("days", "at_least", 5), Not(Condition("days", "is", 5)))),
        Condition("due", "period", "next_7_days"),
        Condition("due", "period", "overdue"),
        Condition("due", "is", dt.date(2026, 11, 24)),
        Condition("due", "at_least", dt.date(2026, 11, 24)),
        Condition("due", "between", (dt.date(2026, 11, 1), dt.date(2026, 11, 24))),
    ],
)
def test_what_is_written_can_be_read_back(part: Any, language: str) -> None:
    try:
        use_language(language)
    except FileNotFoundError:
        pytest.skip("the catalogue of this language is not built")
    name = next(iter(fields_in(part)))
    field = {"name": TEXT, "total": MONEY, "days": COUNT, "due": DAY}[name]
    assert parse_filter(short(part, field, OPTIONS, name_of), field, OPTIONS) == part


def test_choices_and_people_are_named() -> None:
    assert short(Condition("level", "any_of", ("a", "b")), LEVEL, OPTIONS, name_of) == "Gold、Silver"
    assert short(Condition("level", "any_of", ("a", "b", "c")), LEVEL, OPTIONS, name_of) == "Gold, 3 in all"
    assert short(Condition("level", "none_of", ("a",)), LEVEL, OPTIONS, name_of) == "not Gold"
    assert short(Condition("owner_id", "any_of", (1, Ref(7, "Chen"))), OWNER, OPTIONS, name_of) == "Lin Xiao、Chen"
    assert short(Condition("owner_id", "mine"), OWNER, OPTIONS, name_of) == "Mine"


def test_a_chip_says_field_and_words(sqlite_app: Any) -> None:
    types, customers = sqlite_app.types, sqlite_app.types["customers"]
    one = Condition("city", "contains", "Guang")
    two = Condition("credit_days", "at_least", 30)
    assert describe(one, types, customers, OPTIONS, name_of) == "City: Guang"
    assert describe(AnyOf((one, two)), types, customers, OPTIONS, name_of) == "(City: Guang) or (Credit days: ≥ 30)"
    far = Condition("customer_id.city", "is", "Guangzhou")
    assert describe(far, types, types["contacts"], OPTIONS, name_of) == "Customer › City: =Guangzhou"
