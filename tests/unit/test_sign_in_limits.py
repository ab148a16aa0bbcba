"""Networks and hours as they are written, and whether they hold."""

from __future__ import annotations

import datetime as dt

import pytest

from crm_desktop.rules.sign_in_limits import hours, in_hours, in_networks, networks, pause

MONDAY = dt.datetime(2026, 3, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("192.168.1.77", True), ("192.168.2.1", False), ("10.0.0.5", True), ("10.0.0.6", False), ("::ffff:192.168.1.3", True),
        ("fd00::1", True), ("fe80::1%eth0", False), ("", True),
    ],
)  # fmt: skip
def test_networks(address: str, inside: bool) -> None:
    assert in_networks("192.168.1.0/24, 10.0.0.5；fd00::/8", address) is inside


def test_no_networks_are_all_networks() -> None:
    assert in_networks(" ", "203.0.113.9")


@pytest.mark.parametrize("text", ["192.168.1", "300.1.1.1", "office"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        networks(text)


@pytest.mark.parametrize(
    ("day", "clock", "inside"),
    [
        (0, "08:00", True), (0, "07:59", False), (4, "17:59", True), (4, "18:00", False),
        (5, "09:30", True), (5, "12:00", False), (6, "10:00", False),
    ],
)  # fmt: skip
def test_hours(day: int, clock: str, inside: bool) -> None:
    moment = MONDAY + dt.timedelta(days=day, hours=int(clock[:2]), minutes=int(clock[3:]))
    assert in_hours("1-5 08:00-18:00; 6 9:00–12:00", moment) is inside


def test_hours_of_every_day_until_midnight() -> None:
    assert in_hours("20:00-24:00", MONDAY + dt.timedelta(days=6, hours=23, minutes=59))
    assert not in_hours("20:00-24:00", MONDAY)
    assert in_hours("", MONDAY)


@pytest.mark.parametrize(
    "text",
    ["8-18", "0 08:00-18:00", "1-8 08:00-18:00", "5-1 08:00-18:00", "18:00-08:00", "08:00-24:30", "08:60-09:00", "mornings"],
)
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="1-5 08:00-18:00"):
        hours(text)


def test_pauses_grow() -> None:
    assert [pause(n, 3) for n in range(1, 12)] == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
