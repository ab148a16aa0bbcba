"""The people of an office when it begins: the owner keeps the password, everybody else gets one for the first sign-in.

On the server each person signs in with a login role of their own. What this PC kept of passwords so far cannot be turned into that: it
is a hash, on purpose.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine, select

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import NotSignedIn, Refused
from crm_desktop.options import Options
from crm_desktop.records.registry import BUILT_IN
from crm_desktop.services import credentials, server_roles, signing_in
from crm_desktop.services.opening import load
from crm_desktop.services.people_guard import everything
from crm_desktop.services.server_roles import Issued
from crm_desktop.words import _
from db.engine import reading
from db.models.office import User
from db.models.system import SchemaFact


def check_owner(app: Application, password: str) -> None:
    """Make sure that an owner is at work, and that this is the owner's password, or a good one where sign-in is off.

    Raises Refused, NotSignedIn, Invalid at "password".
    """
    if app.actor.user_id is None or not everything(app.actor):
        raise Refused(_("Only an owner does this."), _("An owner is who holds a position with every right."))
    if server_roles.has_own_role(app):
        if not server_roles.proves(app, password):
            raise NotSignedIn(_("This is not your password."))
    elif credentials.is_required(app):
        signing_in.unlock_window(app, password)
    else:
        credentials.check_new(app, app.actor.user_id, password)


def app_on(engine: Engine, data: Path, actor: Actor) -> Application:
    """The program on a server, with somebody at work who proved it elsewhere."""
    app = Application(engine, data, actor, {t.key: t for t in BUILT_IN}, Options({}))
    load(app)
    app.actor = replace(actor, proven=True)
    return app


def turn_on(engine: Engine, data: Path, actor: Actor, password: str) -> tuple[Issued, ...]:
    """Turn sign-in and the rights inside the server on; `engine` comes as the server's administrator. Gives who got which first
    password."""
    return tuple(server_roles.turn_on(app_on(engine, data, actor), password))


def turn_on_alone(engine: Engine, data: Path, actor: Actor, password: str) -> tuple[tuple[Issued, ...], tuple[str, ...]]:
    """Turn sign-in on in a database of one PC that came from a server, where it knows no passwords: the owner keeps the own one, everybody
    else gets one for the first sign-in. Gives those, and the owner's recovery codes."""
    app, table = app_on(engine, data, actor), User.__table__
    credentials.turn_off(app)
    codes = tuple(credentials.turn_on(app, password))
    with reading(engine) as connection:
        others = connection.execute(
            select(table.c.id, table.c.name, table.c.sign_in)
            .where(table.c.active, table.c.id != (actor.user_id or 0))
            .order_by(table.c.name_key, table.c.id)
        ).all()
    return tuple(Issued(id_, name, sign_in, credentials.reset(app, id_)) for id_, name, sign_in in others), codes


def uid(engine: Engine) -> str:
    """The database's own id."""
    table = SchemaFact.__table__
    with reading(engine) as connection:
        return str(connection.scalar(select(table.c.value).where(table.c.key == "uid")) or "")
