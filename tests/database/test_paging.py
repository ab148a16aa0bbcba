"""Keyset pages are the same rows as one long ordered query, whatever the order, and an index answers them. On both engines."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select, text

from db import schema
from db.engine import is_sqlite, open_engine
from db.models.customers import Customer
from db.ordering import sort_expression
from db.paging import Key, count, fetch, milestone, page, up_to_key

TABLE: Any = Customer.__table__
ROWS = 57
SORTED_BY = ("number", "name_key", "level", "next_follow_up", "credit_limit", "created_at", "id")


@pytest.fixture
def connection(engine_url: str) -> Iterator[Connection]:
    engine: Engine = open_engine(engine_url)
    schema.create(engine)
    dice = random.Random(5)
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    rows = [
        {
            "number": f"C{n:04d}",
            "name": "n",
            "name_key": dice.choice(["an", "bo", "广", "𠮷", "Z", ""]),
            "level": dice.choice(["a", "b", ""]),
            "next_follow_up": dice.choice([None, dt.date(2026, 2, dice.randint(1, 9))]),
            "credit_limit": dice.choice([None, Decimal(0), Decimal("-5.25"), Decimal(dice.randint(1, 5))]),
            "created_at": moment + dt.timedelta(microseconds=dice.choice([0, 1, 500_000])),
        }
        for n in range(ROWS)
    ]
    with engine.connect() as opened:
        opened.execute(insert(TABLE), rows)
        yield opened
    engine.dispose()


def keys_of(*names: str) -> list[Key]:
    """The keys of an order like ("level", "-name_key"), ending in the id."""
    keys = [Key(sort_expression(TABLE.c[n.removeprefix("-")]), n.startswith("-")) for n in names]
    return keys if names[-1].removeprefix("-") == "id" else [*keys, Key(TABLE.c.id, keys[-1].descending)]


def walk(connection: Connection, keys: list[Key], size: int, few: bool = False) -> list[int]:
    """All ids, page by page."""
    found: list[int] = []
    last: Any = None
    while True:
        rows = fetch(connection, select(TABLE.c.id), keys, last, size, few)
        assert rows == connection.execute(page(select(TABLE.c.id), keys, last, size, few)).all()
        found += [r[0] for r in rows]
        if len(rows) < size:
            return found
        last = rows[-1][1:]


def whole(connection: Connection, keys: list[Key]) -> list[int]:
    """All ids by one query."""
    by = [k.expression.desc() if k.descending else k.expression for k in keys]
    return list(connection.scalars(select(TABLE.c.id).order_by(*by)))


def test_pages_in_any_order_are_the_whole_list(connection: Connection) -> None:
    for sign, name in itertools.product(("", "-"), SORTED_BY):
        keys = keys_of(sign + name)
        expected = whole(connection, keys)
        assert len(expected) == ROWS
        assert walk(connection, keys, 10) == expected, (sign, name)
        if is_sqlite(connection):  # PostgreSQL chooses by its statistics
            assert walk(connection, keys, 10, few=True) == expected, (sign, name)


def test_several_keys_in_mixed_directions(connection: Connection) -> None:
    for first, second, third in itertools.permutations(("level", "-name_key", "-next_follow_up", "credit_limit"), 3):
        keys = keys_of(first, second, third)
        assert walk(connection, keys, 7) == whole(connection, keys), (first, second, third)


def test_empty_values_come_last_and_none_is_lost(connection: Connection) -> None:
    dates = select(TABLE.c.next_follow_up).order_by(*(k.expression for k in keys_of("next_follow_up")))
    found = list(connection.scalars(dates))
    filled = [d for d in found if d is not None]
    assert filled == sorted(filled)
    assert found == filled + [None] * (ROWS - len(filled))


def test_rows_of_exactly_one_page(connection: Connection) -> None:
    keys = keys_of("number")
    assert walk(connection, keys, ROWS) == whole(connection, keys)


def test_an_index_answers_every_page(connection: Connection) -> None:
    if not is_sqlite(connection):  # a short table is faster read whole: tell the planner that it is long
        for way in ("seqscan", "sort", "bitmapscan"):
            connection.execute(text(f"SET LOCAL enable_{way} = off"))
    for name in ("number", "-name_key", "next_follow_up", "-credit_limit", "created_at"):
        keys = keys_of(name)
        last = connection.execute(page(select(TABLE.c.id), keys, None, 20)).all()[-1][1:]
        plan = plan_of(connection, page(select(TABLE.c.id, TABLE.c.name), keys, last, 20))
        assert f"sx_customer_{name.removeprefix('-')}" in plan, plan
        assert "TEMP B-TREE" not in plan
        assert "Sort" not in plan


def test_no_page_reads_the_pages_before_it(connection: Connection) -> None:
    """Neither over columns nor over expressions, and not where most rows share one value."""
    if not is_sqlite(connection):
        pytest.skip("PostgreSQL compares rows by an index over expressions as well")
    plans: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith("SELECT"):
            plans.extend(row[3] for row in cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall())

    event.listen(connection, "before_cursor_execute", explain)
    for name in ("number", "-name_key", "level", "-level", "next_follow_up", "-next_follow_up", "-credit_limit"):
        keys = keys_of(name)
        last = fetch(connection, select(TABLE.c.id), keys, None, 20)[-1][1:]
        plans.clear()
        fetch(connection, select(TABLE.c.id), keys, last, 20)
        # Those that share the value begin right behind the last row, the others right behind the value.
        assert name == "number" or "=? AND " in plans[0], (name, plans)  # nobody shares a number
        assert all("SEARCH" in plan for plan in plans), (name, plans)


def plan_of(connection: Connection, statement: Any) -> str:
    """How the engine answers a statement."""
    sql = statement.compile(connection, compile_kwargs={"render_postcompile": True})
    values = {n: _bound(sql, n) for n in sql.params}
    explain = "EXPLAIN QUERY PLAN " if is_sqlite(connection) else "EXPLAIN "
    given: Any = tuple(values[n] for n in sql.positiontup or ()) if is_sqlite(connection) else values
    return "\n".join(str(tuple(row)) for row in connection.exec_driver_sql(explain + str(sql), given))


def _bound(sql: Any, name: str) -> Any:
    """A parameter as the driver gets it."""
    process = sql._bind_processors.get(name)
    return process(sql.params[name]) if process else sql.params[name]


def test_counts_stop_at_their_cap(connection: Connection) -> None:
    everything = select(TABLE.c.id)
    assert count(connection, everything, 10) == 11  # "more than 10"
    assert count(connection, everything, ROWS) == ROWS
    assert count(connection, everything, None) == ROWS
    assert count(connection, everything.where(TABLE.c.id < 0), 10) == 0


def test_a_milestone_is_the_row_so_far_on(connection: Connection) -> None:
    for name in ("number", "level", "-next_follow_up", "-name_key"):
        keys = keys_of(name)
        rows = connection.execute(page(select(TABLE.c.id), keys, None, ROWS)).all()
        for start, distance in itertools.product((None, 0, 13, 40), (0, 5, 16, 30)):
            last = None if start is None else rows[start][1:]
            place = distance if start is None else start + 1 + distance
            found = milestone(connection, select(TABLE.c.id), keys, last, distance)
            assert found == (tuple(rows[place][1:]) if place < ROWS else None), (name, start, distance)
            if found is not None:
                within = select(TABLE.c.id).where(up_to_key(keys, found))
                assert set(connection.scalars(within)) == {r[0] for r in rows[: place + 1]}
