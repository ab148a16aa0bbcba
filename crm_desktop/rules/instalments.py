"""Splitting a total into instalments, and keeping them at the total when it, or one of them, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from crm_desktop.rules.totals import cents

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """One instalment. least: what it cannot go below, since that was received or written off; fixed: a person has just set it."""

    amount: Decimal
    least: Decimal = _ZERO
    fixed: bool = False


def split(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """The total in parts by percent, to the cent; the last takes what rounding leaves."""
    parts = [cents(total * share / 100) for share in shares[:-1]]
    return [*parts, total - sum(parts, _ZERO)]


def fit(total: Decimal, parts: Sequence[Part]) -> list[Decimal] | None:
    """The amounts of the parts when they come to the total: the last ones give or take. None where they cannot.

    What is missing and no part may take stands behind the others, as one more.
    """
    amounts = [p.amount for p in parts]
    left = total - sum(amounts, _ZERO)
    free = [at for at, part in enumerate(parts) if not part.fixed]
    if left > 0:
        if not free:
            return [*amounts, left]
        amounts[free[-1]] += left
        return amounts
    for at in reversed(free):
        given = min(-left, max(amounts[at] - parts[at].least, _ZERO))
        amounts[at] -= given
        left += given
    return amounts if not left else None
