"""Which old backups may go."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backups.archive import Header
from backups.catalogue import MARKS, Backup, list_backups, mark_keep
from backups.create import create_backup
from backups.keeping import backup_folder, verify_and_mark
from backups.retention import Rules, thin_out, to_remove
from backups.running import back_up, newest
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Told

HERE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 24, 18, 0, tzinfo=HERE)
DAY = dt.timedelta(days=1)


def backup(at: dt.datetime, *, good: bool = True, keep: bool = False) -> Backup:
    header = Header(at.astimezone(dt.UTC), "Company", "0.1", "0001")
    return Backup(Path(f"{at:%Y%m%d-%H%M%S}"), 1, header, None, NOW if good else None, keep)


def kept(backups: list[Backup], rules: Rules, now: dt.datetime = NOW) -> list[str]:
    gone = {b.path for b in to_remove(backups, rules, now)}
    return sorted(b.path.name for b in backups if b.path not in gone)


def test_the_last_ones_and_one_of_each_period_stay() -> None:
    hourly = [backup(NOW - dt.timedelta(hours=n)) for n in range(24 * 400)]
    left = kept(hourly, Rules(last=3, days=5, weeks=4, months=6))
    assert len(left) == len(set(left)) <= 3 + 5 + 4 + 6
    assert {"20261124-180000", "20261124-170000", "20261124-160000"} <= set(left)
    assert {f"202611{day}-230000" for day in (20, 21, 22, 23)} <= set(left)
    assert {"20261115-230000", "20261108-230000"} <= set(left)  # Sundays
    assert {"20261031-230000", "20260930-230000", "20260630-230000"} <= set(left)


def test_days_are_those_of_the_pc() -> None:
    late, early = (
        backup(dt.datetime(2026, 11, 23, 23, 30, tzinfo=HERE)),
        backup(dt.datetime(2026, 11, 24, 0, 30, tzinfo=HERE)),
    )
    assert len(kept([late, early, backup(NOW)], Rules(0, 2, 0, 0))) == 2
    assert late.path.name in kept([late, early, backup(NOW)], Rules(0, 2, 0, 0))


def test_what_never_goes() -> None:
    nothing = Rules(0, 0, 0, 0)
    old, older = backup(NOW - 900 * DAY), backup(NOW - 901 * DAY)
    assert kept([old, older], nothing) == [old.path.name]  # the last good one
    assert kept([replace(older, keep=True), old], nothing) == sorted([older.path.name, old.path.name])
    untried = backup(NOW - DAY, good=False)
    assert kept([untried, old], nothing) == sorted([untried.path.name, old.path.name])
    future = backup(NOW + DAY)
    assert kept([future, old, older], nothing) == sorted([future.path.name, old.path.name])


def test_a_clock_put_back_takes_nothing_away() -> None:
    made = [backup(NOW - n * DAY) for n in range(5)]
    assert kept(made, Rules(1, 0, 0, 0), NOW - 3 * DAY) == sorted([*(b.path.name for b in made[:3]), made[3].path.name])


def test_a_folder_is_thinned_out(sqlite_app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    moments = [NOW - n * DAY for n in range(4)]
    made = [create_backup(sqlite_app.engine, tmp_path, folder, now=m).path for m in moments]
    mark_keep(made[3], True)
    made[2].write_bytes(
        made[2].read_bytes()[:-1]
    )  # damaged since: it counts as no good one, and stays for a person to see
    assert thin_out(folder, "Example Trading Ltd", Rules(0, 1, 0, 0), NOW) == [made[1]]
    assert thin_out(folder, "Another company", Rules(0, 0, 0, 0), NOW) == []
    (folder / MARKS).write_text("{", encoding="utf-8")  # without the marks nothing goes
    assert thin_out(folder, "Example Trading Ltd", Rules(0, 0, 0, 0), NOW) == []
    assert [b.good for b in list_backups(folder)] == [False] * 3


def test_the_habits_of_the_program(sqlite_app: Application, tmp_path: Path) -> None:
    settings = s.Settings()
    assert backup_folder(tmp_path, settings) == tmp_path / "backups"
    settings.set(s.BACKUP_FOLDER, str(tmp_path / "other disk"))
    settings.set(s.BACKUP_LAST, 1)
    for name in (s.BACKUP_DAYS, s.BACKUP_WEEKS, s.BACKUP_MONTHS):
        settings.set(name, 0)
    folder = backup_folder(tmp_path, settings)
    create_backup(sqlite_app.engine, tmp_path, folder, now=NOW - 900 * DAY)
    made = back_up(sqlite_app, settings, "daily", found=[]).backup
    assert [b.path for b in list_backups(folder)] == [made.path]
    assert newest(sqlite_app, settings, dt.datetime.now().astimezone(), []) == made.made_at
    assert newest(sqlite_app, settings, NOW - 2000 * DAY, []) is None
    made.path.write_bytes(b"spoilt")
    with pytest.raises(Told):
        verify_and_mark(made.path, tmp_path)
    (spoilt,) = list_backups(folder)
    assert spoilt.problem
    assert not spoilt.good
