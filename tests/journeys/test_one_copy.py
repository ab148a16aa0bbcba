"""A second start of the program brings the first to the front, also after a copy that was killed; safe starts forget the layout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm_desktop.logging_setup import LOG_NAME

ROOT = Path(__file__).parents[2]
FRONT = "Brought to the front by another start"
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a company in it."""
    folder = tmp_path / "数据 folder"
    subprocess.run([sys.executable, "-m", "crm_desktop", "new", "--data", str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture
def start(data: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[bytes]] = []

    def begin(*more: str) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "crm_desktop", "--data", str(data), "--language", "en", *more]
        running.append(subprocess.Popen(words, cwd=ROOT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}))
        return running[-1]

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait()


def log_of(data: Path) -> str:
    path = data / "logs" / LOG_NAME
    return path.read_text(encoding="utf-8") if path.exists() else ""


def wait_for(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9; its sockets and locks end with the process")
def test_a_second_start_brings_the_first_to_the_front_also_after_a_kill(data: Path, start: Start) -> None:
    first = start()
    wait_for(lambda: "CRM Desktop" in log_of(data), "the first start")
    assert start().wait(timeout=120) == 0
    wait_for(lambda: log_of(data).count(FRONT) == 1, "the first to be brought to the front")
    assert first.poll() is None
    listed = subprocess.run(
        [sys.executable, "-m", "crm_desktop", "list", "customers", "--data", str(data)], cwd=ROOT, capture_output=True, check=False
    )
    assert listed.returncode == 0, "a command is not held up by a window"
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    third = start()  # finds the lock and the socket of the dead one
    wait_for(lambda: log_of(data).count(" on Python ") == 2, "the start after the kill")
    assert start().wait(timeout=120) == 0
    wait_for(lambda: log_of(data).count(FRONT) == 2, "the one after the kill to be brought to the front")
    assert third.poll() is None


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="a signal cannot be sent there")
def test_a_hard_crash_leaves_a_report_without_business_data(data: Path, start: Start) -> None:
    first = start()
    wait_for(lambda: "CRM Desktop" in log_of(data), "the first start")
    wait_for(lambda: (data / "logs" / "crash.log").exists(), "the file for the trace")
    os.kill(first.pid, signal.SIGSEGV)
    first.wait()
    start("--safe")
    reports = data / "logs" / "reports"
    wait_for(lambda: (reports / "seen.txt").exists(), "the person to be told at the next start")
    (report,) = reports.glob("*.zip")
    assert report.name in (reports / "seen.txt").read_text(encoding="utf-8")
    import zipfile

    with zipfile.ZipFile(report) as archive:
        trace = archive.read("crash.log").decode()
    assert "Segmentation fault" in trace
    assert "app.py" in trace
    assert str(ROOT) not in trace, "the person's folders are nobody's business"
    assert json.loads(zipfile.ZipFile(report).read("versions.json"))["CRM Desktop"]
