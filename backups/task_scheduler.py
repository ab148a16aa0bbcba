"""Backups while the window is shut: the system calls `crm-desktop backup run-due`, which decides by itself whether one is due.

On Windows that is the Task Scheduler, for this person, without an administrator; on Linux a timer of the person's systemd. It is called
at the times of the plan and once an hour besides, so that what was missed is made up for at the next chance.
"""

from __future__ import annotations

import getpass
import hashlib
import logging
import os
import shlex
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from backups.schedule import Plan
from crm_desktop.errors import Unavailable
from crm_desktop.folders import program_folder
from crm_desktop.words import _

log = logging.getLogger(__name__)
_NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_PATIENCE = 30  # seconds
_FIRST_DAY = "2026-01-01"  # a day in the past: the task begins at once
Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]

if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW
else:
    _FLAGS = 0


def run_quietly(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of the system without a console window. Raises OSError, subprocess.TimeoutExpired."""
    return subprocess.run(
        list(command),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_PATIENCE,
        check=False,
        creationflags=_FLAGS,
    )


def command_line(data: Path) -> list[str]:
    """What the system is to call."""
    program = Path(sys.executable)
    frozen = getattr(sys, "frozen", False)
    # Of the two programs beside each other, the one that opens no console window each time.
    windowless = program.with_name("CRM Desktop.exe" if frozen else "pythonw.exe")
    start = [str(windowless if windowless.is_file() else program), *([] if frozen else ["-m", "crm_desktop"])]
    return [*start, "--data", str(data.resolve()), "backup", "run-due"]


class Scheduler(ABC):
    """What calls the program by the clock. name: of its task for one data folder."""

    def __init__(self, data: Path, run: Run = run_quietly) -> None:
        self._data, self._run = data, run
        self._mark = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:8]

    @property
    @abstractmethod
    def name(self) -> str:
        """What the task is called."""

    @abstractmethod
    def install(self, plan: Plan) -> None:
        """Let the system call by this plan from now on; an earlier one is replaced. Raises Unavailable."""

    @abstractmethod
    def remove(self) -> bool:
        """Let it call no more; False when it did not. Raises Unavailable."""

    @abstractmethod
    def installed(self) -> str:
        """What stands, for people to find it there; "" when nothing does."""

    @abstractmethod
    def by_hand(self, plan: Plan) -> str:
        """How a person sets it up without this program."""

    def _ask(self, *command: str) -> subprocess.CompletedProcess[str]:
        try:
            return self._run(command)
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("%s does not answer: %s", command[0], type(error).__name__)
            return subprocess.CompletedProcess(command, 127, "", "")

    def _refused(self, plan: Plan) -> Unavailable:
        return Unavailable(
            _("The system's task scheduler did not take the task."),
            _("While the window is open, backups are made all the same. By hand it is:") + "\n" + self.by_hand(plan),
        )


class WindowsTasks(Scheduler):
    """The Task Scheduler of Windows, through schtasks.exe."""

    @property
    def name(self) -> str:
        return f"CRM Desktop backup {self._mark}"

    def install(self, plan: Plan) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "task.xml"
            file.write_bytes(self.definition(plan).encode("utf-16"))
            made = self._ask("schtasks.exe", "/Create", "/TN", self.name, "/XML", str(file), "/F")
        if made.returncode or not self.installed():
            raise self._refused(plan)

    def remove(self) -> bool:
        if not self.installed():
            return False
        if self._ask("schtasks.exe", "/Delete", "/TN", self.name, "/F").returncode:
            raise Unavailable(_("The system's task scheduler did not remove the task “{name}”.").format(name=self.name))
        return True

    def installed(self) -> str:
        asked = self._ask("schtasks.exe", "/Query", "/TN", self.name, "/FO", "LIST")
        return self.name if asked.returncode == 0 and self.name in asked.stdout else ""

    def by_hand(self, plan: Plan) -> str:
        called = subprocess.list2cmdline(command_line(self._data)).replace('"', '\\"')
        return f'schtasks /Create /TN "{self.name}" /SC HOURLY /TR "{called}"'

    def definition(self, plan: Plan) -> str:
        """The task as XML: it runs as this person, on batteries, too, and makes up for what was missed."""
        ElementTree.register_namespace("", _NAMESPACE)
        task = ElementTree.Element(_tag("Task"), version="1.2")
        about = _add(task, "RegistrationInfo")
        _add(about, "Description", _("Backs the data of CRM Desktop up when a backup is due."))
        _add(about, "URI", f"\\{self.name}")
        triggers = _add(task, "Triggers")
        for time in plan.times:
            trigger = _add(triggers, "CalendarTrigger")
            _add(trigger, "StartBoundary", f"{_FIRST_DAY}T{time:%H:%M:%S}")
            _add(trigger, "Enabled", "true")
            _add(_add(trigger, "ScheduleByDay"), "DaysInterval", "1")
        hourly = _add(triggers, "TimeTrigger")
        repetition = _add(hourly, "Repetition")
        _add(repetition, "Interval", "PT1H")
        _add(repetition, "StopAtDurationEnd", "false")
        _add(hourly, "StartBoundary", f"{_FIRST_DAY}T00:10:00")
        _add(hourly, "Enabled", "true")
        principal = _add(_add(task, "Principals"), "Principal")
        principal.set("id", "Author")
        for name, value in (("UserId", _user()), ("LogonType", "InteractiveToken"), ("RunLevel", "LeastPrivilege")):
            _add(principal, name, value)
        settings = _add(task, "Settings")
        for name, value in _SETTINGS:
            _add(settings, name, value)
        actions = _add(task, "Actions")
        actions.set("Context", "Author")
        program, *words = command_line(self._data)
        call = _add(actions, "Exec")
        _add(call, "Command", program)
        _add(call, "Arguments", subprocess.list2cmdline(words))
        _add(call, "WorkingDirectory", str(program_folder()))
        ElementTree.indent(task)
        return '<?xml version="1.0" encoding="UTF-16"?>\n' + ElementTree.tostring(task, encoding="unicode")


_SETTINGS = (
    ("MultipleInstancesPolicy", "IgnoreNew"),
    ("DisallowStartIfOnBatteries", "false"),
    ("StopIfGoingOnBatteries", "false"),
    ("AllowHardTerminate", "true"),
    ("StartWhenAvailable", "true"),
    ("RunOnlyIfNetworkAvailable", "false"),
    ("AllowStartOnDemand", "true"),
    ("Enabled", "true"),
    ("Hidden", "false"),
    ("RunOnlyIfIdle", "false"),
    ("WakeToRun", "false"),
    ("ExecutionTimeLimit", "PT12H"),
    ("Priority", "7"),
)


class SystemdTimers(Scheduler):
    """Timers of the person's own systemd."""

    def __init__(self, data: Path, run: Run = run_quietly, folder: Path | None = None) -> None:
        super().__init__(data, run)
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        self._folder = folder or home / "systemd" / "user"

    @property
    def name(self) -> str:
        return f"crm-desktop-backup-{self._mark}"

    def install(self, plan: Plan) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for ending, content in (("service", self.service()), ("timer", self.timer(plan))):
                (self._folder / f"{self.name}.{ending}").write_text(content, encoding="utf-8")
        except OSError as error:
            raise self._refused(plan) from error
        began = (
            self._ask("systemctl", "--user", "daemon-reload").returncode == 0
            and self._ask("systemctl", "--user", "enable", "--now", f"{self.name}.timer").returncode == 0
        )
        if not began:
            self._take_away()
            raise self._refused(plan)

    def remove(self) -> bool:
        if not self.installed():
            return False
        self._ask("systemctl", "--user", "disable", "--now", f"{self.name}.timer")
        self._take_away()
        self._ask("systemctl", "--user", "daemon-reload")
        return True

    def installed(self) -> str:
        return f"{self.name}.timer" if (self._folder / f"{self.name}.timer").exists() else ""

    def by_hand(self, plan: Plan) -> str:
        called = f"cd {shlex.quote(str(program_folder()))} && {shlex.join(command_line(self._data))}".replace(
            "%", "\\%"
        )
        return "\n".join(
            ["crontab -e", f"10 * * * * {called}", *(f"{t.minute} {t.hour} * * * {called}" for t in plan.times)]
        )

    def service(self) -> str:
        """The unit that is started."""
        called = " ".join(_unit_word(word) for word in command_line(self._data))
        return (
            f"[Unit]\nDescription=CRM Desktop backup\n\n[Service]\nType=oneshot\nNice=10\n"
            f"WorkingDirectory={str(program_folder()).replace('%', '%%')}\nExecStart={called}\n"
        )

    def timer(self, plan: Plan) -> str:
        """The unit that starts it."""
        moments = "".join(f"OnCalendar=*-*-* {time:%H:%M}:00\n" for time in plan.times)
        return (
            f"[Unit]\nDescription=CRM Desktop backup\n\n[Timer]\n{moments}OnCalendar=*-*-* *:10:00\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )

    def _take_away(self) -> None:
        for ending in ("service", "timer"):
            (self._folder / f"{self.name}.{ending}").unlink(missing_ok=True)


def scheduler(data: Path, run: Run = run_quietly) -> Scheduler:
    """That of this system."""
    return WindowsTasks(data, run) if sys.platform == "win32" else SystemdTimers(data, run)


def _tag(name: str) -> str:
    return f"{{{_NAMESPACE}}}{name}"


def _add(parent: ElementTree.Element, name: str, text: str = "") -> ElementTree.Element:
    made = ElementTree.SubElement(parent, _tag(name))
    if text:
        made.text = text
    return made


def _user() -> str:
    domain, name = os.environ.get("USERDOMAIN", ""), getpass.getuser()
    return f"{domain}\\{name}" if domain else name


def _unit_word(word: str) -> str:
    for character, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        word = word.replace(character, written)
    return f'"{word}"'
