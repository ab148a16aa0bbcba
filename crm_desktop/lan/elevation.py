"""Doing what only an administrator of Windows may do: all of it at once, so that Windows asks once.

Microsoft: "Start-Process" (learn.microsoft.com/powershell/module/microsoft.powershell.management/start-process) tells of `-Verb RunAs`,
`-Wait` and `-PassThru`; "IsUserAnAdmin" (learn.microsoft.com/windows/win32/api/shlobj_core/nf-shlobj_core-isuseranadmin).
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_desktop.errors import Unavailable
from crm_desktop.lan.calling import Run, quiet
from crm_desktop.words import _

if sys.platform == "win32":
    import ctypes

log = logging.getLogger(__name__)
_PATIENCE = 300.0  # seconds, in which somebody has to answer Windows' question
_DECLINED = 223
"""What the outer call answers with where the question was declined; none of the commands does."""

Command = Sequence[str]


@dataclass(frozen=True)
class Step:
    """A command for an administrator. must: what comes after it makes no sense where it fails."""

    command: tuple[str, ...]
    must: bool = True


def run_patiently(command: Command) -> subprocess.CompletedProcess[str]:
    """Run a program that may have to wait for a person."""
    return quiet(command, _PATIENCE)


def is_administrator() -> bool:
    """Whether this program may do everything already."""
    if sys.platform == "win32":
        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    return True


def as_administrator(steps: Sequence[Step], run: Run = run_patiently, administrator: bool | None = None) -> None:
    """Run commands one after the other as administrator; the first that must not fail and does ends it. Raises Unavailable."""
    administrator = is_administrator() if administrator is None else administrator
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "office.cmd"
        script.write_bytes(script_text(steps).encode("utf-8"))
        command = ["cmd.exe", "/d", "/c", str(script)] if administrator else outer_call(script)
        try:
            done = run(command)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _refused(type(error).__name__) from error
    if done.returncode == _DECLINED:
        raise Unavailable(
            _("Windows was not allowed to make the changes."),
            _("Nothing was changed. Sharing needs an administrator of this PC once: answer “Yes” when Windows asks."),
        )
    if done.returncode:
        raise _refused((done.stdout + done.stderr).strip()[-400:] or str(done.returncode))


def script_text(steps: Sequence[Step]) -> str:
    """The commands as a script that stops at the first that must not fail and does; names may be Chinese."""
    lines = ["@echo off", "chcp 65001 >nul"]
    lines += [_line(step.command) + (" || exit /b 1" if step.must else "") for step in steps]
    return "\r\n".join([*lines, "exit /b 0", ""])


def _line(command: Command) -> str:
    # In a script a percent sign begins the name of a variable.
    return subprocess.list2cmdline(list(command)).replace("%", "%%")


def outer_call(script: Path) -> list[str]:
    """What lets Windows ask, and waits for the script."""
    quoted = str(script).replace("'", "''")
    words = (
        f"try {{ $p = Start-Process -FilePath 'cmd.exe' -ArgumentList '/d /c \"\"{quoted}\"\"' -Verb RunAs -WindowStyle Hidden"
        f" -Wait -PassThru -ErrorAction Stop; exit $p.ExitCode }} catch {{ exit {_DECLINED} }}"
    )
    return ["powershell.exe", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-Command", words]


def _refused(why: str) -> Unavailable:
    log.warning("As administrator: %s", why)
    return Unavailable(_("Windows did not take the changes."), why)
