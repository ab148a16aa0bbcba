"""The lock files: complete, with hashes, for every system, and silent about where packages come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>.+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def pins(name: str) -> dict[str, tuple[str, str]]:
    """Name → (version, marker) of every package that a lock holds."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return {m["name"]: (m["version"], m["marker"] or "") for m in map(PIN.match, lines) if m}


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt", "build.txt"])
def test_every_line_is_a_pin_or_a_hash(name: str) -> None:
    """So there is no index, no host, no path, no option; and each pin is followed by a hash."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not PIN.match(line) and not HASH.match(line)] == []
    assert [a for a, b in zip(lines, [*lines[1:], ""], strict=True) if PIN.match(a) and not HASH.match(b)] == []


@pytest.mark.parametrize("larger", ["dev.txt", "build.txt"])
def test_the_other_locks_contain_the_lock_for_running(larger: str) -> None:
    """start.py takes an environment with the one for having the other, and what is built is what was tested."""
    assert pins("runtime.txt").items() <= pins(larger).items()


@pytest.mark.parametrize(("ours", "locked"), [("runtime.in", "runtime.txt"), ("dev.in", "dev.txt"), ("build.in", "build.txt")])
def test_everything_asked_for_is_locked(ours: str, locked: str) -> None:
    asked = re.findall(r"^([A-Za-z][\w.-]*)", (FOLDER / ours).read_text(encoding="utf-8"), re.MULTILINE)
    assert asked
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in asked} <= pins(locked).keys()


def test_both_systems_get_their_own_packages() -> None:
    """Made on one system, a lock easily forgets what only the other needs: the vault for secrets, above all."""
    locked = pins("runtime.txt")
    assert locked["pywin32-ctypes"][1] == "sys_platform == 'win32'"
    assert locked["secretstorage"][1] == "sys_platform == 'linux'"


def test_qt_is_one_that_survives_python_3_11() -> None:
    """6.12 aborts there, see test_qt_survives.py; widen this only with a release that does not."""
    assert pins("runtime.txt")["pyside6-essentials"][0].startswith("6.11.")
