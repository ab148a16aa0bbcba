"""Whether the engine itself finds the data sound: pages of the file, and references that lead nowhere."""

from __future__ import annotations

from sqlalchemy import Engine

from db.engine import is_sqlite, reading


def damage(engine: Engine, most: int = 20) -> list[str]:
    """What SQLite says of a damaged file, empty when it is sound. PostgreSQL checks its pages itself, by their checksums."""
    if not is_sqlite(engine):
        return []
    with reading(engine) as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({most})")]
    return [] if found == ["ok"] else found


def broken_references(engine: Engine, most: int = 20) -> list[str]:
    """Rows that point to rows which do not exist, as "table 5 → table". PostgreSQL never lets one in."""
    if not is_sqlite(engine):
        return []
    with reading(engine) as connection:
        rows = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(most)
    return [f"{table} {row} → {parent}" for table, row, parent, _key in rows]
