"""The one command that sets up and starts: run for real, in a folder whose name has a space and Chinese in it.

The lock files are empty here, so that no test asks any index for a package.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

START = Path(__file__).parents[2] / "start.py"
PROGRAM = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.getcwd(), sys.prefix, os.environ.get("QT_QPA_PLATFORM", "")]))
sys.exit(int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdigit() else 0)
"""
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")

pytestmark = pytest.mark.slow


class Project:
    """A copy of start.py with a program that tells how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stamp = folder / ".venv" / "installed.json"
        package = folder / "crm_desktop"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(PROGRAM, encoding="utf-8")
        (folder / "requirements").mkdir()
        for lock in ("runtime.txt", "dev.txt"):
            (folder / "requirements" / lock).write_text("# nothing\n", encoding="utf-8")
        (folder / "start.py").write_bytes(START.read_bytes())

    def start(self, *arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
        return subprocess.run(
            [sys.executable, str(self.folder / "start.py"), *arguments],
            cwd=cwd or self.folder,
            env=environment | variables,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            check=False,
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("start") / "客户 管理")
    first = made.start("first")
    assert (first.returncode, first.stderr) == (0, "")
    assert "Setting up" in first.stdout
    return made


def told(done: subprocess.CompletedProcess[str]) -> tuple[list[str], Path, Path, str]:
    """What the program told of its call: arguments, folder, environment, Qt platform."""
    for line in done.stdout.splitlines():
        if line.startswith("[["):
            arguments, folder, prefix, platform = json.loads(line)
            return arguments, Path(folder), Path(prefix), platform
    raise AssertionError(done.stdout + done.stderr)


def test_arguments_folder_and_exit_code_pass_through(project: Project, tmp_path: Path) -> None:
    done = project.start("7", "two words", "客户", cwd=tmp_path)
    arguments, folder, prefix, _ = told(done)
    assert done.returncode == 7
    assert arguments == ["7", "two words", "客户"]
    assert folder.samefile(tmp_path)
    assert prefix.samefile(project.folder / ".venv")


def test_a_set_up_program_starts_without_setting_up(project: Project) -> None:
    before = project.stamp.stat().st_mtime_ns
    assert "Setting up" not in project.start("list").stdout
    assert project.stamp.stat().st_mtime_ns == before


def test_a_package_of_our_name_where_one_stands_is_not_ours(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "crm_desktop"
    other.mkdir()
    (other / "__init__.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    assert told(project.start("list", cwd=tmp_path))[0] == ["list"]


def test_a_new_lock_is_installed_into_the_same_environment(project: Project) -> None:
    (project.folder / "requirements" / "runtime.txt").write_text("# nothing, again\n", encoding="utf-8")
    before = json.loads(project.stamp.read_text(encoding="utf-8"))
    assert "Setting up" not in project.start("list").stdout
    after = json.loads(project.stamp.read_text(encoding="utf-8"))
    assert before.keys() == after.keys() == {"runtime"}
    assert before != after


def test_line_ends_do_not_make_a_lock_new(project: Project) -> None:
    lock = project.folder / "requirements" / "runtime.txt"
    project.start("list")
    before = project.stamp.stat().st_mtime_ns
    lock.write_bytes(lock.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    project.start("list")
    assert project.stamp.stat().st_mtime_ns == before


def test_a_set_up_that_was_cut_off_is_made_anew(project: Project) -> None:
    project.stamp.write_text('{"installing": "runtime"}', encoding="utf-8")
    left_over = project.folder / ".venv" / "half a package"
    left_over.touch()
    done = project.start("list")
    assert "Setting up" in done.stdout
    assert told(done)[0] == ["list"]
    assert not left_over.exists()


def test_packages_that_cannot_be_had_are_told_and_tried_again(project: Project) -> None:
    lock = project.folder / "requirements" / "runtime.txt"
    good = lock.read_bytes()
    lock.write_text(f"crm-desktop-has-no-such-package==1 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    failed = project.start("list", PIP_NO_INDEX="1")
    assert failed.returncode == 1
    assert "crm-desktop-has-no-such-package" in failed.stderr
    assert "could not be installed" in failed.stderr
    assert "Traceback" not in failed.stderr
    lock.write_bytes(good)
    assert told(project.start("list"))[0] == ["list"]


def test_the_suite_runs_in_the_folder_of_the_program(project: Project, tmp_path: Path) -> None:
    runner = project.folder / "pytest.py"
    runner.write_text(PROGRAM, encoding="utf-8")
    try:
        arguments, folder, prefix, _ = told(project.start("test", "-k", "客户 or a b", cwd=tmp_path))
        everything, *_ = told(project.start("test", cwd=tmp_path))
    finally:
        runner.unlink()
    assert arguments == ["-k", "客户 or a b"]
    assert everything[0] == "-n"
    assert int(everything[1]) >= 2
    assert folder.samefile(project.folder)
    assert prefix.samefile(project.folder / ".venv")


@pytest.mark.parametrize("times", [3, 1000])
def test_a_scanner_that_looks_at_what_was_just_written(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.spec_from_file_location("start", START)
    assert spec
    assert spec.loader
    start = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(start)
    monkeypatch.setattr(start, "STAMP", tmp_path / "installed.json")
    monkeypatch.setattr(start.time, "sleep", lambda _seconds: None)
    real, tries = os.replace, []

    def held(source: Path, target: Path) -> None:
        tries.append(source)
        if len(tries) <= times:
            raise PermissionError(13, "The file is used by another process")
        real(source, target)

    monkeypatch.setattr(os, "replace", held)
    if times == 3:
        start.write_stamp({"runtime": "1"})
        assert start.read_stamp() == {"runtime": "1"}
    else:
        with pytest.raises(start.CannotStart, match="used by another process"):
            start.write_stamp({"runtime": "1"})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a screen")
def test_without_a_display_it_makes_a_tour(project: Project) -> None:
    done = project.start()
    arguments, _, _, platform = told(done)
    assert arguments == ["tour", "--output", str(project.folder / "tour"), "--language", "en"]
    assert platform == "offscreen"
    assert f"The pictures are in {project.folder / 'tour'}" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="the display is named like this on Linux only")
def test_with_a_display_it_opens_the_window(project: Project) -> None:
    assert told(project.start(DISPLAY=":0"))[0] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks the system, not the environment, for its language")
def test_it_speaks_chinese_even_to_a_console_that_cannot(project: Project) -> None:
    project.stamp.write_text('{"installing": "runtime"}', encoding="utf-8")
    done = project.start("list", LC_ALL="zh_CN.UTF-8", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "\\u6b63\\u5728\\u51c6\\u5907" in done.stdout
