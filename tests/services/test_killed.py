"""The program is killed while it saves, creates and migrates: what was told saved is there, nothing half done is seen."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_desktop.application import Application
from crm_desktop.draft import Ref
from crm_desktop.errors import Missing
from crm_desktop.services import history, saving
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import ListQuery, fetch_ids
from crm_desktop.services.opening import NewCompany, database_path, open_folder
from db import schema

PROGRAM = Path(__file__).parents[1] / "dying.py"
LINES = 4
NOW, LATER = schema.head(), f"{int(schema.head()) + 1:04d}"
STEP = f'''"""Makes every customer's note longer, one by one, as a slow step of some later version might."""

import time

from alembic import op
from sqlalchemy import text

revision = "{LATER}"
down_revision = "{NOW}"


def upgrade() -> None:
    op.execute("CREATE TABLE later (id INTEGER PRIMARY KEY, word TEXT)")
    for _ in range(40):
        op.execute("UPDATE customer SET note = note || '+'")
        op.execute("INSERT INTO later (word) VALUES ('x')")
        time.sleep(0.005)
'''


def run_and_kill(seconds: float, *arguments: object) -> list[str]:
    """Run the dying program and kill it that long after it was ready; gives what it had said by then."""
    child = subprocess.Popen(
        [sys.executable, str(PROGRAM), *map(str, arguments)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline().strip() == "ready"
        time.sleep(seconds)
    finally:
        child.kill()  # on Windows that is TerminateProcess: no chance to tidy up either
        said = child.stdout.read()
        child.stdout.close()
        child.wait()
    # A last line may be cut off: then it was not told.
    return [line for line in said.splitlines(keepends=True) if line.endswith("\n")]


def is_whole(data: Path) -> Application:
    """The open company, after everything about it was found sound without repair."""
    raw = sqlite3.connect(database_path(data))
    try:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        raw.close()
    app = open_folder(data)
    findings = check_database(app)
    assert [f for f in findings if not f.sound or f.repaired] == []
    return app


def killed_while_saving(data: Path, rounds: int, chance: random.Random) -> int:
    """Gives how many changes were told saved in all rounds; every one of them is there after each."""
    told: list[list[str]] = []
    for done in range(1, rounds + 1):
        told += [line.split() for line in run_and_kill(chance.uniform(0.02, 0.35), "save", data)]
        app = is_whole(data)
        try:
            _nothing_half_done(app, told, done)
        finally:
            app.close()
    return len(told)


def _nothing_half_done(app: Application, told: list[list[str]], kills: int) -> None:
    customers = {i: saving.open_record(app, "customers", i) for i in fetch_ids(app, ListQuery("customers"))}
    orders = {i: saving.open_record(app, "sales-orders", i) for i in fetch_ids(app, ListQuery("sales-orders"))}
    for what, id_, value in told:
        if what == "customer":
            assert customers[int(id_)].values["number"] == value
        elif what == "order":
            assert orders[int(id_)].values["number"] == value
        else:
            assert str(orders[int(id_)].values["total"]) == value
    for order in orders.values():
        quantities = {line.values["quantity"] for line in order.lines}
        assert len(order.lines) == LINES
        assert len(quantities) == 1, "some lines are changed, others not"
        actions = [e.action for e in history.entries(app, "sales-orders", order.id or 0)]
        assert actions == (["change", "create"] if quantities == {2} else ["create"])
    for key, records in (("customers", customers), ("sales-orders", orders)):
        numbers = [r.values["number"] for r in records.values()]
        assert len(set(numbers)) == len(numbers), key
    # What was saved but not told is the one change under way at a kill.
    assert len(customers) + len(orders) - len([t for t in told if t[0] != "changed"]) <= kills


def test_killed_while_saving(data_folder: Path) -> None:
    assert killed_while_saving(data_folder, 8, random.Random(1)) > 8


@pytest.mark.soak
def test_killed_a_hundred_times_while_saving(data_folder: Path) -> None:
    assert killed_while_saving(data_folder, 100, random.Random(2)) > 100


def seconds_of_creating(data: Path) -> float:
    """How long the dying program takes for a company on this machine, when it is let."""
    child = subprocess.Popen(
        [sys.executable, str(PROGRAM), "create", str(data)], stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert child.stdout is not None and child.stdout.readline().strip() == "ready"
    began = time.monotonic()
    assert child.stdout.readline().strip() == "created"
    took = time.monotonic() - began
    child.communicate()
    return took


def killed_while_creating(tmp_path: Path, rounds: int) -> set[str]:
    """Gives which ends were met; each time the company is there as a whole, or can be made as if nothing had been."""
    met: set[str] = set()
    last = 1.5 * seconds_of_creating(tmp_path / "let")
    for at in range(rounds):
        data = tmp_path / f"new {at}"
        said = run_and_kill(last * at / rounds, "create", data)
        try:
            app = open_folder(data)
            met.add("whole")
        except Missing:
            assert said == []
            met.add("nothing")
            app = open_folder(data, create=NewCompany("Example Trading Ltd", "Ann", "en"))
        assert app.actor.name == "Ann"
        buyer = saving.save(app, saving.new_draft(app, "customers", {"name": "First"}))
        assert buyer.values["number"] == "C00001"
        app.close()
        is_whole(data).close()
    return met


def test_killed_while_creating(tmp_path: Path) -> None:
    assert "nothing" in killed_while_creating(tmp_path, 6)


@pytest.mark.soak
def test_killed_a_hundred_times_while_creating(tmp_path: Path) -> None:
    assert killed_while_creating(tmp_path, 100) == {"nothing", "whole"}


def later_steps(tmp_path: Path) -> Path:
    """The migration steps of a later version."""
    steps = tmp_path / "steps"
    if not steps.exists():
        shutil.copytree(schema._FOLDER, steps, ignore=shutil.ignore_patterns("__pycache__"))
        (steps / "versions" / f"{LATER}_later.py").write_text(STEP, encoding="utf-8")
    return steps


def killed_while_migrating(data: Path, tmp_path: Path, rounds: int, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Gives which versions were met after the kill; either is whole, and the next start ends the work."""
    app = open_folder(data)
    for _ in range(20):
        saving.save(app, saving.new_draft(app, "customers", {"name": "Kunde"}))
    app.close()
    steps, met = later_steps(tmp_path), set()
    for at in range(rounds):
        place = tmp_path / f"round {at}"
        shutil.copytree(data, place)
        run_and_kill(0.6 * at / rounds, "migrate", place, steps)
        raw = sqlite3.connect(database_path(place))
        try:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            version = raw.execute("SELECT version_num FROM alembic_version").fetchone()[0]
            notes = raw.execute("SELECT DISTINCT note FROM customer").fetchall()
            later = raw.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0]
        finally:
            raw.close()
        met.add(version)
        assert (notes, later) == ([("",)], 0) if version == NOW else ([("+" * 40,)], 1)
        monkeypatch.setattr(schema, "_FOLDER", steps)
        opened = open_folder(place)
        assert schema.version(opened.engine) == LATER
        assert {saving.open_record(opened, "customers", i).values["note"] for i in range(1, 21)} == {"+" * 40}
        opened.close()
        monkeypatch.undo()
        copies = list(place.glob(f"crm-before-{LATER}-*.db"))
        assert copies, "no copy was put aside"
    return met


def test_killed_while_migrating(data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert NOW in killed_while_migrating(data_folder, tmp_path, 4, monkeypatch)


@pytest.mark.soak
def test_killed_a_hundred_times_while_migrating(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert killed_while_migrating(data_folder, tmp_path, 100, monkeypatch) == {NOW, LATER}


def test_an_older_company_is_migrated_after_it_was_copied_aside(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_folder(data_folder)
    saving.save(app, saving.new_draft(app, "customers", {"name": "Kunde", "owner_id": Ref(1)}))
    app.close()
    monkeypatch.setattr(schema, "_FOLDER", later_steps(tmp_path))
    open_folder(data_folder).close()
    monkeypatch.undo()
    [copy] = data_folder.glob(f"crm-before-{LATER}-*.db")
    shutil.copy(copy, database_path(tmp_path))
    old = open_folder(tmp_path)
    assert saving.open_record(old, "customers", 1).values["note"] == ""
    old.close()
