"""How document numbers look, and which patterns would give one number twice."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crm_desktop.rules.number_patterns import number_text, pattern_problem, period_of

DAY = dt.date(2026, 1, 2)
RESTARTS = ("never", "year", "month", "day")
pieces = some.lists(some.sampled_from(["{yyyy}", "{yy}", "{mm}", "{dd}", "A", "-", "单", "7"]), max_size=6).map("".join)
days = some.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("pattern", "running", "text"),
    [("C{n:5}", 7, "C00007"), ("SO{yyyy}{mm}{dd}-{n:3}", 7, "SO20260102-007"), ("{yy}{n}", 12345, "2612345"), ("{n:3}", 1000, "1000"),
     ("单{n:2}号", 3, "单03号")],
)  # fmt: skip
def test_what_patterns_make(pattern: str, running: int, text: str) -> None:
    assert pattern_problem(pattern, "never") == ""
    assert number_text(pattern, DAY, running) == text


@pytest.mark.parametrize(
    "pattern",
    ["", "C", "{n}{n}", "{n:0}", "{n:10}", "{x}{n}", "{n", "n}", "{}{n}", "{{n}}", "{N}", "{n:a}", "{YYYY}{n}"],
)
def test_patterns_that_are_refused(pattern: str) -> None:
    assert pattern_problem(pattern, "never")


@pytest.mark.parametrize(
    ("pattern", "restart"),
    [("{n}", "year"), ("{mm}{n}", "year"), ("{yy}{n}", "month"), ("{yyyy}{mm}{n}", "day"), ("{dd}{n}", "day")],
)
def test_a_sequence_that_starts_again_shows_its_period(pattern: str, restart: str) -> None:
    assert pattern_problem(pattern, restart)


@settings(max_examples=300, deadline=None)
@given(pieces, pieces, some.integers(1, 9), some.sampled_from(RESTARTS), days, days, some.data())
def test_a_sound_pattern_never_gives_one_number_twice(
    before: str, after: str, digits: int, restart: str, first: dt.date, second: dt.date, data: some.DataObject
) -> None:
    pattern = f"{before}{{n:{digits}}}{after}"
    if pattern_problem(pattern, restart):
        return
    # Beyond the digits of the pattern, the figures around the running number may run together with it.
    one, other = (data.draw(some.integers(1, 10**digits - 1)) for _ in range(2))
    if period_of(restart, first) == period_of(restart, second) and one == other:
        return  # within a period each running number is given once
    assert number_text(pattern, first, one) != number_text(pattern, second, other)


@settings(max_examples=100, deadline=None)
@given(days, days)
def test_periods_come_in_order(first: dt.date, second: dt.date) -> None:
    early, late = sorted((first, second))
    for restart in RESTARTS:
        assert period_of(restart, early) <= period_of(restart, late)
