"""Old entries in files: whole, verifiable by themselves and beside the database, which tells of it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer
from sqlalchemy import select, update

from crm_desktop.application import Application
from crm_desktop.errors import Missing, Refused
from crm_desktop.exchange.log_archive import archive, archive_due, fits, months_ago, verify_file
from crm_desktop.services import events, log_chain
from crm_desktop.services.log import LogQuery, walk_log
from crm_desktop.services.past import as_of
from crm_desktop.settings import LOG_FOLDER, LOG_MONTHS, MemoryStorage, Scope, Settings
from db import history
from db.engine import writing
from db.models.system import HistoryEntry

TABLE: Any = HistoryEntry.__table__


def long_ago(app: Application, *days: int) -> None:
    """Enter events as if so many days ago."""
    for back in days:
        with writing(app.engine) as session:
            entry = events.entry(app.actor, "print", f"{back} days ago", {"file": "张三.pdf"})
            history.append(session.connection(), [entry | {"at": dt.datetime.now(dt.UTC) - dt.timedelta(days=back)}])


def labels(app: Application) -> list[str]:
    """What the log is about, newest first."""
    return [e.label for chunk in walk_log(app, LogQuery()) for e in chunk]


def ago(days: int) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=days)


def test_old_entries_move_into_a_file_and_the_chain_holds(app: Application, tmp_path: Path) -> None:
    long_ago(app, 400, 300, 200, 100, 5)
    made = archive(app, ago(250), tmp_path / "old")
    assert made.file is not None
    assert made.entries == 2
    assert labels(app) == [made.file.name, "5 days ago", "100 days ago", "200 days ago"]
    assert log_chain.verify(app).sound
    found = verify_file(made.file)
    assert (found.entries, found.first, found.last, found.broken) == (2, 1, 2, "")
    assert fits(app, found) is True
    again = archive(app, ago(50), tmp_path / "old")
    assert again.file is not None
    assert again.entries == 2
    assert verify_file(again.file).first == 3
    assert log_chain.verify(app).sound
    assert fits(app, found) is None, "the database does not reach that far back any more"
    with gzip.open(again.file, "rt", encoding="utf-8") as stream:
        head = json.loads(stream.readline())
        assert (head["place"], head["digest"]) == (found.last, found.digest), "files hang together"
    assert archive(app, ago(50), tmp_path / "old").file is None


def test_only_what_lies_before_everything_younger_goes(app: Application, tmp_path: Path) -> None:
    """A chain is shortened from its beginning only: an old entry behind a young one stays."""
    long_ago(app, 400, 10, 300)
    made = archive(app, ago(250), tmp_path)
    assert made.entries == 1
    assert labels(app)[1:] == ["10 days ago", "300 days ago"]
    assert log_chain.verify(app).sound


@pytest.mark.parametrize("damage", ["changed", "removed", "cut", "cut inside"])
def test_a_file_that_was_tampered_with_is_found_out(app: Application, tmp_path: Path, damage: str) -> None:
    long_ago(app, 400, 390, 380, 370)
    file = archive(app, ago(50), tmp_path).file
    assert file is not None
    lines = gzip.decompress(file.read_bytes()).decode("utf-8").splitlines(keepends=True)
    assert "张三.pdf" in lines[2]
    if damage == "changed":
        lines[2] = lines[2].replace("张三", "李四")
    elif damage == "removed":
        del lines[2]
    elif damage == "cut":
        lines = lines[:-2]
    content = gzip.compress("".join(lines).encode("utf-8"))
    file.write_bytes(content[:-20] if damage == "cut inside" else content)
    if damage == "cut inside":
        with pytest.raises(Refused):
            verify_file(file)
    else:
        assert verify_file(file).broken
    with pytest.raises(Missing):
        verify_file(tmp_path / "none.log.gz")


def test_nothing_is_taken_out_of_a_log_that_does_not_hold(app: Application, tmp_path: Path) -> None:
    long_ago(app, 400, 390, 5)
    with writing(app.engine) as session:
        session.execute(update(TABLE).where(TABLE.c.place == 2).values(user_name="Somebody else"))
    with pytest.raises(Refused):
        archive(app, ago(50), tmp_path / "old")
    assert not (tmp_path / "old").exists()
    assert len(labels(app)) == 3


def test_a_file_that_cannot_be_written_leaves_the_log_whole(
    app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_desktop.exchange import log_archive

    long_ago(app, 400, 5)
    real = log_archive.verify_file

    def poor(path: Path, progress: Any = None) -> Any:
        path.write_bytes(path.read_bytes()[:-4])
        return real(path, progress)

    monkeypatch.setattr(log_archive, "verify_file", poor)
    with pytest.raises(Refused):
        archive(app, ago(50), tmp_path)
    assert list(tmp_path.glob("*.log.gz")) == []
    assert len(labels(app)) == 2
    assert log_chain.verify(app).sound


def test_archiving_needs_its_rights(app: Application, tmp_path: Path) -> None:
    from crm_desktop.actor import Actor
    from crm_desktop.rights import Rights

    long_ago(app, 400)
    app.actor = Actor(app.actor.user_id, "Sam", rights=Rights.of("program.log"), version=app.actor.version)
    with pytest.raises(Refused):
        archive(app, ago(50), tmp_path)
    assert list(tmp_path.glob("*.log.gz")) == []


def test_the_past_ends_where_the_log_begins(app: Application, tmp_path: Path) -> None:
    made = customer(app, "Alpha")
    with writing(app.engine) as session:
        table: Any = app.type("customers").model.__table__
        session.execute(update(table).values(created_at=ago(400)))
    archive(app, dt.datetime.now(dt.UTC), tmp_path)
    with pytest.raises(Missing) as caught:
        as_of(app, "customers", made.id or 0, ago(100))
    assert "does not reach" in caught.value.message


def test_the_company_keeps_its_log_as_long_as_it_says(app: Application, tmp_path: Path) -> None:
    long_ago(app, 400, 200, 5)
    settings = Settings({scope: MemoryStorage() for scope in Scope})
    assert archive_due(app, settings).file is None
    settings.set(LOG_MONTHS, 9)
    settings.set(LOG_FOLDER, str(tmp_path / "kept"))
    made = archive_due(app, settings)
    assert made.file is not None
    assert made.entries == 1
    assert made.file.parent == tmp_path / "kept"
    assert archive_due(app, settings).file is None


def test_on_a_server_entries_are_taken_out_as_the_owner_of_the_tables(role_app: Application, tmp_path: Path) -> None:
    customer(role_app, "Alpha")
    settings = Settings({scope: MemoryStorage() for scope in Scope})
    settings.set(LOG_MONTHS, 9)
    assert archive_due(role_app, settings).file is None
    made = archive(role_app, dt.datetime.now(dt.UTC) + dt.timedelta(days=1), tmp_path)
    assert made.file is not None
    assert verify_file(made.file).entries == made.entries >= 2
    assert labels(role_app) == [made.file.name]
    customer(role_app, "Beta")
    assert log_chain.verify(role_app).sound


def test_months_are_counted_over_the_year() -> None:
    assert months_ago(dt.date(2026, 11, 25), 12) == dt.date(2025, 11, 1)
    assert months_ago(dt.date(2026, 1, 31), 1) == dt.date(2025, 12, 1)
    assert months_ago(dt.date(2026, 3, 1), 27) == dt.date(2023, 12, 1)


def test_another_pc_goes_on_writing_meanwhile(
    app: Application, open_again: Callable[[Application], Application], tmp_path: Path
) -> None:
    long_ago(app, 400, 300)
    other = open_again(app)
    customer(other, "Alpha")
    assert archive(app, ago(50), tmp_path).entries == 2
    customer(other, "Beta")
    assert log_chain.verify(other).sound
    with writing(app.engine) as session:
        assert session.scalar(select(TABLE.c.place).order_by(TABLE.c.place).limit(1)) == 3
