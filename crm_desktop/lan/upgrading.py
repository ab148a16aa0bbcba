"""A newer PostgreSQL for the host: a second server is made with it, all data are copied and compared, passwords come along, and only
then it takes the first one's place and port. The first is kept aside.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, text

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.lan import connection as ways
from crm_desktop.lan import people
from crm_desktop.lan.binaries import Binaries, find
from crm_desktop.lan.connection import HOST, Connection
from crm_desktop.lan.ending import closed, put_away
from crm_desktop.lan.entering import host_url
from crm_desktop.lan.hosting import Keep, Making, cannot_encrypt, mark_of, new_server, superuser_address
from crm_desktop.lan.moving import move
from crm_desktop.lan.service import PlainProcess, Starter, starter
from crm_desktop.lan.waking import cluster_of, near_of
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.words import _
from db import server, transfer
from db.engine import open_engine, reading, writing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upgraded:
    """What came of it. was, now: the versions of PostgreSQL; kept: the folder of the server of before."""

    was: int
    now: int
    rows: int
    kept: Path


def newer(office: Connection) -> Binaries | None:
    """The newer PostgreSQL that this PC has for its office; None where there is none. Raises Missing where there is none at all."""
    found = find()
    return found if found.version > cluster_of(office).version() else None


def upgrade(
    app: Application, password: str, keep: Keep, progress: Progress | None = None, by: Starter | None = None, to: Binaries | None = None
) -> Upgraded:
    """Bring the host's data into the newest PostgreSQL of this PC. `app` is closed on the way.

    password: of the owner at work. to: the PostgreSQL to take. Raises Told; everything is as before then.
    """
    progress, data, actor = progress or Unwatched(), app.data, app.actor
    office = ways.kept(data)
    if office is None or office.part != HOST:
        raise Missing(_("This PC is not the host of an office."))
    to = to or newer(office)
    if to is None:
        raise Refused(_("The office has the newest PostgreSQL of this PC already."))
    if office.encrypted and not to.tls:
        raise cannot_encrypt(to)
    people.check_owner(app, password)
    progress.report(0, None, _("Making a backup"))
    keep(app)
    url, first = host_url(data, office), cluster_of(office)
    was = first.version()
    app.close()
    by = by or starter(mark_of(data))
    made_of = Making(to, near_of(office), office.port, by, fixed=bool(office.fixed))
    # The port is the first server's until the last moment.
    with closed(data, office, first), new_server(data, made_of, office.office, progress, like=first) as fresh:
        source = open_engine(url)
        try:
            arrived = move(source, fresh.engine, progress)
            people.turn_on(fresh.engine, data, actor, password)
            _bring_passwords(source, fresh.engine, superuser_address(office, ways.secret(data, ways.SUPERUSER)), fresh.address())
        finally:
            source.dispose()
            fresh.engine.dispose()
        progress.check_cancelled()
        by.stop(first)
        try:
            fresh.offer()
        except BaseException:
            PlainProcess().stop(fresh.cluster)
            by.install(first, office.port, [a.network for a in made_of.near])
            raise
        fresh.finish(replace(fresh.connection, uid=office.uid, file=office.file))
    kept = put_away(first, PlainProcess())
    log.info("PostgreSQL %d in place of %d", to.version, was)
    return Upgraded(was, to.version, sum(each.rows for each in arrived.values()), kept)


def _bring_passwords(source: Engine, target: Engine, old: server.Address, new: server.Address) -> None:
    """Let everybody keep the password: as the server keeps it, and what the program knows of it."""
    with server.session(old) as before, server.session(new) as after:
        server.take_passwords(after, server.kept_roles(before, "crm/"))
    shape = next(s for s in transfer.shapes() if s.name == "credential")
    with reading(source) as out, writing(target) as session:
        session.execute(text("DELETE FROM credential"))
        rows = (row for part in transfer.read_rows(out, shape) for row in part)
        transfer.write_rows(session.connection(), shape, rows)
