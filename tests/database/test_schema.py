"""The migrations make exactly the tables of the models, and an older database is copied before it is changed. On both engines."""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, text

from db import migrating, schema, search
from db.engine import is_sqlite, open_engine, sqlite_url
from db.errors import Newer
from db.models.customers import Customer
from db.models.office import Unit


def _index_texts(engine: Engine) -> dict[str, str]:
    """Every index by name, as the engine itself tells it, without spaces and quotes that engines add at will."""
    question = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if is_sqlite(engine)
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with engine.connect() as connection:
        rows = connection.execute(text(question)).all()
    kept = {n: s for n, s in rows if "fts_" not in s and n != "alembic_version_pkc"}
    return {n: "".join(s.replace('"', "").split()).lower() for n, s in kept.items()}


def _column_facts(engine: Engine) -> dict[str, Any]:
    """What each column of each table is."""
    look = inspect(engine)
    names = [n for n in look.get_table_names() if not n.startswith("fts_") and n != "alembic_version"]
    return {
        f"{t}.{c['name']}": (str(c["type"]), c["nullable"], c.get("default"), bool(c.get("primary_key")))
        for t in names
        for c in look.get_columns(t)
    }


def _references(engine: Engine) -> set[tuple[Any, ...]]:
    """Every reference, as SQLite itself tells it: what reads it for Alembic overlooks those that came with a column."""
    if not is_sqlite(engine):
        return set()
    with engine.connect() as connection:
        tables = inspect(engine).get_table_names()
        found = {t: connection.exec_driver_sql(f"PRAGMA foreign_key_list('{t}')").mappings().all() for t in tables}
    return {(t, r["from"], r["table"], r["to"], r["on_delete"]) for t, rows in found.items() for r in rows}


