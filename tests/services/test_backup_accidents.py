"""Killed, out of room, in another's hands: the present state and the earlier backups stay whole, and the next run works."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer

from backups import create
from backups.catalogue import MARKS, list_backups, mark_keep, mark_verified
from backups.create import copy_backup, create_backup
from backups.keeping import restore_keeping
from backups.looking import look_into
from backups.restore import verify
from crm_desktop.application import Application
from crm_desktop.errors import Cancelled, Told, Unavailable
from crm_desktop.filters import ListQuery
from crm_desktop.progress import Unwatched
from crm_desktop.services.listing import fetch_ids
from crm_desktop.services.opening import open_folder
from crm_desktop.services.saving import open_record, save
from db.integrity import broken_references, damage

SEVERAL = [5, pytest.param(100, marks=pytest.mark.soak)]
MAKE = """
import sys
from pathlib import Path
from backups.create import copy_backup, create_backup
from db.engine import open_engine, sqlite_url
data, folder = map(Path, sys.argv[1:])
print("ready", flush=True)
while True:
    create_backup(open_engine(sqlite_url(data / "crm.db")), data, folder)
"""
BRING_BACK = """
import sys
from pathlib import Path
from backups.keeping import restore_keeping
data, folder, *files = map(Path, sys.argv[1:])
print("ready", flush=True)
while True:
    for file in files:
        restore_keeping(file, data, folder)
"""


def killed_after(seconds: float, script: str, *arguments: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stdout.readline().strip() == b"ready"
        time.sleep(seconds)
        assert running.poll() is None, "it ended by itself"
        running.kill()


def names(data: Path) -> set[str]:
    app = open_folder(data)
    try:
        assert damage(app.engine) == broken_references(app.engine) == []
        return {open_record(app, "customers", i).values["name"] for i in fetch_ids(app, ListQuery("customers"))}
    finally:
        app.close()


@pytest.mark.parametrize("rounds", SEVERAL)
def test_killed_while_backing_up(data_folder: Path, tmp_path: Path, rounds: int) -> None:
    folder, chance = tmp_path / "usb", random.Random(3)
    for _round in range(rounds):
        killed_after(chance.uniform(0, 1.5), MAKE, data_folder, folder)
    for backup in list_backups(folder):  # whatever bears a backup's name is one
        verify(backup.path, tmp_path)
    app = open_folder(data_folder)
    made = create_backup(app.engine, data_folder, folder)
    app.close()
    assert made.good
    assert list(folder.glob("*.part")) == []
    assert list((data_folder / "scratch").iterdir()) == []


@pytest.mark.parametrize("rounds", SEVERAL)
def test_killed_while_restoring(data_folder: Path, tmp_path: Path, rounds: int) -> None:
    """After every kill the data are those of the one state or of the other, whole."""
    files, chance = [], random.Random(5)
    for name in ("First", "Second"):
        app = open_folder(data_folder)
        customer(app, name)
        files.append(create_backup(app.engine, data_folder, tmp_path / "usb").path)
        app.close()
    seen = set()
    for _round in range(rounds):
        killed_after(chance.uniform(0, 2.5), BRING_BACK, data_folder, tmp_path / "kept", *files)
        found = names(data_folder)
        assert found in ({"First"}, {"First", "Second"})
        seen.add(frozenset(found))
    restore_keeping(files[0], data_folder, tmp_path / "kept")
    assert names(data_folder) == {"First"}
    for backup in list_backups(tmp_path / "kept"):
        verify(backup.path, tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("limit", [1, 4096, 20_000, 200_000, 400_000])
def test_no_room(data_folder: Path, tmp_path: Path, limit: int) -> None:
    """A limit on the size of a file stands for a full disk, wherever it strikes: the backup, the trial, the restore."""
    app = open_folder(data_folder)
    customer(app, "Stays")
    good = create_backup(app.engine, data_folder, tmp_path / "usb").path
    app.close()
    before, listed = names(data_folder), [b.path for b in list_backups(tmp_path / "usb")]
    script = """
