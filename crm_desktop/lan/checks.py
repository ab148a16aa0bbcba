"""What is looked at before this PC becomes the host: PostgreSQL, disk, network, port, sleep, encryption."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from crm_desktop.errors import Told
from crm_desktop.lan import power
from crm_desktop.lan.binaries import SOURCES, Binaries, find
from crm_desktop.lan.calling import path_for
from crm_desktop.lan.cluster import PORT, port_is_free
from crm_desktop.lan.networks import Adapter, adapters
from crm_desktop.words import _

GOOD, NOTE, BAD = "good", "note", "bad"
_MB = 1 << 20
_LEAST = 1000 * _MB
_TIMES = 5
"""How often the present data have to fit on the disk: a backup and its trial, the server, and its journal while the data move."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. state: GOOD, NOTE (sharing works, and somebody should know), BAD (it does not)."""

    key: str
    state: str
    words: str
    advice: str = ""


@dataclass(frozen=True)
class Readiness:
    """All of it, and what was found for sharing."""

    checks: tuple[Check, ...]
    binaries: Binaries | None
    adapters: tuple[Adapter, ...]

    @property
    def ready(self) -> bool:
        """Whether sharing will work."""
        return all(c.state != BAD for c in self.checks)

    @property
    def obstacle(self) -> Check | None:
        """The first thing that keeps it from working."""
        return next((c for c in self.checks if c.state == BAD), None)


def look(folder: Path, size: int, port: int = PORT, found: Sequence[Adapter] | None = None) -> Readiness:
    """Look at this PC. folder: where the server will lie; size: bytes of the present data; found: the office's networks when known."""
    near = tuple(adapters() if found is None else found)
    binaries, first = _programs()
    checks = [first, *_folder(folder), _disk(folder, size), _network(near), _port(port, near), _sleep(), *_battery()]
    if binaries is not None:
        checks.append(_encryption(binaries))
    return Readiness(tuple(checks), binaries, near)


def _programs() -> tuple[Binaries | None, Check]:
    try:
        found = find()
    except Told as error:
        return None, Check("programs", BAD, error.message, error.advice)
    words = _("PostgreSQL {version}, {source}").format(version=found.version, source=_(SOURCES[found.source]))
    return found, Check("programs", GOOD, words)


def _folder(folder: Path) -> list[Check]:
    try:
        path_for(folder)
    except Told as error:
        return [Check("folder", BAD, error.message, error.advice)]
    return []


def _disk(folder: Path, size: int) -> Check:
    there = next(f for f in (folder, *folder.parents) if f.exists())
    free, wanted = shutil.disk_usage(there).free, _LEAST + _TIMES * size
    words = _("{free} MB of {folder} are free").format(free=f"{free // _MB:,}", folder=there)
    if free >= wanted:
        return Check("disk", GOOD, words)
    advice = _("{wanted} MB are needed. Free some space, or choose another disk.").format(wanted=f"{wanted // _MB:,}")
    return Check("disk", BAD, words, advice)


def _network(near: Sequence[Adapter]) -> Check:
    if near:
        return Check(
            "network", GOOD, _("Office network: {networks}").format(networks=", ".join(a.network for a in near))
        )
    return Check(
        "network", BAD, _("This PC is in no office network."),
        _("Connect it by cable or Wi-Fi. Addresses of the internet are no office network, and nothing is offered there."),
    )  # fmt: skip


def _port(port: int, near: Sequence[Adapter]) -> Check:
    if port_is_free(port, ("127.0.0.1", *(a.address for a in near))):
        return Check("port", GOOD, _("Port {port} is free").format(port=port))
    advice = _("Choose another port, such as {port}.").format(port=port + 1)
    return Check("port", BAD, _("Another program uses port {port}.").format(port=port), advice)


def _sleep() -> Check:
    minutes = power.sleeps_after()
    if not minutes:
        words = _("This PC does not fall asleep") if minutes == 0 else _("Whether this PC falls asleep is not known")
        return Check(
            "sleep",
            GOOD if minutes == 0 else NOTE,
            words,
            "" if minutes == 0 else _("Nobody can work while it sleeps."),
        )
    return Check(
        "sleep", NOTE, _("This PC falls asleep after {minutes} minutes.").format(minutes=minutes),
        _("Nobody can work while it sleeps. Let it stay awake while it is plugged in."),
    )  # fmt: skip


def _battery() -> list[Check]:
    if not hasattr(psutil, "sensors_battery") or psutil.sensors_battery() is None:
        return []
    advice = _("A PC that is carried home takes the database along. Better choose one that stays.")
    return [Check("battery", NOTE, _("This PC has a battery."), advice)]


def _encryption(binaries: Binaries) -> Check:
    if binaries.tls:
        return Check("encryption", GOOD, _("Encrypted on the network"))
    return Check("encryption", NOTE, _("Not encrypted on the network."), how_to_encrypt())


def how_to_encrypt() -> str:
    """What to do for encryption."""
    return _(
        "This PostgreSQL cannot encrypt: whoever can listen in your network can read along, though no password. Put a PostgreSQL with"
        " TLS (from postgresql.org) into the folder “postgres” beside the program, then share anew."
    )
