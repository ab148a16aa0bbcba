"""Which reminder is due: the first so many days after the day of payment, the second and third later, as the company says.

One level comes after the other, however late it is, and between two letters as many days pass as between their levels: whoever was
written to today is not written to again tomorrow.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence


def level_due(days_late: int, edges: Sequence[int]) -> int:
    """The highest level whose days have passed; 0 where none has. edges: days late from which each level is due, 0 where it is not used."""
    return max((level for level, edge in enumerate(edges, 1) if 0 < edge <= days_late), default=0)


def next_letter(level: int, edges: Sequence[int]) -> tuple[int, int] | None:
    """When the next reminder of what was reminded of `level` times is due: how many days late it must be, and how many days ago the
    customer was written to last; None where no more is written."""
    edge = min((edge for edge in edges[level:] if edge > 0), default=None)
    if edge is None:
        return None
    before = max((edge for edge in edges[:level] if edge > 0), default=0)
    return edge, max(1, edge - before)


def time_passed(level: int, edges: Sequence[int], last: dt.date | None, day: dt.date) -> bool:
    """Whether the customer, written to last on `last`, may be written to again of what was reminded of `level` times."""
    wanted = next_letter(level, edges)
    return wanted is not None and (last is None or (day - last).days >= wanted[1])


def letter_due(level: int, days_late: int, edges: Sequence[int], last: dt.date | None, day: dt.date) -> int:
    """The reminder that is due now of what was reminded of `level` times; 0 for none. last: when the customer was written to last."""
    wanted = next_letter(level, edges)
    due = wanted is not None and days_late >= wanted[0] and time_passed(level, edges, last, day)
    return level + 1 if due else 0
