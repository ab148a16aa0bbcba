"""An office at work: so many clients save orders with twenty lines on a server such as a host PC runs, against bare SQL in the same run.

    python tests/benchmarks/bench_office.py [--clients 1,5,20,50] [--seconds 10] [--folder DIR]

Server and clients share this machine. Each client is an open program of its own, with its own lines to the server; ten processes at most
share them. Bare SQL writes the rows of order and lines, one statement each, and commits: no number, history, search entry or check.
"""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psycopg  # noqa: E402
from benchmarks.measuring import Times, short  # noqa: E402
from sqlalchemy import make_url  # noqa: E402

from crm_desktop.draft import Draft, Ref  # noqa: E402
from crm_desktop.lan.binaries import find  # noqa: E402
from crm_desktop.lan.cluster import Cluster, Offer, free_port  # noqa: E402
from crm_desktop.services import saving  # noqa: E402
from crm_desktop.services.listing import ListQuery, fetch_page  # noqa: E402
from crm_desktop.services.opening import NewCompany, open_url  # noqa: E402
from db.types import new_uid  # noqa: E402

LINES = 20
CUSTOMERS = 200
PROCESSES = 10


def _ours(url: str, folder: Path, seed: int) -> Callable[[], None]:
    """A client of the program; gives the act that is timed."""
    app = open_url(url, folder)
    chance = Random(seed)
    buyers = [Ref(int(row[-1])) for row in fetch_page(app, ListQuery("customers"), size=CUSTOMERS).rows]
    draft = saving.new_draft(app, "sales-orders", {"customer_id": buyers[0]})
    for n in range(LINES):
        line = saving.new_line(app.type("sales-orders"))
        line.values |= {"name": f"Bolt {n}", "quantity": Decimal(n + 1), "price": Decimal(3)}
        draft.lines.append(line)

    def save() -> None:
        typed = replace(draft.copy(), uid=new_uid())
        typed.values["customer_id"] = chance.choice(buyers)
        saving.save(app, typed)

    return save


def _bare(url: str, _folder: Path, seed: int) -> Callable[[], None]:
    """A client of bare SQL."""
    parts = make_url(url)
    line = psycopg.connect(host=parts.host, port=parts.port, user=parts.username, password=parts.password, dbname=parts.database)
    required = _required(line)
    buyers = [row[0] for row in line.execute("SELECT id FROM customer LIMIT %s", [CUSTOMERS])]
    line.commit()
    chance = Random(seed)

    def save() -> None:
        head = {"number": f"BARE-{new_uid()}", "customer_id": chance.choice(buyers)}
        names, values = zip(*(required["sales_order"] | head).items(), strict=True)
        marks = ", ".join(["%s"] * len(names))
        order = line.execute(f"INSERT INTO sales_order ({', '.join(names)}) VALUES ({marks}) RETURNING id", values).fetchone()
        assert order is not None
        rows = [required["sales_order_line"] | {"parent_id": order[0], "position": n, "name": f"Bolt {n}"} for n in range(LINES)]
        marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * LINES)
        line.execute(f"INSERT INTO sales_order_line ({', '.join(rows[0])}) VALUES {marks}", [v for row in rows for v in row.values()])
        line.commit()

    return save


def _required(line: psycopg.Connection[Any]) -> dict[str, dict[str, Any]]:
    """A value for every column that must have one, by table."""
    kinds: dict[str, Any] = {"bigint": 1, "integer": 1, "text": "", "boolean": False, "date": "2026-01-05", "json": "{}", "jsonb": "{}"}
    found: dict[str, dict[str, Any]] = {}
    for table in ("sales_order", "sales_order_line"):
        rows = line.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'",
            [table],
        )
        found[table] = {name: kinds.get(kind, "2026-01-05T08:00:00Z") for name, kind in rows}
    return found


