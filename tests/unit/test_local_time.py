"""Moments far from today: Windows converts none before 1970 or after 3000."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm_desktop.local_time import to_local, to_utc

CLOCKS = some.builds(dt.datetime.combine, some.dates(dt.date(2, 1, 1), dt.date(9999, 12, 30)), some.times())


@given(CLOCKS)
def test_a_moment_comes_back_the_same(clock: dt.datetime) -> None:
    moment = to_utc(clock)
    assert moment.tzinfo is dt.UTC
    assert to_local(moment) == moment
    assert to_utc(to_local(moment).replace(tzinfo=None)) == moment or _is_ambiguous(moment)


def _is_ambiguous(moment: dt.datetime) -> bool:
    """Whether the clock of this PC shows this time twice."""
    clock = to_local(moment).replace(tzinfo=None)
    return to_utc(clock.replace(fold=0)) != to_utc(clock.replace(fold=1))


@pytest.mark.parametrize("text", ["1900-02-28 12:00", "1960-02-29 00:00", "3400-07-01 23:00"])
def test_the_offset_is_one_of_this_place(text: str) -> None:
    """Away from what the system knows, it is the nearest known one, give or take what towns had before there were zones."""
    clock = dt.datetime.fromisoformat(text)
    near = clock.replace(year=1972 if clock.year < 1972 else 2996).astimezone().utcoffset()
    assert near is not None
    assert abs(clock.replace(tzinfo=dt.UTC) - to_utc(clock) - near) < dt.timedelta(hours=1)


def test_the_calendar_ends_without_an_error() -> None:
    for day in (dt.date.min, dt.date.max):
        end = dt.datetime.combine(day, dt.time(12))
        for hours in (-14, 14):
            zone = dt.timezone(dt.timedelta(hours=hours))
            assert to_local(end.replace(tzinfo=zone)).tzinfo is not None
            assert to_utc(end).tzinfo is dt.UTC
