"""Opening a data folder (one PC, SQLite) or a database server: made when it is new, migrated when it is older."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Missing, NotSignedIn, Refused, Told, Unavailable
from crm_desktop.folders import DATABASE as DATABASE
from crm_desktop.folders import database_path as database_path
from crm_desktop.options import Options
from crm_desktop.records.registry import BUILT_IN, load_options, load_types
from crm_desktop.services import file_keys, file_leftovers
from crm_desktop.services.access import actor_of
from crm_desktop.services.faults import words_for
from crm_desktop.services.seeding import (
    add_missing_options,
    add_missing_pipeline,
    add_missing_positions,
    add_missing_sequences,
    seed,
)
from crm_desktop.services.server_logins import at_the_door, guarded
from crm_desktop.services.server_rights import guard
from crm_desktop.services.sign_in_need import nobody, required
from crm_desktop.words import _
from db import errors as fault
from db import history, notify, schema
from db.engine import open_engine, reading, sqlite_url, writing
from db.models.office import User
from db.roles import own

log = logging.getLogger(__name__)

Before = Callable[[Engine], object]


@dataclass(frozen=True)
class NewCompany:
    """What a new database begins with. language: of its units and of the names people see first."""

    company: str
    person: str
    language: str = "zh_CN"


def _nobody(engine: Engine, data: Path) -> Application:
    """The program before anybody is at work: knows the built-in types only."""
    types = {t.key: t for t in BUILT_IN}
    return Application(engine, data, Actor(None, "", station=platform.node()), types, Options({}))


def _actor(session: Session, name: str | None) -> Actor:
    table = User.__table__
    query = select(table.c.id).where(table.c.active).order_by(table.c.id)
    if name is not None:
        query = query.where((table.c.sign_in == name) | (table.c.name == name))
    id_ = session.scalar(query.limit(1))
    found = None if id_ is None else actor_of(session, id_, platform.node())
    if found is None:
        raise Missing(_("There is no active user “{name}”.").format(name=name or ""))
    return found


def _signed_in(session: Session) -> Actor:
    """The person whose login role the program works under."""
    me = session.scalar(text("SELECT crm_me()"))
    found = None if me is None else actor_of(session, me, platform.node())
    if found is None:
        raise NotSignedIn(_("You have been switched off as a user."), _("Ask your administrator."))
    return replace(found, proven=True)


def load(app: Application, user: str | None = None) -> None:
    """Read what is kept in memory: record types with custom fields, options, the person at work; where sign-in is on, nobody yet
    (see services/signing_in.py)."""
    with Session(app.engine) as session:
        app.types = load_types(session)
        app.options = load_options(session, app.types.values())
        if own(session):
            app.actor = _signed_in(session)
        else:
            app.actor = nobody(platform.node()) if required(session) else _actor(session, user)


def reload_setup(app: Application) -> None:
    """Read record types and options again after someone changed them."""
    with Session(app.engine) as session:
        app.types = load_types(session)
        app.options = load_options(session, app.types.values())


def bring_up_to_date(engine: Engine, file: Path | None = None, before: Before | None = None) -> None:
    """Take an older database to this program's version, with what its later tables begin with; `file` is copied aside before.

    before: makes a backup first, where there is no file to copy. Raises as db/schema.py says; nothing happens to one of this version.
    """
    current = schema.version(engine)
    if current == schema.head():
        return
    if before is not None and current is not None and schema.knows(current):
        before(engine)
    schema.upgrade(engine, file)
    with writing(engine) as session:
        add_missing_sequences(session)
        add_missing_options(session)
        add_missing_pipeline(session)
        history.seal(session.connection())
        add_missing_positions(session)
        notify.tell_schema(session, schema.head())


def renew_guard(app: Application) -> None:
    """Where people sign in to a server with own roles: let it guard what this version's tables hold. For the server's administrator."""
    with writing(app.engine) as session:
        if guarded(session):
            guard(app, session.connection())
            session.execute(text("SELECT crm_follow()"))


def _open(
    engine: Engine,
    data: Path,
    file: Path | None,
    create: NewCompany | None,
    user: str | None,
    before: Before | None = None,
) -> Application:
    app = _nobody(engine, data)
    if at_the_door(app):
        app.actor = nobody(platform.node())
        return app
    try:
        if schema.version(engine) is None:
            if create is None:
                raise Missing(
                    _("There is no database yet."), _("Create one with “crm-desktop new”, or start the program.")
                )
            # Tables and first records in one go: a program killed in between leaves an empty file, not half a company.
            schema.create(engine, partial(seed, company=create.company, person=create.person, language=create.language))
        elif create is not None:
            raise Refused(
                _("There is a database here already."),
                _("An existing database is never overwritten. Choose another folder."),
            )
        elif schema.version(engine) != schema.head():
            bring_up_to_date(engine, file, before)
            load(app, user)
            renew_guard(app)
        load(app, user)
    except fault.DatabaseFault as error:
        engine.dispose()
        raise words_for(app, error) from error
    except Told:
        engine.dispose()
        raise
    return app


def open_folder(data: Path, *, create: NewCompany | None = None, user: str | None = None) -> Application:
    """Open the SQLite database of a data folder, as `user` (sign-in name or name; the first active one when None).

    Where sign-in is on, nobody is at work until services/signing_in.py lets somebody in.
    create: make a new one; an existing database is never overwritten. Raises Missing when there is none, Refused when there is
    one already, KeyNeeded for an encrypted one whose key this PC does not know, Unavailable when the folder or the file cannot be used.
    """
    file = database_path(data)
    if create is None and not file.exists():
        raise Missing(
            _("There is no database in {folder}.").format(folder=data),
            _("Create one with “crm-desktop new”, or start the program."),
        )
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            _("The data folder {folder} cannot be made.").format(folder=data),
            _("Choose another folder, or check its permissions."),
        ) from error
    file_leftovers.finish(data)
    if create is None:  # a new one begins in the clear, whatever was in this folder once
        file_keys.recall(data)
    return _open(open_engine(sqlite_url(file)), data, file, create, user)


def open_url(
    url: str,
    data: Path,
    *,
    create: NewCompany | None = None,
    user: str | None = None,
    before_upgrade: Before | None = None,
) -> Application:
    """Open the database at a SQLAlchemy URL; `data` is this PC's folder for logs and settings.

    A server's address without a name in it is only the door: nothing is asked of the server until services/signing_in.py lets somebody in.

    before_upgrade: called before an older database is migrated; makes the backup, see backups/before.py.
    """
    data.mkdir(parents=True, exist_ok=True)
    return _open(open_engine(url), data, None, create, user, before_upgrade)


def people(app: Application) -> list[str]:
    """The names of the active users."""
    table = User.__table__
    with reading(app.engine) as connection:
        return list(connection.scalars(select(table.c.name).where(table.c.active).order_by(table.c.name_key)))
