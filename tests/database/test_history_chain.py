"""The chain of the log: whatever is done to entries behind the program's back shows, and nobody waits for anybody."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from crm_desktop.application import Application
from crm_desktop.services import events
from crm_desktop.services.opening import NewCompany, bring_up_to_date, open_url
from db import history, schema, transfer
from db.base import now
from db.engine import is_sqlite, open_engine, reading, sqlite_url, writing
from db.models.system import HistoryEntry, LogChain

TABLE: Any = HistoryEntry.__table__


def verdict(app: Application) -> history.Break | None:
    """What walking the whole chain says."""
    with reading(app.engine) as connection:
        return next((found for found in history.check(connection) if isinstance(found, history.Break)), None)


def tell(app: Application, count: int) -> None:
    """Enter events, each in a transaction of its own."""
    for at in range(count):
        events.record(app, "export", f"list {at}.xlsx", {"count": at, "names": ("张三", "b")})


def tamper(app: Application, *statements: Any) -> None:
    """Do something to the tables as a program of somebody else would."""
    with writing(app.engine) as session:
        for statement in statements:
            session.execute(statement)


def place_of(app: Application, subject: str) -> int:
    """The place of the entry about `subject`."""
    with reading(app.engine) as connection:
        return int(connection.execute(select(TABLE.c.place).where(TABLE.c.record_label == subject)).scalar_one())


def test_a_chain_nobody_touched_holds(app: Application) -> None:
    tell(app, 12)
    assert verdict(app) is None
    with reading(app.engine) as connection:
        assert history.head(connection).place == connection.scalar(select(func.count()).select_from(TABLE))
        assert history.waiting(connection) == 0


@pytest.mark.parametrize(
    "values",
    [
        {"user_name": "Somebody else"},
        {"changes": {"facts": {"count": 1}}},
        {"record_label": "another.xlsx"},
        {"action": "print"},
        {"station": "PC 7"},
    ],
)
def test_a_changed_entry_is_named(app: Application, values: dict[str, Any]) -> None:
    tell(app, 8)
    at = place_of(app, "list 4.xlsx")
    tamper(app, update(TABLE).where(TABLE.c.place == at).values(values))
    found = verdict(app)
    assert found is not None
    assert (found.place, found.reason) == (at, "changed")
    assert found.entry is not None and found.entry["place"] == at


def test_an_entry_changed_together_with_its_digest_breaks_the_next(app: Application) -> None:
    tell(app, 8)
    at = place_of(app, "list 4.xlsx")
    with reading(app.engine) as connection:
        rows = {row["place"]: row for rows in history.entries(connection) for row in rows}
    forged = history.said(rows[at]) | {"user_name": "Somebody else"}
    digest = history.following(history.Mark(at - 1, rows[at - 1]["digest"]), forged).digest
    tamper(app, update(TABLE).where(TABLE.c.place == at).values(user_name="Somebody else", digest=digest))
    found = verdict(app)
    assert found is not None
    assert (found.place, found.reason) == (at + 1, "changed")


def test_an_entry_taken_out_of_the_middle_is_missed(app: Application) -> None:
    tell(app, 8)
    at = place_of(app, "list 4.xlsx")
    tamper(app, delete(TABLE).where(TABLE.c.place == at))
    found = verdict(app)
    assert found is not None
    assert (found.place, found.reason) == (at, "missing")


def test_an_entry_sent_back_to_wait_is_missed(app: Application) -> None:
    tell(app, 8)
    at = place_of(app, "list 4.xlsx")
    tamper(app, update(TABLE).where(TABLE.c.place == at).values(place=None, digest=None, user_name="Somebody else"))
    tell(app, 1)
    found = verdict(app)
    assert found is not None
    assert (found.place, found.reason) == (at, "missing")


def test_a_cut_off_end_shows(app: Application) -> None:
    tell(app, 8)
    at = place_of(app, "list 6.xlsx")
    tamper(app, delete(TABLE).where(TABLE.c.place >= at))
    found = verdict(app)
    assert found is not None
    assert (found.place, found.reason) == (at, "cut")


def test_an_end_cut_off_together_with_its_mark_shows_beside_an_older_mark(app: Application) -> None:
    tell(app, 8)
    with reading(app.engine) as connection:
        in_a_backup = history.head(connection)
        assert history.carries(connection, in_a_backup)
        rows = {row["place"]: row for rows in history.entries(connection) for row in rows}
    at = place_of(app, "list 6.xlsx")
    chain: Any = LogChain.__table__
    tamper(
        app,
        delete(TABLE).where(TABLE.c.place >= at),
        update(chain).where(chain.c.name == "head").values(place=at - 1, digest=rows[at - 1]["digest"]),
    )
    assert verdict(app) is None
    tell(app, 4)
    with reading(app.engine) as connection:
        assert history.carries(connection, in_a_backup) is False


def test_two_entries_that_changed_places_show(app: Application) -> None:
    tell(app, 8)
    one, two = place_of(app, "list 3.xlsx"), place_of(app, "list 4.xlsx")
    tamper(
        app,
        update(TABLE).where(TABLE.c.place == one).values(place=None),
        update(TABLE).where(TABLE.c.place == two).values(place=one),
        update(TABLE).where(TABLE.c.place.is_(None)).values(place=two),
    )
    found = verdict(app)
    assert found is not None
    assert (found.place, found.reason) == (one, "changed")


def test_an_entry_slipped_in_without_the_program_comes_last(app: Application) -> None:
    tell(app, 3)
    with reading(app.engine) as connection:
        row = dict(connection.execute(select(TABLE).limit(1)).mappings().one())
    tamper(app, insert(TABLE).values(row | {"id": 5000, "place": None, "digest": None, "record_label": "slipped in"}))
    with writing(app.engine) as session:
        assert history.seal(session.connection()) == 1
    assert verdict(app) is None
    with reading(app.engine) as connection:
        assert place_of(app, "slipped in") == history.head(connection).place


def test_the_mark_that_something_was_taken_back_is_not_part_of_an_entry(app: Application) -> None:
    tell(app, 3)
    tamper(app, update(TABLE).values(undone_by=1))
    assert verdict(app) is None


def test_many_writers_at_once_make_one_chain_and_none_waits_for_another(app: Application) -> None:
    """One writer stays in its transaction; on PostgreSQL all others go on meanwhile."""
    writers, each = 20, 5
    done: list[int] = []

    def write() -> None:
        tell(app, each)
        done.append(each)

    threads = [threading.Thread(target=write) for _n in range(writers)]
    if is_sqlite(app.engine):
        for thread in threads:
            thread.start()
    else:
        with writing(app.engine) as session:
            events.record(app, "import", "a long one", session=session)
            for at in range(0, writers, 8):  # the engine keeps 12 connections
                for thread in threads[at : at + 8]:
                    thread.start()
                for thread in threads[at : at + 8]:
                    thread.join(20)
                    assert not thread.is_alive(), "a writer waits for another"
            assert history.waiting(session.connection()) == writers * each
    for thread in threads:
        thread.join(60)
    assert done == [each] * writers
    with writing(app.engine) as session:
        history.seal(session.connection())
    with reading(app.engine) as connection:
        assert history.waiting(connection) == 0
        assert connection.scalar(select(func.count()).select_from(TABLE)) == history.head(connection).place
    assert verdict(app) is None


def test_an_entry_that_is_being_taken_back_holds_nobody_up(pg_url: str, tmp_path: Path) -> None:
    app = open_url(pg_url, tmp_path, create=NewCompany("Example", "Ann", "en"))
    with writing(app.engine) as long:
        events.record(app, "import", "long", session=long)  # has the chain, so that the next one gets no place
        events.record(app, "print", "waits")
    with writing(app.engine) as session:
        assert history.waiting(session.connection()) == 1
        session.execute(update(TABLE).where(TABLE.c.record_label == "waits").values(undone_by=0))
        writer = threading.Thread(target=tell, args=(app, 1))
        writer.start()
        writer.join(20)
        assert not writer.is_alive()
    app.close()


def test_what_is_rolled_back_leaves_no_hole(app: Application) -> None:
    tell(app, 3)
    with pytest.raises(ZeroDivisionError), writing(app.engine) as session:
        events.record(app, "print", "never", session=session)
        raise ZeroDivisionError
    tell(app, 3)
    assert verdict(app) is None


def test_entries_from_before_the_chain_get_their_places(app: Application) -> None:
    tell(app, 5)
    tamper(app, update(TABLE).values(place=None, digest=None), delete(LogChain))
    with writing(app.engine) as session:
        history.seal(session.connection())
    assert verdict(app) is None


def test_archived_entries_leave_a_base_that_must_be_told_of(app: Application) -> None:
    tell(app, 8)
    with writing(app.engine) as session:
        connection = session.connection()
        rows = {row["place"]: row for rows in history.entries(connection) for row in rows}
        until = history.Mark(5, rows[5]["digest"])
        assert history.remove(connection, until) == 5
        events.record(app, history.ARCHIVED, "old.log", {"until": 5, "digest": until.digest}, session=session)
    assert verdict(app) is None
    with reading(app.engine) as connection:
        assert history.carries(connection, until)
        assert history.carries(connection, history.Mark(3, rows[3]["digest"])) is None
    chain: Any = LogChain.__table__
    tamper(
        app,
        delete(TABLE).where(TABLE.c.place <= 6),
        update(chain).where(chain.c.name == "base").values(place=6, digest=rows[6]["digest"]),
    )
    found = verdict(app)
    assert found is not None
    assert found.reason == "base"


def test_an_older_database_is_sealed_when_it_is_opened(engine_url: str) -> None:
    engine = open_engine(engine_url)
    schema.create_at(engine, "0002")
    words = "record_type, record_id, record_label, action, at, user_name, station, batch, changes, version"
    row = "'customers', 5, 'Alpha', 'change', '2026-03-01 10:00:00.123456', 'Ann', 'PC 1', '', '{\"city\": [\"A\", \"B\"]}', 2"
    with engine.begin() as connection:
        for _n in range(3):
            connection.execute(text(f"INSERT INTO history_entry ({words}) VALUES ({row})"))
    bring_up_to_date(engine)
    with reading(engine) as connection:
        assert history.waiting(connection) == 0
        assert history.head(connection).place == 3
        assert [f for f in history.check(connection) if isinstance(f, history.Break)] == []
    engine.dispose()


def test_a_chain_is_the_same_on_both_engines_and_moves_between_them(app: Application, tmp_path: Path) -> None:
    """A digest says nothing of the engine: a company that moves to a server takes its chain along."""
    tell(app, 5)
    moved = open_engine(sqlite_url(tmp_path / "moved.db"))
    schema.create(moved)
    transfer.copy_database(app.engine, moved)
    with reading(app.engine) as one, reading(moved) as other:
        assert history.head(one) == history.head(other)
        assert [f for f in history.check(other) if isinstance(f, history.Break)] == []
    moved.dispose()


def test_entries_written_together_have_the_digests_of_entries_written_one_by_one(app: Application) -> None:
    at, odd = now(), ["a", "a", 'two "words"\n', "名 🌏\u2028", "cut\0here", "\x01\x7f\\"]
    facts = {"record_type": "customers", "user_id": None, "user_name": "Ann", "station": "", "at": at, "batch": "", "version": 1}
    rows = [
        facts | {"record_id": n, "record_label": label, "action": label[:3], "changes": {"b": [1, "名\"\\"], "a": None} if n % 2 else {}}
        for n, label in enumerate(odd, 1)
    ]
    with writing(app.engine) as session:
        mark = history.head(session.connection())
        history.append(session.connection(), rows)
        found = session.connection().execute(select(TABLE).where(TABLE.c.place > mark.place).order_by(TABLE.c.place)).mappings().all()
        for row, stands in zip(rows, found, strict=True):
            mark = history.following(mark, history.said(row))
            assert (stands["place"], stands["digest"]) == (mark.place, mark.digest), row


def test_a_digest_can_be_worked_out_by_anybody(app: Application) -> None:
    """As docs/log.md says it, with nothing of the program."""
    events.record(app, "print", "清单", {"copies": 2})
    with reading(app.engine) as connection:
        row = dict(connection.execute(select(TABLE)).mappings().one())
    words = json.dumps(
        {
            "action": "print", "at": row["at"].isoformat(timespec="microseconds"), "batch": "", "changes": {"facts": {"copies": 2}},
            "record_id": 0, "record_label": "清单", "record_type": "", "station": row["station"], "user_id": row["user_id"],
            "user_name": "Ann", "version": 0,
        },
        separators=(",", ":"),
    )  # fmt: skip
    assert row["digest"] == hashlib.sha256(f"{'0' * 64}\n1\n{words}".encode()).hexdigest()
