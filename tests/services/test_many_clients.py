"""Many PCs at one server, all changing the same orders, while PCs and the server die and connections break: what was told saved is
there, once.

The clients write a ledger of their own (what they print); in the end the database must say the same. In the suite four of them work for
some seconds; `-m soak` lets twenty and fifty work for ten minutes.
"""

from __future__ import annotations

import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from lan_makers import made_of
from record_makers import customer, order
from sqlalchemy import text

from crm_desktop.application import Application
from crm_desktop.lan.cluster import Cluster, Offer
from crm_desktop.services import saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import ListQuery, fetch_page
from crm_desktop.services.opening import NewCompany, open_url

PROGRAM = Path(__file__).parents[1] / "office_client.py"
PATIENCE = 240  # seconds for starting and ending, on a machine that is very busy


@dataclass
class Client:
    """One PC. said: its ledger so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    killed: bool = False

    def listen(self) -> None:
        assert self.process.stdout is not None
        for words in self.process.stdout:
            self.said.append(words.strip())

    def done(self, act: str) -> list[list[str]]:
        return [words.split()[2:] for words in self.said if words.startswith(f"done {act}")]

    @property
    def unknown(self) -> list[str]:
        """What it was about to do when it was killed: done or not, nobody knows."""
        return self.said[-1].split()[1:] if self.killed and self.said and self.said[-1].startswith("try") else []


@contextmanager
def office(app: Application, folder: Path, number: int, shared: list[int]) -> Iterator[list[Client]]:
    """So many PCs at work; at the end all that live end by themselves."""
    url = app.engine.url.render_as_string(hide_password=False)
    clients, listeners = list[Client](), list[threading.Thread]()
    for seed in range(number):
        command = [sys.executable, str(PROGRAM), url, str(folder / f"pc {seed}"), str(seed), *map(str, shared)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        clients.append(Client(process))
        listeners.append(threading.Thread(target=clients[-1].listen, daemon=True))
        listeners[-1].start()
    try:
        end = time.monotonic() + PATIENCE
        while not all("ready" in client.said for client in clients):
            assert time.monotonic() < end and all(c.process.poll() is None for c in clients), "a client did not begin"
            time.sleep(0.05)
        yield clients
        for client in clients:
            assert client.process.stdin is not None
            client.process.stdin.close()
        for client, listener in zip(clients, listeners, strict=True):
            client.process.wait(PATIENCE)
            listener.join(PATIENCE)
            assert client.killed or client.said[-1] == "end", "none needs a restart"
    finally:
        for client in clients:
            client.process.kill()
            client.process.wait()


@dataclass
class Host:
    """The host PC: the server, and the program that made its company."""

    cluster: Cluster
    app: Application

    def lose_power(self) -> None:
        """The server and all its processes are gone at once; after a while it is switched on again."""
        first = psutil.Process(int((self.cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0]))
        processes = [first, *first.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, PATIENCE)
        time.sleep(random.uniform(0, 2))
        self.cluster.start()
        self.app.engine.dispose()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A host PC of its own, with an empty company."""
    made, password = made_of(), secrets.token_hex(12)
    folder = Path(tempfile.mkdtemp(prefix="crm-desktop-host-"))
    folder.chmod(0o755)  # the account of the server comes in
    cluster = Cluster(folder / "server", made.binaries)
    cluster.create(password)
    cluster.configure(Offer(port=made.port))
    cluster.start()
    try:
        url = f"postgresql+psycopg://postgres:{password}@127.0.0.1:{made.port}/postgres"
        app = open_url(url, tmp_path / "host", create=NewCompany("百川贸易", "Ann", "en"))
        yield Host(cluster, app)
        app.close()
    finally:
        cluster.remove()
        shutil.rmtree(folder, ignore_errors=True)


