"""The rights inside a PostgreSQL server: a login role for each person, and what each role may touch.

The statements are made from the same declarations as everything else (db/row_security.py); the role that owns the tables runs them, when
the guard is turned on and whenever people, positions or fields change.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from crm_desktop.application import Application
from crm_desktop.records.record_type import RecordType
from crm_desktop.rights import Access, Rights
from crm_desktop.services.access import rights_of, subject
from db.engine import writing
from db.models.office import User
from db.models.system import SchemaFact
from db.row_security import Guarded, grant_statements, guard_statements, role_name, role_statements


def guarded_types(app: Application) -> list[Guarded]:
    """Every record type, as the server guards it."""
    return [_guarded(app, kind) for kind in app.types.values()]


def _guarded(app: Application, kind: RecordType) -> Guarded:
    searched = frozenset(n for n, f in kind.fields.items() if f.search)
    if kind.lines is None:
        return Guarded(subject(app, kind), searched=searched, shapes_access=kind.shapes_access)
    return Guarded(subject(app, kind), kind.lines.model.__table__, kind.lines.parent, searched, kind.shapes_access)


def _fields(app: Application, rights: Rights, wanted: Access) -> Mapping[str, list[str]]:
    """The columns with just this access, by record type. Fields that an administrator added share one column, and are not told apart."""
    found: dict[str, list[str]] = {}
    for kind in app.types.values():
        lines = {f"lines.{n}": f for n, f in (kind.lines.fields if kind.lines else {}).items()}
        names = {n: f for n, f in kind.fields.items() if not f.custom} | lines
        hidden = [n for n, f in names.items() if not f.computed and rights.access(kind.key, n, f.secret) == wanted]
        unseen = [n for n, f in names.items() if f.computed and wanted == Access.HIDDEN and rights.access(kind.key, n, f.secret) == wanted]
        found[kind.key] = hidden + unseen
    return found


def company_key(connection: Connection) -> str:
    """What tells the roles of this database from those of others on the same server."""
    return str(connection.scalar(select(SchemaFact.value).where(SchemaFact.key == "uid")) or "")


def turn_on(app: Application) -> None:
    """Turn the guard on. Needs the role that owns the tables."""
    with writing(app.engine) as session:
        for statement in guard_statements(guarded_types(app)):
            session.connection().exec_driver_sql(statement)


def give_role(app: Application, user_id: int, password_hash: str) -> str:
    """Make the login role of a person, with what it may touch; gives its name. password_hash: SCRAM-SHA-256$…, as PostgreSQL keeps it."""
    with writing(app.engine) as session:
        role = role_name(company_key(session.connection()), user_id)
        for statement in role_statements(role, password_hash):
            session.connection().exec_driver_sql(statement)
    grant(app, user_id)
    return role


def grant(app: Application, user_id: int) -> None:
    """Give the role of a person what the rights say now."""
    with writing(app.engine) as session:
        connection = session.connection()
        role, rights = role_name(company_key(connection), user_id), rights_of(session, user_id)
        hidden, closed = _fields(app, rights, Access.HIDDEN), _fields(app, rights, Access.READ)
        for statement in grant_statements(role, guarded_types(app), hidden, closed):
            connection.exec_driver_sql(statement)


def grant_all(app: Application) -> None:
    """Give every person's role what the rights say now."""
    with writing(app.engine) as session:
        key = company_key(session.connection())
        people = session.scalars(select(User.id)).all()
        there = set(session.connection().exec_driver_sql("SELECT rolname FROM pg_roles").scalars())
    for id_ in people:
        if role_name(key, id_) in there:
            grant(app, id_)
