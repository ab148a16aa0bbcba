"""Whether the host falls asleep: a PC that sleeps is a database that nobody reaches.

Windows: `powercfg /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE` and `powercfg /change standby-timeout-ac`, as described by Microsoft in
"Powercfg command-line options" (learn.microsoft.com/windows-hardware/design/device-experiences/powercfg-command-line-options). Its
words are those of the language of Windows, so only the numbers are read: the last two are the seconds on the mains and on the battery.
"""

from __future__ import annotations

import re
import subprocess
import sys

from crm_desktop.lan.calling import Run, quiet

_NUMBER = re.compile(r"0x([0-9a-fA-F]{1,8})\b")
_QUERY = ["powercfg.exe", "/query", "SCHEME_CURRENT", "SUB_SLEEP", "STANDBYIDLE"]
_NEVER = (["powercfg.exe", "/change", "standby-timeout-ac", "0"], ["powercfg.exe", "/change", "hibernate-timeout-ac", "0"])


def sleeps_after(run: Run = quiet, windows: bool = sys.platform == "win32") -> int | None:
    """After how many minutes on the mains this PC falls asleep; 0 for never, None where it does not say."""
    if not windows:
        return None
    try:
        asked = run(_QUERY)
    except (OSError, subprocess.TimeoutExpired):
        return None
    numbers = _NUMBER.findall(asked.stdout)
    if asked.returncode or len(numbers) < 2:
        return None
    seconds = int(numbers[-2], 16)
    return -(-seconds // 60)


def stay_awake(run: Run = quiet, windows: bool = sys.platform == "win32") -> bool:
    """Let this PC never fall asleep on the mains; needs no administrator. False where it did not."""
    if not windows:
        return False
    try:
        return all(run(command).returncode == 0 for command in _NEVER)
    except (OSError, subprocess.TimeoutExpired):
        return False