def disturb(
    app: Application, clients: list[Client], seconds: float, deaths: int, acts: int, host: Host | None = None
) -> None:
    """Break connections of the clients at random, and let some of the PCs (or, where there is one, the host) die, for so long and until
    enough was done."""
    chance, began = random.Random(5), time.monotonic()
    dying = [began + seconds * (n + 1) / (deaths + 1) for n in range(deaths)]
    broken = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
    )
    while time.monotonic() < began + seconds or sum(len(c.done("")) for c in clients) < acts:
        assert time.monotonic() < began + seconds + PATIENCE, "too little was done"
        time.sleep(chance.uniform(0.1, 0.6))
        with app.engine.connect() as connection:
            connection.execute(broken)
        if dying and time.monotonic() > dying[0]:
            dying.pop(0)
            if host:
                host.lose_power()
                continue
            victim = chance.choice([c for c in clients if not c.killed])
            victim.killed = True
            victim.process.kill()


def shared_orders(app: Application) -> list[int]:
    """Three orders that everybody changes."""
    buyer = customer(app)
    return [order(app, buyer, 2).id or 0 for _ in range(3)]


SOAK = [pytest.mark.soak, pytest.mark.timeout(1500)]


@pytest.mark.parametrize(
    ("number", "seconds", "deaths", "acts"),
    [
        pytest.param(4, 4, 1, 30, marks=pytest.mark.slow),
        pytest.param(20, 600, 6, 1000, marks=SOAK),
        pytest.param(50, 600, 12, 1000, marks=SOAK),
    ],
)
def test_the_database_says_what_the_ledgers_of_all_clients_say(
    pg_app: Application, tmp_path: Path, number: int, seconds: float, deaths: int, acts: int
) -> None:
    shared = shared_orders(pg_app)
    with office(pg_app, tmp_path, number, shared) as clients:
        disturb(pg_app, clients, seconds, deaths, acts)
    ledgers_agree(pg_app, clients, shared)


@pytest.mark.parametrize(
    ("number", "seconds", "deaths", "acts"),
    [
        pytest.param(3, 4, 1, 20, marks=pytest.mark.slow),
        pytest.param(20, 600, 20, 300, marks=SOAK),
        pytest.param(50, 600, 20, 300, marks=SOAK),
    ],
)
def test_a_server_that_is_killed_has_lost_nothing_that_was_told(
    host: Host, tmp_path: Path, number: int, seconds: float, deaths: int, acts: int
) -> None:
    shared = shared_orders(host.app)
    with office(host.app, tmp_path, number, shared) as clients:
        disturb(host.app, clients, seconds, deaths, acts, host)
    host.app.engine.dispose()
    ledgers_agree(host.app, clients, shared)


def ledgers_agree(app: Application, clients: list[Client], shared: list[int]) -> None:
    """Nothing that a client was told is lost, nothing is there twice, and what died in mid-act is there whole or not at all."""
    unknown = [c.unknown for c in clients if c.unknown]
    added = Counter((int(id_), int(at)) for c in clients for id_, at in c.done("add"))
    perhaps = Counter((int(act[1]), int(act[2])) for act in unknown if act[0] == "add")
    for id_ in shared:
        stands = saving.open_record(app, "sales-orders", id_)
        for at, one in enumerate(stands.lines):
            more = int(one.values["quantity"]) - 1 - added[id_, at]
            assert 0 <= more <= perhaps[id_, at], "no change was lost, none done twice"
        assert stands.values["total"] == sum(one.values["amount"] for one in stands.lines)
    told = {number: int(id_) for c in clients for id_, number in c.done("new")}
    rows = []
    page = fetch_page(app, ListQuery("sales-orders", columns=("number",), order=("number",)), size=1000)
    while True:
        rows += page.rows
        if page.after is None:
            break
        page = fetch_page(app, ListQuery("sales-orders", columns=("number",), order=("number",)), page.after, size=1000)
    numbers = {row[0]: int(row[-1]) for row in rows if row[-1] not in shared}
    assert told.items() <= numbers.items(), "every order that was told is there, under its number"
    assert len(numbers) - len(told) <= sum(act[0] == "new" for act in unknown), "and none twice"
    running = sorted(int(row[0].rpartition("-")[2]) for row in rows)
    assert running == list(range(1, len(rows) + 1)), "without a gap"
    assert [found for found in check_database(app) if found.repaired] == []
