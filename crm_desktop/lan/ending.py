"""Stopping to share: all data go back into a file of this PC, compared as on the way there, and the server is kept aside.

Nobody else gets in while the data move. Whatever goes wrong before the last step, the office goes on as before.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused, Told, Unavailable
from crm_desktop.held_files import remove_patiently, rename_patiently, replace_patiently
from crm_desktop.lan import connection as ways
from crm_desktop.lan import people
from crm_desktop.lan.cluster import Cluster, Offer
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.entering import host_url
from crm_desktop.lan.hosting import Keep, Making, mark_of, offer_of, settled, superuser_address
from crm_desktop.lan.moving import move
from crm_desktop.lan.service import Starter, starter
from crm_desktop.lan.waking import cluster_of, near_of
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services import file_keys
from crm_desktop.services.opening import database_path
from crm_desktop.services.server_roles import Issued
from crm_desktop.words import _
from db import server
from db.engine import open_engine, sqlite_url

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alone:
    """What came of it. people: who got which first password; codes: the owner's new recovery codes; kept: the folder of the server."""

    rows: int
    people: tuple[Issued, ...]
    codes: tuple[str, ...]
    kept: Path


def stop_sharing(app: Application, password: str, keep: Keep, progress: Progress | None = None, by: Starter | None = None) -> Alone:
    """Bring all data back to this PC, the host, and end the server. `app` is closed on the way.

    password: of the owner at work. Raises Told; everything is as before then.
    """
    progress, data, actor = progress or Unwatched(), app.data, app.actor
    office = ways.kept(data)
    if office is None or office.part != HOST:
        raise Missing(_("This PC is not the host of an office."))
    people.check_owner(app, password)
    progress.report(0, None, _("Making a backup"))
    keep(app)
    url = host_url(data, office)
    app.close()
    database = database_path(data)
    file_keys.recall(data)  # what was encrypted on this PC before it shared, comes back encrypted
    if database.exists():
        raise Refused(_("There is a database here already."), _("Move the file {file} away first.").format(file=database))
    part, cluster = database.with_name(f"{database.name}.part"), cluster_of(office)
    remove_patiently(part)
    try:
        with closed(data, office, cluster):
            source, target = open_engine(url), open_engine(sqlite_url(part))
            try:
                arrived = move(source, target, progress)
                issued, codes = people.turn_on_alone(target, data, actor, password)
            finally:
                source.dispose()
                target.dispose()
            progress.check_cancelled()
            settled(part)
            replace_patiently(part, database)
            ways.forget(data)
    except OSError as error:
        raise Unavailable(_("The data folder cannot be written to."), _("Nothing was changed.")) from error
    finally:
        remove_patiently(part)
    kept = put_away(cluster, by or starter(mark_of(data)))
    log.info("Stopped sharing")
    return Alone(sum(each.rows for each in arrived.values()), issued, codes, kept)


@contextmanager
def closed(data: Path, office: Connection, cluster: Cluster) -> Iterator[None]:
    """Let nobody but the superuser of this PC in; everybody again where it went wrong."""
    near = near_of(office)
    open_to = offer_of(Making(cluster.binaries, near, office.port, starter("")), office)
    address = superuser_address(office, ways.secret(data, ways.SUPERUSER))
    _offer(cluster, replace(open_to, closed=True), address, cut=True)
    try:
        yield
    except BaseException:
        _offer(cluster, open_to, address, cut=False)
        raise


def _offer(cluster: Cluster, offer: Offer, address: server.Address, *, cut: bool) -> None:
    cluster.configure(offer)
    with server.session(address) as bare:
        if cut:
            server.close_to_others(bare)
        else:
            server.read_access_again(bare)


def put_away(cluster: Cluster, by: Starter) -> Path:
    """End a server for good and keep its folder under another name; where that cannot be done, it is logged."""
    try:
        by.remove(cluster)
    except Told as error:
        log.warning("The server goes on: %s", error)
        return cluster.folder
    target = cluster.folder.with_name(f"{cluster.folder.name}-stopped-{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}")
    try:
        rename_patiently(cluster.folder, target)
    except OSError as error:
        log.warning("The folder of the server keeps its name: %s", type(error).__name__)
        return cluster.folder
    return target
