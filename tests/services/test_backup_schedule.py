"""When a backup is due by the clock, whatever the clock does; and whose turn it is."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from backups import claims, running
from backups.catalogue import list_backups
from backups.create import create_backup
from backups.runs import FILE, Past, Runs
from backups.schedule import AGAIN_AFTER, Plan, due, next_due, plan_of, read_times, store_plan, times_text
from crm_desktop import settings as s
from crm_desktop.actor import Actor
from crm_desktop.application import Application
from crm_desktop.errors import Invalid, Refused, Told
from crm_desktop.rights import Rights

HERE, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NOON = Plan((dt.time(12, 0),))
TWICE = Plan((dt.time(9, 0), dt.time(17, 30)))


def at(text: str, zone: ZoneInfo = HERE) -> dt.datetime:
    return dt.datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


def past(text: str) -> Past:
    return Past(good=at(text).astimezone(dt.UTC))


@pytest.mark.parametrize(
    ("plan", "last", "now", "reason"),
    [
        (NOON, "23 12:05", "24 11:59", ""),
        (NOON, "23 12:05", "24 12:00", "daily"),
        (NOON, "24 12:01", "24 18:00", ""),
        (NOON, "24 12:01", "25 08:00", ""),
        (NOON, "22 12:01", "24 08:00", "daily"),  # missed on the 23rd: made up in the morning
        (NOON, "24 08:01", "24 11:00", ""),  # once
        (NOON, "25 12:01", "24 18:00", "daily"),  # the clock was put back by a day
        (NOON, "24 18:03", "24 18:00", ""),  # by three minutes: clocks differ
        (TWICE, "24 09:01", "24 17:29", ""),
        (TWICE, "24 09:01", "24 17:30", "daily"),
        (TWICE, "20 09:01", "24 17:30", "daily"),  # many were missed: one is made
        (TWICE, "24 17:31", "25 08:59", ""),
        (Plan((), 4), "24 08:00", "24 11:59", ""),
        (Plan((), 4), "24 08:00", "24 12:00", "hours"),
        (Plan((), 4), "24 20:00", "24 12:00", "hours"),  # the clock was put back
        (Plan(()), "01 08:00", "24 12:00", ""),
    ],
)
def test_due(plan: Plan, last: str, now: str, reason: str) -> None:
    assert due(plan, past(last), at(now)) == reason
    upcoming = next_due(plan, past(last), at(now))
    if reason:
        assert upcoming == at(now)
    elif plan.times or plan.hours:
        assert upcoming is not None
        assert upcoming > at(now)
        assert due(plan, past(last), upcoming - dt.timedelta(minutes=1)) == ""
        assert due(plan, past(last), upcoming) != ""
    else:
        assert upcoming is None


def test_nothing_was_ever_made() -> None:
    assert due(NOON, Past(), at("24 18:00")) == "daily"
    assert due(Plan((), 3), Past(), at("24 18:00")) == "hours"
    assert due(Plan(()), Past(), at("24 18:00")) == ""


def test_what_failed_is_tried_again_after_a_while() -> None:
    tried = at("24 12:00").astimezone(dt.UTC)
    failed = Past(good=at("23 12:00").astimezone(dt.UTC), tried=tried, failed=tried + dt.timedelta(seconds=9))
    assert due(NOON, failed, at("24 12:10")) == ""
    assert next_due(NOON, failed, at("24 12:10")) == tried + AGAIN_AFTER
    assert due(NOON, failed, at("24 12:31")) == "daily"
    assert due(NOON, replace(failed, failed=tried - dt.timedelta(days=1)), at("24 12:10")) == "daily"  # not that one
    assert due(NOON, failed, at("23 12:10")) == ""  # the clock was put back: the good one of that moment counts


@pytest.mark.parametrize("day", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)])
@pytest.mark.parametrize("hour", [1, 2, 3, 12])
def test_summer_time_makes_no_second_one_and_loses_none(day: dt.date, hour: int) -> None:
    plan, one = Plan((dt.time(hour, 0),)), dt.timedelta(days=1)
    last, until = (dt.datetime.combine(d, dt.time(hour), BERLIN).astimezone(dt.UTC) for d in (day - one, day + one))
    moment, made = last, []
    while moment < until + dt.timedelta(hours=6):
        moment += dt.timedelta(minutes=15)
        if due(plan, Past(good=last), moment.astimezone(BERLIN)):
            last = moment
            made.append(moment.astimezone(BERLIN).date())
    assert made == [day, day + one]


def test_a_fixed_distance_from_utc_means_the_clock_of_this_pc() -> None:
    now = dt.datetime(2026, 11, 24, 12).astimezone()  # by the clock of this PC, whatever its zone
    yesterday = Past(good=(now - dt.timedelta(hours=23, minutes=55)).astimezone(dt.UTC))
    assert due(NOON, yesterday, now) == "daily"
    assert due(NOON, yesterday, now - dt.timedelta(minutes=1)) == ""


def test_times_as_people_type_them() -> None:
    assert read_times("12:30 18:00") == (dt.time(12, 30), dt.time(18, 0))
    assert read_times(" 18：05，9时、9:00 7") == (dt.time(7, 0), dt.time(9, 0), dt.time(18, 5))
    assert times_text(read_times("9 18:15")) == "09:00 18:15"
    for wrong in ("", "25:00", "12:60", "noon", "12:3", "-1:00"):
        with pytest.raises(Invalid):
            read_times(wrong)


def test_a_plan_is_kept_as_settings_of_the_pc() -> None:
    settings = s.Settings()
    assert plan_of(settings) == Plan()
    plan = Plan((dt.time(8, 0), dt.time(20, 15)), 6, True, False, False, False)
    store_plan(settings, plan)
    assert plan_of(settings) == plan
    store_plan(settings, replace(plan, times=()))
    assert plan_of(settings).times == ()
    assert settings.get(s.BACKUP_TIMES) == "08:00 20:15"  # for the day it is switched on again
    with pytest.raises(Invalid):
        store_plan(settings, replace(plan, hours=99))
    settings.set(s.BACKUP_TIMES, "at noon")
    settings.set(s.BACKUP_DAILY, True)
    assert plan_of(settings).times == Plan().times


def test_what_was_done_last_is_kept(tmp_path: Path) -> None:
    runs, now = Runs(tmp_path), dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
    assert runs.read() == Past()
    runs.note(good=now, problem="x", copies={"a": now})
    runs.note(tried=now.astimezone(HERE), copies={"b": now}, seen={"a": now})
    assert runs.read() == Past(good=now, tried=now, problem="x", copies={"a": now, "b": now}, seen={"a": now})
    for spoilt in ("{", "[]", '{"good": 5, "tried": "yesterday", "copies": [], "seen": {"a": "2026"}, "problem": 1}'):
        (tmp_path / FILE).write_text(spoilt, encoding="utf-8")
        assert runs.read() == Past()
    runs.note(good=now)
    assert runs.read().good == now


def test_by_the_clock_one_is_made_and_missed_ones_are_made_up_for_once(app: Application) -> None:
    settings, now = s.Settings(), at("24 13:00")
    store_plan(settings, NOON)
    made = running.run_due(app, settings, now=now, found=[])
    assert made.reason == "daily"
    assert made.run is not None
    assert made.run.backup.good
    assert running.run_due(app, settings, now=now + dt.timedelta(hours=1), found=[]).run is None
    late = running.run_due(app, settings, now=at("28 08:00"), found=[])  # three days were missed
    assert late.run is not None
    assert running.run_due(app, settings, now=at("28 11:00"), found=[]).run is None
    made.run.backup.path.unlink()
    late.run.backup.path.unlink()  # whoever deletes the backups gets a new one
    assert running.run_due(app, settings, now=at("28 11:05"), found=[]).reason == "daily"


def test_a_failed_attempt_is_told_and_noted(sqlite_app: Application, tmp_path: Path) -> None:
    settings = s.Settings()
    settings.set(s.BACKUP_FOLDER, str(tmp_path / "stick" / "backups"))
    with pytest.raises(Told):
        running.run_due(sqlite_app, settings, found=[])
    noted = Runs(sqlite_app.data).read()
    assert noted.tried
    assert noted.failed
    assert "stick" in noted.problem
    assert running.run_due(sqlite_app, settings, found=[]).run is None  # not again at once
    (tmp_path / "stick").mkdir()
    later = dt.datetime.now().astimezone() + AGAIN_AFTER
    assert running.run_due(sqlite_app, settings, now=later, found=[]).run is not None
    assert Runs(sqlite_app.data).read().problem == ""


HOLD = """
import sys, time
from pathlib import Path
from backups.claims import turn
from db.engine import open_engine
with turn(open_engine(sys.argv[1]), Path(sys.argv[2])) as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def test_one_program_at_a_time(app: Application) -> None:
    """Another program holds the turn; killed, it lets go of it."""
    address = app.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", HOLD, address, app.data], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"True"
        assert running.run_due(app, s.Settings(), found=[]).why_not == "A backup is being made already."
        other.kill()
    end = time.monotonic() + 30
    while not (asked := running.run_due(app, s.Settings(), found=[])).run and time.monotonic() < end:
        assert asked.why_not == "A backup is being made already.", "a server hears of the death a moment later"
        time.sleep(0.05)
    assert asked.run is not None


