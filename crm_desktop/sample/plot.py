"""How the customers of the sample company behave: how much they buy and when, how they pay, since when, and until when.

The names are in cast_zh.py and cast_en.py, in the same order. Everything counts back from the day the company is made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

DAYS = 730
OWNER, SALES_ONE, SALES_TWO, FINANCE, LI_NA, HUANG, LIU_YANG, WAREHOUSE, SERVICE = range(9)
"""The people: who looks at the sample, then those of the cast, in their order."""


@dataclass(frozen=True)
class Client:
    """One customer. city: place in the cast's cities; orders: about so many in two years; size: per cent of a usual order.

    since, until: days ago between which there are orders; lost: days ago the customer was lost.
    """

    city: int
    industry: str
    level: str
    source: str
    owner: int
    orders: int = 0
    size: int = 100
    trend: str = "steady"  # growing, shrinking
    pays: str = "prompt"  # early, slow, late, broke
    terms: str = "30"  # project, 60, 0
    limit: int | None = None
    since: int = DAYS
    until: int = 0
    status: str = "won"
    tags: tuple[str, ...] = ()


CLIENTS = (
    Client(2, "machinery", "A", "fair", LI_NA, 30, 170, "growing", "prompt", "30", 400_000, tags=("key",)),
    Client(1, "electronics", "A", "referral", OWNER, 9, 330, "growing", "prompt", "project", 1_500_000, tags=("key",)),
    Client(0, "textile", "A", "old", HUANG, 26, 90, terms="60", limit=500_000, tags=("key", "monthly")),
    Client(2, "building", "B", "fair", HUANG, 13, 130, limit=400_000),
    Client(7, "food", "B", "call", LI_NA, 14, 80, limit=300_000),
    Client(5, "machinery", "C", "fair", LI_NA, 11, 120, pays="late", terms="60", limit=600_000, tags=("slow",)),
    Client(17, "building", "C", "web", HUANG, 10, 100, pays="late", limit=300_000, tags=("slow",)),
    Client(4, "machinery", "D", "visit", LI_NA, 7, 60, "shrinking", "broke", "60", 100_000, until=255, status="inactive", tags=("risk",)),
    Client(3, "electronics", "B", "old", LI_NA, 13, 130, "shrinking", limit=400_000, until=240, status="lost", tags=("old",)),
    Client(0, "services", "C", "referral", HUANG, 9, 70, limit=200_000, until=195, status="lost"),
    Client(6, "chemistry", "C", "call", HUANG, 18, 90, "shrinking", "slow", "30", 200_000, tags=("old",)),
    Client(13, "machinery", "B", "fair", LIU_YANG, 13, 110, "growing", "early", since=265, limit=500_000, tags=("fair",)),
    Client(0, "logistics", "B", "referral", OWNER, 7, 120, terms="project", limit=500_000),
    Client(3, "machinery", "B", "visit", LI_NA, 12, 90, limit=300_000),
    Client(2, "machinery", "C", "call", LI_NA, 9, 50, pays="slow"),
    Client(1, "machinery", "B", "fair", LIU_YANG, 10, 130, limit=500_000),
    Client(4, "electronics", "C", "web", LIU_YANG, 8, 60, terms="0"),
    Client(0, "machinery", "B", "old", HUANG, 12, 80, limit=300_000, tags=("old",)),
    Client(8, "machinery", "B", "fair", HUANG, 7, 140, pays="slow", terms="60", limit=500_000),
    Client(9, "building", "C", "fair", HUANG, 7, 70),
    Client(10, "electronics", "B", "referral", LIU_YANG, 9, 100, "growing", limit=400_000, tags=("fair",)),
    Client(11, "chemistry", "C", "web", LIU_YANG, 8, 60, pays="early"),
    Client(12, "machinery", "C", "fair", LIU_YANG, 7, 70, pays="slow"),
    Client(14, "machinery", "B", "fair", LIU_YANG, 5, 220, terms="60", limit=800_000, tags=("fair",)),
    Client(15, "services", "C", "web", LIU_YANG, 5, 80, pays="slow", terms="60"),
    Client(16, "logistics", "B", "referral", OWNER, 7, 150, terms="project", limit=800_000),
    Client(18, "machinery", "C", "visit", HUANG, 8, 70),
    Client(19, "food", "C", "old", HUANG, 8, 100, pays="slow", limit=200_000, tags=("old",)),
    Client(2, "building", "B", "call", LI_NA, 9, 90, "shrinking", limit=300_000),
    Client(3, "services", "C", "web", LI_NA, 7, 50, terms="0"),
    Client(6, "machinery", "B", "referral", LI_NA, 8, 90, "growing", "early", limit=300_000),
    Client(7, "services", "C", "call", LI_NA, 6, 70, pays="slow", terms="60"),
    Client(5, "textile", "C", "old", LI_NA, 6, 60, until=330, status="inactive"),
    Client(0, "machinery", "B", "fair", HUANG, 10, 110, limit=400_000),
    Client(1, "medical", "C", "web", LIU_YANG, 4, 60, since=400, terms="0"),
    Client(4, "machinery", "C", "visit", LIU_YANG, 7, 40),
    Client(2, "retail", "D", "call", LI_NA, status="following"),
    Client(0, "machinery", "B", "fair", LIU_YANG, status="quoted", tags=("fair",)),
    Client(3, "machinery", "C", "web", HUANG, status="quoted"),
    Client(6, "chemistry", "C", "web", LIU_YANG, status="following"),
    Client(5, "food", "D", "fair", LI_NA, status="prospect", tags=("fair",)),
    Client(7, "food", "D", "call", OWNER, status="prospect"),
)  # fmt: skip

HENGDA, JINPENG, DONGSHENG, MINGHUI, TIANCHENG, HAIHONG, WANLI, YONGXIN, RUIFENG, LIANCHUANG = range(10)

_FESTIVALS = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11),
    2033: (1, 31), 2034: (2, 19), 2035: (2, 8), 2036: (1, 28), 2037: (2, 15), 2038: (2, 4), 2039: (1, 24), 2040: (2, 12),
}  # fmt: skip
_MONTHS = (0, 80, 70, 165, 150, 100, 85, 75, 85, 155, 150, 160, 140)


def season(day: dt.date) -> int:
    """How much is ordered on a day, in per cent of a usual one: the Spring Festival, spring and autumn, and the end of the year."""
    if day.weekday() == 6:
        return 0
    month, date = _FESTIVALS.get(day.year, (2, 6))
    from_festival = (day - dt.date(day.year, month, date)).days
    if -5 <= from_festival <= 8:
        return 0
    if -12 <= from_festival <= 15:
        return 12
    if (day.month, day.day) in {(10, n) for n in range(1, 8)} | {(5, n) for n in range(1, 4)} | {(1, 1)}:
        return 0
    return _MONTHS[day.month] * (40 if day.weekday() == 5 else 100) // 100


def wish(client: Client, ago: int) -> int:
    """How likely a customer orders so many days ago, in per cent of a usual day."""
    if not client.until <= ago <= client.since:
        return 0
    span = max(1, client.since - client.until)
    gone = 100 * (client.since - ago) // span  # of its time with us
    return {"growing": 35 + 130 * gone // 100, "shrinking": 165 - 130 * gone // 100}.get(client.trend, 100)


def works(day: dt.date) -> dt.date:
    """The day itself, or the next one on which anybody works."""
    while not season(day):
        day += dt.timedelta(days=1)
    return day
