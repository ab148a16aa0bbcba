"""What counts as an office network: private addresses of adapters that are up, and nothing that the internet could reach."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from crm_desktop.lan.networks import adapters, private


@dataclass
class Held:
    family: int
    address: str
    netmask: str | None


@dataclass
class State:
    isup: bool


V4, V6 = socket.AF_INET, socket.AF_INET6
HALF = "ffff:ffff:ffff:ffff::"
ADDRESSES = {
    "Ethernet": [Held(V4, "192.168.1.10", "255.255.255.0"), Held(V6, "fe80::1%3", HALF), Held(V6, "fd00::2", HALF)],
    "WLAN": [Held(V4, "10.20.30.40", "255.255.0.0"), Held(V6, "2001:db8::7", HALF)],
    "以太网 2": [Held(V4, "203.0.113.9", "255.255.255.0"), Held(V4, "100.64.0.1", "255.192.0.0")],
    "off": [Held(V4, "192.168.77.1", "255.255.255.0")],
    "vEthernet (WSL)": [Held(V4, "172.20.0.1", "255.255.240.0")],
    "docker0": [Held(V4, "172.17.0.1", "255.255.0.0")],
    "no mask": [Held(V4, "192.168.9.9", None)],
    "lo": [Held(V4, "127.0.0.1", "255.0.0.0")],
}


def test_only_the_office_is_offered_anything() -> None:
    found = adapters(ADDRESSES, {"off": State(False), "Ethernet": State(True)})
    assert [(a.name, a.address, a.network, a.broadcast) for a in found] == [
        ("Ethernet", "192.168.1.10", "192.168.1.0/24", "192.168.1.255"),
        ("WLAN", "10.20.30.40", "10.20.0.0/16", "10.20.255.255"),
        ("Ethernet", "fd00::2", "fd00::/64", ""),
    ]


def test_private_addresses() -> None:
    assert all(map(private, ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.1.1", "fd12:3456::1")))
    assert not any(map(private, ("172.32.0.1", "8.8.8.8", "192.0.2.1", "100.64.0.1", "2001:db8::1", "127.0.0.1", "", "host")))
