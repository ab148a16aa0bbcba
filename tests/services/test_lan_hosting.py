"""Sharing with the office on a real server: what moves, who gets in from where, and what stays as it was when something goes wrong."""

from __future__ import annotations

import ipaddress
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest
from lan_makers import NEAR, PASSWORD, TestOffice, an_office, made_of, no_backup

from crm_desktop.errors import FirstPassword, Missing, NotSignedIn, Refused, Told, Unavailable
from crm_desktop.lan import binaries, checks, hosting, relocating
from crm_desktop.lan import connection as ways
from crm_desktop.lan.binaries import find
from crm_desktop.lan.checks import BAD, look
from crm_desktop.lan.cluster import Cluster, port_is_free
from crm_desktop.lan.ending import stop_sharing
from crm_desktop.lan.entering import open_as_host, open_office
from crm_desktop.lan.hosting import UNFINISHED, share
from crm_desktop.lan.join_file import read_join_file, write_join_file
from crm_desktop.lan.joining import check, join, leave
from crm_desktop.lan.moving import sums
from crm_desktop.lan.networks import Adapter
from crm_desktop.lan.relocating import followed, move_here
from crm_desktop.lan.upgrading import upgrade
from crm_desktop.lan.waking import cluster_of, wake
from crm_desktop.services import saving, signing_in
from crm_desktop.services.listing import ListQuery, fetch_ids, fetch_page
from crm_desktop.services.opening import database_path, open_folder
from db import server
from db.engine import open_engine, sqlite_url

NAMES = ListQuery("customers", ("name",))


@pytest.fixture(scope="module")
def office() -> Iterator[TestOffice]:
    """An office that tests only look at."""
    with an_office() as made:
        made.share()
        yield made


@pytest.fixture
def fresh() -> Iterator[TestOffice]:
    """A folder for an office that a test makes."""
    with an_office() as made:
        yield made


def test_everything_arrived_and_the_file_of_before_is_kept(office: TestOffice) -> None:
    assert office.shared is not None and not database_path(office.host).exists()
    kept = open_engine(sqlite_url(office.shared.kept))
    there = open_as_host(office.host)
    before, now = sums(kept), sums(there.engine)
    # What turning sign-in on wrote is new, and who makes the backups; all else is the same, to the last value.
    changed = {name for name in before if before[name] != now[name]}
    assert changed <= {"history_entry", "log_chain", "credential", "access_state", "setting"}
    assert now["setting"].rows - before["setting"].rows in (0, 1)
    assert sum(each.rows for each in before.values()) == office.shared.rows
    kept.dispose()
    there.close()


def test_the_owner_works_on_the_host_and_a_colleague_on_another_pc(office: TestOffice) -> None:
    app = office.enter()
    assert [row[0] for row in fetch_page(app, NAMES).rows] == ["Harbour 海港"]
    app.close()
    member, file = office.member("bobs"), office.folder / "office.crmjoin"
    write_join_file(file, office.connection)
    join(member, read_join_file(file))
    with pytest.raises(NotSignedIn):
        office.enter(member, "bob", PASSWORD)
    with pytest.raises(FirstPassword):
        office.enter(member, "bob", office.first_word("bob"))
    app = office.enter(member, "bob", office.first_word("bob"), new="bobs-own-long-one")
    assert app.actor.name == "Bob" and app.actor.proven
    app.close()
    office.enter(member, "bob", "bobs-own-long-one").close()
    leave(member)
    assert ways.kept(member) is None
    with pytest.raises(Missing):
        open_office(member)


def test_nobody_gets_in_without_a_password_and_no_superuser_from_outside(office: TestOffice) -> None:
    word, port = ways.secret(office.host, ways.SUPERUSER), office.connection.port
    inside = {"host": "127.0.0.1", "port": port, "connect_timeout": 5}
    ann = {"user": "crm/crm/ann", "dbname": "crm", "password": PASSWORD}
    boss = {"user": "postgres", "dbname": "crm", "password": word}
    with from_another_pc(port) as outside:
        for good in (inside | ann, outside | ann, inside | boss):
            psycopg.connect(**good).close()  # type: ignore[arg-type]
        for bad in (
            outside | boss,
            outside | boss | {"dbname": "postgres"},
            inside | boss | {"password": "wrong"},
            inside | boss | {"password": ""},
            outside | ann | {"password": ""},
            outside | ann | {"password": "wrong"},
            outside | ann | {"dbname": "postgres"},
            outside | ann | {"dbname": "template1"},
            outside | {"user": "crm_owner/crm", "dbname": "crm", "password": "x"},
        ):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(**bad)  # type: ignore[arg-type]


