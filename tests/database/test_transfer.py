"""A whole database moves between the engines and comes back value for value, and nothing half moved is ever left."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import text

from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.deleting import delete
from crm_desktop.services.files import attach
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import open_url
from db import transfer
from db.engine import open_engine, reading, sqlite_url, writing
from db.integrity import broken_references, damage
from db.models.system import HistoryEntry, SavedView
from db.schema import METADATA, create


def everything(engine: Any) -> dict[str, list[list[Any]]]:
    with reading(engine) as connection:
        return {
            shape.name: [row for part in transfer.read_rows(connection, shape) for row in part]
            for shape in transfer.shapes()
        }


def fill(app: Application) -> None:
    """Odd values in every kind of column."""
    made = customer(app, "广州华远 “A&B” \\ '引号' 𠮷 \n second line")
    order(app, made)
    attach(app, "customers", made.id or 0, "照片.bin", bytes(range(256)) * 400)
    gone = customer(app, "Deleted")
    delete(app, "customers", [gone.id or 0])
    odd = {"a": [None, True, 1.5, 10**17, "\\u0000 \\ é"], "": {"z": "", "b": []}}
    with writing(app.engine) as session:
        session.add(SavedView(record_type="customers", name="odd", facts=odd))
        session.add(
            HistoryEntry(
                record_type="x", record_id=1, action="change", changes={"n": [None, "<'\"\\"]},
                at=dt.datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=dt.UTC),
            )
        )  # fmt: skip


def test_every_column_has_a_kind() -> None:
    shapes = {shape.name: shape for shape in transfer.shapes()}
    assert set(shapes) == set(METADATA.tables)
    assert {kind for shape in shapes.values() for _name, kind in shape.columns} <= set(transfer.KINDS)
    assert dict(shapes["sales_order_line"].columns)["price"] == "integer"
    assert dict(shapes["file_content"].columns)["data"] == "blob"


def test_to_the_other_engine_and_back_value_for_value(sqlite_app: Application, pg_url: str, tmp_path: Path) -> None:
    fill(sqlite_app)
    server, back = open_engine(pg_url), open_engine(sqlite_url(tmp_path / "back.db"))
    create(server)
    create(back)
    before = everything(sqlite_app.engine)
    moved = transfer.copy_database(sqlite_app.engine, server)
    assert moved == {name: len(rows) for name, rows in before.items()}
    assert everything(server) == before
    transfer.copy_database(server, back)
    assert everything(back) == before
    assert damage(back) == broken_references(back) == []
    for engine in (server, back):
        engine.dispose()
    at = next(s for s in transfer.shapes() if s.name == "customer").names.index("id")
    for url in (pg_url, sqlite_url(tmp_path / "back.db")):
        opened = open_url(url, tmp_path)
        assert len(fetch_ids(opened, ListQuery("customers", search="华远"))) == 1  # the search index was made anew
        highest = max(row[at] for row in before["customer"])
        fresh = customer(opened, "Next")
        assert (fresh.id or 0) > highest + 1  # the deleted one's id is never given again
        opened.close()


def test_what_does_not_arrive_leaves_everything_as_it_was(app: Application, tmp_path: Path) -> None:
    customer(app, "Stays")
    before = everything(app.engine)
    other = open_engine(sqlite_url(tmp_path / "other.db"))
    create(other)
    with writing(other) as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        session.execute(text("INSERT INTO setting (user_id, key, value) VALUES (0, 'a', x'ff')"))
    with pytest.raises(transfer.Unfit, match="setting"):
        transfer.copy_database(other, app.engine)
    other.dispose()
    assert everything(app.engine) == before


def test_rows_of_the_wrong_kind_are_refused(app: Application) -> None:
    shape = next(s for s in transfer.shapes() if s.name == "setting")
    for row in (
        ["1", 0, "a", "1"],
        [1.5, 0, "a", "1"],
        [True, 0, "a", "1"],
        [2**63, 0, "a", "1"],
        [1, 0, 5, "1"],
        [1, 0],
    ):
        with pytest.raises(transfer.Unfit), writing(app.engine) as session:
            transfer.write_rows(session.connection(), shape, [row])