import resource, signal, sys
from pathlib import Path
from backups.create import copy_backup, create_backup
from backups.keeping import restore_keeping
from crm_desktop.errors import Told
from db.engine import open_engine, sqlite_url
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
data, folder, good = map(Path, sys.argv[1:4])
engine = open_engine(sqlite_url(data / "crm.db"))
engine.connect().close()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)
for work in (lambda: create_backup(engine, data, folder), lambda: (engine.dispose(), restore_keeping(good, data, folder))):
    try:
        work()
    except Told as error:
        print("told:", error.message)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, data_folder, tmp_path / "usb", good, str(limit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("told:") == 2
    assert names(data_folder) == before
    assert [b.path for b in list_backups(tmp_path / "usb")] == listed
    verify(good, tmp_path)
    assert restore_keeping(good, data_folder, tmp_path / "usb") is not None  # with room again it works


def test_the_target_vanishes(sqlite_app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "stick"

    class PulledOut(Unwatched):
        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            for file in folder.glob("*"):
                file.unlink()
            if folder.exists():
                folder.rmdir()

    with pytest.raises(Unavailable) as told:
        create_backup(sqlite_app.engine, tmp_path, folder, progress=PulledOut())
    assert "stick" in told.value.message
    assert create_backup(sqlite_app.engine, tmp_path, folder).good


def test_a_folder_that_cannot_be_made(sqlite_app: Application, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(Unavailable):
        create_backup(sqlite_app.engine, tmp_path, tmp_path / "file" / "below")


def test_stopped_by_the_person(sqlite_app: Application, tmp_path: Path) -> None:
    class Stopped(Unwatched):
        def check_cancelled(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        create_backup(sqlite_app.engine, tmp_path, tmp_path / "usb", progress=Stopped())
    assert list((tmp_path / "usb").iterdir()) == []


def test_a_restore_that_fails_in_the_last_step(
    data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_folder(data_folder)
    good = create_backup(app.engine, data_folder, tmp_path / "usb").path
    customer(app, "Typed since")
    app.close()

    def refuse(self: Path, target: Path) -> Any:
        raise PermissionError(13, "in use by another program")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Told):
        restore_keeping(good, data_folder, tmp_path / "usb")
    monkeypatch.undo()
    assert names(data_folder) == {"Typed since"}


def test_what_was_there_can_be_had_back(data_folder: Path, tmp_path: Path) -> None:
    app = open_folder(data_folder)
    good = create_backup(app.engine, data_folder, tmp_path / "usb").path
    customer(app, "Typed since")
    app.close()
    kept = restore_keeping(good, data_folder, tmp_path / "usb")
    assert names(data_folder) == set()
    assert kept is not None
    restore_keeping(kept, data_folder, tmp_path / "usb")
    assert names(data_folder) == {"Typed since"}


@pytest.mark.parametrize("how", ["none", "empty folder", "no database", "torn"])
def test_restored_where_there_is_no_sound_database(data_folder: Path, tmp_path: Path, how: str) -> None:
    app = open_folder(data_folder)
    customer(app, "Kept")
    good = create_backup(app.engine, data_folder, tmp_path / "usb").path
    app.close()
    database = data_folder / "crm.db"
    content = database.read_bytes()
    if how == "none":
        data_folder = tmp_path / "a fresh PC" / "data"
    elif how == "empty folder":
        database.unlink()
    else:
        database.write_bytes(b"no database" * 5000 if how == "no database" else content[:30_000] + bytes(30_000))
    assert restore_keeping(good, data_folder, tmp_path / "kept") is None
    assert names(data_folder) == {"Kept"}
    assert len(list(data_folder.glob("crm-before-restore-*.db"))) == (how in ("no database", "torn"))


def test_parts_of_others_are_left_alone(sqlite_app: Application, tmp_path: Path) -> None:
    """Those of this PC's dead programs go; those of another PC, which may be writing, stay."""
    folder = tmp_path / "usb"
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    mine = folder / f"X.crmbackup.{create._STATION}-{ended.pid}.part"
    others = [folder / "X.crmbackup.front-desk-77.part", folder / f"X.crmbackup.{create._STATION}-{os.getppid()}.part"]
    for file in (mine, *others):
        file.write_bytes(b"half")
    create_backup(sqlite_app.engine, tmp_path, folder)
    assert [file.exists() for file in (mine, *others)] == [False, True, True]


THIN_OUT = """
import datetime as dt, shutil, sys
from pathlib import Path
from backups import catalogue
from backups.retention import Rules, make_room, thin_out
source, folder = map(Path, sys.argv[1:])
now = dt.datetime.now().astimezone()
print("ready", flush=True)
while True:
    for file in source.iterdir():
        if not (folder / file.name).exists():
            shutil.copy(file, folder / "copy.part").replace(folder / file.name)
            catalogue.mark_verified(folder / file.name, now)
    thin_out(folder, "Example Trading Ltd", Rules(1, 2, 0, 0), now)
    make_room(folder, "Example Trading Ltd", 1, now)
"""


@pytest.mark.parametrize("rounds", SEVERAL)
def test_killed_while_old_ones_are_deleted(data_folder: Path, tmp_path: Path, rounds: int) -> None:
    """After every kill the newest good one and the one marked are there, whole, and the marks can be read."""
    source, folder, chance = tmp_path / "source", tmp_path / "usb", random.Random(9)
    now = dt.datetime.now().astimezone()
    app = open_folder(data_folder)
    made = [create_backup(app.engine, data_folder, source, now=now - dt.timedelta(days=n)).path for n in range(8)]
    app.close()
    (source / MARKS).unlink()
    folder.mkdir()
    for file in made:
        shutil.copy(file, folder)
        mark_verified(folder / file.name, now)
    mark_keep(folder / made[-1].name, True)
    for _round in range(rounds):
        killed_after(chance.uniform(0, 0.4), THIN_OUT, source, folder)
        found = {b.path.name: b for b in list_backups(folder)}
        assert found[made[-1].name].keep
        assert made[0].name in found
        verify(folder / made[-1].name, tmp_path)
        content = json.loads((folder / MARKS).read_text(encoding="utf-8"))
        assert content[made[-1].name]["keep"] is True
    for backup in list_backups(folder):
        verify(backup.path, tmp_path)


def test_nobody_waits_for_a_backup(app: Application, tmp_path: Path) -> None:
    """Whatever a backup is doing, a save goes through at once: a lock held against it would keep it for ten seconds."""
    for number in range(30):
        customer(app, f"Customer {number}", note="n" * 500)
    waits: list[float] = []

    class Meanwhile(Unwatched):
        def report(self, done: int, total: int | None = None, text: str = "") -> None:
            draft = open_record(app, "customers", 1)
            draft.values["note"] = f"after {len(waits)} saves"
            began = time.perf_counter()
            save(app, draft)
            waits.append(time.perf_counter() - began)

    made = create_backup(app.engine, tmp_path, tmp_path / "usb", progress=Meanwhile())
    copy_backup(made.path, tmp_path / "copy", progress=Meanwhile())
    assert len(waits) > 20
    assert max(waits) < 2
    with look_into(
        made.path, tmp_path, app.actor
    ) as looked:  # and it holds one moment: none of what was saved meanwhile
        assert open_record(looked.app, "customers", 1).values["note"] == "n" * 500
