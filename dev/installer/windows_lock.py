"""Writes the part of a lock file that holds on Windows: `python windows_lock.py LOCK VERSION` (of its Python), on any system.

pip reads the conditions of a requirement with the eyes of the system it runs on, even where it is told to fetch for another one.
"""

import sys
from pathlib import Path

from pip._vendor.packaging.markers import Marker


def windows(version: str) -> dict[str, str]:
    """What a condition finds there."""
    return {
        "implementation_name": "cpython", "os_name": "nt", "platform_machine": "AMD64", "platform_python_implementation": "CPython",
        "platform_system": "Windows", "python_full_version": version, "python_version": ".".join(version.split(".")[:2]),
        "sys_platform": "win32", "extra": "",
    }  # fmt: skip


def kept(lock: str, facts: dict[str, str]) -> str:
    """The entries whose condition holds, without the condition. An entry goes on over the lines that are indented."""
    lines, holds = [], True
    for line in lock.splitlines():
        if line[:1].strip() and not line.startswith("#"):
            pinned, _semicolon, condition = line.partition(" ; ")
            holds = not condition or Marker(condition.rstrip(" \\")).evaluate(facts)
            line = f"{pinned} \\" if condition else line
        if holds:
            lines.append(line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(kept(Path(sys.argv[1]).read_text(encoding="utf-8"), windows(sys.argv[2])))
