"""Running the steps of db/migrations. Loaded only when a database is made or changed: most starts of the program need neither.

In an empty database the same steps always say the same, so that a second one is told what the first was told: this takes a sixth of
the time, and every backup makes one to try itself in. A step must therefore not ask for the time or for chance.

A new step after a change of the models: `python -m db.migrating "what it does"` writes db/migrations/versions/…; read it, since
Alembic cannot guess renamings nor move data.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.operations.ops import CreateForeignKeyOp, DropConstraintOp, ModifyTableOps
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Inspector, event, inspect

from db.engine import open_engine, sqlite_url, writing

_Said = list[tuple[str, Any]]
_said: dict[tuple[Path, str, str], _Said] = {}
"""What an empty database was told, with the values, by the folder of the steps, the version reached and the engine."""


def _config(folder: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def run(folder: Path, connection: Connection, to: str = "head") -> None:
    """Run all steps the database does not have yet, up to the version `to`, inside the caller's transaction."""
    if inspect(connection).get_table_names():
        command.upgrade(_config(folder, connection), to)
        return
    key = folder, to, connection.dialect.name
    if key in _said:
        for statement, values in _said[key]:
            connection.exec_driver_sql(statement, values)
        return
    with _listening(connection) as heard:
        command.upgrade(_config(folder, connection), to)
    _said[key] = heard


@contextmanager
def _listening(connection: Connection) -> Iterator[_Said]:
    """What the database is told meanwhile; what it is asked is left out."""
    heard: _Said = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA")):
            heard.append((statement, values))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(connection, "before_cursor_execute", hear)


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
            config, tidy = _config(folder, connection), partial(_without_false_alarms, inspect(connection))
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}", process_revision_directives=tidy)
        engine.dispose()


def _without_false_alarms(there: Inspector, _context: object, _revision: object, directives: list[Any]) -> None:
    """Take out references that are there already: those a step added to an older table of SQLite have no name, and come again."""
    for made in directives:
        operations = made.upgrade_ops.ops
        for table in [o for o in operations if isinstance(o, ModifyTableOps)]:
            found = there.get_foreign_keys(table.table_name) if there.has_table(table.table_name) else []
            keys = {(tuple(key["constrained_columns"]), key["referred_table"]) for key in found}
            table.ops[:] = [o for o in table.ops if not _false_alarm(o, keys)]
            if not table.ops:
                operations.remove(table)
        made.downgrade_ops.ops.clear()  # no step goes back


def _false_alarm(operation: object, keys: set[tuple[tuple[str, ...], str]]) -> bool:
    if isinstance(operation, DropConstraintOp):
        return operation.constraint_name is None
    return isinstance(operation, CreateForeignKeyOp) and (tuple(operation.local_cols), operation.referent_table) in keys


if __name__ == "__main__":
    write_step(Path(__file__).parent / "migrations", sys.argv[1])
