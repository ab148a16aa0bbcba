"""The office's networks, as this PC's adapters know them: the only ones the database is offered to.

Addresses that the whole internet could reach are none of them, whatever the adapter says.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

Interface = ipaddress.IPv4Interface | ipaddress.IPv6Interface
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    # RFC 1918; addresses that PCs give themselves where nobody gives them one (RFC 3927); RFC 4193.
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7")
)
_VIRTUAL = ("docker", "br-", "veth", "virbr", "vethernet", "virtualbox", "vmware", "vmnet", "wsl", "tun", "tap", "wg", "zt", "tailscale")
"""Beginnings of the names of adapters that lead to no other PC of the office."""


@dataclass(frozen=True)
class Adapter:
    """An address of this PC in an office network."""

    name: str
    interface: Interface

    @property
    def address(self) -> str:
        """The address as one types it."""
        return str(self.interface.ip)

    @property
    def network(self) -> str:
        """The network as pg_hba.conf and the firewall take it."""
        return str(self.interface.network)

    @property
    def broadcast(self) -> str:
        """Where every PC of this network listens; "" for IPv6, which has none."""
        network = self.interface.network
        return str(network.broadcast_address) if isinstance(network, ipaddress.IPv4Network) else ""


def private(address: str) -> bool:
    """Whether an address belongs to office networks only."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found.version == n.version and found in n for n in _PRIVATE)


def adapters(
    addresses: Mapping[str, Sequence[Any]] | None = None, states: Mapping[str, Any] | None = None
) -> list[Adapter]:
    """The addresses of this PC in office networks, IPv4 first. addresses, states: as psutil gives them."""
    addresses = psutil.net_if_addrs() if addresses is None else addresses
    states = psutil.net_if_stats() if states is None else states
    found: list[Adapter] = []
    for name, held in addresses.items():
        state = states.get(name)
        if name.casefold().startswith(_VIRTUAL) or (state is not None and not state.isup):
            continue
        found += [Adapter(name, i) for i in _interfaces(held)]
    return sorted(found, key=lambda a: (a.interface.version, a.name, a.interface))


def _interfaces(held: Iterable[Any]) -> Iterable[Interface]:
    for one in held:
        if one.family not in (socket.AF_INET, socket.AF_INET6) or not one.netmask or not private(one.address):
            continue
        try:
            length = bin(int(ipaddress.ip_address(one.netmask))).count("1")
            yield ipaddress.ip_interface(f"{one.address}/{length}")
        except ValueError:
            continue
