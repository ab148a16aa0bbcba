"""An owner of an office who lost the password, and no other owner is there to give a new one.

On a server each person is a login role, and nothing may open the data before somebody has signed in: so there are no recovery codes, whose
keeper would have to be let in with a password that is not their own. Who administers the server can do everything in it anyway, and
gives the owner a one-time password: on a host that is the account that shared, whose credential store keeps the server's password.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.lan.entering import open_as_host
from crm_desktop.lan.using import Target
from crm_desktop.rules.passwords import one_time_password
from crm_desktop.services import attempts, events
from crm_desktop.services.access import rights_of
from crm_desktop.services.access_upkeep import bump
from crm_desktop.services.faults import told
from crm_desktop.services.opening import open_url
from crm_desktop.services.people_guard import everything
from crm_desktop.services.server_logins import give_password, guarded
from crm_desktop.services.server_roles import Issued
from crm_desktop.words import _
from db.engine import writing
from db.models.office import User

log = logging.getLogger(__name__)


def on_host(data: Path, name: str) -> Issued:
    """Give an owner a one-time password, on the host PC. Raises Missing where this PC is no host or there is no such person, Refused for
    whoever is no owner."""
    app = open_as_host(data)
    try:
        return _give(app, name)
    finally:
        app.close()


def on_server(target: Target, data: Path, name: str) -> Issued:
    """The same on a server that stands by itself, for its administrator; `data` is this PC's folder."""
    if not target.there:
        raise Missing(_("There is no office in the database “{name}”.").format(name=target.administrator.database))
    app = open_url(target.administrator.url(), data)
    try:
        return _give(app, name)
    finally:
        app.close()


def _give(app: Application, name: str) -> Issued:
    """app: opened by the server's administrator."""
    table, word = User.__table__, one_time_password()
    with told(app), writing(app.engine) as session:
        if not guarded(session):
            raise Refused(_("Nobody signs in to this server with a password of their own."))
        query = select(table.c.id, table.c.name, table.c.sign_in).where(table.c.active, (table.c.sign_in == name) | (table.c.name == name))
        found = session.execute(query.order_by(table.c.sign_in != name, table.c.id)).first()
        if found is None:
            raise Missing(_("There is no active user “{name}”.").format(name=name))
        owner = replace(Actor(found.id, found.name), rights=rights_of(session, found.id))
        if not everything(owner):
            raise Refused(
                _("{name} is no owner.").format(name=found.name), _("An owner gives everybody else a new password, under Sign-in.")
            )
        give_password(session, found.id, word, one_time=True)
        attempts.forget(session, f"user:{found.id}")
        bump(session)  # a program where this person is at work lets nobody go on
        facts = {"method": "server administrator"}
        who = _("Administrator of the server")
        events.record(app, "password_reset", found.name, facts, about=("users", found.id), session=session, person=who)
    log.warning("An owner got a one-time password from the server's administrator")
    return Issued(found.id, found.name, found.sign_in, word)
