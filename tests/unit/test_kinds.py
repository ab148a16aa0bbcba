"""What each kind of field reads and shows: what it shows it reads again, and nonsense is told in words, never a crash."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crm_desktop.draft import Ref
from crm_desktop.kinds import KINDS, parse, show
from crm_desktop.local_time import to_utc
from crm_desktop.options import Choice, Options
from crm_desktop.stored_values import custom_from_text, custom_to_text, from_json, to_json
from db.fields import Field

OPTIONS = Options({"levels": (Choice("a", "Best"), Choice("b", "Good"), Choice("c", "=odd, one|x"))})
LIMIT = 10**13
# What a line of text on a form can hold: no line breaks, no surrogates.
line = some.text(some.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


def about(kind: str, **facts: Any) -> Field:
    return Field("Label", kind, options="levels" if kind in ("option", "state") else "", name="f", **facts)


def decimals(digits: int) -> some.SearchStrategy[Decimal]:
    return some.integers(-LIMIT * 10**digits + 1, LIMIT * 10**digits - 1).map(lambda n: Decimal(n).scaleb(-digits))


VALUES: dict[str, some.SearchStrategy[Any]] = {
    "integer": some.integers(-LIMIT + 1, LIMIT - 1),
    "money": decimals(2),
    **{kind: decimals(4) for kind in ("price", "quantity", "percent", "decimal")},
    "date": some.dates(dt.date(1000, 1, 1)),
    "datetime": some.builds(
        dt.datetime.combine, some.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 30)), some.times()
    ).map(lambda clock: to_utc(clock.replace(second=0, microsecond=0))),
    "yes_no": some.booleans(),
    "option": some.sampled_from(["", "a", "b", "c"]),
    "state": some.sampled_from(["", "a", "b", "c"]),
    "tags": some.lists(some.text("甲乙ab 1", min_size=1).map(str.strip).filter(bool), unique=True).map(tuple),
    "text": line.map(lambda t: parse(t, about("text"), OPTIONS)),
    "long_text": line.map(lambda t: parse(t, about("long_text"), OPTIONS)),
    "code": line.map(lambda t: parse(t, about("code"), OPTIONS)),
    "phone": some.from_regex(r"\+?[0-9][0-9 -]{3,14}[0-9]", fullmatch=True).filter(lambda t: sum(map(str.isdigit, t)) >= 3),
    "email": some.from_regex(r"[a-z0-9.]{1,9}@[a-z0-9]{1,9}\.[a-z]{2,3}", fullmatch=True),
    "url": some.from_regex(r"https://[a-z]{1,9}\.(com|cn)/[a-z0-9/]{0,9}", fullmatch=True),
}


def test_every_kind_a_person_types_has_values_here() -> None:
    assert set(VALUES) == set(KINDS) - {"reference", "image"}


@pytest.mark.parametrize("kind", VALUES)
def test_what_is_shown_is_read_again(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(VALUES[kind])
    def check(value: Any) -> None:
        field = about(kind)
        assert parse(show(value, field, OPTIONS), field, OPTIONS) == value

    check()


@pytest.mark.parametrize("kind", VALUES)
def test_what_is_stored_is_read_again(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(VALUES[kind])
    def check(value: Any) -> None:
        assert from_json(to_json(value), kind) == value
        assert custom_from_text(custom_to_text(value), kind) == value

    check()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_any_text_is_a_value_or_told_in_words(kind: str) -> None:
    @settings(max_examples=150, deadline=None)
    @given(some.text(max_size=20) | some.text("0123456789.-/+%,: 年月日时分()，。¥=²½½⑦٣", max_size=16))
    def check(text: str) -> None:
        try:
            value = parse(text, about(kind), OPTIONS)
        except ValueError as error:
            assert type(error) is ValueError
            assert str(error)
            return
        assert isinstance(show(value, about(kind), OPTIONS), str)

    check()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_is_shown_as_nothing(kind: str) -> None:
    nothing = () if kind == "tags" else None
    if kind != "yes_no":
        assert show(nothing, about(kind), OPTIONS) == ""
    if kind not in ("reference", "image"):
        assert parse("", about(kind), OPTIONS) in (nothing, "", False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.5", "1234.5"), ("１２３．４５", "123.45"), ("¥ 1 200", "1200"), ("(12.5)", "-12.5"), ("-0.005", "-0.01"), ("0.005", "0.01"),
        ("1.005", "1.01"), ("２５０元", "250"), ("1'000", "1000"), ("+7", "7"), (".5", "0.5"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, value: str) -> None:
    assert parse(text, about("money"), OPTIONS) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["1.2.3", "1,2,3.4.5", "12a", "1e5", "--1", "½", "nan", "inf", "0x10", "一百", "1-2", "%", "."]
)
def test_no_amounts(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text, about("money"), OPTIONS)


@pytest.mark.parametrize("text", ["99999999999999", "-10000000000000", "9" * 400])
def test_amounts_too_large_to_add_up(text: str) -> None:
    with pytest.raises(ValueError, match="too large"):
        parse(text, about("money"), OPTIONS)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-24", (2026, 11, 24)), ("2026/1/2", (2026, 1, 2)), ("2026年1月2日", (2026, 1, 2)), ("２０２６－１１－２４", (2026, 11, 24)),
     ("20261124", (2026, 11, 24)), ("2024.2.29", (2024, 2, 29))],
)  # fmt: skip
def test_dates_as_people_write_them(text: str, day: tuple[int, int, int]) -> None:
    assert parse(text, about("date"), OPTIONS) == dt.date(*day)


@pytest.mark.parametrize(
    "text", ["2026-02-30", "24.11.2026", "11/24/2026", "2026-13-01", "0000-01-01", "tomorow", "2026"]
)
def test_no_dates(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text, about("date"), OPTIONS)


def test_a_choice_is_meant_by_code_or_label_whatever_its_case() -> None:
    for text in ("a", "A", "Best", " best ", "ＢＥＳＴ"):
        assert parse(text, about("option"), OPTIONS) == "a"
    assert show("gone", about("option"), OPTIONS) == "gone"


def test_long_texts_are_refused_with_their_limit() -> None:
    with pytest.raises(ValueError, match="At most 5"):
        parse("123456", about("text", max_length=5), OPTIONS)


def test_a_reference_is_shown_by_its_label_and_told_apart_by_its_id() -> None:
    assert show(Ref(7, "Alpha"), about("reference"), OPTIONS) == "Alpha"
    assert Ref(7, "Alpha") == Ref(7, "Alpha Ltd") != Ref(8, "Alpha")
    assert len({Ref(7, "Alpha"), Ref(7, "Beta")}) == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "010-12345678 转 801"), ("phone", "138 0000 0000（张先生）"), ("phone", "+49 (0)30 / 1234-56 ext. 7"),
        ("phone", "1-800-FLOWERS 24"), ("phone", "110"), ("url", "www.example.com"), ("url", "https://例子.公司/a b"[:-2]),
        ("url", "http://server/crm?x=1"), ("url", "a.com, b.cn"), ("url", "shop.example.com:8080/x"),
    ],
)  # fmt: skip
def test_telephones_and_websites_as_people_write_them(kind: str, text: str) -> None:
    assert parse(text, about(kind), OPTIONS)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("phone", "abc"), ("phone", "12"), ("phone", "12345@qq.com"), ("phone", "见备注"), ("url", "bad url x"), ("url", "server"),
     ("url", "me@example.com"), ("url", "http://")],
)  # fmt: skip
def test_what_is_no_telephone_and_no_website(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a (telephone number|web address)"):
        parse(text, about(kind), OPTIONS)


@pytest.mark.parametrize("kind", ["phone", "url", "email"])
@pytest.mark.parametrize("text", ["无", "-", "N/A", "——"])
def test_a_sign_for_nothing_is_nothing(kind: str, text: str) -> None:
    assert parse(text, about(kind), OPTIONS) == ""
