"""Named spans of days, for filters and reports: this month, next 7 days, overdue."""

from __future__ import annotations

import datetime as dt

PERIODS: dict[str, str] = {
    "overdue": "Overdue",
    "today": "Today",
    "tomorrow": "Tomorrow",
    "yesterday": "Yesterday",
    "this_week": "This week",
    "last_week": "Last week",
    "next_7_days": "Next 7 days",
    "last_7_days": "Last 7 days",
    "last_30_days": "Last 30 days",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "this_year": "This year",
    "last_year": "Last year",
}
"""Every period by name, with its English label."""

_FIRST = dt.date(1, 1, 1)


def _month(day: dt.date, back: int = 0) -> dt.date:
    months = day.year * 12 + day.month - 1 - back
    return dt.date(months // 12, months % 12 + 1, 1)


def _before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)


def span(name: str, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of a period, both included. Weeks begin on Monday. Raises KeyError for an unknown name."""

    def days(first: int, last: int) -> tuple[dt.date, dt.date]:
        return today + dt.timedelta(days=first), today + dt.timedelta(days=last)

    month, quarter = _month(today), _month(today, (today.month - 1) % 3)
    monday = -today.weekday()
    spans = {
        "overdue": (_FIRST, _before(today)),
        "today": days(0, 0),
        "tomorrow": days(1, 1),
        "yesterday": days(-1, -1),
        "this_week": days(monday, monday + 6),
        "last_week": days(monday - 7, monday - 1),
        "next_7_days": days(0, 6),
        "last_7_days": days(-6, 0),
        "last_30_days": days(-29, 0),
        "this_month": (month, _before(_month(today, -1))),
        "last_month": (_month(today, 1), _before(month)),
        "this_quarter": (quarter, _before(_month(quarter, -3))),
        "this_year": (dt.date(today.year, 1, 1), dt.date(today.year, 12, 31)),
        "last_year": (dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)),
    }
    return spans[name]
