"""Making another PC the host: it copies everything from the one that is it now, and the others follow at their next sign-in.

While the data move, nobody saves. In the end the old database says where they have gone and takes nothing more, in the same moment.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, replace
from pathlib import Path

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused, Unavailable
from crm_desktop.lan import connection as ways
from crm_desktop.lan import people
from crm_desktop.lan.cluster import SUPERUSER
from crm_desktop.lan.connection import HOST, MEMBER, Connection
from crm_desktop.lan.ending import put_away
from crm_desktop.lan.hosting import Keep, Making, Shared, cannot_encrypt, make_backups_here, mark_of, new_server
from crm_desktop.lan.join_file import host_is_near
from crm_desktop.lan.moving import move
from crm_desktop.lan.service import Starter, starter
from crm_desktop.lan.waking import cluster_of
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.faults import told
from crm_desktop.services.server_roles import as_owner, has_own_role
from crm_desktop.words import _
from db import server
from db.engine import reading, writing

log = logging.getLogger(__name__)


def move_here(
    app: Application, password: str, keep: Keep, made_of: Making, progress: Progress | None = None, folder: Path | None = None
) -> Shared:
    """Make this PC the host of the office it has joined. `app` is closed in any case.

    password: of the owner at work. Raises Told; everything is as before then.
    """
    progress, data, actor = progress or Unwatched(), app.data, app.actor
    office = ways.kept(data)
    if office is None or office.part == HOST:
        raise Missing(
            _("This PC is the host already.") if office else _("This PC has joined no office."),
            _("Join the office first, then make this PC its host."),
        )
    if office.encrypted and not made_of.binaries.tls:
        raise cannot_encrypt(made_of.binaries)
    people.check_owner(app, password)
    progress.report(0, None, _("Making a backup"))
    keep(app)
    try:
        with new_server(data, made_of, office.office, progress, folder) as fresh, as_owner(app) as source:
            with told(app), writing(source) as session:
                server.hold_still(session.connection())
                arrived = move(source, fresh.engine, progress)
                issued = people.turn_on(fresh.engine, data, actor, password)
                make_backups_here(fresh.engine)
                fresh.engine.dispose()
                progress.check_cancelled()
                fresh.offer()
                connection = replace(fresh.connection, uid=office.uid)
                fresh.make_ready()
                server.mark_moved(session.connection(), json.dumps(asdict(connection)))
            fresh.finish(connection)
    finally:
        app.close()
    rows = sum(each.rows for each in arrived.values())
    log.info("This PC is the host now: %d rows", rows)
    return Shared(connection, issued, rows, None)


def followed(app: Application) -> Connection | None:
    """Where the office's data have gone, which this PC keeps from now on; None where they are still here.

    app: with somebody at work, or opened by the host's own server.
    """
    office = ways.kept(app.data)
    if office is None or not (has_own_role(app) or app.engine.url.username == SUPERUSER):
        return None
    with told(app), reading(app.engine) as connection:
        facts = server.moved_to(connection)
    if not facts:
        return None
    fresh = _understood(facts)
    if fresh is None or fresh.uid != office.uid:
        raise Refused(
            _("The office's data have moved, and where to cannot be read."), _("Join again by the address of the new host.")
        )
    # Both PCs may call the folders of their servers alike; whoever was the host is not the new one.
    came = office.part == MEMBER and ways.secret(app.data, ways.SUPERUSER) and Path(fresh.folder).is_dir()
    if not came:
        fresh = replace(fresh, part=MEMBER, folder=office.folder, service=office.service, file="", fixed=())
    _keep(app.data, fresh)
    if office.part == HOST:
        for name in (ways.SUPERUSER, ways.SIGNING):
            ways.forget_secret(app.data, name)
    return fresh


def left_behind(office: Connection | None) -> bool:
    """Whether the server of before still stands on this PC, which was the host: it shows those who were away the way."""
    return office is not None and office.part == MEMBER and bool(office.folder)


def clear_away(data: Path, by: Starter | None = None) -> Path:
    """End the server that stayed behind on the host of before, once all have followed; its folder is kept under another name and given.

    Raises Missing where there is none, Unavailable.
    """
    office = ways.kept(data)
    if office is None or not left_behind(office):
        raise Missing(_("No server of before is left on this PC."))
    kept = put_away(cluster_of(office), by or starter(mark_of(data)))
    _keep(data, replace(office, folder="", service=""))
    return kept


def _keep(data: Path, office: Connection) -> None:
    try:
        ways.keep(data, office)
    except OSError as error:
        raise Unavailable(_("The settings of this PC cannot be written."), _("Check the folder's permissions.")) from error


def _understood(text: str) -> Connection | None:
    try:
        facts = json.loads(text)
        made = Connection(**{**facts, "hosts": tuple(facts["hosts"]), "fixed": tuple(facts["fixed"])})
    except (ValueError, TypeError, KeyError):
        return None
    return made if all(isinstance(h, str) and host_is_near(h) for h in made.hosts) and isinstance(made.port, int) else None
