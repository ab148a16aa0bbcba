"""Many rows as one parameter: what is read back is what SQLAlchemy itself would have stored, and the ids are those of the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, Table, insert, select

from db.base import Json
from db.bulk import insert_giving_ids, insert_many
from db.engine import open_engine
from db.types import Date, Flag, Money, Price, Tags, UtcDateTime, Words, new_uid

THINGS = Table(
    "things", MetaData(),
    Column("id", Integer, primary_key=True), Column("uid", Words(), default=new_uid), Column("order", Words()), Column("day", Date),
    Column("at", UtcDateTime()), Column("sum", Money()), Column("price", Price()), Column("sound", Flag), Column("tags", Tags()),
    Column("more", Json), Column("raw", LargeBinary), Column("number", Integer),
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8) | st.sampled_from(
    ["", "\\x41", '"', "'", ":a", "%s", "null", "\0"]
)
MOMENT = st.datetimes(
    dt.datetime(1, 1, 2),  # noqa: DTZ001 - Hypothesis adds the zone
    dt.datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=8))]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT.filter(lambda t: "\0" not in t),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(TEXT.filter(lambda t: "\0" not in t), inner, max_size=2)
    ),
    max_leaves=4,
)


def amount(places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(-(10**9), 10**9, places=places)


ROW = st.fixed_dictionaries(
    {
        "order": st.none() | TEXT,
        "day": st.none() | st.dates(),
        "at": st.none() | MOMENT,
        "sum": st.none() | amount(2),
        "price": st.none() | amount(4),
        "sound": st.none() | st.booleans(),
        "tags": st.lists(TEXT.filter(lambda t: "\0" not in t), max_size=2).map(tuple),
        "more": JSON,
        "raw": st.none() | st.binary(max_size=6),
        "number": st.none() | st.integers(-(2**31), 2**31 - 1),
    }
)


@pytest.fixture
def engine(pg_url: str) -> Iterator[Engine]:
    made = open_engine(pg_url)
    THINGS.metadata.create_all(made)
    yield made
    made.dispose()


def stored(engine: Engine, ids: list[int]) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        rows = {row.id: tuple(row)[2:] for row in connection.execute(select(THINGS).where(THINGS.c.id.in_(ids)))}
    return [rows[id_] for id_ in ids]


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(ROW, min_size=1, max_size=5))
def test_rows_are_stored_as_one_by_one_and_told_in_their_order(engine: Engine, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        singly = [connection.execute(insert(THINGS).values(**row)).inserted_primary_key[0] for row in rows]
        ids = insert_giving_ids(connection, THINGS, rows)
        insert_many(connection, THINGS, rows)
    assert ids == list(range(singly[-1] + 1, singly[-1] + 1 + len(rows)))
    silently = [ids[-1] + 1 + at for at in range(len(rows))]
    expected = stored(engine, singly)
    assert stored(engine, ids) == expected
    assert stored(engine, silently) == expected


def test_thousands_go_in_some_statements(engine: Engine) -> None:
    rows = [{"order": f"n{n}", "number": n} for n in range(2500)]
    with engine.begin() as connection:
        ids = insert_giving_ids(connection, THINGS, rows)
    assert [row[-1] for row in stored(engine, ids)] == list(range(2500))
    with engine.connect() as connection:
        uids = connection.execute(select(THINGS.c.uid).where(THINGS.c.id.in_(ids))).scalars().all()
    assert len(set(uids)) == 2500 and all(uids), "what a column begins with is made for each row"