def work(mode: str, url: str, folder: Path, seed: int, threads: int, seconds: float, pace: float) -> None:
    """One process of clients: says "ready", waits to be told to begin, prints the milliseconds of every save."""
    make = {"ours": _ours, "bare": _bare}[mode]
    acts = [make(url, folder / f"pc {seed} {n}", seed * 100 + n) for n in range(threads)]
    for act in acts:
        act()
    times: list[float] = []
    errors: list[str] = []
    begin = threading.Event()

    def run(act: Callable[[], None], first: float) -> None:
        begin.wait()
        end, due = time.monotonic() + seconds, time.monotonic() + first
        while time.monotonic() < end:
            if pace:
                time.sleep(max(0.0, due - time.monotonic()))
                due += pace
            began = time.perf_counter()
            try:
                act()
            except Exception as error:  # noqa: BLE001 - it is counted
                errors.append(repr(error))
            times.append((time.perf_counter() - began) * 1000)

    chance = Random(seed)
    running = [threading.Thread(target=run, args=(act, chance.uniform(0, pace))) for act in acts]
    for thread in running:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    begin.set()
    for thread in running:
        thread.join()
    print(json.dumps({"times": times, "errors": errors}), flush=True)


def office(mode: str, url: str, folder: Path, clients: int, seconds: float, pace: float = 0.0) -> tuple[Times, list[str]]:
    """Let so many clients work at once; gives the time of every save, and what went wrong."""
    number = min(PROCESSES, clients)
    shares = [clients // number + (n < clients % number) for n in range(number)]
    command = [sys.executable, __file__, "--work", mode, url, str(folder)]
    processes = [
        subprocess.Popen([*command, *map(str, (n, share, seconds, pace))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n, share in enumerate(shares)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [json.loads(process.communicate()[0]) for process in processes]
    return Times([t for one in said for t in one["times"]]), [e for one in said for e in one["errors"]]


def measure(url: str, folder: Path, clients: list[int], seconds: float) -> list[str]:
    """The rows of the table."""
    rows = []
    for number in clients:
        plain, plain_errors = office("bare", url, folder, number, seconds)
        ours, errors = office("ours", url, folder, number, seconds)
        assert not plain_errors, plain_errors[0]
        rates = len(ours.all) / seconds, len(plain.all) / seconds
        rows.append(
            f"| {number} | {rates[1]:.0f} | {short(plain.median)} | {short(plain.p95)} | {rates[0]:.0f} | {short(ours.median)} |"
            f" {short(ours.p95)} | {rates[1] / rates[0]:.1f} | {len(errors)} |"
        )
        print(rows[-1], *errors[:3], flush=True)
    for number in [n for n in clients if n >= 20]:
        plain, _errors = office("bare", url, folder, number, seconds, 1.0)
        ours, errors = office("ours", url, folder, number, seconds, 1.0)
        rows.append(
            f"| {number}, each one a second | {len(plain.all) / seconds:.0f} | {short(plain.median)} | {short(plain.p95)} |"
            f" {len(ours.all) / seconds:.0f} | {short(ours.median)} | {short(ours.p95)} | | {len(errors)} |"
        )
        print(rows[-1], *errors[:3], flush=True)
    return rows


def main() -> int:
    """Make a server, a company and customers; measure; print."""
    if sys.argv[1:2] == ["--work"]:
        mode, url, folder, seed, threads, seconds, pace = sys.argv[2:]
        work(mode, url, Path(folder), int(seed), int(threads), float(seconds), float(pace))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", default="1,5,20,50")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--folder", type=Path, help="where the server keeps its data; a folder on a disk")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder, ignore_cleanup_errors=True) as made:
        folder, password = Path(made), secrets.token_hex(12)
        folder.chmod(0o755)
        cluster = Cluster(folder / "server", find())
        port = free_port()
        cluster.create(password)
        cluster.configure(Offer(port=port))
        cluster.start()
        try:
            url = f"postgresql+psycopg://postgres:{password}@127.0.0.1:{port}/postgres"
            app = open_url(url, folder / "host", create=NewCompany("Example Trading Ltd", "Ann", "en"))
            drafts = [Draft("customers", values=saving.new_draft(app, "customers", {"name": f"C{n}"}).values) for n in range(CUSTOMERS)]
            saving.save_many(app, drafts, "create")
            app.close()
            measure(url, folder, [int(n) for n in given.clients.split(",")], given.seconds)
        finally:
            cluster.stop(at_once=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
