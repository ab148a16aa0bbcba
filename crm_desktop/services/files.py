"""Files attached to records. The bytes are kept in the database, once per content."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.orm import Session

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Missing, Refused
from crm_desktop.services.access import acting, asking, reached, require_reach
from crm_desktop.services.journal import enter
from crm_desktop.services.reading import read_record
from crm_desktop.words import _
from db.base import now
from db.models.system import FileContent, FileLink
from db.roles import own

LARGEST = 50 * 1024 * 1024
"""Bytes. Larger files belong on a disk: they would make every backup slow."""


@dataclass(frozen=True)
class FileInfo:
    """One attached file."""

    id: int
    name: str
    size: int  # bytes
    added_at: dt.datetime
    added_by: str


def list_files(app: Application, type_key: str, record_id: int) -> list[FileInfo]:
    """The files of a record, oldest first."""
    links: Any = FileLink.__table__
    contents: Any = FileContent.__table__
    query = (
        select(links.c.id, links.c.name, contents.c.size, links.c.added_at, links.c.added_by)
        .join_from(links, contents, links.c.content_id == contents.c.id)
        .where(links.c.record_type == type_key, links.c.record_id == record_id)
        .order_by(links.c.id)
    )
    with asking(app) as connection:
        kind = app.type(type_key)
        app.actor.require(f"{kind.key}.see")
        if not reached(app, connection, kind, "see", [record_id]):
            return []
        return [FileInfo(*row) for row in connection.execute(query)]


def store_content(session: Session, data: bytes) -> int:
    """Keep bytes once; gives the id of the content. Raises Refused for a file that is too large."""
    if len(data) > LARGEST:
        raise Refused(_("This file is larger than {size} MB.").format(size=LARGEST // 1024 // 1024))
    if own(session):  # the content may be there without the person seeing it
        return int(session.scalar(text("SELECT crm_keep_content(:data)"), {"data": data}) or 0)
    table: Any = FileContent.__table__
    digest = hashlib.sha256(data).hexdigest()
    found = session.scalar(select(table.c.id).where(table.c.sha256 == digest))
    if found is not None:
        return int(found)
    row = {"sha256": digest, "size": len(data), "data": data}
    return int(session.scalars(insert(table).returning(table.c.id), [row]).one())


def attach(app: Application, type_key: str, record_id: int, name: str, data: bytes) -> FileInfo:
    """Attach a file to a record. Only the last part of `name` is kept."""
    kind = app.type(type_key)
    name = PurePath(name.replace("\\", "/")).name or _("File")
    table: Any = FileLink.__table__
    with acting(app) as session:
        require_reach(app, session, kind, "change", [record_id])
        record = read_record(app, session, kind, record_id)
        if record is None:
            raise Missing(_("This record does not exist any more."))
        stamp = now()
        row = {
            "record_type": type_key, "record_id": record_id, "name": name, "content_id": store_content(session, data),
            "added_at": stamp, "added_by": app.actor.name,
        }  # fmt: skip
        id_ = session.scalars(insert(table).returning(table.c.id), [row]).one()
        enter(session, app, kind, [(record, {})], f"attach: {name}")
    app.changes.tell(Change(type_key, frozenset({record_id}), app.actor.name))
    return FileInfo(id_, name, len(data), stamp, app.actor.name)


def keep_picture(app: Application, data: bytes) -> int:
    """Keep a picture for an image field; gives its content id."""
    with acting(app) as session:
        return store_content(session, data)


def picture(app: Application, content_id: int) -> bytes:
    """The bytes of an image field. Raises Missing."""
    table: Any = FileContent.__table__
    with asking(app) as connection:
        data = connection.scalar(select(table.c.data).where(table.c.id == content_id))
        if not _picture_is_open(app, connection, content_id):
            data = None
    if data is None:
        raise Missing(_("This picture does not exist any more."))
    return bytes(data)


def _picture_is_open(app: Application, connection: Connection, content_id: int) -> bool:
    """Whether the person sees a record that shows this picture; one that no record shows yet is whoever's picked it just now."""
    shown = False
    for kind in app.types.values():
        for name in (n for n, f in kind.fields.items() if f.kind == "image" and not f.custom):
            table: Any = kind.model.__table__
            ids = list(connection.scalars(select(table.c.id).where(table.c[name] == content_id)))
            if ids and name in kind.visible(app.actor) and reached(app, connection, kind, "see", ids):
                return True
            shown = shown or bool(ids)
    return not shown


def read(app: Application, file_id: int) -> bytes:
    """The bytes of an attached file. Raises Missing."""
    links: Any = FileLink.__table__
    contents: Any = FileContent.__table__
    query = (
        select(links.c.record_type, links.c.record_id, contents.c.data)
        .join_from(links, contents, links.c.content_id == contents.c.id)
        .where(links.c.id == file_id)
    )
    with asking(app) as connection:
        row = connection.execute(query).one_or_none()
        if row is None or not reached(app, connection, app.type(row[0]), "see", [row[1]]):
            raise Missing(_("This file does not exist any more."))
    return bytes(row[2])


def detach(app: Application, file_id: int) -> None:
    """Take a file off its record. Its content stays until `crm-desktop check` finds that nothing points to it."""
    table: Any = FileLink.__table__
    with acting(app) as session:
        row = session.execute(select(table).where(table.c.id == file_id)).mappings().one_or_none()
        if row is None:
            return
        kind = app.type(row["record_type"])
        require_reach(app, session, kind, "change", [row["record_id"]])
        session.execute(delete(table).where(table.c.id == file_id))
        record = read_record(app, session, kind, row["record_id"])
        if record is not None:
            enter(session, app, kind, [(record, {})], f"detach: {row['name']}")
    app.changes.tell(Change(row["record_type"], frozenset({row["record_id"]}), app.actor.name))
