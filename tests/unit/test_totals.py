"""Totals of documents: sums of what is printed, to the cent, whatever the lines are."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crm_desktop.rules.totals import CENT, DocumentAmounts, LineAmounts, document_amounts, line_amounts


def scaled(low: int, high: int, digits: int) -> some.SearchStrategy[Decimal]:
    return some.integers(low * 10**digits, high * 10**digits).map(lambda n: Decimal(n).scaleb(-digits))


lines = some.tuples(
    scaled(-1000, 100_000, 4),
    scaled(0, 100_000, 4),
    scaled(0, 100, 4),
    some.sampled_from(["0", "1", "3", "6", "9", "13"]),
)
money = scaled(0, 1000, 2)


def half_up(value: Fraction) -> Decimal:
    """Rounded by whole numbers alone."""
    hundred = abs(value) * 100
    whole = (2 * hundred.numerator + hundred.denominator) // (2 * hundred.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-2)


def made(rows: list[Any], included: bool) -> list[LineAmounts]:
    return [line_amounts(q, p, d, Decimal(t), included) for q, p, d, t in rows]


@settings(max_examples=200, deadline=None)
@given(lines, some.booleans())
def test_a_line_is_rounded_half_up_once(row: Any, included: bool) -> None:
    quantity, price, discount, rate = (Fraction(v) for v in row)
    amounts = line_amounts(row[0], row[1], row[2], Decimal(row[3]), included)
    assert amounts.amount == half_up(quantity * price * (100 - discount) / 100)
    amount = Fraction(amounts.amount)
    assert amounts.tax == half_up(amount * rate / (100 + rate) if included else amount * rate / 100)


@settings(max_examples=200, deadline=None)
@given(some.lists(lines, max_size=8), money, money, some.booleans())
def test_what_is_printed_adds_up(rows: list[Any], discount: Decimal, freight: Decimal, included: bool) -> None:
    amounts = made(rows, included)
    sums = document_amounts(amounts, discount, freight, included)
    assert sums.net + sums.tax + freight == sums.total
    for value in (sums.net, sums.tax, sums.total):
        assert value == value.quantize(CENT)
    goods = sum((a.amount for a in amounts), Decimal(0))
    if goods:  # a discount on nothing is no discount
        if included:
            assert sums.total == goods - discount + freight
        else:
            assert sums.net == goods - discount


@settings(max_examples=200, deadline=None)
@given(some.lists(lines, max_size=8), some.booleans())
def test_without_a_discount_the_taxes_are_those_of_the_lines(rows: list[Any], included: bool) -> None:
    amounts = made(rows, included)
    sums = document_amounts(amounts, Decimal(0), Decimal(0), included)
    assert sums.tax == sum((a.tax for a in amounts), Decimal(0))


@settings(max_examples=200, deadline=None)
@given(some.lists(lines, min_size=1, max_size=8), some.integers(0, 100), some.booleans())
def test_a_discount_takes_its_share_of_the_tax(rows: list[Any], percent: int, included: bool) -> None:
    amounts = [a for a in made(rows, included) if a.amount > 0]
    goods = sum((a.amount for a in amounts), Decimal(0))
    if not goods:
        return
    discount = (goods * percent / 100).quantize(CENT, ROUND_HALF_UP)
    plain = document_amounts(amounts, Decimal(0), Decimal(0), included)
    sums = document_amounts(amounts, discount, Decimal(0), included)
    assert abs(sums.tax - plain.tax * (goods - discount) / goods) <= CENT / 2
    assert 0 <= sums.tax <= plain.tax
    assert 0 <= sums.total <= plain.total


@settings(max_examples=100, deadline=None)
@given(some.lists(lines, max_size=6), some.randoms(), money, some.booleans())
def test_the_order_of_lines_does_not_matter(rows: list[Any], chance: Any, discount: Decimal, included: bool) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert document_amounts(made(rows, included), discount, CENT, included) == document_amounts(
        made(shuffled, included), discount, CENT, included
    )


@pytest.mark.parametrize(
    ("included", "net", "tax", "total"), [(True, "100.00", "13.00", "118.00"), (False, "113.00", "14.69", "132.69")]
)
def test_one_order_worked_out_by_hand(included: bool, net: str, tax: str, total: str) -> None:
    rows = [line_amounts(Decimal(2), Decimal("56.5"), Decimal(0), Decimal(13), included)]
    found = document_amounts(rows, Decimal(0), Decimal(5), included)
    assert found == DocumentAmounts(Decimal(net), Decimal(tax), Decimal(total))
