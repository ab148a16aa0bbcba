"""Backups outlive versions of the program: older ones are migrated when they are restored, newer ones refused with the reason."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from old_companies import old_company

from backups import before
from backups.catalogue import list_backups
from backups.create import create_backup
from backups.framing import Unusable
from backups.inspect import inspect_backup
from backups.keeping import replace_open, restore_keeping
from backups.restore import restore_into, verify
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.filters import ListQuery
from crm_desktop.services.checking import check_database
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import open_folder, open_url
from crm_desktop.services.saving import new_draft, open_record, save
from db import schema, transfer
from db.engine import open_engine, reading, sqlite_url

BRING_BACK = """
import sys
from pathlib import Path
from backups.keeping import replace_open, restore_keeping
data, folder, old, new = map(Path, sys.argv[1:])
print("ready", flush=True)
while True:
    for file in (old, new):
        restore_keeping(file, data, folder)
"""


@pytest.fixture
def old_backup(engine_url: str, tmp_path: Path) -> Path:
    """A backup that an older version made, on either engine."""
    engine = open_engine(engine_url)
    try:
        old_company(engine)
        return create_backup(engine, tmp_path, tmp_path / "old usb").path
    finally:
        engine.dispose()


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """The same, made on one PC."""
    engine = open_engine(sqlite_url(tmp_path / "old.db"))
    try:
        old_company(engine)
        return create_backup(engine, tmp_path, tmp_path / "old usb").path
    finally:
        engine.dispose()


def names(app: Application) -> list[str]:
    return [open_record(app, "customers", i).values["name"] for i in sorted(fetch_ids(app, ListQuery("customers")))]


def works(app: Application) -> None:
    """The restored company is whole, and people can go on with it."""
    assert schema.version(app.engine) == schema.head()
    assert names(app) == ["客户 0", "客户 1", "客户 2"]
    assert [f for f in check_database(app) if not f.sound] == []
    assert save(app, new_draft(app, "customers", {"name": "New"})).values["number"]


def test_an_older_backup_is_migrated_when_it_is_restored(old_backup: Path, data_folder: Path, tmp_path: Path) -> None:
    (listed,) = list_backups(old_backup.parent)
    assert listed.header is not None
    assert (listed.header.schema, listed.header.company, listed.good) == ("0001", "老公司", True)
    assert {r.type: r.there for r in inspect_backup(old_backup, tmp_path).rows}["customers"] == 3
    kept = restore_keeping(old_backup, data_folder, tmp_path / "kept")
    assert kept is not None
    app = open_folder(data_folder)
    works(app)
    app.close()


def test_and_when_it_replaces_an_open_database(app: Application, old_file: Path, tmp_path: Path) -> None:
    restore_into(old_file, app.engine, tmp_path)
    app.close()
    again = open_url(app.engine.url.render_as_string(hide_password=False), app.data)
    works(again)
    again.close()


def test_a_newer_backup_is_refused_with_the_reason(
    sqlite_app: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb").path
    monkeypatch.setattr(schema, "knows", lambda _version: False)
    with pytest.raises(Unusable) as told:
        verify(made, tmp_path)
    assert "newer version" in told.value.message
    assert "Update" in told.value.advice


def test_a_database_of_an_older_version_is_kept_before_it_is_replaced(old_file: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "old.db").rename(data / "crm.db")
    kept = restore_keeping(old_file, data, tmp_path / "kept")
    assert kept is not None
    (backup,) = list_backups(tmp_path / "kept")
    assert backup.good
    assert list(data.glob("crm-before-restore-*")) == []


def test_a_server_is_backed_up_before_it_is_migrated(pg_url: str, tmp_path: Path) -> None:
    engine = open_engine(pg_url)
    old_company(engine)
    engine.dispose()
    settings, made = s.Settings(), list[Path]()
    app = open_url(
        pg_url, tmp_path, before_upgrade=lambda engine: made.append(before.migration_backup(engine, tmp_path, settings))
    )
    works(app)
    app.close()
    (backup,) = list_backups(tmp_path / "backups")
    assert backup.header is not None
    assert [backup.path] == made
    assert (backup.header.reason, backup.header.schema, backup.good) == ("migration", "0001", True)
    open_url(pg_url, tmp_path, before_upgrade=lambda _engine: made.append(Path("again"))).close()
    assert len(made) == 1  # nothing to migrate, nothing to back up


def test_the_tables_found_are_those_declared(engine_url: str) -> None:
    engine = open_engine(engine_url)
    schema.create(engine)
    with reading(engine) as connection:
        found = {s.name: (set(s.columns), s.key) for s in transfer.shapes_found(connection)}
    engine.dispose()
    assert found == {s.name: (set(s.columns), s.key) for s in transfer.shapes()}


@pytest.mark.parametrize("rounds", [6, pytest.param(100, marks=pytest.mark.soak)])
def test_killed_while_restoring_an_older_backup(old_file: Path, tmp_path: Path, rounds: int) -> None:
    """After every kill the data are those of the one state or of the other, whole and of this version."""
    data, chance, seen = tmp_path / "data", random.Random(11), set[int]()
    restore_keeping(old_file, data, tmp_path / "kept")
    app = open_folder(data)
    save(app, new_draft(app, "customers", {"name": "Since"}))
    new = create_backup(app.engine, data, tmp_path / "new usb").path
    app.close()
    for _round in range(rounds):
        words = [sys.executable, "-c", BRING_BACK, *map(str, (data, tmp_path / "kept", old_file, new))]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert running.stdout.readline().strip() == b"ready"
            time.sleep(chance.uniform(0, 3))
            assert running.poll() is None, "it ended by itself"
            running.kill()
        app = open_folder(data)
        assert schema.version(app.engine) == schema.head()
        assert names(app)[:3] == ["客户 0", "客户 1", "客户 2"]
        assert [f for f in check_database(app) if not f.sound] == []
        seen.add(len(names(app)))
        app.close()
    assert seen <= {3, 4}
    assert rounds < 100 or seen == {3, 4}
    for backup in list_backups(tmp_path / "kept"):
        assert backup.made_at <= dt.datetime.now(dt.UTC)
        verify(backup.path, tmp_path)


def test_an_open_database_is_backed_up_before_it_is_replaced(app: Application, old_file: Path) -> None:
    save(app, new_draft(app, "customers", {"name": "Today"}))
    kept = replace_open(app, s.Settings(), old_file)
    (backup,) = list_backups(app.data / "backups")
    assert backup.header is not None
    assert (backup.path, backup.header.reason, backup.good) == (kept, "restore", True)
    again = open_url(app.engine.url.render_as_string(hide_password=False), app.data)
    assert names(again) == ["客户 0", "客户 1", "客户 2"]
    restore_into(kept, again.engine, again.data)
    assert names(again) == ["Today"]
    again.close()


def test_what_is_kept_before_a_restore_is_encrypted_like_the_rest(
    data_folder: Path, old_file: Path, tmp_path: Path
) -> None:
    """Without a passphrase at hand nothing goes to the backups in plain; the database stays copied beside the new one."""
    settings = s.Settings({s.Scope.PC: s.FileStorage(data_folder / "settings.json")})
    settings.set(s.BACKUP_ENCRYPT, True)
    assert restore_keeping(old_file, data_folder, tmp_path / "kept") is None
    assert list_backups(tmp_path / "kept") == []
    assert len(list(data_folder.glob("crm-before-restore-*.db"))) == 1
