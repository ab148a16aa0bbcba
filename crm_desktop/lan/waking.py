"""The host's server, whenever the program starts: that it runs, and that it is offered where the PC is now.

Office PCs get their addresses from a router, which gives other ones after a change.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crm_desktop.errors import Told
from crm_desktop.lan import announcing
from crm_desktop.lan import connection as ways
from crm_desktop.lan.announcing import Announcer, Note
from crm_desktop.lan.binaries import find
from crm_desktop.lan.certificate import fingerprint
from crm_desktop.lan.cluster import Cluster, access_text, addresses_text
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.hosting import Making, hosts_of, mark_of, offer_of, put_aside
from crm_desktop.lan.networks import Adapter, adapters
from crm_desktop.lan.service import Starter, starter
from crm_desktop.services.opening import database_path

log = logging.getLogger(__name__)


def cluster_of(connection: Connection) -> Cluster:
    """The server of a host. Raises Missing where its PostgreSQL is gone."""
    folder = Path(connection.folder)
    return Cluster(folder, find(version=_version(folder)))


def _version(folder: Path) -> int:
    try:
        return int((folder / "data" / "PG_VERSION").read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return 0


def wake(data: Path, by: Starter | None = None, near: Sequence[Adapter] | None = None) -> Connection | None:
    """The way of this PC; on the host the server runs then, at the addresses of now. Raises Told where it does not start."""
    connection = ways.kept(data)
    if connection is None or connection.part != HOST:
        return connection
    put_aside(database_path(data), connection)
    cluster, by = cluster_of(connection), by or starter(mark_of(data))
    try:
        connection = _follow(data, connection, cluster, by, near_of(connection) if near is None else near)
    except Told as error:
        log.warning("The addresses of the office stay as they were: %s", error)
    by.start(cluster)
    return connection


def near_of(connection: Connection) -> list[Adapter]:
    """Where the office is now: where somebody said, or where the adapters are."""
    return [Adapter("", ipaddress.ip_interface(text)) for text in connection.fixed] or adapters()


def _follow(data: Path, connection: Connection, cluster: Cluster, by: Starter, near: Sequence[Adapter]) -> Connection:
    """Offer the server where this PC is now, if that is elsewhere."""
    if not near or not _changed(cluster, connection, near):
        return connection
    log.info("The host has other addresses")
    offer = offer_of(Making(cluster.binaries, near, connection.port, by), connection)
    cluster.configure(offer)
    if cluster.running():
        by.stop(cluster)
    by.install(cluster, connection.port, offer.networks)
    fresh = replace(connection, hosts=hosts_of(near))
    ways.keep(data, fresh)
    return fresh


def _changed(cluster: Cluster, connection: Connection, near: Sequence[Adapter]) -> bool:
    offer = offer_of(Making(cluster.binaries, near, connection.port, starter("")), connection)
    try:
        return cluster.offered() != (addresses_text(offer), access_text(offer))
    except OSError as error:
        log.warning("What the server offers cannot be read: %s", type(error).__name__)
        return False


def note_of(connection: Connection) -> Note:
    """What the host says of itself on the network."""
    shown = fingerprint(connection.certificate) if connection.certificate else ""
    return Note(connection.office, connection.uid, connection.port, connection.database, shown)


def announcer(data: Path, connection: Connection) -> Announcer | None:
    """What answers PCs that look for the office; None where this PC is no host, or has lost its key."""
    key = ways.secret(data, ways.SIGNING)
    return Announcer(note_of(connection), key) if connection.part == HOST and key else None


def digits(data: Path) -> str:
    """The digits that the host shows, for joiners to compare; "" where it has none."""
    key = ways.secret(data, ways.SIGNING)
    return announcing.digits_of(key) if key else ""
