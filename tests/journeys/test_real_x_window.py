"""The journeys once more in a real X window under Xvfb, and real keys and clicks from outside: what no simulated event can show."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
JOURNEYS = ("first_printed_order", "monday_of_a_salesperson", "month_end_of_finance", "lead_to_receipt", "stick_and_disaster")
_PATIENCE = 240  # seconds: a machine may have much else to do

pytestmark = [
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed: no X window can be shown here"),
    pytest.mark.skipif(sys.platform == "win32", reason="windows are real there anyway"),
]


@pytest.fixture(scope="module")
def display() -> Iterator[dict[str, str]]:
    """The environment of a program that shows its window on a screen of its own."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading, encoding="ascii") as said:
        number = said.readline().strip()
    assert number, "Xvfb did not start"
    kept = {n: v for n, v in os.environ.items() if n not in ("WAYLAND_DISPLAY", "CRM_DESKTOP_TEST_SESSION", "PYTEST_CURRENT_TEST")}
    yield kept | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "QT_IM_MODULE": "", "XDG_SESSION_TYPE": "x11"}
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="module", autouse=True)
def _qt_shows_there(display: dict[str, str]) -> None:
    """Qt needs libraries of the system for it."""
    asked = [sys.executable, "-c", "from PySide6.QtWidgets import QApplication; QApplication([])"]
    done = subprocess.run(asked, env=display, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if done.returncode:
        pytest.skip(f"Qt cannot show a window here: {done.stderr.strip()[-300:]}")


def walk(display: dict[str, str], name: str, marks: str, pictures: Path) -> None:
    """Run a journey in a process of its own."""
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", marks, f"tests/journeys/test_{name}.py",
    ]  # fmt: skip
    here = display | {"CRM_DESKTOP_PICTURES": str(pictures)}
    done = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, timeout=3 * _PATIENCE, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
    assert list(pictures.glob("*/*.png"))


@pytest.mark.soak
@pytest.mark.timeout(4 * _PATIENCE)
@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_in_a_real_window(display: dict[str, str], name: str, tmp_path: Path) -> None:
    walk(display, name, "not benchmark", tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("xdotool") is None, reason="xdotool is not installed: nobody can press keys from outside")
def test_keys_and_clicks_from_outside_begin_a_company(display: dict[str, str], tmp_path: Path) -> None:
    """The welcome, answered by real keys: the window takes them, and a company is there."""
    data = tmp_path / "data"
    command = [sys.executable, "-m", "crm_desktop", "--data", str(data), "--language", "en"]
    program = subprocess.Popen(command, cwd=ROOT, env=display, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        hand = Hand(display, program)
        window = hand.window("CRM Desktop")
        hand.do("windowfocus", window)
        hand.do("type", "--delay", "30", "Baichuan")
        hand.do("key", "Return")
        hand.do("type", "--delay", "30", "Wang Fang")
        hand.do("key", "Return")
        hand.do("key", "Return")
        opened = hand.window("Baichuan")
        assert (data / "crm.db").exists()
        hand.do("windowfocus", opened)
        hand.do("mousemove", "--window", opened, "600", "30", "click", "1")
        hand.do("key", "ctrl+q")
        assert program.wait(_PATIENCE) == 0
    finally:
        if program.poll() is None:
            program.kill()
            program.wait(30)


class Hand:
    """xdotool: keys and clicks as a person's, through the X server."""

    def __init__(self, display: dict[str, str], program: subprocess.Popen[bytes]) -> None:
        self._display, self._program = display, program

    def do(self, *what: str) -> str:
        done = subprocess.run(["xdotool", *what], env=self._display, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        return done.stdout.strip()

    def window(self, title: str) -> str:
        """The window with this title, once it shows."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            assert self._program.poll() is None, "the program ended"
            if found := self.do("search", "--onlyvisible", "--name", f"^{title}"):
                return found.splitlines()[-1]
            time.sleep(0.2)
        raise AssertionError(f"no window {title}")