def test_in_an_office_one_pc_does_it(
    app: Application, open_again: Callable[[Application], Application], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, settings = open_again(app), s.Settings()
    other.data = tmp_path / "other PC"
    other.data.mkdir()
    shared = app.engine.dialect.name == "postgresql"
    assert running.run_due(app, settings, found=[]).run is not None
    monkeypatch.setattr(claims, "STATION", "FRONT-DESK")
    due_there = running.run_due(other, settings, found=[])
    if not shared:
        assert due_there.run is not None  # its own folder, its own turn
        return
    assert "makes the backups" in due_there.why_not
    assert list_backups(other.data / "backups") == []
    assert claims.told_by_others(other.engine) is not None
    claims.take_over(other)
    assert running.run_due(other, settings, found=[]).run is not None
    monkeypatch.undo()
    assert "FRONT-DESK" in running.run_due(app, settings, now=at("30 18:00"), found=[]).why_not


def test_turns_on_the_server_exclude_other_pcs(app: Application, tmp_path: Path) -> None:
    if app.engine.dialect.name != "postgresql":
        pytest.skip("one PC has no server")
    (tmp_path / "other PC").mkdir()
    with claims.turn(app.engine, app.data) as first, claims.turn(app.engine, tmp_path / "other PC") as second:
        assert (first, second) == (True, False)
    with claims.turn(app.engine, tmp_path / "other PC") as again:
        assert again


def test_backups_of_the_future_do_not_count(sqlite_app: Application) -> None:
    """Made while the clock was a year ahead."""
    create_backup(
        sqlite_app.engine, sqlite_app.data, sqlite_app.data / "backups", now=at("24 12:00") + dt.timedelta(365)
    )
    assert running.newest(sqlite_app, s.Settings(), at("24 13:00")) is None
    assert running.run_due(sqlite_app, s.Settings(), now=at("24 13:00"), found=[]).run is not None


def test_whoever_may_make_backups_takes_the_work_over_and_nobody_else(app: Application) -> None:
    if app.engine.dialect.name != "postgresql":
        pytest.skip("alone on a PC it is always this one")
    few = Actor(1, "Ann", rights=Rights.of("customers.see"))
    weak = Application(app.engine, app.data, few, app.types, app.options)
    assert "No PC is chosen" in running.run_due(weak, s.Settings(), found=[]).why_not
    with pytest.raises(Refused):
        claims.take_over(weak)
    with pytest.raises(Refused):
        running.back_up(weak, s.Settings(), "hand", found=[])
    planned = Actor(None, "Planned backup", rights=Rights.of("program.backup"))
    assert running.run_due(
        Application(app.engine, app.data, planned, app.types, app.options), s.Settings(), found=[]
    ).run
    assert running.run_due(
        weak, s.Settings(), now=dt.datetime.now().astimezone() + dt.timedelta(2), found=[]
    ).run  # this PC does it
