"""The search index says what LIKE says, for any text, any query and any change. On both engines."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from db import schema, search
from db.engine import is_sqlite, open_engine
from db.models.customers import Customer

TABLE: Any = Customer.__table__
STEP_TO_THREES = Path(schema.__file__).parent / "migrations" / "versions" / "0005_digits_in_threes.py"
# Few characters, so that they meet often: Chinese ones, one beyond the basic plane, what SQL, FTS5 and arrays give a meaning to,
# forms that fold into others, and what separates words.
ALPHABET = "广州华远机ab1122-'\"%_\\*^(){}:+.,|𠮷éßİ①ａ\x01\x7f \t\n\u3000"
TEXTS = st.text(ALPHABET, max_size=9)
PLAIN = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def engine(engine_url: str) -> Iterator[Engine]:
    engine = open_engine(engine_url)
    schema.create(engine)
    yield engine
    engine.dispose()


def put(connection: Connection, texts: dict[int, str]) -> None:
    """New records with these search texts, indexed."""
    rows = [{"id": i, "number": str(i), "name": "n", "search_text": t} for i, t in texts.items()]
    if rows:
        connection.execute(insert(TABLE), rows)
    search.add(connection, TABLE, list(texts.items()))


def like_hits(connection: Connection, query: str) -> list[int]:
    """What LIKE finds: records whose search text holds every word."""
    statement = select(TABLE.c.id)
    for word in search.words(query):
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        statement = statement.where(TABLE.c.search_text.like(f"%{escaped}%", escape="\\"))
    return sorted(connection.scalars(statement))


def index_hits(connection: Connection, query: str) -> list[int]:
    """What the index finds, asked in every way, which must agree."""
    condition = search.indexed(TABLE, query, is_sqlite(connection))
    found = sorted(connection.scalars(select(TABLE.c.id).where(condition)))
    probed = search.probe(connection, TABLE, query)
    assert probed is None or sorted(probed) == found
    for whole_rows in (False, True):
        assert sorted(connection.scalars(search.hits(TABLE, query, is_sqlite(connection), whole_rows))) == found
    assert search.newest(connection, TABLE, query, 2) == sorted(found, reverse=True)[:2]
    return found


def test_hits_equal_those_of_like(engine: Engine) -> None:
    @PLAIN
    @given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, min_size=1, max_size=4))
    @example(["广州华远机", "华远", "广州"], ["广州", "华", "州华", "广 远", "远机 广州"])
    @example(["ab", "a b", "a-b", "b a"], ["ab", "a", "b", "a b", "-"])
    @example(["𠮷州", "吉州"], ["𠮷", "𠮷州"])
    @example(["13800", "a13", "1 3", "13b", "113", "１３8"], ["13", "138", "1380", "a13", "3b", "380", "00", "0", "13 80"])
    @example(["a12", "a12b", "a123", "1a12"], ["a12", "12", "a1", "2b", "a12b", "a123"])
    def check(texts: list[str], queries: list[str]) -> None:
        with engine.connect() as connection:
            put(connection, {n: "\n".join(search.fold(p) for p in t.split("\n")) for n, t in enumerate(texts, 1)})
            for query in queries:
                assert index_hits(connection, query) == like_hits(connection, query), (texts, query)

    check()


def test_hits_follow_changes_and_deletions(engine: Engine) -> None:
    folded = TEXTS.map(search.fold)

    @PLAIN
    @given(st.lists(folded, min_size=3, max_size=3), st.lists(folded, min_size=2, max_size=2), TEXTS)
    @example(["广州华远", "广州", "b"], ["华远", "广州"], "广州")
    def check(first: list[str], then: list[str], query: str) -> None:
        with engine.connect() as connection:
            put(connection, dict(enumerate(first, 1)))
            changed = list(enumerate(then, 1))
            search.change(connection, TABLE, changed)
            for id_, value in changed:
                connection.execute(update(TABLE).where(TABLE.c.id == id_).values(search_text=value))
            assert index_hits(connection, query) == like_hits(connection, query)
            search.remove(connection, TABLE, [2])
            connection.execute(delete(TABLE).where(TABLE.c.id == 2))
            assert index_hits(connection, query) == like_hits(connection, query)
            assert search.entries(connection, TABLE) == 2
            assert search.rebuild(connection, TABLE) == 2
            assert index_hits(connection, query) == like_hits(connection, query)

    check()


def test_a_probe_gives_up_at_its_limit(engine: Engine) -> None:
    with engine.connect() as connection:
        put(connection, {n: f"广州 {n}" for n in range(1, 8)})
        assert sorted(search.probe(connection, TABLE, "广州", 8) or []) == list(range(1, 8))
        assert search.probe(connection, TABLE, "广州", 7) is None
        assert search.probe(connection, TABLE, "深圳", 7) == []
        assert search.probe(connection, TABLE, " \n", 7) is None  # nothing asked


def test_many_ids_are_one_parameter(engine: Engine) -> None:
    with engine.connect() as connection:
        put(connection, dict.fromkeys(range(1, 4), "x"))
        wanted = search.among(TABLE, [2, 3, *range(10, 40_000)], is_sqlite(connection))
        assert list(connection.scalars(select(TABLE.c.id).where(wanted).order_by(TABLE.c.id))) == [2, 3]
        assert list(connection.scalars(select(TABLE.c.id).where(search.among(TABLE, [], is_sqlite(connection))))) == []


def test_a_text_that_did_not_change_costs_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        put(connection, {1: "广州华远"})
        for _again in range(3):
            search.change(connection, TABLE, [(1, "广州华远")])
        assert index_hits(connection, "华远") == [1]
        assert search.entries(connection, TABLE) == 1


def test_the_index_follows_a_rolled_back_transaction(engine: Engine) -> None:
    with engine.begin() as connection:
        put(connection, {1: "广州"})
    with engine.connect() as connection:
        search.change(connection, TABLE, [(1, "深圳")])
        connection.rollback()
    with engine.connect() as connection:
        assert index_hits(connection, "广州") == [1]
        assert index_hits(connection, "深圳") == []


def test_a_plain_client_can_read_and_repair_the_index(engine: Engine) -> None:
    """No function of ours is needed: the index is plain SQL to any tool."""
    with engine.begin() as connection:
        put(connection, {1: "广州华远"})
        name = search.index_name(TABLE)
        question = f"{name} MATCH '\"华远\"'" if is_sqlite(connection) else "grams_2 @> ARRAY['华远']"
        key = "rowid" if is_sqlite(connection) else "id"
        assert connection.execute(text(f"SELECT {key} FROM {name} WHERE {question}")).scalars().all() == [1]
        if is_sqlite(connection):
            connection.execute(text(f"INSERT INTO {name}({name}) VALUES ('optimize')"))
            assert index_hits(connection, "华远") == [1]


def test_an_index_of_an_older_format_is_made_anew_when_opened(engine: Engine) -> None:
    with engine.begin() as connection:
        put(connection, {1: "广州 13800000000", 2: "广州 13900000000"})
        search.drop_index(connection, "customer")
        if is_sqlite(connection):
            connection.exec_driver_sql("CREATE VIRTUAL TABLE fts_customer USING fts5(tokens, content='')")
            connection.exec_driver_sql("INSERT INTO fts_customer(rowid, tokens) VALUES (1, '广州 州 13 38 80 00 0')")
        else:
            connection.exec_driver_sql("CREATE TABLE fts_customer (id bigint PRIMARY KEY, grams text[] NOT NULL)")
        assert not search.is_current(connection, "customer")
        assert search.is_current(connection, "product")
        with Operations.context(MigrationContext.configure(connection)):
            runpy.run_path(str(STEP_TO_THREES))["upgrade"]()
    with engine.connect() as connection:
        assert search.is_current(connection, "customer")
        assert index_hits(connection, "1390") == [2]
        assert index_hits(connection, "广州") == [1, 2]


def test_an_index_of_another_format_is_never_written_to(engine: Engine) -> None:
    with engine.begin() as connection:
        put(connection, {1: "广州"})
        search.drop_index(connection, "customer")
        if is_sqlite(connection):
            connection.exec_driver_sql("CREATE VIRTUAL TABLE fts_customer USING fts5(grams_3, content='')")
        else:
            connection.exec_driver_sql("CREATE TABLE fts_customer (id bigint PRIMARY KEY, grams_3 text[] NOT NULL)")
        with pytest.raises(DatabaseError):
            search.add(connection, TABLE, [(2, "广州")])


@pytest.mark.parametrize(
    ("value", "folded"),
    [("ＡＢＣ　① ", "abc 1"), ("Straße\t5", "strasse 5"), ("a\0b\x1fc\x7f", "a b c"), ("广州\n华远", "广州 华远")],
)
def test_folding(value: str, folded: str) -> None:
    assert search.fold(value) == folded
