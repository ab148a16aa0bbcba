"""Two programs on one server: each hears what the other changed, once, and sees who has the same record open."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Condition

import pytest
from record_makers import customer, order
from slow_line import SlowLine
from sqlalchemy import make_url, text

from crm_desktop.application import Application
from crm_desktop.changes import Change
from crm_desktop.errors import Away, NotSaved, Told, Unavailable
from crm_desktop.services import saving
from crm_desktop.services.access import acting
from crm_desktop.services.deleting import delete
from crm_desktop.services.opening import open_url
from crm_desktop.services.watching import Link, Watch, watch
from db import notify
from db.engine import writing

SOON = 30  # seconds, on a machine that is very busy


@dataclass
class Ears:
    """What a program hears, and a watch that makes it hear."""

    app: Application
    changes: list[Change] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    news: Condition = field(default_factory=Condition)

    def begin(self) -> None:
        self.app.changes.listen(self._hear)
        found = watch(self.app, self._state, self._wake)
        assert found is not None
        self.watch: Watch = found
        assert found.listening.wait(SOON)

    def _hear(self, change: Change) -> None:
        self.changes.append(change)
        self._wake()

    def _state(self, link: Link) -> None:
        self.links.append(link)
        self._wake()

    def _wake(self) -> None:
        with self.news:
            self.news.notify_all()

    def until(self, test: Callable[[], object]) -> None:
        with self.news:
            assert self.news.wait_for(test, SOON), (self.changes, self.links)

    @property
    def elsewhere(self) -> list[Change]:
        return [c for c in self.changes if c.elsewhere]


@pytest.fixture
def pair(pg_app: Application, open_again: Callable[[Application], Application]) -> tuple[Ears, Ears]:
    """Two programs that listen."""
    both = Ears(pg_app), Ears(open_again(pg_app))
    for ears in both:
        ears.begin()
    return both


@pytest.fixture
def line(pg_app: Application) -> Iterator[SlowLine]:
    port = make_url(pg_app.engine.url).port
    assert port is not None
    with SlowLine(port) as made:
        yield made


@pytest.fixture
def far(pg_app: Application, line: SlowLine) -> Iterator[Ears]:
    """A program on the other side of a line that may break."""
    app = open_url(line.through(pg_app.engine.url.render_as_string(hide_password=False)), pg_app.data)
    ears = Ears(app)
    ears.begin()
    yield ears
    app.close()


def test_others_hear_who_changed_what_and_nobody_hears_himself(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    made = customer(ann.app, "Alpha")
    bob.until(lambda: bob.elsewhere)
    (heard,) = bob.elsewhere
    assert (heard.type, heard.ids, heard.who) == ("customers", {made.id}, ann.app.actor.name)
    customer(bob.app, "Beta")
    ann.until(lambda: ann.elsewhere)
    assert [c.type for c in ann.changes if not c.elsewhere] == ["customers"], "its own change once"
    assert len(ann.elsewhere) == 1


def test_what_was_rolled_back_is_never_told(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    with pytest.raises(ZeroDivisionError), acting(ann.app) as session:
        saving.save_within(session, ann.app, [saving.new_draft(ann.app, "customers", {"name": "Never"})])
        raise ZeroDivisionError
    made = customer(ann.app, "Alpha")
    bob.until(lambda: bob.elsewhere)
    assert {i for c in bob.elsewhere for i in c.ids} == {made.id}


def test_one_act_of_a_thousand_records_is_one_message(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    saving.save_many(ann.app, [saving.new_draft(ann.app, "customers", {"name": f"C {n}"}) for n in range(1000)])
    bob.until(lambda: bob.elsewhere)
    assert [(c.type, c.ids) for c in bob.elsewhere] == [("customers", frozenset())]


def test_a_storm_of_commits_is_told_in_few_pieces_and_whole(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    made = {customer(ann.app, f"C {n}").id for n in range(60)}
    bob.until(lambda: made <= {i for c in bob.elsewhere for i in c.ids})
    assert len(bob.elsewhere) < 30


def test_deleting_and_documents_are_told(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    made = order(ann.app, customer(ann.app))
    bob.until(lambda: any(c.type == "sales-orders" for c in bob.elsewhere))
    bob.changes.clear()
    delete(ann.app, "sales-orders", [made.id or 0])
    bob.until(lambda: any(c.type == "sales-orders" and made.id in c.ids for c in bob.elsewhere))


def test_a_message_holds_types_and_ids_only_and_always_fits(pg_app: Application) -> None:
    with pg_app.engine.connect() as ear:
        ear.execution_options(isolation_level="AUTOCOMMIT")
        ear.execute(text(f"LISTEN {notify.CHANNEL}"))
        customer(pg_app, "Sunrise 日出 confidential")
        with writing(pg_app.engine) as session:
            for key in range(60):
                notify.note(session, pg_app.uid, 1, f"type-of-a-rather-long-name-{key}", range(10_000_000, 10_000_300))
        driver = ear.connection.driver_connection
        assert driver is not None
        messages = [m.payload for m in driver.notifies(timeout=5, stop_after=2)]
    assert json.loads(messages[0]).keys() == {"p", "u", "c"}
    assert "confidential" not in messages[0] and "日" not in messages[0]
    assert len(messages[1].encode()) < 8000 and len(json.loads(messages[1])["c"]) == 60


def test_foreign_messages_do_no_harm(pair: tuple[Ears, Ears], pg_app: Application) -> None:
    ann, bob = pair
    for said in ("", "nonsense", "[]", "{}", '{"c": 5}', '{"c": {"customers": ["x"]}}', '{"h": 1}', '{"u": "boss"}', "9" * 5000):
        with writing(pg_app.engine) as session:
            session.execute(text("SELECT pg_notify(:c, :s)"), {"c": notify.CHANNEL, "s": said})
    customer(ann.app)
    bob.until(lambda: any(c.type == "customers" and c.ids for c in bob.elsewhere))


def test_one_sees_who_else_has_a_record_open_until_it_is_closed_or_the_program_dies(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    place = ("customers", customer(ann.app).id or 0)
    for ears in pair:
        ears.watch.open(place)
    ann.until(lambda: ann.watch.others(place) == (bob.app.actor.name,))
    bob.until(lambda: bob.watch.others(place) == (ann.app.actor.name,))
    assert ann.watch.others(("customers", 999_999)) == ()
    bob.watch.shut(place)
    ann.until(lambda: ann.watch.others(place) == ())
    bob.watch.open(place)
    ann.until(lambda: ann.watch.others(place) != ())
    bob.app.close()  # as when it dies: the server drops what the connection held
    ann.watch.doubt()
    ann.until(lambda: (ann.watch.doubt(), ann.watch.others(place) == ())[1])


def test_a_server_that_goes_away_and_comes_back(far: Ears, line: SlowLine, pg_app: Application) -> None:
    made = customer(far.app)
    line.go_away()
    far.until(lambda: far.watch.away)
    assert far.links[-1].tries_in > 0
    with pytest.raises(Away):
        saving.open_record(far.app, "customers", made.id or 0)
    with pytest.raises(NotSaved):
        customer(far.app, "Beta")
    while_away = customer(pg_app, "Gamma")
    far.changes.clear()
    line.come_back()
    far.until(lambda: not far.watch.away)
    far.until(lambda: {c.type for c in far.elsewhere} == set(far.app.types))
    assert saving.open_record(far.app, "customers", while_away.id or 0).values["name"] == "Gamma"
    customer(far.app, "Beta")
    made = customer(pg_app, "Delta")
    far.until(lambda: any(made.id in c.ids for c in far.elsewhere))


def test_a_connection_that_only_broke_is_back_before_anybody_needs_to_know(far: Ears, line: SlowLine) -> None:
    line.cut()
    far.until(lambda: {c.type for c in far.elsewhere} == set(far.app.types))
    assert far.links == []
    customer(far.app)


@pytest.mark.slow
@pytest.mark.parametrize("system_tells", [True, False])
def test_whoever_waits_for_a_silent_line_is_let_go(
    far: Ears, line: SlowLine, monkeypatch: pytest.MonkeyPatch, system_tells: bool
) -> None:
    if not system_tells:  # Windows leaves those alone who wait for a socket that is shut

        def deaf(*_args: object) -> socket.socket:
            raise OSError

        monkeypatch.setattr(socket, "fromfd", deaf)
    made = customer(far.app)
    line.hold()
    far.watch.doubt()
    with pytest.raises(Told) as told:  # without the watch it would wait for ever
        saving.open_record(far.app, "customers", made.id or 0)
    assert isinstance(told.value, Unavailable)
    far.until(lambda: far.watch.away)
    line.cut()
    line.come_back()
    far.until(lambda: not far.watch.away)
    assert saving.open_record(far.app, "customers", made.id or 0).id == made.id


def test_rights_that_are_withdrawn_elsewhere_are_read_again_at_once(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    version = bob.app.actor.version
    position = saving.new_draft(ann.app, "positions", {"name": "Guest"})
    saving.save(ann.app, position)
    bob.until(lambda: any(c.type == "positions" for c in bob.elsewhere))
    assert bob.app.actor.version > version


def test_nobody_loses_rights_while_the_whole_database_is_being_replaced(pair: tuple[Ears, Ears]) -> None:
    """Who began to look before the new rows came sees empty tables, people and positions among them."""
    ann, bob = pair
    made, rights = customer(ann.app), bob.app.actor.rights
    with writing(ann.app.engine) as session:
        session.execute(text("DELETE FROM access_state"))
    with pytest.raises(Away):
        saving.open_record(bob.app, "customers", made.id or 0)
    with pytest.raises(NotSaved):
        customer(bob.app, "Beta")
    assert bob.app.actor.rights == rights
    with writing(ann.app.engine) as session:
        session.execute(text("INSERT INTO access_state (id, version) VALUES (1, 99)"))
    assert saving.open_record(bob.app, "customers", made.id or 0).id == made.id


def test_an_older_program_writes_no_more_once_a_newer_one_took_the_database(pair: tuple[Ears, Ears]) -> None:
    ann, bob = pair
    with writing(ann.app.engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        notify.tell_schema(session, "9999")
    bob.until(lambda: bob.watch.link.newer)
    with pytest.raises(Unavailable, match="newer"):
        customer(bob.app)
    assert bob.watch.link == replace(Link(up=True), newer=True)


def test_one_pc_needs_no_watch(sqlite_app: Application) -> None:
    assert watch(sqlite_app) is None
    customer(sqlite_app)
