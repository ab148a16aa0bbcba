"""The schema of a database and its steps from version to version, one history for SQLite and PostgreSQL.

A new step after a change of the models: `python -m db.schema "what it does"` writes db/migrations/versions/…; read it, since
Alembic cannot guess renamings nor move data.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from db.base import Base
from db.engine import is_sqlite, open_engine, sqlite_url
from db.errors import Newer
from db.models import customers, office, products, sales, system

METADATA = Base.metadata
"""All tables."""

MODELS = (office, customers, products, sales, system)
"""Every module that declares tables; importing them fills METADATA."""

_FOLDER = Path(__file__).parent / "migrations"


def keep_out(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what Alembic must not compare: the search index tables (db/search.py owns them)."""
    return not (kind == "table" and (name or "").startswith("fts_"))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The version this program works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def version(engine: Engine) -> str | None:
    """The version of a database; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _run(engine: Engine) -> None:
    # One transaction for all steps on both engines: a migration that is killed half way has not happened.
    with engine.execution_options(writes=True).begin() as connection:
        command.upgrade(_config(connection), "head")


def create(engine: Engine) -> None:
    """Make all tables in an empty database."""
    _run(engine)


def _copy_aside(file: Path, at: str) -> Path:
    """A copy of the database as it is, beside it; it replaces nothing."""
    target = file.with_name(f"{file.stem}-before-{at}-{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}{file.suffix}")
    source, copy = sqlite3.connect(file), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return target


def upgrade(engine: Engine, file: Path | None = None) -> Path | None:
    """Bring an older database to this program's version, after copying its file aside; gives the copy's path.

    Nothing happens when it is up to date. Raises Newer when the database comes from a newer program.
    """
    current, wanted = version(engine), head()
    if current == wanted:
        return None
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise Newer(current)
    copy = _copy_aside(file, wanted) if file is not None and current is not None and is_sqlite(engine) else None
    _run(engine)
    return copy


def write_step(message: str) -> None:
    """Write the step from the last one to the models as they are now."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(sqlite_url(Path(folder) / "now.db"))
        if head() != "None":
            _run(engine)
        with engine.connect() as connection:
            number = len(list(ScriptDirectory.from_config(_config()).walk_revisions())) + 1
            command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()


if __name__ == "__main__":
    write_step(sys.argv[1])
