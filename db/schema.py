"""The schema of a database and its steps from version to version, one history for SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from db.base import Base
from db.engine import copy_file, is_sqlite, writing
from db.errors import Foreign, Newer
from db.models import (
    access,
    approvals,
    customers,
    deliveries,
    money,
    office,
    pipeline,
    prices,
    products,
    quotes,
    sales,
    sign_in,
    system,
)

METADATA = Base.metadata
"""All tables."""

MODELS = (office, access, customers, products, prices, sales, quotes, deliveries, money, pipeline, approvals, sign_in, system)
"""Every module that declares tables; importing them fills METADATA."""

_FOLDER = Path(__file__).parent / "migrations"


def keep_out(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what Alembic must not compare: the search index tables (db/search.py owns them)."""
    return not (kind == "table" and (name or "").startswith("fts_"))


def _steps() -> Any:
    # Alembic takes a tenth of a second to load, which a start without anything to migrate need not wait for.
    return importlib.import_module("db.migrating")


def head() -> str:
    """The version this program works with: the last step's, whose file begins with it."""
    return max(file.name[:4] for file in (_FOLDER / "versions").glob("[0-9]*.py"))


def version(engine: Engine) -> str | None:
    """The version of a database; None for an empty one. Raises Foreign when there are only tables of another program."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names(schema=None if is_sqlite(connection) else "public")
        if "alembic_version" not in names:
            if names:
                raise Foreign(", ".join(names[:3]))
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _run(engine: Engine, fill: Callable[[Session], object] | None = None) -> None:
    # One transaction for all steps on both engines: a migration that is killed half way has not happened.
    with writing(engine) as session:
        _steps().run(_FOLDER, session.connection())
        if fill is not None:
            fill(session)


def create(engine: Engine, fill: Callable[[Session], object] | None = None) -> None:
    """Make all tables in an empty database, and what `fill` puts into them: all of it or nothing."""
    _run(engine, fill)


def knows(wanted: str) -> bool:
    """Whether this program's steps lead through a version; a newer program's do not."""
    return wanted == head() or wanted in _steps().known(_FOLDER)


def create_at(engine: Engine, wanted: str) -> None:
    """Make the tables as they were at an older version, in an empty database."""
    with writing(engine) as session:
        _steps().run(_FOLDER, session.connection(), wanted)


def _copy_aside(file: Path, at: str) -> Path:
    """A copy of the database as it is, beside it; it replaces nothing."""
    target = file.with_name(f"{file.stem}-before-{at}-{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}{file.suffix}")
    copy_file(file, target)
    return target


def upgrade(engine: Engine, file: Path | None = None) -> Path | None:
    """Bring an older database to this program's version, after copying its file aside; gives the copy's path.

    Nothing happens when it is up to date. Raises Newer when the database comes from a newer program.
    """
    current, wanted = version(engine), head()
    if current == wanted:
        return None
    if current is not None and current not in _steps().known(_FOLDER):
        raise Newer(current)
    copy = _copy_aside(file, wanted) if file is not None and current is not None and is_sqlite(engine) else None
    _run(engine)
    return copy