@pytest.fixture
def _steps_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of what an empty database was told before."""
    monkeypatch.setattr(migrating, "_said", {})


@pytest.mark.usefixtures("_steps_themselves")
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrated_tables_are_those_of_the_models(engine_url: str, tmp_path: Path) -> None:
    migrated = open_engine(engine_url)
    schema.create(migrated)
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": schema.keep_out, "compare_type": True})
        differences = compare_metadata(context, schema.METADATA)
    by_migration = _index_texts(migrated), _column_facts(migrated), _references(migrated)
    with migrated.begin() as connection:
        for table in inspect(migrated).get_table_names():
            if not is_sqlite(migrated):
                connection.execute(text(f'DROP TABLE "{table}" CASCADE'))
    plain = migrated if not is_sqlite(migrated) else open_engine(sqlite_url(tmp_path / "plain.db"))
    schema.METADATA.create_all(plain)
    by_models = _index_texts(plain), _column_facts(plain), _references(plain)
    migrated.dispose()
    plain.dispose()
    assert by_migration[0] == by_models[0]
    assert by_migration[1] == by_models[1]
    assert by_migration[2] == by_models[2]
    # Alembic cannot read an index over an expression back from SQLite, nor every reference; those are compared above.
    blind = ("add_index", "remove_index", *(("add_fk", "remove_fk") if by_models[2] else ()))
    assert [d for d in differences if d[0] not in blind] == []


def _everything(engine: Engine) -> tuple[Any, ...]:
    """The tables, what the engine itself keeps about them, and their rows."""
    if is_sqlite(engine):
        question = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
    else:
        here = "'public'::regnamespace"
        question = (
            f"SELECT conrelid::regclass::text || conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = {here} "
            f"UNION ALL SELECT proname, prosrc FROM pg_proc WHERE pronamespace = {here} "
            f"UNION ALL SELECT relname || relkind::text, array_to_string(reloptions, ' ') FROM pg_class WHERE relnamespace = {here} "
            "UNION ALL SELECT extname, extversion FROM pg_extension ORDER BY 1"
        )
    with engine.connect() as connection:
        names = sorted(inspect(engine).get_table_names())
        rows = {n: connection.exec_driver_sql(f'SELECT * FROM "{n}"').all() for n in names}
        kept = connection.exec_driver_sql(question).all()
    return _index_texts(engine), _column_facts(engine), _references(engine), kept, rows


@pytest.mark.usefixtures("_steps_themselves")
@pytest.mark.parametrize("version", ["0001", "0007", "head"])
def test_a_second_database_is_the_same_as_the_first(engine_url: str, version: str, tmp_path: Path) -> None:
    """The steps run once; what the second database is told is remembered."""
    engine, found = open_engine(engine_url), []
    for _round in range(2):
        schema.create_at(engine, version)
        found.append(_everything(engine))
        assert schema.upgrade(engine) is None
        found.append(_everything(engine))
        if is_sqlite(engine):
            engine.dispose()
            engine = open_engine(sqlite_url(tmp_path / "second.db"))
        else:
            with engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE"))
                connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    assert found[:2] == found[2:]


def test_a_new_database_stands_at_the_head(engine_url: str) -> None:
    engine = open_engine(engine_url)
    assert schema.version(engine) is None
    schema.create(engine)
    assert schema.version(engine) == schema.head()
    assert schema.upgrade(engine) is None
    engine.dispose()


def test_every_record_table_has_its_search_index(engine_url: str) -> None:
    engine = open_engine(engine_url)
    schema.create(engine)
    tables = [t for t in schema.METADATA.tables.values() if "search_text" in t.c]
    with engine.connect() as connection:
        assert {t.name: search.entries(connection, t) for t in tables} == {t.name: 0 for t in tables}
    assert len(tables) >= 12
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused(engine_url: str) -> None:
    engine = open_engine(engine_url)
    schema.create(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Newer):
        schema.upgrade(engine)
    assert schema.version(engine) == "9999"
    engine.dispose()


@pytest.mark.usefixtures("_steps_themselves")
def test_a_migration_that_fails_half_way_has_not_happened(engine_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(engine_url)

    def break_down(_connection: object, table: str) -> None:
        raise RuntimeError(table)

    monkeypatch.setattr(search, "create_index", break_down)
    with pytest.raises(RuntimeError):
        schema.create(engine)
    assert schema.version(engine) is None
    assert "customer" not in inspect(engine).get_table_names()
    monkeypatch.undo()
    schema.create(engine)
    assert schema.version(engine) == schema.head()
    engine.dispose()


def test_an_older_file_is_copied_aside_before_it_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "crm 客户.db"
    engine = open_engine(sqlite_url(file))
    schema.create(engine)
    units: Any = Unit.__table__
    with engine.begin() as connection:
        connection.execute(insert(units), [{"name": "件"}])
    steps: list[str] = []

    def run(changed: Engine) -> None:
        with changed.begin() as connection:
            connection.execute(units.delete())
        steps.append("ran")

    monkeypatch.setattr(schema, "head", lambda: "0002")
    monkeypatch.setattr(schema, "_run", run)
    copy = schema.upgrade(engine, file)
    engine.dispose()
    assert steps == ["ran"]
    assert copy is not None
    assert copy.parent == tmp_path
    assert copy.name.startswith("crm 客户-before-0002-")
    kept = sqlite3.connect(copy)
    try:
        assert kept.execute("SELECT name FROM unit").fetchall() == [("件",)]
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        kept.close()


def test_orders_over_empty_values_use_their_index(engine_url: str) -> None:
    """The index must be over the very expression of the list's order, or a page of a long list would sort all of it."""
    engine = open_engine(engine_url)
    schema.create(engine)
    table: Any = Customer.__table__
    indexes = _index_texts(engine)
    for column in ("credit_limit", "next_follow_up"):
        assert "coalesce" in indexes[f"sx_customer_{column}"].lower(), table.c[column]
    engine.dispose()


@pytest.mark.slow
def test_a_step_written_for_models_that_did_not_change_is_empty(tmp_path: Path) -> None:
    """What the tool proposes is what a person must read: nothing about tables nobody touched, and nothing forgotten by a step."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(schema.__file__).parent / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Alembic says that it cannot compare indexes over expressions
        migrating.write_step(folder, "Nothing")
    (written,) = (folder / "versions").glob("*_nothing.py")
    does = [line.strip() for line in written.read_text(encoding="utf-8").partition("def upgrade")[2].splitlines()[2:]]
    assert [line for line in does if line and not line.startswith("#")] == ["pass"]
