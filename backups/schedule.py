"""When a backup is due. Pure rules over the plan, what was done last, and a clock that may jump.

Times are those of the PC's own clock. A moment that lies in the future, made before the clock was put back, counts as none: rather one
backup too many than none for as long as the clock was wrong.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backups.runs import Past
from crm_desktop import settings as s
from crm_desktop.errors import Invalid
from crm_desktop.words import _

CLOCKS_DIFFER = dt.timedelta(minutes=5)
AGAIN_AFTER = dt.timedelta(minutes=30)
"""An attempt by the clock that failed is made again after so long."""

_TIME = re.compile(r"(\d{1,2})[:：时](\d{2})?")
_MOST_TIMES = 24


@dataclass(frozen=True)
class Plan:
    """times: of the daily backups, none when there are to be none; hours: also every so many, 0 is never."""

    times: tuple[dt.time, ...] = (dt.time(12, 30),)
    hours: int = 0
    at_end: bool = False
    before_import: bool = True
    before_delete: bool = True
    drill: bool = True


def read_times(text: str) -> tuple[dt.time, ...]:
    """Times as people type them: "12:30 18:00", "12：30，18时". Raises Invalid."""
    found = set()
    for word in re.split(r"[\s,，;；、]+", text.strip()):
        match = _TIME.fullmatch(word) or re.fullmatch(r"(\d{1,2})()", word)
        hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
        if hour > 23 or minute > 59:
            raise Invalid({s.BACKUP_TIMES.name: _("“{text}” is no time. Type one like 12:30.").format(text=word)})
        found.add(dt.time(hour, minute))
    return tuple(sorted(found))[:_MOST_TIMES]


def times_text(times: Iterable[dt.time]) -> str:
    """Times as they are typed."""
    return " ".join(f"{t:%H:%M}" for t in times)


def plan_of(settings: s.Settings) -> Plan:
    """The plan of this PC. Times that cannot be read are those of the default."""
    try:
        times = read_times(settings.get(s.BACKUP_TIMES))
    except Invalid:
        times = Plan().times
    return Plan(
        times if settings.get(s.BACKUP_DAILY) else (), settings.get(s.BACKUP_HOURS), settings.get(s.BACKUP_AT_END),
        settings.get(s.BACKUP_BEFORE_IMPORT), settings.get(s.BACKUP_BEFORE_DELETE), settings.get(s.BACKUP_DRILL),
    )  # fmt: skip


def store_plan(settings: s.Settings, plan: Plan) -> None:
    """Keep a plan as settings of this PC. Raises Invalid."""
    values: dict[s.Setting[Any], Any] = {
        s.BACKUP_DAILY: bool(plan.times), s.BACKUP_HOURS: plan.hours, s.BACKUP_AT_END: plan.at_end,
        s.BACKUP_BEFORE_IMPORT: plan.before_import, s.BACKUP_BEFORE_DELETE: plan.before_delete, s.BACKUP_DRILL: plan.drill,
    }  # fmt: skip
    if plan.times:  # those of days without backups are remembered
        values[s.BACKUP_TIMES] = times_text(plan.times)
    try:
        settings.set_many(values)
    except ValueError as error:
        raise Invalid({s.BACKUP_HOURS.name: _("Choose 0 to 24 hours.")}) from error


def known(moment: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """A moment that was, or None for one that is still to come by today's clock."""
    return None if moment is None or moment - now > CLOCKS_DIFFER else moment


def due(plan: Plan, past: Past, now: dt.datetime) -> str:
    """Why a backup is due: "daily", "hours", or "" when none is. The moments of `past` are in UTC."""
    tried, failed = known(past.tried, now), known(past.failed, now)
    if tried and failed and failed >= tried and now - tried < AGAIN_AFTER:
        return ""
    good = known(past.good, now)
    slot = _slot(plan, now, latest=True)
    if slot is not None and (good is None or good < slot):
        return "daily"
    if plan.hours and (good is None or now - good >= dt.timedelta(hours=plan.hours)):
        return "hours"
    return ""


def next_due(plan: Plan, past: Past, now: dt.datetime) -> dt.datetime | None:
    """When the next one is due, now at the earliest; None: never by itself."""
    if due(plan, past, now):
        return now
    tried, failed, good = known(past.tried, now), known(past.failed, now), known(past.good, now)
    coming = [_slot(plan, now, latest=False)]
    if plan.hours and good:
        coming.append(good + dt.timedelta(hours=plan.hours))
    if tried and failed and failed >= tried and now - tried < AGAIN_AFTER:
        coming.append(tried + AGAIN_AFTER)
    found = [at for at in coming if at is not None]
    return max(now, min(found)).astimezone(now.tzinfo) if found else None


def _slot(plan: Plan, now: dt.datetime, *, latest: bool) -> dt.datetime | None:
    """The latest time of the plan that has come, or the next one that will."""
    zone = now.tzinfo
    # A fixed distance from UTC says nothing about yesterday, before summer time began; the PC's own clock knows.
    local = now.astimezone() if isinstance(zone, dt.timezone) else now
    moments = []
    for days in (-1, 0, 1):
        day = (local + dt.timedelta(days=days)).date()
        for time in plan.times:
            clock = dt.datetime.combine(day, time)
            at = clock if isinstance(zone, dt.timezone) else clock.replace(tzinfo=zone)
            moments.append(at.astimezone(dt.UTC))
    utc = now.astimezone(dt.UTC)  # two moments of one zone would be compared by their clocks
    fitting = [at for at in moments if (at <= utc) is latest]
    if not fitting:
        return None
    return max(fitting) if latest else min(fitting)
