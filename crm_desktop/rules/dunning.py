"""Which reminder is due: the first so many days after the day of payment, the second and third later, as the company says."""

from __future__ import annotations

from collections.abc import Sequence


def level_due(days_late: int, edges: Sequence[int]) -> int:
    """The highest level whose days have passed; 0 where none has. edges: days late from which each level is due, 0 where it is not used."""
    return max((level for level, edge in enumerate(edges, 1) if 0 < edge <= days_late), default=0)
