"""Moments between UTC, in which they are kept, and the time of this PC, in which people write and read them.

Python asks the system for its time zone, and Windows answers for the years 1970 to 3000 only. Tables of other programs hold
1900-01-01 and 9999-12-31 all the same, so what a person or a file gives goes through here.
"""

from __future__ import annotations

import datetime as dt

_EARLY, _LATE = 1972, 2996  # leap years that every system knows: each day of any year is in them
_UNKNOWN = (OSError, OverflowError, ValueError)


def to_local(moment: dt.datetime) -> dt.datetime:
    """A moment, which has a zone, in the time of this PC."""
    try:
        return moment.astimezone()
    except _UNKNOWN:
        near = _known(moment).astimezone()
        return _shifted(moment, near.utcoffset(), near.tzinfo)


def to_utc(moment: dt.datetime) -> dt.datetime:
    """A moment in UTC; one without a zone is meant in the time of this PC."""
    try:
        return moment.astimezone(dt.UTC)
    except _UNKNOWN:
        offset = _known(moment).astimezone().utcoffset()
        return _shifted(moment, -offset if offset else None, dt.UTC)


def _known(moment: dt.datetime) -> dt.datetime:
    return moment.replace(year=_EARLY if moment.year < _EARLY else _LATE)


def _shifted(moment: dt.datetime, by: dt.timedelta | None, zone: dt.tzinfo | None) -> dt.datetime:
    """The clock moved; at the ends of the calendar the day stays."""
    clock = moment.replace(tzinfo=None)
    try:
        clock += by or dt.timedelta()
    except OverflowError:
        clock = dt.datetime.combine(dt.date.min if clock.year < _EARLY else dt.date.max, clock.time())
    return clock.replace(tzinfo=zone)
