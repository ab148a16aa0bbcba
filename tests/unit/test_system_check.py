"""What a person is told when Qt could not open a window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crm_desktop import system_check

ROOT = Path(__file__).parents[2]
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lacks libraries")


@pytest.mark.parametrize(
    ("variables", "platform"),
    [
        ({}, ""),
        ({"DISPLAY": ":0"}, "xcb"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "wayland"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen:fontconfig"}, "offscreen"),
        ({"QT_QPA_PLATFORM": "vnc;xcb"}, "vnc"),
    ],
)
def test_the_platform_is_chosen_as_qt_does(
    variables: dict[str, str], platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert system_check.display_platform() == platform


def test_one_line_installs_all_that_is_known() -> None:
    line = system_check.install_line(("libGL.so.1", "libxcb-cursor.so.0", "libGLX.so.0", "libunheard.so.3"))
    assert line == "sudo apt-get install libgl1 libxcb-cursor0"
    assert system_check.install_line(("libunheard.so.3",)) == ""


@linux_only
def test_no_display_is_answered_with_the_tour() -> None:
    assert "tour --output" in system_check.complaint("")


@linux_only
def test_a_display_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt would abort the process here."""
    if system_check.missing_libraries("xcb"):
        pytest.skip("the X11 libraries are not installed")
    monkeypatch.setenv("DISPLAY", ":4711")
    assert ":4711" in system_check.complaint("xcb")


@linux_only
@pytest.mark.skipif(not shutil.which("cc"), reason="needs a compiler to make a library that lacks another")
def test_every_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel whose platform plug-in needs two libraries that are not there."""
    qt = tmp_path / "PySide6" / "Qt" / "plugins" / "platforms"
    qt.mkdir(parents=True)
    (tmp_path / "PySide6" / "__init__.py").touch()
    compiler = ["cc", "-shared", "-x", "c", "/dev/null", "-x", "none", "-Wl,--no-as-needed"]
    needed = ["libGL.so.99", "libxcb-unheard.so.0"]
    for name in needed:
        subprocess.run([*compiler, f"-Wl,-soname,{name}", "-o", name], cwd=qt, check=True)
    subprocess.run([*compiler, *needed, "-o", "libqbroken.so"], cwd=qt, check=True)
    for name in needed:
        (qt / name).unlink()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "PySide6", raising=False)
    assert system_check.missing_libraries("broken") == ("libGL.so.99", "libxcb-unheard.so.0")
    text = system_check.complaint("broken")
    assert "libGL.so.99, libxcb-unheard.so.0" in text
    if shutil.which("apt-get"):
        assert "sudo apt-get install" in text
        assert "libgl1" in text


@linux_only
def test_the_offscreen_platform_is_complete_where_qt_tests_run() -> None:
    """The check agrees with Qt: where it finds nothing missing, Qt starts."""
    if system_check.complaint("offscreen"):
        pytest.skip("Qt cannot run here")
    code = "from PySide6.QtWidgets import QApplication; QApplication([]); print('alive')"
    command = [sys.executable, "-c", code, "-platform", "offscreen"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "alive", done.stderr


@linux_only
def test_the_program_answers_in_words_where_there_is_no_display() -> None:
    """The real start, as a person on a server would try it."""
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-m", "crm_desktop", "--language", "en"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("There is no display to open a window on.")
    assert "Traceback" not in done.stderr
