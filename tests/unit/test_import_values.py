"""Cells as they are found become values, or are refused with words; nothing is guessed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from crm_desktop.exchange.cells import Cell
from crm_desktop.exchange.values import ColumnReader, NewChoice
from crm_desktop.kinds import show
from crm_desktop.options import Choice, Options
from db.fields import Field

OPTIONS = Options(
    {
        "industries": [Choice("food", "Food")],
        "tax_modes": [Choice("included", "With tax")],
        "customer_levels": [Choice("A", "A")],
    }
)


def read(kind: str, *cells: Cell, heading: str = "Column", **facts: Any) -> list[Any]:
    reader = ColumnReader(Field("Field", kind, **facts), OPTIONS, heading, cells)
    return [reader.read(cell) for cell in cells]


def refused(kind: str, *cells: Cell, heading: str = "Column", **facts: Any) -> str:
    with pytest.raises(ValueError) as error:
        read(kind, *cells, heading=heading, **facts)
    return str(error.value)


def test_numbers_in_text_fields_lose_nothing() -> None:
    assert read("phone", 13800000000, "013800000000", "１３８ 0000 0000") == [
        "13800000000",
        "013800000000",
        "138 0000 0000",
    ]
    assert read("code", 1001, "007", Decimal("1.5")) == ["1001", "007", "1.5"]


@pytest.mark.parametrize("cell", ["1.38E+10", "6.22202E+18", 622202123456789012])
def test_digits_that_a_spreadsheet_lost_are_reported(cell: Cell) -> None:
    assert "lost" in refused("phone", cell)


def test_numbers_as_people_write_them() -> None:
    cells = ["1,234.50", "￥12.00", "(5)", "１２", 7, Decimal("0.125"), " ", None]
    expected = ["1234.50", "12.00", "-5.00", "12.00", "7.00", "0.13"]
    assert read("money", *cells) == [*map(Decimal, expected), None, None]


@pytest.mark.parametrize("text", ["12a", "1.2.3", "--5", dt.date(2026, 1, 1), True])
def test_numbers_that_could_be_something_else_are_refused(text: Cell) -> None:
    assert refused("money", text)


def test_fractions_are_told_from_percentages_by_the_whole_column() -> None:
    reader = ColumnReader(Field("Discount", "percent"), OPTIONS, "Discount", [Decimal("0.05"), 0, Decimal("0.25")])
    assert reader.read(Decimal("0.05")) == 5
    assert reader.notes
    assert read("percent", 5, Decimal("0.5")) == [5, Decimal("0.5")]
    assert read("percent", Decimal("0.5"), heading="Discount %") == [Decimal("0.5")]
    assert read("percent", "5%", "0.5%") == [5, Decimal("0.5")]
    assert read("percent", 0, 0) == [0, 0]


def test_dates() -> None:
    day = dt.date(2026, 3, 4)
    cells = [
        day,
        dt.datetime.fromisoformat("2026-03-04T10:00"),
        "2026-03-04",
        "2026/3/4",
        "2026年3月4日",
        "20260304",
        20260304,
        "2026-03-04 00:00:00.000",
        46085,
        "4 Mar 2026",
    ]
    assert read("date", *cells) == [day] * len(cells)


def test_a_date_of_unknown_order_is_refused_unless_the_column_tells() -> None:
    assert "several dates" in refused("date", "03/04/2026")
    assert read("date", "03/04/2026", "25/04/2026") == [dt.date(2026, 4, 3), dt.date(2026, 4, 25)]
    assert read("date", "03/04/2026", "04/25/2026") == [dt.date(2026, 3, 4), dt.date(2026, 4, 25)]
    assert "several dates" in refused("date", "25/04/2026", "04/25/2026", "03/04/2026")
    assert "several dates" in refused("date", "3/4/26")
    assert refused("date", "31/02/2026")
    assert refused("date", "soon")


def test_moments_are_of_this_pc() -> None:
    [value] = read("datetime", "2026-03-04 08:30:00")
    assert value == dt.datetime(2026, 3, 4, 8, 30).astimezone(dt.UTC)
    assert value.tzinfo is dt.UTC


def test_moments_far_from_today_are_read() -> None:
    """Windows converts no time before 1970 or after 3000; other programs write these for “never” and “unknown”."""
    cells = ("1900-01-01 00:00:00", dt.datetime.fromisoformat("1899-12-30 09:15"), dt.date(9999, 12, 31))
    texts = ["1900-01-01 00:00", "1899-12-30 09:15", "9999-12-31 00:00"]
    field = Field("Label", "datetime", name="f")
    assert [show(value, field, OPTIONS) for value in read("datetime", *cells)] == texts


def test_choices() -> None:
    assert read("option", "Food", "food", options="industries") == ["food", "food"]
    [new] = read("option", "Toys", options="industries")
    assert isinstance(new, NewChoice)
    assert "With tax" in refused("option", "maybe", options="tax_modes")
    reader = ColumnReader(Field("Level", "option", options="customer_levels"), OPTIONS, "状态", [1, 0])
    assert reader.is_foreign_code([1, 0])
    assert not reader.is_foreign_code(["A"])


def test_flags_and_tags() -> None:
    assert read("yes_no", "是", True, 0, "No", "√") == [True, True, False, False, True]
    assert read("tags", "a、b，c") == [("a", "b", "c")]