@contextmanager
def from_another_pc(port: int) -> Iterator[dict[str, object]]:
    """Where to connect so that the server sees one come from another address of its network."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def carry(source: socket.socket, target: socket.socket) -> None:
            with suppress(OSError):
                while content := source.recv(65536):
                    target.sendall(content)
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _address = door.accept()
                    far = socket.create_connection(("127.0.0.2", port), 5, ("127.0.0.7", 0))
                    for pair in ((near, far), (far, near)):
                        threading.Thread(target=carry, args=pair, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield {"host": "127.0.0.1", "port": door.getsockname()[1], "connect_timeout": 5}


def test_the_server_is_made_as_it_should_be(office: TestOffice) -> None:
    app = open_as_host(office.host)
    with app.engine.connect() as connection:

        def setting(name: str) -> str:
            return str(connection.exec_driver_sql(f"SELECT current_setting('{name}')").scalar_one())

        assert setting("data_checksums") == "on" and setting("server_encoding") == "UTF8"
        assert setting("password_encryption") == "scram-sha-256" and setting("unix_socket_directories") == ""
        assert setting("listen_addresses") == "127.0.0.1,127.0.0.2" and setting("fsync") == "on"
        methods = set(connection.exec_driver_sql("SELECT auth_method FROM pg_hba_file_rules").scalars())
        assert methods == {"scram-sha-256", "reject"}
        broken = connection.exec_driver_sql("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL").scalar_one()
        assert broken == 0
        kept = set(connection.exec_driver_sql("SELECT left(rolpassword, 14) FROM pg_authid WHERE rolpassword IS NOT NULL").scalars())
        assert kept == {"SCRAM-SHA-256$"}
    app.close()
    folder = Path(office.connection.folder)
    assert not list(folder.glob("password*"))
    if os.name == "posix":
        assert (folder / "data").stat().st_mode & 0o077 == 0
        owner = psutil.Process(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])).uids().real
        assert owner != 0


def test_a_second_share_is_refused(office: TestOffice) -> None:
    app = office.enter()
    with pytest.raises(Refused):
        share(app, PASSWORD, no_backup, made_of())
    app.close()
    with pytest.raises(Refused):
        join(office.host, replace(office.connection, part="member"))


def test_only_the_owner_shares_and_stops(office: TestOffice) -> None:
    app = office.enter()
    with pytest.raises(NotSignedIn):
        stop_sharing(app, "not-this-one", no_backup)
    app.actor = replace(app.actor, rights=replace(app.actor.rights, everything=False, holdings=()), version=0)
    with pytest.raises(Refused):
        stop_sharing(app, PASSWORD, no_backup)
    app.close()
    assert check(office.connection, office.host)


def test_a_server_that_is_none_is_not_joined(office: TestOffice, tmp_path: Path) -> None:
    nobody = replace(office.connection, part="member", port=9, hosts=("127.0.0.1",))
    with pytest.raises(Unavailable):
        join(tmp_path, nobody)
    other = replace(office.connection, part="member", encrypted=True, hosts=("127.0.0.1",))
    with pytest.raises((Refused, Unavailable)):  # it should encrypt and does not
        join(tmp_path, other)
    assert ways.kept(tmp_path) is None


@pytest.mark.slow
def test_the_host_starts_its_server_again_and_follows_its_addresses(fresh: TestOffice) -> None:
    fresh.share()
    cluster = cluster_of(fresh.connection)
    cluster.stop()
    fresh.enter().close()
    assert cluster.running()
    number = int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    psutil.Process(number).kill()  # as when the power fails
    wait_for(lambda: not psutil.pid_exists(number))
    app = fresh.enter()
    assert [row[0] for row in fetch_page(app, NAMES).rows] == ["Harbour 海港"]
    app.close()
    moved = (Adapter("test", ipaddress.ip_interface("127.0.0.3/8")),)
    connection = wake(fresh.host, made_of().starter, moved)
    assert connection is not None and connection.hosts[0] == "127.0.0.3"
    assert not port_is_free(connection.port, ("127.0.0.3",)) and port_is_free(connection.port, ("127.0.0.2",))


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_an_upgrade_keeps_data_and_passwords_and_stopping_brings_everything_back(fresh: TestOffice) -> None:
    fresh.share()
    fresh.enter(None, "bob", fresh.first_word("bob"), new="bobs-own-long-one").close()
    was = fresh.connection
    done = upgrade(fresh.enter(), PASSWORD, no_backup, by=made_of().starter, to=find())
    now = fresh.connection
    assert now.folder != was.folder and (now.port, now.hosts, now.uid) == (was.port, was.hosts, was.uid)
    assert done.kept.exists() and done.rows > 0 and done.was == done.now == find().version
    fresh.enter(None, "bob", "bobs-own-long-one").close()
    with pytest.raises(FirstPassword):  # who had not signed in yet still has the first one
        fresh.enter(None, "cho", fresh.first_word("cho"))
    cluster = cluster_of(now)
    alone = stop_sharing(fresh.enter(), PASSWORD, no_backup, by=made_of().starter)
    assert ways.kept(fresh.host) is None and not cluster.running()
    assert alone.kept.exists() and alone.kept.name.startswith("server-2-stopped-")
    assert [p.sign_in for p in alone.people] == ["bob", "cho"] and len(alone.codes) == 10
    app = open_folder(fresh.host)
    signing_in.sign_in(app, "ann", PASSWORD)
    assert [row[0] for row in fetch_page(app, NAMES).rows] == ["Harbour 海港"]
    app.close()


@pytest.mark.parametrize("what", ["moving", "finishing"])
def test_what_goes_wrong_leaves_the_state_before(fresh: TestOffice, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise Unavailable("the disk is full")

    target = {"moving": (hosting, "move"), "finishing": (hosting.ways, "keep")}[what]
    monkeypatch.setattr(*target, broken)
    with pytest.raises(Unavailable):
        fresh.share()
    assert ways.kept(fresh.host) is None
    assert not list(fresh.folder.rglob("PG_VERSION")) and not list(fresh.folder.rglob("postmaster.pid"))
    app = open_folder(fresh.host)
    assert [row[0] for row in fetch_page(app, NAMES).rows] == ["Harbour 海港"] and app.actor.name == "Ann"
    app.close()


def test_a_failed_backup_stops_it_before_anything_begins(fresh: TestOffice) -> None:
    def failing(_app: object) -> None:
        raise Unavailable("no room for the backup")

    app = fresh.begin()
    with pytest.raises(Unavailable, match="no room"):
        share(app, PASSWORD, failing, made_of())
    app.close()
    assert not (fresh.host / "server").exists()


def test_a_program_that_has_the_file_open_stops_it(fresh: TestOffice) -> None:
    app = fresh.begin()
    other = open_folder(fresh.host)
    with other.engine.connect() as held:
        held.exec_driver_sql("SELECT 1 FROM customer").all()
        with pytest.raises(Refused, match="in use"):
            share(app, PASSWORD, no_backup, made_of())
    other.close()
    assert not (fresh.host / "server").exists() and database_path(fresh.host).exists()


KILLED = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from lan_makers import TestOffice, made_of, no_backup, PASSWORD
from crm_desktop.lan import hosting
from crm_desktop.services.opening import open_folder
real = hosting.move
def slow(*arguments):
    done = real(*arguments)
    print("moved", flush=True)
    sys.stdin.read()
    return done
hosting.move = slow
hosting.share(open_folder(Path({data!r})), PASSWORD, no_backup, made_of())
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_leaves_the_state_before_and_the_next_try_works(fresh: TestOffice) -> None:
    fresh.begin().close()
    tests = Path(__file__).parents[1]
    code = KILLED.format(tests=str(tests), root=str(tests.parent), data=str(fresh.host))
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "moved"
        process.kill()
    assert ways.kept(fresh.host) is None and (fresh.host / "server" / UNFINISHED).exists()
    app = open_folder(fresh.host)
    assert app.actor.name == "Ann"
    shared = share(app, PASSWORD, no_backup, made_of())
    assert shared.connection.folder == str(fresh.host / "server") and not (fresh.host / "server" / UNFINISHED).exists()
    fresh.enter().close()


def test_bad_ground_is_told_before_anything_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        states = {c.key: c for c in look(tmp_path, 0, taken.getsockname()[1], NEAR).checks}
        assert states["port"].state == BAD and states["port"].advice
    assert {c.key for c in look(tmp_path, 0, 1, ()).checks if c.state == BAD} >= {"network"}
    huge = {c.key: c.state for c in look(tmp_path, 1 << 60, 15999, NEAR).checks}
    assert huge["disk"] == BAD
    monkeypatch.setattr(binaries, "candidates", lambda _program: iter([("installed", tmp_path)]))
    ready = look(tmp_path, 0, 15999, NEAR)
    assert not ready.ready and ready.obstacle is not None and ready.obstacle.key == "programs" and "postgresql.org" in ready.obstacle.advice
    assert checks.how_to_encrypt()


def test_a_port_that_is_taken_meanwhile_leaves_the_state_before(fresh: TestOffice) -> None:
    making = made_of()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", making.port))
        taken.listen()
        with pytest.raises(Unavailable):
            fresh.share(making)
    assert ways.kept(fresh.host) is None and database_path(fresh.host).exists()
    assert not (fresh.host / "server").exists()


def test_a_cluster_is_never_made_over_another(office: TestOffice) -> None:
    with pytest.raises(Refused):
        Cluster(Path(office.connection.folder), find()).create("x")
    assert server.check(server.Address("127.0.0.1", office.connection.port, "crm", "postgres", ways.secret(office.host, ways.SUPERUSER)))


@pytest.mark.slow
def test_a_new_host_that_died_in_the_last_step_of_a_move_is_the_host_when_it_starts_again(
    fresh: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old database said already where the data are; before that moment the move would not have happened."""
    fresh.share()
    member, file = fresh.member(), fresh.folder / "office.crmjoin"
    write_join_file(file, fresh.connection)
    join(member, read_join_file(file))

    class Died(BaseException):
        """The power fails."""

    def died(self: hosting.Fresh, _connection: object) -> None:
        self.finished = True  # nothing of a dead program throws the new server away
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(hosting.Fresh, "finish", died)
        with pytest.raises(Died):
            move_here(fresh.enter(member), PASSWORD, no_backup, made_of())
    known = ways.kept(member)
    assert known is not None and known.part == "member"
    app = fresh.enter(member)  # still by the old way
    assert [row[0] for row in fetch_page(app, NAMES).rows] == ["Harbour 海港"]
    with pytest.raises(Told):
        saving.save(app, saving.new_draft(app, "customers", {"name": "Too late"}))
    now = followed(app)
    app.close()
    assert now is not None and now.part == "host" and Path(now.folder).parent == member
    there = fresh.enter(member)
    saving.save(there, saving.new_draft(there, "customers", {"name": "In time"}))
    assert len(fetch_page(there, NAMES).rows) == 2
    there.close()
    old = fresh.enter()
    gone = followed(old)
    old.close()
    assert gone is not None and gone.part == "member" and gone.folder == str(fresh.host / "server")


def test_a_move_that_fails_lets_everybody_go_on(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    member, file = office.member("mover"), office.folder / "mover.crmjoin"
    write_join_file(file, office.connection)
    join(member, read_join_file(file))

    def broken(*_arguments: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(relocating, "move", broken)
    with pytest.raises(Unavailable, match="disk is full"):
        move_here(office.enter(member), PASSWORD, no_backup, made_of())
    assert not list(member.rglob("PG_VERSION")) and ways.kept(member) is not None
    app = office.enter()
    draft = saving.open_record(app, "customers", fetch_ids(app, NAMES)[0])
    draft.values["note"] = "Goes on"
    saving.save(app, draft)
    assert followed(app) is None
    app.close()
