"""Backups while another program looks at every file: each call of the system that moves or removes one is refused at first."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_makers import customer

from backups.catalogue import list_backups, mark_keep
from backups.create import create_backup
from backups.drives import give_id
from backups.restore import restore_folder
from backups.retention import Rules, thin_out
from backups.runs import Runs
from crm_desktop import held_files
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.services.lookup import suggest
from crm_desktop.services.opening import open_folder

NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
Scan = Callable[[int], Counter[str]]


@pytest.fixture
def scan(monkeypatch: pytest.MonkeyPatch) -> Scan:
    """From now on every path is held for the first `times` calls; gives how often each kind of call was refused."""
    monkeypatch.setattr(held_files, "_PAUSES", (0.0, 0.0, 0.0))

    def begin(times: int) -> Counter[str]:
        refused: Counter[str] = Counter()
        for name in ("rename", "replace", "unlink"):
            monkeypatch.setattr(os, name, _held(getattr(os, name), name, times, refused))
        return refused

    return begin


def _held(real: Any, name: str, times: int, refused: Counter[str]) -> Callable[..., Any]:
    seen: Counter[str] = Counter()

    def call(path: Any, *arguments: Any, **named: Any) -> Any:
        seen[str(path)] += 1
        if seen[str(path)] <= times and Path(path).exists():
            refused[name] += 1
            raise PermissionError(13, "The file is used by another process")
        return real(path, *arguments, **named)

    return call


def test_a_backup_is_made_marked_and_restored(
    sqlite_app: Application, data_folder: Path, tmp_path: Path, scan: Scan
) -> None:
    customer(sqlite_app, "Alpha")
    refused = scan(2)
    made = create_backup(sqlite_app.engine, data_folder, tmp_path / "备份 U 盘")
    mark_keep(made.path, True)
    customer(sqlite_app, "Beta")
    sqlite_app.close()
    restore_folder(made.path, data_folder)
    assert refused["rename"] >= 2
    assert refused["replace"] >= 4
    assert [b.keep for b in list_backups(made.path.parent)] == [True]
    again = open_folder(data_folder)
    assert [hit.label for hit in suggest(again, "customers", "", 10)] == ["Alpha"]
    again.close()


def test_a_file_that_is_never_let_go_is_told(
    sqlite_app: Application, data_folder: Path, tmp_path: Path, scan: Scan
) -> None:
    scan(1000)
    with pytest.raises(Unavailable):
        create_backup(sqlite_app.engine, data_folder, tmp_path / "usb")
    assert list_backups(tmp_path / "usb") == []


def test_old_ones_go_once_they_are_let_go(
    sqlite_app: Application, data_folder: Path, tmp_path: Path, scan: Scan
) -> None:
    for _ in range(3):
        made = create_backup(sqlite_app.engine, data_folder, tmp_path / "usb")
    scan(2)
    company = "Example Trading Ltd"
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    gone = thin_out(made.path.parent, company, Rules(last=1, days=0, weeks=0, months=0), later)
    assert len(gone) >= 1
    assert not any(path.exists() for path in gone)


def test_what_was_last_is_kept_and_drives_get_their_number(tmp_path: Path, scan: Scan) -> None:
    scan(2)
    runs = Runs(tmp_path)
    runs.note(good=NOW)
    runs.note(good=NOW + dt.timedelta(hours=1))
    assert Runs(tmp_path).read().good == NOW + dt.timedelta(hours=1)
    assert give_id(tmp_path) == give_id(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if ".new" in path.name] == []
