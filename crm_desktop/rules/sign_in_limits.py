"""From which networks and at which hours somebody may sign in: how it is written, and whether it holds now.

Networks: `192.168.1.0/24, 10.0.0.5`. Hours: `1-5 08:00-18:00; 6 09:00-12:00`, days counted from Monday (1) to Sunday (7).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Sequence

from crm_desktop.words import _

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Span = tuple[frozenset[int], dt.time, dt.time]
_SPAN = re.compile(r"(?:(\d)(?:\s*-\s*(\d))?\s+)?(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)")


def networks(text: str) -> list[Network]:
    """The networks that a text names. Raises ValueError with words."""
    found: list[Network] = []
    for part in re.split(r"[\s,;，；]+", text.strip()):
        if not part:
            continue
        try:
            found.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            raise ValueError(_("“{text}” is no network such as 192.168.1.0/24.").format(text=part)) from None
    return found


def in_networks(text: str, address: str) -> bool:
    """Whether an address lies in one of the networks; an empty text names them all. No address: the database is on this PC."""
    wanted = networks(text)
    if not wanted or not address:
        return True
    here = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(here, ipaddress.IPv6Address) and here.ipv4_mapped is not None:
        here = here.ipv4_mapped
    return any(here in network for network in wanted)


def hours(text: str) -> list[Span]:
    """The spans that a text names: days, from, to. Raises ValueError with words."""
    found: list[Span] = []
    for part in re.split(r"[;；,，]+", text.replace("：", ":").replace("–", "-")):
        if not part.strip():
            continue
        match = _SPAN.fullmatch(part.strip())
        span = _span(match) if match else None
        if span is None:
            raise ValueError(_("“{text}” are no hours such as 1-5 08:00-18:00 (1 is Monday).").format(text=part.strip()))
        found.append(span)
    return found


def _span(match: re.Match[str]) -> Span | None:
    first, last, *clock = match.groups()
    days = range(int(first), int(last or first) + 1) if first else range(1, 8)
    since, until = (int(clock[0]), int(clock[1])), (int(clock[2]), int(clock[3]))
    if not days or days[0] < 1 or days[-1] > 7 or until <= since or until > (24, 0) or since[1] > 59 or until[1] > 59:
        return None
    return frozenset(days), dt.time(*since), dt.time.max if until == (24, 0) else dt.time(*until)


def in_hours(text: str, moment: dt.datetime) -> bool:
    """Whether a local moment lies in one of the spans; an empty text names them all."""
    spans: Sequence[Span] = hours(text)
    return not spans or any(moment.isoweekday() in days and since <= moment.time() < until for days, since, until in spans)


def pause(failures: int, free: int) -> int:
    """The seconds to wait after so many failed attempts: none for the first `free`, then twice as long each time, at most a minute."""
    return 0 if failures < free else min(60, 2 ** min(failures - free, 6))
