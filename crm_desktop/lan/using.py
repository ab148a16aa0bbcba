"""A PostgreSQL server that stands already, in place of a host PC: its administrator's sign-in sets a database up on it, once.

What an administrator has to know stands in docs/lan.md. The administrator's password is used and forgotten.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Invalid, Refused, Unavailable
from crm_desktop.lan import connection as ways
from crm_desktop.lan import people
from crm_desktop.lan.connection import Connection
from crm_desktop.lan.hosting import Keep, Shared, check_still_the_same, kept_name, put_aside, settled, still
from crm_desktop.lan.joining import certificate_at, unreachable
from crm_desktop.lan.moving import move
from crm_desktop.progress import Progress, Unwatched
from crm_desktop.services.credentials import company_settings
from crm_desktop.services.opening import database_path
from crm_desktop.words import _
from db import errors as fault
from db import schema, server
from db.engine import reading

log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")


@dataclass(frozen=True)
class Target:
    """A database on a server. administrator: how its administrator comes in; there: it holds an office of this program already."""

    administrator: server.Address
    office: Connection
    there: bool


def look_at(url: str, password: str) -> Target:
    """Look at the server, and at the database if there is one. Raises Invalid, Unavailable, Refused."""
    address = _address(url, password)
    shown = certificate_at(address.host, address.port)
    # A certificate that an authority signed is not kept: it is replaced every year. The password is bound to it all the same.
    address = replace(address, encrypted=bool(shown))
    try:
        with server.session(replace(address, database="postgres")) as bare:
            version = bare.info.server_version // 10_000
            if version < server.OLDEST:
                words = _("This server has PostgreSQL {version}, and the program needs {oldest} or newer.")
                raise Refused(words.format(version=version, oldest=server.OLDEST))
            if not server.may_set_up(bare):
                raise Refused(
                    _("{role} may not set a database up on this server.").format(role=address.role),
                    _("It has to be a superuser, or may at least make databases and roles."),
                )
            there = server.has_database(bare, address.database)
    except server.WrongPassword as error:
        raise Refused(_("The server does not let {role} in with this password.").format(role=address.role)) from error
    except fault.DatabaseFault as error:
        raise unreachable(address.host, address.port) from error
    office = Connection(address.database, "", (address.host,), address.port, address.database, bool(shown))
    return Target(address, _of_office(address, office) if there else office, there)


def _address(url: str, password: str) -> server.Address:
    try:
        found = server.address_of(url)
    except (ValueError, fault.DatabaseFault) as error:
        raise _not_understood() from error
    if not found.host or not found.role or not _NAME.fullmatch(found.database):
        raise _not_understood()
    return replace(found, password=password or found.password)


def _not_understood() -> Invalid:
    return Invalid(
        {
            "url": _(
                "Please give it as postgresql://ADMINISTRATOR@HOST:PORT/DATABASE; the name of the database has small letters, digits and _."
            )
        }
    )


def _of_office(address: server.Address, office: Connection) -> Connection:
    """The office in a database that is there. Raises Refused where it is another program's."""
    engine = server.engine_at(address)
    foreign = Refused(
        _("The database “{name}” on this server belongs to another program.").format(name=address.database),
        _("Nothing was changed. Give another name."),
    )
    try:
        if schema.version(engine) is None:
            raise foreign
        with reading(engine) as connection:
            name = server.company_name(connection)
        return replace(office, office=name or office.office, uid=people.uid(engine))
    except fault.Foreign as error:
        raise foreign from error
    finally:
        engine.dispose()


def use(
    app: Application, password: str, target: Target, keep: Keep, progress: Progress | None = None
) -> Shared:
    """Set a database up on the server and move the data of this PC into it. `app` is closed on the way.

    password: of the owner at work, who signs in with it from then on. Raises Told; everything is as before then.
    """
    progress, data, actor = progress or Unwatched(), app.data, app.actor
    if target.there:
        raise Refused(_("The database “{name}” is on this server already.").format(name=target.office.database))
    if ways.kept(data) is not None:
        raise Refused(_("This PC shares already, or has joined an office."), _("“crm-desktop lan status” tells of it."))
    people.check_owner(app, password)
    progress.report(0, None, _("Making a backup"))
    keep(app)
    name = company_settings(app).get(s.COMPANY_NAME)
    app.close()
    database = database_path(data)
    settled(database)
    with _fresh(target.administrator) as engine:
        with still(database) as source:
            arrived = move(source, engine, progress)
        progress.report(0, None, _("Turning rights on"))
        issued = people.turn_on(engine, data, actor, password)
        connection = replace(target.office, office=name, uid=people.uid(engine), file=kept_name(database))
        progress.check_cancelled()
        check_still_the_same(database, arrived)
        ways.keep(data, connection)
    kept = put_aside(database, connection)
    rows = sum(each.rows for each in arrived.values())
    log.info("A server keeps the data now: %d rows", rows)
    return Shared(connection, issued, rows, kept)


@contextmanager
def _fresh(administrator: server.Address) -> Iterator[Engine]:
    """An empty database, which is dropped again where it does not come to anything."""
    maintenance = replace(administrator, database="postgres")
    try:
        with server.session(maintenance) as bare:
            server.make_database(bare, administrator.database, administrator.role)
    except fault.DatabaseFault as error:
        raise Unavailable(_("The server did not make the database."), str(error)) from error
    engine = server.engine_at(administrator)
    try:
        yield engine
    except BaseException:
        engine.dispose()
        with server.session(maintenance) as bare:
            server.drop_database(bare, administrator.database)
            server.drop_roles(bare, administrator.database)
        raise
    engine.dispose()

