"""When a reminder is due, and which one."""

from __future__ import annotations

import datetime as dt

import pytest

from crm_desktop.rules.dunning import letter_due

TODAY = dt.date(2026, 11, 25)


@pytest.mark.parametrize(
    ("level", "late", "since", "edges", "due"),
    [
        (0, 2, None, (3, 14, 30), 0), (0, 3, None, (3, 14, 30), 1), (0, 200, None, (3, 14, 30), 1),
        (1, 14, 11, (3, 14, 30), 2), (1, 100, 10, (3, 14, 30), 0), (1, 13, 100, (3, 14, 30), 0),
        (2, 30, 16, (3, 14, 30), 3), (3, 900, 900, (3, 14, 30), 0),
        (1, 40, 27, (3, 0, 30), 2), (2, 40, 27, (3, 0, 30), 3), (0, 99, None, (0, 0, 0), 0), (0, 14, None, (0, 14, 0), 1),
        (1, 30, None, (3, 14, 30), 2),
    ],
)  # fmt: skip
def test_one_level_after_the_other_with_time_between(level: int, late: int, since: int | None, edges: tuple[int, ...], due: int) -> None:
    last = None if since is None else TODAY - dt.timedelta(days=since)
    assert letter_due(level, late, edges, last, TODAY) == due
