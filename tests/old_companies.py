"""A company as an older version of the program left it: for tests of backups that outlive versions."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import Engine, inspect, text

from db import schema, transfer
from db.engine import writing

_EMPTY: dict[str, Any] = {
    "integer": 0, "text": "", "flag": False, "json": "{}", "moment": "2026-01-02 03:04:05.000006", "date": "2026-01-02", "blob": b"",
}  # fmt: skip


def old_company(engine: Engine, version: str = "0001", customers: int = 3) -> None:
    """Fill an empty database of either engine with one person and some customers, in the tables of an older version."""
    schema.create_at(engine, version)
    with writing(engine) as session:
        connection = session.connection()
        shapes = {s.name: s for s in transfer.shapes_found(connection)}

        def add(table: str, **values: Any) -> None:
            needed = {c["name"] for c in inspect(connection).get_columns(table) if not c["nullable"]}
            kinds = dict(shapes[table].columns)
            row = {n: _EMPTY[kinds[n]] for n in needed if n != "id"} | values
            names = ", ".join(row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{n}' for n in row)})"), row)

        add("user_account", name="Ann", sign_in="ann", active=True, version=1)
        add("schema_fact", key="uid", value="old")
        add("setting", user_id=0, key="company_name", value=json.dumps("老公司"))
        for number in range(customers):
            add("customer", name=f"客户 {number}", number=f"C{number}", version=1, created_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
                if engine.dialect.name == "postgresql" else "2026-01-02 00:00:00.000000")  # fmt: skip
