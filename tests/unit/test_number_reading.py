"""Numbers read back give what made them."""

from __future__ import annotations

import datetime as dt

import pytest

from crm_desktop.rules.number_patterns import number_text, period_of
from crm_desktop.rules.number_reading import number_reader, running_number


@pytest.mark.parametrize(
    ("pattern", "restart"),
    [("C{n:5}", "never"), ("SO{yyyy}{mm}{dd}-{n:3}", "day"), ("{yy}.{mm}/{n}", "month"), ("(A+{n:2}){yyyy}", "year")],
)
@pytest.mark.parametrize("running", [1, 42, 123456])
def test_what_was_written_is_read(pattern: str, restart: str, running: int) -> None:
    day = dt.date(2026, 11, 24)
    reader = number_reader(pattern)
    assert reader is not None
    assert running_number(reader, restart, number_text(pattern, day, running)) == (period_of(restart, day), running)


def test_foreign_numbers_are_none_of_ours() -> None:
    reader = number_reader("C{n:5}")
    assert reader is not None
    assert running_number(reader, "never", "ALFKI") is None
    assert running_number(reader, "never", "XC00001") is None
    assert number_reader("{yyyy}{yyyy}{n}") is None
