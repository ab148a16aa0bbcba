"""Statements that travel to a server together do what they would do one by one, in fewer round trips."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slow_line import SlowLine
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    make_url,
    select,
    text,
    update,
)

from db.bundling import ask, post
from db.engine import open_engine, writing, writing_with
from db.errors import Duplicate, StillReferenced, Unreachable

_THINGS = Table("thing", MetaData(), Column("id", Integer, primary_key=True), Column("name", String(20), nullable=False, unique=True))
_QUESTION = "SELECT 7"


@pytest.fixture
def engine(engine_url: str) -> Iterator[Engine]:
    made = open_engine(engine_url)
    with writing(made) as session:
        _THINGS.metadata.create_all(session.connection())
    yield made
    made.dispose()


def _names(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(_THINGS.c.name).order_by(_THINGS.c.id)))


def test_answers_are_those_of_their_place(engine: Engine) -> None:
    with writing_with(engine, _QUESTION) as (session, answer):
        assert answer == 7
        before = ask(session, select(func.count()).select_from(_THINGS))
        post(session, insert(_THINGS), {"id": 1, "name": "first"})
        post(session, insert(_THINGS), [{"id": n, "name": f"more {n}"} for n in range(2, 5)])
        between = ask(session, select(_THINGS.c.name).where(_THINGS.c.id.in_([1, 3])).order_by(_THINGS.c.id))
        changed = ask(session, update(_THINGS).where(_THINGS.c.id > 1).values(name=_THINGS.c.name + "!"))
        claimed = ask(session, update(_THINGS).where(_THINGS.c.id == 1).values(name="one").returning(_THINGS.c.id))
        post(session, delete(_THINGS).where(_THINGS.c.id == 2))
        assert session.scalar(select(func.count()).select_from(_THINGS)) == 3, "a plain question sees what was posted"
        assert (before.scalar(), between.scalars(), changed.changed, claimed.scalar()) == (0, ["first", "more 3"], 3, 1)
        assert ask(session, select(_THINGS.c.id).where(_THINGS.c.id == 9)).first() is None
    assert _names(engine) == ["one", "more 3!", "more 4!"]


def test_an_error_comes_out_and_nothing_stays(engine: Engine) -> None:
    with pytest.raises(Duplicate) as met, writing_with(engine, _QUESTION) as (session, _answer):
        post(session, insert(_THINGS), {"id": 1, "name": "same"})
        post(session, insert(_THINGS), {"id": 2, "name": "same"})
        post(session, insert(_THINGS), {"id": 3, "name": "other"})
    assert met.value.table == "thing"
    with pytest.raises(Duplicate), writing_with(engine, _QUESTION) as (session, _answer):
        post(session, insert(_THINGS), {"id": 1, "name": "same"})
        post(session, insert(_THINGS), {"id": 1, "name": "other"})
        ask(session, select(_THINGS.c.id)).all()
    with pytest.raises(StillReferenced, match="x"), writing_with(engine, _QUESTION) as (session, _answer):
        post(session, insert(_THINGS), {"id": 1, "name": "never"})
        raise StillReferenced("x")
    assert _names(engine) == []
    with writing_with(engine, _QUESTION) as (session, _answer):
        post(session, insert(_THINGS), {"id": 1, "name": "the next is well"})
    assert _names(engine) == ["the next is well"]


def test_what_is_taken_back_takes_along_what_waited(engine: Engine) -> None:
    with writing_with(engine, _QUESTION) as (session, _answer):
        post(session, insert(_THINGS), {"id": 1, "name": "stays"})
        inner = session.begin_nested()
        post(session, insert(_THINGS), {"id": 2, "name": "goes"})
        post(session, insert(_THINGS), {"id": 2, "name": "is wrong"}) if engine.dialect.name != "sqlite" else None
        inner.rollback()
        with pytest.raises(Duplicate), session.begin_nested():
            post(session, insert(_THINGS), {"id": 3, "name": "goes"})
            session.execute(insert(_THINGS), {"id": 3, "name": "is wrong"})
        post(session, insert(_THINGS), {"id": 4, "name": "stays too"})
    assert _names(engine) == ["stays", "stays too"]


def test_they_travel_once(pg_url: str) -> None:
    port = make_url(pg_url).port
    assert port is not None
    with SlowLine(port) as line:
        engine = open_engine(line.through(pg_url))
        with writing(engine) as session:
            _THINGS.metadata.create_all(session.connection())
        counted = []
        for at in (0, 100, 200):
            before = line.trips
            with writing_with(engine, _QUESTION) as (session, _answer):
                post(session, delete(_THINGS))
                for n in range(20):
                    post(session, insert(_THINGS), {"id": at + n, "name": f"thing {at + n}"})
                answers = [ask(session, select(_THINGS.c.name).where(_THINGS.c.id == at + n)) for n in range(5)]
                assert [a.scalar() for a in answers] == [f"thing {at + n}" for n in range(5)]
                post(session, text("SELECT pg_notify('nobody', 'hears it')"))
            counted.append(line.trips - before)
        assert counted == [3, 3, 3], "one to begin, one to ask, one to tell and to commit"
        line.before_server = lambda said: b"COMMIT" in said
        with pytest.raises(Unreachable), writing_with(engine, _QUESTION) as (session, _answer):
            post(session, insert(_THINGS), {"id": 1, "name": "lost on its way"})
        line.before_server = None
        with writing_with(engine, _QUESTION) as (session, _answer):
            assert ask(session, select(func.count()).select_from(_THINGS).where(_THINGS.c.id == 1)).scalar() == 0
        engine.dispose()
