"""What backups ask of the system: to call them by the clock, to tell of vanished files; and the sheet that is printed."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty
from threading import Event
from xml.etree import ElementTree

import pypdfium2
import pytest

from backups import before, running
from backups import watching as watching_module
from backups.catalogue import list_backups
from backups.recovery_sheet import recovery_sheet
from backups.schedule import Plan
from backups.task_scheduler import SystemdTimers, WindowsTasks, command_line, scheduler
from backups.watching import CHANGED, GONE, NEW, Watch
from crm_desktop import settings as s
from crm_desktop.application import Application
from crm_desktop.errors import Unavailable
from crm_desktop.services.opening import open_folder

PLAN = Plan((dt.time(12, 30), dt.time(18, 5)), 4)
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


class System:
    """Takes the place of schtasks.exe and systemctl."""

    def __init__(self, code: int = 0) -> None:
        self.code, self.asked, self.files = code, list[list[str]](), list[bytes]()
        self.tasks: set[str] = set()

    def __call__(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        words = list(command)
        self.asked.append(words)
        code, said = self.code, ""
        if "/XML" in words:
            self.files.append(Path(words[words.index("/XML") + 1]).read_bytes())
            self.tasks.add(words[words.index("/TN") + 1])
        elif "/Delete" in words:
            self.tasks.discard(words[words.index("/TN") + 1])
        elif "/Query" in words:
            name = words[words.index("/TN") + 1]
            code = int(name not in self.tasks)
            said = "" if code else f"\nFolder: \\\nTaskName: \\{name}\nStatus: Ready\n"
        return subprocess.CompletedProcess(words, code, said, "")


@pytest.mark.parametrize("frozen", [True, False])
def test_no_console_window_opens_each_time(frozen: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRM Desktop.exe", "crm-desktop.exe", "pythonw.exe", "python.exe"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ("crm-desktop.exe" if frozen else "python.exe")))
    called = command_line(tmp_path)
    assert called[0] == str(tmp_path / ("CRM Desktop.exe" if frozen else "pythonw.exe"))
    assert ("-m" in called) is not frozen
    assert called[-2:] == ["backup", "run-due"]


def test_the_task_of_windows(tmp_path: Path) -> None:
    system = System()
    tasks = WindowsTasks(tmp_path / "数据 & Co", system)
    assert tasks.installed() == ""
    assert not tasks.remove()
    tasks.install(PLAN)
    assert tasks.installed() == tasks.name
    content = system.files[0]
    assert content[:2] in (b"\xff\xfe", b"\xfe\xff")  # schtasks.exe reads UTF-16
    root = ElementTree.fromstring(content.decode("utf-16"))

    def text(path: str) -> str:
        return root.findtext("/".join(f"{TASK}{name}" for name in path.split("/"))) or ""

    starts = [e.text or "" for e in root.iter(f"{TASK}StartBoundary")]
    assert [start[11:16] for start in starts] == ["12:30", "18:05", "00:10"]
    assert text("Triggers/TimeTrigger/Repetition/Interval") == "PT1H"
    for name, value in (("StartWhenAvailable", "true"), ("DisallowStartIfOnBatteries", "false"),
                        ("StopIfGoingOnBatteries", "false"), ("MultipleInstancesPolicy", "IgnoreNew")):  # fmt: skip
        assert text(f"Settings/{name}") == value
    assert text("Principals/Principal/LogonType") == "InteractiveToken"
    assert text("Principals/Principal/RunLevel") == "LeastPrivilege"
    assert text("Principals/Principal/UserId")
    program, *words = command_line(tmp_path / "数据 & Co")
    assert text("Actions/Exec/Command") == program
    assert text("Actions/Exec/Arguments") == subprocess.list2cmdline(words)
    assert words[-2:] == ["backup", "run-due"]
    assert [child.tag.removeprefix(TASK) for child in root] == [
        "RegistrationInfo", "Triggers", "Principals", "Settings", "Actions",
    ]  # the schema wants them in this order # fmt: skip
    assert tasks.remove()
    assert tasks.installed() == ""


def test_each_data_folder_has_a_task_of_its_own(tmp_path: Path) -> None:
    assert WindowsTasks(tmp_path / "a").name != WindowsTasks(tmp_path / "b").name


@pytest.mark.parametrize("kind", [WindowsTasks, SystemdTimers])
def test_a_system_that_refuses_is_told_with_the_way_by_hand(
    tmp_path: Path, kind: type[WindowsTasks] | type[SystemdTimers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    tasks = kind(tmp_path, System(1))
    with pytest.raises(Unavailable) as told:
        tasks.install(PLAN)
    assert "run-due" in told.value.advice
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == []

    def absent(_command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError(2, "no such program")

    with pytest.raises(Unavailable):
        kind(tmp_path, absent).install(PLAN)


def test_the_timer_of_linux(tmp_path: Path) -> None:
    system = System()
    timers = SystemdTimers(tmp_path / "data 100% $x", system, tmp_path / "units")
    assert timers.installed() == ""
    timers.install(PLAN)
    assert timers.installed() == f"{timers.name}.timer"
    assert system.asked[-1] == ["systemctl", "--user", "enable", "--now", f"{timers.name}.timer"]
    timer = (tmp_path / "units" / f"{timers.name}.timer").read_text(encoding="utf-8")
    assert "OnCalendar=*-*-* 12:30:00\nOnCalendar=*-*-* 18:05:00\nOnCalendar=*-*-* *:10:00\nPersistent=true" in timer
    service = (tmp_path / "units" / f"{timers.name}.service").read_text(encoding="utf-8")
    assert 'data 100%% $$x" "backup" "run-due"' in service
    if analyze := shutil.which("systemd-analyze"):
        for moment in ("*-*-* 12:30:00", "*-*-* *:10:00"):
            assert subprocess.run([analyze, "calendar", moment], capture_output=True, check=False).returncode == 0
    assert timers.remove()
    assert list((tmp_path / "units").iterdir()) == []
    assert not timers.remove()


def test_what_the_task_calls_runs(data_folder: Path) -> None:
    """The very command line, as the system would start it."""
    done = subprocess.run(command_line(data_folder), capture_output=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert len(list_backups(data_folder / "backups")) == 1
    assert scheduler(data_folder).by_hand(PLAN)


# Watching


@pytest.fixture
def told() -> list[tuple[str, str]]:
    return []


def watching(folder: Path, told: list[tuple[str, str]], every: float) -> tuple[Watch, Callable[[int], None]]:
    happened = Event()

    def hear(file: Path, what: str) -> None:
        told.append((file.name, what))
        happened.set()

    def wait_for(number: int) -> None:
        for _ in range(100):
            if len(told) >= number:
                return
            happened.wait(0.1)
            happened.clear()
        raise AssertionError(told)

    return Watch([folder], hear, every), wait_for


@pytest.mark.parametrize("every", [60.0, 0.1])
def test_files_that_come_change_and_go(tmp_path: Path, told: list[tuple[str, str]], every: float) -> None:
    """Told by the system at once, and found by looking now and then, as on a shared folder of another PC."""
    old = tmp_path / "old.crmbackup"
    old.write_bytes(b"x")
    watch, wait_for = watching(tmp_path, told, every)
    if every < 1:
        watch._observer.schedule = lambda *_a, **_k: (_ for _ in ()).throw(OSError("not here"))  # type: ignore[method-assign, assignment]
    watch.start()
    try:
        (tmp_path / "note.txt").write_bytes(b"not ours")
        (tmp_path / "new.crmbackup").write_bytes(b"x")
        wait_for(1)
        old.write_bytes(b"longer")
        wait_for(2)
        old.unlink()
        wait_for(3)
    finally:
        watch.stop()
    assert told == [("new.crmbackup", NEW), ("old.crmbackup", CHANGED), ("old.crmbackup", GONE)]
    (tmp_path / "new.crmbackup").unlink()
    watch.look()
    assert len(told) == 3  # nothing after it was stopped


def test_a_system_that_does_not_end_its_watch_holds_nobody_up(
    tmp_path: Path, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, _wait_for = watching(tmp_path, told, 60.0)
    let_go, end = Event(), watch._observer.stop
    monkeypatch.setattr(watch._observer, "stop", lambda: let_go.wait(30) and end())
    monkeypatch.setattr(watching_module, "_PATIENCE", 0.2)
    watch.start()
    before = time.monotonic()
    watch.stop()
    took = time.monotonic() - before
    assert watch._thread.is_alive()
    assert watch._thread.daemon, "it would keep the program from ending"
    let_go.set()
    watch._thread.join(10)
    assert not watch._observer.is_alive()
    assert took < 5


def test_a_watch_that_nobody_stopped_lets_the_program_end(tmp_path: Path) -> None:
    """On Windows the library reads each folder on a thread that lives as long as the thread that began it says."""
    program = f"from pathlib import Path; from backups.watching import Watch; Watch([Path({str(tmp_path)!r})], print).start()"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, cwd=Path(__file__).parents[2], timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_watch_that_cannot_begin_still_looks(
    tmp_path: Path, told: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, wait_for = watching(tmp_path, told, 0.1)

    def slow() -> None:
        raise Empty

    monkeypatch.setattr(watch._observer, "start", slow)
    watch.start()
    (tmp_path / "new.crmbackup").write_bytes(b"x")
    wait_for(1)
    watch.stop()
    assert not watch._thread.is_alive()


def test_a_folder_that_is_away_tells_of_nothing(tmp_path: Path, told: list[tuple[str, str]]) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()
    (folder / "a.crmbackup").write_bytes(b"x")
    watch, _wait = watching(folder, told, 60)
    folder.rename(tmp_path / "pulled out")
    watch.look()
    (tmp_path / "pulled out").rename(folder)
    watch.look()
    assert told == []
    (folder / "a.crmbackup").unlink()
    watch.look()
    assert told == [("a.crmbackup", GONE)]


# Before much is changed


def test_before_an_import_there_is_a_backup_of_this_hour(sqlite_app: Application) -> None:
    settings, now = s.Settings(), dt.datetime.now().astimezone()
    made = before.safety_backup(sqlite_app, settings, before.IMPORT, 5, now=now)
    assert made is not None
    (backup,) = list_backups(sqlite_app.data / "backups")
    assert backup.header is not None
    assert (backup.path, backup.header.reason, backup.good) == (made, "import", True)
    assert before.safety_backup(sqlite_app, settings, before.IMPORT, 5, now=now + dt.timedelta(minutes=50)) is None
    assert before.safety_backup(sqlite_app, settings, before.DELETE, 5, now=now + dt.timedelta(hours=2)) is None
    assert before.safety_backup(sqlite_app, settings, before.DELETE, 50, now=now + dt.timedelta(hours=2)) is not None
    settings.set_many({s.BACKUP_BEFORE_IMPORT: False, s.BACKUP_BEFORE_DELETE: False})
    for what in (before.IMPORT, before.DELETE):
        assert before.safety_backup(sqlite_app, settings, what, 500, now=now + dt.timedelta(days=2)) is None


def test_a_large_database_is_copied_as_it_is(
    sqlite_app: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(before, "LARGE", 1)
    settings, now = s.Settings(), dt.datetime.now().astimezone()
    first = before.safety_backup(sqlite_app, settings, before.IMPORT, 5, now=now)
    assert first is not None
    assert before.safety_backup(sqlite_app, settings, before.DELETE, 500, now=now + dt.timedelta(minutes=5)) is None
    (tmp_path / "again").mkdir()
    shutil.copy(first, tmp_path / "again" / "crm.db")
    open_folder(tmp_path / "again").close()
    for hours in (2, 4, 6):
        assert before.safety_backup(sqlite_app, settings, before.IMPORT, 5, now=now + dt.timedelta(hours=hours))
    assert len(list(sqlite_app.data.glob("crm-before-change-*.db"))) == 2
    assert running.newest(sqlite_app, settings, now) is None


# The sheet


@pytest.mark.parametrize(("language", "title"), [("en", "Recovery sheet"), ("zh_CN", "恢复")])
def test_the_recovery_sheet_says_all_that_is_needed(language: str, title: str) -> None:
    pdf = pypdfium2.PdfDocument(recovery_sheet("华远 {Trading}", "abcd-2345-wxyz", dt.date(2026, 11, 25), language))
    assert len(pdf) == 1
    words = pdf[0].get_textpage().get_text_range()
    pdf.close()
    for needed in ("abcd-2345-wxyz", "华远 {Trading}", "2026-11-25", title, "crm-desktop restore"):
        assert needed in words, needed
    assert sys.getsizeof(words) < 10_000
