"""Connections do what they promise, and every fault of an engine is told apart by its code. On both engines."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update

from db import errors, schema
from db.bulk import ids_given, insert_rows, next_id, without_indexes
from db.engine import cancel, is_sqlite, open_engine, reading, sqlite_url, writing
from db.models.customers import Contact, Customer
from db.models.sales import SalesOrder
from db.types import UtcDateTime

CUSTOMERS: Any = Customer.__table__
CONTACTS: Any = Contact.__table__
ORDERS: Any = SalesOrder.__table__


@pytest.fixture
def engine(engine_url: str) -> Iterator[Engine]:
    engine = open_engine(engine_url)
    schema.create(engine)
    yield engine
    engine.dispose()


def add(engine: Engine, number: str) -> int:
    """A customer; gives the id."""
    with writing(engine) as session:
        return int(session.scalar(insert(CUSTOMERS).values(number=number, name="n").returning(CUSTOMERS.c.id)) or 0)


def numbers(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(CUSTOMERS.c.number).order_by(CUSTOMERS.c.id)))


def test_a_reader_sees_one_picture_while_others_write(engine: Engine) -> None:
    add(engine, "1")
    with reading(engine) as connection:
        assert connection.scalar(select(CUSTOMERS.c.number)) == "1"
        add(engine, "2")
        assert list(connection.scalars(select(CUSTOMERS.c.number))) == ["1"]
    assert numbers(engine) == ["1", "2"]


def test_a_writer_that_fails_has_written_nothing(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), writing(engine) as session:
        session.execute(insert(CUSTOMERS).values(number="1", name="n"))
        raise ZeroDivisionError
    assert numbers(engine) == []


def test_two_writers_wait_for_one_another_and_lose_nothing(engine: Engine) -> None:
    id_ = add(engine, "1")

    def raise_by_one() -> None:
        for _ in range(10):
            with writing(engine) as session:
                session.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == id_).values(version=CUSTOMERS.c.version + 1))
                seen = session.scalar(select(CUSTOMERS.c.version).where(CUSTOMERS.c.id == id_))
                session.execute(update(CUSTOMERS).where(CUSTOMERS.c.id == id_).values(version=seen))

    writers = [threading.Thread(target=raise_by_one) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as connection:
        assert connection.scalar(select(CUSTOMERS.c.version)) == 31


def test_a_value_that_must_be_unique_is_told_with_its_column(engine: Engine) -> None:
    add(engine, "1")
    with pytest.raises(errors.Duplicate) as caught:
        add(engine, "1")
    assert caught.value.table == "customer"
    assert caught.value.columns == ("number",)


def test_a_record_that_others_point_to_cannot_be_deleted(engine: Engine) -> None:
    id_ = add(engine, "1")
    with writing(engine) as session:
        session.execute(insert(ORDERS).values(number="A", customer_id=id_))
    with pytest.raises(errors.StillReferenced), writing(engine) as session:
        session.execute(delete(CUSTOMERS))
    with pytest.raises(errors.StillReferenced), writing(engine) as session:
        session.execute(insert(CONTACTS).values(customer_id=id_ + 1, name="n"))
    assert numbers(engine) == ["1"]


def test_a_question_is_stopped_from_another_thread_and_the_connection_lives_on(engine: Engine) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        if is_sqlite(engine)
        else "SELECT pg_sleep(60)"
    )
    with reading(engine) as connection:
        connection.execute(text("SELECT 1"))
        stopper = threading.Timer(0.3, cancel, (connection,))
        stopper.start()
        began = time.monotonic()
        with pytest.raises(errors.Interrupted):
            connection.execute(text(endless)).all()
        stopper.join()
        assert time.monotonic() - began < 20
        connection.rollback()
        assert connection.scalar(text("SELECT 1")) == 1


def test_our_own_mistakes_are_no_faults_of_the_database(engine: Engine) -> None:
    with pytest.raises(Exception) as caught, reading(engine) as connection:
        connection.execute(text("SELECT nonsense FROM nowhere"))
    assert not isinstance(caught.value, errors.DatabaseFault)


def test_values_come_back_as_they_went_in(engine: Engine) -> None:
    moment = dt.datetime(2026, 11, 24, 23, 59, 59, 123456, dt.timezone(dt.timedelta(hours=8)))
    values = {
        "number": "Ä𠮷", "name": "广州\0华远", "tags": ("a|b", "c", "c"), "credit_limit": Decimal("1234567890123.455"),
        "next_follow_up": dt.date(9999, 12, 30), "created_at": moment, "extra": {"x_a": "½"},
    }  # fmt: skip
    with writing(engine) as session:
        session.execute(insert(CUSTOMERS).values(values))
    with reading(engine) as connection:
        row = connection.execute(select(CUSTOMERS)).mappings().one()
    assert row["number"] == "Ä𠮷"
    assert row["name"] == "广州华远"
    assert row["tags"] == ("a/b", "c")
    assert row["credit_limit"] == Decimal("1234567890123.46")  # half a cent goes up
    assert row["next_follow_up"] == dt.date(9999, 12, 30)
    assert row["created_at"] == moment
    assert row["created_at"].tzinfo is dt.UTC
    assert row["extra"] == {"x_a": "½"}


def test_rows_in_bulk_are_as_rows_one_by_one(engine: Engine) -> None:
    moment = dt.datetime(2026, 11, 24, 8, 0, 0, 5, dt.timezone(dt.timedelta(hours=8)))
    with writing(engine) as session:
        connection = session.connection()
        session.execute(insert(CUSTOMERS).values(number="0", name="n"))
        whole = dict(connection.execute(select(CUSTOMERS)).mappings().one())
        first = next_id(connection, CUSTOMERS)
        rows = []
        for at in range(12):
            values = whole | {
                "id": first + at,
                "number": str(at + 1),
                "next_follow_up": None if at else dt.date(2026, 1, 2),
            }
            values |= {"created_at": moment, "updated_at": moment, "tags": "", "extra": "{}"}
            rows.append(tuple(values.values()))
        assert insert_rows(connection, CUSTOMERS, list(whole), iter(rows)) == 12
        ids_given(connection, CUSTOMERS)
    with reading(engine) as connection:
        made = connection.execute(select(CUSTOMERS).where(CUSTOMERS.c.number == "1")).mappings().one()
    assert made["next_follow_up"] == dt.date(2026, 1, 2)
    assert made["created_at"] == moment
    assert made["extra"] == {}
    assert add(engine, "next") == first + 12
    if is_sqlite(engine):  # the form that the column's own type writes
        with engine.connect() as plain:
            stored = plain.execute(text("SELECT created_at FROM customer WHERE number = '1'")).scalar_one()
            written = UtcDateTime().dialect_impl(engine.dialect).bind_processor(engine.dialect)
            assert written is not None
            assert stored == written(moment)


def test_indexes_come_back_after_a_load_that_succeeds_or_fails(engine: Engine) -> None:
    question = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('customer', 'contact') AND sql IS NOT NULL"
        if is_sqlite(engine)
        else "SELECT indexdef FROM pg_indexes WHERE tablename IN ('customer', 'contact')"
    )

    def indexes() -> list[str]:
        with engine.connect() as connection:
            return sorted(connection.scalars(text(question)))

    before = indexes()
    with writing(engine) as session, without_indexes(session.connection(), CUSTOMERS, CONTACTS):
        assert len(list(session.scalars(text(question)))) < len(before) - 5
        session.execute(insert(CUSTOMERS).values(number="1", name="n"))
    assert indexes() == before
    with pytest.raises(ZeroDivisionError):
        with writing(engine) as session, without_indexes(session.connection(), CUSTOMERS, CONTACTS):
            raise ZeroDivisionError
    assert indexes() == before


def test_no_id_is_ever_given_twice(engine: Engine) -> None:
    id_ = add(engine, "1")
    with writing(engine) as session:
        session.execute(delete(CUSTOMERS))
    assert add(engine, "2") > id_
    with writing(engine) as session:
        assert next_id(session.connection(), CUSTOMERS) > id_


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "crm.db"
    file.write_bytes(b"hello " * 1000)
    engine = open_engine(sqlite_url(file))
    with pytest.raises(errors.Corrupt), engine.connect():
        pass
    engine.dispose()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "none" / "crm.db"))
    with pytest.raises(errors.Unreachable), engine.connect():
        pass
    engine.dispose()


def test_a_server_that_is_not_there() -> None:
    engine = open_engine("postgresql+psycopg://nobody:x@127.0.0.1:9/none")
    with pytest.raises(errors.Unreachable), engine.connect():
        pass
    engine.dispose()


def test_a_writer_that_waits_too_long_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.engine._PRAGMAS", ("journal_mode=WAL", "busy_timeout=100"))
    engine = open_engine(sqlite_url(tmp_path / "crm.db"))
    schema.create(engine)
    with writing(engine) as session:
        session.execute(insert(CUSTOMERS).values(number="1", name="n"))
        with pytest.raises(errors.Busy):
            add(engine, "2")
    assert numbers(engine) == ["1"]
    engine.dispose()
