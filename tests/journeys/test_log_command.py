"""crm-desktop log: read, narrowed, in JSON, verified, archived."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer, order
from sqlalchemy import delete, update

from crm_desktop.__main__ import main
from crm_desktop.services import deleting, events, saving
from crm_desktop.services.opening import open_folder
from db import history
from db.engine import writing
from db.models.system import HistoryEntry, LogChain

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--language", "en", "--data", str(data_folder), *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def filled(data_folder: Path) -> Path:
    app = open_folder(data_folder)
    one = customer(app, "Alpha", number="C1", city="Foshan")
    one.values["city"] = "Zhuhai"
    saving.save(app, one)
    gone = order(app, customer(app, "Beta", number="C2"), 1, number="S1")
    deleting.delete(app, "sales-orders", [gone.id or 0])
    events.record(app, "sign_in_failed", "bob", person="bob")
    app.close()
    return data_folder


def told(run: Run, *words: str) -> list[dict[str, Any]]:
    code, out, _err = run("log", "--json", *words)
    assert code == 0
    found: list[dict[str, Any]] = json.loads(out)
    return found


def test_it_tells_everything_newest_first(run: Run, filled: Path) -> None:
    code, out, _err = run("log")
    assert code == 0
    lines = out.splitlines()
    assert lines[-1] == "6 entries."
    assert "bob" in lines[2]
    assert "City: Foshan → Zhuhai" in out
    assert [e["action"] for e in told(run, "--limit", "2")] == ["sign_in_failed", "delete"]


def test_it_is_narrowed(run: Run, filled: Path) -> None:
    assert [e["action"] for e in told(run, "--record", "customers", "C1")] == ["change", "create"]
    assert [e["action"] for e in told(run, "--record", "sales-orders", "S1")] == ["delete", "create"], "deleted ones as well"
    assert [e["user"] for e in told(run, "--user", "bob")] == ["bob"]
    assert [(e["action"], e["type"]) for e in told(run, "--field", "city")] == [("change", "customers")]
    assert [e["action"] for e in told(run, "--action", "delete")] == ["delete"]
    today = dt.date.today()
    assert len(told(run, "--since", str(today), "--until", str(today))) == 6
    assert told(run, "--until", str(today - dt.timedelta(days=1))) == []
    change = told(run, "--action", "change")[0]["changes"]
    assert change == [{"field": "city", "label": "City", "before": "Foshan", "after": "Zhuhai"}]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--record", "customers", "none"], 1, "none"),
        (["--record", "nothing", "C1"], 1, "nothing"),
        (["--since", "yesterday"], 2, "yesterday"),
        (["verify", "no such file.log.gz"], 1, "no such file.log.gz"),
        (["archive"], 2, "--before"),
    ],
)
def test_errors_are_words(run: Run, filled: Path, words: list[str], code: int, said: str) -> None:
    try:
        found, _out, err = run("log", *words)
    except SystemExit as stop:
        assert stop.code == code
        return
    assert (found, said in err) == (code, True)


def test_a_log_that_was_tampered_with_is_found_out(run: Run, filled: Path) -> None:
    code, out, _err = run("log", "verify")
    assert code == 0
    assert out.startswith("6 entries, nothing was changed or removed afterwards.")
    app = open_folder(filled)
    table: Any = HistoryEntry.__table__
    with writing(app.engine) as session:
        session.execute(update(table).where(table.c.place == 3).values(user_name="Somebody else"))
    app.close()
    code, out, _err = run("log", "verify", "--json")
    assert code == 1
    assert json.loads(out)["sound"] is False
    assert "Entry 3" in json.loads(out)["broken"]
    code, out, _err = run("check", "--json")
    assert code == 1
    assert [c["name"] for c in json.loads(out)["checks"] if not c["sound"]] == ["log"]


def test_a_chain_made_anew_shows_beside_an_older_backup(run: Run, filled: Path, tmp_path: Path) -> None:
    code, out, _err = run("backup", "create", "--to", str(tmp_path / "usb"), "--json")
    assert code == 0
    backup = str(next((tmp_path / "usb").glob("*.crmbackup")))
    assert run("log", "verify", "--backup", backup)[0] == 0
    app = open_folder(filled)
    table: Any = HistoryEntry.__table__
    with writing(app.engine) as session:  # as somebody who knows how the chain is made
        session.execute(update(table).where(table.c.place == 3).values(user_name="Somebody else"))
        session.execute(update(table).values(place=None, digest=None))
        session.execute(delete(LogChain))
        history.seal(session.connection())
    app.close()
    assert run("log", "verify")[0] == 0
    code, out, _err = run("log", "verify", "--backup", backup)
    assert code == 1
    assert "another one than in the backup" in out


def test_old_entries_are_archived_and_the_file_verified(run: Run, filled: Path, tmp_path: Path) -> None:
    tomorrow = str(dt.date.today() + dt.timedelta(days=1))
    assert "no entries" in run("log", "archive", "--before", "2020-01-01")[1]
    code, out, _err = run("log", "archive", "--before", tomorrow, "--to", str(tmp_path / "old"), "--json")
    assert code == 0
    made = json.loads(out)
    assert made["entries"] == 6
    assert [e["action"] for e in told(run)] == ["log_archived"]
    assert run("log", "verify")[0] == 0
    code, out, _err = run("log", "verify", made["file"], "--json")
    assert code == 0
    assert (json.loads(out)["first"], json.loads(out)["last"]) == (1, 6)
