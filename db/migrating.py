"""Running the steps of db/migrations. Loaded only when a database is made or changed: most starts of the program need neither.

A new step after a change of the models: `python -m db.migrating "what it does"` writes db/migrations/versions/…; read it, since
Alembic cannot guess renamings nor move data.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db.engine import open_engine, sqlite_url, writing


def _config(folder: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def run(folder: Path, connection: Connection, to: str = "head") -> None:
    """Run all steps the database does not have yet, up to the version `to`, inside the caller's transaction."""
    command.upgrade(_config(folder, connection), to)


def known(folder: Path) -> set[str]:
    """The versions these steps lead through."""
    return {script.revision for script in ScriptDirectory.from_config(_config(folder)).walk_revisions()}


def write_step(folder: Path, message: str) -> None:
    """Write the step from the last one to the models as they are now."""
    with tempfile.TemporaryDirectory() as place:
        engine = open_engine(sqlite_url(Path(place) / "now.db"))
        with writing(engine) as session:
            run(folder, session.connection())
        with engine.connect() as connection:
            number = len(known(folder)) + 1
            command.revision(_config(folder, connection), message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()


if __name__ == "__main__":
    write_step(Path(__file__).parent / "migrations", sys.argv[1])
